package sandbox

import (
	"context"
	"slices"
)

// assertRecord creates the record, or changes the one that has a value of the matching attribute (contract §6). Looking and
// writing happen in one transaction of the one connection, so two asserts of one key cannot both create.
func assertRecord(ctx context.Context, c *call) (any, error) {
	o, matching, err := c.matching()
	if err != nil {
		return nil, err
	}
	in, err := valuesOf(c.body)
	if err != nil {
		return nil, err
	}
	w := c.writer(o)
	checked, err := w.parse(ctx, in)
	if err != nil {
		return nil, err
	}
	if len(checked[matching.row]) == 0 {
		return nil, badRequest(codeMissingValue, "A value for the matching attribute %q was not provided.", matching.Slug)
	}
	rec, err := w.match(ctx, matching, checked[matching.row])
	if err != nil {
		return nil, err
	}
	if rec == nil {
		rec, err = w.create(ctx, checked, nil)
	} else {
		err = w.change(ctx, rec, checked, modeAssert, matching)
	}
	if err != nil {
		return nil, err
	}
	return oneRecord(rec)
}

// matching reads object and matching attribute of an assert.
func (c *call) matching() (*object, *attribute, error) {
	key := c.r.URL.Query().Get("matching_attribute")
	if key == "" {
		return nil, nil, badQuery(requiredIssue("string", "matching_attribute"))
	}
	o, err := c.object()
	if err != nil {
		return nil, nil, err
	}
	a, ok := o.attribute(key)
	if !ok || a.Archived {
		return nil, nil, badRequest(codeValueNotFound, "No attribute was found for matching_attribute slug/ID %q.", key)
	}
	if !a.Unique {
		return nil, nil, badRequest("matching_attribute_definition_not_unique", "The matching attribute %q is not unique.", key)
	}
	return o, a, nil
}

// match finds the one record that has any of the values; nil when there is none.
func (w *writer) match(ctx context.Context, a *attribute, values []value) (*record, error) {
	var rows []int64
	for _, v := range values {
		f, err := v.decode()
		if err != nil {
			return nil, err
		}
		found, err := w.st.holders(ctx, a, f)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	switch {
	case len(rows) == 0:
		return nil, nil //nolint:nilnil // no record is an ordinary answer of a look-up
	case len(rows) == 1 || w.st.switches.AssertMany == ManyFirst:
		records, err := w.st.load(ctx, w.object, rows[0])
		if err != nil {
			return nil, err
		}
		return records[0], nil
	default:
		return nil, badRequest("multiple_match_results", "The values of the matching attribute %q belong to %d different records.", a.Slug, len(rows))
	}
}
