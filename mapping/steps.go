package mapping

import (
	"fmt"
	"slices"

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
