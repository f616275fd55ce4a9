package csvfile_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular/csvfile"
)

// benchRows is a file of 20 columns as CRM exports have them. The ASCII and the accented variant cost differently.
func benchRows(city string) []byte {
	var b bytes.Buffer
	for c := range 20 {
		fmt.Fprintf(&b, "column %d,", c)
	}
	b.Truncate(b.Len() - 1)
	b.WriteByte('\n')
	for i := range 20_000 {
		fmt.Fprintf(&b, "%d,Company %d,https://www.company-%d.example/,\"Main Street %d, %s\",%s,", i, i, i, i, city, city)
		fmt.Fprintf(&b, "2020-01-15,1234.50,true,Software,,,,contact%d@company.example,+4930%07d,", i, i)
		b.WriteString("a short description of it,,B2B,DE,10115,\"said \"\"yes\"\"\"\n")
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	for _, text := range []struct{ name, city string }{{"ascii", "Berlin"}, {"accents", "Köln"}} {
		data := benchRows(text.city)
		path := filepath.Join(b.TempDir(), "rows.csv")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			b.Fatal(err)
		}
		b.Run(text.name+"/bare", func(b *testing.B) { benchBare(b, path, int64(len(data))) })
		b.Run(text.name+"/source", func(b *testing.B) { benchSource(b, path, int64(len(data))) })
	}
}

func benchBare(b *testing.B, path string, size int64) {
	b.Helper()
	b.SetBytes(size)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		r := csv.NewReader(f)
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			rows++
		}
		_ = f.Close()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func benchSource(b *testing.B, path string, size int64) {
	b.Helper()
	s, err := csvfile.Open(storage.Local(path), csvfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		for _, err := range s.Rows(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
