package jobs

import (
	"strings"
	"testing"
)

// FuzzParse holds for any bytes: no panic, findings in order and with a position, and no complete job without its parts.
func FuzzParse(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(wholeExport))
	f.Add([]byte(targetJob("{list: sales, parent: {object: companies, match: domains, from: Site}, mode: create}", "  map: {a: A}\n")))
	f.Add([]byte(targetJob("{task: {}}", "  map: {content: C, linked_records: [A, {from: B, object: people}]}\n")))
	f.Add([]byte(targetJob("{note: {object: people}, list: &l [*l]}", "  diff: off\n")))
	f.Add([]byte(bomb()))
	f.Add([]byte("version: 1\nname: &a [*a]\n"))
	f.Add([]byte(minimal + "    name: {from: {first_name: A}, trim: true, options: {a: b}, null_values: ['']}\nlimits: {workers: 3}\n"))
	f.Add([]byte("version: 1\nimport: {source: ${HEADER}, map: {a: $${b}}}\n---\n? [x]\n: !!int |\n 1\n"))
	f.Add([]byte(strings.Replace(minimal, "companies.csv}", "companies.csv, where: 'A == \"''\"'}", 1) +
		"    name: {expr: \"\\\"\\u00fc\\\" +\n      B\"}\n    tier:\n      expr: >\n        A +\n\n        B\n"))
	f.Add([]byte(minimal + "    tags: {from: A, write: if_empty, multi: append, unknown_option: create, match: m, object: o, missing: defer}\n" +
		"cases:\n- {name: x, row: {A: b}, want: {domains: [1, {a: [~]}]}}\n- {row: {}, finding: [x]}\n- {row: {}, left_out: true}\n"))
	f.Add([]byte("version: 1\nsteps:\n- name: a\n  needs: b\n  import: &i {source: {path: a.csv}, target: {object: people, match: e}, map: {e: E}, on_reject: {limit: 1%}}\n" +
		"- {name: b, needs: [], import: *i, cases: []}\n- {name: c, needs: [a, c], import: *i}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		j, findings := Parse("job.yaml", data, env)
		if j == nil && len(findings) == 0 {
			t.Error("neither job nor findings")
		}
		var last int64
		for _, finding := range findings {
			if finding.Code == "" || finding.Problem == "" || finding.Pos.File != "job.yaml" {
				t.Errorf("incomplete finding %+v", finding)
			}
			if finding.Pos.Line < last {
				t.Errorf("finding out of order: %v", findings)
			}
			last = finding.Pos.Line
		}
		if len(findings) > 0 {
			return
		}
		if j.Version != 1 || len(j.Steps) == 0 {
			t.Errorf("no findings, but the job is not complete: %+v", j)
		}
		before := map[string]bool{}
		for _, step := range j.Steps {
			for _, need := range step.Needs {
				if !before[need.Value] {
					t.Errorf("step %q runs before %q, which it needs", step, need)
				}
			}
			before[step.Name.Value] = true
			checkStep(t, data, step)
		}
	})
}

// checkStep requires that a step is complete.
func checkStep(t *testing.T, data []byte, step Step) {
	t.Helper()
	i := step.Import
	if i == nil || !i.Target.Given() || i.Target.Match.Given() == i.Target.Keyless() || len(i.Columns) == 0 || i.Source.Format == "" || len(i.Source.Paths) == 0 {
		t.Fatalf("no findings, but the step is not complete: %+v", step)
	}
	for _, c := range i.Columns {
		if sources := howMany(c.From.Given(), len(c.Parts) > 0, c.Value.Given(), c.Expr.Given()); sources != 1 {
			t.Errorf("column %q has %d sources", c.Attribute, sources)
		}
		if c.Expr.Given() {
			checkPlaces(t, data, c.Expr)
		}
	}
	for _, c := range step.Cases {
		if outcomes := howMany(len(c.Want) > 0, len(c.Findings) > 0, c.LeftOut.Value); outcomes != 1 {
			t.Errorf("the case on line %d has %d outcomes", c.Pos.Line, outcomes)
		}
	}
}

func howMany(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}
