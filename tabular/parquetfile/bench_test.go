package parquetfile_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

const benchRows = 1_000_000

// benchColumns are 20 columns as CRM exports have them.
func benchColumns() []tabular.Column {
	types := []tabular.ColumnType{
		tabular.IntColumn, tabular.TextColumn, tabular.TextColumn, tabular.TextColumn, tabular.TextColumn,
		tabular.DateColumn, tabular.DecimalColumn, tabular.BoolColumn, tabular.TextColumn, tabular.TextColumn,
		tabular.TimestampColumn, tabular.FloatColumn, tabular.TextColumn, tabular.TextColumn, tabular.IntColumn,
		tabular.TextColumn, tabular.TextColumn, tabular.TextColumn, tabular.IntColumn, tabular.FloatColumn,
	}
	columns := make([]tabular.Column, len(types))
	for i, t := range types {
		columns[i] = tabular.Column{Name: fmt.Sprintf("column %d", i), Type: t}
	}
	return columns
}

func benchRow(row []tabular.Cell, i int) {
	text := func(format string, args ...any) tabular.Cell { return tabular.StringCell(fmt.Sprintf(format, args...)) }
	cities := []string{"Berlin", "Köln", "Paris", "London", "Zürich"}
	copy(row, []tabular.Cell{
		tabular.IntCell(int64(i)), text("Company %d", i), text("https://www.company-%d.example/", i), text("Main Street %d", i%977), tabular.StringCell(cities[i%5]),
		tabular.DateCell(2020, time.Month(1+i%12), 1+i%28), tabular.DecimalCell(fmt.Sprintf("%d.50", i)), tabular.BoolCell(i%3 == 0), tabular.StringCell("Software"),
		{},
		tabular.TimeCell(time.UnixMilli(int64(i) * 1_000_003).UTC()), tabular.FloatCell(float64(i) / 7), text("contact%d@company.example", i), text("+4930%07d", i), tabular.IntCell(int64(i % 100)),
		tabular.StringCell("a short description of it"), tabular.StringCell("B2B"), text("%05d", i%100_000),
		{},
		tabular.FloatCell(float64(i % 10)),
	})
}

func writeBench(b *testing.B, path string, rows int) {
	b.Helper()
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	columns := benchColumns()
	buffered := bufio.NewWriter(out)
	w, err := parquetfile.NewWriter(buffered, columns, parquetfile.WriterOptions{})
	if err != nil {
		b.Fatal(err)
	}
	row := make([]tabular.Cell, len(columns))
	for i := range rows {
		benchRow(row, i)
		if err := w.Write(row); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), buffered.Flush(), out.Close()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRead reads 1,000,000 rows of 20 columns in turns with the library's bare scan of the same columns, which makes neither cells
// nor rows, so that a busy machine slows both down, and gives the ratio of the medians.
func BenchmarkRead(b *testing.B) {
	const rounds = 7
	path := filepath.Join(b.TempDir(), "rows.parquet")
	writeBench(b, path, benchRows)
	s, err := parquetfile.Open(storage.Local(path), parquetfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	timed := func(read func() int64) float64 {
		runtime.GC() // so that neither pays for what the other left
		start := time.Now()
		if n := read(); n != benchRows {
			b.Fatalf("%d rows", n)
		}
		return time.Since(start).Seconds()
	}
	for b.Loop() {
		var bare, source []float64
		for range rounds {
			bare = append(bare, timed(func() int64 { return bareScan(b, path) }))
			source = append(source, timed(func() int64 { return readRows(b, s) }))
		}
		slices.Sort(bare)
		slices.Sort(source)
		b.ReportMetric(bare[rounds/2], "bare-s")
		b.ReportMetric(source[rounds/2], "source-s")
		b.ReportMetric(source[rounds/2]/bare[rounds/2], "ratio")
	}
}

// BenchmarkRows is what BenchmarkRead compares, alone, for its memory and profiles.
func BenchmarkRows(b *testing.B) {
	path := filepath.Join(b.TempDir(), "rows.parquet")
	writeBench(b, path, benchRows)
	s, err := parquetfile.Open(storage.Local(path), parquetfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	rows := int64(0)
	for b.Loop() {
		rows += readRows(b, s)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func readRows(b *testing.B, s *parquetfile.Source) (rows int64) {
	b.Helper()
	for _, err := range s.Rows(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		rows++
	}
	return rows
}

// bareScan reads all columns into Arrow batches, with what the library's own conversion to Arrow is made of.
func bareScan(b *testing.B, path string) (rows int64) {
	b.Helper()
	props := parquet.NewReaderProperties(nil)
	props.BufferedStreamEnabled = true
	in, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	r, err := file.NewParquetReader(in, file.WithReadProps(props))
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for g := range r.NumRowGroups() {
		group := r.RowGroup(g)
		rows += group.NumRows()
		for i := range group.NumColumns() {
			pages, err := group.GetColumnPageReader(i)
			if err != nil {
				b.Fatal(err)
			}
			descr := r.MetaData().Schema.Column(i)
			levels := file.LevelInfo{NullSlotUsage: 1, DefLevel: descr.MaxDefinitionLevel()}
			scan(b, file.NewRecordReader(descr, levels, arrow.BinaryTypes.String, memory.DefaultAllocator, r.BufferPool()), pages)
		}
	}
	return rows
}

func scan(b *testing.B, column file.RecordReader, pages file.PageReader) {
	b.Helper()
	defer column.Release()
	column.SetPageReader(pages)
	for {
		n, err := column.ReadRecords(4096)
		if err != nil {
			b.Fatal(err)
		}
		if n == 0 {
			return
		}
		if texts, ok := column.(file.BinaryRecordReader); ok {
			for _, chunk := range texts.GetBuilderChunks() {
				chunk.Release()
			}
		} else {
			column.ReleaseValues().Release()
		}
		column.Reset()
	}
}

func BenchmarkWrite(b *testing.B) {
	columns := benchColumns()
	rows := make([][]tabular.Cell, 50_000)
	for i := range rows {
		rows[i] = make([]tabular.Cell, len(columns))
		benchRow(rows[i], i)
	}
	b.ReportAllocs()
	for b.Loop() {
		w, err := parquetfile.NewWriter(io.Discard, columns, parquetfile.WriterOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkFiveMillionRows writes and reads 5,000,000 rows of ten columns and reports what the process has taken from the operating
// system at most: peak memory does not grow with the file.
func BenchmarkFiveMillionRows(b *testing.B) {
	const rows, width = 5_000_000, 10
	path := filepath.Join(b.TempDir(), "rows.parquet")
	row := make([]tabular.Cell, 20)
	taken := func() float64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.Sys) / (1 << 20)
	}
	for b.Loop() {
		out, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		w, err := parquetfile.NewWriter(out, benchColumns()[:width], parquetfile.WriterOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for i := range rows {
			benchRow(row, i)
			if err := w.Write(row[:width]); err != nil {
				b.Fatal(err)
			}
		}
		if err := errors.Join(w.Close(), out.Close()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(taken(), "MB-written")
		s, err := parquetfile.Open(storage.Local(path), parquetfile.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if n := readRows(b, s); n != rows {
			b.Fatalf("%d rows", n)
		}
		b.ReportMetric(taken(), "MB-read")
	}
}
