package csvfile

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attio-etl/tabular"
)

// Writer writes RFC 4180 CSV with commas and \n line ends that Open reads back cell by cell: also leading and trailing blanks, line
// breaks, a lone carriage return, and a row whose only cell is empty, which would otherwise be a blank line and no row. The one
// exception is \r\n inside a cell, which every reading by this package turns into \n.
//
// Cells that a spreadsheet would take for a formula ("=1+1") are written as they are: a prefix against that would change values
// that are meant to be read back.
type Writer struct {
	out     *bufio.Writer
	columns int
}

// NewWriter writes the header. Column names must be such that reading gives them back: at least one, unique, not empty and without
// blanks around them.
func NewWriter(w io.Writer, columns []string) (*Writer, error) {
	if len(columns) == 0 || !slices.Equal(columns, tabular.ColumnNames(columns)) {
		return nil, fmt.Errorf("write CSV: column names must be unique, not empty and without blanks around them: %q", columns)
	}
	writer := &Writer{out: bufio.NewWriter(w), columns: len(columns)}
	return writer, writer.Write(columns)
}

// Write writes one row, which must have one cell for each column.
func (w *Writer) Write(cells []string) error {
	if len(cells) != w.columns {
		return fmt.Errorf("write CSV: the row has %d cells, the header has %d", len(cells), w.columns)
	}
	return w.WriteRagged(cells)
}

// WriteRagged writes one row with as many cells as it has: a row that was rejected for their number must not look whole when it is
// read again. It takes at least one cell.
func (w *Writer) WriteRagged(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = w.out.WriteByte(',') // bufio keeps the first error, the last write returns it
		}
		if needsQuotes(cell) || (cell == "" && len(cells) == 1) {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		_, _ = w.out.WriteString(cell)
	}
	return w.out.WriteByte('\n')
}

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.out.Flush() }

// needsQuotes: beyond what RFC 4180 asks for, anything that could pass for another delimiter when a reader looks for it, and what
// readers like to cut: blanks at either end and a byte order mark.
func needsQuotes(cell string) bool {
	if strings.ContainsAny(cell, ",;|\t\"\r\n") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(cell)
	last, _ := utf8.DecodeLastRuneInString(cell)
	return unicode.IsSpace(first) || unicode.IsSpace(last) || first == '\uFEFF'
}
