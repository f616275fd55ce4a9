package parquetfile

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/tabular"
)

// Bounds of a row group where WriterOptions says nothing. A row group is held in memory until it is full.
const (
	DefaultRowGroupBytes = 32 << 20
	DefaultRowGroupRows  = 1_000_000
)

// Compression is how pages are compressed.
type Compression uint8

// The compressions that are written. Zstd pages carry a checksum of their contents, Gzip pages too; those of the others do not.
const (
	Zstd Compression = iota
	Snappy
	Gzip
	Uncompressed
)

// WriterOptions is how a table is written. The zero value is zstd, and row groups of 32 MiB or 1,000,000 rows.
type WriterOptions struct {
	Compression Compression
	// RowGroupBytes and RowGroupRows end a row group, whichever comes first; bytes are those of its values before encoding and
	// compression. 0 means the default. What the writer holds grows with the bytes, to about twice as much.
	RowGroupBytes, RowGroupRows int
	// CreatedBy names the program that writes, in the format's form "NAME version VERSION"; empty means "attio-etl version 0".
	CreatedBy string
	// Metadata is kept in the file as key-value pairs, in the order of the keys.
	Metadata map[string]string
}

// Writer is a tabular.Writer of a Parquet file. All columns may hold nulls; lists have three levels; pages are of version 1, in which
// the levels are compressed together with the values and so stand under the same checksum.
type Writer struct {
	out     io.Writer // hides the Close of the caller's, which the library would call
	opts    WriterOptions
	columns []tabular.Column
	buffers []buffer
	file    *file.Writer // made with the first row group, as that decides which columns have dictionaries
	rows    int64        // written by the caller
	held    int          // rows in the buffers
	err     error
	closed  bool
}

var errClosed = errors.New("parquet: the writer is closed")

// NewWriter writes a table of these columns. Their names must be such that reading gives them back: at least one, unique, not empty and
// without blanks around them. Nothing goes to w before the first row group is full.
func NewWriter(w io.Writer, columns []tabular.Column, o WriterOptions) (*Writer, error) {
	if len(columns) == 0 {
		return nil, errors.New("parquet: a table has columns")
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	if !slices.Equal(names, tabular.ColumnNames(names)) {
		return nil, fmt.Errorf("parquet: column names must be unique, not empty and without blanks around them: %.200q", names)
	}
	p := &Writer{out: struct{ io.Writer }{w}, opts: o, columns: slices.Clone(columns)}
	for _, c := range columns {
		p.buffers = append(p.buffers, newBuffer(c))
	}
	if p.opts.RowGroupBytes <= 0 {
		p.opts.RowGroupBytes = DefaultRowGroupBytes
	}
	if p.opts.RowGroupRows <= 0 {
		p.opts.RowGroupRows = DefaultRowGroupRows
	}
	if p.opts.CreatedBy == "" {
		p.opts.CreatedBy = "attio-etl version 0"
	}
	return p, nil
}

// Write implements tabular.Writer. A cell that its column cannot hold as it is is an error that names row and column; nothing of the row
// is written then, nor of any later one. Missing cells are nulls.
func (w *Writer) Write(cells []tabular.Cell) error {
	switch {
	case w.err != nil:
		return w.err
	case w.closed:
		return errClosed
	case len(cells) != len(w.columns):
		return w.failed(fmt.Errorf("row %d has %d cells, the table %d columns", w.rows+1, len(cells), len(w.columns)))
	}
	size := 0
	for i, cell := range cells {
		if err := w.buffers[i].add(cell); err != nil {
			return w.failed(fmt.Errorf("row %d, column %q: %w", w.rows+1, w.columns[i].Name, err))
		}
		size += w.buffers[i].size()
	}
	w.rows++
	w.held++
	if w.held >= w.opts.RowGroupRows || size >= w.opts.RowGroupBytes {
		return w.failed(w.flush())
	}
	return nil
}

// Close implements tabular.Writer.
func (w *Writer) Close() error {
	if w.closed || w.err != nil {
		w.closed = true
		return w.err
	}
	w.closed = true
	return w.failed(w.finish())
}

func (w *Writer) failed(err error) error {
	if err != nil {
		w.err = fmt.Errorf("parquet: %w", err)
		w.buffers = nil
	}
	return w.err
}

// finish writes what is left and the footer.
func (w *Writer) finish() (err error) {
	if w.held > 0 || w.file == nil {
		if err := w.flush(); err != nil {
			return err
		}
	}
	defer recovered(&err)
	return w.file.Close()
}

// flush writes the buffers as a row group. Without rows it only starts the file.
func (w *Writer) flush() (err error) {
	defer recovered(&err)
	if w.file == nil {
		if err := w.start(); err != nil {
			return err
		}
	}
	if w.held == 0 {
		return nil
	}
	group, err := w.file.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for i, b := range w.buffers {
		column, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := b.flush(column); err != nil {
			return fmt.Errorf("column %q: %w", w.columns[i].Name, err)
		}
	}
	w.held = 0
	return group.Close()
}

// recovered makes an error of a panic: the library reports some failed writes that way.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = panicked(r)
	}
}

func (w *Writer) start() error {
	fields := make(schema.FieldList, len(w.columns))
	for i, c := range w.columns {
		field, err := newField(c)
		if err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
		fields[i] = field
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return err
	}
	pairs := metadata.NewKeyValueMetadata()
	for _, key := range slices.Sorted(maps.Keys(w.opts.Metadata)) {
		if err := pairs.Append(key, w.opts.Metadata[key]); err != nil {
			return err
		}
	}
	w.file, err = file.NewParquetWriterWithError(w.out, root, file.WithWriterProps(w.properties()), file.WithWriteMetadata(pairs))
	return err
}

func (w *Writer) properties() *parquet.WriterProperties {
	props := []parquet.WriterProperty{
		parquet.WithCompression(codec(w.opts.Compression)),
		parquet.WithDataPageVersion(parquet.DataPageV1),
		parquet.WithCreatedBy(w.opts.CreatedBy),
		parquet.WithStats(true),
		parquet.WithDictionaryDefault(false),
	}
	for i, b := range w.buffers {
		if b.repeats() {
			props = append(props, parquet.WithDictionaryFor(leafPath(w.columns[i]), true))
		}
	}
	return parquet.NewWriterProperties(props...)
}

func codec(c Compression) compress.Compression {
	switch c {
	case Snappy:
		return compress.Codecs.Snappy
	case Gzip:
		return compress.Codecs.Gzip
	case Uncompressed:
		return compress.Codecs.Uncompressed
	default:
		return compress.Codecs.Zstd
	}
}
