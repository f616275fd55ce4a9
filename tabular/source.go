package tabular

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Schema is the columns of a source, in file order. Names are unique: a source names duplicate and empty headers itself.
type Schema struct {
	Columns []string
}

// Index is the position of the column with exactly this name, -1 when there is none.
func (s Schema) Index(name string) int { return slices.Index(s.Columns, name) }

// Row is one data row.
type Row struct {
	Ordinal int64  // 1-based count of data rows in the source, the header not counted
	File    string // the file that the row stands in, as messages name it; empty for the source's only file
	// Line is where the row starts in its file, 1-based: the physical line of a text file, the row of a sheet, the number of the
	// row in a format that has neither.
	Line int64
	// Cells stand against the source's Schema, one for each column. The slice is only valid until the next row is read; the
	// cells themselves may be kept.
	Cells []Cell
}

// Fingerprint identifies a source's bytes.
type Fingerprint struct {
	Size   int64  // bytes
	SHA256 string // lower-case hex
}

// Source reads rows from a file. It may be ranged over several times, one at a time; each time starts at the first row.
type Source interface {
	// Name is what messages call the source, usually its path as the user wrote it.
	Name() string
	// Schema is the columns.
	Schema() Schema
	// Fingerprint reads the whole source.
	Fingerprint(ctx context.Context) (Fingerprint, error)
	// Rows yields the rows in order. A *RowError stands for a row that could not be read: its ordinal is used up and the
	// iteration goes on. Any other error is final and ends the iteration; a *FileError says where.
	Rows(ctx context.Context) iter.Seq2[Row, error]
	// Close releases what the source holds.
	Close() error
}

// RowError rejects one row that a source could not read.
type RowError struct {
	Row     Row    // position, and the cells that could be read: may be fewer or more than the schema has
	Code    string // stable: "ragged-row"
	Problem string
	Hint    string
}

func (e *RowError) Error() string {
	return fmt.Sprintf("row %d (line %d): %s", e.Row.Ordinal, e.Row.Line, e.Problem)
}

// FileError is what is wrong with a source as a whole: it cannot be opened, decoded, or prove its end.
type FileError struct {
	Path    string
	Line    int64  // 0 where unknown
	Code    string // stable: "unclosed-quote"
	Problem string
	Hint    string
	Err     error // cause, may be nil
}

func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	fmt.Fprintf(&b, ": %s: %s", e.Code, e.Problem)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *FileError) Unwrap() error { return e.Err }
