package importer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/valueconv"
)

// Sampled is what became of one row of a sample.
type Sampled struct {
	Ordinal  int64
	Key      crm.Key
	Outcome  checkpoint.Outcome // Deferred for a row that is written but for references to later rows; 0 for one that the API did not answer for
	Findings diag.List          // why it was rejected
	Record   crm.Record         // as it was read back; without an id where there is none
}

// Sample writes the first rows of each step and nothing else, and reads their records back for show. A Write after it, in this process or a later one, is the
// same run going on: it takes these rows for done.
//
// The sample of a step is its first rows in the order of the file that can be written before all others are: that the checks do not reject, that have not
// ended yet, that share no key with another row, and whose references are there, or are made by the sample of an earlier step. A step has none whose records an earlier one
// writes too, nor one whose rows have no key. Options and records that rows need are created for those of the sample only.
//
// What Check found is not changed by it. The results are those of the run so far: what is left is not reached. An error is why the sample ended early.
func (s Steps) Sample(intake, work context.Context, checked []*Checked, rows int, show func(step int, row Sampled)) ([]Result, error) {
	results := make([]Result, len(s))
	seen := map[recordKey]string{} // ids of the sample's records, by unique values that they were read back with
	var ended error
	for i, step := range s {
		im := *step.Import
		im.Warn, im.Observe = nil, nil // the Write after it tells of these rows too
		r, own := newRun(intake, &im, checked[i])
		for _, later := range s[i+1:] {
			if later.Target() == step.Target() && !later.keyless() {
				r.later = append(r.later, &run{Import: later.Import})
			}
		}
		if ended == nil && !step.keyless() && !s.precedes(i) {
			list, err := r.sample(own, work, rows, seen)
			for _, row := range list {
				if s.feeds(i) {
					r.remember(seen, row.Record)
				}
				show(i, row)
			}
			if err != nil {
				ended = s.named(i, err)
			}
			results[i].Err = err
		}
		results[i].Summary = r.recount(own, checked[i])
		r.stop(nil)
	}
	return results, ended
}

// recount is what the journal has of all rows; those that the sample is not of were done by earlier sessions.
func (r *run) recount(intake context.Context, all *Checked) Summary {
	only := r.only
	r.checked, r.only, r.ended = all, nil, nil
	s := Summary{Read: all.Rows}
	r.rows(intake, false, func(v *verdict, entry checkpoint.Entry, done bool) bool {
		if done {
			s.count(entry.Outcome)
			if _, is := slices.BinarySearch(only, v.row.Ordinal); !is && entry.Outcome != checkpoint.Deferred {
				s.Resumed++
			}
		}
		return true
	})
	s.NotReached = s.Read - s.Ended()
	return s
}

// precedes reports whether an earlier step writes records of the same target: those of this one would come too early (I3).
func (s Steps) precedes(step int) bool {
	return slices.ContainsFunc(s[:step], func(e Step) bool { return e.Target() == s[step].Target() })
}

// remember notes by which unique values a record of the sample can be referred to.
func (r *run) remember(seen map[recordKey]string, record crm.Record) {
	for _, v := range record.Values[r.Match] {
		seen[recordKey{object: r.Target().Object, match: r.Match, value: valueconv.Canonical(v)}] = record.ID
	}
}

// sample writes the sample of a step.
func (r *run) sample(intake, work context.Context, rows int, seen map[recordKey]string) ([]Sampled, error) {
	list := r.choose(intake, rows, seen)
	if err := r.why(intake); err != nil || len(list) == 0 {
		return nil, err
	}
	if err := r.prepare(intake); err != nil {
		r.stopFor(err)
	} else if err := r.lookAtSample(intake); err != nil {
		r.stopFor(err)
	}
	r.watch = func(e checkpoint.Entry) {
		at := slices.Index(r.only, e.Ordinal)
		list[at].Outcome, list[at].Record.ID = e.Outcome, e.Record
		if e.Reject != nil {
			list[at].Findings = e.Reject.Findings
		}
	}
	r.pass(intake, work, r.read)
	for i := range list {
		if list[i].Outcome == checkpoint.Sent {
			list[i].Outcome = 0
		}
		if id := list[i].Record.ID; id != "" && r.cause() == nil {
			record, err := r.items.get(work, id)
			if err != nil {
				r.stopFor(fmt.Errorf("read record %s back: %w", id, err))
				break
			}
			list[i].Record = record
		}
	}
	if r.diffs() {
		if err := r.Live.Clear(context.WithoutCancel(work)); err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
		}
	}
	return list, r.why(intake)
}

// why is the reason for which the intake ended, as a run's result; nil while it goes on.
func (r *run) why(intake context.Context) error {
	switch cause := r.cause(); {
	case cause != nil && (errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)):
		return ErrInterrupted
	case cause != nil:
		return cause
	default:
		return intake.Err()
	}
}

// choose picks the rows of the sample, and gives the run what the checks know of these alone.
func (r *run) choose(intake context.Context, rows int, seen map[recordKey]string) (list []Sampled) {
	part := *r.checked
	part.refs, part.choices = newReferences(r.Plan), newChoices{seen: r.checked.choices.seen}
	part.refs.unneeded = r.checked.refs.unneeded
	used := newChoices{}
	r.rows(intake, false, func(v *verdict, _ checkpoint.Entry, done bool) bool {
		if done || v.rejected() || v.group != 0 || !part.refs.borrow(r.checked.refs, v.item.Fields, seen) {
			return true
		}
		used.collect(v.item.Fields, r.Schema)
		list = append(list, Sampled{Ordinal: v.row.Ordinal, Key: shownKey(v.item.Key)})
		return len(list) < rows
	})
	for _, c := range r.checked.choices.list { // spelled as the whole import spells them
		if _, _, is := used.first(c.attribute, c.title); is {
			part.choices.list = append(part.choices.list, c)
		}
	}
	for _, row := range list {
		r.only = append(r.only, row.Ordinal)
	}
	r.checked = &part
	return list
}

// borrow takes what all know of the references of a row; false for a row that has to wait for one.
func (r *references) borrow(all *references, fields []crm.Field, seen map[recordKey]string) bool {
	found, creates := map[recordKey][]string{}, map[recordKey]bool{}
	for _, f := range fields {
		for _, v := range f.Values {
			key, named := keyOfReference(v)
			if !named {
				continue
			}
			ids := all.found[key]
			if id := seen[key]; len(ids) == 0 && id != "" {
				ids = []string{id}
			}
			if len(ids) == 0 && all.expected[key] {
				return false
			}
			found[key] = ids
			if all.policies[f.Attribute].Missing == jobs.MissingCreate {
				creates[key] = true
			}
		}
	}
	maps.Copy(r.found, found)
	maps.Copy(r.creates, creates)
	return true
}

// lookAtSample reads the live records of the sample, by their keys.
func (r *run) lookAtSample(ctx context.Context) error {
	if !r.diffs() {
		return nil
	}
	if err := r.Live.Clear(ctx); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	r.looked = &Look{How: jobs.DiffKeys, Why: "a sample", Rows: int64(len(r.only))}
	return r.lookUpRows(ctx, r.looked)
}
