package sandbox

import (
	"context"
	"slices"
)

// commit makes values the current values of rec, and the other ends of its relationships agree with them (contract §9): who
// is added to one end gains the record at the other, who is removed loses it, and a single end that is given a new target
// lets go of the old one.
func (w *writer) commit(ctx context.Context, rec *record, values map[int64][]value) error {
	r := &relating{w: w, edits: map[int64]*edit{rec.row: {rec, values}}, order: []int64{rec.row}}
	for _, a := range rec.object.attributes {
		if a.other == nil {
			continue
		}
		if err := r.follow(ctx, a, rec, rec.values[a.row], values[a.row]); err != nil {
			return err
		}
	}
	for _, row := range r.order {
		e := r.edits[row]
		if err := w.st.replace(ctx, e.rec, e.values, w.now); err != nil {
			return err
		}
	}
	return nil
}

// relating collects what one write changes on other records, so that each is stored once.
type relating struct {
	w     *writer
	edits map[int64]*edit
	order []int64
}

type edit struct {
	rec    *record
	values map[int64][]value
}

// follow brings the other ends of one attribute of rec up to date.
func (r *relating) follow(ctx context.Context, a *attribute, rec *record, before, after []value) error {
	was, err := a.targets(before)
	if err != nil {
		return err
	}
	is, err := a.targets(after)
	if err != nil {
		return err
	}
	for _, id := range was {
		if slices.Contains(is, id) {
			continue
		}
		if err := r.unlink(ctx, a.other, id, rec.id); err != nil {
			return err
		}
	}
	for _, id := range is {
		if slices.Contains(was, id) {
			continue
		}
		if err := r.link(ctx, a, id, rec); err != nil {
			return err
		}
	}
	return nil
}

// link adds rec to the other end of a on the record id.
func (r *relating) link(ctx context.Context, a *attribute, id string, rec *record) error {
	e, err := r.edit(ctx, a.other.object, id)
	if err != nil {
		return err
	}
	current := e.values[a.other.row]
	held, err := a.other.targets(current)
	if err != nil || slices.Contains(held, rec.id) {
		return err
	}
	if !a.other.Multi {
		for _, old := range held {
			if err := r.unlink(ctx, a, old, id); err != nil {
				return err
			}
		}
		current = nil
	}
	v, err := newValue(referenceTo(rec.object, rec.id), r.w.now)
	v.By = r.w.by
	e.values[a.other.row] = append(current, v)
	return err
}

// unlink removes the reference to gone from attribute a of the record id.
func (r *relating) unlink(ctx context.Context, a *attribute, id, gone string) error {
	e, err := r.edit(ctx, a.object, id)
	if err != nil {
		return err
	}
	kept := []value{}
	for _, v := range e.values[a.row] {
		target, err := a.identityOf(v)
		if err != nil {
			return err
		}
		if target != gone {
			kept = append(kept, v)
		}
	}
	e.values[a.row] = kept
	return nil
}

// edit is the pending state of a record, which exists: references to records that go are removed with them.
func (r *relating) edit(ctx context.Context, o *object, id string) (*edit, error) {
	row, err := r.w.st.recordRow(ctx, o, id)
	if err != nil {
		return nil, err
	}
	if e, ok := r.edits[row]; ok {
		return e, nil
	}
	records, err := r.w.st.load(ctx, o, row)
	if err != nil {
		return nil, err
	}
	e := &edit{records[0], cloneValues(records[0].values)}
	r.edits[row], r.order = e, append(r.order, row)
	return e, nil
}

// targets are the ids of the records that the values refer to.
func (a *attribute) targets(values []value) ([]string, error) {
	out := make([]string, 0, len(values))
	for _, v := range values {
		id, err := a.identityOf(v)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}
