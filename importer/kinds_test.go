package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/tabular"
)

// table is rows in memory.
type table struct {
	tabular.Source
	columns []string
	rows    [][]tabular.Cell
}

func (t table) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(t.columns)} }

func (t table) Rows(context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		for i, cells := range t.rows {
			if !yield(tabular.Row{Ordinal: int64(i + 1), Cells: cells}, nil) {
				return
			}
		}
	}
}

func texts(s ...string) []tabular.Cell {
	cells := make([]tabular.Cell, len(s))
	for i, text := range s {
		cells[i] = tabular.StringCell(text)
	}
	return cells
}

func kindsAndTexts(cells []tabular.Cell) string {
	parts := make([]string, len(cells))
	for i, c := range cells {
		parts[i] = fmt.Sprintf("%s %q %q", c.Kind(), c.Text(), kindsAndTexts(c.List()))
	}
	return strings.Join(parts, "; ")
}

// TestRefedCells: every kind of cell comes back from a rejects file as it was, a Broken one without its own words.
func TestRefedCells(t *testing.T) {
	at := time.Date(2020, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	broken := func(text string) tabular.Cell { return tabular.BrokenCell(text, tabular.Fault{Code: "cell-error"}) }
	cells := []tabular.Cell{
		tabular.StringCell("1.125"), tabular.StringCell(""), tabular.IntCell(-7), tabular.FloatCell(1.125), tabular.BoolCell(true), tabular.TimeCell(at),
		tabular.BytesCell([]byte("x")), tabular.DecimalCell("1.500"), tabular.DateCell(2020, 1, 2), tabular.LocalTimeCell(at), broken("#REF!"), broken(""),
		tabular.ListCell(nil), tabular.ListCell([]tabular.Cell{tabular.StringCell("a; b"), tabular.IntCell(1), tabular.DateCell(2020, 1, 2), broken("#N/A")}),
		tabular.ListCell([]tabular.Cell{tabular.ListCell([]tabular.Cell{tabular.BoolCell(false)})}),
	}
	columns := make([]string, len(cells))
	for i := range columns {
		columns[i] = fmt.Sprintf("c%d", i)
	}
	spelling, kinds := spelled(columns, cells)
	layout := NewRejectLayout(columns, true)
	got := refedRows(t, layout.Columns(), slices.Concat(texts("1", "code", "", "", "", kinds), texts(spelling...)))
	if got := kindsAndTexts(got[5:]); got != kindsAndTexts(cells) {
		t.Errorf("got  %s\nwant %s", got, kindsAndTexts(cells))
	}
}

func refedRows(t *testing.T, columns []string, cells []tabular.Cell) []tabular.Cell {
	t.Helper()
	source := Refed(table{columns: columns, rows: [][]tabular.Cell{cells}})
	if source == nil || slices.Contains(source.Schema().Columns, kindsColumn) {
		t.Fatalf("the kinds show among the columns of %v", source)
	}
	for row, err := range source.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return row.Cells
	}
	t.Fatal("no row")
	return nil
}

// TestCorrectedCells: what does not read as its kind is spelled is text, as the job reads text.
func TestCorrectedCells(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{`"decimal"`, "1.500", `decimal number "1.500" ""`},
		{`"decimal"`, "1,5", `text "1,5" ""`},
		{`"decimal"`, "", `empty "" ""`},
		{`"int"`, "12", `whole number "12" ""`},
		{`"int"`, "012", `text "012" ""`},
		{`"float"`, "1e3", `text "1e3" ""`},
		{`"bool"`, "yes", `text "yes" ""`},
		{`"date"`, "2020-02-30", `text "2020-02-30" ""`},
		{`"date"`, "31.01.2020", `text "31.01.2020" ""`},
		{`"broken"`, "", `empty "" ""`},
		{`["text"]`, "", ""},
		{`["int","int"]`, `[ "1", "2", "3" ]`, `list "1; 2; 3" "text \"1\" \"\"; text \"2\" \"\"; text \"3\" \"\""`},
		{`["int"]`, "1; 2", `text "1; 2" ""`},
		{`"colour"`, "1", ""},
		{`7`, "1", ""},
	} {
		columns := append(reasonColumns(), kindsColumn, "a")
		source := Refed(table{columns: columns, rows: [][]tabular.Cell{texts("1", "", "", "", "", `{"a":`+c.kind+`,"gone":"int"}`, c.text)}})
		for row, err := range source.Rows(t.Context()) {
			if bad, ok := errors.AsType[*tabular.RowError](err); ok && c.want == "" && bad.Code == "bad-kinds" {
				continue
			}
			if got := kindsAndTexts(row.Cells[min(5, len(row.Cells)):]); err != nil || got != c.want {
				t.Errorf("%s of %s: got %s, %v, want %s", c.text, c.kind, got, err, c.want)
			}
		}
	}
}

func TestRefedLeavesOthersAlone(t *testing.T) {
	if got := Refed(table{columns: []string{"a"}}); got != nil {
		t.Errorf("no rejects file: got %v", got)
	}
	plain := table{columns: append(reasonColumns(), "a"), rows: [][]tabular.Cell{texts("1", "", "", "", "", "x")}}
	for row, err := range Refed(plain).Rows(t.Context()) {
		if err != nil || len(row.Cells) != 6 {
			t.Errorf("a rejects file of text alone: %d cells, %v", len(row.Cells), err)
		}
	}
}
