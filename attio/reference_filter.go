package attio

import (
	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// where spells a filter as the document does ("Filtering"): its operators are those of job files, and its paths have dots. It says
// nothing of types, so that only the first attribute of a path is checked. $or and $not are sent as they are.
func (reference) where(f crm.Filter, s *scene) (any, diag.List, error) {
	w := &speller{filterWalk{scene: s}}
	w.compared = w.together
	return w.spelled(f)
}

// speller spells comparisons as the document does.
type speller struct{ filterWalk }

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
