package valueconv

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// cellParser lifts the parser of one value to cells of several.
type cellParser struct {
	attr      crm.Attribute
	split     string
	cells     cellKinds
	one       parseOne
	canonical func(crm.Value) string
}

func (p *cellParser) parse(to []crm.Value, cell tabular.Cell) ([]crm.Value, *diag.Finding) {
	switch {
	case cell.Kind() == tabular.String && p.split == "" && utf8.ValidString(cell.Text()): // the usual one
		v, f := p.one(cell)
		if v == nil || f != nil {
			return to, f
		}
		return append(to, v), nil
	case cell.Kind() == tabular.List:
		return p.parseAll(to, elements(nil, cell), cell)
	case p.split != "" && cell.Kind() == tabular.String:
		return p.parseAll(to, pieces(cell.Text(), p.split), cell)
	}
	v, f := p.parseOne(cell)
	if v == nil || f != nil {
		return to, f
	}
	return append(to, v), nil
}

func (p *cellParser) parseOne(cell tabular.Cell) (crm.Value, *diag.Finding) {
	if cell.IsBlank() {
		return nil, nil
	}
	if f := p.cells.check(cell); f != nil {
		return nil, f
	}
	return p.one(cell)
}

// elements adds the cells of a list that are no lists themselves: an attribute has several values, but never a list of lists.
func elements(to []tabular.Cell, list tabular.Cell) []tabular.Cell {
	for _, cell := range list.List() {
		if cell.Kind() == tabular.List {
			to = elements(to, cell)
		} else {
			to = append(to, cell)
		}
	}
	return to
}

// parseAll parses the parts of a cell. A part that equals an earlier one in canonical form is dropped: an attribute holds a value once.
func (p *cellParser) parseAll(to []crm.Value, parts []tabular.Cell, whole tabular.Cell) ([]crm.Value, *diag.Finding) {
	values := to
	seen := make(map[string]bool, len(parts))
	for _, part := range parts {
		v, f := p.parseOne(part)
		if f != nil {
			return to, f
		}
		if v == nil || seen[p.canonical(v)] {
			continue
		}
		seen[p.canonical(v)] = true
		values = append(values, v)
	}
	if len(values)-len(to) > 1 && !p.attr.Multi {
		f := finding("several-values", fmt.Sprintf("%s holds one value", p.attr.Slug), whole.Text(), "one value")
		f.Hint = "keep one of them in the file"
		return to, f
	}
	return values, nil
}

func pieces(text, separator string) []tabular.Cell {
	parts := strings.Split(text, separator)
	cells := make([]tabular.Cell, len(parts))
	for i, part := range parts {
		cells[i] = tabular.StringCell(strings.TrimSpace(part))
	}
	return cells
}

// join makes one cell of several values.
func join(values []crm.Value, one formatOne, separator string) tabular.Cell {
	cells := make([]tabular.Cell, len(values))
	for i, v := range values {
		cells[i] = one(v)
	}
	lost := func(c tabular.Cell) bool { return separator != "" && !survives(c, separator) }
	switch {
	case len(cells) == 0:
		return tabular.StringCell("")
	case slices.ContainsFunc(cells, lost):
		return tabular.ListCell(cells)
	case len(cells) == 1:
		return cells[0]
	case separator == "":
		return tabular.ListCell(cells)
	default:
		return tabular.StringCell(joined(cells, separator))
	}
}

// survives reports whether a cell comes back from being joined and split again.
func survives(c tabular.Cell, separator string) bool {
	text := c.Text()
	return text != "" && text == strings.TrimSpace(text) && !strings.Contains(text, separator)
}

func joined(cells []tabular.Cell, separator string) string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = c.Text()
	}
	return strings.Join(texts, separator)
}
