package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// FuzzExpression holds for any expression: no panic, findings within the job file, and a plan that makes the same of the same row
// every time.
func FuzzExpression(f *testing.F) {
	for _, e := range []string{
		`Name`, `Name + row["Other"]`, `Staff == "" ? nil : int(Staff) * 2`, `filter(split(Name, ";"), # != "")`,
		`let a = Name; a + a`, `map(1..3, # * 2)`, `reduce(1..9, #acc + #)`, `sortBy(split(Name, ""), len(#), "desc")`, `all(nil, true)`,
		`row`, `$env`, `now()`, `Name matches Other`, `fromJSON(Name)?.a[0]`, `{"a": 1}.a`, `-1 ** 0.5`, `1 / 0`, `Name[1:]`, `upper(`,
		`Website | trim() | upper()`, `if Name == "" { 1 } else { 2 }`, `count([1, nil, "a"], # == nil)`, `first(nil)`, `get([1], "a")`,
	} {
		f.Add(e, "Acme;B")
	}
	f.Fuzz(func(t *testing.T, expression, cell string) {
		if len(expression) > 200 || len(cell) > 200 {
			return
		}
		quoted := "'" + strings.ReplaceAll(expression, "'", "''") + "'"
		job := strings.Replace(planJob, "employees: Staff", "categories: {expr: "+quoted+", unknown_option: create}", 1)
		j, findings := jobs.Parse("job.yaml", []byte(job), nil)
		if len(findings) > 0 {
			return
		}
		plan, findings := mapping.Compile(j, dataFile, planHeader, loadSchema(t, "companies"), nil)
		checkPositions(t, findings, 1+int64(strings.Count(job, "\n")))
		if plan == nil {
			if len(findings) == 0 {
				t.Fatal("neither plan nor findings")
			}
			return
		}
		r := row(1, "acme.com", cell, "12", cell)
		item, rejected := plan.Apply(r)
		again, rejectedAgain := plan.Apply(r)
		if diff := cmp.Diff(item, again); diff != "" {
			t.Errorf("the row becomes something else the second time:\n%s", diff)
		}
		if diff := cmp.Diff(rejected, rejectedAgain); diff != "" {
			t.Errorf("the row is rejected for something else the second time:\n%s", diff)
		}
	})
}

func checkPositions(t *testing.T, findings diag.List, lines int64) {
	t.Helper()
	for _, f := range findings {
		if f.Code == "" || f.Problem == "" || f.Pos.File != "job.yaml" || f.Pos.Line < 1 || f.Pos.Line > lines || f.Pos.Col < 1 {
			t.Errorf("finding %+v", f)
		}
	}
}
