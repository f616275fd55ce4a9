package report

import (
	"encoding/json"
	"time"
)

// Report is all that is told of a run.
type Report struct {
	Run, Job, Status string
	Started, Ended   time.Time // Ended is zero while it runs
	Versions         []Fact    // what the run was made with and from
	Steps            []Step    // of an import
	Export           *Export   // of an export
	Sessions         []Session // the oldest first
	Planned          *Counts   // of a run that was made from a plan: what that said of all steps together
	PlanFile         string
	Verified         json.RawMessage // what the last verification found, an object; none where there was none
}

// Fact is something to know, with its name.
type Fact struct{ Name, Value string }

// Counts is how many rows came to what.
type Counts struct {
	Read       int64 `json:"read"`
	Created    int64 `json:"created"`
	Updated    int64 `json:"updated"`
	Upserted   int64 `json:"upserted"`
	Unchanged  int64 `json:"unchanged"`
	Deleted    int64 `json:"deleted"`
	Rejected   int64 `json:"rejected"`
	NotReached int64 `json:"not_reached"`
}

func (c Counts) add(o Counts) Counts {
	return Counts{
		Read: c.Read + o.Read, Created: c.Created + o.Created, Updated: c.Updated + o.Updated, Upserted: c.Upserted + o.Upserted,
		Unchanged: c.Unchanged + o.Unchanged, Deleted: c.Deleted + o.Deleted, Rejected: c.Rejected + o.Rejected, NotReached: c.NotReached + o.NotReached,
	}
}

// Step is what became of the rows of one step.
type Step struct {
	Step   string `json:"step,omitempty"` // empty for that of a job without named ones
	Target string `json:"target"`
	Status string `json:"status"`
	Counts
	LeftOut     int64    `json:"left_out,omitempty"`
	Partial     bool     `json:"partial,omitempty"` // counted from the journal, as no session has come to its end: Read is what has ended
	Look        string   `json:"look,omitempty"`    // how live values were read, in words
	Error       string   `json:"error,omitempty"`
	RejectsFile string   `json:"rejects_file,omitempty"`
	Causes      []Cause  `json:"causes,omitempty"`   // of rejects
	Warnings    []Cause  `json:"warnings,omitempty"` // rows that were written without a value
	Options     []string `json:"options,omitempty"`  // that were created for rows to name
	Records     []string `json:"records,omitempty"`  // that were created for rows to refer to, the first of them
	MoreMade    int64    `json:"more_made,omitempty"`
}

// Name is the step's name, or that of its target.
func (s Step) Name() string {
	if s.Step == "" {
		return s.Target
	}
	return s.Step
}

// Cause is one code of findings, with the number of rows that have it first and some of these.
type Cause struct {
	Code     string    `json:"code"`
	Rows     int64     `json:"rows"`
	Examples []Example `json:"examples,omitempty"`
}

// Example is a finding of one row.
type Example struct {
	Row     int64  `json:"row,omitempty"`
	Line    int64  `json:"line,omitempty"`
	Column  string `json:"column,omitempty"`
	Problem string `json:"problem"`
	Got     string `json:"got,omitempty"`
	Want    string `json:"want,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// Export is what came of an export.
type Export struct {
	From    string
	Rows    int64
	Changes []Fact // added, changed, deleted since the last one, where that is compared
	Facts   []Fact // file, manifest, pages
}

// Session is the work of one process on a run.
type Session struct {
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"` // zero where nothing tells: it was killed, or runs
	Ending   string    `json:"ending"`         // complete, interrupted, stopped, killed, running
	Code     int       `json:"exit_code"`
	Program  string    `json:"program"`
	Contract string    `json:"contract"`
	Requests Requests  `json:"requests"`
	Traffic  Traffic   `json:"traffic"`
}

// End is when the session ended, or for one of which nothing tells when it sent its last request.
func (s Session) End() time.Time {
	if !s.Ended.IsZero() {
		return s.Ended
	}
	last := s.Traffic.Start.Add(time.Duration(len(s.Traffic.Counts)) * s.Traffic.width())
	if last.Before(s.Started) {
		return s.Started
	}
	return last
}

// Duration is how long the session worked, from its first request.
func (s Session) Duration() time.Duration {
	from := s.Started
	if !s.Traffic.Start.IsZero() && s.Traffic.Start.Before(from) {
		from = s.Traffic.Start
	}
	return s.End().Sub(from)
}

// Requests counts attempts.
type Requests struct {
	Read      int64 `json:"read"`
	Write     int64 `json:"write"`
	Retried   int64 `json:"retried"`
	Throttled int64 `json:"throttled"`
}

// Add is the sum of both.
func (r Requests) Add(o Requests) Requests {
	return Requests{Read: r.Read + o.Read, Write: r.Write + o.Write, Retried: r.Retried + o.Retried, Throttled: r.Throttled + o.Throttled}
}

// Sent is all attempts.
func (r Requests) Sent() int64 { return r.Read + r.Write }

// Traffic is requests over time: a count for each interval since Start.
type Traffic struct {
	Start   time.Time  `json:"start,omitzero"`
	WidthMS int64      `json:"width_ms"`
	Counts  []Requests `json:"counts"`
}

func (t Traffic) width() time.Duration { return time.Duration(max(1, t.WidthMS)) * time.Millisecond }

// Total is the sum over all intervals.
func (t Traffic) Total() Requests {
	var sum Requests
	for _, c := range t.Counts {
		sum = sum.Add(c)
	}
	return sum
}
