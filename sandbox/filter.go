package sandbox

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// filter evaluates the filter language (contract §8) to a sorted list of rows. A comparison is a look-up in the index of terms, so
// a filter costs what it finds and not what is stored; $contains and $ends_with look at every value of the attribute, $not
// at every record.
func (st *store) filter(ctx context.Context, o *object, in any) ([]int64, error) {
	return filtering{st: st, object: o}.eval(ctx, in, nil)
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
	if _, isPath := m["path"]; isPath {
		return f.follow(ctx, m, path)
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
	}
	a, ok := f.object.attribute(key)
	if !ok || a.Archived {
		e := badRequest("unknown_filter_attribute_slug", "Unknown attribute slug: %s.", key)
		e.Path = path
		return nil, e
	}
	return f.attribute(ctx, a, in, path)
}

// combine evaluates $and and $or.
func (f filtering) combine(ctx context.Context, op string, in any, path []string) ([]int64, error) {
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		return nil, filterError(path, "%s needs an array with at least one filter", op)
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

// attribute evaluates what stands under the name of an attribute: a bare value, operators, or properties with either.
func (f filtering) attribute(ctx context.Context, a *attribute, in any, path []string) ([]int64, error) {
	conditions, err := f.conditions(a, in, path)
	if err != nil {
		return nil, err
	}
	if isReference(a) && conditions[0].op != "$not_empty" {
		return f.reference(ctx, a, conditions, path)
	}
	var out []int64
	for i, c := range conditions {
		rows, err := f.compare(ctx, a, c)
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

func isReference(a *attribute) bool {
	return a.Type == typeRecordReference || a.Type == typeActorReference
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
