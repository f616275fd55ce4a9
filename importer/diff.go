package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// difference is what is left to write on a record, and what that replaces.
type difference struct {
	patch, put []crm.Field
	previous   *checkpoint.Previous
}

func (d difference) none() bool { return len(d.patch) == 0 && len(d.put) == 0 }

// difference compares a record with the fields of a row, by the policy of each.
func (im *Import) difference(record crm.Record, fields []crm.Field) (difference, *diag.Finding) {
	// A write adds to the match attribute, as an assert does by itself (contract §6).
	if i := slices.IndexFunc(fields, func(f crm.Field) bool { return f.Attribute == im.Match && f.Write == crm.Replace }); i >= 0 {
		fields = slices.Clone(fields)
		fields[i].Write = crm.Append
	}
	patch, put, finding := amend(im.Schema, record, fields)
	if finding != nil {
		return difference{}, finding
	}
	d := difference{patch: patch, put: put, previous: &checkpoint.Previous{}}
	d.previous.Keep(record, patch)
	d.previous.Keep(record, put)
	return d, nil
}

// newLives walks the snapshot beside the source, from its start.
func (r *run) newLives() cursor[checkpoint.Live] {
	return cursor[checkpoint.Live]{after: r.Live.After, ordinal: func(l checkpoint.Live) int64 { return l.Ordinal }}
}

// compare settles a row by what the workspace held: one that differs in nothing ends here, and so does one whose record cannot be told;
// any other goes on as a task that knows the record. ok is false when the intake ended.
func (r *run) compare(intake context.Context, v *verdict, t *task) (ended, ok bool) {
	live, found, err := r.lives.find(intake, v.row.Ordinal)
	if err != nil {
		r.stop(&StoppedError{Reason: JournalFailed, Err: err})
		return false, false
	}
	t.looked = !r.blind || found
	if !found && r.deletes() && t.known {
		return true, send(intake, r.ended, ending{Entry: t.written(t.was)}) // by an earlier session, which did not come to note it
	}
	if !found {
		if finding := r.admits(v.item.Key, "", false); t.looked && finding != nil {
			return true, r.rejectSettled(intake, v, t, *finding)
		}
		return false, true
	}
	record := crm.Record{ID: live.Record, Values: live.Values, Unread: live.Unread}
	d, finding := r.difference(record, t.fields)
	if unfit := cmp.Or(r.contested(v, live), r.admits(v.item.Key, live.Record, t.created)); unfit != nil {
		finding = unfit
	}
	if finding == nil && d.none() && !t.deletes {
		finding = r.claimed(t, record)
	}
	switch {
	case finding != nil:
		return true, r.rejectSettled(intake, v, t, *finding)
	case d.none() && !t.deletes:
		t.see(record)
		return true, send(intake, r.ended, ending{Entry: t.written(live.Record)})
	}
	t.live = &record
	return false, true
}

// rejectSettled ends a row that what the workspace holds rejects; false when the intake ended first.
func (r *run) rejectSettled(intake context.Context, v *verdict, t *task, finding diag.Finding) bool {
	t.reject.Findings = diag.List{finding.At(r.pos(v.item, r.Match))}
	return send(intake, r.ended, ending{Entry: checkpoint.Entry{
		Ordinal: v.row.Ordinal, Hash: v.item.Hash, Outcome: checkpoint.Rejected, Reject: t.reject, Unwritten: !t.known,
	}})
}

// contested rejects a row whose record cannot be told, or is that of another row too.
func (r *run) contested(v *verdict, live checkpoint.Live) *diag.Finding {
	switch {
	case len(live.Others) > 0:
		return r.ambiguousMatch(v.item.Key, append([]string{live.Record}, live.Others...))
	case live.Shared != 0:
		return &diag.Finding{
			Code:    "same-record",
			Problem: fmt.Sprintf("row %d, which has another key, is the same record in the workspace: %s", live.Shared, live.Record),
			Got:     spelledKey(v.item.Key),
			Want:    "rows of one record with a key value in common",
			Hint:    "make one row of them, or give both all keys and set duplicates: in_order",
		}
	}
	return nil
}

func (im *Import) ambiguousMatch(key crm.Key, ids []string) *diag.Finding {
	if im.Target().List != "" {
		return &diag.Finding{
			Code:    "ambiguous-match",
			Problem: fmt.Sprintf("the record has several entries on %s: %s", im.Target(), strings.Join(ids, " and ")),
			Got:     spelledKey(key),
			Want:    "a record with one entry, or none",
			Hint:    "delete all but one in Attio, or write mode: create for one entry a row",
		}
	}
	return &diag.Finding{
		Code:    "ambiguous-match",
		Problem: "the values of the key belong to different records: " + strings.Join(ids, " and "),
		Got:     spelledKey(key),
		Want:    "values of one record",
		Hint:    "merge the records in Attio, or split the row",
	}
}

var errNotNoted = errors.New("what was there before could not be noted")

// intend notes what a row is about to change and to leave, and comes back once that is on disk: it must not be lost with the process once the request
// is on its way.
func (w *worker) intend(t *task, found *checkpoint.Previous, left *checkpoint.Left) error {
	if found.Empty() || !w.tracks() {
		return nil
	}
	t.changed, t.created = true, t.created || found.Created
	noted := make(chan bool, 1) // the journal never waits for who takes the answer
	w.ended <- ending{
		Entry: checkpoint.Entry{Ordinal: t.item.Ordinal, Hash: t.item.Hash, Outcome: checkpoint.Sent, Record: left.Record, Previous: found, Left: left},
		noted: noted,
	}
	if !<-noted {
		return errNotNoted
	}
	return nil
}
