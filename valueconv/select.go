package valueconv

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// selectConversion finds the option of a cell: by Options.Choices, then by its exact title, by its title in any case if that is one
// option's, and by its id. Options are never created by the API (contract §9), so an unknown one is a finding, and so is an archived
// one.
var selectConversion = conversion{
	takes:     takesChoices,
	parse:     parseSelect,
	format:    formatSelect,
	canonical: canonicalSelect,
}

// optionTable is the options of an attribute by what may stand in a cell.
type optionTable struct {
	byTitle  map[string]crm.Choice
	byFold   map[string][]crm.Choice // by lower-case title
	byID     map[string]crm.Choice
	archived map[string]crm.Choice // by lower-case title and by id
	titles   []string
}

func newOptionTable(choices []crm.Choice) *optionTable {
	t := &optionTable{
		byTitle: map[string]crm.Choice{}, byFold: map[string][]crm.Choice{},
		byID: map[string]crm.Choice{}, archived: map[string]crm.Choice{},
	}
	for _, c := range choices {
		fold := strings.ToLower(c.Title)
		if c.Archived {
			t.archived[fold], t.archived[strings.ToLower(c.ID)] = c, c
			continue
		}
		t.byTitle[c.Title] = c
		t.byFold[fold] = append(t.byFold[fold], c)
		t.byID[strings.ToLower(c.ID)] = c
		t.titles = append(t.titles, c.Title)
	}
	return t
}

// find is the option that a text names.
func (t *optionTable) find(text string) (crm.Choice, *diag.Finding) {
	fold := strings.ToLower(text)
	if c, ok := t.byTitle[text]; ok {
		return c, nil
	}
	switch same := t.byFold[fold]; {
	case len(same) == 1:
		return same[0], nil
	case len(same) > 1:
		hint := fmt.Sprintf("write %q or %q as it stands in Attio", same[0].Title, same[1].Title)
		return crm.Choice{}, refuse("ambiguous-option", "several options differ from it by case only", text, "the title of one option", hint)
	}
	if c, ok := t.byID[fold]; ok {
		return c, nil
	}
	if c, ok := t.archived[fold]; ok && fold != "" {
		return crm.Choice{}, refuse("archived-option", "the option is archived", text, "an active option", fmt.Sprintf("restore %q in Attio, or map it: options: {%q: …}", c.Title, text))
	}
	return crm.Choice{}, t.unknown(text)
}

func (t *optionTable) unknown(text string) *diag.Finding {
	want := "one of the attribute's options"
	if len(t.titles) > 0 && len(t.titles) <= 8 {
		want = "one of " + strings.Join(t.titles, ", ")
	}
	hint := fmt.Sprintf("create the option in Attio, or map it: options: {%q: …}", text)
	if near := nearest(text, t.titles); near != "" {
		hint = fmt.Sprintf("did you mean %q? map it: options: {%q: %q}", near, text, near)
	}
	return refuse("unknown-option", "the attribute has no such option", text, want, hint)
}

func parseSelect(attr crm.Attribute, o Options) (parseOne, *diag.Finding) {
	table := newOptionTable(attr.Choices)
	mapped := make(map[string]crm.Choice, len(o.Choices))
	for _, spelling := range slices.Sorted(maps.Keys(o.Choices)) {
		choice, f := table.find(o.Choices[spelling])
		if f != nil {
			return nil, f
		}
		mapped[strings.TrimSpace(spelling)] = choice
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := cell.Text()
		trimmed := strings.TrimSpace(text)
		if trimmed == "" {
			return nil, nil
		}
		choice, ok := mapped[trimmed]
		if !ok {
			choice, ok = table.byTitle[text] // a title may have blanks around it
		}
		if !ok {
			var f *diag.Finding
			if choice, f = table.find(trimmed); f != nil {
				return nil, f
			}
		}
		return crm.Select{ID: choice.ID, Title: choice.Title}, nil
	}, nil
}

// formatSelect writes the title, or the id where the title would be read as another option.
func formatSelect(attr crm.Attribute, o Options) (formatOne, *diag.Finding) {
	parse, f := parseSelect(attr, o)
	if f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell {
		s := complete(attr, v)
		title := tabular.StringCell(s.Title)
		if s.ID == "" {
			return title
		}
		if back, f := parse(title); f == nil && back != nil && canonicalSelect(back) == canonicalSelect(s) {
			return title
		}
		return tabular.StringCell(s.ID)
	}, nil
}

// complete adds the id or the title that a value lacks, where the schema has it.
func complete(attr crm.Attribute, v crm.Value) crm.Select {
	s, _ := v.(crm.Select)
	for _, c := range attr.Choices {
		if (s.ID == "" && c.Title == s.Title && !c.Archived) || (s.Title == "" && strings.EqualFold(c.ID, s.ID)) {
			return crm.Select{ID: c.ID, Title: c.Title}
		}
	}
	return s
}

func canonicalSelect(v crm.Value) string {
	s, _ := v.(crm.Select)
	if s.ID != "" {
		return strings.ToLower(s.ID)
	}
	return s.Title
}
