package attio

import (
	"fmt"
	"maps"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// where rewrites a filter into what the published API has (contract §8): it knows neither $ne, $nin, $exists and $not_exists nor dotted
// paths, and $in for few types.
func (current) where(f crm.Filter, s *scene) (any, diag.List, error) {
	w := &rewriter{filterWalk{scene: s}}
	w.compared = w.together
	return w.spelled(f)
}

// rewriter spells comparisons for the published API.
type rewriter struct{ filterWalk }

// compare rewrites what the API has no word for.
func (w *rewriter) compare(c crm.Compare) condition {
	a, ok := w.ask(c)
	if !ok {
		return nil
	}
	switch c.Operator {
	case crm.NotEqual:
		return w.not(c, crm.Equal)
	case crm.NotIn:
		return w.not(c, crm.In)
	case crm.NotExists:
		return w.not(c, crm.Exists)
	default:
	}
	if c.Operator == crm.In && !takesIn(a.attr.Type, a.property.name) {
		return w.anyOf(c)
	}
	atoms, ok := w.atoms(a)
	if !ok {
		return nil
	}
	return a.condition(atoms)
}

func (w *rewriter) not(c crm.Compare, positive crm.Operator) condition {
	c.Operator = positive
	return condition{"$not": w.compare(c)}
}

// anyOf is a list spelled out.
func (w *rewriter) anyOf(c crm.Compare) condition {
	values, _ := c.Value.([]any)
	c.Operator = crm.Equal
	parts := make([]condition, len(values))
	for i, v := range values {
		c.Value = v
		parts[i] = w.compare(c)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return condition{"$or": parts}
}

// together keeps what can stand in one constraint in one, so that one value has to meet it, and joins the rest.
func (w *rewriter) together(all crm.Together) condition {
	if len(all) == 1 {
		return w.compare(all[0])
	}
	var joint []atom
	var first asked
	var parts []condition
	for _, c := range all {
		simple := c.Operator != crm.NotEqual && c.Operator != crm.NotIn && c.Operator != crm.NotExists && c.Operator != crm.In
		if !simple {
			parts = append(parts, w.compare(c))
			continue
		}
		a, ok := w.ask(c)
		if !ok {
			continue
		}
		atoms, ok := w.atoms(a)
		switch {
		case !ok:
		case clash(joint, atoms):
			parts = append(parts, a.condition(atoms))
		default:
			joint, first = append(joint, atoms...), a
		}
	}
	if len(joint) > 0 {
		parts = append([]condition{first.condition(joint)}, parts...)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return condition{"$and": parts}
}

// clash reports whether two comparisons would take one place.
func clash(joint, more []atom) bool {
	for _, a := range joint {
		for _, b := range more {
			if a.property == b.property && a.op == b.op && a.value != b.value {
				return true
			}
		}
	}
	return false
}

// ask follows the path, and notes what is wrong with it.
func (w *rewriter) ask(c crm.Compare) (asked, bool) {
	if w.err != nil {
		return asked{}, false
	}
	a, finding, err := w.follow(c)
	w.err = err
	if finding != nil {
		w.findings.Add(*finding)
	}
	return a, finding == nil && err == nil
}

// atom is one comparison in the API's own words.
type atom struct {
	property string
	op       string
	value    any // a plain value, so that two can be compared; a list stands behind a pointer
}

// condition is the comparisons in one constraint. Equality with the main part alone is the attribute's short form.
func (a asked) condition(atoms []atom) condition {
	if len(a.steps) > 1 {
		return condition{"path": a.steps, "constraints": a.constraints(atoms, true)}
	}
	last := a.steps[0][1]
	if len(atoms) == 1 && atoms[0].op == string(crm.Equal) && a.isMain(atoms[0].property) {
		return condition{last: atoms[0].value}
	}
	return condition{last: a.constraints(atoms, false)}
}

func (a asked) isMain(property string) bool {
	properties, main := filterable(a.attr.Type)
	return main && properties[0].name == property && a.attr.Type != crm.TypeRecordReference && a.attr.Type != crm.TypeActorReference
}

func (a asked) constraints(atoms []atom, inPath bool) condition {
	all := condition{}
	for _, c := range atoms {
		value := c.value
		if list, ok := value.(*[]any); ok {
			value = *list
		}
		name := c.property
		if inPath && c.op != notEmpty {
			name = pathName(a.attr.Type, name)
		}
		compared := condition{c.op: value}
		if name == "" {
			maps.Copy(all, compared)
			continue
		}
		if before, ok := all[name].(condition); ok {
			maps.Copy(before, compared)
			continue
		}
		all[name] = compared
	}
	return all
}

// notEmpty is the API's word for $exists.
const notEmpty = "$not_empty"

// atoms is a comparison in the API's own words: one, or two where a day stands for the time from its beginning to its end, or where the
// API wants to be told the kind of what is referred to.
func (w *rewriter) atoms(a asked) ([]atom, bool) {
	name := a.property.name
	if a.Operator == crm.Exists {
		return []atom{{a.Property, notEmpty, true}}, true
	}
	if a.Operator == crm.In {
		list, ok := w.values(a)
		return []atom{{name, string(crm.In), &list}}, ok
	}
	value, day, ok := w.value(a, a.Value)
	switch {
	case !ok:
		return nil, false
	case day:
		return dayBounds(name, a.Operator, value), true
	case a.Property == "" && a.attr.Type == crm.TypeRecordReference:
		return w.reference(a, value)
	case a.Property == "" && a.attr.Type == crm.TypeActorReference:
		return []atom{{"referenced_actor_type", string(crm.Equal), workspaceMember}, {name, string(a.Operator), value}}, true
	default:
		return []atom{{name, string(a.Operator), value}}, true
	}
}

// reference is a comparison with a record's id, which needs the record's object beside it.
func (w *rewriter) reference(a asked, id any) ([]atom, bool) {
	if len(a.attr.AllowedObjects) != 1 {
		w.findings.Add(diag.Finding{
			Code: "filter-path", Problem: fmt.Sprintf("%s may refer to records of several objects", a.attr.Slug), Got: fmt.Sprint(id),
			Want: fmt.Sprintf("{%s: {target_object: OBJECT, target_record_id: ID}}", a.attr.Slug),
		})
		return nil, false
	}
	return []atom{{"target_object", string(crm.Equal), a.attr.AllowedObjects[0]}, {"target_record_id", string(crm.Equal), id}}, true
}

func (w *rewriter) values(a asked) ([]any, bool) {
	given, _ := a.Value.([]any)
	list := make([]any, 0, len(given))
	for _, v := range given {
		value, _, ok := w.value(a, v)
		if !ok {
			return nil, false
		}
		list = append(list, value)
	}
	return list, true
}
