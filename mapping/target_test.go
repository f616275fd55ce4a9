package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// compileTarget compiles a job whose target is a list of companies, notes or tasks.
func compileTarget(t *testing.T, target, columns string) (*mapping.Plan, []string) {
	t.Helper()
	job, findings := jobs.Parse("job.yaml", []byte("version: 1\nimport:\n  source: {path: c.csv}\n  target: "+target+"\n  map: "+columns+"\n"), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	list := &crm.Schema{Attributes: []crm.Attribute{
		{Slug: "remark", Type: crm.TypeText, Writable: true},
		{Slug: "tags", Type: crm.TypeText, Writable: true, Multi: true},
		{Slug: "owner", Type: crm.TypeRecordReference, Writable: true, AllowedObjects: []string{"people"}},
	}}
	schema := mapping.TargetSchema(job.Import, list, []string{"companies"}, []crm.Member{{ID: "m1", Email: "ada@x.com"}})
	plan, findings := mapping.Compile(job, "c.csv", header("Site", "Text", "Who", "Day"), schema, others(t))
	var texts []string
	for _, f := range findings {
		texts = append(texts, strings.TrimPrefix(f.String(), "job.yaml:"))
	}
	return plan, texts
}

// TestRowsOfTargets: rows that have no key have none, and what every row must hold rejects it where it is blank.
func TestRowsOfTargets(t *testing.T) {
	const parent = "parent: {object: companies, match: domains, from: Site}"
	for _, c := range []struct {
		target, columns string
		cells           []string
		key             []string
		fields          string
		codes           string
	}{
		{"{list: sales, " + parent + "}", "{remark: Text}", []string{"A.com", "x"}, []string{"companies/domains/a.com"}, "parent_record remark", ""},
		{"{list: sales, " + parent + "}", "{remark: Text}", []string{"", "x"}, nil, "", "missing-key"},
		{"{list: sales, " + parent + ", mode: create}", "{remark: Text}", []string{"A.com", ""}, nil, "parent_record", ""},
		{"{list: sales, " + parent + ", mode: create}", "{remark: Text}", []string{"", "x"}, nil, "", "blank-value"},
		{"{note: {object: companies, match: domains, from: Site}}", "{title: {value: T}, content: Text, format: {value: markdown}}", []string{"a.com", "x"}, nil, "parent_record title content format", ""},
		{"{note: {object: companies, match: domains, from: Site}}", "{title: {value: T}, content: Text}", []string{"a.com", ""}, nil, "", "blank-value"},
		{"{task: {}}", "{content: Text, assignees: Who}", []string{"", "x", "ada@x.com"}, nil, "content assignees", ""},
		{"{task: {}}", "{content: Text, assignees: Who}", []string{"", "x", "bea@x.com"}, nil, "", "unknown-member"},
	} {
		plan, findings := compileTarget(t, c.target, c.columns)
		if len(findings) > 0 {
			t.Errorf("%s %s: %v", c.target, c.columns, findings)
			continue
		}
		item, wrong := plan.Apply(row(1, c.cells...))
		var fields, codes []string
		for _, f := range item.Fields {
			fields = append(fields, f.Attribute)
		}
		for _, f := range wrong {
			codes = append(codes, f.Code)
		}
		if diff := cmp.Diff(c.key, append([]string(nil), item.Key.Values...)); diff != "" || strings.Join(fields, " ") != c.fields || strings.Join(codes, " ") != c.codes {
			t.Errorf("%s %v: key %v, fields %v, findings %v", c.target, c.cells, item.Key.Values, fields, codes)
		}
	}
}

func TestFindingsOfTargets(t *testing.T) {
	const parent = "parent: {object: companies, match: domains, from: Site}"
	for _, c := range []struct {
		target, columns string
		want            []string
	}{
		{"{note: {object: companies, match: domains, from: Site}}", "{content: {from: Text, missing: defer, match: x}}", []string{
			`5:3: unmapped-attribute: notes requires title, which map does not fill: no record could be created; add "title: COLUMN" to map`,
			`5:40: not-applicable: missing means nothing for content, a single-valued text attribute; it is for record-reference attributes`,
			`5:40: impossible-policy: rows of notes are known by all that they hold, so nothing of them can be set later; write "missing: reject", "skip" or "create", and import the records by an earlier step`,
			`5:54: not-applicable: match means nothing for content, a single-valued text attribute; it is for record-reference attributes`,
		}},
		{"{list: sales, " + parent + ", mode: create}", "{remark: {from: Text, write: if_empty}, tags: {from: Text, multi: append}}", []string{
			`5:37: impossible-policy: rows of sales are created and change nothing that is there, so write has nothing to work on: got "if_empty"; leave write out`,
			`5:74: impossible-policy: rows of sales are created and change nothing that is there, so multi has nothing to work on: got "append"; leave multi out`,
		}},
		{"{list: sales, parent: {object: people, match: email_addresses, from: Site}}", "{remark: Text}", []string{
			`4:42: unknown-object: parent_record cannot refer to "people"; known: companies`,
		}},
		{"{list: sales, " + parent + "}", "{remark: {from: Text, write: if_empty}, tags: {from: Text, multi: append}}", nil},
	} {
		_, got := compileTarget(t, c.target, c.columns)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.target, c.columns, diff)
		}
	}
}

// TestPlanHashOfTargets: the plan is another one when the target is.
func TestPlanHashOfTargets(t *testing.T) {
	seen := map[string]string{}
	for _, target := range []string{
		"{list: sales, parent: {object: companies, match: domains, from: Site}}",
		"{list: deals, parent: {object: companies, match: domains, from: Site}}",
		"{list: sales, parent: {object: companies, match: domains, from: Site}, mode: create}",
		"{list: sales, parent: {object: companies, match: domains, from: Text}}",
		"{list: sales, parent: {object: companies, match: name, from: Site}}",
	} {
		plan, findings := compileTarget(t, target, "{remark: Text}")
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		if other, taken := seen[plan.Hash()]; taken {
			t.Errorf("%s has the hash of %s", target, other)
		}
		seen[plan.Hash()] = target
	}
}
