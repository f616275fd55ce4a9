package attio

import (
	"fmt"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// scene is where a filter is asked: of which target, and who knows the schemas that its paths lead to.
type scene struct {
	target crm.Target
	schema func(crm.Target) (*crm.Schema, error)
}

// asked is a comparison whose path has been followed.
type asked struct {
	crm.Compare
	steps    [][2]string // (object or list, attribute), as the published API spells a path
	attr     crm.Attribute
	property property
}

// implied are the attributes that every record or entry has, should a server not list them (contract §8 and §10).
func implied(t crm.Target, slug string) (crm.Attribute, bool) {
	switch {
	case slug == "created_at":
		return crm.Attribute{Slug: slug, Type: crm.TypeTimestamp}, true
	case slug == "created_by":
		return crm.Attribute{Slug: slug, Type: crm.TypeActorReference}, true
	case slug == "record_id" && t.List == "", slug == "entry_id" && t.List != "":
		return crm.Attribute{Slug: slug, Type: crm.TypeText}, true
	case slug == "parent_record" && t.List != "":
		return crm.Attribute{Slug: slug, Type: crm.TypeRecordReference}, true
	default:
		return crm.Attribute{}, false
	}
}

// follow goes along a comparison's path. The finding is what is wrong with it; an error is the server's.
func (s *scene) follow(c crm.Compare) (asked, *diag.Finding, error) {
	a := asked{Compare: c}
	at := s.target
	for i, step := range c.Path {
		next, finding := s.arrive(at, &a, i, step)
		if finding != nil {
			if i == len(c.Path)-1 && i > 0 && step.Target == "" && c.Property == "" && a.attr.Type != crm.TypeRecordReference {
				a.Property, a.Path = step.Attribute, c.Path[:i] // "name.last_name"
				break
			}
			return a, finding, nil
		}
		at = next
		sch, err := s.schema(at)
		if err != nil {
			return a, nil, err
		}
		attr, ok := sch.Attribute(step.Attribute)
		if !ok {
			attr, ok = implied(at, step.Attribute)
		}
		if !ok {
			return a, unknownAttribute(sch, step.Attribute), nil
		}
		a.attr = attr
		a.steps = append(a.steps, [2]string{at.String(), step.Attribute})
	}
	finding := a.choose()
	return a, finding, nil
}

// arrive is the target that a step's attribute belongs to.
func (s *scene) arrive(at crm.Target, a *asked, i int, step crm.Step) (crm.Target, *diag.Finding) {
	switch {
	case i == 0 && step.Target != "" && step.Target != at.String():
		return at, &diag.Finding{
			Code: "filter-path", Problem: "a path begins elsewhere than what is queried", Got: step.Target, Want: at.String(),
		}
	case i == 0:
		return at, nil
	case a.attr.Type != crm.TypeRecordReference:
		return at, &diag.Finding{
			Code: "filter-path", Problem: fmt.Sprintf("%s refers to no record, so no path leads on from it", a.attr.Slug),
			Got: step.Attribute, Want: "an attribute of type record-reference before it",
		}
	case step.Target != "":
		return crm.Target{Object: step.Target}, nil
	case len(a.attr.AllowedObjects) == 1:
		return crm.Target{Object: a.attr.AllowedObjects[0]}, nil
	default:
		return at, &diag.Finding{
			Code: "filter-path", Problem: fmt.Sprintf("%s may refer to records of several objects", a.attr.Slug), Got: a.Name(),
			Want: "the object that is meant",
			Hint: fmt.Sprintf("write path: [[%s, %s], [OBJECT, %s]] with constraints", at, a.attr.Slug, step.Attribute),
		}
	}
}

func unknownAttribute(sch *crm.Schema, slug string) *diag.Finding {
	f := &diag.Finding{Code: "unknown-attribute", Problem: fmt.Sprintf("%s has no such attribute", sch.Target), Got: slug}
	if slugs := sch.Slugs(); len(slugs) > 0 && len(slugs) <= 12 {
		slices.Sort(slugs)
		f.Want = "one of " + strings.Join(slugs, ", ")
	}
	return f
}

// choose finds the property that is compared, and whether it can be compared so.
func (a *asked) choose() *diag.Finding {
	properties, main := filterable(a.attr.Type)
	if a.Property == "value" && properties[0].name == "" {
		a.Property = "" // the name that a path's constraints use
	}
	var names []string
	for _, p := range properties {
		if p.name != "" {
			names = append(names, p.name)
		}
		if p.name == a.Property {
			a.property = p
			return a.allowed()
		}
	}
	switch {
	case a.Property != "":
		f := &diag.Finding{
			Code: "filter-property", Problem: fmt.Sprintf("%s is of type %s, which has no such part to compare", a.attr.Slug, a.attr.Type),
			Got: a.Property, Want: "one of " + strings.Join(names, ", "),
		}
		if len(names) == 0 {
			f.Want = "no property: " + a.attr.Slug + " itself is compared"
		}
		return f
	case a.Operator == crm.Exists || a.Operator == crm.NotExists:
		return nil
	case main:
		a.property = properties[0]
		return a.allowed()
	default:
		return &diag.Finding{
			Code: "filter-property", Problem: fmt.Sprintf("%s is of type %s, which is compared by its parts", a.attr.Slug, a.attr.Type),
			Got: a.Name(), Want: "one of " + a.attr.Slug + "." + strings.Join(names, ", "+a.attr.Slug+"."),
		}
	}
}

// allowed reports an operator that the property does not have.
func (a *asked) allowed() *diag.Finding {
	if a.property.has(a.Operator) {
		return nil
	}
	f := &diag.Finding{
		Code: "filter-operator", Problem: fmt.Sprintf("%s is of type %s, which the API does not compare so", a.Name(), a.attr.Type),
		Got: string(a.Operator), Want: "one of " + a.property.names(),
	}
	if a.property.kind == textKind && slices.Contains([]crm.Operator{crm.Less, crm.LessOrEqual, crm.Greater, crm.GreaterOrEqual}, a.Operator) {
		f.Hint = "only numbers, days and points in time have an order"
	}
	return f
}
