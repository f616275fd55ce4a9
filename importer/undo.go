package importer

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// UndoList is what a run did, by record.
type UndoList interface {
	// After reads things above an ordinal, in the order in which they are undone, at most limit.
	After(ctx context.Context, ordinal int64, limit int) ([]checkpoint.Touched, error)
	// Has reports whether the run touched a record.
	Has(ctx context.Context, record string) (bool, error)
	// Touched is what the run did to a record; false for nothing.
	Touched(ctx context.Context, record string) (checkpoint.Touched, bool, error)
	// Knows reports whether a row of the run ended as a record, also one that it left as it was.
	Knows(ctx context.Context, record string) (bool, error)
	// WrittenSince is the newest later run that wrote a record; empty for none.
	WrittenSince(ctx context.Context, record string) (string, error)
}

// Things are what a target holds, as undoing needs them: the records of an object, the entries of a list, notes or tasks. All are given as
// records, with the attributes of the schema.
type Things interface {
	ThingReader
	// Put replaces the values of fields; an empty field clears. Sending it twice does no more.
	Put(ctx context.Context, id string, fields []crm.Field) (crm.Record, error)
	// Delete deletes one.
	Delete(ctx context.Context, id string) error
}

// ThingReader reads them.
type ThingReader interface {
	// Schema is the attributes.
	Schema() *crm.Schema
	// Get reads one; a fault of code not_found where it is gone.
	Get(ctx context.Context, id string) (crm.Record, error)
	// Find finds those that may be what the run was about to create, when it was cut off.
	Find(ctx context.Context, t checkpoint.Touched) ([]crm.Record, error)
	// WrittenBy is who gave an attribute the value that it has; false where nobody is told to have.
	WrittenBy(ctx context.Context, id, attribute string) (crm.ActorReference, bool, error)
}

// Undo takes back what a run did: what it created is deleted, what it changed is put back. What has been changed since is kept, and listed.
type Undo struct {
	List    UndoList
	Total   int64 // things on the list
	Things  map[crm.Target]Things
	Ends    Ends // of relationships
	Workers int
	Journal Journal // nil: it is only looked at what would be done

	// Show, if set, is given each thing that is undone or kept in this session; in no order, and by one goroutine at a time.
	Show func(Undone)
	// Observe, if set, is told how far the undoing is. It must be quick.
	Observe func(Summary)
}

// Undone is what became of one thing, or would. Its Outcome is Deleted, Updated where something was put back, Unchanged where there was
// nothing left to undo, and Rejected where something is kept: Findings then tell what. Changes are what was put back all the same.
type Undone struct {
	Target   crm.Target
	Record   string
	Name     string // what people know it by
	Outcome  checkpoint.Outcome
	Changes  []Change // Old is what was there right before
	Ends     []EndChange
	Findings diag.List

	schema *crm.Schema
}

// EndChange is the far end of a relationship that went back to the record that it was taken from.
type EndChange struct {
	Object    string
	Record    string // id of the record that was taken
	Attribute string // slug, or the id where the server tells only that
	Old, New  string // ids of the records that it refers to
}

// Attribute is an attribute of the thing.
func (d Undone) Attribute(slug string) crm.Attribute {
	attr, _ := d.schema.Attribute(slug)
	return attr
}

// undoing is the state of one session.
type undoing struct {
	*Undo
	stop    context.CancelCauseFunc
	breaker breaker

	mu      sync.Mutex
	summary Summary
	open    bool            // something that was taken on has no end
	borne   map[string]bool // ids of records whose entries or notes are kept: these would go with them
}

// undoPage is how many things are read at a time.
const undoPage = 200

// Run undoes. intake ends the taking on of things; work ends everything at once. The error is as that of Result, and then it can be resumed.
func (u *Undo) Run(intake, work context.Context) (Summary, error) {
	intake, stop := context.WithCancelCause(intake)
	defer stop(nil)
	s := &undoing{Undo: u, stop: stop, summary: Summary{Read: u.Total}, borne: map[string]bool{}}
	if err := s.all(intake, work); err != nil {
		s.stopFor(err)
	}
	s.summary.NotReached = s.summary.Read - s.summary.Ended()
	cause := context.Cause(intake)
	switch {
	case s.summary.NotReached == 0:
		return s.summary, nil
	case cause == nil:
		return s.summary, s.breaker.unavailable(s.summary.NotReached)
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return s.summary, ErrInterrupted
	}
	return s.summary, cause
}

func (s *undoing) stopFor(err error) {
	if stop := s.breaker.gaveUp(err); stop != nil {
		s.stop(stop)
	}
}

// all goes through the list: side by side what may be, and else in order. What comes later waits for what came before it, for the next session
// if need be: a record that is deleted before another is put back that held a reference to it would look as if somebody had changed that.
func (s *undoing) all(intake, work context.Context) error {
	var group errgroup.Group
	defer func() { _ = group.Wait() }() // no member returns an error
	group.SetLimit(max(1, s.Workers))
	at := [2]int64{}
	for last := int64(0); ; {
		page, err := s.List.After(work, last, undoPage)
		if err != nil {
			return &StoppedError{Reason: JournalFailed, Err: err}
		}
		for _, t := range page {
			if intake.Err() != nil {
				return nil
			}
			if now := [2]int64{t.Phase, t.Step}; now != at {
				_ = group.Wait()
				if s.leftOpen() {
					return nil
				}
				at = now
				group = errgroup.Group{}
				group.SetLimit(max(1, s.Workers))
			}
			group.Go(func() error {
				s.one(intake, work, t)
				return nil
			})
			last = t.Ordinal
		}
		if len(page) < undoPage {
			return nil
		}
	}
}

// one undoes one thing, or leaves it open.
func (s *undoing) one(intake, work context.Context, t checkpoint.Touched) {
	if t.Outcome != 0 && t.Outcome != checkpoint.Sent {
		s.bear(t, t.Outcome)
		s.count(t.Outcome, true)
		return
	}
	if intake.Err() != nil {
		return
	}
	done, left, err := s.undo(work, t)
	if err == nil && s.Journal != nil {
		err = s.note(work, t, done, left)
	}
	if err != nil {
		s.mu.Lock()
		s.open = true
		s.mu.Unlock()
		if work.Err() == nil {
			s.stopFor(err)
		}
		return
	}
	s.breaker.wrote()
	s.bear(t, done.Outcome)
	s.mu.Lock()
	if s.Show != nil && (done.Outcome != checkpoint.Unchanged || len(done.Findings) > 0) {
		s.Show(done)
	}
	s.mu.Unlock()
	s.count(done.Outcome, false)
}

func (s *undoing) leftOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// bear notes the record of an entry or a note that is kept.
func (s *undoing) bear(t checkpoint.Touched, o checkpoint.Outcome) {
	if o != checkpoint.Rejected {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, values := range t.After[jobs.ParentRecord] {
		for _, v := range values {
			if ref, ok := v.(crm.RecordReference); ok {
				s.borne[ref.ID] = true
			}
		}
	}
}

// bears reports whether an entry or a note of a record is kept.
func (s *undoing) bears(record string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.borne[record]
}

func (s *undoing) count(o checkpoint.Outcome, resumed bool) {
	s.mu.Lock()
	s.summary.count(o)
	if resumed {
		s.summary.Resumed++
	}
	now := s.summary
	s.mu.Unlock()
	if s.Observe != nil {
		s.Observe(now)
	}
}

// note makes durable what became of a thing.
func (s *undoing) note(work context.Context, t checkpoint.Touched, done Undone, left *checkpoint.Left) error {
	if done.Outcome == checkpoint.Deleted {
		left = &checkpoint.Left{Record: done.Record, Deletes: true}
	}
	if left != nil {
		target, err := t.Target.MarshalText()
		if err != nil {
			return err
		}
		left.Object = string(target)
	}
	e := checkpoint.Entry{Ordinal: t.Ordinal, Outcome: done.Outcome, Record: done.Record, Left: left}
	if done.Outcome == checkpoint.Rejected {
		e.Reject = &checkpoint.Reject{Ordinal: t.Ordinal, Findings: done.Findings, Cells: []string{t.Target.String(), done.Record, done.Name}}
	}
	return s.append(work, e)
}

func (s *undoing) append(work context.Context, e checkpoint.Entry) error {
	// A reply that has come in is journaled even when everything is being stopped.
	if err := s.Journal.Append(context.WithoutCancel(work), []checkpoint.Entry{e}); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	return nil
}
