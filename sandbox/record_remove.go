package sandbox

import (
	"context"
	"errors"
	"slices"
)

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
