package attio

import (
	"slices"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// where spells a filter as the document does ("Filtering"): its operators are those of job files, its paths have dots, and it has no
// negation but in operators. It says nothing of types, so that only the first attribute of a path is checked. What it does not describe
// is spelled as in the published API: $or, and the parts of a value.
func (reference) where(f crm.Filter, s *scene) (any, diag.List, error) {
	w := &speller{filterWalk{scene: s}}
	w.compared = w.together
	return w.spelled(w.plain(f))
}

// speller spells comparisons as the document does.
type speller struct{ filterWalk }

// plain is a filter without what the document has no word for: negation goes into the operators, and a day that is compared with a point
// in time becomes its first moment or that of the next.
func (w *speller) plain(f crm.Filter) crm.Filter {
	switch f := f.(type) {
	case crm.And:
		return crm.And(w.allPlain(f, w.plain))
	case crm.Or:
		return crm.Or(w.allPlain(f, w.plain))
	case crm.Not:
		return w.negated(f.Filter)
	case crm.Compare:
		return w.timed(f)
	case crm.Together:
		return w.jointly(f)
	default:
		return f
	}
}

func (w *speller) allPlain(parts []crm.Filter, plain func(crm.Filter) crm.Filter) []crm.Filter {
	list := make([]crm.Filter, len(parts))
	for i, part := range parts {
		list[i] = plain(part)
	}
	return list
}

// negated is the opposite of a filter.
func (w *speller) negated(f crm.Filter) crm.Filter {
	switch f := f.(type) {
	case crm.And:
		return crm.Or(w.allPlain(f, w.negated))
	case crm.Or:
		return crm.And(w.allPlain(f, w.negated))
	case crm.Not:
		return w.plain(f.Filter)
	case crm.Together:
		var parts crm.Or
		for _, c := range f {
			parts = append(parts, w.negated(c))
		}
		return parts
	case crm.Compare:
		return w.opposite(f)
	default:
		return f
	}
}

// opposite is the opposite of a comparison. One of order does not hold where there is no value, so its opposite does.
func (w *speller) opposite(c crm.Compare) crm.Filter {
	words := map[crm.Operator]crm.Operator{
		crm.Equal: crm.NotEqual, crm.NotEqual: crm.Equal, crm.In: crm.NotIn, crm.NotIn: crm.In, crm.Exists: crm.NotExists, crm.NotExists: crm.Exists,
		crm.Less: crm.GreaterOrEqual, crm.GreaterOrEqual: crm.Less, crm.Greater: crm.LessOrEqual, crm.LessOrEqual: crm.Greater,
	}
	other, ok := words[c.Operator]
	if !ok {
		w.findings.Add(diag.Finding{
			Code: "filter-operator", Problem: "the reference contract has no opposite of the operator", Got: "$not " + string(c.Operator),
			Want: "one of $eq $ne $in $nin $lt $lte $gt $gte $exists $not_exists under $not",
		})
		return c
	}
	c.Operator = other
	switch other {
	case crm.Less, crm.LessOrEqual, crm.Greater, crm.GreaterOrEqual:
		none := c
		none.Operator, none.Value = crm.NotExists, nil
		return crm.Or{w.timed(c), none}
	default:
		return w.timed(c)
	}
}

// jointly takes comparisons together that stay single, and joins the rest.
func (w *speller) jointly(all crm.Together) crm.Filter {
	var joint crm.Together
	var parts crm.And
	for _, c := range all {
		timed := w.timed(c)
		same, single := timed.(crm.Compare)
		taken := func(other crm.Compare) bool {
			return other.Operator == same.Operator && other.Property == same.Property
		}
		if single && !slices.ContainsFunc(joint, taken) {
			joint = append(joint, same)
		} else {
			parts = append(parts, timed)
		}
	}
	if len(parts) == 0 {
		return joint
	}
	if len(joint) > 0 {
		parts = append(crm.And{joint}, parts...)
	}
	return parts
}

// timed is a comparison with the days in it completed, where the attribute is known to be a point in time.
func (w *speller) timed(c crm.Compare) crm.Filter {
	if a := w.attribute(c); a.Type != crm.TypeTimestamp || len(c.Path) != 1 {
		return c
	}
	if list, ok := c.Value.([]any); ok {
		return w.anyTime(c, list)
	}
	if _, day := asDay(c.Value); !day {
		return c
	}
	if c.Operator == crm.NotEqual {
		c.Operator = crm.Equal
		return w.negated(w.timed(c))
	}
	var bounds crm.Together
	for _, bound := range dayBounds("", c.Operator, c.Value) {
		text, _ := bound.value.(string)
		at, err := time.Parse(timestampLayout, text)
		if err == nil {
			text = plainTime(at)
		}
		bounds = append(bounds, crm.Compare{Path: c.Path, Property: c.Property, Operator: crm.Operator(bound.op), Value: text})
	}
	if len(bounds) == 1 {
		return bounds[0]
	}
	return bounds
}

// anyTime spells a list out in which there are days.
func (w *speller) anyTime(c crm.Compare, list []any) crm.Filter {
	var parts crm.Or
	days := false
	for _, v := range list {
		_, day := asDay(v)
		days = days || day
		parts = append(parts, w.timed(crm.Compare{Path: c.Path, Property: c.Property, Operator: crm.Equal, Value: v}))
	}
	switch {
	case !days:
		return c
	case c.Operator == crm.NotIn:
		return w.negated(parts)
	default:
		return parts
	}
}

// attribute is the first attribute of a comparison, empty as far as it cannot be known.
func (w *speller) attribute(c crm.Compare) crm.Attribute {
	if w.err != nil || len(c.Path) == 0 || w.target.List != "" { // a list has no attributes to be seen, and its query refuses the filter
		return crm.Attribute{}
	}
	sch, err := w.schema(w.target)
	if w.err = err; err != nil {
		return crm.Attribute{}
	}
	slug := c.Path[0].Attribute
	a, known := sch.Attribute(slug)
	if !known {
		a, known = implied(w.target, slug)
	}
	switch {
	case known:
		return a
	case slug == "updated_at":
		return crm.Attribute{Slug: slug, Type: crm.TypeTimestamp}
	default:
		w.unknown(sch, slug)
		return a
	}
}

// unknown notes an attribute that is not there, once.
func (w *speller) unknown(sch *crm.Schema, slug string) {
	for _, f := range w.findings {
		if f.Code == "unknown-attribute" && f.Got == slug {
			return
		}
	}
	w.findings.Add(*unknownAttribute(sch, slug))
}

// together joins the comparisons of one attribute in one object; equality alone is the short form.
func (w *speller) together(all crm.Together) condition {
	spelled := condition{}
	for _, c := range all {
		name, part := w.names(c)
		if c.Operator == crm.Equal && len(all) == 1 && part == "" {
			return condition{name: c.Value}
		}
		compared := below(spelled, name)
		if part != "" {
			compared = below(compared, part)
		}
		compared[string(c.Operator)] = c.Value
		if c.Operator == crm.Exists || c.Operator == crm.NotExists {
			compared[string(c.Operator)] = true
		}
	}
	return spelled
}

// names is the path with dots, and the part of the value that is compared, empty for its whole.
func (w *speller) names(c crm.Compare) (path, part string) {
	a := w.attribute(c)
	if n := len(c.Path); n == 2 && c.Property == "" && c.Path[1].Target == "" && a.Type != "" && a.Type != crm.TypeRecordReference {
		c.Property, c.Path = c.Path[1].Attribute, c.Path[:1] // "name.last_name"
	}
	part = c.Property
	if part == "value" {
		part = "" // the published API's name for the whole of a value
	}
	c.Property = ""
	return c.Name(), part
}

// below is the object under a key, made if need be.
func below(all condition, key string) condition {
	inner, ok := all[key].(condition)
	if !ok {
		inner = condition{}
		all[key] = inner
	}
	return inner
}
