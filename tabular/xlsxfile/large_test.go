package xlsxfile_test

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular/xlsxfile"
)

const million = 1_000_000

// BenchmarkMillion writes and reads 1,000,000 rows of ten columns. Run one at a time under a program that tells the peak of memory:
//
//	go test -c -o xlsx.test ./tabular/xlsxfile
//	/usr/bin/time -v ./xlsx.test -test.run '^$' -test.bench Million/write -test.benchtime 1x
//
// and with Million/inline and Million/shared, whose peak includes the making of the file, in constant memory too.
func BenchmarkMillion(b *testing.B) {
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := benchWrite(io.Discard, million-1); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, fill := range map[string]func(io.Writer) error{
		"inline": func(w io.Writer) error { return benchWrite(w, million-1) },
		"shared": millionStrings,
	} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "million.xlsx")
			file, err := os.Create(path)
			if err == nil {
				err = errors.Join(fill(file), file.Close())
			}
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if n := countRows(b, path); n != million-1 {
					b.Fatalf("%d rows", n)
				}
			}
		})
	}
}

func countRows(b *testing.B, path string) (n int) {
	b.Helper()
	s, err := xlsxfile.Open(context.Background(), storage.Local(path), xlsxfile.Options{TempDir: b.TempDir()})
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
	return n
}

// millionStrings is a workbook of 1,000,000 rows of ten columns with 3,000,000 different shared strings.
func millionStrings(w io.Writer) error {
	z := zip.NewWriter(w)
	for name, text := range workbook("") {
		part, err := z.Create(name)
		if err != nil {
			return err
		}
		out := bufio.NewWriter(part)
		switch name {
		case "xl/worksheets/sheet1.xml":
			_, _ = out.WriteString(`<worksheet><sheetData>`)
			for i := range million {
				_, _ = fmt.Fprintf(out, `<row r="%d">`, i+1)
				for c := range 10 {
					n := i + c%3*million
					_, _ = fmt.Fprintf(out, `<c r="%c%d" t="s"><v>%d</v></c>`, 'A'+c, i+1, n)
				}
				_, _ = out.WriteString(`</row>`)
			}
			_, _ = out.WriteString(`</sheetData></worksheet>`)
		case "xl/sharedStrings.xml":
			_, _ = out.WriteString(`<sst>`)
			for i := range 3 * million {
				_, _ = fmt.Fprintf(out, `<si><t>a text of its own with the number %d</t></si>`, i)
			}
			_, _ = out.WriteString(`</sst>`)
		default:
			_, _ = out.WriteString(text)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return z.Close()
}
