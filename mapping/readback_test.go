package mapping_test

import (
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// The job that imports entries names their list, and the column that tells their records.
func TestReadBackOfEntries(t *testing.T) {
	schema := &crm.Schema{Target: crm.Target{List: "sales"}, Attributes: []crm.Attribute{{Slug: "stage", Type: crm.TypeStatus, Writable: true}, {Slug: "made", Type: crm.TypeText}}}
	people := &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
		{Slug: "emails", Type: crm.TypeEmailAddress, Multi: true, Unique: true}, {Slug: "number", Type: crm.TypeNumber, Unique: true},
	}}
	for _, test := range []struct {
		columns string
		parents []string
		want    string // of the job, or of the finding
	}{
		{"entry_id, stage, made, parent_record", []string{"people"}, `
  target: {list: "sales", parent: {object: "people", from: "parent_record"}}
  map:
    "stage": {from: "stage"}
`},
		{"{name: Who, from: parent_record.record_id}", []string{"people"}, "\n  target: {list: \"sales\", parent: {object: \"people\", from: \"Who\"}}\n"},
		{"{name: No, from: parent_record.number}, parent_record.emails, stage", []string{"people"}, `
  target: {list: "sales", parent: {object: "people", match: "number", from: "No"}}
  map:
    "stage": {from: "stage"}
`},
		{"parent_record.emails, stage", []string{"people"}, "not-read-back: no column names the record of each entry; add parent_record to the columns"},
		{"parent_record", []string{"people", "companies"}, "not-read-back: the list takes records of 2 objects, and the rows are written to those of one; leave --job-out out"},
	} {
		job, wrong := jobs.Parse("job.yaml", []byte("version: 1\nexport:\n  from: {list: sales}\n  columns: ["+test.columns+"]\n  to: {path: p.csv}\n"), nil)
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		flat, _, wrong := mapping.Flatten(job, schema, test.parents, mapping.Schemas{"people": people})
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		got, finding := flat.ReadBack(job, "p.csv")
		if finding != nil {
			got = "\n" + finding.String()
		}
		if !strings.HasSuffix(got, test.want) {
			t.Errorf("%s gives\n%s, want\n%s", test.columns, got, test.want)
		}
	}
}
