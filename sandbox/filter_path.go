package sandbox

import (
	"context"
	"slices"
	"strconv"
)

// parentRecord is what a path names the record of an entry by; it is no attribute (contract §7).
const parentRecord = "parent_record"

// step is one tuple of a path: an attribute of an object or a list; nil stands for the parent record of an entry.
type step struct {
	object    *object
	attribute *attribute
}

// follow evaluates {"path": [[object, attribute], …], "constraints": …}: the constraints on the last attribute, and from there
// back over the references.
func (f filtering) follow(ctx context.Context, m map[string]any, path []string) ([]int64, error) {
	for key := range m {
		if key != "path" && key != "constraints" {
			return nil, filterError(slices.Concat(path, []string{key}), "A path filter has path and constraints alone")
		}
	}
	at := slices.Concat(path, []string{"path"})
	steps, err := f.st.steps(f.object, m["path"], at)
	if err != nil {
		return nil, err
	}
	last := steps[len(steps)-1]
	if last.attribute == nil {
		return nil, filterError(at, "A path cannot end at %s: go on to an attribute of the record", parentRecord)
	}
	rows, err := filtering{st: f.st, object: last.object}.attribute(ctx, last.attribute, m["constraints"], slices.Concat(path, []string{"constraints"}))
	for i := len(steps) - 2; i >= 0 && err == nil; i-- {
		rows, err = f.st.holdersOf(ctx, steps[i], steps[i+1].object, rows)
	}
	return rows, err
}

// steps checks a path: it begins at o, and each attribute but the last refers to the object of the next tuple.
func (st *store) steps(o *object, in any, path []string) ([]step, error) {
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		return nil, filterError(path, "A path needs an array of [object, attribute]")
	}
	var out []step
	for i, element := range list {
		at := slices.Concat(path, []string{strconv.Itoa(i)})
		tuple, _ := element.([]any)
		if len(tuple) != 2 {
			return nil, filterError(at, "A path needs an array of [object, attribute]")
		}
		key, _ := tuple[0].(string)
		slug, _ := tuple[1].(string)
		of := o
		if i > 0 {
			of, ok = st.schema.object(key)
			if !ok || !refersTo(out[i-1], of) {
				return nil, filterError(at, "The path does not lead from %q to %q", out[i-1].object.Slug, key)
			}
		} else if key != o.Slug && key != o.ID {
			return nil, filterError(at, "The path must begin at %q", o.Slug)
		}
		if of.List != nil && slug == parentRecord {
			out = append(out, step{object: of})
			continue
		}
		a, ok := of.attribute(slug)
		if !ok || a.Archived {
			e := badRequest("unknown_filter_attribute_slug", "Unknown attribute slug: %s.", slug)
			e.Path = at
			return nil, e
		}
		out = append(out, step{of, a})
	}
	return out, nil
}

func refersTo(s step, o *object) bool {
	switch {
	case s.attribute == nil:
		return s.object.parent == o
	case s.attribute.Type != typeRecordReference:
		return false
	default:
		return len(s.attribute.Allowed) == 0 || slices.Contains(s.attribute.Allowed, o.ID)
	}
}

// holdersOf finds what refers, at that step, to any of the records of o.
func (st *store) holdersOf(ctx context.Context, s step, o *object, rows []int64) ([]int64, error) {
	var out []int64
	for _, row := range rows {
		found, err := st.holdersOfOne(ctx, s, o, row)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (st *store) holdersOfOne(ctx context.Context, s step, o *object, row int64) ([]int64, error) {
	if s.attribute == nil {
		return st.ids(ctx, "SELECT id FROM records WHERE parent = ? AND +object = ?", row, s.object.row)
	}
	id, err := st.recordID(ctx, row)
	if err != nil {
		return nil, err
	}
	return st.ids(ctx, "SELECT record FROM terms WHERE slot = ? AND key = ?", s.attribute.slot(0), termKey(referenceTo(o, id).property(propRecord)))
}
