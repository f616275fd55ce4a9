package jsonlfile_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/jsonlfile"
)

var _ tabular.Writer = (*jsonlfile.Writer)(nil)

func columnsNamed(names ...string) []tabular.Column {
	columns := make([]tabular.Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	return columns
}

func TestWriterText(t *testing.T) {
	noon := time.Date(2020, 1, 2, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	w, err := jsonlfile.NewWriter(&out, columnsNamed("a", "b.c", "d\"é"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]tabular.Cell{
		{{}, tabular.StringCell(""), tabular.StringCell("x\n\"é")},
		{tabular.IntCell(math.MaxInt64), tabular.FloatCell(1.5), tabular.DecimalCell("-0.10")},
		{tabular.BoolCell(true), tabular.TimeCell(noon), tabular.DateCell(2020, 1, 2)},
		{tabular.ListCell([]tabular.Cell{tabular.IntCell(1), {}, tabular.StringCell("x")}), tabular.BytesCell([]byte{0xff}), tabular.LocalTimeCell(noon)},
	} {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := `{"a":null,"b.c":"","d\"é":"x\n\"é"}
{"a":9223372036854775807,"b.c":1.5,"d\"é":-0.10}
{"a":true,"b.c":"2020-01-02T12:00:00Z","d\"é":"2020-01-02"}
{"a":[1,null,"x"],"b.c":"/w==","d\"é":"2020-01-02T12:00:00"}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, names := range [][]string{nil, {""}, {"a", "a"}, {" a"}, {"\xff"}} {
		if _, err := jsonlfile.NewWriter(&bytes.Buffer{}, columnsNamed(names...)); err == nil {
			t.Errorf("columns %q: no error", names)
		}
	}
	broken := tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error", Problem: "an error"})
	for _, row := range [][]tabular.Cell{
		{}, {{}, {}}, {tabular.FloatCell(math.NaN())}, {tabular.FloatCell(math.Inf(1))}, {tabular.StringCell("\xff")}, {broken}, {tabular.DecimalCell("1,5")},
	} {
		w, err := jsonlfile.NewWriter(&bytes.Buffer{}, columnsNamed("a"))
		if err != nil {
			t.Fatal(err)
		}
		failed := w.Write(row)
		if failed == nil {
			t.Errorf("%v: no error", row)
		}
		if err := w.Close(); !errors.Is(err, failed) {
			t.Errorf("Close after %v: got %v", failed, err)
		}
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriterReportsAFailedWrite(t *testing.T) {
	w, err := jsonlfile.NewWriter(fullDisk{}, columnsNamed("a"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]tabular.Cell{tabular.IntCell(1)}); err != nil {
		t.Fatal(err) // it is still buffered
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close: got %v, want %v", err, errFull)
	}
}

// TestWriterRoundTrip: random tables of cells that JSON has a form for come back with their kinds.
func TestWriterRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.jsonl")
	single := rapid.OneOf(
		rapid.Just(tabular.Cell{}),
		rapid.Map(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\uFEFF", "\u2028", "\x00", "\\u0041", "null"})), tabular.StringCell),
		rapid.Map(rapid.Int64(), tabular.IntCell),
		rapid.Map(rapid.Bool(), tabular.BoolCell),
		rapid.Map(rapid.SampledFrom([]string{"0.10", "-1.5", "123456789012345678901234567890", "99999999999999999999.000"}), tabular.DecimalCell),
	)
	cell := rapid.OneOf(single, rapid.Map(rapid.SliceOfN(single, 0, 3), tabular.ListCell))
	names := []string{"a", "a.b", "\"c\"", "é"}
	rapid.Check(t, func(t *rapid.T) {
		columns := names[:rapid.IntRange(1, len(names)).Draw(t, "columns")]
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, len(columns), len(columns)), 1, 5).Draw(t, "rows")
		var out bytes.Buffer
		w, err := jsonlfile.NewWriter(&out, columnsNamed(columns...))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Close(), os.WriteFile(path, out.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		s, err := jsonlfile.Open(t.Context(), storage.Local(path), jsonlfile.Options{})
		if err != nil || !slices.Equal(s.Schema().Columns, columns) {
			t.Fatalf("columns %q, %v", s.Schema().Columns, err)
		}
		n := 0
		for row, err := range s.Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range row.Cells {
				if got, want := kindAndText(c), kindAndText(rows[n][i]); got != want {
					t.Fatalf("row %d: got %s, want %s", n+1, got, want)
				}
			}
			n++
		}
		if n != len(rows) {
			t.Fatalf("%d rows, want %d", n, len(rows))
		}
	})
}

func kindAndText(c tabular.Cell) string {
	text := c.Kind().String() + " " + c.Text()
	for _, e := range c.List() {
		text += "; " + kindAndText(e)
	}
	return text
}
