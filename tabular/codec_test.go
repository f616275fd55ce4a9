package tabular_test

import (
	"math"
	"testing"
	"time"

	"attio-etl/tabular"
)

func cells() []tabular.Cell {
	berlin := time.FixedZone("", 7200)
	list := tabular.ListCell([]tabular.Cell{tabular.IntCell(1), tabular.StringCell("a; b"), tabular.ListCell(nil)})
	return []tabular.Cell{
		{},
		tabular.StringCell(""), tabular.StringCell("text\x00 mit ümlaut"), tabular.BytesCell([]byte{0xFF, 0}),
		tabular.IntCell(math.MinInt64), tabular.IntCell(math.MaxInt64), tabular.FloatCell(0.1), tabular.FloatCell(math.Inf(-1)),
		tabular.BoolCell(true), tabular.BoolCell(false), tabular.DecimalCell("-12345678901234567890.12"),
		tabular.TimeCell(time.Date(2024, 2, 29, 23, 59, 59, 999999999, berlin)), tabular.TimeCell(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)),
		tabular.DateCell(9999, 12, 31), tabular.LocalTimeCell(time.Date(1900, 1, 1, 0, 0, 0, 1, berlin)), list,
		tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error", Problem: "the cell is an error", Hint: "look at it"}),
	}
}

func same(a, b tabular.Cell) bool {
	if a.Kind() != b.Kind() || a.Text() != b.Text() || a.Fault() != b.Fault() || len(a.List()) != len(b.List()) {
		return false
	}
	for i := range a.List() {
		if !same(a.List()[i], b.List()[i]) {
			return false
		}
	}
	return a.Int() == b.Int()
}

func TestCellsComeBack(t *testing.T) {
	var all []byte
	for _, c := range cells() {
		all = tabular.AppendCell(all, c)
	}
	for i, want := range cells() {
		var got tabular.Cell
		var err error
		if got, all, err = tabular.ReadCell(all); err != nil || !same(got, want) {
			t.Fatalf("cell %d: got %s %q, %v; want %s %q", i, got.Kind(), got.Text(), err, want.Kind(), want.Text())
		}
	}
	if len(all) > 0 {
		t.Errorf("%d bytes are left", len(all))
	}
}

func TestDamagedCells(t *testing.T) {
	for i, c := range cells() {
		whole := tabular.AppendCell(nil, c)
		for cut := range len(whole) {
			if _, _, err := tabular.ReadCell(whole[:cut]); err == nil {
				t.Errorf("cell %d cut to %d of %d bytes is read", i, cut, len(whole))
			}
		}
	}
}

func FuzzReadCell(f *testing.F) {
	for _, c := range cells() {
		f.Add(tabular.AppendCell(nil, c))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, rest, err := tabular.ReadCell(data)
		if err != nil {
			return
		}
		if len(rest) >= len(data) {
			t.Fatal("a cell of no bytes")
		}
		again, left, err := tabular.ReadCell(tabular.AppendCell(nil, c))
		if err != nil || len(left) > 0 || !same(c, again) {
			t.Errorf("%s %q comes back as %s %q: %v", c.Kind(), c.Text(), again.Kind(), again.Text(), err)
		}
	})
}
