package mapping

import (
	"fmt"
	"slices"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// CheckCreates reports references of a step that would create records of an object which another step of the job writes too, matched by
// another attribute: there would be two of each, or the workspace would refuse the second.
func CheckCreates(step jobs.Step, plan *Plan, all []jobs.Step) diag.List {
	var findings diag.List
	for _, ref := range plan.References() {
		at := slices.IndexFunc(step.Import.Columns, func(c jobs.Column) bool { return c.Attribute == ref.Attribute })
		if ref.Missing != jobs.MissingCreate || at < 0 {
			continue
		}
		for _, other := range all {
			if other.Name.Value == step.Name.Value || other.Import == nil {
				continue
			}
			if t := other.Import.Target; t.Object.Value == ref.Object && t.Match.Value != ref.Match {
				findings.Add(diag.Finding{
					Code: CodeNotCreatable, Pos: step.Import.Columns[at].Missing.Pos,
					Problem: fmt.Sprintf("a missing record cannot be created: step %s makes records of %s too, and matches them by %s", other.Name.Raw, ref.Object, t.Match.Raw),
					Hint:    `write "missing: defer", or match both by one attribute`,
				})
			}
		}
	}
	return findings
}

// CheckEnds reports a column of a step that fills one end of a relationship, where another step, or another column, fills the other end and
// finds records by other attributes: which rows of the two are about the same pair of records could then not be told before they are written.
func CheckEnds(step jobs.Step, schema *crm.Schema, all []jobs.Step) diag.List {
	var findings diag.List
	for _, col := range step.Import.Columns {
		attr, ok := schema.Attribute(col.Attribute)
		if !ok || attr.Other == nil {
			continue
		}
		for _, s := range all {
			if s.Import == nil || s.Import.Target.Object.Value != attr.Other.Object {
				continue
			}
			at := slices.IndexFunc(s.Import.Columns, func(c jobs.Column) bool { return c.Attribute == attr.Other.Attribute })
			if at < 0 {
				continue
			}
			across := s.Import.Columns[at]
			if across.Match.Value == step.Import.Target.Match.Value && col.Match.Value == s.Import.Target.Match.Value {
				continue
			}
			where := "this step"
			if s.Name.Value != step.Name.Value {
				where = "step " + s.Name.Raw
			}
			findings.Add(diag.Finding{
				Code: CodeUnlikeEnds, Pos: col.Pos,
				Problem: fmt.Sprintf("%s fills %s, the other end of this relationship, and the two do not find records by the same attributes", where, across.Attribute),
				Hint: fmt.Sprintf(
					"refer here by %q and there by %q, or map one end only", "match: "+s.Import.Target.Match.Value, "match: "+step.Import.Target.Match.Value),
			})
		}
	}
	return findings
}
