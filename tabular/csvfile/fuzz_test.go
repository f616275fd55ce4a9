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

// memory is a file in memory, read through wrap, which can shorten or break the reads.
type memory struct {
	io.Reader
	io.ReaderAt
}

func (memory) Close() error { return nil }

func inMemory(data []byte, wrap func(io.Reader) io.Reader) func() (file, error) {
	return func() (file, error) {
		r := bytes.NewReader(data)
		return memory{wrap(r), r}, nil
	}
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

func FuzzSource(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{Delimiter: ','}
		columns, rows, faults, final := readAll(t, data, o, whole)

		_, rows1, faults1, final1 := readAll(t, data, o, iotest.OneByteReader)
		if fmt.Sprint(rows, faults, final) != fmt.Sprint(rows1, faults1, final1) {
			t.Errorf("whole: %q %q %v\nbyte by byte: %q %q %v", rows, faults, final, rows1, faults1, final1)
		}
		if final != nil {
			if _, ok := errors.AsType[*tabular.FileError](final); !ok {
				t.Errorf("final error %v is no *tabular.FileError", final)
			}
			return
		}
		compareWithBare(t, data, columns, rows)

		if _, _, _, err := readAll(t, data, Options{MaxRecord: 16}, whole); err != nil {
			if _, ok := errors.AsType[*tabular.FileError](err); !ok {
				t.Errorf("automatic delimiter, short records: %v is no *tabular.FileError", err)
			}
		}
	})
}

// compareWithBare: whatever encoding/csv accepts as a whole has to come out row by row and cell by cell.
func compareWithBare(t *testing.T, data []byte, columns []string, rows [][]string) {
	t.Helper()
	bare := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	bare.FieldsPerRecord = -1
	want, err := bare.ReadAll()
	if err != nil {
		return
	}
	if len(want) != len(rows)+1 {
		t.Fatalf("%d records, want %d: %q", len(rows)+1, len(want), want)
	}
	if len(want[0]) != len(columns) {
		t.Errorf("columns %q of header %q", columns, want[0])
	}
	for i, row := range rows {
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

// checkReadBack reads what was written. Values with \r\n, NUL or without UTF-8 are known not to come back as they are.
func checkReadBack(t *testing.T, data []byte, columns []string, want [][]string) {
	t.Helper()
	for _, o := range []Options{{Delimiter: ','}, {}} {
		names, rows, faults, err := readAll(t, data, o, whole)
		text := strings.Join(append(slices.Concat(want...), columns...), ",")
		if strings.Contains(text, "\r\n") || strings.Contains(text, "\x00") || !utf8.ValidString(text) {
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
