package importer

import (
	"context"
	"errors"
	"fmt"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// endKnown ends the rows that are there already. All of them are in the journal before a row is sent, so that what a later session finds and no row has
// can only be what a row has become that was sent.
func (r *run) endKnown(intake context.Context) {
	if r.contents.given == 0 {
		return
	}
	r.rows(intake, false, func(v *verdict, entry checkpoint.Entry, _ bool) bool {
		live, found, err := r.lives.find(intake, v.row.Ordinal)
		if err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			return false
		}
		if !found {
			return true
		}
		r.warn(v.warnings)
		t := task{item: v.item}
		t.remember(entry, true)
		return send(intake, r.ended, ending{Entry: t.written(live.Record)})
	})
	r.lives = r.newLives()
}

// isKnown reports whether endKnown has ended a row.
func (r *run) isKnown(intake context.Context, v *verdict) (known, ok bool) {
	_, known, err := r.lives.find(intake, v.row.Ordinal)
	if err != nil {
		r.stop(&StoppedError{Reason: JournalFailed, Err: err})
	}
	return known, err == nil
}

// bringLater hands a row that is not there to a worker, those that could be taken for each other all to the same. One that is, or may be, with other content
// is rejected. False when the intake ended.
func (r *run) bringLater(intake context.Context, v *verdict, entry checkpoint.Entry, t *task, workers *workers) bool {
	// What an earlier session was about to create is noted for as long as the API has not refused it, whatever became of the row since.
	if (entry.Record != "" || t.known) && entry.Hash != v.item.Hash {
		return r.rejectChanged(intake, v, entry, t)
	}
	t.group = r.contents.groupOf(v.fields)
	return workers.hand(intake, *t)
}

// rejectChanged rejects a row that is written, or may be, as an earlier mapping or an earlier file had it: it cannot be changed, and one more would
// double it. Its entry stays that of what was written.
func (r *run) rejectChanged(intake context.Context, v *verdict, entry checkpoint.Entry, t *task) bool {
	what := "may have been written"
	if entry.Record != "" {
		what = "was written as " + entry.Record
	}
	finding := diag.Finding{
		Code: "content-changed", Problem: "the row " + what + " with other content by an earlier session of this run, and " + r.Target().String() + " are only created",
		Hint: "change it in Attio, or delete it there and import the row by a new run: import --restart",
	}
	t.reject.Findings = diag.List{finding.At(r.pos(v.item, r.Match))}
	return send(intake, r.ended, ending{Entry: checkpoint.Entry{
		Ordinal: v.row.Ordinal, Hash: v.item.Hash, Outcome: checkpoint.Rejected, Record: entry.Record, Reject: t.reject,
	}})
}

// bring creates what a row wants. Whether a request that got no reply was processed is told by what is there, and only when nothing is that no other
// row has, is it sent again (I4).
func (w *worker) bring(work context.Context, t *task) (string, *diag.Finding, error) {
	content := w.contents.content(whole(t.fields))
	if err := w.intend(t, &checkpoint.Previous{Created: true}, expectedNew(crm.Key{}, content)); err != nil {
		return "", nil, err
	}
	var err error
	for range amendTries {
		var made crm.Record
		if made, err = w.contents.create(work, whole(t.fields)); err == nil && made.ID == "" {
			return w.nameless(work, t)
		}
		if err == nil {
			w.wroteRecord(t, made, content, true)
			return made.ID, w.claimed(t, made), nil
		}
		if fault, ok := rowFault(err); ok {
			return "", w.refused(t, fault), nil
		}
		var fault crm.Fault
		if work.Err() != nil || !errors.As(err, &fault) || fault.FaultClass() != crm.FaultTransient {
			break
		}
		id, lost := w.there(work, t)
		if id != "" || lost != nil {
			t.wrote = true
			return id, nil, lost
		}
	}
	return "", nil, fmt.Errorf("row %d: %w", t.item.Ordinal, err)
}

// nameless settles a success that does not show what was created: it is none while nothing is there (I8).
func (w *worker) nameless(work context.Context, t *task) (string, *diag.Finding, error) {
	t.wrote = true
	id, err := w.there(work, t)
	if err != nil || id != "" {
		return id, nil, err
	}
	finding := notConfirmed(t, "the API said that the row was written, and does not show what became of it").At(w.pos(t.item, w.Match))
	return "", &finding, nil
}

// there finds what a row has become, by its content; empty where there is nothing that no other row has.
func (w *worker) there(work context.Context, t *task) (string, error) {
	pages := w.contents.all(work)
	if parent := w.contents.parent(t.fields); parent.ID != "" {
		pages = w.contents.under(work, []crm.RecordReference{parent})
	}
	for records, err := range pages {
		if err != nil {
			return "", err
		}
		for _, record := range records {
			if !w.contents.holds(record, t.fields) {
				continue
			}
			if _, mine := w.owners.claim(record.ID, t.item.Ordinal); mine {
				return record.ID, nil
			}
		}
	}
	return "", nil
}
