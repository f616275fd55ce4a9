package importer_test

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular/csvfile"
)

// benchRows is the size of the benchmarks' file: ten columns, eight of them mapped, of six types.
const benchRows = 100_000

func benchFile(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "rows.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	text := []byte("Website,Name,About,Size,Founded,Staff,City,Zip,Country,Note\n")
	for i := range benchRows {
		if _, err := w.Write(text); err != nil {
			b.Fatal(err)
		}
		text = fmt.Appendf(text[:0], "https://www.company-%06d.com/about,Company %d,\"What company %d does, in some words\",%s,%04d-%02d-%02d,%d,City %d,%05d,%s,note %d\n",
			i, i, i, []string{"small", "large"}[i%2], 1900+i%120, 1+i%12, 1+i%28, i%5000, i%700, i%99999, []string{"DE", "France"}[i%2], i)
	}
	_, err = w.Write(text)
	if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

const benchJob = `
version: 1
import:
  source: {path: rows.csv}
  target: {object: companies, match: domains}
  map:
    domains: Website
    name: Name
    description: About
    size: Size
    founded: Founded
    staff: Staff
    location: {from: {locality: City, postcode: Zip, country_code: Country}}
`

func benchEngine(b *testing.B, path string) *importer.Import {
	b.Helper()
	schema := companies()
	schema.Attributes = append(schema.Attributes,
		crm.Attribute{Slug: "description", Type: crm.TypeText, Writable: true},
		crm.Attribute{Slug: "founded", Type: crm.TypeDate, Writable: true},
		crm.Attribute{Slug: "staff", Type: crm.TypeNumber, Writable: true},
		crm.Attribute{Slug: "location", Type: crm.TypeLocation, Writable: true},
	)
	job, findings := jobs.Parse("job.yaml", []byte(benchJob), nil)
	if len(findings) > 0 {
		b.Fatal(findings)
	}
	source, err := csvfile.Open(storage.Local(path), csvfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	plan, findings := mapping.Compile(job, path, source.Schema(), schema, nil)
	if len(findings) > 0 {
		b.Fatal(findings)
	}
	return &importer.Import{Plan: plan, Source: source, Schema: schema, Match: "domains", Duplicates: jobs.DuplicatesReject}
}

// BenchmarkCheck compares pass 1 (read, map, convert, find duplicates) with a bare encoding/csv loop over the same file.
func BenchmarkCheck(b *testing.B) {
	path := benchFile(b)
	b.Run("baseline=encoding-csv", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			readBare(b, path)
		}
		reportRows(b)
	})
	b.Run("check", func(b *testing.B) {
		im := benchEngine(b, path)
		b.ReportAllocs()
		for b.Loop() {
			if checked, err := im.Check(b.Context(), nil); err != nil || checked.Rows != benchRows || checked.Rejected != 0 {
				b.Fatalf("%+v, %v", checked, err)
			}
		}
		reportRows(b)
	})
}

func reportRows(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func readBare(b *testing.B, path string) {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeyIndex tells what the index of keys holds in memory for each row: what pass 1 keeps of a file.
func BenchmarkKeyIndex(b *testing.B) {
	im := benchEngine(b, benchFile(b))
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		checked, err := im.Check(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/benchRows, "index-B/row")
		runtime.KeepAlive(checked)
	}
}
