package csvfile_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
)

// benchFile writes rows of 20 columns as CRM exports have them. The ASCII and the accented variant cost differently.
func benchFile(b *testing.B, rows int, city string) (path string, size int64) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "rows.csv")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(file)
	var row bytes.Buffer
	row.WriteString("column 0")
	for c := 1; c < 20; c++ {
		fmt.Fprintf(&row, ",column %d", c)
	}
	row.WriteByte('\n')
	for i := range rows {
		fmt.Fprintf(&row, "%d,Company %d,https://www.company-%d.example/,\"Main Street %d, %s\",%s,", i, i, i, i, city, city)
		fmt.Fprintf(&row, "2020-01-15,1234.50,true,Software,,,,contact%d@company.example,+4930%07d,", i, i)
		row.WriteString("a short description of it,,B2B,DE,10115,\"said \"\"yes\"\"\"\n")
		_, _ = row.WriteTo(w) // Flush returns the first error
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return path, info.Size()
}

// readBare is the least that reading a CSV file in Go costs.
func readBare(b *testing.B, path string) (rows int) {
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
			return rows
		} else if err != nil {
			b.Fatal(err)
		}
		rows++
	}
}

func readSource(b *testing.B, s *csvfile.Source) (rows int) {
	b.Helper()
	for _, err := range s.Rows(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		rows++
	}
	return rows
}

func openBench(b *testing.B, path string, o csvfile.Options) *csvfile.Source {
	b.Helper()
	s, err := csvfile.Open(storage.Local(path), o)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkRead(b *testing.B) {
	for _, text := range []struct{ name, city string }{{"ascii", "Berlin"}, {"accents", "Köln"}} {
		path, size := benchFile(b, 20_000, text.city)
		s := openBench(b, path, csvfile.Options{})
		latin := openBench(b, path, csvfile.Options{Encoding: "windows-1252"}) // reads the accents as two characters, at the same cost
		for _, way := range []struct {
			name string
			read func() int
		}{
			{"bare", func() int { return readBare(b, path) }},
			{"source", func() int { return readSource(b, s) }},
			{"windows-1252", func() int { return readSource(b, latin) }},
		} {
			b.Run(text.name+"/"+way.name, func(b *testing.B) {
				b.SetBytes(size)
				b.ReportAllocs()
				rows := 0
				for b.Loop() {
					rows += way.read()
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// BenchmarkMillion reads 1,000,000 rows of 20 columns in turns with a bare loop, so that a busy machine slows both down, and gives the
// ratio of the medians.
func BenchmarkMillion(b *testing.B) {
	const rounds = 7
	path, _ := benchFile(b, 1_000_000, "Köln")
	s := openBench(b, path, csvfile.Options{})
	timed := func(read func() int) float64 {
		start := time.Now()
		read()
		return time.Since(start).Seconds()
	}
	for b.Loop() {
		var bare, source []float64
		for range rounds {
			bare = append(bare, timed(func() int { return readBare(b, path) }))
			source = append(source, timed(func() int { return readSource(b, s) }))
		}
		slices.Sort(bare)
		slices.Sort(source)
		b.ReportMetric(bare[rounds/2], "bare-s")
		b.ReportMetric(source[rounds/2], "source-s")
		b.ReportMetric(source[rounds/2]/bare[rounds/2], "ratio")
	}
}

func BenchmarkWrite(b *testing.B) {
	row := texts("1", "Company 1", "https://www.company-1.example/", "Main Street 1, Köln", "+49301234567", "said \"yes\"", "=1+1", "", "a short description of it", "DE")
	columns := columns("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	b.ReportAllocs()
	var out bytes.Buffer
	t, err := csvfile.NewTable(&out, columns, csvfile.TableOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		out.Reset()
		if err := writeRows(t, row, 1000); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/row")
}

func writeRows(t *csvfile.Table, row []tabular.Cell, n int) error {
	for range n {
		if err := t.Write(row); err != nil {
			return err
		}
	}
	return nil
}
