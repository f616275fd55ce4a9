package attio

import (
	"fmt"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// condition is a condition as an API spells it.
type condition = map[string]any

// filterWalk goes through a filter and collects what is wrong with it. Both contracts join conditions alike; compared spells comparisons.
type filterWalk struct {
	*scene
	findings diag.List
	err      error // the server's, on the way to a schema
	compared func(crm.Together) condition
}

// spelled is the filter; it counts only when nothing is wrong.
func (w *filterWalk) spelled(f crm.Filter) (any, diag.List, error) {
	spelled := w.filter(f)
	return spelled, w.findings, w.err
}

func (w *filterWalk) filter(f crm.Filter) condition {
	switch f := f.(type) {
	case crm.And:
		return condition{"$and": w.each(f)}
	case crm.Or:
		return condition{"$or": w.each(f)}
	case crm.Not:
		return condition{"$not": w.filter(f.Filter)}
	case crm.Compare:
		return w.compared(crm.Together{f})
	case crm.Together:
		return w.compared(f)
	default:
		w.findings.Add(diag.Finding{Code: "filter-value", Problem: fmt.Sprintf("%T is no condition", f)})
		return nil
	}
}

func (w *filterWalk) each(parts []crm.Filter) []condition {
	if len(parts) == 0 {
		w.findings.Add(diag.Finding{Code: "filter-value", Problem: "$and and $or need at least one condition"})
	}
	list := make([]condition, len(parts))
	for i, part := range parts {
		list[i] = w.filter(part)
	}
	return list
}
