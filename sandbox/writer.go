package sandbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// mode is how a write treats the values that are there (contract §6).
type mode uint8

const (
	modeCreate mode = iota
	modeAssert      // adds to the matching multiselect, replaces every other attribute that is sent
	modePatch       // prepends to multiselects, replaces single values
	modePut         // replaces
)

// writer applies one write request inside the transaction of the store.
type writer struct {
	st     *store
	now    int64
	by     string // id of the token; empty: the default one
	object *object
}

// writer is one that writes records of o in the name of the token.
func (c *call) writer(o *object) *writer {
	return &writer{st: c.st, now: time.Now().UnixNano(), by: c.by, object: o}
}

// writes are the checked values of a request by attribute row. An attribute that was sent empty is present and empty.
type writes map[int64][]value

// parse checks every value of a request. Attributes go in schema order, so that the first error is always the same one.
func (w *writer) parse(ctx context.Context, in map[string]any) (writes, error) {
	asked := map[*attribute]any{}
	for key, v := range in {
		a, ok := w.object.attribute(key)
		if !ok || a.Archived {
			return nil, badRequest(codeValueNotFound, "Cannot find attribute with slug/ID %q.", key).about(key)
		}
		if !a.Writable || parserOf(a.Type) == nil {
			return nil, badRequest("system_edit_unauthorized", "Attribute with slug %q cannot be written.", a.Slug).about(a.Slug)
		}
		if _, twice := asked[a]; twice {
			return nil, badValue(a, invalidIssue("The attribute was given both by slug and by ID"))
		}
		asked[a] = v
	}
	out := writes{}
	for _, a := range w.object.attributes {
		v, ok := asked[a]
		if !ok {
			continue
		}
		values, err := w.parseValues(ctx, a, v)
		if err != nil {
			return nil, err
		}
		out[a.row] = values
	}
	return out, nil
}

func (w *writer) parseValues(ctx context.Context, a *attribute, in any) ([]value, error) {
	list, ok := in.([]any)
	switch {
	case in == nil && w.st.switches.NullValue == NullClears:
	case !ok && a.Multi:
		e := badValue(a, wrongType("array", in))
		e.Message = "Multi-select attribute expects an array"
		return nil, e
	case !ok:
		list = []any{in}
	case len(list) > 1 && !a.Multi:
		return nil, badValue(a, invalidIssue("Array must contain at most 1 element(s)"))
	}
	out := []value{}
	for _, element := range list {
		f, err := parserOf(a.Type)(ctx, w, a, element)
		if err != nil {
			return nil, err
		}
		v, err := newValue(f, w.now)
		if err != nil {
			return nil, err
		}
		v.By = w.by
		out = append(out, v)
	}
	return a.merge(out, nil)
}

// merge is first followed by what second adds to it, each identity once. A value that is in both keeps the older envelope.
func (a *attribute) merge(first, second []value) ([]value, error) {
	at := map[string]int{}
	out := make([]value, 0, len(first)+len(second))
	for _, v := range slices.Concat(first, second) {
		id, err := a.identityOf(v)
		if err != nil {
			return nil, err
		}
		if i, ok := at[id]; !ok {
			at[id] = len(out)
			out = append(out, v)
		} else if sameValue(out[i], v) && v.From < out[i].From {
			out[i].From, out[i].By = v.From, v.By
		}
	}
	return out, nil
}

// create stores a new record; parent is the record of an entry, nil for a record.
func (w *writer) create(ctx context.Context, in writes, parent *record) (*record, error) {
	rec := &record{id: uuid.NewString(), object: w.object, created: w.now}
	if parent != nil {
		rec.parent, rec.parentID = parent.row, parent.id
	}
	if err := w.st.insert(ctx, rec); err != nil {
		return nil, err
	}
	values := map[int64][]value(maps.Clone(in))
	if err := w.addDefaults(ctx, values); err != nil {
		return nil, err
	}
	for _, a := range w.object.attributes {
		if err := missing(a, values[a.row]); err != nil {
			return nil, err
		}
	}
	if err := w.addCreation(rec, values); err != nil {
		return nil, err
	}
	return rec, w.commit(ctx, rec, values)
}

func missing(a *attribute, values []value) error {
	if a.Required && !a.Archived && len(values) == 0 {
		return badRequest(codeMissingValue, "Required value for attribute with ID %q was not provided.", a.ID).about(a.Slug)
	}
	return nil
}

// addDefaults fills the attributes that were not sent and have a default.
func (w *writer) addDefaults(ctx context.Context, values map[int64][]value) error {
	for _, a := range w.object.attributes {
		if _, sent := values[a.row]; sent || a.Default == nil || a.Archived {
			continue
		}
		var err error
		if values[a.row], err = w.defaultOf(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// addCreation sets what every record has and nobody can write.
func (w *writer) addCreation(rec *record, values map[int64][]value) error {
	identitySlug := "record_id"
	if rec.object.List != nil {
		identitySlug = "entry_id"
	}
	for slug, f := range map[string]fields{
		identitySlug: {"value": rec.id},
		"created_at": {"value": formatTime(rec.created)},
		"created_by": actor("api-token", cmp.Or(w.by, tokenID)),
	} {
		a, ok := rec.object.attribute(slug)
		if !ok {
			continue
		}
		v, err := newValue(f, rec.created)
		if err != nil {
			return err
		}
		v.By = w.by
		values[a.row] = []value{v}
	}
	return nil
}

// change applies in to an existing record; matching is the attribute of an assert, nil otherwise.
func (w *writer) change(ctx context.Context, rec *record, in writes, how mode, matching *attribute) error {
	values := cloneValues(rec.values)
	for _, a := range w.object.attributes {
		sent, ok := in[a.row]
		if !ok {
			continue
		}
		next, err := a.next(values[a.row], sent, how, a == matching, w.st.switches)
		if err != nil {
			return err
		}
		if err := missing(a, next); err != nil {
			return err
		}
		values[a.row] = next
	}
	return w.commit(ctx, rec, values)
}

// next is what becomes of the current values of one attribute when sent arrives.
func (a *attribute) next(current, sent []value, how mode, matching bool, rules Switches) ([]value, error) {
	switch {
	case a.Multi && how == modePatch && rules.PatchDuplicates == DuplicatesKept:
		return slices.Concat(sent, current), nil
	case a.Multi && how == modePatch:
		return a.merge(sent, current)
	case how == modePatch && len(sent) == 0 && rules.PatchEmpty == PatchEmptyKeeps:
		return current, nil
	case a.Multi && how == modeAssert && matching:
		return a.merge(current, sent)
	default:
		next := slices.Clone(sent)
		for i := range next {
			if at := slices.IndexFunc(current, func(v value) bool { return sameValue(v, next[i]) }); at >= 0 {
				next[i].From, next[i].By = current[at].From, current[at].By
			}
		}
		return next, nil
	}
}
