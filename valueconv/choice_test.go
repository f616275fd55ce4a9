package valueconv_test

import (
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

const wonID = "8a1c3f0e-0000-4000-8000-00000000000a"

func stages() crm.Attribute {
	attr := single(crm.TypeStatus)
	attr.Choices = []crm.Choice{
		{ID: "id-lead", Title: "Lead"},
		{ID: "id-progress", Title: "In Progress"},
		{ID: wonID, Title: "Won 🎉"},
		{ID: "id-lost", Title: "Lost"},
		{ID: "id-demo", Title: "Demo"},
		{ID: "id-DEMO", Title: "DEMO"},
		{ID: "id-old", Title: "Old", Archived: true},
		{ID: "id-5", Title: "5"},
	}
	return attr
}

func TestStatus(t *testing.T) {
	checkSpellings(t, stages(), valueconv.Options{}, []spelling{
		{"Lead", "id-lead=Lead"},
		{"lead", "id-lead=Lead"},
		{"LEAD", "id-lead=Lead"},
		{" Lead ", "id-lead=Lead"},
		{"Lead\n", "id-lead=Lead"},
		{"id-lead", "id-lead=Lead"},
		{"In Progress", "id-progress=In Progress"},
		{"in progress", "id-progress=In Progress"},
		{"Won 🎉", wonID + "=Won 🎉"},
		{"won 🎉", wonID + "=Won 🎉"},
		{wonID, wonID + "=Won 🎉"},
		{strings.ToUpper(wonID), wonID + "=Won 🎉"},
		{"Demo", "id-demo=Demo"},
		{"DEMO", "id-DEMO=DEMO"},
		{"5", "id-5=5"},
		{tabular.IntCell(5), "id-5=5"},
		{tabular.FloatCell(5), "id-5=5"},
		{"", ""},
		{" ", ""},
		{"demo", "!ambiguous-option"},
		{"Old", "!archived-option"},
		{"old", "!archived-option"},
		{"id-old", "!archived-option"},
		{"Won", "!unknown-option"},
		{"InProgress", "!unknown-option"},
		{"In  Progress", "!unknown-option"},
		{"Closed", "!unknown-option"},
		{"Lead;Lost", "!unknown-option"},
		{"-None-", "!unknown-option"},
		{"5.0", "!unknown-option"},
		{"8a1c3f0e-0000-4000-8000-00000000000b", "!unknown-option"},
		{tabular.BoolCell(true), "!unknown-option"},
		{tabular.ListCell([]tabular.Cell{tabular.StringCell("Lead"), tabular.StringCell("Lost")}), "!several-values"},
	})
	checkSpellings(t, stages(), valueconv.Options{Choices: map[string]string{"Closed won": "Won 🎉", "Lost": "Lead", "closed": wonID}}, []spelling{
		{"Closed won", wonID + "=Won 🎉"}, {"Lost", "id-lead=Lead"}, {"closed", wonID + "=Won 🎉"}, {"Closed lost", "!unknown-option"},
	})
	_, f := must(t, stages(), valueconv.Options{})(tabular.StringCell("Leed"))
	if f == nil || f.Problem != "the attribute has no such status" || f.Hint != `did you mean "Lead"? map it: options: {"Leed": "Lead"}` {
		t.Errorf("a misspelt status: %v", f)
	}
}

func TestKeepUnknown(t *testing.T) {
	keep := valueconv.Options{KeepUnknown: true, Split: ";"}
	checkSpellings(t, options(), keep, []spelling{
		{" B2C ", "=B2C"},
		{"b2b; B2C ;New;B2C", b2bID + "=B2B + =B2C + =New"},
		{"Old", "!archived-option"},
		{"saas", "!ambiguous-option"},
		{"8a1c3f0e-0000-4000-8000-000000000002", "!unknown-option"},
		{" ", ""},
	})
	checkSpellings(t, stages(), valueconv.Options{KeepUnknown: true, Choices: map[string]string{"x": " Churned "}}, []spelling{
		{"x", "=Churned"}, {"Closed", "=Closed"}, {"lead", "id-lead=Lead"},
	})
}
