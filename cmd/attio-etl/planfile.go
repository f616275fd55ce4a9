package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/internal/atomicfile"
)

// A plan file is JSON Lines: a header that says what the plan is of, every row, and a last line that proves the end (I6).

// planHeader is the first line. Fields are only ever added.
type planHeader struct {
	Type      string           `json:"type"` // "plan-header"
	Version   int              `json:"version"`
	Job       string           `json:"job"`
	JobHash   string           `json:"job_hash"`
	Workspace string           `json:"workspace"`
	Steps     []planHeaderStep `json:"steps"`
}

type planHeaderStep struct {
	Step     string `json:"step"`
	PlanHash string `json:"plan_hash"` // of the mapping as it meets the workspace's attributes
	Source   string `json:"source"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
}

// planEnd is the last line.
type planEnd struct {
	Type string `json:"type"` // "plan-end"
	Rows int64  `json:"rows"`
}

const (
	planFileVersion = 1
	planHeaderType  = "plan-header"
	planEndType     = "plan-end"
)

func headerOf(run checkpoint.Run) planHeader {
	h := planHeader{Type: planHeaderType, Version: planFileVersion, Job: run.Job, JobHash: run.JobHash, Workspace: run.Workspace}
	for _, s := range run.Steps {
		h.Steps = append(h.Steps, planHeaderStep{Step: s.Name, PlanHash: s.PlanHash, Source: s.Source, Size: s.Print.Size, SHA256: s.Print.SHA256})
	}
	return h
}

// planWriter writes a plan file, which appears under its name once it is whole.
type planWriter struct {
	file *atomicfile.File
	out  *bufio.Writer
	enc  *json.Encoder
	rows int64
	err  error // the first
}

func createPlan(path string, run checkpoint.Run) (*planWriter, error) {
	file, err := atomicfile.Create(path)
	if err != nil {
		return nil, err
	}
	w := &planWriter{file: file, out: bufio.NewWriter(file)}
	w.enc = json.NewEncoder(w.out)
	w.line(headerOf(run))
	return w, nil
}

func (w *planWriter) line(record any) {
	if w.err == nil {
		w.err = w.enc.Encode(record)
	}
}

func (w *planWriter) row(row plannedRow) {
	w.rows++
	w.line(row.record())
}

func (w *planWriter) commit() error {
	w.line(planEnd{Type: planEndType, Rows: w.rows})
	if err := errors.Join(w.err, w.out.Flush()); err != nil {
		return errors.Join(err, w.file.Abort())
	}
	return w.file.Commit()
}

// stalePlanError says that a plan is not of what there is now.
type stalePlanError struct {
	path  string
	moved []string // what has
	more  int64    // rows that have and are not among these
}

// maxMoved is how many rows an error names.
const maxMoved = 10

func (e *stalePlanError) Error() string {
	text := e.path + " is stale: " + strings.Join(e.moved, "; ")
	if e.more > 0 {
		text += fmt.Sprintf("; and %d more", e.more)
	}
	return text
}

// planReader compares a plan file with what is planned now, row by row.
type planReader struct {
	path  string
	file  *os.File
	lines *json.Decoder
	rows  int64
	stale stalePlanError
	err   error // the first that keeps the file from being read
}

// openPlan opens a plan file that is of this run; a *stalePlanError says what is another one.
func openPlan(path string, run checkpoint.Run) (*planReader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the plan: %w", err)
	}
	r := &planReader{path: path, file: file, lines: json.NewDecoder(bufio.NewReader(file)), stale: stalePlanError{path: path}}
	var was planHeader
	if err := r.lines.Decode(&was); err != nil || was.Type != planHeaderType || was.Version != planFileVersion {
		return nil, errors.Join(fmt.Errorf("%s is not a plan of this version: make one with attio-etl plan JOB -o FILE", path), file.Close())
	}
	r.stale.moved = was.differs(headerOf(run))
	if len(r.stale.moved) > 0 {
		return nil, errors.Join(&r.stale, file.Close())
	}
	return r, nil
}

// differs tells what a plan is of that is another now.
func (h planHeader) differs(now planHeader) (moved []string) {
	note := func(same bool, text string) {
		if !same {
			moved = append(moved, text)
		}
	}
	note(h.Workspace == now.Workspace, "it is of another workspace")
	note(h.Job == now.Job, "it is of job "+h.Job)
	note(h.JobHash == now.JobHash, "the job file has changed")
	if !slices.EqualFunc(h.Steps, now.Steps, func(a, b planHeaderStep) bool { return a.Step == b.Step }) {
		return append(moved, "it is of other steps")
	}
	for i, was := range h.Steps {
		is := now.Steps[i]
		note(was.Source == is.Source, "it is of source "+was.Source)
		note(was.Source != is.Source || (was.Size == is.Size && was.SHA256 == is.SHA256), is.Source+" has changed")
		note(h.JobHash != now.JobHash || was.PlanHash == is.PlanHash, "the attributes of the workspace have changed")
	}
	return moved
}

// row compares the next row.
func (r *planReader) row(now plannedRow) {
	if r.err != nil {
		return
	}
	var was planRowRecord
	if r.err = r.lines.Decode(&was); r.err != nil {
		return
	}
	r.rows++
	is := now.record()
	if what := was.differs(is); what != "" {
		if len(r.stale.moved) == maxMoved {
			r.stale.more++
			return
		}
		r.stale.moved = append(r.stale.moved, what)
	}
}

// differs tells what a plan says of a row that is otherwise now; empty where nothing is.
func (r planRowRecord) differs(now planRowRecord) string {
	name := strings.TrimRight(fmt.Sprintf("row %d, %s", r.Row, strings.Join(r.Key, ", ")), ", ")
	if record := now.Record + r.Record; record != "" {
		name += " (record " + max(now.Record, r.Record) + ")"
	}
	switch {
	case r.Step != now.Step || r.Row != now.Row:
		return name + ": it is not the row that comes here"
	case r.Record != now.Record && r.Record == "":
		return name + ": there is a record now"
	case r.Record != now.Record:
		return name + ": the record is gone, or another one has the key"
	}
	for _, was := range r.Changes {
		i := slices.IndexFunc(now.Changes, func(c changeRecord) bool { return c.Attribute == was.Attribute })
		switch {
		case i < 0:
			return fmt.Sprintf("%s: %s was %s and is now as the row says", name, was.Attribute, shownValues(was.Old, was.Unread))
		case !slices.Equal(was.Old, now.Changes[i].Old):
			return fmt.Sprintf("%s: %s was %s and is %s now", name, was.Attribute, shownValues(was.Old, was.Unread), shownValues(now.Changes[i].Old, now.Changes[i].Unread))
		case !slices.Equal(was.New, now.Changes[i].New):
			return fmt.Sprintf("%s: %s was to become %s and would become %s now", name, was.Attribute, shownValues(was.New, false), shownValues(now.Changes[i].New, false))
		}
	}
	for _, is := range now.Changes {
		if !slices.ContainsFunc(r.Changes, func(c changeRecord) bool { return c.Attribute == is.Attribute }) {
			return fmt.Sprintf("%s: %s was as the row says and is %s now", name, is.Attribute, shownValues(is.Old, is.Unread))
		}
	}
	if r.Outcome != now.Outcome || !slices.Equal(r.Codes, now.Codes) {
		return fmt.Sprintf("%s: it was to be %s and would be %s now", name, r.Outcome, now.Outcome)
	}
	return ""
}

// finish reads the file's end; the error is a *stalePlanError where rows have moved.
func (r *planReader) finish() error {
	var end planEnd
	if r.err == nil {
		r.err = r.lines.Decode(&end)
	}
	if r.err != nil || end.Type != planEndType || end.Rows != r.rows {
		return errors.Join(fmt.Errorf("%s is cut off or damaged: make it anew", r.path), ignoreEOF(r.err), r.file.Close())
	}
	if err := r.file.Close(); err != nil {
		return fmt.Errorf("close the plan: %w", err)
	}
	if len(r.stale.moved) > 0 {
		return &r.stale
	}
	return nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// record is the row as JSON output and plan files have it.
func (p plannedRow) record() planRowRecord {
	record := planRowRecord{
		Type: "row", Step: p.step.Name, Row: p.row.Ordinal, Key: p.row.Key.Values, Outcome: outcomeWords[p.row.Outcome], Record: p.row.Record,
	}
	for _, f := range p.row.Findings {
		record.Codes = append(record.Codes, f.Code)
	}
	for _, c := range p.row.Changes {
		before, after := p.texts(c)
		record.Changes = append(record.Changes, changeRecord{Attribute: c.Attribute, Old: before, New: after, Unread: c.Unread})
	}
	return record
}
