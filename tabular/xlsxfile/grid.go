package xlsxfile

import (
	"strconv"

	"attio-etl/tabular"
)

// The size of a sheet, for every version since 2007.
const (
	maxRows    = 1_048_576
	maxColumns = 16_384
)

// grid reads the rows of a sheet from its part.
type grid struct {
	x    *scanner
	book *workbook

	row int // of the sheet, 1-based: the one that was read last
	// cells are those of the row, from column A up to the last one that is not blank.
	cells []tabular.Cell
	// present reports whether any of them holds something. A formula that came out as an empty text does not.
	present bool
	open    bool // the scanner stands inside of sheetData
	value   []byte
}

// newGrid reads up to the first row.
func newGrid(x *scanner, book *workbook) (*grid, error) {
	g := &grid{x: x, book: book}
	if err := x.root("worksheet"); err != nil {
		return nil, err
	}
	for {
		kind, err := x.next()
		switch {
		case err != nil:
			return nil, err
		case kind == documentEnd:
			return nil, x.bad("the sheet has no sheetData")
		case kind == startTag && string(x.name) == "sheetData" && x.depth() == 2:
			g.open = true
			return g, nil
		case kind == startTag:
			if err := x.skip(); err != nil {
				return nil, err
			}
		}
	}
}

// next reads the next row of the sheet, blank or not. It is false at the proven end of the part.
func (g *grid) next() (bool, error) {
	for g.open {
		kind, err := g.x.next()
		switch {
		case err != nil:
			return false, err
		case kind == endTag:
			g.open = false
		case kind == startTag && string(g.x.name) == "row":
			return true, g.readRow()
		case kind == startTag:
			return false, g.x.bad("<%.40s> stands among the rows", g.x.name)
		case len(trimBlanks(g.x.text)) > 0:
			return false, g.x.bad("there is text among the rows")
		}
	}
	return false, g.rest()
}

// rest reads what follows the rows: another sheetData would be rows that nobody reads.
func (g *grid) rest() error {
	for {
		kind, err := g.x.next()
		switch {
		case err != nil:
			return err
		case kind == documentEnd:
			return nil
		case kind == startTag && string(g.x.name) == "sheetData":
			return g.x.bad("the sheet has two of sheetData")
		case kind == startTag:
			if err := g.x.skip(); err != nil {
				return err
			}
		}
	}
}

func (g *grid) readRow() error {
	row := g.row + 1
	if r, ok := g.x.attr("r"); ok {
		n, ok := wholeNumber(r)
		if !ok || n <= g.row {
			return g.x.bad("the row %.20q stands behind row %d", r, g.row)
		}
		row = n
	}
	if row > maxRows {
		return g.x.bad("there is a row %d: a sheet has %d", row, maxRows)
	}
	g.row, g.cells, g.present = row, g.cells[:0], false
	last := 0
	for {
		kind, err := g.x.next()
		switch {
		case err != nil:
			return err
		case kind == endTag:
			return nil
		case kind == startTag && string(g.x.name) == "c":
			if last, err = g.readCell(last); err != nil {
				return err
			}
		case kind == startTag:
			if err := g.x.skip(); err != nil {
				return err
			}
		}
	}
}

// readCell reads a cell behind the column last, and returns its own column.
func (g *grid) readCell(last int) (int, error) {
	c := rawCell{column: last + 1}
	if err := c.state(g.x, g.row); err != nil {
		return 0, err
	}
	if c.column <= last || c.column > maxColumns {
		return 0, g.x.bad("the cell %s%d stands behind column %s", columnName(c.column), g.row, columnName(last))
	}
	if c.style > 0 && c.style >= len(g.book.formats) {
		return 0, g.x.bad("the cell %s%d has the style %d, which the workbook does not have", columnName(c.column), g.row, c.style)
	}
	if err := g.content(&c); err != nil {
		return 0, err
	}
	cell, err := g.cell(&c)
	if err != nil {
		return 0, err
	}
	if !cell.IsBlank() || cell.Kind() == tabular.Empty {
		g.present = g.present || !cell.IsBlank() || !c.formula
		for len(g.cells) < c.column-1 {
			g.cells = append(g.cells, tabular.Cell{})
		}
		g.cells = append(g.cells, cell)
	}
	return c.column, nil
}

// rawCell is a cell as it is written.
type rawCell struct {
	column  int
	style   int
	kind    cellKind
	formula bool
	text    string // of the formula
	valued  bool   // there is a value, perhaps an empty one
	inline  bool   // the value is an inline string
}

type cellKind uint8

const (
	numberKind cellKind = iota
	sharedKind
	textKind
	inlineKind
	boolKind
	errorKind
	isoKind
)

// state reads what the cell's tag says.
func (c *rawCell) state(x *scanner, row int) error {
	for _, a := range x.attrs {
		switch string(a.name) {
		case "r":
			column, r, ok := reference(a.value)
			if !ok || r != row {
				return x.bad("the cell %.20q stands in row %d", a.value, row)
			}
			c.column = column
		case "s":
			n, ok := wholeNumber(a.value)
			if !ok {
				return x.bad("%.20q is no style", a.value)
			}
			c.style = n
		case "t":
			switch string(a.value) {
			case "n":
			case "s":
				c.kind = sharedKind
			case "str":
				c.kind = textKind
			case "inlineStr":
				c.kind = inlineKind
			case "b":
				c.kind = boolKind
			case "e":
				c.kind = errorKind
			case "d":
				c.kind = isoKind
			default:
				return x.bad("%.20q is no type of a cell", a.value)
			}
		}
	}
	return nil
}

// content reads up to the end of the cell, the value into g.value.
func (g *grid) content(c *rawCell) error {
	g.value = g.value[:0]
	for {
		kind, err := g.x.next()
		switch {
		case err != nil:
			return err
		case kind == endTag:
			return nil
		case kind == charData:
			if len(trimBlanks(g.x.text)) > 0 {
				return g.x.bad("the cell %s%d holds text outside of its value", columnName(c.column), g.row)
			}
		default:
			if err := g.part(c); err != nil {
				return err
			}
		}
	}
}

// part reads an element of a cell. A second value would be one that is lost.
func (g *grid) part(c *rawCell) error {
	var text []byte
	var err error
	switch string(g.x.name) {
	case "v":
		text, err = g.x.collect()
	case "is":
		c.inline = true
		text, err = g.x.richText()
	case "f":
		if text, err = g.x.collect(); err == nil {
			c.formula, c.text = true, string(text)
		}
		return err
	default:
		return g.x.skip()
	}
	if err != nil {
		return err
	}
	if c.valued {
		return g.x.bad("the cell %s%d has two values", columnName(c.column), g.row)
	}
	c.valued = true
	g.value = append(g.value, text...)
	return nil
}

// cell is what the raw cell states.
func (g *grid) cell(c *rawCell) (tabular.Cell, error) {
	raw := g.value
	if c.kind != textKind && c.kind != inlineKind {
		raw = trimBlanks(raw)
	}
	switch {
	case c.inline && c.kind != inlineKind:
		return tabular.Cell{}, g.x.bad("the cell %s%d has a text that is not of its type", columnName(c.column), g.row)
	case c.formula && (!c.valued || (len(raw) == 0 && c.kind != textKind && c.kind != inlineKind)):
		return uncalculated(c.text), nil
	case !c.valued || (len(raw) == 0 && c.kind == numberKind):
		return tabular.Cell{}, nil
	}
	switch c.kind {
	case sharedKind:
		n, ok := wholeNumber(raw)
		if !ok || n >= g.book.strings.count {
			return tabular.Cell{}, g.x.bad("the cell %s%d has the shared string %.20q: the workbook has %d", columnName(c.column), g.row, raw, g.book.strings.count)
		}
		text, err := g.book.strings.get(n)
		return tabular.StringCell(text), err
	case textKind:
		return tabular.StringCell(string(unescape(raw))), nil
	case inlineKind:
		if !c.inline {
			raw = unescape(raw)
		}
		return tabular.StringCell(string(raw)), nil
	case boolKind:
		return boolCell(raw), nil
	case errorKind:
		return errorCell(raw), nil
	case isoKind:
		return isoCell(raw), nil
	default:
		var f numberFormat
		if c.style < len(g.book.formats) {
			f = g.book.formats[c.style]
		}
		return numberCell(raw, f, g.book.from1904), nil
	}
}

// wholeNumber reads an index of at most 9 digits.
func wholeNumber(text []byte) (int, bool) {
	if len(text) == 0 || len(text) > 9 {
		return 0, false
	}
	n := 0
	for _, b := range text {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = n*10 + int(b-'0')
	}
	return n, true
}

// reference reads the name of a cell, such as XFD1048576.
func reference(name []byte) (column, row int, ok bool) {
	i := 0
	for i < len(name) && i < 4 && name[i] >= 'A' && name[i] <= 'Z' {
		column = column*26 + int(name[i]-'A') + 1
		i++
	}
	row, ok = wholeNumber(name[i:])
	return column, row, ok && i > 0
}

// columnName is a column as spreadsheets name it.
func columnName(column int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	if name == "" {
		return strconv.Itoa(column)
	}
	return name
}
