package mapping

import (
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// column is one attribute of the plan, ready to convert.
type column struct {
	attribute string   // slug
	names     []string // the source's columns: one, one for each part, none for a constant (which no row is rejected for)
	indexes   []int    // where they stand in a row
	parts     []string // names of the parts of a compound value

	parse      valueconv.Parse      // of one column
	parseParts valueconv.ParseParts // of several
	constant   []crm.Value          // instead of columns

	nulls map[string]struct{} // texts that stand for a blank cell
	blank blankPolicy
	match bool
}

// blankPolicy is what a blank cell does.
type blankPolicy uint8

const (
	ignores blankPolicy = iota // leaves the attribute alone
	clears                     // empties the attribute
	rejects                    // rejects the row
)

// values converts the column's cells of a row. No values and no finding means blank.
func (c *column) values(cells []tabular.Cell) ([]crm.Value, *diag.Finding) {
	switch {
	case c.constant != nil:
		return c.constant, nil
	case c.parts != nil:
		return c.compound(cells)
	}
	cell := at(cells, c.indexes[0])
	if c.isBlank(cell) {
		return nil, nil
	}
	return c.parse(cell)
}

// compound converts the cells of the parts of one value. Null texts count as blank parts.
func (c *column) compound(cells []tabular.Cell) ([]crm.Value, *diag.Finding) {
	parts := make([]tabular.Cell, len(c.indexes))
	blank := true
	for i, index := range c.indexes {
		if cell := at(cells, index); !c.isBlank(cell) {
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
	return []crm.Value{value}, nil
}

// isBlank reports whether a cell holds nothing: no text, white space only, or a text that the job calls a null value.
func (c *column) isBlank(cell tabular.Cell) bool {
	if cell.IsBlank() {
		return true
	}
	if cell.Kind() != tabular.String && len(c.nulls) == 0 {
		return false
	}
	text := strings.TrimSpace(cell.Text())
	if text == "" {
		return true
	}
	_, null := c.nulls[text]
	return null
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
