package mapping

import (
	"slices"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// writeMode is how the values of a column are written. An assert adds to the match attribute by itself (contract §6), so it has no mode.
func writeMode(col jobs.Column, isMatch bool) crm.WriteMode {
	switch {
	case isMatch:
		return crm.Replace
	case col.Write.Value == jobs.WriteIfEmpty:
		return crm.IfEmpty
	case col.Multi.Value == jobs.MultiAppend:
		return crm.Append
	case col.Multi.Value == jobs.MultiRemove:
		return crm.Remove
	default:
		return crm.Replace
	}
}

// checkPolicies reports policies that cannot be honoured for an attribute, or not together.
func (c *compiler) checkPolicies(col jobs.Column, attr crm.Attribute, isMatch bool) {
	if c.job.Target.Keyless() {
		c.checkOnlyCreated(col)
		return
	}
	c.checkWrite(col, attr, isMatch)
	c.checkMulti(col, attr, isMatch)
}

// checkOnlyCreated reports policies about what is there already, where rows are only ever added to it, and what a row would be known by too late.
func (c *compiler) checkOnlyCreated(col jobs.Column) {
	for _, p := range []struct {
		key    string
		policy jobs.Text
		none   []string // choices that say no more than what happens anyhow
	}{
		{"write", col.Write, []string{jobs.WriteAlways, jobs.WriteNeverClear}}, {"multi", col.Multi, []string{jobs.MultiReplace}},
	} {
		if p.policy.Given() && !slices.Contains(p.none, p.policy.Value) {
			c.report(diag.Finding{
				Code: CodeImpossiblePolicy, Pos: p.policy.Pos, Got: p.policy.Raw,
				Problem: "rows of " + c.target() + " are created and change nothing that is there, so " + p.key + " has nothing to work on", Hint: "leave " + p.key + " out",
			})
		}
	}
	if col.Missing.Value == jobs.MissingDefer {
		c.report(diag.Finding{
			Code: CodeImpossiblePolicy, Pos: col.Missing.Pos, Problem: "rows of " + c.target() + " are known by all that they hold, so nothing of them can be set later",
			Hint: `write "missing: reject", "skip" or "create", and import the records by an earlier step`,
		})
	}
}

func (c *compiler) checkWrite(col jobs.Column, attr crm.Attribute, isMatch bool) {
	if col.Write.Value != jobs.WriteIfEmpty {
		return
	}
	f := diag.Finding{Code: CodeImpossiblePolicy, Pos: col.Write.Pos, Hint: "leave write out"}
	switch {
	case isMatch:
		f.Problem = "records are matched by " + attr.Slug + ", which every write has to name"
	case attr.Required:
		f.Problem = attr.Slug + " is required, which a created record needs whatever it holds"
	case col.Multi.Given() && col.Multi.Value != jobs.MultiReplace:
		f.Problem = `"write: if_empty" and "multi: ` + col.Multi.Value + `" exclude each other`
		f.Hint = "keep one of them"
	default:
		return
	}
	c.report(f)
}

func (c *compiler) checkMulti(col jobs.Column, attr crm.Attribute, isMatch bool) {
	multi := col.Multi
	if !multi.Given() {
		return
	}
	f := diag.Finding{Code: CodeImpossiblePolicy, Pos: multi.Pos}
	removes := multi.Value == jobs.MultiRemove
	switch {
	case !attr.Multi:
		c.notApplicable("multi", multi.Pos, attr, "it holds one value: leave multi out")
		return
	case isMatch && multi.Value != jobs.MultiAppend:
		f.Problem = "records are matched by " + attr.Slug + ", to which a write only adds"
		f.Hint = `write "multi: append", or leave it out`
	case removes && attr.Required:
		f.Problem = attr.Slug + " is required: no record could be created"
		f.Hint = `write "multi: replace" or "append"`
	case removes && col.UnknownOption.Value == jobs.UnknownOptionCreate:
		f.Problem, f.Hint = "nothing is created in order to remove it", `write "unknown_option: skip" or "reject"`
	case removes && col.Missing.Value == jobs.MissingCreate:
		f.Problem, f.Hint = "nothing is created in order to remove it", `write "missing: skip" or "reject"`
	default:
		return
	}
	c.report(f)
}

// neverClears is which policy of a column has no use for clearing, empty if none has.
func neverClears(col jobs.Column) string {
	switch {
	case col.Write.Value == jobs.WriteIfEmpty:
		return `"write: if_empty" leaves alone what is there`
	case col.Multi.Given() && col.Multi.Value != jobs.MultiReplace:
		return `"multi: ` + col.Multi.Value + `" leaves the other values alone`
	default:
		return ""
	}
}
