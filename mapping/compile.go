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
// Source is what the findings of rows call the source.
//
// It reports everything that does not fit, ordered by position, and returns a plan only if everything does. A job that
// jobs.Parse found fault with may be compiled for what else is wrong with it: what Parse has reported is not reported again, and
// there is no plan where something is missing.
func Compile(job *jobs.Job, source string, columns tabular.Schema, schema *crm.Schema) (*Plan, diag.List) {
	if job == nil || job.Import == nil {
		return nil, nil
	}
	c := &compiler{job: job.Import, source: source, header: columns, schema: schema, complete: true}
	match := c.matchAttribute()
	for _, col := range job.Import.Columns {
		c.column(col, match)
	}
	c.checkCoverage(match)
	c.findings.Sort()
	if len(c.findings) > 0 || !c.complete {
		return nil, c.findings
	}
	p := &Plan{source: source, match: match, columns: c.columns}
	p.prefix = appendTexts(nil, job.Import.Target.Object.Value, match, job.Import.Target.Mode)
	p.hash = planHash(job.Import, match, c.mapped)
	return p, nil
}

// compiler gathers the plan's columns and the findings.
type compiler struct {
	job    *jobs.Import
	source string
	header tabular.Schema
	schema *crm.Schema

	columns  []column
	mapped   []mapped
	covered  []string // slugs that the map fills, or means to fill with a finding that says why it does not
	complete bool     // false: something is missing that the job's own findings report
	findings diag.List
}

// mapped is a column of the job with the attribute that it fills.
type mapped struct {
	jobs.Column
	attribute crm.Attribute
}

func (c *compiler) report(f diag.Finding) { c.findings.Add(f) }

// target is what findings call the target.
func (c *compiler) target() string { return c.schema.Target.String() }

// matchAttribute is the slug of the attribute by which records are matched, empty if they cannot be.
func (c *compiler) matchAttribute() string {
	m := c.job.Target.Match
	if !m.Given() {
		c.complete = false
		return ""
	}
	attr, ok := c.schema.Attribute(m.Value)
	if !ok {
		c.unknownAttribute(m.Raw, m.Pos)
		return ""
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

// uniqueHint names what records of the target can be matched by.
func (c *compiler) uniqueHint() string {
	var unique []string
	for _, a := range c.schema.Attributes {
		if a.Unique && a.Writable {
			unique = append(unique, a.Slug)
		}
	}
	if len(unique) == 0 {
		return "no attribute of " + c.target() + " can be: add a unique text attribute for the ids of your file"
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

// unknownAttribute reports a name that the target does not have, and returns the slug of the attribute that is probably meant.
func (c *compiler) unknownAttribute(name string, pos diag.Pos) (meant string) {
	var slugs, titles []string
	for _, a := range c.schema.Attributes {
		if a.Writable {
			slugs, titles = append(slugs, a.Slug), append(titles, a.Title)
		}
	}
	hint := jobs.Suggest(name, slugs)
	meant, ok := jobs.Nearest(name, slugs)
	if title, byTitle := jobs.Nearest(name, titles); !ok && byTitle {
		meant = slugs[slices.Index(titles, title)]
		hint = "did you mean " + diag.Quote(meant) + "?"
	}
	c.report(diag.Finding{
		Code: CodeUnknownAttribute, Pos: pos, Problem: fmt.Sprintf("%s has no attribute %s", c.target(), diag.Quote(name)), Hint: hint,
	})
	return meant
}

// column checks one column of the job, all of it, and adds it to the plan.
func (c *compiler) column(col jobs.Column, match string) {
	names, indexes, found := c.sourceColumns(col)
	attr, ok := c.attribute(col)
	if !ok {
		return
	}
	c.mapped = append(c.mapped, mapped{Column: col, attribute: attr})
	before := len(c.findings)
	c.checkOptions(col, attr)
	c.checkBlank(col, attr, match)
	out := column{
		attribute: attr.Slug, names: names, indexes: indexes, nulls: nullValues(col), blank: policy(col.Blank.Value),
		match: attr.Slug == match,
	}
	if out.match {
		out.blank = rejects
	}
	if len(c.findings) > before {
		return
	}
	if c.parsers(col, attr, &out) && found {
		c.columns = append(c.columns, out)
	}
}

// attribute finds the attribute of a column and checks that it can be written.
func (c *compiler) attribute(col jobs.Column) (crm.Attribute, bool) {
	attr, ok := c.schema.Attribute(col.Attribute)
	if !ok {
		c.covered = append(c.covered, c.unknownAttribute(col.Attribute, col.Pos))
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

// sourceColumns finds the columns that an attribute is filled from.
func (c *compiler) sourceColumns(col jobs.Column) (names []string, indexes []int, found bool) {
	froms := []jobs.Text{col.From}
	switch {
	case col.Value.Given():
		return nil, nil, true
	case len(col.Parts) > 0:
		froms = froms[:0]
		for _, p := range col.Parts {
			froms = append(froms, p.From)
		}
	case !col.From.Given():
		c.complete = false
		return nil, nil, false
	}
	found = true
	for _, from := range froms {
		index := c.header.Index(from.Value)
		if index < 0 {
			found = false
			c.report(diag.Finding{
				Code: CodeUnknownColumn, Pos: from.Pos, Problem: fmt.Sprintf("%s has no column %s", c.source, diag.Quote(from.Raw)),
				Hint: jobs.Suggest(from.Raw, c.header.Columns),
			})
		}
		names, indexes = append(names, from.Value), append(indexes, index)
	}
	return names, indexes, found
}

// parsers makes what converts the column's cells.
func (c *compiler) parsers(col jobs.Column, attr crm.Attribute, out *column) bool {
	if len(col.Parts) > 0 {
		return c.partsParser(col, attr, out)
	}
	parse, ok := c.parser(col, attr)
	if !ok {
		return false
	}
	if !col.Value.Given() {
		out.parse = parse
		return true
	}
	values, f := parse(tabular.StringCell(col.Value.Value))
	if f == nil && len(values) == 0 {
		f = &diag.Finding{Code: CodeBlankValue, Problem: "the constant holds no value", Got: col.Value.Value}
	}
	if f != nil {
		c.report(conceal(*f, col.Value).At(col.Value.Pos))
		return false
	}
	out.constant = values
	return true
}

func (c *compiler) partsParser(col jobs.Column, attr crm.Attribute, out *column) bool {
	for _, p := range col.Parts {
		out.parts = append(out.parts, p.Name)
	}
	parse, f := valueconv.PartsParser(attr, out.parts, options(col))
	if f != nil {
		pos := col.Pos
		if i := slices.Index(out.parts, f.Pos.Column); i >= 0 {
			pos = col.Parts[i].Pos
		}
		c.report(f.At(pos))
		return false
	}
	out.parseParts = parse
	return true
}
