package importer

import (
	"context"
	"fmt"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// deletes reports whether rows name records to delete.
func (im *Import) deletes() bool { return im.Mode == jobs.ModeDelete }

// remove deletes the record of a row. All that it holds is noted before: nobody can read it afterwards. What is gone once that is noted, this
// run has deleted (I4).
func (w *worker) remove(work context.Context, t *task) (string, *diag.Finding, error) {
	record, finding, err := w.doomed(work, t)
	switch {
	case finding != nil:
		placed := finding.At(w.pos(t.item, w.Match))
		return "", &placed, nil
	case err == nil && record.ID == "": // gone, and noted by an earlier session
		return t.was, nil, nil
	case err == nil:
		err = w.intend(t, held(w.Schema, record), &checkpoint.Left{Record: record.ID, Intended: true, Deletes: true})
	}
	if err == nil {
		err = w.Delete(work, record.ID)
	}
	if fault, ok := rowFault(err); ok && !gone(err) {
		return "", w.refused(t, fault), nil
	}
	if err != nil && !gone(err) {
		return "", nil, fmt.Errorf("row %d: %w", t.item.Ordinal, err)
	}
	t.wrote = true
	return record.ID, nil, nil
}

// doomed is the record that a row names, with all that it holds; none where an earlier session was about to delete it, and it is gone.
func (w *worker) doomed(work context.Context, t *task) (crm.Record, *diag.Finding, error) {
	var id string
	if t.live != nil {
		id = t.live.ID
	} else {
		records, err := w.holders(work, t)
		if err != nil {
			return crm.Record{}, nil, err
		}
		if len(records) > 1 {
			return crm.Record{}, w.ambiguousMatch(t.item.Key, idsOf(records)), nil
		}
		if len(records) == 1 {
			id = records[0].ID
		}
	}
	if id != "" {
		record, err := w.items.get(work, id)
		if !gone(err) {
			return record, nil, err
		}
	}
	if t.known {
		return crm.Record{}, nil, nil
	}
	return crm.Record{}, w.admits(t.item.Key, "", false), nil
}

func idsOf(records []crm.Record) []string {
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return ids
}

// held is all that a record holds.
func held(schema *crm.Schema, record crm.Record) *checkpoint.Previous {
	var all []crm.Field
	for _, attr := range schema.Attributes {
		all = append(all, crm.Field{Attribute: attr.Slug})
	}
	found := &checkpoint.Previous{}
	found.Keep(record, all)
	return found
}
