package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

const planJob = `version: 1
import:
  source: {path: companies.csv}
  target: {object: companies, match: domains}
  map:
    domains: {from: Website, split: ";"}
    name: {from: Name, trim: true}
    employees: Staff
`

func header(names ...string) tabular.Schema { return tabular.Schema{Columns: names} }

var planHeader = header("Website", "Name", "Staff", "Other")

func compile(tb testing.TB, job string, columns tabular.Schema) *mapping.Plan {
	tb.Helper()
	j, findings := jobs.Parse("job.yaml", []byte(job), nil)
	if len(findings) > 0 {
		tb.Fatal(findings)
	}
	plan, findings := mapping.Compile(j, dataFile, columns, loadSchema(tb, "companies"), others(tb))
	if len(findings) > 0 {
		tb.Fatal(findings)
	}
	return plan
}

func row(ordinal int64, cells ...string) tabular.Row {
	r := tabular.Row{Ordinal: ordinal, Line: ordinal + 1}
	for _, c := range cells {
		r.Cells = append(r.Cells, tabular.StringCell(c))
	}
	return r
}

func apply(t *testing.T, plan *mapping.Plan, r tabular.Row) mapping.Item {
	t.Helper()
	item, findings := plan.Apply(r)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return item
}

func TestItemHashFollowsContentAlone(t *testing.T) {
	plan := compile(t, planJob, planHeader)
	first := apply(t, plan, row(1, "acme.com", "Acme", "12", "x"))
	for name, same := range map[string]tabular.Row{
		"another position":          row(9, "acme.com", "Acme", "12", "x"),
		"a column that is not read": row(1, "acme.com", "Acme", "12", "y"),
		"another spelling":          row(1, "ACME.com ", " Acme ", "12.0", "x"),
	} {
		if apply(t, plan, same).Hash != first.Hash {
			t.Errorf("%s changes the hash", name)
		}
	}
	for name, other := range map[string]tabular.Row{
		"key": row(1, "acme.de", "Acme", "12"), "more keys": row(1, "acme.com;acme.de", "Acme", "12"),
		"text": row(1, "acme.com", "acme", "12"), "number": row(1, "acme.com", "Acme", "13"), "blank": row(1, "acme.com", "Acme", ""),
	} {
		if apply(t, plan, other).Hash == first.Hash {
			t.Errorf("another %s has the same hash", name)
		}
	}
}

func TestApplyTakesShortRows(t *testing.T) {
	plan := compile(t, planJob, planHeader)
	item := apply(t, plan, row(1, "acme.com"))
	if len(item.Fields) != 1 || item.Fields[0].Attribute != "domains" {
		t.Errorf("fields %+v, want the key alone", item.Fields)
	}
}

func TestApplyReadsTypedCells(t *testing.T) {
	plan := compile(t, planJob+"defaults: {null_values: ['-1']}\n", planHeader)
	r := row(1, "acme.com", "Acme", "12")
	texts := apply(t, plan, r)
	r.Cells[2] = tabular.IntCell(12)
	if diff := cmp.Diff(texts, apply(t, plan, r)); diff != "" {
		t.Errorf("a whole number differs from its text (-text +number):\n%s", diff)
	}
	r.Cells[2] = tabular.IntCell(-1)
	if item := apply(t, plan, r); len(item.Fields) != 2 {
		t.Errorf("fields %+v: a number that is a null value is no blank", item.Fields)
	}
}

func TestApplyIsSafeToShare(t *testing.T) {
	plan := compile(t, planJob, planHeader)
	want := apply(t, plan, row(1, "acme.com", "Acme", "12"))
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			for range 200 {
				item, findings := plan.Apply(row(1, "acme.com", "Acme", "12"))
				if diff := cmp.Diff(want, item); diff != "" || len(findings) > 0 {
					return fmt.Errorf("%d findings, item (-want +got):\n%s", len(findings), diff)
				}
				if _, findings := plan.Apply(row(2, "", "Acme", "many")); len(findings) != 2 {
					return fmt.Errorf("%d findings, want two", len(findings))
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

func TestReject(t *testing.T) {
	plan := compile(t, planJob, planHeader)
	got := plan.Reject(&tabular.RowError{
		Row: tabular.Row{Ordinal: 3, Line: 7}, Code: "ragged-row", Problem: "the row has 5 cells, the header 4", Hint: "quote the comma",
	})
	want := diag.List{{
		Code: "ragged-row", Pos: diag.Pos{File: "companies.csv", Line: 7, Row: 3},
		Problem: "the row has 5 cells, the header 4", Hint: "quote the comma",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestColumnOf(t *testing.T) {
	plan := compile(t, planJob+"    segment: {value: x}\n    primary_location: {from: {locality: Other}}\n", planHeader)
	for attribute, want := range map[string]string{
		"domains": "Website", "primary_location": "Other", "segment": "", "description": "",
	} {
		if got := plan.ColumnOf(attribute); got != want {
			t.Errorf("%s comes from %q, want %q", attribute, got, want)
		}
	}
}

// TestPlanHash holds that every change of what is written changes the hash, and nothing else does.
func TestPlanHash(t *testing.T) {
	hash := func(job string) string { return compile(t, job, planHeader).Hash() }
	base := hash(planJob)
	if len(base) != 64 {
		t.Fatalf("hash %q is no SHA-256", base)
	}
	for name, job := range map[string]string{
		"a comment":     "# about companies\n" + planJob,
		"a name":        planJob + "name: other\n",
		"limits":        planJob + "limits: {workers: 3}\n",
		"another order": strings.Replace(planJob, "split: \";\"}", "split: \";\", trim: false}", 1),
	} {
		if hash(job) != base {
			t.Errorf("%s changes the hash", name)
		}
	}
	seen := map[string]string{base: "the job"}
	for name, change := range map[string][2]string{
		"source column": {"employees: Staff", "employees: Other"},
		"attribute":     {"employees: Staff", "segment: Staff"},
		"blank":         {"employees: Staff", "employees: {from: Staff, blank: clear}"},
		"null values":   {"employees: Staff", "employees: {from: Staff, null_values: [none]}"},
		"decimal":       {"employees: Staff", "employees: {from: Staff, decimal: ','}"},
		"constant":      {"employees: Staff", "employees: {value: 5}"},
		"other const":   {"employees: Staff", "employees: {value: 6}"},
		"trim":          {", trim: true", ""},
		"split":         {`split: ";"`, `split: "|"`},
		"parts":         {"employees: Staff", "primary_location: {from: {locality: Staff}}"},
		"other parts":   {"employees: Staff", "primary_location: {from: {region: Staff}}"},
		"options":       {"employees: Staff", "employee_range: {from: Staff, options: {few: 1-10}}"},
		"other options": {"employees: Staff", "employee_range: {from: Staff, options: {few: 11-50}}"},
		"a column less": {"    employees: Staff\n", ""},
		"duplicates":    {"    employees: Staff\n", "    employees: Staff\n  duplicates: in_order\n"},
		"write":         {"employees: Staff", "employees: {from: Staff, write: if_empty}"},
		"never clear":   {"employees: Staff", "employees: {from: Staff, write: never_clear}"},
		"several":       {"employees: Staff", "categories: {from: Staff}"},
		"append":        {"employees: Staff", "categories: {from: Staff, multi: append}"},
		"remove":        {"employees: Staff", "categories: {from: Staff, multi: remove}"},
		"skip":          {"employees: Staff", "categories: {from: Staff, unknown_option: skip}"},
		"create":        {"employees: Staff", "categories: {from: Staff, unknown_option: create}"},
		"expression":    {"employees: Staff", "employees: {expr: Staff}"},
		"other expr":    {"employees: Staff", "employees: {expr: Other}"},
		"where":         {"{path: companies.csv}", "{path: companies.csv, where: Name != ''}"},
		"other where":   {"{path: companies.csv}", "{path: companies.csv, where: Other != ''}"},
	} {
		job := strings.Replace(planJob, change[0], change[1], 1)
		h := hash(job)
		if other, there := seen[h]; there {
			t.Errorf("%s hashes like %s", name, other)
		}
		seen[h] = name
	}
}

const peopleJob = `version: 1
import:
  source: {path: companies.csv}
  target: {object: people, match: email_addresses}
  map:
    email_addresses: Website
`

func compilePeople(tb testing.TB, job string) *mapping.Plan {
	tb.Helper()
	j, findings := jobs.Parse("job.yaml", []byte(job), nil)
	plan, more := mapping.Compile(j, dataFile, planHeader, loadSchema(tb, "people"), others(tb))
	if len(findings)+len(more) > 0 {
		tb.Fatal(findings, more)
	}
	return plan
}

// TestPlanHashOfReferences is TestPlanHash for the types that companies do not have.
func TestPlanHashOfReferences(t *testing.T) {
	seen := map[string]string{}
	for _, column := range []string{
		"manager: Other", "manager: {from: Other, match: staff_number}", "manager: {from: Other, match: email_addresses}",
		"manager: {from: Other, match: email_addresses, missing: skip}", "manager: {from: Other, match: email_addresses, missing: defer}",
		"anything: {from: Other, object: people, match: job_title}", "anything: {from: Other, object: companies, match: name}",
		"seen_at: Other", "seen_at: {from: Other, timezone: Europe/Berlin}", "seen_at: {from: Other, timezone: Asia/Tokyo}",
		"phone_numbers: Other", "phone_numbers: {from: Other, country: DE}", "phone_numbers: {from: Other, country: FR}",
	} {
		h := compilePeople(t, peopleJob+"    "+column+"\n").Hash()
		if other, there := seen[h]; there {
			t.Errorf("%s hashes like %s", column, other)
		}
		seen[h] = column
	}
	base := compilePeople(t, peopleJob).Hash()
	if compilePeople(t, peopleJob+"defaults: {timezone: Asia/Tokyo, country: DE}\n").Hash() != base {
		t.Error("defaults that no attribute uses change the hash")
	}
	upper := compilePeople(t, peopleJob+"    phone_numbers: {from: Other, country: DE}\n").Hash()
	if compilePeople(t, peopleJob+"    phone_numbers: {from: Other, country: de}\n").Hash() != upper {
		t.Error("the case of a country's code changes the hash")
	}
	local := compilePeople(t, peopleJob+"    seen_at: {from: Other, timezone: Asia/Tokyo}\n").Hash()
	if compilePeople(t, peopleJob+"    seen_at: Other\ndefaults: {timezone: Asia/Tokyo}\n").Hash() != local {
		t.Error("a zone hashes differently when it is a default")
	}
}

func TestReferenced(t *testing.T) {
	const job = peopleJob + `    company: {from: X, match: domains}
    manager: {from: X, match: email_addresses}
    about: {from: X, object: deals, match: external_id}
    anything: {from: X, object: companies, match: nope}
    friends: X
    job_title: {from: X, match: domains, object: members}
    nope: {from: X, match: domains, object: members}
    owner: {from: X, object: members}
`
	j, _ := jobs.Parse("job.yaml", []byte(job), nil)
	if got, want := mapping.Referenced(j, loadSchema(t, "people")), []string{"companies", "deals"}; !slices.Equal(got, want) {
		t.Errorf("referenced objects %q, want %q", got, want)
	}
	const wrong = peopleJob + "    about: {from: X, object: people, match: email_addresses}\n    anything: {from: X, match: name}\n"
	j, _ = jobs.Parse("job.yaml", []byte(wrong), nil)
	if got := mapping.Referenced(j, loadSchema(t, "people")); len(got) > 0 {
		t.Errorf("referenced objects %q of references that are not allowed or not told", got)
	}
	j, _ = jobs.Parse("job.yaml", []byte("version: 1\n"), nil)
	if got := mapping.Referenced(j, loadSchema(t, "people")); got != nil {
		t.Errorf("referenced objects %q of a job without an import", got)
	}
}

func TestCreates(t *testing.T) {
	plan := compilePeople(t, peopleJob+"    tags: {from: Other, unknown_option: create}\n    tier: {from: Other, unknown_option: skip}\n    stage: Other\n")
	for attribute, want := range map[string]bool{"tags": true, "tier": false, "stage": false, "nope": false} {
		if got := plan.Creates(attribute); got != want {
			t.Errorf("creates options of %s: %v, want %v", attribute, got, want)
		}
	}
}

// TestItemHashOutlivesCreation holds that a row is known again after the option that it lacked was created.
func TestItemHashOutlivesCreation(t *testing.T) {
	j, _ := jobs.Parse("job.yaml", []byte(peopleJob+"    tags: {from: Other, unknown_option: create}\n    stage: {from: Other, unknown_option: create}\n"), nil)
	schema := loadSchema(t, "people")
	hash := func() [32]byte {
		plan, findings := mapping.Compile(j, dataFile, planHeader, schema, nil)
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		return apply(t, plan, row(1, "a@x.com", "", "", "Fresh")).Hash
	}
	before := hash()
	for i := range schema.Attributes {
		if a := &schema.Attributes[i]; a.Slug == "tags" || a.Slug == "stage" {
			a.Choices = append(a.Choices, crm.Choice{ID: "o-fresh", Title: "Fresh"})
		}
	}
	if hash() != before {
		t.Error("creating the option changes the hash of its rows")
	}
}

// TestSchemasThatWereNotRead holds that a referenced object without a schema is a finding.
func TestSchemasThatWereNotRead(t *testing.T) {
	j, _ := jobs.Parse("job.yaml", []byte(peopleJob+"    company: {from: Other, match: domains}\n"), nil)
	plan, findings := mapping.Compile(j, dataFile, planHeader, loadSchema(t, "people"), nil)
	const want = `job.yaml:7:35: unknown-object: the workspace has no object "companies"; objects are named by slug: companies, people, deals, …`
	if plan != nil || findings.Error() != want {
		t.Errorf("findings %v\nwant %s", findings, want)
	}
}

func TestPlanHashFollowsTheSchema(t *testing.T) {
	j, _ := jobs.Parse("job.yaml", []byte(planJob+"    employee_range: Other\n"), nil)
	schema := loadSchema(t, "companies")
	before, _ := mapping.Compile(j, dataFile, planHeader, schema, nil)
	for i := range schema.Attributes {
		if schema.Attributes[i].Slug == "employee_range" {
			schema.Attributes[i].Choices[0].Title = "1 to 10"
		}
	}
	after, _ := mapping.Compile(j, dataFile, planHeader, schema, nil)
	if before.Hash() == after.Hash() {
		t.Error("an option with another title leaves the hash as it was")
	}
}

// TestCompileFindsTheRest holds that a job which lacks something has no plan, and that what is missing is reported once.
func TestCompileFindsTheRest(t *testing.T) {
	tests := []struct{ name, job, want string }{
		{"nothing", "- a\n", ""},
		{"no import", "version: 1\n", ""},
		{"empty map", strings.Replace(planJob, planJob[strings.Index(planJob, "  map:"):], "  map: {}\n", 1), ""},
		{"no match", strings.Replace(planJob, ", match: domains", "", 1), ""},
		{"column without source", planJob + "    segment: ~\n", ""},
		{"key without source", strings.Replace(planJob, `{from: Website, split: ";"}`, "~", 1), ""},
		{"and more", planJob + "    segment: ~\n    nmea: Name\n", `job.yaml:10:5: unknown-attribute: companies has no attribute "nmea"; did you mean "name"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j, found := jobs.Parse("job.yaml", []byte(tt.job), nil)
			if len(found) == 0 {
				t.Fatal("the job is right")
			}
			plan, findings := mapping.Compile(j, dataFile, planHeader, loadSchema(t, "companies"), others(t))
			if plan != nil {
				t.Error("a plan of an incomplete job")
			}
			if got := findings.Error(); got != tt.want {
				t.Errorf("findings %s\nwant %s", got, tt.want)
			}
		})
	}
}

// BenchmarkApply converts a row of ten columns of the usual kinds.
func BenchmarkApply(b *testing.B) {
	benchmark(b, benchJob)
}

// BenchmarkApplyComputed is BenchmarkApply with a condition and three columns that are computed.
func BenchmarkApplyComputed(b *testing.B) {
	job := strings.Replace(benchJob, "{path: companies.csv}", `{path: companies.csv, where: c9 != "no"}`, 1)
	job = strings.Replace(job, "    description: c3\n", "", 1)
	benchmark(b, strings.Replace(job, "    employees: c10\n", `    employees: c10
    segment: {expr: 'c7 + ":" + upper(row["c8"])'}
    funding_raised_usd: {expr: float(c10) * 2}
    description: {expr: 'join(filter(split(c4, ";"), # != ""), ",")'}
`, 1))
}

const benchJob = `version: 1
import:
  source: {path: companies.csv}
  target: {object: companies, match: domains}
  map:
    domains: {from: c1, split: ";"}
    name: {from: c2, trim: true}
    description: c3
    categories: {from: c4, split: ";"}
    primary_location: {from: {locality: c5, country_code: c6}}
    foundation_date: c7
    employee_range: c8
    is_customer: c9
    employees: c10
defaults: {null_values: [N/A, "-"]}
`

func benchmark(b *testing.B, job string) {
	b.Helper()
	plan := compile(b, job, header("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10"))
	r := row(1, "https://www.acme.com/about", "Acme Corporation", "Makes things that make things.", "Software;Retail", "Berlin", "DE",
		"1999-12-31", "11-50", "true", "1234.5")
	b.ReportAllocs()
	for b.Loop() {
		if _, findings := plan.Apply(r); len(findings) > 0 {
			b.Fatal(findings)
		}
	}
}
