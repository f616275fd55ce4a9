package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

func TestWhatAnotherStepMatchesOtherwiseIsNotCreated(t *testing.T) {
	const text = `version: 1
steps:
  - name: people
    import:
      source: {path: p.csv}
      target: {object: people, match: email_addresses}
      map:
        email_addresses: Email
        company: {from: Company, match: domains, missing: %s}
  - name: companies
    import: {source: {path: c.csv}, target: {object: companies, match: %s}, map: {%s: Key}}
`
	key := func(slug string) crm.Attribute {
		return crm.Attribute{Slug: slug, Type: crm.TypeText, Writable: true, Unique: true}
	}
	companies := &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{key("domains"), key("old_id")}}
	people := &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
		key("email_addresses"), {Slug: "company", Type: crm.TypeRecordReference, Writable: true, AllowedObjects: []string{"companies"}},
	}}
	for _, c := range []struct{ missing, match, want string }{
		{"create", "domains", ""},
		{"defer", "old_id", ""},
		{"create", "old_id", "9:59: not-creatable: a missing record cannot be created: step companies makes records of companies too, and matches them by old_id"},
	} {
		job, findings := jobs.Parse("job.yaml", fmt.Appendf(nil, text, c.missing, c.match, c.match), nil)
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		step := job.Steps[0]
		plan, findings := mapping.Compile(job.Of(step), "p.csv", tabular.Schema{Columns: []string{"Email", "Company"}}, people,
			map[string]*crm.Schema{"companies": companies})
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		got := ""
		for _, f := range mapping.CheckCreates(step, plan, job.Steps) {
			got += strings.TrimPrefix(f.String(), "job.yaml:")
		}
		if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("missing: %s, match: %s: %q, want %q", c.missing, c.match, got, c.want)
		}
	}
}

func TestBothEndsOfARelationshipFindRecordsAlike(t *testing.T) {
	const text = `version: 1
steps:
  - name: companies
    import:
      source: {path: c.csv}
      target: {object: companies, match: domains}
      map:
        domains: Key
        team: {from: Team, split: ";"%s}
  - name: people
    import:
      source: {path: p.csv}
      target: {object: people, match: email_addresses}
      map:
        email_addresses: Email
        company: {from: Company%s}
`
	schemas := map[string]*crm.Schema{
		"companies": {Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{
			{Slug: "team", Type: crm.TypeRecordReference, Multi: true, Other: &crm.End{Object: "people", Attribute: "company"}},
		}},
		"people": {Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
			{Slug: "company", Type: crm.TypeRecordReference, Other: &crm.End{Object: "companies", Attribute: "team", Multi: true}},
		}},
	}
	for _, c := range []struct{ team, company, want string }{
		{", match: email_addresses", ", match: domains", ""},
		{"", ", match: domains", "people, unlike-ends"},
		{", match: email_addresses", "", "people, unlike-ends"},
		{", match: linkedin", ", match: domains", "people, unlike-ends"},
		{", match: email_addresses", ", match: name", "people, unlike-ends"},
	} {
		job, findings := jobs.Parse("job.yaml", fmt.Appendf(nil, text, c.team, c.company), nil)
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		var got []string
		for i, step := range job.Steps {
			for _, f := range mapping.CheckEnds(step, schemas[step.Import.Target.Object.Value], job.Steps[:i+1]) {
				got = append(got, step.Name.Value+", "+f.Code)
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("team%s, company%s: %q, want %q", c.team, c.company, got, c.want)
		}
	}
}
