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
	"strconv"
	"testing"
	"time"

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
	return engineOf(b, path, benchJob, schema)
}

func engineOf(b *testing.B, path, text string, schema *crm.Schema) *importer.Import {
	b.Helper()
	job, findings := jobs.Parse("job.yaml", []byte(text), nil)
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
			if checked, err := checkAlone(b.Context(), im, nil); err != nil || checked.Rows != benchRows || checked.Rejected != 0 {
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

// typedColumns is a file of twenty columns, each of a type: what rows of CRM exports are made of.
var typedColumns = []struct {
	slug string
	typ  crm.Type
	cell func(i int) string
}{
	{"domains", crm.TypeDomain, func(i int) string { return fmt.Sprintf("https://www.company-%07d.com/about", i) }},
	{"name", crm.TypeText, func(i int) string { return fmt.Sprintf("Company %d", i) }},
	{"description", crm.TypeText, func(i int) string { return fmt.Sprintf("\"What company %d does, in some words\"", i) }},
	{"street", crm.TypeText, func(i int) string { return fmt.Sprintf("Main Street %d", i%500) }},
	{"city", crm.TypeText, func(i int) string { return []string{"Berlin", "Köln", "Paris", "San Francisco"}[i%4] }},
	{"note", crm.TypeText, func(i int) string { return fmt.Sprintf("note %d", i) }},
	{"external_id", crm.TypeText, func(i int) string { return fmt.Sprintf("%08d", i) }},
	{"staff", crm.TypeNumber, func(i int) string { return strconv.Itoa(i % 5000) }},
	{"score", crm.TypeNumber, func(i int) string { return fmt.Sprintf("%d.%d", i%100, i%10) }},
	{"visits", crm.TypeNumber, func(i int) string { return fmt.Sprintf("%d", i*7919) }},
	{"revenue", crm.TypeCurrency, func(i int) string { return fmt.Sprintf("%d.%02d", i*13%1_000_000, i%100) }},
	{"budget", crm.TypeCurrency, func(i int) string { return fmt.Sprintf("$%d.50", i%1000) }},
	{"founded", crm.TypeDate, func(i int) string { return fmt.Sprintf("%04d-%02d-%02d", 1900+i%120, 1+i%12, 1+i%28) }},
	{"renewal", crm.TypeDate, func(i int) string { return fmt.Sprintf("2026-%02d-%02d", 1+i%12, 1+i%28) }},
	{"created", crm.TypeTimestamp, func(i int) string {
		return fmt.Sprintf("2020-%02d-%02dT%02d:%02d:00Z", 1+i%12, 1+i%28, i%24, i%60)
	}},
	{"customer", crm.TypeCheckbox, func(i int) string { return []string{"yes", "no"}[i%2] }},
	{"size", crm.TypeSelect, func(i int) string { return []string{"small", "large"}[i%2] }},
	{"branch", crm.TypeSelect, func(i int) string { return []string{"small", "Large"}[i%2] }},
	{"contact", crm.TypeEmailAddress, func(i int) string { return fmt.Sprintf("jane.doe%d@company-%07d.com", i, i) }},
	{"rating", crm.TypeRating, func(i int) string { return strconv.Itoa(i % 6) }},
}

// typedEngine imports a file of so many rows of typedColumns, in which no row is rejected.
func typedEngine(b *testing.B, rows int) (*importer.Import, string) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "rows.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	job := "version: 1\nimport:\n  source: {path: rows.csv}\n  target: {object: companies, match: domains}\n  map:\n"
	schema := &crm.Schema{Target: companies().Target}
	for i, c := range typedColumns {
		job += "    " + c.slug + ": column " + c.slug + "\n"
		attr := crm.Attribute{Slug: c.slug, Type: c.typ, Writable: true, Unique: c.slug == "domains", Currency: "USD"}
		if c.typ == crm.TypeSelect {
			attr.Choices = []crm.Choice{{ID: "s", Title: "small"}, {ID: "l", Title: "large"}}
		}
		schema.Attributes = append(schema.Attributes, attr)
		_, _ = w.WriteString(separator(i) + "column " + c.slug)
	}
	for n := range rows {
		for i, c := range typedColumns {
			_, _ = w.WriteString(separator(i) + c.cell(n)) // Flush says it again
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return engineOf(b, path, job, schema), path
}

func separator(column int) string {
	if column == 0 {
		return "\n"
	}
	return ","
}

// BenchmarkTypedCheck takes -benchtime 1000000x as so many rows. The ratio is that of pass 1 to a bare loop over the same file, which
// is run before and after it.
func BenchmarkTypedCheck(b *testing.B) {
	im, path := typedEngine(b, b.N)
	b.ReportAllocs()
	bare := timeOf(func() { readBare(b, path) })
	b.ResetTimer()
	check := timeOf(func() {
		if checked, err := checkAlone(b.Context(), im, nil); err != nil || checked.Rows != int64(b.N) || checked.Rejected != 0 {
			b.Fatalf("%+v, %v", checked, err)
		}
	})
	b.StopTimer()
	bare += timeOf(func() { readBare(b, path) })
	b.ReportMetric(2*check.Seconds()/bare.Seconds(), "x-bare")
}

func timeOf(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

// BenchmarkKeyIndex tells what the index of keys holds in memory for each row: what pass 1 keeps of a file.
func BenchmarkKeyIndex(b *testing.B) {
	im := benchEngine(b, benchFile(b))
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		checked, err := checkAlone(b.Context(), im, nil)
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/benchRows, "index-B/row")
		runtime.KeepAlive(checked)
	}
}
