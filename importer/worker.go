package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/valueconv"
)

// workers is the pool. A row that shares its key with no other may go to any worker that is free; rows of one key all go to the same
// worker, in file order (I3).
type workers struct {
	list []*worker
	any  chan task
}

type worker struct {
	*run
	any <-chan task
	own chan task
	// blocked holds the groups of which a row stays open: a later row must not overtake it. Groups never move between workers.
	blocked map[int64]bool
	// rejected holds the groups of which the API rejected a row in this session: that row.
	rejected map[int64]int64
}

func (r *run) newWorkers() *workers {
	ws := &workers{any: make(chan task)}
	for range max(1, r.Workers) {
		ws.list = append(ws.list, &worker{run: r, any: ws.any, own: make(chan task), blocked: map[int64]bool{}, rejected: map[int64]int64{}})
	}
	return ws
}

// hand gives a row to a worker, waiting until one takes it; false when the context ended first.
func (ws *workers) hand(ctx context.Context, t task) bool {
	if t.group == 0 {
		return send(ctx, ws.any, t)
	}
	return send(ctx, ws.list[t.group%int64(len(ws.list))].own, t)
}

// close tells the workers that no more rows come.
func (ws *workers) close() {
	close(ws.any)
	for _, w := range ws.list {
		close(w.own)
	}
}

// loop writes rows until both channels are closed.
func (w *worker) loop(intake, work context.Context) {
	lone, own := w.any, (<-chan task)(w.own)
	for lone != nil || own != nil {
		select {
		case t, ok := <-lone:
			if !ok {
				lone = nil
				continue
			}
			w.do(intake, work, &t)
		case t, ok := <-own:
			if !ok {
				own = nil
				continue
			}
			w.do(intake, work, &t)
		}
	}
}

// do brings one row to its end, or leaves it open.
func (w *worker) do(intake, work context.Context, t *task) {
	if intake.Err() != nil || w.blocked[t.group] {
		return
	}
	id, finding, err := w.writeUnlessBehind(work, t)
	switch {
	case err != nil:
		w.leaveOpen(intake, t, err)
	case finding != nil:
		if t.group != 0 {
			w.rejected[t.group] = t.item.Ordinal
		}
		t.reject.Findings = diag.List{*finding}
		// Where rows are looked for by content, one that is sent again was not there.
		unwritten := !t.wrote && (!t.known || w.contents != nil)
		w.ended <- ending{Entry: checkpoint.Entry{Ordinal: t.item.Ordinal, Hash: t.item.Hash, Outcome: checkpoint.Rejected, Reject: t.reject, Left: t.left, Unwritten: unwritten}}
		if finding.Code == codeBehindRejected {
			return // no word of the API
		}
		if err := w.breaker.rejected(finding.Code); err != nil {
			w.stop(err)
		}
	default:
		w.ended <- ending{Entry: t.written(id)}
		w.breaker.wrote()
	}
}

// written is the end of a row whose record was written: with the item's hash in any case, by which a resumed run knows it.
func (t *task) written(id string) checkpoint.Entry {
	e := checkpoint.Entry{Ordinal: t.item.Ordinal, Hash: t.item.Hash, Outcome: checkpoint.Upserted, Record: id, Holds: t.holds, Left: t.left}
	switch {
	case t.deferred:
		e.Outcome = checkpoint.Deferred
	case t.unset:
		e.Outcome, e.Reject = checkpoint.Rejected, t.reject
	case t.deletes:
		e.Outcome = checkpoint.Deleted
	case t.created:
		e.Outcome = checkpoint.Created
	case t.diffed && t.changed:
		e.Outcome = checkpoint.Updated
	case t.diffed:
		e.Outcome = checkpoint.Unchanged
	}
	return e
}

// writeUnlessBehind writes a row unless an earlier one of its key was rejected.
func (w *worker) writeUnlessBehind(work context.Context, t *task) (string, *diag.Finding, error) {
	if w.contents != nil {
		return w.bring(work, t)
	}
	if earlier, ok := w.rejected[t.group]; ok && t.group != 0 {
		finding := behindRejected(earlier).At(w.pos(t.item, w.Match))
		return "", &finding, nil
	}
	if w.deletes() {
		return w.remove(work, t)
	}
	return w.writeAgain(work, t)
}

// amendTries is how often a row is begun again whose values were to be added: the transport does not repeat such a request, because
// it cannot know what a second one adds, but the row as a whole can be repeated, as it adds only what the record lacks.
const amendTries = 3

// writeAgain writes a row, again where only beginning anew tells what was done.
func (w *worker) writeAgain(work context.Context, t *task) (id string, finding *diag.Finding, err error) {
	_, amended := split(t.fields)
	again := len(amended) > 0 || t.live != nil || !w.asserts()
	for range amendTries {
		id, finding, err = w.write(work, t)
		var fault crm.Fault
		if err == nil || work.Err() != nil || !errors.As(err, &fault) || fault.FaultClass() != crm.FaultTransient {
			return id, finding, err
		}
		if !again {
			return id, finding, err
		}
		if t.live != nil { // what it held may have been written already
			t.record, t.live = t.live.ID, nil
		} else if !w.asserts() {
			t.looked = false // the record may be there now
		}
	}
	return id, finding, err
}

// write sends one row and returns the id of its record. A finding rejects the row; an error leaves it open.
func (w *worker) write(work context.Context, t *task) (string, *diag.Finding, error) {
	t.holds = crm.Key{}
	record, fields, finding, err := w.begin(work, t)
	if err == nil && finding == nil {
		t.see(record)
		finding = w.claimed(t, record)
	}
	begun := err == nil && finding == nil
	if begun {
		finding, err = w.amendRecord(work, t, record, fields)
	}
	if fault, ok := rowFault(err); ok {
		if t.looked {
			if moved, lost := w.moved(work, t); lost != nil || moved {
				return w.elsewhere(work, t, lost)
			}
		}
		if fault.FaultCode() == severalMatch {
			if several, err := w.several(work, t); several != nil || err != nil {
				return "", several, err
			}
		}
		finding = w.refused(t, fault)
		if begun && !t.looked {
			finding.Hint = "the rest of the row was written, as record " + record.ID
		}
		return "", finding, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("row %d: %w", t.item.Ordinal, err)
	}
	if finding != nil {
		placed := finding.At(w.pos(t.item, w.Match))
		finding = &placed
	}
	return record.ID, finding, nil
}

// begin brings the row's record into being, or reads it where an earlier pass did, and tells which fields are left to write.
func (w *worker) begin(work context.Context, t *task) (crm.Record, []crm.Field, *diag.Finding, error) {
	if t.record != "" {
		record, err := w.items.get(work, t.record)
		return record, t.fields, nil, err
	}
	if t.live != nil {
		return *t.live, t.fields, nil, nil
	}
	if finding, err := w.meet(work, t); finding != nil || err != nil {
		return crm.Record{}, nil, finding, err
	}
	if t.live != nil { // met just now
		return *t.live, t.fields, nil, nil
	}
	if !w.asserts() {
		fields := whole(t.fields)
		record, err := w.items.create(work, fields)
		if err == nil {
			w.wroteRecord(t, record, fields, true)
		}
		return record, nil, nil, err
	}
	asserted, amended := split(t.fields)
	record, err := w.items.assert(work, asserted)
	if err != nil {
		return record, amended, nil, err
	}
	t.wrote = true
	record, finding, err := w.confirmed(work, t, record)
	if err == nil && finding == nil {
		w.wroteRecord(t, record, asserted, t.fresh)
	}
	return record, amended, finding, err
}

// claimed tells of a row whose record another row of the file wrote too, although they share no key there: its values are those of whichever
// came last, so neither is right. That the two are one is only known once both are written.
func (r *run) claimed(t *task, record crm.Record) *diag.Finding {
	other, ok := r.owners.claim(record.ID, owner(t.group, t.item.Ordinal))
	if ok {
		return nil
	}
	return &diag.Finding{
		Code:    "same-record",
		Problem: fmt.Sprintf("row %d, which has another key, is the same record in the workspace: %s", other, record.ID),
		Got:     spelledKey(t.item.Key),
		Want:    "rows of one record with a key value in common",
		Hint:    "both rows were written and the record has the values of either: make one row of them, or give both all keys and set duplicates: in_order",
	}
}

// confirmed checks that the reply is about the row's record: it holds one of the key's values, or is found by it where the reply does not
// show values or the workspace writes them in another way. Then the record that was found is what the row goes on with. A success that
// does not show the row is no success (I8).
func (w *worker) confirmed(work context.Context, t *task, record crm.Record) (crm.Record, *diag.Finding, error) {
	if holds(record, t.key) {
		return record, nil, nil
	}
	found, err := w.items.find(work, t.key, lookupLimit)
	if err != nil {
		return record, nil, err
	}
	if i := slices.IndexFunc(found, func(r crm.Record) bool { return r.ID == record.ID }); i >= 0 {
		return found[i], nil, nil
	}
	return record, notConfirmed(t, fmt.Sprintf("the API said that the row was written as record %s, which does not have its key", record.ID)), nil
}

func notConfirmed(t *task, problem string) *diag.Finding {
	return &diag.Finding{
		Code:    "not-confirmed",
		Problem: problem,
		Got:     spelledKey(t.item.Key),
		Hint:    "look at that record in Attio, and at what stands between this program and the API, then import the row again",
	}
}

// holds reports whether a record has one of a key's values.
func holds(record crm.Record, key crm.Key) bool {
	return slices.ContainsFunc(record.Values[key.Attribute], func(v crm.Value) bool {
		return slices.Contains(key.Values, valueconv.Canonical(v))
	})
}

// meet looks at the record that an assert will write, where what the workspace holds was not looked at before, and notes what is there.
// A row whose several key values belong to different live records is rejected: what an assert does then is not documented (contract §6).
// Where nothing is compared, a key of one value needs no look-up.
func (w *worker) meet(work context.Context, t *task) (*diag.Finding, error) {
	t.fresh = false
	if t.looked {
		return w.creates(t)
	}
	if len(t.item.Key.Values) < 2 && !w.diffs() && w.asserts() {
		return nil, nil
	}
	records, err := w.holders(work, t)
	if err != nil {
		return nil, err
	}
	switch len(records) {
	case 0:
		return w.creates(t)
	case 1:
		if !w.asserts() {
			t.live = &records[0]
			return w.admits(t.item.Key, t.live.ID, t.created), nil
		}
		found := &checkpoint.Previous{}
		found.Keep(records[0], t.fields)
		d, _ := w.difference(records[0], t.fields) // what cannot be read rejects the row once the rest of it is written
		return nil, w.intend(t, found, expected(records[0], d))
	}
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return w.ambiguousMatch(t.item.Key, ids), nil
}

// creates notes that a row is about to create its record, if it may.
func (w *worker) creates(t *task) (*diag.Finding, error) {
	if finding := w.admits(t.item.Key, "", false); finding != nil {
		return finding, nil
	}
	t.fresh = true
	return nil, w.intend(t, &checkpoint.Previous{Created: true}, expectedNew(t.item.Key, t.fields))
}

// holders finds the live records that have a value of the row's key.
func (w *worker) holders(work context.Context, t *task) ([]crm.Record, error) {
	records, err := w.items.find(work, t.key, lookupLimit)
	// The API's own equality may be wider than that of keys (contract §8: text ignores case).
	return slices.DeleteFunc(records, func(r crm.Record) bool { return !holds(r, t.key) }), err
}

// moved reports whether the row's record is another one than when the workspace was looked at, or was deleted since: then its refusal is
// no word on the row.
func (w *worker) moved(work context.Context, t *task) (bool, error) {
	id := t.record
	if t.live != nil {
		id = t.live.ID
	}
	if id == "" {
		return false, nil
	}
	records, err := w.holders(work, t)
	return len(records) != 1 || records[0].ID != id, err
}

// elsewhere writes a row anew whose record is not the one that was looked at.
func (w *worker) elsewhere(work context.Context, t *task, lost error) (string, *diag.Finding, error) {
	if lost != nil {
		return "", nil, fmt.Errorf("row %d: %w", t.item.Ordinal, lost)
	}
	t.looked, t.live, t.record = false, nil, ""
	return w.write(work, t)
}

// severalMatch is what the API says of an assert that fits several (contract §7).
const severalMatch = "multiple_match_results"

// several names what the API could not choose from; nil where there is only one by now.
func (w *worker) several(work context.Context, t *task) (*diag.Finding, error) {
	records, err := w.holders(work, t)
	if err != nil || len(records) < 2 {
		return nil, err
	}
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	finding := w.ambiguousMatch(t.item.Key, ids).At(w.pos(t.item, w.Match))
	return &finding, nil
}

// refused is the finding for a row that the API refused.
func (w *worker) refused(t *task, fault crm.Fault) *diag.Finding {
	return &diag.Finding{
		Code:    "api-" + strings.ReplaceAll(fault.FaultCode(), "_", "-"),
		Pos:     w.pos(t.item, fault.FaultAttribute()),
		Problem: "the API refused the row: " + fault.Error(),
	}
}

// leaveOpen deals with a row that has no outcome: it is not journaled, and a resumed run does it again.
func (w *worker) leaveOpen(intake context.Context, t *task, err error) {
	if t.group != 0 {
		w.blocked[t.group] = true
	}
	if intake.Err() != nil {
		return // the run is being stopped; this row is counted as not reached
	}
	if stop := w.breaker.gaveUp(err); stop != nil {
		w.stop(stop)
	}
}

// rowFault tells whether an error concerns its row alone.
func rowFault(err error) (crm.Fault, bool) {
	var fault crm.Fault
	if errors.As(err, &fault) && fault.FaultClass() == crm.FaultRow {
		return fault, true
	}
	return nil, false
}
