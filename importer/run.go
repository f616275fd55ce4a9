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

// run is the state of one Write: what its goroutines share.
type run struct {
	*Import
	checked *Checked

	stop    context.CancelCauseFunc // ends the intake of rows, with the reason
	ended   chan checkpoint.Entry   // rows whose end is to be journaled
	breaker breaker

	owners owners // of records

	mu       sync.Mutex
	summary  Summary
	deferred int64 // rows whose references wait for the second pass
}

// Write is pass 2, for a source that Check has been through. intake ends the reading of rows: requests in flight are finished and
// journaled, rows not begun stay open. work ends everything at once; it should outlive intake.
//
// The Summary is valid whatever the error. The error is nil when every row has an outcome; ErrInterrupted, ErrSourceChanged, a
// *StoppedError or an error of the source otherwise, and then the run can be resumed.
func (im *Import) Write(intake, work context.Context, checked *Checked) (Summary, error) {
	intake, stop := context.WithCancelCause(intake)
	defer stop(nil)
	r := &run{Import: im, checked: checked, stop: stop, summary: Summary{Read: checked.Rows}}
	if err := r.prepare(intake); err != nil {
		r.stopFor(err)
	}
	r.pass(intake, work, r.read)
	if intake.Err() == nil && r.onlyDeferredOpen() {
		if err := checked.refs.lookUp(intake, im.Records, im.schemaOf); err != nil {
			r.stopFor(err)
		}
		r.pass(intake, work, r.readDeferred)
	}
	return r.finish(work, context.Cause(intake))
}

// prepare creates what rows need to be there: options, and records that they refer to.
func (r *run) prepare(intake context.Context) error {
	if len(r.checked.choices.list) > 0 {
		if err := r.checked.choices.create(intake, r.Choices, r.Schema); err != nil {
			return err
		}
	}
	return r.checked.refs.create(intake, r.Records, r.schemaOf)
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
	r.ended = make(chan checkpoint.Entry, groupCommit)
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

// onlyDeferredOpen reports whether all rows are written but for references that waited for that.
func (r *run) onlyDeferredOpen() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deferred > 0 && r.summary.Read == r.summary.Ended()+r.deferred
}

// finish turns the reason for which the intake ended, nil for the end of the source, into the run's result.
func (r *run) finish(work context.Context, cause error) (Summary, error) {
	s := r.snapshot()
	s.Read = max(s.Read, s.Ended()) // a source that grew meanwhile; the fingerprint tells below
	s.NotReached = s.Read - s.Ended()
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
		if failed {
			continue
		}
		if err := r.Journal.Append(ctx, group); err != nil {
			failed = true
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			continue
		}
		r.count(group)
	}
}

// drain takes what has come in meanwhile.
func (r *run) drain(first checkpoint.Entry) []checkpoint.Entry {
	group := []checkpoint.Entry{first}
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
