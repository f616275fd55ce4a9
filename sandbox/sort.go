package sandbox

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// sortKey is one checked element of sorts.
type sortKey struct {
	attribute  *attribute
	property   int
	descending bool
}

func parseSorts(o *object, in any) ([]sortKey, error) {
	if in == nil {
		return nil, nil
	}
	list, ok := in.([]any)
	if !ok {
		return nil, badBody(wrongType("array", in, "sorts"))
	}
	var out []sortKey
	for _, element := range list {
		key, err := parseSort(o, element)
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

func parseSort(o *object, in any) (sortKey, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return sortKey{}, badBody(wrongType("object", in, "sorts"))
	}
	issues := unknownKeys(m, []string{"direction", "attribute", "field"}, "sorts")
	direction := m["direction"]
	if direction != "asc" && direction != "desc" {
		issues = append(issues, invalidIssue("Expected 'asc' | 'desc'", "sorts", "direction"))
	}
	name, ok := m["attribute"].(string)
	if !ok {
		issues = append(issues, requiredIssue("string", "sorts", "attribute"))
	}
	if issues != nil {
		return sortKey{}, badBody(issues...)
	}
	a, ok := o.attribute(name)
	if !ok || a.Archived {
		return sortKey{}, badRequest(codeValueNotFound, "Cannot find attribute with slug/ID %q.", name)
	}
	property, err := sortProperty(a, m["field"])
	return sortKey{attribute: a, property: property, descending: direction == "desc"}, err
}

// sortProperty picks what to sort by: a type with several properties needs to be told which (contract §6).
func sortProperty(a *attribute, field any) (int, error) {
	properties := kinds[a.Type].properties
	if field == nil && len(properties) == 1 {
		return 0, nil
	}
	if field == nil {
		return 0, badRequest("missing_sort_field", "Sorting by attribute %q needs a field: one of %s.", a.Slug, strings.Join(properties, ", "))
	}
	name, ok := field.(string)
	if i := slices.Index(properties, name); ok && i >= 0 {
		return i, nil
	}
	return 0, badRequest(codeValidation, "Attribute %q has no field %v to sort by.", a.Slug, field)
}

// creationOrder says whether the sorts are the order of creation, which is the order without sorts too.
func creationOrder(sorts []sortKey) (byCreation, descending bool) {
	if len(sorts) == 0 {
		return true, false
	}
	return sorts[0].attribute.Slug == "created_at", sorts[0].descending
}

// sort orders rows in place, ties by creation. Records without the value come last ascending and first descending.
func (st *store) sort(ctx context.Context, rows []int64, sorts []sortKey) error {
	columns := make([]map[int64]any, len(sorts))
	for i, key := range sorts {
		var err error
		if columns[i], err = st.column(ctx, key); err != nil {
			return err
		}
	}
	slices.SortFunc(rows, func(x, y int64) int {
		for i, key := range sorts {
			c := compareKeys(columns[i][x], columns[i][y])
			if key.descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return cmp.Compare(x, y)
	})
	return nil
}

// column reads the smallest key of every record that has one; a choice sorts by its place in the list of choices.
func (st *store) column(ctx context.Context, key sortKey) (map[int64]any, error) {
	place := map[any]any{}
	for i, c := range key.attribute.choices {
		place[c.ID] = float64(i)
	}
	out := map[int64]any{}
	err := st.each(ctx, func(scan func(...any) error) error {
		var row int64
		var k any
		if err := scan(&row, &k); err != nil {
			return err
		}
		if p, ok := place[k]; ok {
			k = p
		}
		if old, ok := out[row]; !ok || compareKeys(k, old) < 0 {
			out[row] = k
		}
		return nil
	}, "SELECT record, key FROM terms WHERE slot = ?", key.attribute.slot(key.property))
	return out, err
}

// compareKeys orders nothing after everything; keys of one slot have one type.
func compareKeys(a, b any) int {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b)
		}
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case nil:
		if b == nil {
			return 0
		}
		return 1
	}
	return -1
}
