package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// record is one record, or one entry of a list, with its current values by attribute row.
type record struct {
	row              int64
	id               string
	object           *object
	parent           int64  // of an entry: the row of its record
	parentID         string // its id; load fills it
	created, updated int64
	values           map[int64][]value
}

// recordRow is the row of the record with that id in the object, 0 when there is none.
func (st *store) recordRow(ctx context.Context, o *object, id string) (int64, error) {
	rows, err := st.ids(ctx, "SELECT id FROM records WHERE uuid = ? AND +object = ?", id, o.row)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0], nil
}

func (st *store) recordID(ctx context.Context, row int64) (string, error) {
	var id string
	err := st.each(ctx, func(scan func(...any) error) error { return scan(&id) }, "SELECT uuid FROM records WHERE id = ?", row)
	return id, err
}

// load reads records by row, in the order asked for; all of them must belong to o.
func (st *store) load(ctx context.Context, o *object, rows ...int64) ([]*record, error) {
	out := make([]*record, 0, len(rows))
	for _, row := range rows {
		rec := &record{row: row, object: o}
		err := st.each(ctx, func(scan func(...any) error) error {
			var doc []byte
			if err := scan(&rec.id, &rec.parent, &rec.created, &rec.updated, &doc); err != nil {
				return err
			}
			return json.Unmarshal(doc, &rec.values)
		}, "SELECT uuid, parent, created, updated, doc FROM records WHERE id = ?", row)
		if err == nil && rec.parent != 0 {
			rec.parentID, err = st.recordID(ctx, rec.parent)
		}
		if err != nil {
			return nil, fmt.Errorf("load record %d: %w", row, err)
		}
		out = append(out, rec)
	}
	return out, nil
}

// insert stores a new record and gives it its row.
func (st *store) insert(ctx context.Context, rec *record) error {
	rec.updated = rec.created
	res, err := st.exec(ctx, "INSERT INTO records (uuid, object, parent, created, updated, doc) VALUES (?, ?, ?, ?, ?, '{}')",
		rec.id, rec.object.row, rec.parent, rec.created, rec.created)
	if err != nil {
		return err
	}
	rec.row, err = res.LastInsertId()
	return err
}

// replace makes values the current values of rec at the moment now, remembers those that they replace and brings the tables that
// find it up to date. It returns an *apiError when a unique value belongs to another record.
func (st *store) replace(ctx context.Context, rec *record, values map[int64][]value, now int64) error {
	changed := false
	for _, a := range rec.object.attributes {
		before, after := rec.values[a.row], values[a.row]
		if slices.EqualFunc(before, after, sameValue) {
			continue
		}
		changed = true
		if err := st.retire(ctx, a, rec.row, before, after, now); err != nil {
			return err
		}
		if err := st.reindex(ctx, a, rec.row, before, after); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	doc, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	rec.values, rec.updated = values, now
	_, err = st.exec(ctx, "UPDATE records SET doc = ?, updated = ? WHERE id = ?", string(doc), now, rec.row)
	return err
}

func cloneValues(in map[int64][]value) map[int64][]value {
	out := make(map[int64][]value, len(in))
	for k, v := range in {
		out[k] = slices.Clone(v)
	}
	return out
}
