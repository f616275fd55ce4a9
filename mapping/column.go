package mapping

import (
	"strings"
	"unicode/utf8"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// column is one attribute of the plan, ready to convert.
type column struct {
	attribute string // slug
	input
	parts []string // names of the parts of a compound value

	parse      valueconv.Parse      // of one column, or of what the expression makes
	parseParts valueconv.ParseParts // of several
	constant   []crm.Value          // instead of columns
	secret     bool                 // the constant is what a variable stands for

	nulls     nullTexts
	blank     blankPolicy
	match     bool
	write     crm.WriteMode
	skips     bool // options that the attribute lacks are left out
	creates   bool // or are created
	reference *Reference
}

// input is where the value of an attribute comes from.
type input struct {
	names   []string // the source's columns: one, one for each part, those that an expression reads, none for a constant
	indexes []int    // where they stand in a row; none for an expression
	expr    *expression
	found   bool // the source has them all
}

// first is the first of the columns, empty where there is none.
func (in input) first() string {
	if len(in.names) == 0 {
		return ""
	}
	return in.names[0]
}

// blankPolicy is what a blank cell does.
type blankPolicy uint8

const (
	ignores blankPolicy = iota // leaves the attribute alone
	clears                     // empties the attribute
	rejects                    // rejects the row
)

// values converts the column's cells of a row. No values and no finding means blank.
func (c *column) values(cells []tabular.Cell, env environment, b *Buffer) ([]crm.Value, *diag.Finding) {
	switch {
	case c.constant != nil:
		return c.constant, nil
	case c.parts != nil:
		return c.compound(cells, b)
	case c.expr != nil:
		return c.computed(cells, env, b)
	}
	return c.single(at(cells, c.indexes[0]), b)
}

func (c *column) single(cell tabular.Cell, b *Buffer) ([]crm.Value, *diag.Finding) {
	if c.nulls.blank(cell) {
		return nil, nil
	}
	all, f := c.parse(b.values, cell)
	if f != nil {
		return nil, f
	}
	return b.taken(all), nil
}

// computed converts what the expression makes of the row.
func (c *column) computed(cells []tabular.Cell, env environment, b *Buffer) ([]crm.Value, *diag.Finding) {
	if f := c.expr.broken(cells, &c.nulls); f != nil {
		return nil, f
	}
	cell, f := c.expr.cell(env)
	if f != nil {
		return nil, f
	}
	return c.single(cell, b)
}

// leftOut takes out the options that the attribute lacks, and returns their titles. It leaves values as it is.
func leftOut(values []crm.Value) (kept []crm.Value, titles []string) {
	for _, v := range values {
		var id, title string
		switch v := v.(type) {
		case crm.Select:
			id, title = v.ID, v.Title
		case crm.Status:
			id, title = v.ID, v.Title
		}
		if id == "" {
			titles = append(titles, title)
		} else {
			kept = append(kept, v)
		}
	}
	return kept, titles
}

// compound converts the cells of the parts of one value. Null texts count as blank parts.
func (c *column) compound(cells []tabular.Cell, b *Buffer) ([]crm.Value, *diag.Finding) {
	parts := make([]tabular.Cell, len(c.indexes))
	blank := true
	for i, index := range c.indexes {
		if cell := at(cells, index); !c.nulls.blank(cell) {
			parts[i], blank = cell, false
		}
	}
	if blank {
		return nil, nil
	}
	value, f := c.parseParts(parts)
	if f != nil || value == nil {
		return nil, f
	}
	return b.taken(append(b.values, value)), nil
}

// nullTexts is texts that stand for a blank cell, without the white space around them.
type nullTexts struct {
	texts   map[string]struct{}
	longest int // of them, in bytes
}

// blank reports whether a cell holds nothing: no text, white space only, or a text that the job calls a null value. One in which the
// file has no value is blank only where the job names what the file shows there: showing nothing does not make it so.
func (n *nullTexts) blank(cell tabular.Cell) bool {
	kind := cell.Kind()
	switch {
	case kind == tabular.String && n.beyond(cell.Text()):
		return false
	case cell.IsBlank():
		return true
	case kind == tabular.String || kind == tabular.Bytes:
	case len(n.texts) == 0:
		return false
	}
	text := strings.TrimSpace(cell.Text())
	switch {
	case text == "":
		return kind != tabular.Broken
	case len(text) > n.longest:
		return false
	}
	_, null := n.texts[text]
	return null
}

// beyond reports whether a text is, at first sight, neither blank nor a null value: it starts and ends with what is no white space and is
// longer than any of these.
func (n *nullTexts) beyond(text string) bool {
	first, last := text[0], text[len(text)-1]
	return first > ' ' && first < utf8.RuneSelf && last > ' ' && last < utf8.RuneSelf && len(text) > n.longest
}

// blankFinding rejects a row for a blank cell.
func (c *column) blankFinding() diag.Finding {
	if c.match {
		return diag.Finding{
			Code: CodeMissingKey, Problem: "the row has no value for " + c.attribute + ", by which records are matched",
			Hint: "fill it in, or take the row out",
		}
	}
	return diag.Finding{
		Code: CodeBlankValue, Problem: "the cell is blank", Want: "a value for " + c.attribute, Hint: "fill it in, or take the row out",
	}
}

// at is a cell of a row; a row that is too short has a missing one.
func at(cells []tabular.Cell, index int) tabular.Cell {
	if index < len(cells) {
		return cells[index]
	}
	return tabular.Cell{}
}
