package mapping

import (
	"fmt"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// Compile checks the import of a job against the columns of its source and the schema of its target, and makes the plan of it.
// Source is what the findings of rows call the source; others holds, by slug, the schemas of the objects that Referenced names.
//
// It reports everything that does not fit, ordered by position, and returns a plan only if everything does. A job that
// jobs.Parse found fault with may be compiled for what else is wrong with it: what Parse has reported is not reported again, and
// there is no plan where something is missing.
func Compile(
	job *jobs.Job, source string, columns tabular.Schema, schema *crm.Schema, others map[string]*crm.Schema,
) (*Plan, diag.List) {
	if job == nil || job.Import == nil {
		return nil, nil
	}
	c := &compiler{job: job.Import, source: source, header: columns, schema: schema, others: others, complete: true}
	c.checkDefaults(job.Defaults)
	match := c.matchAttribute()
	where := c.where()
	for _, col := range job.Import.Columns {
		c.column(col, match)
	}
	c.checkCoverage(match)
	c.findings.Sort()
	if len(c.findings) > 0 || !c.complete {
		return nil, c.findings
	}
	p := &Plan{source: source, header: columns, match: match, columns: c.columns, where: where, nulls: nullValues(job.Defaults.NullValues)}
	p.setReads(c.reads)
	p.missing = map[string]string{}
	for _, ref := range p.References() {
		p.missing[ref.Attribute] = ref.Missing
	}
	p.prefix = appendTexts(nil, targetText(job.Import), match, job.Import.Target.Mode)
	p.hash = planHash(job.Import, match, c.mapped, p.nulls)
	return p, nil
}

// compiler gathers the plan's columns and the findings.
type compiler struct {
	job    *jobs.Import
	source string
	header tabular.Schema
	schema *crm.Schema
	others map[string]*crm.Schema // of referenced objects, by slug

	badZone, badCountry bool // of the job's defaults

	columns  []column
	mapped   []mapped
	reads    []string // columns that expressions read
	covered  []string // slugs that the map fills, or means to fill with a finding that says why it does not
	complete bool     // false: something is missing that the job's own findings report
	findings diag.List
}

// mapped is a column of the job with the attribute that it fills.
type mapped struct {
	jobs.Column
	attribute crm.Attribute
	reference *valueconv.Reference // of a reference by key
}

func (c *compiler) report(f diag.Finding) { c.findings.Add(f) }

// target is what findings call the target.
func (c *compiler) target() string { return c.schema.Target.String() }

// matchAttribute is the slug of the attribute by which records are matched, empty if they cannot be.
func (c *compiler) matchAttribute() string {
	m := c.job.Target.Match
	if c.job.Target.Keyless() {
		return "" // nothing identifies what rows become
	}
	if !m.Given() {
		c.complete = false
		return ""
	}
	attr, ok := c.schema.Attribute(m.Value)
	if !ok {
		c.unknownAttribute(c.schema, m, isWritable)
		return ""
	}
	if !attr.Unique && c.onlyLooksUp() && isKey(attr) {
		return attr.Slug
	}
	if !attr.Unique {
		c.report(diag.Finding{
			Code: CodeNotUnique, Pos: m.Pos, Problem: fmt.Sprintf("%s is not unique, so records cannot be matched by it", attr.Slug),
			Hint: c.uniqueHint(),
		})
		return ""
	}
	return attr.Slug
}

// onlyLooksUp reports whether no attribute of the target is unique, so that its records can only be matched by looking them up.
func (c *compiler) onlyLooksUp() bool {
	return !slices.ContainsFunc(c.schema.Attributes, func(a crm.Attribute) bool { return a.Unique && a.Writable && !a.Archived })
}

// uniqueHint names what records of the target can be matched by.
func (c *compiler) uniqueHint() string {
	var unique []string
	for _, a := range c.schema.Attributes {
		if a.Unique && a.Writable {
			unique = append(unique, a.Slug)
		}
	}
	if len(unique) == 0 {
		return "name a text, number, domain, email-address or phone-number attribute, by which records are looked up; better add a unique text attribute for the ids of your file"
	}
	return "unique: " + strings.Join(unique, ", ")
}

// checkCoverage reports attributes that must be mapped and are not.
func (c *compiler) checkCoverage(match string) {
	if len(c.job.Columns) == 0 {
		c.complete = false
		return
	}
	if match != "" && !slices.Contains(c.covered, match) {
		c.report(diag.Finding{
			Code: CodeUnmappedAttribute, Pos: c.job.Target.Match.Pos, Problem: "records are matched by " + match + ", which map does not fill",
			Hint: fmt.Sprintf("add %q to map", match+": COLUMN"),
		})
	}
	if c.job.Target.Mode == jobs.ModeUpdate || c.job.Target.Mode == jobs.ModeDelete {
		return
	}
	for _, a := range c.schema.Attributes {
		if a.Required && a.Writable && !a.Archived && a.Slug != match && !slices.Contains(c.covered, a.Slug) {
			c.report(diag.Finding{
				Code: CodeUnmappedAttribute, Pos: c.job.MapPos,
				Problem: fmt.Sprintf("%s requires %s, which map does not fill: no record could be created", c.target(), a.Slug),
				Hint:    fmt.Sprintf("add %q to map", a.Slug+": COLUMN"),
			})
		}
	}
}

func isWritable(attr crm.Attribute) bool { return attr.Writable }

// unknownAttribute reports a name that an object does not have, and returns the slug of the fitting attribute that is probably meant.
func (c *compiler) unknownAttribute(schema *crm.Schema, name jobs.Text, fits func(crm.Attribute) bool) (meant string) {
	var slugs, titles []string
	for _, a := range schema.Attributes {
		if fits(a) {
			slugs, titles = append(slugs, a.Slug), append(titles, a.Title)
		}
	}
	hint := jobs.Suggest(name.Raw, slugs)
	meant, ok := jobs.Nearest(name.Raw, slugs)
	if title, byTitle := jobs.Nearest(name.Raw, titles); !ok && byTitle {
		meant = slugs[slices.Index(titles, title)]
		hint = "did you mean " + diag.Quote(meant) + "?"
	}
	c.report(diag.Finding{
		Code: CodeUnknownAttribute, Pos: name.Pos, Hint: hint,
		Problem: fmt.Sprintf("%s has no attribute %s", schema.Target, diag.Quote(name.Raw)),
	})
	return meant
}

// column checks one column of the job, all of it, and adds it to the plan.
func (c *compiler) column(col jobs.Column, match string) {
	c.checkLocale(&col)
	in := c.input(col)
	attr, ok := c.attribute(col)
	if !ok {
		return
	}
	before, isMatch := len(c.findings), attr.Slug == match
	attr, reference := c.reference(col, attr)
	m := mapped{Column: col, attribute: attr, reference: reference}
	c.mapped = append(c.mapped, m)
	c.checkOptions(m)
	if isMatch {
		c.checkConstantMatch(m, in)
	}
	c.checkBlank(col, attr, isMatch)
	c.checkPolicies(col, attr, isMatch)
	if in.expr != nil {
		c.checkResult(in.expr, attr)
	}
	if len(c.findings) > before {
		return
	}
	out := m.planned(in, isMatch)
	if c.job.Target.Keyless() && attr.Required {
		out.blank = rejects // what every row holds tells apart rows that could be taken for each other
	}
	if c.parsers(m, &out) && in.found {
		c.columns = append(c.columns, out)
	}
}

// planned is the column as the plan has it, without what converts its cells.
func (m mapped) planned(in input, isMatch bool) column {
	out := column{
		attribute: m.attribute.Slug, input: in, nulls: nullValues(m.NullValues), blank: policy(m.Column),
		match: isMatch, write: writeMode(m.Column, isMatch),
		skips: skipsUnknown(m.Column), creates: m.UnknownOption.Value == jobs.UnknownOptionCreate,
		secret: m.Value.Value != m.Value.Raw,
	}
	if isMatch {
		out.blank = rejects
	}
	if m.reference != nil {
		out.reference = &Reference{
			Attribute: m.attribute.Slug, Object: m.reference.Object, Match: m.reference.Match.Slug, Missing: m.Missing.Value,
			Column: in.first(),
		}
	}
	return out
}

// attribute finds the attribute of a column and checks that it can be written.
func (c *compiler) attribute(col jobs.Column) (crm.Attribute, bool) {
	attr, ok := c.schema.Attribute(col.Attribute)
	if !ok {
		name := jobs.Text{Value: col.Attribute, Raw: col.Attribute, Pos: col.Pos}
		c.covered = append(c.covered, c.unknownAttribute(c.schema, name, isWritable))
		return attr, false
	}
	c.covered = append(c.covered, attr.Slug)
	f := diag.Finding{Pos: col.Pos}
	switch {
	case slices.ContainsFunc(c.mapped, func(m mapped) bool { return m.attribute.Slug == attr.Slug }):
		f.Code, f.Problem = CodeRepeatedAttribute, attr.Slug+" is mapped twice, by its slug and by its id"
		f.Hint = "keep one of them"
	case attr.Archived:
		f.Code, f.Problem = CodeArchivedAttribute, attr.Slug+" is archived"
		f.Hint = "restore it in the workspace, or leave it out"
	case !attr.Writable:
		f.Code, f.Problem = CodeReadOnlyAttribute, attr.Slug+" cannot be written"
		f.Hint = "leave it out"
	default:
		return attr, true
	}
	c.report(f)
	return attr, false
}

// input finds the columns that an attribute is filled from, or compiles the expression that computes it.
func (c *compiler) input(col jobs.Column) input {
	froms := []jobs.Text{col.From}
	switch {
	case col.Value.Given():
		return input{found: true}
	case col.Expr.Given():
		e := c.expression(col.Expr)
		if e == nil {
			return input{}
		}
		return input{found: true, expr: e, names: e.columns}
	case len(col.Parts) > 0:
		froms = froms[:0]
		for _, p := range col.Parts {
			froms = append(froms, p.From)
		}
	case !col.From.Given():
		c.complete = false
		return input{}
	}
	in := input{found: true}
	for _, from := range froms {
		index := c.header.Index(from.Value)
		if index < 0 {
			in.found = false
			c.report(diag.Finding{
				Code: CodeUnknownColumn, Pos: from.Pos, Problem: fmt.Sprintf("%s has no column %s", c.source, diag.Quote(from.Raw)),
				Hint: jobs.Suggest(from.Raw, c.header.Columns),
			})
		}
		in.names, in.indexes = append(in.names, from.Value), append(in.indexes, index)
	}
	return in
}

// parsers makes what converts the column's cells.
func (c *compiler) parsers(m mapped, out *column) bool {
	if len(m.Parts) > 0 {
		return c.partsParser(m, out)
	}
	parse, ok := c.parser(m)
	if !ok {
		return false
	}
	if !m.Value.Given() {
		out.parse = parse
		return true
	}
	values, f := parse(nil, tabular.StringCell(m.Value.Value))
	if f == nil && len(values) == 0 {
		f = &diag.Finding{Code: CodeBlankValue, Problem: "the constant holds no value", Got: m.Value.Value}
	}
	if f != nil {
		c.report(conceal(*f, m.Value).At(m.Value.Pos))
		return false
	}
	out.constant = values
	return true
}

func (c *compiler) partsParser(m mapped, out *column) bool {
	for _, p := range m.Parts {
		out.parts = append(out.parts, p.Name)
	}
	parse, f := valueconv.PartsParser(m.attribute, out.parts, options(m))
	if f != nil {
		pos := m.Pos
		if i := slices.Index(out.parts, f.Pos.Column); i >= 0 {
			pos = m.Parts[i].Pos
		}
		c.report(f.At(pos))
		return false
	}
	out.parseParts = parse
	return true
}
