package sandbox

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// condition is one comparison of a property of an attribute.
type condition struct {
	property string // "" : what the shorthand means
	op       string
	values   []any // one, or with $in any number
	path     []string
}

// The operators of contract §8 in the groups in which types have them.
var (
	equality = []string{"$eq"}
	ranges   = []string{"$lt", "$lte", "$gt", "$gte"}
	ordered  = slices.Concat(equality, ranges)
	parts    = []string{"$eq", "$contains", "$starts_with", "$ends_with"}
	presence = []string{"$eq", "$not_empty"}
)

// operators is the table of contract §8: what a property of an attribute of that type can be compared with.
func operators(typ, property string) []string {
	switch typ {
	case typeText:
		return slices.Concat(parts, []string{"$in"})
	case typeNumber, typeRating, typeCurrency, typeDate, typeTimestamp:
		return ordered
	case typeDomain, typePersonalName:
		return slices.Concat(parts, []string{"$not_empty"})
	case typeEmail:
		return parts
	case typePhone:
		if property == "country_code" {
			return presence
		}
		return parts
	case typeLocation:
		if property == "country_code" {
			return []string{"$eq", "$starts_with"}
		}
		return parts
	case typeSelect, typeStatus:
		if property == propSince {
			return ranges
		}
	case typeRecordReference:
		if property == "target_record_id" {
			return []string{"$eq", "$in"}
		}
	case typeInteraction:
		if property == "interacted_at" {
			return ordered
		}
		return presence
	}
	return equality
}

// allowed is operators with what the switches add.
func (f filtering) allowed(a *attribute, property, op string) bool {
	return slices.Contains(operators(a.Type, property), op) ||
		op == "$in" && f.st.switches.InOperator == InEverywhere && property != propSince ||
		op == "$not_empty" && f.st.switches.NotEmpty == NotEmptyEverywhere
}

func (f filtering) conditions(a *attribute, in any, path []string) ([]condition, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return []condition{{"", "$eq", []any{in}, path}}, nil
	}
	if len(m) == 0 {
		return nil, filterError(path, "The filter of attribute %q is empty", a.Slug)
	}
	var out []condition
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at := slices.Concat(path, []string{key})
		ops, isOps := m[key].(map[string]any)
		switch {
		case strings.HasPrefix(key, "$"):
			c, err := f.operator(a, "", key, m[key], at)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		case !isOps:
			out = append(out, condition{key, "$eq", []any{m[key]}, at})
		default:
			for _, op := range slices.Sorted(maps.Keys(ops)) {
				c, err := f.operator(a, key, op, ops[op], slices.Concat(at, []string{op}))
				if err != nil {
					return nil, err
				}
				out = append(out, c)
			}
		}
	}
	if len(out) == 0 {
		return nil, filterError(path, "The filter of attribute %q is empty", a.Slug)
	}
	return out, nil
}

// operator reads one operator and what it compares with.
func (f filtering) operator(a *attribute, property, op string, in any, path []string) (condition, error) {
	c := condition{property, op, []any{in}, path}
	if !f.allowed(a, property, op) {
		return c, filterError(path, "Invalid operator %q", op)
	}
	switch op {
	case "$in":
		list, ok := in.([]any)
		if !ok {
			return c, filterError(path, "$in needs an array, received %s", jsonType(in))
		}
		c.values = list
	case "$not_empty":
		if in != true {
			return c, filterError(path, "$not_empty needs true, received %v", in)
		}
	}
	return c, nil
}

// compare looks up one condition; of a reference that is only whether there is one.
func (f filtering) compare(ctx context.Context, a *attribute, c condition) ([]int64, error) {
	k := kinds[a.Type]
	property := 0
	if c.property != "" {
		property = slices.Index(k.properties, c.property)
		if property < 0 && c.property == "value" && a.Type == typeCurrency {
			property = 0
		}
	}
	if property < 0 || (c.property == "" && k.noShorthand) {
		return nil, filterError(c.path, "Attribute %q cannot be filtered by property %q", a.Slug, c.property)
	}
	slot := a.slot(property)
	switch c.op {
	case "$not_empty":
		return f.st.ids(ctx, "SELECT DISTINCT record FROM terms WHERE slot = ? ORDER BY record", slot)
	case "$contains", "$starts_with", "$ends_with":
		return f.matchText(ctx, a, property, c)
	}
	keys := make([]any, 0, len(c.values))
	for _, v := range c.values {
		key, err := f.st.filterKey(a, property, v, c.path)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if query, isRange := rangeQueries[c.op]; isRange {
		return f.st.ids(ctx, query, slot, keys[0])
	}
	return f.lookup(ctx, slot, keys)
}

// rangeQueries find the records that have a value in a range; the keys of one slot are all numbers or all text.
var rangeQueries = map[string]string{
	"$lt":  "SELECT DISTINCT record FROM terms WHERE slot = ? AND key < ? ORDER BY record",
	"$lte": "SELECT DISTINCT record FROM terms WHERE slot = ? AND key <= ? ORDER BY record",
	"$gt":  "SELECT DISTINCT record FROM terms WHERE slot = ? AND key > ? ORDER BY record",
	"$gte": "SELECT DISTINCT record FROM terms WHERE slot = ? AND key >= ? ORDER BY record",
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
