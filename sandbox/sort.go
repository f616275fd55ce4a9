package sandbox

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// sortKey is one checked element of sorts.
type sortKey struct {
	steps      []step // that lead to the attribute; nil: it is one of the records themselves
	attribute  *attribute
	property   int
	descending bool
}

func (st *store) parseSorts(o *object, in any) ([]sortKey, error) {
	if in == nil {
		return nil, nil
	}
	list, ok := in.([]any)
	if !ok {
		return nil, badBody(wrongType("array", in, "sorts"))
	}
	var out []sortKey
	for _, element := range list {
		key, err := st.parseSort(o, element)
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

func (st *store) parseSort(o *object, in any) (sortKey, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return sortKey{}, badBody(wrongType("object", in, "sorts"))
	}
	issues := unknownKeys(m, []string{"direction", "attribute", "path", "field"}, "sorts")
	direction := m["direction"]
	if direction != "asc" && direction != "desc" {
		issues = append(issues, invalidIssue("Expected 'asc' | 'desc'", "sorts", "direction"))
	}
	name, ok := m["attribute"].(string)
	_, byPath := m["path"]
	if ok == byPath {
		issues = append(issues, requiredIssue("string", "sorts", "attribute"))
	}
	if issues != nil {
		return sortKey{}, badBody(issues...)
	}
	if byPath {
		return st.parseSortPath(o, m, direction == "desc")
	}
	a, ok := o.attribute(name)
	if !ok || a.Archived {
		return sortKey{}, badRequest(codeValueNotFound, "Cannot find attribute with slug/ID %q.", name)
	}
	property, err := sortProperty(a, m["field"])
	return sortKey{attribute: a, property: property, descending: direction == "desc"}, err
}

// parseSortPath reads a sort by an attribute of a record that is referred to.
func (st *store) parseSortPath(o *object, m map[string]any, descending bool) (sortKey, error) {
	steps, err := st.steps(o, m["path"], []string{"sorts", "path"})
	if err != nil {
		return sortKey{}, err
	}
	last := steps[len(steps)-1]
	if last.attribute == nil {
		return sortKey{}, badBody(invalidIssue("A path cannot end at "+parentRecord, "sorts", "path"))
	}
	property, err := sortProperty(last.attribute, m["field"])
	return sortKey{steps: steps, attribute: last.attribute, property: property, descending: descending}, err
}

// sortProperty picks what to sort by: a type with several properties needs to be told which (contract §6).
func sortProperty(a *attribute, field any) (int, error) {
	properties := kinds[a.Type].properties
	if field == nil && (len(properties) == 1 || kinds[a.Type].main) {
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
	return sorts[0].attribute.Slug == "created_at" && sorts[0].steps == nil, sorts[0].descending
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
	for i := len(key.steps) - 2; i >= 0 && err == nil; i-- {
		out, err = st.carry(ctx, key.steps[i], out)
	}
	return out, err
}

// carry gives each holder the smallest key of the records that it refers to.
func (st *store) carry(ctx context.Context, s step, keys map[int64]any) (map[int64]any, error) {
	query, arg := "SELECT id, parent FROM records WHERE object = ?", s.object.row
	if s.attribute != nil {
		query = "SELECT t.record, r.id FROM terms t JOIN records r ON r.uuid = substr(t.key, instr(t.key, ':') + 1) WHERE t.slot = ?"
		arg = s.attribute.slot(0)
	}
	out := map[int64]any{}
	err := st.each(ctx, func(scan func(...any) error) error {
		var holder, target int64
		if err := scan(&holder, &target); err != nil {
			return err
		}
		k, ok := keys[target]
		if old, has := out[holder]; ok && (!has || compareKeys(k, old) < 0) {
			out[holder] = k
		}
		return nil
	}, query, arg)
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
