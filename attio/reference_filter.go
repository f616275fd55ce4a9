package attio

import (
	"fmt"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// where spells a filter as the document does ("Filtering"): its operators are those of job files, and its paths have dots. It says
// nothing of types, so that only the first attribute of a path is checked. $or and $not are sent as they are.
func (reference) where(f crm.Filter, s *scene) (any, diag.List, error) {
	w := &speller{scene: s}
	condition := w.filter(f)
	return condition, w.findings, w.err
}

type speller struct {
	*scene
	findings diag.List
	err      error
}

func (w *speller) filter(f crm.Filter) condition {
	switch f := f.(type) {
	case crm.And:
		return condition{"$and": w.each(f)}
	case crm.Or:
		return condition{"$or": w.each(f)}
	case crm.Not:
		return condition{"$not": w.filter(f.Filter)}
	case crm.Compare:
		return w.together(crm.Together{f})
	case crm.Together:
		return w.together(f)
	default:
		w.findings.Add(diag.Finding{Code: "filter-value", Problem: fmt.Sprintf("%T is no condition", f)})
		return nil
	}
}

func (w *speller) each(parts []crm.Filter) []condition {
	if len(parts) == 0 {
		w.findings.Add(diag.Finding{Code: "filter-value", Problem: "$and and $or need at least one condition"})
	}
	list := make([]condition, len(parts))
	for i, part := range parts {
		list[i] = w.filter(part)
	}
	return list
}

// together joins the comparisons of one property in one object; equality alone is the short form.
func (w *speller) together(all crm.Together) condition {
	spelled := condition{}
	for _, c := range all {
		w.check(c)
		if c.Property == "value" {
			c.Property = "" // the published API's name for the whole of a value
		}
		name := c.Name()
		if c.Operator == crm.Equal && len(all) == 1 {
			return condition{name: c.Value}
		}
		compared, ok := spelled[name].(condition)
		if !ok {
			compared = condition{}
			spelled[name] = compared
		}
		compared[string(c.Operator)] = c.Value
		if c.Operator == crm.Exists || c.Operator == crm.NotExists {
			compared[string(c.Operator)] = true
		}
	}
	return spelled
}

// check notes an attribute that the target does not have.
func (w *speller) check(c crm.Compare) {
	if w.err != nil || len(c.Path) == 0 || w.target.List != "" { // a list has no attributes to be seen, and its query refuses the filter
		return
	}
	sch, err := w.schema(w.target)
	if w.err = err; err != nil {
		return
	}
	slug := c.Path[0].Attribute
	_, known := sch.Attribute(slug)
	if _, always := implied(w.target, slug); !known && !always && slug != "updated_at" {
		w.findings.Add(*unknownAttribute(sch, slug))
	}
}
