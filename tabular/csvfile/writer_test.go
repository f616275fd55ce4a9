package csvfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attio-etl/internal/storage"
	"attio-etl/tabular/csvfile"
)

func TestWriterText(t *testing.T) {
	var out bytes.Buffer
	w, err := csvfile.NewWriter(&out, []string{"a", "b;c"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{{"1", "x,y"}, {"say \"hi\"", "=1+1"}, {" 1", "2 "}, {"", ""}, {"a\nb", "a\rb"}} {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "a,\"b;c\"\n1,\"x,y\"\n\"say \"\"hi\"\"\",=1+1\n\" 1\",\"2 \"\n,\n\"a\nb\",\"a\rb\"\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, columns := range [][]string{nil, {""}, {"a", "a"}, {" a"}} {
		if _, err := csvfile.NewWriter(&bytes.Buffer{}, columns); err == nil {
			t.Errorf("columns %q: no error", columns)
		}
	}
	w, err := csvfile.NewWriter(&bytes.Buffer{}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{nil, {"1"}, {"1", "2", "3"}} {
		if err := w.Write(row); err == nil {
			t.Errorf("row %q: no error", row)
		}
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriterReportsAFailedWrite(t *testing.T) {
	w, err := csvfile.NewWriter(fullDisk{}, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]string{strings.Repeat("x", 10_000)}); !errors.Is(err, errFull) {
		t.Errorf("Write: got %v, want %v", err, errFull)
	}
	if err := w.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush: got %v, want %v", err, errFull)
	}
}

// TestWriterRoundTrip: random tables of the cells that are hard to write come back through Open, with the delimiter found by itself.
func TestWriterRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.csv")
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "\"", "\"\"", ",", ";", "\n", "\r", "\r\n", "\t", "a\n\n", "x\r", "\rx", "\\.", "=1", "'", "\uFEFF", "é", "a,b;c|d\te"}),
		rapid.StringOfN(rapid.SampledFrom([]rune("a \"',;\n\r\t|é=")), 0, 6, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		columns := []string{"Name", "b;\"c\"", "d|e", "f\ng"}[:rapid.IntRange(1, 4).Draw(t, "columns")]
		row := rapid.SliceOfN(cell, len(columns), len(columns))
		rows := rapid.SliceOf(row).Draw(t, "rows")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := csvfile.NewWriter(file, columns)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Flush(), file.Close()); err != nil {
			t.Fatal(err)
		}
		readTable(t, path, csvfile.Options{}, columns, rows)
	})
}

func readTable(t *rapid.T, path string, o csvfile.Options, columns []string, want [][]string) {
	t.Helper()
	s, err := csvfile.Open(storage.Local(path), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Schema().Columns; !slices.Equal(got, columns) {
		t.Fatalf("columns %q, want %q", got, columns)
	}
	n := 0
	for row, err := range s.Rows(t.Context()) {
		if err != nil || n == len(want) {
			t.Fatalf("row %d of %d: %v", n+1, len(want), err)
		}
		for i, c := range row.Cells {
			if c.Text() != want[n][i] {
				t.Fatalf("row %d cell %d: got %q, want %q", n+1, i+1, c.Text(), want[n][i])
			}
		}
		n++
	}
	if n != len(want) {
		t.Fatalf("%d rows, want %d", n, len(want))
	}
}

func TestWriteRagged(t *testing.T) {
	var b strings.Builder
	w, err := csvfile.NewWriter(&b, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{{""}, {"1", "2", "3, 4"}, {"1", "2"}} {
		if err := w.WriteRagged(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := "a,b\n\"\"\n1,2,\"3, 4\"\n1,2\n"; b.String() != want {
		t.Errorf("wrote %q, want %q", b.String(), want)
	}
}
