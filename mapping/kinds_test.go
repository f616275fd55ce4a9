package mapping_test

import (
	"strings"
	"testing"

	"attio-etl/mapping"
	"attio-etl/tabular"
)

var brokenCell = tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error", Problem: "the formula has an error", Hint: "correct the formula"})

// A cell in which the file has no value rejects the row at its own column, whatever reads it, unless the job calls its text a null value.
func TestBrokenCellsRejectRows(t *testing.T) {
	const head = "version: 1\nimport:\n  source: {path: companies.csv}\n  target: {object: companies, match: domains}\n  map:\n    domains: Website\n"
	const where = "version: 1\nimport:\n  source: {path: companies.csv, where: 'Other != \"x\"'}\n  target: {object: companies, match: domains}\n  map:\n    domains: Website\n"
	for name, c := range map[string]struct {
		job    string
		broken string // the column that is
		want   string // codes and columns, or the attributes of the item
	}{
		"a column":                          {head + "    name: Name\n", "Name", "cell-error Name"},
		"the key":                           {head + "    name: Name\n", "Website", "cell-error Website"},
		"a column that is not read":         {head + "    name: Name\n", "Other", "domains name"},
		"a null value":                      {head + "    name: {from: Name, null_values: ['#REF!']}\n", "Name", "domains"},
		"another null value":                {head + "    name: {from: Name, null_values: ['#N/A']}\n", "Name", "cell-error Name"},
		"a part":                            {head + "    primary_location: {from: {locality: Name, postcode: Other}}\n", "Other", "cell-error Other"},
		"a part that is a null value":       {head + "    primary_location: {from: {locality: Name, postcode: Other}, null_values: ['#REF!']}\n", "Other", "domains primary_location"},
		"an expression":                     {head + "    name: {expr: 'Name + Other'}\n", "Other", "cell-error Other"},
		"an expression that would not look": {head + "    name: {expr: 'Name == \"\" ? Other : Name'}\n", "Other", "cell-error Other"},
		"a null value in an expression":     {head + "    name: {expr: 'Name + \"-\" + Other', null_values: ['#REF!']}\n", "Other", "domains name"},
		"a condition":                       {where + "    name: Name\n", "Other", "cell-error Other"},
		"a null value in a condition":       {where + "    name: Name\ndefaults: {null_values: ['#REF!']}\n", "Other", "domains name"},
		"a null value of another column":    {where + "    name: {from: Name, null_values: ['#REF!']}\n", "Other", "cell-error Other"},
	} {
		plan := compile(t, c.job, planHeader)
		r := row(1, "acme.com", "Acme", "12", "y")
		r.Cells[planHeader.Index(c.broken)] = brokenCell
		item, findings := plan.Apply(r)
		var got []string
		for _, f := range findings {
			got = append(got, f.Code, f.Pos.Column)
			if f.Hint != "correct the formula" || f.Got != "#REF!" || f.Pos.Row != 1 {
				t.Errorf("%s: the finding lacks a part: %+v", name, f)
			}
		}
		for _, f := range item.Fields {
			got = append(got, f.Attribute)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: got %s, want %s (%v)", name, text, c.want, findings)
		}
	}
}

// What shows nothing is not blank for that: the default null value is for cells that are empty.
func TestBrokenCellWithoutText(t *testing.T) {
	silent := tabular.BrokenCell("", tabular.Fault{Code: "not-calculated", Problem: "the formula was never calculated", Hint: "open and save the file"})
	plan := compile(t, planJob+"defaults: {null_values: ['']}\n", planHeader)
	r := row(1, "acme.com", "Acme", "12")
	r.Cells[1] = silent
	if _, findings := plan.Apply(r); len(findings) != 1 || findings[0].Code != "not-calculated" {
		t.Errorf("got %v", findings)
	}
}

// The texts that a condition takes for blank decide which rows are written.
func TestNullsOfConditionsChangeThePlan(t *testing.T) {
	job := func(nulls, rest string) *mapping.Plan {
		return compile(t, "version: 1\nimport:\n  source: {path: companies.csv, where: 'Other != \"x\"'}\n  target: {object: companies, match: domains}\n"+
			"  map:\n    domains: {from: Website"+nulls+"}\n"+rest, planHeader)
	}
	if job("", "defaults: {null_values: ['#REF!']}\n").Hash() == job(", null_values: ['#REF!']", "").Hash() {
		t.Error("a null value of the job and one of its columns have the same hash")
	}
}
