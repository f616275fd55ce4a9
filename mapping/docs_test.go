package mapping

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// TestDocumentedJobs holds the examples of docs/job-files.md to what the program reads.
func TestDocumentedJobs(t *testing.T) {
	data, err := os.ReadFile("../docs/job-files.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(data)
	if list := strings.Join(functions, " "); !strings.Contains(strings.Join(strings.Fields(doc), " "), "`"+list+"`") {
		t.Errorf("the functions of expressions are not listed as %s", list)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(doc, -1)
	if len(blocks) != 6 {
		t.Fatalf("%d examples, want a job, targets, linked records, steps, expressions and cases", len(blocks))
	}
	targets := strings.Split(strings.TrimSpace(blocks[1][1]), "\n")
	links := "    " + strings.ReplaceAll(strings.TrimSpace(blocks[2][1]), "\n", "\n    ") + "\n"
	for i, target := range targets {
		job := "version: 1\nimport:\n  source: {path: x.csv}\n  " + target + "\n  map:\n    title: Title\n    content: Content\n"
		if i == len(targets)-1 { // a task
			job = strings.Replace(job, "    title: Title\n", links, 1)
		}
		if _, findings := jobs.Parse("job.yaml", []byte(job), nil); len(findings) > 0 {
			t.Errorf("%v\nof\n%s", findings, job)
		}
	}
	blocks = append(blocks[:1], blocks[3:]...)
	if steps, findings := jobs.Parse("job.yaml", []byte(blocks[1][1]), nil); len(findings) > 0 || !slices.Equal(steps.StepNames(), []string{"companies", "people"}) {
		t.Errorf("the steps: %v", findings)
	}
	const head = "version: 1\nimport:\n  source: {path: x.csv}\n  target: {object: companies, match: domains}\n  map:\n    domains: Website\n"
	expressions := "    " + strings.ReplaceAll(strings.TrimSpace(blocks[2][1]), "\n", "\n    ") + "\n"
	for _, job := range []string{blocks[0][1], head + expressions, head + blocks[3][1]} {
		j, findings := jobs.Parse("job.yaml", []byte(job), nil)
		if len(findings) > 0 {
			t.Fatalf("%v\nof\n%s", findings, job)
		}
		columns := tabular.Schema{Columns: []string{
			"Website", "Company name", "About", "Industry", "Founded", "Street", "City", "State", "Zip", "Country", "Employees", "Parent domain",
			"Record ID", "Status", "Company", "E-mail", "Tags", "Name",
		}}
		plan, findings := Compile(j, "x.csv", columns, documented(), nil)
		if len(findings) > 0 {
			t.Fatalf("%v\nof\n%s", findings, job)
		}
		row := tabular.Row{Cells: make([]tabular.Cell, len(columns.Columns))}
		for i := range row.Cells {
			row.Cells[i] = tabular.StringCell("a@b.com")
		}
		if _, findings := plan.Apply(row); strings.Contains(codes(findings), "failed") {
			t.Errorf("an expression fails: %v", findings)
		}
	}
}

// documented is the attributes that the examples name.
func documented() *crm.Schema {
	s := &crm.Schema{Target: crm.Target{Object: "companies"}}
	for slug, typ := range map[string]crm.Type{
		"domains": crm.TypeDomain, "name": crm.TypeText, "description": crm.TypeText, "categories": crm.TypeSelect, "foundation_date": crm.TypeDate,
		"primary_location": crm.TypeLocation, "employee_range": crm.TypeSelect, "parent_company": crm.TypeRecordReference,
		"source_id": crm.TypeText, "segment": crm.TypeText,
	} {
		a := crm.Attribute{ID: "a-" + slug, Slug: slug, Title: slug, Type: typ, Writable: true}
		a.Unique, a.Multi = slug == "domains", slug == "domains" || slug == "categories"
		if typ == crm.TypeSelect {
			a.Choices = []crm.Choice{{ID: "o-1", Title: "SAAS"}}
		}
		if typ == crm.TypeRecordReference {
			a.AllowedObjects = []string{"companies"}
		}
		s.Attributes = append(s.Attributes, a)
	}
	return s
}

// TestKeysFitConversions holds the types that keys are for to those that their conversions take.
func TestKeysFitConversions(t *testing.T) {
	refused := func(typ crm.Type, o valueconv.Options) bool {
		attr := crm.Attribute{Slug: "a", Type: typ, Choices: []crm.Choice{{ID: "o", Title: "x"}}}
		_, f := valueconv.Parser(attr, o)
		return f != nil && f.Code == "bad-option" && strings.Contains(f.Problem, "attributes have no")
	}
	for _, typ := range valueconv.Supported() {
		for key, c := range map[string]struct {
			types []crm.Type
			o     valueconv.Options
		}{
			"format":         {formatTypes, valueconv.Options{Format: "x"}},
			"options":        {choiceTypes, valueconv.Options{Choices: map[string]string{"x": "x"}}},
			"unknown_option": {unknownTypes, valueconv.Options{KeepUnknown: true}},
		} {
			isReference := typ == crm.TypeRecordReference // takes what its match attribute takes
			if takes := !refused(typ, c.o); takes != slices.Contains(c.types, typ) && !isReference {
				t.Errorf("a conversion of %s takes %s: %v", typ, key, takes)
			}
		}
	}
}
