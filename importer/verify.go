package importer

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"attio-etl/checkpoint"
	"attio-etl/jobs"
	"attio-etl/valueconv"
)

// Verified is what a look at what a run wrote has found.
type Verified struct {
	Rows       int64 `json:"rows"`       // rows of an import, or things of an undo
	Same       int64 `json:"same"`       // as the run was to leave them
	Differ     int64 `json:"differ"`     // others
	Uncompared int64 `json:"uncompared"` // rows whose record another row or step writes too
	Rejected   int64 `json:"rejected"`   // rows that the run rejected, or things that an undo kept
}

// Add is the sum of both.
func (v Verified) Add(o Verified) Verified {
	return Verified{v.Rows + o.Rows, v.Same + o.Same, v.Differ + o.Differ, v.Uncompared + o.Uncompared, v.Rejected + o.Rejected}
}

// Verify compares what the workspace holds with what the rows say, but for those that the steps' journals have as rejected. show is given each row
// that differs, as what it would take to write it.
func (s Steps) Verify(ctx context.Context, checked []*Checked, show func(step int, row Planned)) ([]Verified, error) {
	results, journals := make([]Verified, len(s)), make([]cursor[checkpoint.Entry], len(s))
	looking := slices.Clone(s)
	for i, step := range s {
		im := *step.Import
		if im.Mode == jobs.ModeCreate && !im.keyless() {
			im.Mode = jobs.ModeUpsert // the records are there now, and to be compared
		}
		looking[i].Import = &im
		journals[i] = cursor[checkpoint.Entry]{after: step.Journal.After, ordinal: func(e checkpoint.Entry) int64 { return e.Ordinal }}
	}
	var failed error
	_, err := looking.Plan(ctx, checked, false, func(i int, row Planned) {
		entry, found, err := journals[i].find(ctx, row.Ordinal)
		if err != nil {
			failed = err
			return
		}
		result := &results[i]
		result.Rows++
		switch {
		case found && entry.Outcome == checkpoint.Rejected:
			result.Rejected++
		case row.Outcome == checkpoint.Upserted || s.writtenAfter(i, checked, row):
			result.Uncompared++
		case row.Outcome == checkpoint.Unchanged, s[i].deletes() && row.Outcome == checkpoint.Rejected:
			result.Same++
		default:
			result.Differ++
			show(i, row)
		}
	})
	if err == nil {
		err = failed
	}
	return results, err
}

// writtenAfter reports whether a later step writes the record of a row too.
func (s Steps) writtenAfter(step int, checked []*Checked, row Planned) bool {
	for later := step + 1; later < len(s); later++ {
		if s[later].Target() == s[step].Target() && s[later].Match == s[step].Match && slices.ContainsFunc(row.Key.Values, checked[later].writes) {
			return true
		}
	}
	return false
}

// Verify compares what the workspace holds with what undoing has left: list is that of the run that undoes. show is given each thing that differs, in no
// order and by one goroutine at a time.
func (u *Undo) Verify(ctx context.Context, show func(Undone)) (result Verified, err error) {
	var mu sync.Mutex
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(max(1, u.Workers))
	for last := int64(0); ; {
		page, err := u.List.After(ctx, last, undoPage)
		if err != nil {
			return result, errFirst(group.Wait(), err)
		}
		for _, t := range page {
			last = t.Ordinal
			if len(t.Wrote) == 0 && !t.Deleted { // kept
				mu.Lock()
				result.Rows, result.Rejected = result.Rows+1, result.Rejected+1
				mu.Unlock()
				continue
			}
			group.Go(func() error {
				done, err := u.verify(inner, t)
				mu.Lock()
				defer mu.Unlock()
				result.Rows++
				switch {
				case err != nil:
				case len(done.Findings) > 0 || len(done.Changes) > 0:
					result.Differ++
					show(done)
				default:
					result.Same++
				}
				return err
			})
		}
		if len(page) < undoPage {
			return result, group.Wait()
		}
	}
}

func errFirst(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// verify compares one thing with what undoing has left of it.
func (u *Undo) verify(ctx context.Context, t checkpoint.Touched) (Undone, error) {
	things := u.Things[t.Target]
	done := Undone{Target: t.Target, Record: t.Record, Name: t.Record, Outcome: checkpoint.Updated, schema: things.Schema()}
	record, err := things.Get(ctx, t.Record)
	s := undoing{Undo: u}
	switch {
	case gone(err) && t.Deleted:
		return done, nil
	case gone(err):
		s.keep(&done, "gone", "", "it is not there any more", "it was deleted since the run was undone")
		return done, nil
	case err != nil:
		return done, err
	}
	done.Name = calledBy(things.Schema(), record)
	if t.Deleted {
		s.keep(&done, "still-there", "", "undoing has deleted it, and it is there", "")
		return done, nil
	}
	for slug := range t.Wrote {
		attr, _ := things.Schema().Attribute(slug)
		after := t.After[slug]
		if want := after[len(after)-1]; !valueconv.Equal(attr, want, record.Values[slug]) {
			done.Changes = append(done.Changes, Change{Attribute: slug, Old: record.Values[slug], New: want})
		}
	}
	return done, nil
}
