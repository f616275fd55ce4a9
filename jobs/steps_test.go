package jobs

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stepsOf is a job of steps, each given by what stands before its import: "name: a, needs: [b]".
func stepsOf(heads ...string) string {
	var b strings.Builder
	b.WriteString("version: 1\nsteps:\n")
	for _, h := range heads {
		b.WriteString("- {" + h + ", import: {source: {path: a.csv}, target: {object: " + objectIn(h) + ", match: m}, map: {m: M, r: {from: R, match: m, missing: defer}}}}\n")
	}
	return b.String()
}

// objectIn gives each step an object of its own, by the last letter of its head.
func objectIn(head string) string { return "o" + strings.Trim(head[len(head)-1:], "]}") }

func TestStepsRunInOrderOfNeed(t *testing.T) {
	for _, c := range []struct {
		name  string
		heads []string
		want  []string
	}{
		{"file order", []string{"name: c", "name: a", "name: b"}, []string{"c", "a", "b"}},
		{"needs first", []string{"needs: [z], name: a", "name: b", "name: z"}, []string{"b", "z", "a"}},
		{"one need without brackets", []string{"needs: z, name: a", "name: z"}, []string{"z", "a"}},
		{"file order among equals", []string{"needs: [y], name: a", "name: x", "name: y", "needs: [x], name: b"}, []string{"x", "y", "a", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			j, findings := Parse("job.yaml", []byte(stepsOf(c.heads...)), nil)
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			if got := j.StepNames(); !slices.Equal(got, c.want) {
				t.Errorf("order %v, want %v", got, c.want)
			}
		})
	}
}

func TestStepsAreWholeImports(t *testing.T) {
	j, findings := Parse("dir/job.yaml", []byte(`
version: 1
defaults: {blank: clear}
steps:
  - name: people
    needs: [companies]
    import: {source: {path: p.csv}, target: {object: people, match: e}, map: {e: E}, on_reject: {limit: 0.5%}}
    cases: [{row: {E: a}, finding: bad-email}]
  - {name: companies, import: {source: {path: c.csv}, target: {object: companies, match: d}, map: {d: D}, on_reject: {limit: 20}}}
`), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	if j.Import != nil || len(j.Steps) != 2 {
		t.Fatalf("%+v", j)
	}
	companies, people := j.Steps[0], j.Steps[1]
	if o := companies.Import.OnReject; o.Rows != 20 || o.Share {
		t.Errorf("limit %+v, want 20 rows", o)
	}
	if o := people.Import.OnReject; o.Percent != 0.5 || !o.Share {
		t.Errorf("limit %+v, want half a percent", o)
	}
	if c := people.Import.Columns[0]; c.Blank.Value != BlankClear {
		t.Errorf("blank %q: the defaults hold in steps too", c.Blank.Value)
	}
	if got := people.Import.Source.Paths[0].Location.Path(); got != filepath.Join("dir", "p.csv") {
		t.Errorf("path %q", got)
	}
	alone := j.Of(people)
	if alone.Import != people.Import || len(alone.Cases) != 1 || len(alone.Steps) != 1 || alone.Defaults.Blank != BlankClear {
		t.Errorf("alone: %+v", alone)
	}
}

func TestStepFindings(t *testing.T) {
	same := func(head, columns string) string {
		return "- {" + head + ", import: {source: {path: a.csv}, target: {object: companies, match: m}, map: {m: M, " + columns + "}}}\n"
	}
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"none", "version: 1\nsteps: []\n", []string{`2:1: no-value: steps lists no step: want at least one, with name and import`}},
		{"no list", "version: 1\nsteps: {a: 1}\n", []string{`2:8: wrong-kind: steps is a mapping: want a list of steps, each with name and import`}},
		{"nameless", stepsOf("needs: [], cases: [], needs: []"), []string{
			`3:3: required-key: step 1 has no "name": what other steps and the command line know the step by`,
			`3:26: repeated-key: step 1 has the key "needs" twice; the first one is on line 3`,
		}},
		{"empty", "version: 1\nsteps:\n- {name: a}\n- {name: b, export: {}}\n", []string{
			`3:3: required-key: steps.a has no "import": what to import, and where to`,
			`4:21: required-key: steps.b.export has no "from": what to export`,
			`4:21: required-key: steps.b.export has no "to": the file to write`,
		}},
		{"import behind export", "version: 1\nsteps:\n- {name: a, export: {from: {object: people}, to: {path: a.csv}}}\n- {name: b, needs: a, import: {source: {path: b.csv}, target: {object: people, match: email_addresses}, map: {email_addresses: E}}}\n", []string{
			`4:20: conflicting-keys: an import cannot need an export, as exports come after all imports: got "a"; leave this out, or import by a job of its own afterwards`,
		}},
		{"export with cases", "version: 1\nsteps:\n- {name: a, cases: [], export: {from: {object: people}, to: {path: a.csv}}}\n", []string{
			`3:3: conflicting-keys: steps.a has both export and what belongs to an import; make two steps of it`,
		}},
		{"unfit name", stepsOf("name: a/b"), []string{
			`3:10: unknown-choice: this cannot be a step's name: got "a/b", want at most 100 printable characters without / and \`,
		}},
		{"one name twice", stepsOf("name: a", "name: b", "name: A"), []string{
			`5:10: repeated-step: another step has this name: got "A"; the first one is on line 3; upper and lower case do not count`,
		}},
		{"misspelt need", stepsOf("name: companies", "needs: [compnies, q], name: people"), []string{
			`4:12: unknown-step: there is no such step: got "compnies"; did you mean "companies"?`,
			`4:22: unknown-step: there is no such step: got "q"; known: companies`,
		}},
		{"itself", stepsOf("name: x", "needs: [x, a], name: a"), []string{
			`4:15: step-cycle: step a needs itself; leave this out; references among the rows of one file are set with "missing: defer"`,
		}},
		{"cycle", stepsOf("needs: b, name: a", "needs: [c], name: b", "needs: [x, b], name: c", "name: x"), []string{
			`5:15: step-cycle: steps need each other: b → c → b; leave one of these out; references that run both ways are set with "missing: defer"`,
		}},
		{"import too", minimal + "steps: [{name: a}]\n", []string{
			`1:1: conflicting-keys: the job has both import and steps; make the import one of the steps`,
			`7:9: required-key: steps.a has no "import": what to import, and where to`,
		}},
		{"cases outside", stepsOf("name: a") + "cases: [{row: {M: x}, finding: y}]\n", []string{
			`4:9: conflicting-keys: the job has both steps and cases; move the cases into the step that they are about`,
		}},
		{"undone later", "version: 1\nsteps:\n" + same("name: a", "r: {from: R, match: m, missing: defer}") + same("name: b", "r: R"), []string{
			`4:96: overtaken-step: step a sets r of the same object with missing: defer, after this step; map it in one of the two steps`,
		}},
		{"set last anyway", "version: 1\nsteps:\n" + same("name: a", "r: R") + same("name: b", "r: {from: R, match: m, missing: defer}"), nil},
		{"mistakes within", strings.Replace(stepsOf("name: a"), "map: {m: M", "map: {m: {frm: M}", 1), []string{
			`3:87: unknown-key: steps.a.import.map.m has no key "frm"; did you mean "from"?`,
		}},
		{"limits", minimal + "  on_reject: {limit: '1,5%'}\n", []string{
			`7:22: not-a-number: import.on_reject.limit is no limit: got "1,5%", want a whole number from 0, or a share such as 1% or 0.5%`,
		}},
		{"a negative limit", minimal + "  on_reject: {limit: -1}\n", []string{
			`7:22: not-a-number: import.on_reject.limit is no limit: got "-1", want a whole number from 0, or a share such as 1% or 0.5%`,
		}},
		{"more than all", minimal + "  on_reject: {limit: 101%}\n", []string{
			`7:22: not-a-number: import.on_reject.limit is no limit: got "101%", want a whole number from 0, or a share such as 1% or 0.5%`,
		}},
		{"no limit", minimal + "  on_reject: {}\n", []string{
			`7:14: required-key: import.on_reject has no "limit": the most rows that may be rejected, as a number or a share such as 1%`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) { wantFindings(t, c.file, c.want) })
	}
}
