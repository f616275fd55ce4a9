package profile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

func TestTable(t *testing.T) {
	broken := tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error", Problem: "an error", Hint: "correct it"})
	rows := [][]tabular.Cell{
		{tabular.StringCell(""), tabular.IntCell(1)},
		{tabular.StringCell("Köln\n" + strings.Repeat("x", 40)), {}},
		{tabular.StringCell("a"), broken},
		{tabular.StringCell("a"), tabular.IntCell(1)},
		{tabular.ListCell(nil), broken},
	}
	table := New("in.csv", []string{"a", "b"}, 2)
	for i, cells := range rows {
		table.Add(tabular.Row{Ordinal: int64(i + 1), Line: int64(i + 2), Cells: cells})
	}
	bad := &tabular.RowError{Row: tabular.Row{Ordinal: 6, Line: 7, File: "b.csv"}, Code: "ragged-row", Problem: "too short"}
	if !table.Reject(fmt.Errorf("read: %w", bad)) || table.Reject(&tabular.FileError{}) {
		t.Error("only an error of a row is taken in")
	}
	if table.Rows != 6 || table.Rejected != 3 {
		t.Errorf("%d rows, %d rejected", table.Rows, table.Rejected)
	}
	a, b := &table.Columns[0], &table.Columns[1]
	if want := "Köln " + strings.Repeat("x", 19) + "…"; a.Example != want || a.Longest != 45 || a.Blank != 2 || a.Values() != 3 {
		t.Errorf("column a: %q, longest %d, %d blank, %d values", a.Example, a.Longest, a.Blank, a.Values())
	}
	want := []KindCount{{tabular.Missing, 1}, {tabular.Int, 2}, {tabular.Broken, 2}}
	if got := b.Kinds(); !slices.Equal(got, want) || b.Values() != 2 {
		t.Errorf("column b: %v, %d values", got, b.Values())
	}
	if n, exact := a.Distinct(); n != 2 || !exact {
		t.Errorf("column a: %d distinct, exact %v", n, exact)
	}
	if first := table.First; len(first) != 2 || !slices.Equal(first[0].Cells, []string{"", "1"}) || first[1].Line != 3 {
		t.Errorf("first rows: %v", first)
	}
	faults := []Problem{
		{2, diag.Finding{Code: "cell-error", Pos: diag.Pos{File: "in.csv", Line: 4, Row: 3, Column: "b"}, Problem: "an error", Got: "#REF!", Hint: "correct it"}},
		{1, diag.Finding{Code: "ragged-row", Pos: diag.Pos{File: "b.csv", Line: 7, Row: 6}, Problem: "too short"}},
	}
	if !reflect.DeepEqual(table.Faults, faults) {
		t.Errorf("faults: %v", table.Faults)
	}
}

// TestDistinct: exact as far as all hashes are kept, then near, and never more than there are values.
func TestDistinct(t *testing.T) {
	for _, c := range []struct{ texts, columns int }{{4096, 1}, {300_000, 1}, {256, 16_384}, {50_000, 16_384}} {
		table := New("x", make([]string, c.columns), 0)
		column := &table.Columns[0]
		for range 2 {
			for i := range c.texts {
				cell := tabular.DateCell(2000, time.January, i)
				column.add(&cell)
			}
		}
		n, exact := column.Distinct()
		size := sketchSize(c.columns)
		if exact != (c.texts <= size) || (exact && n != int64(c.texts)) {
			t.Errorf("%d texts, %d hashes: %d, exact %v", c.texts, size, n, exact)
		}
		if off := float64(n)/float64(c.texts) - 1; off < -0.2 || off > 0.2 {
			t.Errorf("%d texts, %d hashes: %d", c.texts, size, n)
		}
		if len(column.distinct.smallest) > size {
			t.Errorf("%d hashes are kept", len(column.distinct.smallest))
		}
	}
}
