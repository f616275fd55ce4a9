package jsonlfile

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"attio-etl/tabular"
)

// Writer writes JSON Lines: an object a line with a member for each column, null where a cell is missing. It implements
// tabular.Writer.
type Writer struct {
	out   *bufio.Writer
	names [][]byte // of the columns, as JSON
	line  []byte
	err   error // the first
}

// NewWriter prepares to write rows of these columns. Names are written as they are, with their points.
func NewWriter(w io.Writer, columns []tabular.Column) (*Writer, error) {
	names := make([]string, len(columns))
	writer := &Writer{out: bufio.NewWriter(w)}
	for i, c := range columns {
		names[i] = c.Name
		name, err := jsontext.AppendQuote(nil, c.Name)
		if err != nil {
			return nil, fmt.Errorf("write JSON: the column %q: %w", c.Name, err)
		}
		writer.names = append(writer.names, name)
	}
	if len(columns) == 0 || !slices.Equal(names, tabular.ColumnNames(names)) {
		return nil, fmt.Errorf("write JSON: column names must be unique, not empty and without blanks around them: %q", names)
	}
	return writer, nil
}

// Write implements tabular.Writer.
func (w *Writer) Write(cells []tabular.Cell) error {
	if w.err == nil {
		w.err = w.write(cells)
	}
	return w.err
}

func (w *Writer) write(cells []tabular.Cell) (err error) {
	if len(cells) != len(w.names) {
		return fmt.Errorf("write JSON: the row has %d cells, there are %d columns", len(cells), len(w.names))
	}
	w.line = append(w.line[:0], '{')
	for i, c := range cells {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		w.line = append(append(w.line, w.names[i]...), ':')
		if w.line, err = appendCell(w.line, c); err != nil {
			return fmt.Errorf("write JSON: the column %s: %w", w.names[i], err)
		}
	}
	_, err = w.out.Write(append(w.line, "}\n"...))
	return err
}

// Close implements tabular.Writer.
func (w *Writer) Close() error {
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

// appendCell writes a cell by its kind. What JSON has no form for is text: a time in RFC 3339, a day, bytes in base64.
func appendCell(b []byte, c tabular.Cell) ([]byte, error) {
	switch c.Kind() {
	case tabular.Missing:
		return append(b, "null"...), nil
	case tabular.Int, tabular.Bool:
		return append(b, c.Text()...), nil
	case tabular.Float, tabular.Decimal:
		number := jsontext.Value(c.Text())
		if number.Kind() != '0' || !number.IsValid() {
			return b, fmt.Errorf("JSON has no number %s", c.Text())
		}
		return append(b, number...), nil
	case tabular.Bytes:
		return jsontext.AppendQuote(b, base64.StdEncoding.EncodeToString([]byte(c.Text())))
	case tabular.List:
		return appendList(b, c.List())
	case tabular.Broken:
		return b, errors.New(c.Fault().Problem)
	default:
		return jsontext.AppendQuote(b, c.Text())
	}
}

func appendList(b []byte, cells []tabular.Cell) (_ []byte, err error) {
	b = append(b, '[')
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendCell(b, c); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}
