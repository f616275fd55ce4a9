//go:build unix

package dataset_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/dataset"
)

// largeColumns are ten columns as CRM exports have them.
var largeColumns = []tabular.Column{
	{Name: "id", Type: tabular.IntColumn},
	{Name: "domain"},
	{Name: "name"},
	{Name: "street"},
	{Name: "city"},
	{Name: "founded", Type: tabular.DateColumn},
	{Name: "revenue", Type: tabular.DecimalColumn},
	{Name: "customer", Type: tabular.BoolColumn},
	{Name: "seen", Type: tabular.TimestampColumn},
	{Name: "about"},
}

func largeRow(row []tabular.Cell, i int) {
	cities := []string{"Berlin", "Köln", "Paris", "London", "Zürich"}
	copy(row, []tabular.Cell{
		tabular.IntCell(int64(i)), tabular.StringCell(fmt.Sprintf("company-%d.example", i)), tabular.StringCell(fmt.Sprintf("Company %d, \"Söhne\"", i)),
		tabular.StringCell(fmt.Sprintf("Main Street %d", i%977)), tabular.StringCell(cities[i%5]),
		tabular.DateCell(2020, time.Month(1+i%12), 1+i%28), tabular.DecimalCell(fmt.Sprintf("%d.50", i)), tabular.BoolCell(i%3 == 0),
		tabular.TimeCell(time.UnixMilli(int64(i) * 1_000_003).UTC()), tabular.StringCell("a description of the company\nin two lines, that is neither long nor short"),
	})
}

// BenchmarkLarge writes and reads as many rows as -benchtime says, in one format a process, and reports the most memory that the process has
// had from the system until then: it must not grow with the file.
//
//	go test ./tabular/dataset -run '^$' -bench Large/jsonl -benchtime 5000000x
func BenchmarkLarge(b *testing.B) {
	for _, name := range []string{"csv", "tsv", "jsonl", "parquet", "xlsx", "csv.gz", "jsonl.zst"} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			access := &storage.Access{Spool: filepath.Join(dir, "spool")}
			l, err := storage.ParseLocation(filepath.Join(dir, "rows."+name))
			if err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			writeLarge(b, access, l)
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "rows/s-written")
			b.ReportMetric(peakMemory(b), "MB-written")
			start = time.Now()
			readLarge(b, access, l)
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "rows/s-read")
			b.ReportMetric(peakMemory(b), "MB-read")
		})
	}
}

func writeLarge(b *testing.B, access *storage.Access, l storage.Location) {
	b.Helper()
	w, err := dataset.Create(b.Context(), access, l, dataset.WriterOptions{}, largeColumns)
	if err != nil {
		b.Fatal(err)
	}
	row := make([]tabular.Cell, len(largeColumns))
	for i := range b.N {
		largeRow(row, i)
		if err := w.Write(row); err != nil {
			b.Fatal(errors.Join(err, w.Abort()))
		}
	}
	if err := w.Commit(); err != nil {
		b.Fatal(err)
	}
}

func readLarge(b *testing.B, access *storage.Access, l storage.Location) {
	b.Helper()
	source, err := dataset.Open(b.Context(), access, []storage.Location{l}, dataset.Options{})
	if err != nil {
		b.Fatal(err)
	}
	rows := 0
	for _, err := range source.Rows(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		rows++
	}
	if err := source.Close(); err != nil || rows != b.N {
		b.Fatalf("%d rows of %d, %v", rows, b.N, err)
	}
}

// peakMemory is the most memory that the process has had resident, in megabytes.
func peakMemory(b *testing.B) float64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	if runtime.GOOS == "darwin" { // bytes there, kilobytes elsewhere
		return float64(usage.Maxrss) / (1 << 20)
	}
	return float64(usage.Maxrss) / (1 << 10)
}
