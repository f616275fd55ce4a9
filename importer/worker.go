package importer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
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
}

func (r *run) newWorkers() *workers {
	ws := &workers{any: make(chan task)}
	for range max(1, r.Workers) {
		ws.list = append(ws.list, &worker{run: r, any: ws.any, own: make(chan task), blocked: map[int64]bool{}})
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
			w.do(intake, work, t)
		case t, ok := <-own:
			if !ok {
				own = nil
				continue
			}
			w.do(intake, work, t)
		}
	}
}

// do brings one row to its end, or leaves it open.
func (w *worker) do(intake, work context.Context, t task) {
	if intake.Err() != nil || w.blocked[t.group] {
		return
	}
	record, finding, err := w.write(work, t)
	switch {
	case err != nil:
		w.leaveOpen(intake, t, err)
	case finding != nil:
		t.reject.Findings = diag.List{*finding}
		w.ended <- checkpoint.Entry{Ordinal: t.item.Ordinal, Hash: t.item.Hash, Outcome: checkpoint.Rejected, Reject: t.reject}
		if err := w.breaker.rejected(finding.Code); err != nil {
			w.stop(err)
		}
	default:
		w.ended <- checkpoint.Entry{Ordinal: t.item.Ordinal, Hash: t.item.Hash, Outcome: checkpoint.Upserted, Record: record.ID}
		w.breaker.wrote()
	}
}

// write sends one row. A finding rejects the row; an error leaves it open.
func (w *worker) write(work context.Context, t task) (crm.Record, *diag.Finding, error) {
	if finding, err := w.ambiguous(work, t); finding != nil || err != nil {
		return crm.Record{}, finding, err
	}
	record, err := w.Records.AssertRecord(work, w.Target.Object, w.Match, t.item.Fields)
	if fault, ok := rowFault(err); ok {
		return crm.Record{}, w.refused(t, fault), nil
	}
	if err != nil {
		return crm.Record{}, nil, fmt.Errorf("row %d: %w", t.item.Ordinal, err)
	}
	return record, nil, nil
}

// ambiguous rejects a row whose several key values belong to different live records. What an assert does then is not documented
// (contract §6), so it is not sent. A key of one value needs no look-up.
func (w *worker) ambiguous(work context.Context, t task) (*diag.Finding, error) {
	if len(t.item.Key.Values) < 2 {
		return nil, nil
	}
	records, err := w.Records.FindByKey(work, w.Target.Object, t.item.Key, 3)
	if fault, ok := rowFault(err); ok {
		return w.refused(t, fault), nil
	}
	if err != nil {
		return nil, fmt.Errorf("row %d: look the key up: %w", t.item.Ordinal, err)
	}
	if len(records) < 2 {
		return nil, nil
	}
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return &diag.Finding{
		Code:    "ambiguous-match",
		Pos:     w.pos(t, w.Match),
		Problem: "the values of the key belong to different records: " + strings.Join(ids, " and "),
		Got:     strings.Join(t.item.Key.Values, "; "),
		Want:    "values of one record",
		Hint:    "merge the records in Attio, or split the row",
	}, nil
}

// refused is the finding for a row that the API refused.
func (w *worker) refused(t task, fault crm.Fault) *diag.Finding {
	return &diag.Finding{
		Code:    "api-" + strings.ReplaceAll(fault.FaultCode(), "_", "-"),
		Pos:     w.pos(t, fault.FaultAttribute()),
		Problem: "the API refused the row: " + fault.Error(),
	}
}

func (w *worker) pos(t task, attribute string) diag.Pos {
	return diag.Pos{File: w.Source.Name(), Line: t.item.Line, Row: t.item.Ordinal, Column: w.Plan.ColumnOf(attribute)}
}

// leaveOpen deals with a row that has no outcome: it is not journaled, and a resumed run does it again.
func (w *worker) leaveOpen(intake context.Context, t task, err error) {
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
