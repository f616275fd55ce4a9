package valueconv

import "attio-etl/crm"

// statusConversion reads the statuses of a status attribute as selectConversion reads options.
var statusConversion = conversion{
	doc: typeDoc{
		reads:  "the title of an active status, exactly or else in any case; its id; a spelling that `options` maps to one",
		writes: "the title, or the id where the title would be read as another status",
		codes:  []string{"unknown-option", "archived-option", "ambiguous-option", "number-precision"},
	},
	uses:      usesChoices | usesUnknown,
	cells:     cellKinds{takes: ofTexts | ofNumbers | ofBools, noun: "a status", code: "unknown-option", want: "the title of a status"},
	parse:     parseChoice(statusOf),
	format:    formatChoice(statusOf),
	canonical: canonicalChoice,
	complete:  func(a crm.Attribute, v crm.Value) crm.Value { return statusOf(completeChoice(a, choiceIn(v))) },
}

func statusOf(c crm.Choice) crm.Value { return crm.Status{ID: c.ID, Title: c.Title} }
