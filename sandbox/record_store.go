package sandbox

import (
	"context"
	"encoding/json"
	"errors"
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

// holders finds the records that have the value: exactly when the attribute is unique, else as a filter would.
func (st *store) holders(ctx context.Context, a *attribute, f fields) ([]int64, error) {
	if !a.Unique {
		first := a.terms(f, 0)[0]
		return st.ids(ctx, "SELECT record FROM terms WHERE slot = ? AND key = ? LIMIT 2", first.slot, first.key)
	}
	v, err := newValue(f, 0)
	if err != nil {
		return nil, err
	}
	key, err := a.identityOf(v)
	if err != nil {
		return nil, err
	}
	return st.ids(ctx, "SELECT record FROM uniques WHERE attribute = ? AND key = ?", a.row, key)
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

func sameValue(a, b value) bool { return string(a.Raw) == string(b.Raw) }

// reindex moves the terms and the unique keys of one attribute of one record from one list of values to another.
func (st *store) reindex(ctx context.Context, a *attribute, row int64, before, after []value) error {
	gone, err := a.keysOf(before)
	if err != nil {
		return err
	}
	come, err := a.keysOf(after)
	if err != nil {
		return err
	}
	for t := range gone.terms {
		if come.terms[t] {
			continue
		}
		if _, err := st.exec(ctx, "DELETE FROM terms WHERE slot = ? AND key = ? AND record = ?", t.slot, t.key, row); err != nil {
			return err
		}
	}
	for t := range come.terms {
		if gone.terms[t] {
			continue
		}
		if _, err := st.exec(ctx, "INSERT INTO terms (slot, key, record) VALUES (?, ?, ?)", t.slot, t.key, row); err != nil {
			return err
		}
	}
	if !a.Unique {
		return nil
	}
	return st.reserve(ctx, a, row, gone.unique, come.unique)
}

// reserve is where uniqueness is enforced: the primary key of uniques admits one record for each value.
func (st *store) reserve(ctx context.Context, a *attribute, row int64, gone, come map[string]value) error {
	for key := range gone {
		if _, kept := come[key]; kept {
			continue
		}
		if _, err := st.exec(ctx, "DELETE FROM uniques WHERE attribute = ? AND key = ? AND record = ?", a.row, key, row); err != nil {
			return err
		}
	}
	for key, v := range come {
		if _, kept := gone[key]; kept {
			continue
		}
		res, err := st.exec(ctx, "INSERT INTO uniques (attribute, key, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", a.row, key, row)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict(a, v)
		}
	}
	return nil
}

func conflict(a *attribute, v value) error {
	shown := string(v.Raw)
	if f, err := v.decode(); err == nil {
		if property := kinds[a.Type].identity; property != "" {
			if text, err := json.Marshal(map[string]any{property: f[property]}); err == nil {
				shown = string(text)
			}
		}
	}
	return badRequest("uniqueness_conflict", "The value %q provided for attribute with ID %q conflicts with one already in the system.", shown, a.ID).about(a.Slug)
}

// keys are what a list of values is found by.
type keys struct {
	terms  map[term]bool
	unique map[string]value
}

func (a *attribute) keysOf(values []value) (keys, error) {
	k := keys{terms: map[term]bool{}, unique: map[string]value{}}
	for _, v := range values {
		f, err := v.decode()
		if err != nil {
			return k, err
		}
		for _, t := range a.terms(f, v.From) {
			k.terms[t] = true
		}
		id, err := a.identityOf(v)
		if err != nil {
			return k, err
		}
		k.unique[id] = v
	}
	return k, nil
}

// remove deletes a record with its entries, notes and comments and, as the real API does, every reference to it.
func (st *store) remove(ctx context.Context, rec *record, now int64) error {
	if err := st.unlink(ctx, rec, now); err != nil {
		return err
	}
	if err := st.removeDependants(ctx, rec, now); err != nil {
		return err
	}
	st.forgetPositions(rec)
	for _, a := range rec.object.attributes {
		if err := st.reindex(ctx, a, rec.row, rec.values[a.row], nil); err != nil {
			return err
		}
	}
	if _, err := st.exec(ctx, "DELETE FROM history WHERE record = ?", rec.row); err != nil {
		return err
	}
	_, err := st.exec(ctx, "DELETE FROM records WHERE id = ?", rec.row)
	return err
}

// removeDependants deletes what belongs to a record: the entries that it is the parent of, and the documents attached to it.
func (st *store) removeDependants(ctx context.Context, rec *record, now int64) error {
	if rec.parent == 0 {
		for _, l := range st.schema.lists {
			rows, err := st.ids(ctx, "SELECT id FROM records WHERE parent = ? AND +object = ?", rec.row, l.row)
			if err != nil {
				return err
			}
			entries, err := st.load(ctx, l, rows...)
			if err != nil {
				return err
			}
			for _, entry := range entries {
				if err := st.remove(ctx, entry, now); err != nil {
					return err
				}
			}
		}
	}
	_, err := st.exec(ctx, "DELETE FROM documents WHERE parent = ?", rec.row)
	return err
}

func (st *store) unlink(ctx context.Context, rec *record, now int64) error {
	if rec.parent != 0 {
		return nil // nothing refers to an entry
	}
	key := termKey(referenceTo(rec.object, rec.id).property(propRecord))
	for _, o := range slices.Concat(st.schema.objects, st.schema.lists) {
		for _, a := range o.attributes {
			if a.Type != typeRecordReference {
				continue
			}
			rows, err := st.ids(ctx, "SELECT record FROM terms WHERE slot = ? AND key = ?", a.slot(0), key)
			if err != nil {
				return err
			}
			if err := st.dropReferences(ctx, a, rec.id, rows, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *store) dropReferences(ctx context.Context, a *attribute, targetID string, rows []int64, now int64) error {
	holders, err := st.load(ctx, a.object, rows...)
	if err != nil {
		return err
	}
	for _, holder := range holders {
		values := cloneValues(holder.values)
		values[a.row] = slices.DeleteFunc(values[a.row], func(v value) bool {
			id, decodeErr := a.identityOf(v)
			err = errors.Join(err, decodeErr)
			return id == targetID
		})
		if err != nil {
			return err
		}
		if err := st.replace(ctx, holder, values, now); err != nil {
			return err
		}
	}
	return nil
}

func cloneValues(in map[int64][]value) map[int64][]value {
	out := make(map[int64][]value, len(in))
	for k, v := range in {
		out[k] = slices.Clone(v)
	}
	return out
}
