package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// exported are an object and those that its references point to.
var (
	exported = &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
		{Slug: "name", Type: crm.TypePersonalName, Writable: true},
		{Slug: "emails", Type: crm.TypeEmailAddress, Multi: true, Unique: true, Writable: true},
		{Slug: "company", Type: crm.TypeRecordReference, AllowedObjects: []string{"companies"}, Writable: true},
		{Slug: "anything", Type: crm.TypeRecordReference, Writable: true},
		{Slug: "plan", Type: crm.TypeSelect, Writable: true, Choices: []crm.Choice{{ID: "11111111-1111-4111-8111-111111111111", Title: "Gold"}}},
		{Slug: "fee", Type: crm.TypeCurrency, Currency: "EUR", Writable: true},
		{Slug: "age", Type: crm.TypeNumber, Writable: true},
		{Slug: "stars", Type: crm.TypeRating, Writable: true},
		{Slug: "active", Type: crm.TypeCheckbox, Writable: true},
		{Slug: "born", Type: crm.TypeDate, Writable: true},
		{Slug: "seen", Type: crm.TypeTimestamp, Writable: true},
		{Slug: "last", Type: crm.TypeInteraction},
		{Slug: "gone", Type: crm.TypeText, Archived: true},
	}}
	companies = &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{
		{Slug: "domains", Type: crm.TypeDomain, Multi: true}, {Slug: "parent", Type: crm.TypeRecordReference, AllowedObjects: []string{"companies"}},
	}}
)

// flattened compiles an export of people with these lines under export.
func flattened(t *testing.T, lines string) (*mapping.Flat, *jobs.Job, diag.List) {
	t.Helper()
	if !strings.Contains(lines, "to:") {
		lines += "  to: {path: p.csv}\n"
	}
	job, wrong := jobs.Parse("", []byte("version: 1\nname: n\nexport:\n  from: {object: people}\n"+lines), nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	others := mapping.Schemas{}
	for {
		flat, wanted, findings := mapping.Flatten(job, exported, nil, others)
		if len(wanted) == 0 {
			return flat, job, findings
		}
		for _, object := range wanted {
			if others[object] = nil; object == "companies" {
				others[object] = companies
			}
		}
	}
}

func TestFlattenFindings(t *testing.T) {
	for columns, want := range map[string][]string{
		"nmee":                        {`5:13: unknown-attribute: people has no attribute "nmee": got "nmee"; did you mean "name"?`},
		"name.midle":                  {`5:13: unknown-part: name has no part "midle": got "name.midle"; one of first_name, last_name, full_name`},
		"age.x":                       {`5:13: unknown-part: age has no part "x": got "age.x"; write age alone`},
		"record_id.x":                 {`5:13: unknown-part: record_id has no parts: got "record_id.x"`},
		"company.x":                   {`5:13: unknown-attribute: companies has no attribute "x": got "company.x"; its attributes are`},
		"anything.name":               {`5:13: unknown-object: anything may point to records of several objects`},
		"age, age":                    {`5:18: repeated-column: another column has this name, or blanks stand around it: got "age"`},
		"company.fee, nmee2":          {`5:13: unknown-attribute: companies has no attribute "fee"`, `5:26: unknown-attribute: people has no attribute "nmee2"`},
		"{from: age, options: id}":    {`5:34: not-applicable: age has no options; remove options`},
		"{from: emails, multi: list}": {`5:35: not-applicable: csv has no lists; write multi: join or multi: json`},
	} {
		_, _, findings := flattened(t, "  columns: ["+columns+"]\n")
		var got []string
		for i, f := range findings {
			s := f.String()
			if i < len(want) && strings.HasPrefix(s, want[i]) {
				s = want[i]
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(want, got); diff != "" && !strings.Contains(columns, "company.x") {
			t.Errorf("%s (-want +got):\n%s", columns, diff)
		}
		if len(got) == 0 {
			t.Errorf("%s has no findings", columns)
		}
	}
	if _, _, findings := flattened(t, "  to: {path: p.csv, timezone: Europe/Nowhere}\n"); len(findings) != 1 || findings[0].Code != mapping.CodeUnknownZone {
		t.Errorf("an unknown zone: %v", findings)
	}
}

func TestFlattenEverything(t *testing.T) {
	flat, _, findings := flattened(t, "  to: {path: p.csv, timezone: Europe/Berlin}\n")
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	at := time.Date(2024, 7, 1, 22, 30, 0, 5000, time.UTC)
	cells, findings := flat.Row(&crm.Record{
		ID: "r1", CreatedAt: at, WebURL: "https://x", Values: map[string][]crm.Value{
			"name":    {crm.PersonalName{First: "Ada", Full: "Ada"}},
			"emails":  {crm.EmailAddress("a@x.com"), crm.EmailAddress("b@x.com")},
			"company": {crm.RecordReference{Object: "companies", ID: "c1"}},
			"plan":    {crm.Select{ID: "11111111-1111-4111-8111-111111111111", Title: "Gold"}},
			"fee":     {crm.Currency{Amount: "-0.05"}},
			"age":     {crm.Number(0.1)}, "stars": {crm.Rating(5)}, "active": {crm.Checkbox(true)},
			"born": {crm.Date{Year: 1815, Month: 12, Day: 10}}, "seen": {crm.Timestamp(at)},
			"last": {crm.Interaction{Kind: "email", At: at, Owner: crm.ActorReference{ActorType: "workspace-member", ID: "m"}}},
		},
	}, nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	var got []string
	for i, c := range flat.Columns() {
		got = append(got, c.Name+"="+cells[i].Kind().String()+":"+cells[i].Text())
	}
	const local = "2024-07-02T00:30:00.000005+02:00"
	want := []string{
		"record_id=text:r1", "created_at=time:" + local, "web_url=text:https://x",
		"name.first_name=text:Ada", "name.last_name=missing:", "name.full_name=text:Ada", "emails=text:a@x.com; b@x.com", "company=text:c1",
		"anything=missing:", "plan=text:Gold", "fee.amount=decimal number:-0.05", "fee.currency=text:EUR", "age=number:0.1",
		"stars=whole number:5", "active=boolean:true", "born=date:1815-12-10", "seen=time:" + local, "last.kind=text:email", "last.at=time:" + local,
		"last.owner=text:m",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}

func TestFlattenPaths(t *testing.T) {
	records := map[string]*crm.Record{
		"c1": {ID: "c1", Values: map[string][]crm.Value{"parent": {crm.RecordReference{ID: "c2"}}, "domains": {crm.Domain("one.com")}}},
		"c2": {ID: "c2", Values: map[string][]crm.Value{"domains": {crm.Domain("two.com"), crm.Domain("two.org")}}},
	}
	flat, _, findings := flattened(t, "  columns: [company.domains, company.parent.domains, {name: P, from: company.parent, multi: json}]\n  to: {path: p.jsonl, multi: list}\n")
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	row := crm.Record{ID: "r", Values: map[string][]crm.Value{"company": {crm.RecordReference{ID: "c1"}}}}
	known := map[string]*crm.Record{}
	related := func(object, id string) (*crm.Record, bool) {
		if object != "companies" {
			t.Errorf("a record of %s is looked for", object)
		}
		r, ok := known[id]
		return r, ok
	}
	for _, want := range []string{"c1", "c2"} { // each hop shows once the one before is known
		missing := flat.Missing([]crm.Record{row, row}, related)
		if diff := cmp.Diff(map[string][]string{"companies": {want}}, missing); diff != "" {
			t.Fatalf("missing (-want +got):\n%s", diff)
		}
		known[want] = flat.Trim("companies", records[want])
	}
	if missing := flat.Missing([]crm.Record{row}, related); len(missing) > 0 {
		t.Errorf("still missing: %v", missing)
	}
	cells, findings := flat.Row(&row, related)
	if len(findings) > 0 || cells[0].Text() != "one.com" || cells[1].Kind() != tabular.List || cells[1].Text() != "two.com; two.org" || cells[2].Text() != "c2" {
		t.Errorf("the row is %v, %v", cells, findings)
	}
	known["c1"] = nil // deleted since
	if cells, findings = flat.Row(&row, related); len(findings) > 0 || !cells[0].IsBlank() {
		t.Errorf("the row is %v, %v", cells, findings)
	}
}

// What splitting could not give back is not written.
func TestJoinedValuesComeBack(t *testing.T) {
	flat, _, _ := flattened(t, "  columns: [emails]\n")
	for _, values := range [][]crm.Value{
		{crm.EmailAddress("a;b@x.com")}, {crm.EmailAddress("a@x.com"), crm.EmailAddress("; ")}, {crm.EmailAddress(" a@x.com")}, {crm.EmailAddress("")},
	} {
		_, findings := flat.Row(&crm.Record{ID: "r7", Values: map[string][]crm.Value{"emails": values}}, nil)
		if len(findings) != 1 || findings[0].Code != mapping.CodeUnwritable || !strings.Contains(findings[0].Problem, "emails of people r7") {
			t.Errorf("%v: %v", values, findings)
		}
	}
	flat, _, _ = flattened(t, "  columns: [age]\n")
	if _, findings := flat.Row(&crm.Record{Values: map[string][]crm.Value{"age": {crm.Number(1), crm.Number(2)}}}, nil); len(findings) != 1 {
		t.Errorf("two values of an attribute that has one: %v", findings)
	}
}

func TestMicrosecondsOfParquet(t *testing.T) {
	flat, _, _ := flattened(t, "  columns: [created_at, seen]\n  to: {path: p.parquet}\n")
	at := time.Date(2024, 7, 1, 0, 0, 0, 1234, time.UTC)
	cells, findings := flat.Row(&crm.Record{CreatedAt: at, Values: map[string][]crm.Value{"seen": {crm.Timestamp(at)}}}, nil)
	if len(findings) != 1 || !strings.Contains(findings[0].Problem, "more digits") || cells[0].Time().Nanosecond() != 1000 {
		t.Errorf("%v, %v", cells, findings)
	}
}

// One row goes into both files of an export of changes: neither may be what the other cannot hold.
func TestMicrosecondsOfAFullFile(t *testing.T) {
	flat, _, _ := flattened(t, "  columns: [record_id, created_at]\n  to: {path: 'p-{run}.csv'}\n  incremental: {mode: snapshot, full: p.parquet}\n")
	cells, findings := flat.Row(&crm.Record{CreatedAt: time.Date(2024, 7, 1, 0, 0, 0, 1234, time.UTC)}, nil)
	if len(findings) > 0 || cells[1].Time().Nanosecond() != 1000 {
		t.Errorf("%v, %v", cells, findings)
	}
	_, _, findings = flattened(t, "  columns: [record_id, {from: emails, multi: list}]\n  to: {path: 'p-{run}.jsonl'}\n  incremental: {mode: snapshot, full: p.csv}\n")
	if len(findings) != 1 || findings[0].Problem != "csv has no lists" {
		t.Errorf("lists of CSV: %v", findings)
	}
}

func TestReadBack(t *testing.T) {
	flat, job, _ := flattened(t, "  columns: [record_id, emails, {name: First, from: name.first_name}, name.last_name, fee, company.domains, last, seen]\n")
	got, finding := flat.ReadBack(job, `C:\x "y" ${z}.csv`)
	want := `# Imports what the job "n" has exported; written by attio-etl.
version: 1
name: "n-import"
import:
  source:
    path: "C:\\x \"y\" $${z}.csv"
    format: csv
    csv: {delimiter: ",", strip_formula_guard: true}
  target: {object: "people", match: "emails"}
  map:
    "emails": {from: "emails", split: ";"}
    "fee": {from: "fee.amount"}
    "seen": {from: "seen"}
`
	if diff := cmp.Diff(want, got); diff != "" || finding != nil {
		t.Errorf("the job (-want +got):\n%s%v", diff, finding)
	}
	if _, wrong := jobs.Parse("", []byte(got), nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	for _, lines := range []string{"  columns: [name]\n", "  columns: [emails]\n  to: {path: p.csv, multi: json}\n", "  columns: [emails]\n  to: {path: p.csv, separator: ' '}\n"} {
		flat, job, _ = flattened(t, lines)
		if text, finding := flat.ReadBack(job, "p.csv"); finding == nil {
			t.Errorf("%s gives\n%s", lines, text)
		}
	}
}

// The job says of the file what a reader does not see.
func TestReadBackStatesTheLayout(t *testing.T) {
	for lines, want := range map[string]string{
		"  to: {path: p.csv, csv: {delimiter: ';', formula_guard: false}}\n": "format: csv\n    csv: {delimiter: \";\", strip_formula_guard: false}\n",
		"  to: {path: p.tsv, csv: {quoting: all}}\n":                         "format: tsv\n    csv: {strip_formula_guard: true}\n",
		"  to: {path: p.xlsx, xlsx: {sheet: People}}\n":                      "format: xlsx\n    xlsx: {all_sheets: true}\n",
		"  to: {path: p.parquet, parquet: {compression: gzip}}\n":            "format: parquet\n  target:",
	} {
		flat, job, _ := flattened(t, "  columns: [emails]\n"+lines)
		got, finding := flat.ReadBack(job, "p")
		if !strings.Contains(got, want) || finding != nil {
			t.Errorf("%s gives no %s but\n%s%v", lines, want, got, finding)
		}
		if _, wrong := jobs.Parse("", []byte(got), nil); len(wrong) > 0 {
			t.Error(wrong)
		}
	}
}

func TestDigestTellsExportsApart(t *testing.T) {
	seen := map[string]bool{}
	for _, lines := range []string{"  columns: [age]\n", "  columns: [stars]\n", "  columns: [age]\n  filter: {age: 1}\n", "  columns: [age]\n  to: {path: p.parquet}\n"} {
		flat, _, findings := flattened(t, lines)
		if len(findings) > 0 || seen[flat.Digest()] {
			t.Errorf("%s: %v", lines, findings)
		}
		seen[flat.Digest()] = true
	}
}
