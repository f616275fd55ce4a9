package xlsxfile

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"attio-etl/tabular"
)

const (
	// Excel takes no part above 4 GiB whose size is not known beforehand, so a sheet ends well before that.
	maxSheetBytes = 3 << 30
	sheetHead     = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// WriterOptions is how a table is written. The zero value writes a sheet "Sheet1".
type WriterOptions struct {
	// Sheet names the sheet; empty means "Sheet1". Sheets that continue it are numbered: "Sheet2", or "People (2)".
	Sheet string
	// ListSeparator joins the elements of a list; empty means "; ".
	ListSeparator string
	// JSONLists writes lists as JSON arrays instead.
	JSONLists bool
}

// Writer writes a workbook: a bold, frozen header and typed cells. A table that is longer than a sheet goes on on another one, with
// the header repeated; Options.AllSheets reads them as one.
//
// Text is always text, never a formula, and its cells have the format Text, so that editing one does not make it a number, a date or
// a formula either. A whole number of more than 15 digits, which a spreadsheet would round, is text, and so is any date that a spreadsheet
// does not have.
//
// Rows are packed as they come, so memory does not grow with the table.
type Writer struct {
	opts    WriterOptions
	columns []tabular.Column
	zip     *zip.Writer
	frame   *frame
	part    *bufio.Writer // of the current sheet
	cell    cellWriter
	refs    []string // the letters of each column

	rows    int64 // written
	onSheet int   // rows on the current sheet, the header included
	bytes   int64 // of the current sheet
	limit   int   // rows of a sheet
	err     error // of the first call that failed
}

// NewWriter starts a workbook. Column names must be such that reading gives them back: at least one, at most 16,384, unique, not
// empty and without blanks around them.
func NewWriter(w io.Writer, columns []tabular.Column, o WriterOptions) (*Writer, error) {
	names := make([]string, len(columns))
	refs := make([]string, len(columns))
	for i, c := range columns {
		names[i], refs[i] = c.Name, columnName(i+1)
	}
	if len(names) == 0 || len(names) > maxColumns || !slices.Equal(names, tabular.ColumnNames(names)) {
		return nil, fmt.Errorf("write XLSX: there must be 1 to %d column names, unique, not empty and without blanks around them: %.200q", maxColumns, names)
	}
	if o.ListSeparator == "" {
		o.ListSeparator = "; "
	}
	archive := zip.NewWriter(w)
	frame, err := newFrame(o.Sheet)
	if err != nil {
		return nil, fmt.Errorf("write XLSX: %w", err)
	}
	writer := &Writer{opts: o, columns: slices.Clone(columns), zip: archive, frame: frame, refs: refs, limit: maxRows}
	return writer, writer.keep(writer.startSheet())
}

// Write implements tabular.Writer. A text of more than 32,767 characters is an error, as Excel would cut it, and so is one that is not
// UTF-8.
func (w *Writer) Write(cells []tabular.Cell) error {
	if w.err != nil {
		return w.err
	}
	return w.keep(w.write(cells))
}

// Close implements tabular.Writer.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	err := w.endSheet()
	if err == nil {
		err = w.frame.write(w.zip)
	}
	if err == nil {
		err = w.zip.Close()
	}
	if err = w.keep(err); err == nil {
		w.err = errClosed
	}
	return err
}

var errClosed = errors.New("write XLSX: the writer is closed")

// keep makes an error the writer's: what is written after one is no whole table.
func (w *Writer) keep(err error) error {
	if err != nil {
		w.err = fmt.Errorf("write XLSX: %w", err)
	}
	return w.err
}

func (w *Writer) startSheet() error {
	name, err := w.frame.addSheet()
	if err != nil {
		return err
	}
	part, err := w.zip.Create(name)
	if err != nil {
		return err
	}
	w.part, w.onSheet, w.bytes = bufio.NewWriterSize(part, scanBuffer), 0, 0
	if _, err := w.part.WriteString(sheetHead); err != nil {
		return err
	}
	w.startRow()
	for i, c := range w.columns {
		if err := w.cell.text(w.frame.header, c.Name); err != nil {
			return fmt.Errorf("the name of column %.40q: %w", c.Name, err)
		}
		w.finishCell(i)
	}
	return w.finishRow()
}

func (w *Writer) endSheet() error {
	_, _ = w.part.WriteString(sheetTail) // bufio keeps the first error, Flush returns it
	return w.part.Flush()
}

func (w *Writer) write(cells []tabular.Cell) error {
	w.rows++
	if len(cells) != len(w.columns) {
		return fmt.Errorf("row %d has %d cells, the header has %d", w.rows, len(cells), len(w.columns))
	}
	if w.onSheet == w.limit || w.bytes > maxSheetBytes {
		if err := errors.Join(w.endSheet(), w.startSheet()); err != nil {
			return err
		}
	}
	w.startRow()
	held := false
	for i, c := range cells {
		if c.Kind() == tabular.Missing {
			continue
		}
		if err := w.cell.write(c, w.frame.styles, w.opts); err != nil {
			return fmt.Errorf("row %d, column %q: %w", w.rows, w.columns[i].Name, err)
		}
		w.finishCell(i)
		held = true
	}
	if !held { // a blank row of a sheet is no row, but this is one
		if err := w.cell.text(0, ""); err != nil {
			return err
		}
		w.finishCell(0)
	}
	return w.finishRow()
}

func (w *Writer) startRow() {
	w.onSheet++
	w.put(`<row r="`, strconv.Itoa(w.onSheet), `">`)
}

// finishCell writes what is known of the cell in a column.
func (w *Writer) finishCell(column int) {
	w.put(`<c r="`, w.refs[column], strconv.Itoa(w.onSheet), `"`)
	if w.cell.style > 0 {
		w.put(` s="`, strconv.Itoa(w.cell.style), `"`)
	}
	w.put(w.cell.body.String())
}

func (w *Writer) finishRow() error {
	w.put(`</row>`)
	_, err := w.part.WriteString("") // that of any part of the row
	return err
}

func (w *Writer) put(parts ...string) {
	for _, text := range parts {
		n, _ := w.part.WriteString(text) // bufio keeps the first error, finishRow returns it
		w.bytes += int64(n)
	}
}
