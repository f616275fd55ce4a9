package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// inMemory is a file in memory, read through wrap, which can shorten or break the reads.
func inMemory(data []byte, wrap func(io.Reader) io.Reader) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(wrap(bytes.NewReader(data))), nil }
}

func whole(r io.Reader) io.Reader { return r }

// readAll is every row and error of a source.
func readAll(t *testing.T, data []byte, o Options, wrap func(io.Reader) io.Reader) (columns []string, rows [][]string, faults []string, final error) {
	t.Helper()
	s, err := newSource(storage.File{Name: "fuzz.csv"}, o, inMemory(data, wrap))
	if err != nil {
		return nil, nil, nil, err
	}
	for row, err := range s.Rows(t.Context()) {
		if re, ok := errors.AsType[*tabular.RowError](err); ok {
			faults = append(faults, re.Error())
			row = re.Row
		} else if err != nil {
			return s.columns, rows, faults, err
		}
		if want := int64(len(rows) + 1); row.Ordinal != want {
			t.Fatalf("ordinal %d, want %d", row.Ordinal, want)
		}
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = c.Text()
		}
		rows = append(rows, cells)
	}
	return s.columns, rows, faults, nil
}

// FuzzSource: whatever the bytes, reading ends in rows and typed errors, the same ones however the file is cut into blocks.
func FuzzSource(f *testing.F) {
	for _, text := range adverse {
		f.Add([]byte(text), byte(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, options byte) {
		o := fuzzOptions(options)
		columns, rows, faults, final := readAll(t, data, o, whole)
		columns1, rows1, faults1, final1 := readAll(t, data, o, iotest.OneByteReader)
		if fmt.Sprint(columns, rows, faults, final) != fmt.Sprint(columns1, rows1, faults1, final1) {
			t.Errorf("whole: %q %q %v\nbyte by byte: %q %q %v", rows, faults, final, rows1, faults1, final1)
		}
		if _, typed := errors.AsType[*tabular.FileError](final); final != nil && !typed {
			t.Errorf("final error %v is no *tabular.FileError", final)
		}
	})
}

// fuzzOptions makes options of a byte.
func fuzzOptions(b byte) Options {
	o := Options{
		Delimiter:  []rune{',', 0}[b&1],
		Quote:      []rune{'"', NoQuote}[b>>1&1],
		NoHeader:   b>>2&1 == 1,
		FooterRows: int(b >> 3 & 1),
		Encoding:   []string{"auto", "utf-16le", "windows-1252", "shift_jis", "gb18030", "utf-16", "euc-kr", "big5"}[b>>5],
	}
	if b>>4&1 == 1 {
		o.MaxRecord = 16
	}
	return o
}

// FuzzAgainstBare: what this package and encoding/csv both accept they read alike, record by record and cell by cell.
func FuzzAgainstBare(f *testing.F) {
	for _, text := range adverse {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		columns, rows, faults, final := readAll(t, data, Options{Delimiter: ',', Encoding: "utf-8"}, whole)
		bare := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
		bare.FieldsPerRecord = -1
		want, err := bare.ReadAll()
		if final != nil {
			return
		}
		s, openErr := newSource(storage.File{Name: "fuzz.csv"}, Options{Delimiter: ',', Encoding: "utf-8"}, inMemory(data, whole))
		if openErr != nil {
			t.Fatal(openErr)
		}
		if strings.Contains(s.Evidence(), "carriage return alone") {
			return // encoding/csv knows no such lines
		}
		if err != nil {
			if len(faults) == 0 {
				t.Fatalf("read without a fault: %q, and encoding/csv says %v", rows, err)
			}
			return
		}
		compareWithBare(t, columns, rows, want)
	})
}

// compareWithBare compares cells; encoding/csv makes \n of a line break \r\n in a cell.
func compareWithBare(t *testing.T, columns []string, rows, want [][]string) {
	t.Helper()
	if len(want) != len(rows)+1 {
		t.Fatalf("%d records, want %d: %q", len(rows)+1, len(want), want)
	}
	if len(want[0]) != len(columns) {
		t.Errorf("columns %q of header %q", columns, want[0])
	}
	for i, row := range rows {
		for c := range row {
			row[c] = strings.ReplaceAll(row[c], "\r\n", "\n")
		}
		if !slices.Equal(row, want[i+1]) {
			t.Errorf("row %d: got %q, want %q", i+1, row, want[i+1])
		}
	}
}

func FuzzWriter(f *testing.F) {
	f.Add("a", "b", "1", "2", "3", "4")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		for _, table := range [][][]string{{{a}, {b}, {c}}, {{a, b}, {c, d}, {e, g}}} {
			columns := tabular.ColumnNames(table[0])
			var out bytes.Buffer
			w, err := NewWriter(&out, columns)
			if err != nil {
				t.Fatal(err)
			}
			for _, cells := range table[1:] {
				if err := w.Write(cells); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			checkReadBack(t, out.Bytes(), columns, table[1:])
		}
	})
}

// checkReadBack reads what was written. Values with NUL or without UTF-8 are known not to come back: their rows are refused.
func checkReadBack(t *testing.T, data []byte, columns []string, want [][]string) {
	t.Helper()
	for _, o := range []Options{{Delimiter: ','}, {}} {
		names, rows, faults, err := readAll(t, data, o, whole)
		text := strings.Join(append(slices.Concat(want...), columns...), ",")
		if strings.Contains(text, "\x00") || !utf8.ValidString(text) {
			return
		}
		if len(faults) > 0 || err != nil {
			t.Errorf("%q with %+v: %q %v", data, o, faults, err)
		}
		if !slices.Equal(names, columns) || !slices.EqualFunc(rows, want, slices.Equal) {
			t.Errorf("%q with %+v: got %q %q, want %q %q", data, o, names, rows, columns, want)
		}
	}
}
