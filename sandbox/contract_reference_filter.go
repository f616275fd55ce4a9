package sandbox

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// referenceQuery reads a query body whose filter and sorts are in the words of the document.
func (c *call) referenceQuery(o *object) (page, error) {
	m, err := decodeObject(c.body)
	if err != nil {
		return page{}, err
	}
	rewritten := maps.Clone(m)
	if in, given := m["filter"]; given && in != nil {
		if rewritten["filter"], err = rewriteFilter(c.st.schema, o, in, nil); err != nil {
			return page{}, err
		}
	}
	if list, ok := m["sorts"].([]any); ok {
		rewritten["sorts"] = rewriteSorts(o, list)
	}
	body, err := encodeObject(rewritten)
	if err != nil {
		return page{}, err
	}
	return c.st.parsePage(o, body)
}

func rewriteSorts(o *object, list []any) []any {
	out := slices.Clone(list)
	for i, element := range list {
		m, _ := element.(map[string]any)
		if key, _ := m["attribute"].(string); key == primaryDomain && o.Slug == "companies" {
			m = maps.Clone(m)
			m["attribute"], m["field"] = "domains", "domain"
			out[i] = m
		}
	}
	return out
}

// rewriteFilter turns a filter of the document into one of contract §8: its operators have no exceptions, a dot leads over a
// reference, and a day stands for its first moment.
func rewriteFilter(s *schema, o *object, in any, path []string) (any, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return nil, filterError(path, "A filter must be an object, received %s", jsonType(in))
	}
	all := []any{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at := slices.Concat(path, []string{key})
		var part any
		var err error
		if key == "$and" || key == "$or" {
			part, err = rewriteLogic(s, o, key, m[key], at)
		} else {
			part, err = rewriteMember(s, o, key, m[key], at)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	if len(all) == 0 {
		return map[string]any{}, nil
	}
	return map[string]any{"$and": all}, nil
}

func rewriteLogic(s *schema, o *object, op string, in any, path []string) (any, error) {
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		return nil, filterError(path, "%s needs an array with at least one filter", op)
	}
	out := []any{}
	for _, element := range list {
		part, err := rewriteFilter(s, o, element, path)
		if err != nil {
			return nil, err
		}
		out = append(out, part)
	}
	return map[string]any{op: out}, nil
}

// rewriteMember turns one attribute, or a dotted path to one.
func rewriteMember(s *schema, o *object, key string, in any, path []string) (any, error) {
	steps, err := dottedSteps(s, o, key, path)
	if err != nil {
		return nil, err
	}
	a := steps[len(steps)-1].attribute
	wrap := func(constraints any) any {
		if len(steps) == 1 {
			return map[string]any{a.Slug: constraints}
		}
		tuples := []any{}
		for _, st := range steps {
			tuples = append(tuples, []any{st.object.Slug, st.attribute.Slug})
		}
		return map[string]any{"path": tuples, "constraints": constraints}
	}
	m, isObject := in.(map[string]any)
	if a.Type == typeRecordReference && isObject && m["record_id"] != nil {
		in, isObject = m["record_id"], false
	}
	if !isObject {
		return wrap(referenceConstraint(a, "$eq", in)), nil
	}
	all := []any{}
	for _, op := range slices.Sorted(maps.Keys(m)) {
		part, err := rewriteOperator(a, op, m[op], wrap, slices.Concat(path, []string{op}))
		if err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	return map[string]any{"$and": all}, nil
}

// dottedSteps follows the references that a name like company.industry goes over.
func dottedSteps(s *schema, o *object, key string, path []string) ([]step, error) {
	var out []step
	names := strings.Split(key, ".")
	for i, name := range names {
		a, ok := referenceAttribute(o, name)
		if !ok || a.Archived {
			e := badRequest("unknown_filter_attribute_slug", "Unknown attribute slug: %s.", name)
			e.Path = path
			return nil, e
		}
		out = append(out, step{o, a})
		if i == len(names)-1 {
			break
		}
		if a.Type != typeRecordReference || len(a.Allowed) != 1 {
			return nil, filterError(path, "%q does not lead to one object", name)
		}
		o, _ = s.object(a.Allowed[0])
	}
	return out, nil
}

// rewriteOperator turns one operator, or a property of a value such as first_name.
func rewriteOperator(a *attribute, op string, in any, wrap func(any) any, path []string) (any, error) {
	not := func(part any) any { return map[string]any{"$not": part} }
	present := wrap(map[string]any{"$not_empty": true})
	switch op {
	case "$eq", "$contains", "$starts_with", "$ends_with", "$gt", "$gte", "$lt", "$lte", "$in":
		return wrap(referenceConstraint(a, op, in)), nil
	case "$ne":
		return not(wrap(referenceConstraint(a, "$eq", in))), nil
	case "$nin":
		return not(wrap(referenceConstraint(a, "$in", in))), nil
	case "$exists", "$not_exists":
		truth, ok := in.(bool)
		if !ok {
			return nil, filterError(path, "%s needs true or false, received %s", op, jsonType(in))
		}
		if truth == (op == "$exists") {
			return present, nil
		}
		return not(present), nil
	}
	if strings.HasPrefix(op, "$") {
		return nil, filterError(path, "Invalid operator %q", op)
	}
	return wrap(map[string]any{op: in}), nil
}

// referenceConstraint is a comparison in the words of contract §8.
func referenceConstraint(a *attribute, op string, in any) any {
	switch a.Type {
	case typeTimestamp:
		if s, ok := in.(string); ok {
			if day, err := time.Parse(time.DateOnly, s); err == nil {
				in = day.Format(time.RFC3339)
			}
		}
	case typeRecordReference:
		return map[string]any{"target_record_id": map[string]any{op: in}}
	case typeActorReference:
		return map[string]any{"referenced_actor_type": "workspace-member", "referenced_actor_id": map[string]any{op: in}}
	}
	return map[string]any{op: in}
}
