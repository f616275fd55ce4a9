package csvfile

import (
	"fmt"
	"io"
	"slices"

	"attio-etl/tabular"
)

// Writer writes RFC 4180 CSV with commas and \n line ends that Open reads back cell by cell: also leading and trailing blanks, line
// breaks of any kind, and a row whose only cell is empty, which would otherwise be a blank line and no row.
//
// Cells that a spreadsheet would take for a formula ("=1+1") are written as they are: a rejects file is read back without options.
// What people open is written with NewTable.
type Writer struct {
	text    encoder
	columns int
}

// NewWriter writes the header. Column names must be such that reading gives them back: at least one, unique, not empty and without
// blanks around them.
func NewWriter(w io.Writer, columns []string) (*Writer, error) {
	if err := checkNames(columns); err != nil {
		return nil, err
	}
	writer := &Writer{text: newEncoder(w, ',', "\n", false), columns: len(columns)}
	return writer, writer.Write(columns)
}

func checkNames(columns []string) error {
	if len(columns) == 0 || !slices.Equal(columns, tabular.ColumnNames(columns)) {
		return fmt.Errorf("write CSV: column names must be unique, not empty and without blanks around them: %q", columns)
	}
	return nil
}

// Write writes one row, which must have one cell for each column.
func (w *Writer) Write(cells []string) error {
	if len(cells) != w.columns {
		return wrongNumber(len(cells), w.columns)
	}
	return w.WriteRagged(cells)
}

func wrongNumber(cells, columns int) error {
	return fmt.Errorf("write CSV: the row has %d cells, the header has %d", cells, columns)
}

// WriteRagged writes one row with as many cells as it has: a row that was rejected for their number must not look whole when it is
// read again. It takes at least one cell.
func (w *Writer) WriteRagged(cells []string) error { return w.text.row(cells) }

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.text.out.Flush() }
