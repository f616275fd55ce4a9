package jobs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
)

func targetJob(target, rest string) string {
	return "version: 1\nimport:\n  source: {path: c.csv}\n  target: " + target + "\n" + rest
}

// TestTargets: the record of an entry or a note is a column like any other, and what has no key is told apart.
func TestTargets(t *testing.T) {
	const columns = "  map: {content: C, title: T}\n"
	for _, c := range []struct {
		target, rest string
		want         crm.Target
		attributes   []string
		match        string
		keyless      bool
	}{
		{"{object: companies, match: domains, mode: create}", columns, crm.Target{Object: "companies"}, []string{"content", "title"}, "domains", false},
		{"{list: sales, parent: {object: companies, match: domains, from: Site}}", "", crm.Target{List: "sales"}, []string{ParentRecord}, ParentRecord, false},
		{"{list: sales, parent: {object: companies, from: Id}, mode: create}", columns, crm.Target{List: "sales"}, []string{ParentRecord, "content", "title"}, "", true},
		{"{note: {object: people, match: email_addresses, from: Mail}}", columns, crm.Target{Activity: crm.Notes}, []string{ParentRecord, "content", "title"}, "", true},
		{"{task: {}}", "  map: {content: C, linked_records: [A, {from: B, object: people}]}\n", crm.Target{Activity: crm.Tasks}, []string{"content", LinkedRecords, LinkedRecords + "[2]"}, "", true},
	} {
		job, findings := Parse("job.yaml", []byte(targetJob(c.target, c.rest)), nil)
		if len(findings) > 0 {
			t.Errorf("%s: %v", c.target, findings)
			continue
		}
		var attributes []string
		for _, column := range job.Import.Columns {
			attributes = append(attributes, column.Attribute)
		}
		got := job.Import.Target
		if diff := cmp.Diff(c.attributes, attributes); got.Target() != c.want || diff != "" || got.Match.Value != c.match || got.Keyless() != c.keyless {
			t.Errorf("%s: %+v, keyless %v, match %q %s", c.target, got.Target(), got.Keyless(), got.Match.Value, diff)
		}
	}
}

func TestFindingsOfTargets(t *testing.T) {
	const columns = "  map: {content: C}\n"
	for _, c := range []struct {
		target, rest string
		want         []string
	}{
		{"{}", columns, []string{
			`4:11: required-key: import.target has no "object": the slug of an object, such as companies`,
			`4:11: required-key: import.target has no "match": the slug of the unique attribute that identifies a record`,
		}},
		{"{list: sales, note: {object: people, from: A}}", columns, []string{`4:3: conflicting-keys: import.target has both list and note; write each by a step of its own`}},
		{"{list: sales, match: x}", columns, []string{
			`4:3: conflicting-keys: import.target has "match", which means nothing for what rows become here; leave it out`,
			`4:11: required-key: import.target has no "parent": the record of an entry, such as {object: companies, match: domains, from: Website}`,
		}},
		{"{note: {objekt: people}, mode: create}", columns, []string{
			`4:3: conflicting-keys: import.target has "mode", which means nothing for what rows become here; leave it out`,
			`4:18: required-key: import.target.note has no "from": the column that names the record`,
			`4:19: unknown-key: import.target.note has no key "objekt"; did you mean "object"?`,
		}},
		{"{task: {list: x}}", "  map: {}\n  diff: off\n", []string{
			`4:19: unknown-key: import.target.task has no key "list"; keys here: none`,
			`5:3: no-value: import.map maps nothing: want at least content`,
			`6:9: conflicting-keys: diff: off would create the tasks again that are there already; leave diff out: without a key, only what is there tells what is missing`,
		}},
		{"{task: {}}", "", []string{`3:3: required-key: import has no "map": for each attribute, where its value comes from`}},
		{"{task: {}}", "  map: {content: C, linked_records: []}\n", []string{`5:21: no-value: import.map.linked_records names no column`}},
		{"{note: {object: people, from: A}}", "  map: {linked_records: [A, B]}\n", []string{
			`5:29: wrong-kind: import.map.linked_records is a list: want a column, or a mapping with from or value; only linked_records of tasks come from several columns`,
		}},
	} {
		_, findings := Parse("job.yaml", []byte(targetJob(c.target, c.rest)), nil)
		var got []string
		for _, f := range findings {
			got = append(got, strings.TrimPrefix(f.String(), "job.yaml:"))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s%s (-want +got):\n%s", c.target, c.rest, diff)
		}
	}
}
