package importer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/mapping"
)

// task is one row on its way to a worker. It keeps nothing of the source's buffers.
type task struct {
	item     mapping.Item
	key      crm.Key            // the item's, as the workspace knows it
	fields   []crm.Field        // to write
	deferred bool               // not all of the row can be written yet
	record   string             // id of the record that an earlier pass wrote; empty in that pass
	group    int64              // of rows that share a key, 0 for none
	reject   *checkpoint.Reject // the row as it would be rejected, findings left out
	holds    crm.Key            // values of its key that its record was seen to have
	unset    bool               // the row is rejected once the rest of it is written: reject has the findings

	// Where rows are compared with live values:
	diffed  bool             // the row ends as created, updated or unchanged
	looked  bool             // what the workspace held is known: live, or no record where that is nil
	live    *crm.Record      // what it held of the attributes that rows fill
	known   bool             // an earlier session has noted what the row found
	wrote   bool             // something of the row was written in this session
	deletes bool             // the row names a record to delete
	was     string           // id of the record that an earlier session noted; empty for none
	fresh   bool             // no record was there right before
	left    *checkpoint.Left // what the writes of this session have left; nil for none
	changed bool             // the run has changed something, or was about to
	created bool             // the run has made the record, or was about to
}

// rows walks source and journal side by side and, of all rows or of those that are the only ones, gives each row with its verdict and its entry, if it has one, until the source or
// the intake ends or do says so. What ends it otherwise stops the run.
func (r *run) rows(intake context.Context, last bool, do func(v *verdict, entry checkpoint.Entry, done bool) bool) {
	journal, history, end := cursor[checkpoint.Entry]{after: r.Journal.After, ordinal: func(e checkpoint.Entry) int64 { return e.Ordinal }}, chain{}, int64(0)
	for row, err := range r.Source.Rows(intake) {
		v, err := r.judge(row, err, r.Plan.Apply)
		if err != nil {
			r.stop(err)
			return
		}
		end = v.row.Ordinal
		if len(r.only) > 0 {
			if end > r.only[len(r.only)-1] {
				return
			}
			if _, is := slices.BinarySearch(r.only, end); !is {
				continue
			}
		}
		entry, had, err := journal.find(intake, end)
		if err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			return
		}
		if v.item.LeftOut {
			if had && !r.noRow(intake, entry) {
				return
			}
			continue
		}
		if !had {
			entry = checkpoint.Entry{}
		}
		r.judgeLate(&v, r.checked, last)
		history.link(&v)
		if !do(&v, entry, had && entry.Outcome != checkpoint.Sent && entry.Hash == v.hash()) {
			return
		}
	}
	for len(r.only) == 0 {
		entry, _, err := journal.find(intake, end+1)
		if err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			return
		}
		if entry.Ordinal <= end || !r.noRow(intake, entry) {
			return
		}
		end = entry.Ordinal
	}
}

// noRow takes back what an earlier session journaled of a row which there is no more, so that it does not stand among the rejects; false when
// the intake ended first. Before rows are written nothing is journaled.
func (r *run) noRow(intake context.Context, entry checkpoint.Entry) bool {
	return r.ended == nil || entry.Outcome == checkpoint.NoRow ||
		send(intake, r.ended, ending{Entry: checkpoint.Entry{Ordinal: entry.Ordinal, Outcome: checkpoint.NoRow}})
}

// read is the one goroutine that reads rows: it skips those the journal has, journals those that were rejected by the checks, and
// hands the others to workers. It ends with the source, or when the intake does.
func (r *run) read(intake context.Context, workers *workers) {
	again := map[int64]bool{}   // groups of which a row runs in this session
	waiting := map[int64]bool{} // groups of which a row waits for the second pass
	held := behind{}
	if r.diffs() {
		r.lives = r.newLives()
	}
	if r.contents != nil {
		r.endKnown(intake)
	}
	r.rows(intake, false, func(v *verdict, entry checkpoint.Entry, done bool) bool {
		if r.contents != nil {
			if known, ok := r.isKnown(intake, v); known || !ok {
				return ok
			}
		}
		if held.hold(r.Import, v) {
			done = done && entry.Hash == v.hash()
		}
		// A row that was rejected for a reference in the second pass was written, as were those behind it.
		if v.rejected() || (done && entry.Outcome == checkpoint.Rejected && entry.Record == "") {
			held.rejected(v)
		}
		// When one row of a key runs again, every later row of that key does, or the older value would win (I3).
		done = done && !again[v.group]
		if done {
			// A record that another row wrote in this session does not have this row's values any more: it runs again, to be told so.
			_, done = r.owners.claim(entry.Record, owner(v.group, v.row.Ordinal))
		}
		r.warn(v.warnings) // of rows that earlier sessions ended too: the counts are those of the whole run
		if done {
			waiting[v.group] = waiting[v.group] || entry.Outcome == checkpoint.Deferred
			r.countResumed(entry.Outcome)
			return true
		}
		if v.rejected() {
			return r.rejectUnsent(intake, v)
		}
		// Where an earlier row of the key sets its references in the second pass, this one does so after it (I3).
		deferred := len(v.deferred) > 0 || (v.group != 0 && waiting[v.group] && r.checked.refs.deferAny(v.fields))
		if v.group != 0 {
			again[v.group] = true
			waiting[v.group] = waiting[v.group] || deferred
		}
		fields := v.fields
		if deferred {
			// Half of a field would replace what is there, or keep the other half out of an attribute that is only filled when empty.
			fields = slices.DeleteFunc(slices.Clone(fields), func(f crm.Field) bool { return r.checked.refs.defers(f.Attribute) })
		}
		t := task{item: v.item, key: r.located(v.item.Key, v.fields), fields: fields, deferred: deferred, group: v.group, reject: r.reject(v, nil)}
		t.deletes = r.deletes()
		t.remember(entry, r.settles(v.group))
		if r.contents != nil {
			return r.bringLater(intake, v, entry, &t, workers)
		}
		if r.diffs() && v.group == 0 {
			if ended, ok := r.compare(intake, v, &t); ended || !ok {
				return ok
			}
		}
		return r.overtake(intake) && workers.hand(intake, t)
	})
}

// overtake makes later steps on the same object write their rows again, before this one sends its first: what they wrote in an earlier
// session would be undone by an older value (I3). It is false when that failed.
func (r *run) overtake(intake context.Context) bool {
	if r.sent {
		return true
	}
	r.sent = true
	for _, l := range r.later {
		if err := l.Journal.Forget(intake); err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			return false
		}
	}
	return true
}

// readDeferred is read for the pass that sets references which the first could not: all rows are written now, so what is still not
// there never will be.
func (r *run) readDeferred(intake context.Context, workers *workers) {
	r.rows(intake, true, func(v *verdict, entry checkpoint.Entry, _ bool) bool {
		if entry.Outcome != checkpoint.Deferred || entry.Ordinal != v.row.Ordinal || entry.Hash != v.item.Hash {
			return true
		}
		references := slices.DeleteFunc(slices.Clone(v.fields), func(f crm.Field) bool { return !r.checked.refs.defers(f.Attribute) })
		t := task{
			item: v.item, key: r.located(v.item.Key, v.fields), fields: references, record: entry.Record, group: v.group, reject: r.reject(v, unset(v.findings)), unset: v.rejected(),
		}
		t.remember(entry, r.settles(v.group))
		return workers.hand(intake, t)
	})
}

// remember takes from a row's entry what the run has done to its record so far.
func (t *task) remember(entry checkpoint.Entry, settles bool) {
	t.diffed = settles
	t.known, t.was = !entry.Previous.Empty(), entry.Record
	t.changed = t.known
	t.created = t.known && entry.Previous.Created
}

// chain holds, for groups of rows that share a key, what their rows so far want to write.
type chain map[int64][32]byte

// link makes the hash of a row in a group that of the row and all before it. When an earlier one is written again, no entry of a later one is
// right any more, also after the session that did so was killed before it came to the later one (I3).
func (c chain) link(v *verdict) {
	if v.group == 0 {
		return
	}
	before := c[v.group]
	c[v.group] = sha256.Sum256(append(before[:], v.item.Hash[:]...))
	v.item.Hash = c[v.group]
}

// behind holds, for groups of rows that share a key, the last row that was rejected.
type behind map[int64]int64

// rejected notes that a row was rejected.
func (b behind) rejected(v *verdict) {
	if v.group != 0 {
		b[v.group] = v.row.Ordinal
	}
}

// hold rejects a row of which an earlier one was rejected; it reports whether it did.
func (b behind) hold(im *Import, v *verdict) bool {
	earlier, ok := b[v.group]
	if !ok || v.group == 0 || v.rejected() {
		return false
	}
	v.findings.Add(behindRejected(earlier).At(im.pos(v.item, im.Match)))
	return true
}

const codeBehindRejected = "behind-rejected-row"

// behindRejected is why a row is not written although nothing is wrong with it. Its key's rows are to be written in order, and one that
// comes before it is still to be corrected: written now, the corrected row would undo it.
func behindRejected(earlier int64) diag.Finding {
	return diag.Finding{
		Code:    codeBehindRejected,
		Problem: fmt.Sprintf("row %d of the same key was rejected, and the rows of a key are written in file order", earlier),
		Hint:    "correct that row and import both, in this order",
	}
}

// rejectUnsent ends a row that the checks reject; false when the intake ended first.
func (r *run) rejectUnsent(intake context.Context, v *verdict) bool {
	return send(intake, r.ended, ending{Entry: checkpoint.Entry{
		Ordinal: v.row.Ordinal, Hash: v.hash(), Outcome: checkpoint.Rejected, Reject: r.reject(v, v.findings),
	}})
}

// unset words the findings of references that stay unset on a row that is written.
func unset(findings diag.List) diag.List {
	findings = slices.Clone(findings)
	for i := range findings {
		findings[i].Hint = "the row was written but for this reference: correct it and import the row again, with later rows of its key if there are any"
	}
	return findings
}

// send sends unless the context ends first. It prefers the end: when both are possible the value is not sent.
func send[T any](ctx context.Context, to chan<- T, value T) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case to <- value:
		return true
	case <-ctx.Done():
		return false
	}
}

// cursor walks what is kept of rows beside the source: both are in ordinal order, so it needs one page at a time.
type cursor[T any] struct {
	after   func(ctx context.Context, ordinal int64, limit int) ([]T, error)
	ordinal func(T) int64
	page    []T
	last    int64 // ordinal that the next page begins after
	end     bool
}

// cursorPage is how many rows are read at a time.
const cursorPage = 1000

// find looks a row up, or what comes next after it; ordinals must rise from call to call.
func (c *cursor[T]) find(ctx context.Context, ordinal int64) (item T, found bool, err error) {
	for {
		for len(c.page) > 0 && c.ordinal(c.page[0]) < ordinal {
			c.page = c.page[1:]
		}
		if len(c.page) > 0 {
			return c.page[0], c.ordinal(c.page[0]) == ordinal, nil
		}
		if c.end {
			return item, false, nil
		}
		// What this session adds to the journal lies behind the cursor or is skipped over: it is for rows already read.
		page, err := c.after(ctx, max(c.last, ordinal-1), cursorPage)
		if err != nil {
			return item, false, err
		}
		c.page = page
		c.end = len(page) < cursorPage
		if len(page) > 0 {
			c.last = c.ordinal(page[len(page)-1])
		}
	}
}
