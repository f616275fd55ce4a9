package sandbox

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// filter evaluates the filter language (contract §8, equality only) to a sorted list of rows. Every comparison is one look-up
// in the index of terms, so a filter costs what it finds and not what is stored; $not alone walks the object.
func (st *store) filter(ctx context.Context, o *object, in any) ([]int64, error) {
	f := filtering{st: st, object: o}
	return f.eval(ctx, in, nil)
}

type filtering struct {
	st     *store
	object *object
}

func filterError(path []string, format string, args ...any) error {
	e := badRequest(codeFilter, format, args...)
	e.Path = path
	return e
}

// eval is the conjunction of all members of a filter object; an empty one matches everything.
func (f filtering) eval(ctx context.Context, in any, path []string) ([]int64, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return nil, filterError(path, "A filter must be an object, received %s", jsonType(in))
	}
	if len(m) == 0 {
		return f.st.all(ctx, f.object)
	}
	var out []int64
	for i, key := range slices.Sorted(maps.Keys(m)) {
		rows, err := f.member(ctx, key, m[key], slices.Concat(path, []string{key}))
		if err != nil {
			return nil, err
		}
		if i == 0 {
			out = rows
		} else {
			out = intersect(out, rows)
		}
	}
	return out, nil
}

func (f filtering) member(ctx context.Context, key string, in any, path []string) ([]int64, error) {
	switch {
	case key == "$and" || key == "$or":
		return f.combine(ctx, key, in, path)
	case key == "$not":
		rows, err := f.eval(ctx, in, path)
		if err != nil {
			return nil, err
		}
		all, err := f.st.all(ctx, f.object)
		return subtract(all, rows), err
	case strings.HasPrefix(key, "$"):
		return nil, filterError(path, "Invalid operator %q", key)
	case key == "path" || key == "constraints":
		return nil, filterError(path, "The sandbox does not filter by path")
	}
	a, ok := f.object.attribute(key)
	if !ok || a.Archived {
		e := badRequest("unknown_filter_attribute_slug", "Unknown attribute slug: %s.", key)
		e.Path = path
		return nil, e
	}
	return f.attribute(ctx, a, in, path)
}

// combine evaluates $and and $or. $and stops looking when nothing is left.
func (f filtering) combine(ctx context.Context, op string, in any, path []string) ([]int64, error) {
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		return nil, filterError(path, "%s needs an array of filters", op)
	}
	var parts [][]int64
	for i, element := range list {
		rows, err := f.eval(ctx, element, slices.Concat(path, []string{strconv.Itoa(i)}))
		if err != nil {
			return nil, err
		}
		parts = append(parts, rows)
	}
	if op == "$or" {
		return union(parts...), nil
	}
	out := parts[0]
	for _, rows := range parts[1:] {
		out = intersect(out, rows)
	}
	return out, nil
}

// condition is one comparison: a property of an attribute is one of the values.
type condition struct {
	property string // "" : what the shorthand means
	values   []any
}

// attribute evaluates what stands under the name of an attribute: a bare value, operators, or properties with either.
func (f filtering) attribute(ctx context.Context, a *attribute, in any, path []string) ([]int64, error) {
	conditions, err := conditionsOf(a, in, path)
	if err != nil {
		return nil, err
	}
	if a.Type == typeRecordReference || a.Type == typeActorReference {
		return f.reference(ctx, a, conditions, path)
	}
	var out []int64
	for i, c := range conditions {
		rows, err := f.compare(ctx, a, c, path)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			out = rows
		} else {
			out = intersect(out, rows)
		}
	}
	return out, nil
}

func conditionsOf(a *attribute, in any, path []string) ([]condition, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return []condition{{"", []any{in}}}, nil
	}
	if len(m) == 0 {
		return nil, filterError(path, "The filter of attribute %q is empty", a.Slug)
	}
	var out []condition
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at := slices.Concat(path, []string{key})
		if strings.HasPrefix(key, "$") {
			values, err := operator(a, "", key, m[key], at)
			if err != nil {
				return nil, err
			}
			out = append(out, condition{"", values})
			continue
		}
		ops, ok := m[key].(map[string]any)
		if !ok {
			out = append(out, condition{key, []any{m[key]}})
			continue
		}
		for _, op := range slices.Sorted(maps.Keys(ops)) {
			values, err := operator(a, key, op, ops[op], slices.Concat(at, []string{op}))
			if err != nil {
				return nil, err
			}
			out = append(out, condition{key, values})
		}
	}
	return out, nil
}

// operator reads the values of one operator; $in is for text and for the id of a referenced record (contract §8).
func operator(a *attribute, property, op string, in any, path []string) ([]any, error) {
	switch op {
	case "$eq":
		return []any{in}, nil
	case "$in":
		if a.Type != typeText && property != "target_record_id" {
			return nil, filterError(path, "Operator $in is not supported by attribute %q", a.Slug)
		}
		list, ok := in.([]any)
		if !ok {
			return nil, filterError(path, "$in needs an array, received %s", jsonType(in))
		}
		return list, nil
	default:
		return nil, filterError(path, "Invalid operator %q", op)
	}
}

// compare looks up one condition of a type that is not a reference.
func (f filtering) compare(ctx context.Context, a *attribute, c condition, path []string) ([]int64, error) {
	k := kinds[a.Type]
	property := 0
	if c.property != "" {
		property = slices.Index(k.properties, c.property)
		if property < 0 && c.property == "value" && a.Type == typeCurrency {
			property = 0
		}
	}
	if property < 0 || (c.property == "" && k.noShorthand) {
		return nil, filterError(path, "Attribute %q cannot be filtered by property %q", a.Slug, c.property)
	}
	keys := make([]any, 0, len(c.values))
	for _, v := range c.values {
		key, err := filterKey(a, property, v, path)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return f.lookup(ctx, a.slot(property), keys)
}

func (f filtering) lookup(ctx context.Context, slot int64, keys []any) ([]int64, error) {
	var parts [][]int64
	for _, key := range keys {
		rows, err := f.st.ids(ctx, "SELECT record FROM terms WHERE slot = ? AND key = ? ORDER BY record", slot, key)
		if err != nil {
			return nil, err
		}
		parts = append(parts, rows)
	}
	return union(parts...), nil
}

func union(parts ...[]int64) []int64 {
	if len(parts) == 1 {
		return parts[0]
	}
	all := slices.Concat(parts...)
	slices.Sort(all)
	return slices.Compact(all)
}

// intersect keeps what is in both sorted lists.
func intersect(a, b []int64) []int64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	out := make([]int64, 0, len(a))
	for _, row := range a {
		if _, ok := slices.BinarySearch(b, row); ok {
			out = append(out, row)
		}
	}
	return out
}

// subtract keeps what is in all and not in rows, both sorted.
func subtract(all, rows []int64) []int64 {
	return slices.DeleteFunc(all, func(row int64) bool {
		_, ok := slices.BinarySearch(rows, row)
		return ok
	})
}
