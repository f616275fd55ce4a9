package xlsxfile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/xlsxfile"
)

const benchRows = 20_000

// benchRow is a row of ten columns as CRM exports have them, with texts that do not repeat.
func benchRow(i int) []tabular.Cell {
	day := time.Date(2020, 1, 15, 10, 30, 0, 0, time.UTC).AddDate(0, 0, i%1000)
	return []tabular.Cell{
		tabular.IntCell(int64(i)), tabular.StringCell(fmt.Sprintf("Company %d", i)), tabular.StringCell(fmt.Sprintf("https://www.company-%d.example/", i)),
		tabular.StringCell("Main Street, Köln"), tabular.DateCell(day.Date()), tabular.FloatCell(float64(i) + 0.25), tabular.BoolCell(i%2 == 0),
		tabular.LocalTimeCell(day),
		{},
		tabular.StringCell(fmt.Sprintf("contact%d@company.example", i)),
	}
}

func benchWrite(w io.Writer, rows int) error {
	writer, err := xlsxfile.NewWriter(w, columns("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), xlsxfile.WriterOptions{})
	if err != nil {
		return err
	}
	for i := range rows {
		if err := writer.Write(benchRow(i)); err != nil {
			return err
		}
	}
	return writer.Close()
}

// sharedBook is the same rows as Excel stores them, texts in the table of shared strings.
func sharedBook(path string, rows int) error {
	f := excelize.NewFile()
	for i := range rows {
		values := make([]any, 0, 10)
		for _, c := range benchRow(i) {
			switch c.Kind() {
			case tabular.Missing:
				values = append(values, nil)
			case tabular.Int:
				values = append(values, c.Int())
			case tabular.Float:
				values = append(values, c.Float())
			case tabular.Bool:
				values = append(values, c.Bool())
			case tabular.Date, tabular.LocalTime:
				values = append(values, c.Time())
			default:
				values = append(values, c.Text())
			}
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &values); err != nil {
			return err
		}
	}
	return f.SaveAs(path)
}

// BenchmarkRead compares Open and a range over the rows with what excelize takes to open the file and to read the raw values.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	inline, shared := filepath.Join(dir, "inline.xlsx"), filepath.Join(dir, "shared.xlsx")
	file, err := os.Create(inline)
	if err == nil {
		err = errors.Join(benchWrite(file, benchRows), file.Close(), sharedBook(shared, benchRows))
	}
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{"inline": inline, "shared": shared} {
		b.Run(name+"/bare", func(b *testing.B) { benchBare(b, path) })
		b.Run(name+"/source", func(b *testing.B) { benchSource(b, path) })
	}
}

func benchBare(b *testing.B, path string) {
	b.Helper()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		f, err := excelize.OpenFile(path)
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.Rows("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if err := errors.Join(rows.Close(), f.Close()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

func benchSource(b *testing.B, path string) {
	b.Helper()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		s, err := xlsxfile.Open(context.Background(), storage.Local(path), xlsxfile.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range s.Rows(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := benchWrite(io.Discard, benchRows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
