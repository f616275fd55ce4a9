package importer

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"attio-etl/checkpoint"
)

// groupCommit bounds how many rows one journal transaction takes. The channel to the journal holds as many, so that all rows that
// ended during one disk flush share the next.
const groupCommit = 256

// run is the state of writing one step: what its goroutines share.
type run struct {
	*Import
	checked *Checked
	columns []string // of the source

	stop    context.CancelCauseFunc // ends the intake of rows, with the reason
	cause   func() error            // that reason, nil while rows are taken in
	ended   chan ending             // rows whose end, or whose beginning, is to be journaled
	breaker breaker

	items  items  // what rows with a key become
	owners owners // of records

	contents *contents // of rows without a key; nil where they have one

	looked *Look                   // how live values were read; nil before
	lives  cursor[checkpoint.Live] // these values, beside the source
	blind  bool                    // records were seen of which it is not known whose they are

	sent  bool          // a row was handed to a worker in this session
	later []*run        // steps that write the same object after this one
	fed   []*references // of all steps, where what this one writes can be referred to by its id

	only  []int64                // the rows to write, in order; empty: all
	watch func(checkpoint.Entry) // told of each entry that is on disk; nil: nobody

	mu       sync.Mutex
	summary  Summary
	deferred int64 // rows whose references wait until all rows are written
}

// newRun begins a run, with an intake of its own within that of all.
func newRun(all context.Context, im *Import, checked *Checked) (*run, context.Context) {
	intake, stop := context.WithCancelCause(all)
	return &run{
		Import: im, items: im.items(), contents: im.newContents(), checked: checked, columns: im.Source.Schema().Columns, stop: stop, cause: func() error { return context.Cause(intake) },
		summary: Summary{Read: checked.Rows},
	}, intake
}

// write is pass 2.
func (r *run) write(intake, work context.Context) {
	if intake.Err() != nil {
		return
	}
	err := r.prepare(intake)
	if err == nil {
		err = r.look(intake)
	}
	if err != nil {
		r.stopFor(err)
	}
	r.pass(intake, work, r.read)
	if r.diffs() {
		if err := r.Live.Clear(context.WithoutCancel(work)); err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
		}
	}
}

// writeDeferred is pass 3.
func (r *run) writeDeferred(intake, work context.Context) {
	if err := r.checked.refs.lookUp(intake, r.Records, r.schemaOf); err != nil {
		r.stopFor(err)
	}
	r.pass(intake, work, r.readDeferred)
}

// prepare looks up what earlier steps have made, and creates what rows need to be there: options, and records that they refer to.
func (r *run) prepare(intake context.Context) error {
	gap, err := r.checked.refs.arrive(intake, r.Records, r.schemaOf)
	if err != nil {
		return err
	}
	if gap {
		// Rows that would have been written are rejected now, and nothing is created for those.
		if err := r.checkLate(intake, r.checked, func(*verdict, int) {}); err != nil {
			return err
		}
	}
	if len(r.checked.choices.list) > 0 {
		if err := r.checked.choices.create(intake, r.Choices, r.Schema, r.Journal); err != nil {
			return err
		}
	}
	return r.checked.refs.create(intake, r.Records, r.schemaOf, r.Journal)
}

// stopFor stops the run for an error of a call that serves no row.
func (r *run) stopFor(err error) {
	if stop := r.breaker.gaveUp(err); stop != nil {
		r.stop(stop)
		return
	}
	r.stop(&StoppedError{Reason: Unavailable, Err: err})
}

// pass sends rows from a reader through workers into the journal. The stages end in order, each closing what the next one reads. None
// returns an error to the group: the first fault stops the intake, and what is in flight is still finished and journaled.
func (r *run) pass(intake, work context.Context, read func(context.Context, *workers)) {
	if intake.Err() != nil {
		return
	}
	r.ended = make(chan ending, groupCommit)
	workers := r.newWorkers()
	var all, writers errgroup.Group
	writers.Go(func() error {
		defer workers.close()
		read(intake, workers)
		return nil
	})
	for _, w := range workers.list {
		writers.Go(func() error {
			w.loop(intake, work)
			return nil
		})
	}
	all.Go(func() error {
		defer close(r.ended)
		return writers.Wait()
	})
	all.Go(func() error {
		// A reply that has come in is journaled even when everything is being stopped.
		r.journal(context.WithoutCancel(work))
		return nil
	})
	_ = all.Wait() // no stage returns an error
}

// written reports whether every row has an end, or is written but for references that wait for other rows, and no more were rejected than
// the job allows.
func (r *run) written() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.summary.Read == r.summary.Ended()+r.deferred && overLimit(r.Limit, r.summary.Rejected, r.checked.Rows) == nil
}

// waits reports whether there are such rows, and no others that are open.
func (r *run) waits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deferred > 0 && r.summary.Read == r.summary.Ended()+r.deferred
}

// finish turns the reason for which the intake ended, nil for the end of the source, into the run's result.
func (r *run) finish(work context.Context) (Summary, error) {
	s, cause := r.snapshot(), r.cause()
	s.Read = max(s.Read, s.Ended()) // a source that grew meanwhile; the fingerprint tells below
	s.NotReached = s.Read - s.Ended()
	if stopped, ok := errors.AsType[*StoppedError](cause); ok && stopped.Reason == RejectLimit {
		return s, cause // also where the last row was the one too many: steps that need this one must not take it for complete
	}
	if s.NotReached > 0 && cause != nil {
		if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
			return s, ErrInterrupted
		}
		return s, cause
	}
	fingerprint, err := r.Source.Fingerprint(work)
	switch {
	case err != nil && work.Err() != nil:
		return s, ErrInterrupted
	case err != nil:
		return s, fmt.Errorf("make sure that the source did not change: %w", err)
	case fingerprint != r.Print:
		return s, ErrSourceChanged
	case s.NotReached > 0:
		return s, r.breaker.unavailable(s.NotReached)
	}
	return s, nil
}

// journal writes rows' ends in groups and counts them once they are durable (I2). When the journal fails it stops the intake and
// lets the rest pass uncounted: those rows run again on resume.
func (r *run) journal(ctx context.Context) {
	failed := false
	for first := range r.ended {
		group := r.drain(first)
		entries := make([]checkpoint.Entry, len(group))
		for i, e := range group {
			entries[i] = e.Entry
		}
		if !failed {
			if err := r.Journal.Append(ctx, entries); err != nil {
				failed = true
				r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			}
		}
		for _, e := range group {
			if e.noted != nil {
				e.noted <- !failed
			}
		}
		if !failed {
			r.tell(entries)
			r.count(entries)
		}
	}
}

// ending is an entry on its way into the journal.
type ending struct {
	checkpoint.Entry
	noted chan<- bool // told whether the entry is on disk, where somebody waits for that; it must have room
}

// drain takes what has come in meanwhile.
func (r *run) drain(first ending) []ending {
	group := []ending{first}
	for len(group) < groupCommit {
		select {
		case e, ok := <-r.ended:
			if !ok {
				return group
			}
			group = append(group, e)
		default:
			return group
		}
	}
	return group
}

func (r *run) count(group []checkpoint.Entry) {
	r.mu.Lock()
	for _, e := range group {
		r.tally(e.Outcome)
	}
	s := r.summary
	r.mu.Unlock()
	if r.Observe != nil {
		r.Observe(s)
	}
}

// tally counts a row; r.mu is held.
func (r *run) tally(o checkpoint.Outcome) {
	if o == checkpoint.Deferred {
		r.deferred++
		return
	}
	r.summary.count(o)
	if o == checkpoint.Rejected {
		if err := overLimit(r.Limit, r.summary.Rejected, r.checked.Rows); err != nil {
			r.stop(err)
		}
	}
}

// countResumed counts a row that an earlier session ended, or wrote but for references.
func (r *run) countResumed(o checkpoint.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally(o)
	if o != checkpoint.Deferred {
		r.summary.Resumed++
	}
}

func (r *run) snapshot() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.summary
}
