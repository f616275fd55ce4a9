package mapping

import (
	"slices"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// Plan turns rows into items. It is immutable and may be used by several goroutines at once.
type Plan struct {
	source  string // what findings call the source
	match   string // slug of the match attribute
	columns []column
	hash    string
	prefix  []byte // of what every item's hash is made from: target, match, mode
}

// Item is what a row asks the workspace to hold.
type Item struct {
	Ordinal, Line int64       // of the row
	Key           crm.Key     // which record; no values where the row does not say
	Fields        []crm.Field // in the order of the job's map; the match attribute is always among them
	Hash          [32]byte    // SHA-256 of all that would be written: equal for equal content, whatever the row's position
}

// Hash is a SHA-256 in lower-case hex that changes whenever the same source could be written differently: another target, match
// attribute, mode or treatment of duplicates, another mapping, or attributes of other types or with other options.
func (p *Plan) Hash() string { return p.hash }

// Apply converts a row. With findings, which are all that is wrong with it, the row is to be rejected; the item then has no
// fields and no hash, but it has its key if that could be read, as a rejected row still counts when duplicates are looked for.
// The values of an item may be shared with other items and must not be changed.
func (p *Plan) Apply(row tabular.Row) (Item, diag.List) {
	item := Item{Ordinal: row.Ordinal, Line: row.Line}
	fields := make([]crm.Field, 0, len(p.columns))
	var findings diag.List
	for i := range p.columns {
		c := &p.columns[i]
		values, f := c.values(row.Cells)
		switch {
		case f != nil:
			findings.Add(p.place(c, row, *f))
			continue
		case len(values) > 0 || c.blank == clears:
			fields = append(fields, crm.Field{Attribute: c.attribute, Values: values})
		case c.blank == rejects:
			findings.Add(p.place(c, row, c.blankFinding()))
		}
		if c.attribute == p.match {
			item.Key = key(c.attribute, values)
		}
	}
	if len(findings) == 0 {
		item.Fields = fields
		item.Hash = p.itemHash(item.Key, fields)
	}
	return item, findings
}

// Reject is the findings of a row that the source could not read.
func (p *Plan) Reject(err *tabular.RowError) diag.List {
	return diag.List{{
		Code: err.Code, Pos: diag.Pos{File: p.source, Line: err.Row.Line, Row: err.Row.Ordinal},
		Problem: err.Problem, Hint: err.Hint,
	}}
}

// place sets the position of a finding about a column of a row. A parser of parts names the part at fault.
func (p *Plan) place(c *column, row tabular.Row, f diag.Finding) diag.Finding {
	name := c.names[0]
	if i := slices.Index(c.parts, f.Pos.Column); i >= 0 {
		name = c.names[i]
	}
	return f.At(diag.Pos{File: p.source, Line: row.Line, Row: row.Ordinal, Column: name})
}

// key is the match attribute's values in canonical form, each once.
func key(attribute string, values []crm.Value) crm.Key {
	k := crm.Key{Attribute: attribute, Values: make([]string, 0, len(values))}
	for _, v := range values {
		if canonical := valueconv.Canonical(v); !slices.Contains(k.Values, canonical) {
			k.Values = append(k.Values, canonical)
		}
	}
	return k
}
