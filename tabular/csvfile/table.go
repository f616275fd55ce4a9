package csvfile

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"attio-etl/tabular"
)

// TableOptions is how a table is written. The zero value is RFC 4180 with \n line ends, quotes where they are needed, lists joined
// with "; ", and the guard against formulas.
type TableOptions struct {
	Delimiter     rune   // 0: a comma
	QuoteAll      bool   // every cell stands in quotes
	Mark          bool   // a byte order mark first: Excel takes a file without one for the encoding of its country
	CRLF          bool   // \r\n line ends
	ListSeparator string // between the elements of a list; "" means "; "
	ListsAsJSON   bool   // lists as JSON arrays instead, which can be taken apart whatever the elements hold
	// KeepFormulas leaves the guard out: text that a spreadsheet takes for a formula is written as it is. The guard is an apostrophe in
	// front of it, see docs/csv.md; Options.StripGuard undoes it.
	KeepFormulas bool
}

// Table writes a table for people and other programs. Open reads each cell back as its text, given the delimiter and, where the
// guard is on, Options.StripGuard; a missing cell becomes an empty one.
type Table struct {
	text    encoder
	opts    TableOptions
	columns []tabular.Column
	cells   []string
	err     error
}

// NewTable writes the header. Column names must be such that reading gives them back: at least one, unique, not empty and without
// blanks around them.
func NewTable(w io.Writer, columns []tabular.Column, o TableOptions) (*Table, error) {
	if o.Delimiter == 0 {
		o.Delimiter = ','
	}
	if !validDelimiter(o.Delimiter) {
		return nil, fmt.Errorf("write CSV: %q cannot separate cells", o.Delimiter)
	}
	if o.ListSeparator == "" {
		o.ListSeparator = "; "
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	if err := checkNames(names); err != nil {
		return nil, err
	}
	lineEnd := "\n"
	if o.CRLF {
		lineEnd = "\r\n"
	}
	t := &Table{text: newEncoder(w, o.Delimiter, lineEnd, o.QuoteAll), opts: o, columns: columns}
	if o.Mark {
		_, _ = t.text.out.WriteString("\uFEFF") // bufio keeps the first error, the last write returns it
	}
	for _, name := range names {
		if err := t.add(name, name); err != nil {
			return nil, err
		}
	}
	return t, t.writeRow()
}

// Write implements tabular.Writer. Text that no reader of CSV would take (invalid UTF-8, NUL) is an error that names its column.
func (t *Table) Write(cells []tabular.Cell) error {
	if t.err != nil {
		return t.err
	}
	if len(cells) != len(t.columns) {
		return t.failed(wrongNumber(len(cells), len(t.columns)))
	}
	t.cells = t.cells[:0]
	for i, c := range cells {
		text, err := t.spell(c)
		if err == nil {
			err = t.add(t.columns[i].Name, text)
		}
		if err != nil {
			return t.failed(err)
		}
	}
	return t.writeRow()
}

// Close implements tabular.Writer.
func (t *Table) Close() error {
	if t.err != nil {
		return t.err
	}
	return t.failed(t.text.out.Flush())
}

func (t *Table) failed(err error) error {
	t.err = err
	return err
}

func (t *Table) add(column, text string) error {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return fmt.Errorf("write CSV: column %q: the value is no text: %q", column, text)
	}
	if !t.opts.KeepFormulas {
		text = addGuard(text)
	}
	t.cells = append(t.cells, text)
	return nil
}

func (t *Table) writeRow() error { return t.failed(t.text.row(t.cells)) }

// spell is the text of a cell.
func (t *Table) spell(c tabular.Cell) (string, error) {
	if c.Kind() != tabular.List {
		return c.Text(), nil
	}
	if t.opts.ListsAsJSON {
		return listJSON(c)
	}
	elements := make([]string, len(c.List()))
	for i, e := range c.List() {
		elements[i] = e.Text()
	}
	return strings.Join(elements, t.opts.ListSeparator), nil
}
