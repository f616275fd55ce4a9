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

func policy(col jobs.Column) blankPolicy {
	switch {
	case col.Blank.Value == jobs.BlankReject:
		return rejects
	case col.Blank.Value == jobs.BlankClear && col.Write.Value != jobs.WriteNeverClear:
		return clears
	default:
		return ignores
	}
}

// nullValues is the texts of a job's list of null values.
func nullValues(list []jobs.Text) nullTexts {
	nulls := nullTexts{texts: make(map[string]struct{}, len(list))}
	for _, n := range list {
		text := strings.TrimSpace(n.Value)
		nulls.texts[text] = struct{}{}
		nulls.longest = max(nulls.longest, len(text))
	}
	return nulls
}

// options is how the column's cells are spelled. What holds for a whole job comes only where it means something.
func options(m mapped) valueconv.Options {
	o := valueconv.Options{
		Trim: m.Trim.Value, Split: m.Split.Value, Decimal: m.Decimal.Value, Format: m.Format.Value,
		Choices: make(map[string]string, len(m.Options)), Reference: m.reference, KeepUnknown: keepsUnknown(m.Column),
	}
	for _, option := range m.Options {
		o.Choices[option.Spelling] = option.Title.Value
	}
	if slices.Contains(zoneTypes, m.spelled().Type) {
		o.Timezone = m.Timezone.Value
	}
	if slices.Contains(countryTypes, m.spelled().Type) {
		o.Country = m.Country.Value
	}
	return o
}

// spelled is the attribute whose values the cells hold: of a reference by key the attribute of the referenced object.
func (m mapped) spelled() crm.Attribute {
	if m.reference != nil {
		return m.reference.Match
	}
	return m.attribute
}

// keepsUnknown is whether options that the attribute lacks are kept for someone to create, or to leave out. A constant is no data that
// could lack one.
func keepsUnknown(col jobs.Column) bool {
	return col.UnknownOption.Value == jobs.UnknownOptionCreate || skipsUnknown(col)
}

func skipsUnknown(col jobs.Column) bool {
	return col.UnknownOption.Value == jobs.UnknownOptionSkip && !col.Value.Given()
}

// parser makes the parser of a column. Where it is refused, each option is tried alone, so that every finding stands at the
// option at fault.
func (c *compiler) parser(m mapped) (valueconv.Parse, bool) {
	parse, f := valueconv.Parser(m.attribute, options(m))
	if f == nil {
		return parse, !skipsUnknown(m.Column) || c.checkTitles(m)
	}
	if _, f := valueconv.Parser(m.attribute, m.plain()); f != nil {
		c.report(f.At(m.Pos)) // the attribute itself cannot be filled from one column
		return nil, false
	}
	before := len(c.findings)
	for _, cause := range causes(m) {
		c.try(m, cause)
	}
	if len(c.findings) == before { // the options only exclude each other
		for _, cause := range causes(m) {
			*f = conceal(*f, cause.Text)
		}
		c.report(f.At(m.Pos))
	}
	return nil, false
}

// try reports an option for which a parser is refused.
func (c *compiler) try(m mapped, cause cause) bool {
	_, f := valueconv.Parser(m.attribute, cause.alone)
	if f == nil {
		return true
	}
	if cause.option {
		f.Hint = optionHint(cause.Value, m.attribute) // the parser's own hint is for a cell
	}
	c.report(conceal(*f, cause.Text).At(cause.Pos))
	return false
}

// checkTitles reports the options of the job file that the attribute lacks, where those of the data are left out: what the file says is
// meant.
func (c *compiler) checkTitles(m mapped) bool {
	ok := true
	for _, cause := range causes(m) {
		if cause.option {
			cause.alone.KeepUnknown = false
			ok = c.try(m, cause) && ok
		}
	}
	return ok
}

// plain is the options that a parser of the column cannot do without.
func (m mapped) plain() valueconv.Options {
	return valueconv.Options{Reference: m.reference, KeepUnknown: keepsUnknown(m.Column)}
}

// cause is an option that a parser may be refused for, by itself.
type cause struct {
	jobs.Text
	alone  valueconv.Options
	option bool // one of the options of a select
}

func causes(m mapped) []cause {
	var all []cause
	add := func(text jobs.Text, set func(o *valueconv.Options)) {
		if text.Given() {
			alone := m.plain()
			set(&alone)
			all = append(all, cause{Text: text, alone: alone, option: alone.Choices != nil})
		}
	}
	add(m.Format, func(o *valueconv.Options) { o.Format = m.Format.Value })
	add(m.Split, func(o *valueconv.Options) { o.Split = m.Split.Value })
	add(m.Decimal, func(o *valueconv.Options) { o.Decimal = m.Decimal.Value })
	add(m.Timezone, func(o *valueconv.Options) { o.Timezone = m.Timezone.Value })
	add(m.Country, func(o *valueconv.Options) { o.Country = m.Country.Value })
	for _, option := range m.Options {
		add(option.Title, func(o *valueconv.Options) { o.Choices = map[string]string{option.Spelling: option.Title.Value} })
	}
	return all
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

// notApplicable reports a key that means nothing for an attribute.
func (c *compiler) notApplicable(key string, pos diag.Pos, attr crm.Attribute, hint string) {
	c.report(diag.Finding{
		Code: CodeNotApplicable, Pos: pos, Problem: fmt.Sprintf("%s means nothing for %s, a %s attribute", key, attr.Slug, describe(attr)),
		Hint: hint,
	})
}

// checkOptions reports the options of a column that mean nothing for its attribute.
func (c *compiler) checkOptions(m mapped) {
	attr, spelled := m.attribute, m.spelled()
	c.checkParts(m.Column, attr)
	switch {
	case !m.Split.Given():
	case len(m.Parts) > 0:
		c.notApplicable("split", m.Split.Pos, attr, "columns of parts make one value: leave split out")
	case !attr.Multi:
		c.notApplicable("split", m.Split.Pos, attr, "it holds one value: leave split out")
	}
	keys := []struct {
		name  string
		there bool
		pos   diag.Pos
		types []crm.Type
		attr  crm.Attribute
	}{
		{"options", len(m.Options) > 0, m.OptionsPos, choiceTypes, attr},
		{"format", m.Format.Given(), m.Format.Pos, formatTypes, spelled},
		{"timezone", m.Timezone.Given(), m.Timezone.Pos, zoneTypes, spelled},
		{"country", m.Country.Given(), m.Country.Pos, countryTypes, spelled},
		{"decimal", m.Decimal.Given(), m.Decimal.Pos, decimalTypes, spelled},
		{"unknown_option", m.UnknownOption.Given(), m.UnknownOption.Pos, unknownTypes, attr},
	}
	for _, k := range keys {
		if k.there && !slices.Contains(k.types, k.attr.Type) {
			c.notApplicable(k.name, k.pos, k.attr, typeHint(k.types))
		}
	}
}

// The types of attributes for whose cells a key of a column means something, as package valueconv has them.
var (
	choiceTypes  = []crm.Type{crm.TypeSelect, crm.TypeStatus, crm.TypeCheckbox}
	unknownTypes = []crm.Type{crm.TypeSelect, crm.TypeStatus}
	formatTypes  = []crm.Type{crm.TypeDate, crm.TypeTimestamp, crm.TypeNumber, crm.TypeLocation}
	zoneTypes    = []crm.Type{crm.TypeDate, crm.TypeTimestamp}
	countryTypes = []crm.Type{crm.TypePhoneNumber}
	decimalTypes = []crm.Type{
		crm.TypeNumber, crm.TypeCurrency, crm.TypeRating, crm.TypeDate, crm.TypeTimestamp, crm.TypeLocation,
	}
)

// typeHint says which attributes have a key that another one lacks.
func typeHint(types []crm.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	if last := len(names) - 1; last > 0 {
		return "it is for " + strings.Join(names[:last], ", ") + " and " + names[last] + " attributes"
	}
	return "it is for " + names[0] + " attributes"
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

// checkBlank reports what cannot be cleared (contract §6, §9).
func (c *compiler) checkBlank(col jobs.Column, attr crm.Attribute, isMatch bool) {
	if policy(col) != clears || col.Value.Given() || (isMatch && !col.Blank.Given()) {
		return
	}
	why := alwaysHeld(attr, isMatch)
	if why == "" {
		why = neverClears(col)
	}
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

// checkConstantMatch reports a match attribute that is the same for every row.
func (c *compiler) checkConstantMatch(m mapped, in input) {
	col := m.Column
	if in.found && len(in.names) > 0 || !col.Value.Given() && in.expr == nil {
		return
	}
	pos := col.Value.Pos
	if in.expr != nil {
		pos = col.Expr.Pos
	}
	c.report(diag.Finding{
		Code: CodeConstantMatch, Pos: pos, Problem: "records are matched by " + m.attribute.Slug + ": a constant makes one record of all rows",
		Hint: `name a column: "from: COLUMN"`,
	})
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
