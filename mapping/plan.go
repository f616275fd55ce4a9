package mapping

import (
	"cmp"
	"slices"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// Plan turns rows into items. It is immutable and may be used by several goroutines at once.
type Plan struct {
	source  string // what findings call the source
	header  tabular.Schema
	match   string            // slug of the match attribute
	missing map[string]string // attribute of a reference by key -> jobs.Missing…
	columns []column
	hash    string
	prefix  []byte // of what every item's hash is made from: target, match, mode

	nulls    nullTexts   // of the job, for where
	where    *expression // rows for which it does not hold are left out; nil: none is
	computes bool        // there is an expression
	reads    []readColumn
}

// Item is what a row asks the workspace to hold.
type Item struct {
	Ordinal, Line int64       // of the row
	File          string      // of the row: tabular.Row's
	Key           crm.Key     // which record; no values where the row does not say
	Fields        []crm.Field // in the order of the job's map; the match attribute is always among them
	Hash          [32]byte    // SHA-256 of all that would be written: equal for equal content, whatever the row's position
	Warnings      diag.List   // what was left out of the row, as the job says; they do not reject it
	LeftOut       bool        // the job's where does not hold for the row: there is nothing but Ordinal and Line
}

// Hash is a SHA-256 in lower-case hex that changes whenever the same source could be written differently: another target, match
// attribute, mode or treatment of duplicates, another mapping, or attributes of other types or with other options.
func (p *Plan) Hash() string { return p.hash }

// setReads notes the columns that the plan's expressions read.
func (p *Plan) setReads(columns []string) {
	p.computes = p.where != nil || slices.ContainsFunc(p.columns, func(c column) bool { return c.expr != nil })
	slices.Sort(columns)
	for _, name := range slices.Compact(columns) {
		p.reads = append(p.reads, readColumn{key: columnKey(name), index: p.header.Index(name)})
	}
}

// Apply converts a row. With findings, which are all that is wrong with it, the row is to be rejected; the item then has no
// fields and no hash, but it has its key if that could be read, as a rejected row still counts when duplicates are looked for.
// The values of an item may be shared with other items and must not be changed.
func (p *Plan) Apply(row tabular.Row) (Item, diag.List) {
	item, findings := p.Check(row, &Buffer{})
	if !item.LeftOut && len(findings) == 0 {
		item.Hash = p.itemHash(item.Key, item.Fields)
	}
	return item, findings
}

// Check is Apply for those who only look at the item: it has no hash, and it is held in the buffer.
func (p *Plan) Check(row tabular.Row, b *Buffer) (Item, diag.List) {
	b.reserve(len(p.columns))
	item := Item{Ordinal: row.Ordinal, Line: row.Line, File: row.File}
	env := p.environment(row.Cells)
	var findings diag.List
	if p.where != nil {
		switch holds, f := p.holds(row.Cells, env); {
		case f != nil:
			findings.Add(f.At(p.pos(row, cmp.Or(f.Pos.Column, input{names: p.where.columns}.first()))))
		case !holds:
			item.LeftOut = true
			return item, nil
		}
	}
	item.Fields = b.fields[len(b.fields):]
	for i := range p.columns {
		if f := p.convert(&p.columns[i], row, env, &item, b); f != nil {
			findings.Add(*f)
		}
	}
	if len(findings) > 0 {
		item.Fields = nil
		return item, findings
	}
	b.fields = b.fields[:len(b.fields)+len(item.Fields)]
	item.Fields = slices.Clip(item.Fields)
	return item, nil
}

// holds reports whether the job's condition holds for a row.
func (p *Plan) holds(cells []tabular.Cell, env environment) (bool, *diag.Finding) {
	if f := p.where.broken(cells, &p.nulls); f != nil {
		return false, f
	}
	return p.where.holds(env)
}

// convert adds one column of a row to the item.
func (p *Plan) convert(c *column, row tabular.Row, env environment, item *Item, b *Buffer) *diag.Finding {
	values, f := c.values(row.Cells, env, b)
	if f != nil {
		return p.placed(c, row, *f)
	}
	if c.match {
		item.Key = key(c.attribute, values)
	}
	if c.skips && len(values) > 0 {
		// Where nothing is kept the attribute is left alone: the cell is not blank.
		if values = p.skip(c, row, values, item); len(values) == 0 {
			return nil
		}
	}
	switch {
	case len(values) > 0 || c.blank == clears:
		item.Fields = append(item.Fields, crm.Field{Attribute: c.attribute, Values: values, Write: c.write})
	case c.blank == rejects:
		return p.placed(c, row, c.blankFinding())
	}
	return nil
}

// skip leaves out the options that the attribute lacks, with a warning each.
func (p *Plan) skip(c *column, row tabular.Row, values []crm.Value, item *Item) []crm.Value {
	kept, titles := leftOut(values)
	if len(titles) == 0 {
		return values
	}
	for _, title := range titles {
		warning := diag.Finding{Code: CodeOptionLeftOut, Problem: c.attribute + " has no such option, so it is left out", Got: title}
		item.Warnings.Add(*p.placed(c, row, warning))
	}
	return kept
}

// Reject is the findings of a row that the source could not read.
func (p *Plan) Reject(err *tabular.RowError) diag.List {
	return diag.List{{
		Code: err.Code, Pos: p.pos(err.Row, ""),
		Problem: err.Problem, Hint: err.Hint,
	}}
}

// placed is a finding about a column of a row with its position: the first of the source's columns, or the one at fault, which a parser
// of parts names by its part, and an expression as the source does.
func (p *Plan) placed(c *column, row tabular.Row, f diag.Finding) *diag.Finding {
	name := c.first()
	if i := slices.Index(c.parts, f.Pos.Column); i >= 0 {
		name = c.names[i]
	} else if c.expr != nil && f.Pos.Column != "" {
		name = f.Pos.Column
	}
	f.Pos = p.pos(row, name)
	return &f
}

func (p *Plan) pos(row tabular.Row, column string) diag.Pos {
	return diag.Pos{File: cmp.Or(row.File, p.source), Line: row.Line, Row: row.Ordinal, Column: column}
}

// key is the match attribute's values in canonical form, each once.
func key(attribute string, values []crm.Value) crm.Key {
	k := crm.Key{Attribute: attribute, Type: valuesType(values), Values: make([]string, 0, len(values))}
	for _, v := range values {
		if canonical := valueconv.Canonical(v); !slices.Contains(k.Values, canonical) {
			k.Values = append(k.Values, canonical)
		}
	}
	return k
}

// valuesType is the type of values of one attribute, empty where there are none.
func valuesType(values []crm.Value) crm.Type {
	if len(values) == 0 {
		return ""
	}
	return values[0].Type()
}
