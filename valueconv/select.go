package valueconv

import "attio-etl/crm"

// selectConversion reads the options of a select attribute: see parseChoice.
var selectConversion = conversion{
	doc: typeDoc{
		reads:  "the title of an active option, exactly or else in any case; its id; a spelling that `options` maps to one",
		writes: "the title, or the id where the title would be read as another option",
		codes:  []string{"unknown-option", "archived-option", "ambiguous-option", "number-precision"},
	},
	uses:      usesChoices | usesUnknown,
	cells:     cellKinds{takes: ofTexts | ofNumbers | ofBools, noun: "an option", code: "unknown-option", want: "the title of an option"},
	parse:     parseChoice(selectOf),
	format:    formatChoice(selectOf),
	canonical: canonicalChoice,
	complete:  func(a crm.Attribute, v crm.Value) crm.Value { return selectOf(completeChoice(a, choiceIn(v))) },
}

func selectOf(c crm.Choice) crm.Value { return crm.Select{ID: c.ID, Title: c.Title} }
