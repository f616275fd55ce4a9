package mapping

import (
	"fmt"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/valueconv"
)

func policy(blank string) blankPolicy {
	switch blank {
	case jobs.BlankClear:
		return clears
	case jobs.BlankReject:
		return rejects
	default:
		return ignores
	}
}

// nullValues is the texts that stand for a blank cell, without the white space around them, as cells are compared without it.
func nullValues(col jobs.Column) map[string]struct{} {
	nulls := make(map[string]struct{}, len(col.NullValues))
	for _, n := range col.NullValues {
		nulls[strings.TrimSpace(n.Value)] = struct{}{}
	}
	return nulls
}

// options is how the column's cells are spelled.
func options(col jobs.Column) valueconv.Options {
	o := valueconv.Options{
		Trim: col.Trim.Value, Split: col.Split.Value, Decimal: col.Decimal.Value, Format: col.Format.Value,
		Choices: make(map[string]string, len(col.Options)),
	}
	for _, option := range col.Options {
		o.Choices[option.Spelling] = option.Title.Value
	}
	return o
}

// parser makes the parser of a column. Where it is refused, each option is tried alone, so that every finding stands at the
// option at fault.
func (c *compiler) parser(col jobs.Column, attr crm.Attribute) (valueconv.Parse, bool) {
	parse, f := valueconv.Parser(attr, options(col))
	if f == nil {
		return parse, true
	}
	if _, f := valueconv.Parser(attr, valueconv.Options{}); f != nil {
		c.report(f.At(col.Pos)) // the attribute itself cannot be filled from one column
		return nil, false
	}
	before := len(c.findings)
	for _, cause := range causes(col) {
		if _, f := valueconv.Parser(attr, cause.alone); f != nil {
			if cause.option {
				f.Hint = optionHint(cause.Value, attr) // the parser's own hint is for a cell
			}
			c.report(conceal(*f, cause.Text).At(cause.Pos))
		}
	}
	if len(c.findings) == before { // the options only exclude each other
		for _, cause := range causes(col) {
			*f = conceal(*f, cause.Text)
		}
		c.report(f.At(col.Pos))
	}
	return nil, false
}

// cause is an option that a parser may be refused for, by itself.
type cause struct {
	jobs.Text
	alone  valueconv.Options
	option bool // one of the options of a select
}

func causes(col jobs.Column) []cause {
	all := []cause{
		{Text: col.Format, alone: valueconv.Options{Format: col.Format.Value}},
		{Text: col.Split, alone: valueconv.Options{Split: col.Split.Value}},
		{Text: col.Decimal, alone: valueconv.Options{Decimal: col.Decimal.Value}},
	}
	for _, o := range col.Options {
		choices := map[string]string{o.Spelling: o.Title.Value}
		all = append(all, cause{Text: o.Title, alone: valueconv.Options{Choices: choices}, option: true})
	}
	return slices.DeleteFunc(all, func(c cause) bool { return !c.Given() })
}

// optionHint is what to do about an option that the workspace does not have.
func optionHint(title string, attr crm.Attribute) string {
	var titles []string
	for _, choice := range attr.Choices {
		if !choice.Archived {
			titles = append(titles, choice.Title)
		}
	}
	if near, ok := jobs.Nearest(title, titles); ok {
		return "did you mean " + diag.Quote(near) + "?"
	}
	return "create the option in Attio, or name one that is there"
}

// conceal takes out of a finding what a variable of the job file stands for.
func conceal(f diag.Finding, text jobs.Text) diag.Finding {
	if text.Value != text.Raw {
		f.Problem, f.Got, f.Hint = "what the variable stands for does not fit", text.Raw, ""
	}
	return f
}

// checkOptions reports the options of a column that mean nothing for its attribute.
func (c *compiler) checkOptions(col jobs.Column, attr crm.Attribute) {
	c.checkParts(col, attr)
	refuse := func(key string, pos diag.Pos, hint string) {
		c.report(diag.Finding{
			Code: CodeNotApplicable, Pos: pos,
			Problem: fmt.Sprintf("%s means nothing for %s, a %s attribute", key, attr.Slug, describe(attr)), Hint: hint,
		})
	}
	switch {
	case !col.Split.Given():
	case len(col.Parts) > 0:
		refuse("split", col.Split.Pos, "columns of parts make one value: leave split out")
	case !attr.Multi:
		refuse("split", col.Split.Pos, "it holds one value: leave split out")
	}
	if len(col.Options) > 0 && !slices.Contains([]crm.Type{crm.TypeSelect, crm.TypeStatus, crm.TypeCheckbox}, attr.Type) {
		refuse("options", col.OptionsPos, "select, status and checkbox attributes have options")
	}
	if col.Format.Given() && !slices.Contains([]crm.Type{crm.TypeDate, crm.TypeTimestamp}, attr.Type) {
		refuse("format", col.Format.Pos, "date and timestamp attributes have a format")
	}
	if col.Decimal.Given() && !slices.Contains([]crm.Type{crm.TypeNumber, crm.TypeCurrency, crm.TypeRating}, attr.Type) {
		refuse("decimal", col.Decimal.Pos, "number, currency and rating attributes have a decimal mark")
	}
}

func describe(attr crm.Attribute) string {
	if attr.Multi {
		return "multi-valued " + string(attr.Type)
	}
	return "single-valued " + string(attr.Type)
}

// checkParts reports parts that the attribute's type does not have.
func (c *compiler) checkParts(col jobs.Column, attr crm.Attribute) {
	known := valueconv.Parts(attr.Type)
	if len(col.Parts) > 0 && len(known) == 0 {
		c.report(diag.Finding{
			Code: CodeUnknownPart, Pos: col.Parts[0].Pos, Problem: fmt.Sprintf("%s is a %s attribute, which has no parts", attr.Slug, attr.Type),
			Hint: `name one column: "from: COLUMN"`,
		})
		return
	}
	for _, p := range col.Parts {
		if !slices.Contains(known, p.Name) {
			c.report(diag.Finding{
				Code: CodeUnknownPart, Pos: p.Pos, Problem: fmt.Sprintf("a %s has no part %s", attr.Type, diag.Quote(p.Name)),
				Hint: jobs.Suggest(p.Name, known),
			})
		}
	}
}

// checkBlank reports what cannot be cleared (contract §6, §9) and a match attribute that is the same for every row.
func (c *compiler) checkBlank(col jobs.Column, attr crm.Attribute, match string) {
	isMatch := attr.Slug == match
	if isMatch && col.Value.Given() {
		c.report(diag.Finding{
			Code: CodeConstantMatch, Pos: col.Value.Pos, Problem: "records are matched by " + attr.Slug + ": a constant makes one record of all rows",
			Hint: `name a column: "from: COLUMN"`,
		})
	}
	if col.Blank.Value != jobs.BlankClear || col.Value.Given() || (isMatch && !col.Blank.Given()) {
		return
	}
	why := alwaysHeld(attr, isMatch)
	if why == "" {
		return
	}
	f := diag.Finding{
		Code: CodeNotClearable, Pos: col.Blank.Pos, Problem: attr.Slug + " cannot be cleared: " + why,
		Hint: `write "blank: ignore" or "blank: reject"`,
	}
	if !col.Blank.Given() {
		f.Pos, f.Hint = col.Pos, "defaults say to clear: "+f.Hint+" here"
	}
	c.report(f)
}

// alwaysHeld is why an attribute cannot be emptied, empty if it can.
func alwaysHeld(attr crm.Attribute, isMatch bool) string {
	switch {
	case isMatch:
		return "records are matched by it"
	case attr.Required:
		return "it is required"
	case attr.Type == crm.TypeCheckbox || attr.Type == crm.TypeCurrency:
		return "a " + string(attr.Type) + " attribute always keeps a value"
	default:
		return ""
	}
}
