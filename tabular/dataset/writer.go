package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/jsonlfile"
	"attio-etl/tabular/parquetfile"
	"attio-etl/tabular/xlsxfile"
)

// Writer is a table that is being written to a location. Nothing is there before Commit.
type Writer struct {
	table tabular.Writer
	out   *storage.Output
	ended bool
}

// WriterOptions is how a table is written. What is about another format than the table's does nothing.
type WriterOptions struct {
	Format  tabular.Format       // empty: by the ending of the name
	CSV     csvfile.TableOptions // of CSV and TSV, which has tabs whatever Delimiter says
	XLSX    xlsxfile.WriterOptions
	Parquet parquetfile.WriterOptions
}

// Create starts a table at a location, to replace what is there.
func Create(
	ctx context.Context, access *storage.Access, l storage.Location, o WriterOptions, columns []tabular.Column,
) (_ *Writer, err error) {
	if o.Format, err = formatOf(l, Options{Format: o.Format}); err != nil {
		return nil, err
	}
	out, err := access.Create(ctx, l)
	if err != nil {
		return nil, err
	}
	table, err := newTable(out, l, o, columns)
	if err != nil {
		return nil, errors.Join(err, out.Abort())
	}
	return &Writer{table: table, out: out}, nil
}

func newTable(w io.Writer, l storage.Location, o WriterOptions, columns []tabular.Column) (tabular.Writer, error) {
	switch o.Format {
	case tabular.CSV:
		return created(csvfile.NewTable(w, columns, o.CSV))
	case tabular.TSV:
		o.CSV.Delimiter = '\t'
		return created(csvfile.NewTable(w, columns, o.CSV))
	case tabular.XLSX:
		return created(xlsxfile.NewWriter(w, columns, o.XLSX))
	case tabular.Parquet:
		return created(parquetfile.NewWriter(w, columns, o.Parquet))
	case tabular.JSONL:
		return created(jsonlfile.NewWriter(w, columns))
	default:
		return nil, storage.File{Name: l.String()}.Fault("unknown-format", fmt.Sprintf("%q is no format that can be written", o.Format), "write JSON Lines")
	}
}

// created keeps a nil pointer from becoming a writer that is not nil.
func created[W tabular.Writer](w W, err error) (tabular.Writer, error) {
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Write writes a row of one cell for each column.
func (w *Writer) Write(cells []tabular.Cell) error { return w.table.Write(cells) }

// Commit ends the table and publishes it. After an error nothing is there that was not before.
func (w *Writer) Commit() error {
	w.ended = true
	if err := w.table.Close(); err != nil {
		return errors.Join(err, w.out.Abort())
	}
	return w.out.Commit()
}

// Abort throws away what was written. After Commit it does nothing, so it can be deferred.
func (w *Writer) Abort() error {
	if w.ended {
		return nil
	}
	w.ended = true
	_ = w.table.Close() // it only releases what it holds: what it wrote is thrown away
	return w.out.Abort()
}
