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

// optionTable is the options of an attribute by what may stand in a cell.
type optionTable struct {
	byTitle  map[string]crm.Choice
	byFold   map[string][]crm.Choice // by lower-case title
	byID     map[string]crm.Choice
	archived map[string]crm.Choice // by lower-case title and by id
	titles   []string
	noun     string // what the attribute calls one
	nouns    string // and several
	keep     bool   // unknown ones are kept by their title
}

func newOptionTable(attr crm.Attribute, keep bool) *optionTable {
	t := &optionTable{
		noun: "option", nouns: "options", keep: keep,
		byTitle: map[string]crm.Choice{}, byFold: map[string][]crm.Choice{},
		byID: map[string]crm.Choice{}, archived: map[string]crm.Choice{},
	}
	if attr.Type == crm.TypeStatus {
		t.noun, t.nouns = "status", "statuses"
	}
	for _, c := range attr.Choices {
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
		return crm.Choice{}, refuse("ambiguous-option", "more than one "+t.noun+" differs from it by case only", text, "the title of one "+t.noun, hint)
	}
	if c, ok := t.byID[fold]; ok {
		return c, nil
	}
	if c, ok := t.archived[fold]; ok && fold != "" {
		return crm.Choice{}, refuse("archived-option", "the "+t.noun+" is archived", text, "an active "+t.noun, fmt.Sprintf("restore %q in Attio, or map it: options: {%q: …}", c.Title, text))
	}
	if title := strings.TrimSpace(text); t.keep && title != "" && !isUUID(title) {
		return crm.Choice{Title: title}, nil
	}
	return crm.Choice{}, t.unknown(text)
}

func (t *optionTable) unknown(text string) *diag.Finding {
	want := "one of the attribute's " + t.nouns
	if len(t.titles) > 0 && len(t.titles) <= 8 {
		want = "one of " + strings.Join(t.titles, ", ")
	}
	hint := fmt.Sprintf("create the %s in Attio, or map it: options: {%q: …}", t.noun, text)
	if near := nearest(text, t.titles); near != "" {
		hint = fmt.Sprintf("did you mean %q? map it: options: {%q: %q}", near, text, near)
	}
	return refuse("unknown-option", "the attribute has no such "+t.noun, text, want, hint)
}

// choiceValue makes the value of a choice: a select or a status.
type choiceValue func(crm.Choice) crm.Value

// parseChoice finds the choice of a cell: by Options.Choices, then by its exact title, by its title in any case if that is one
// choice's, and by its id. The API never creates one (contract §9), so an unknown one is a finding unless Options.KeepUnknown is set.
func parseChoice(value choiceValue) func(crm.Attribute, Options) (parseOne, *diag.Finding) {
	return func(attr crm.Attribute, o Options) (parseOne, *diag.Finding) {
		table := newOptionTable(attr, o.KeepUnknown || attr.ChoicesUnknown)
		mapped := make(map[string]crm.Choice, len(o.Choices))
		for _, spelling := range slices.Sorted(maps.Keys(o.Choices)) {
			choice, f := table.find(o.Choices[spelling])
			if f != nil {
				return nil, f
			}
			mapped[strings.TrimSpace(spelling)] = choice
		}
		exact := table.exactValues(mapped, value)
		return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
			if cell.Kind() == tabular.String {
				if v, ok := exact[cell.Text()]; ok {
					return v, nil
				}
			}
			text, f := spelling(cell)
			if f != nil {
				return nil, f
			}
			choice, f := table.choiceOf(text, mapped)
			if choice == (crm.Choice{}) || f != nil {
				return nil, f
			}
			return value(choice), nil
		}, nil
	}
}

// exactValues is what choiceOf finds for the texts that cells mostly have, with their values made once: the spellings of the job and the
// titles as they are.
func (t *optionTable) exactValues(mapped map[string]crm.Choice, value choiceValue) map[string]crm.Value {
	exact := make(map[string]crm.Value, len(mapped)+len(t.titles))
	for _, texts := range [][]string{slices.Sorted(maps.Keys(mapped)), t.titles} {
		for _, text := range texts {
			if c, f := t.choiceOf(text, mapped); f == nil && c != (crm.Choice{}) {
				exact[text] = value(c)
			}
		}
	}
	return exact
}

// choiceOf is the choice that a cell names, none where the cell is blank.
func (t *optionTable) choiceOf(text string, mapped map[string]crm.Choice) (crm.Choice, *diag.Finding) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return crm.Choice{}, nil
	}
	if choice, ok := mapped[trimmed]; ok {
		return choice, nil
	}
	if choice, ok := t.byTitle[text]; ok { // a title may have blanks around it
		return choice, nil
	}
	return t.find(trimmed)
}

// formatChoice writes the title, or the id where the title would be read as another choice.
func formatChoice(value choiceValue) func(crm.Attribute, Options) (formatOne, *diag.Finding) {
	return func(attr crm.Attribute, o Options) (formatOne, *diag.Finding) {
		parse, f := parseChoice(value)(attr, o)
		if f != nil {
			return nil, f
		}
		return func(v crm.Value) tabular.Cell {
			c := completeChoice(attr, choiceIn(v))
			title := tabular.StringCell(c.Title)
			if c.ID == "" {
				return title
			}
			if back, f := parse(title); f == nil && back != nil && canonicalChoice(back) == canonicalChoice(value(c)) {
				return title
			}
			return tabular.StringCell(c.ID)
		}, nil
	}
}

// choiceIn is what a value says about its choice.
func choiceIn(v crm.Value) crm.Choice {
	switch v := v.(type) {
	case crm.Select:
		return crm.Choice{ID: v.ID, Title: v.Title}
	case crm.Status:
		return crm.Choice{ID: v.ID, Title: v.Title}
	default:
		return crm.Choice{}
	}
}

// completeChoice adds the id or the title that a choice lacks, where the schema has it.
func completeChoice(attr crm.Attribute, c crm.Choice) crm.Choice {
	for _, known := range attr.Choices {
		if (c.ID == "" && known.Title == c.Title && !known.Archived) || (c.Title == "" && strings.EqualFold(known.ID, c.ID)) {
			return crm.Choice{ID: known.ID, Title: known.Title}
		}
	}
	return c
}

func canonicalChoice(v crm.Value) string {
	c := choiceIn(v)
	if c.ID != "" {
		return strings.ToLower(c.ID)
	}
	return c.Title
}
