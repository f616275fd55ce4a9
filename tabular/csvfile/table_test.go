package csvfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
)

var _ tabular.Writer = (*csvfile.Table)(nil)

func texts(cells ...string) []tabular.Cell {
	row := make([]tabular.Cell, len(cells))
	for i, c := range cells {
		row[i] = tabular.StringCell(c)
	}
	return row
}

func columns(names ...string) []tabular.Column {
	all := make([]tabular.Column, len(names))
	for i, n := range names {
		all[i] = tabular.Column{Name: n}
	}
	return all
}

func writeTable(w *bytes.Buffer, columns []tabular.Column, o csvfile.TableOptions, rows ...[]tabular.Cell) error {
	table, err := csvfile.NewTable(w, columns, o)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := table.Write(row); err != nil {
			return err
		}
	}
	return table.Close()
}

func TestTableText(t *testing.T) {
	list := tabular.ListCell([]tabular.Cell{
		tabular.StringCell("a; \"<b>\""),
		tabular.IntCell(-1), tabular.DecimalCell("1.50"), tabular.BoolCell(true),
		{},
		tabular.FloatCell(0.5),
		tabular.DateCell(2026, time.March, 4), tabular.ListCell(texts("x")),
	})
	empty := tabular.ListCell(nil)
	typed := []tabular.Cell{
		tabular.IntCell(-5), tabular.FloatCell(-1.5), tabular.DecimalCell("-12.50"), tabular.BoolCell(false), tabular.DateCell(2026, time.March, 4), {},
	}
	for name, c := range map[string]struct {
		opts csvfile.TableOptions
		cols []tabular.Column
		row  []tabular.Cell
		want string
	}{
		"plain":           {cols: columns("a", "b;c"), row: texts("1", "x,\"y\""), want: "a,\"b;c\"\n1,\"x,\"\"y\"\"\"\n"},
		"tabs":            {opts: csvfile.TableOptions{Delimiter: '\t'}, cols: columns("a", "b"), row: texts("1", "x\ty"), want: "a\tb\n1\t\"x\ty\"\n"},
		"quotes all":      {opts: csvfile.TableOptions{QuoteAll: true}, cols: columns("a", "b"), row: texts("1", ""), want: "\"a\",\"b\"\n\"1\",\"\"\n"},
		"mark and crlf":   {opts: csvfile.TableOptions{Mark: true, CRLF: true}, cols: columns("a", "b"), row: texts("1", "x\ny"), want: "\uFEFFa,b\r\n1,\"x\ny\"\r\n"},
		"one empty cell":  {cols: columns("a"), row: texts(""), want: "a\n\"\"\n"},
		"formulas":        {cols: columns("=a", "b"), row: texts("=1+1", "+49 30"), want: "'=a,b\n'=1+1,+49 30\n"},
		"formulas kept":   {opts: csvfile.TableOptions{KeepFormulas: true}, cols: columns("=a", "b"), row: texts("=1+1", "'=2"), want: "=a,b\n=1+1,'=2\n"},
		"typed":           {cols: columns("a", "b", "c", "d", "e", "f"), row: typed, want: "a,b,c,d,e,f\n-5,-1.5,-12.50,false,2026-03-04,\n"},
		"list":            {cols: columns("a", "b"), row: []tabular.Cell{tabular.ListCell(texts("=x", "y")), empty}, want: "a,b\n\"'=x; y\",\n"},
		"list, separator": {opts: csvfile.TableOptions{ListSeparator: " / "}, cols: columns("a"), row: []tabular.Cell{tabular.ListCell(texts("x", "y"))}, want: "a\nx / y\n"},
		"list, json": {
			opts: csvfile.TableOptions{ListsAsJSON: true, Delimiter: '\t'}, cols: columns("a", "b"), row: []tabular.Cell{list, empty},
			want: "a\tb\n\"[\"\"a; \\\"\"<b>\\\"\"\"\",-1,1.50,true,null,0.5,\"\"2026-03-04\"\",[\"\"x\"\"]]\"\t[]\n",
		},
	} {
		var out bytes.Buffer
		if err := writeTable(&out, c.cols, c.opts, c.row); err != nil || out.String() != c.want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", name, err, out.String(), c.want)
		}
	}
}

func TestTableRefuses(t *testing.T) {
	for _, names := range [][]string{nil, {""}, {"a", "a"}, {" a"}, {"\xff"}} {
		if err := writeTable(&bytes.Buffer{}, columns(names...), csvfile.TableOptions{}); err == nil {
			t.Errorf("columns %q: no error", names)
		}
	}
	if err := writeTable(&bytes.Buffer{}, columns("a"), csvfile.TableOptions{Delimiter: '"'}); err == nil {
		t.Error("a quote as delimiter: no error")
	}
	for _, row := range [][]tabular.Cell{nil, texts("1"), texts("1", "2", "3"), texts("1", "\xff"), texts("1", "\x00")} {
		table, err := csvfile.NewTable(&bytes.Buffer{}, columns("a", "b"), csvfile.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		err = table.Write(row)
		if err == nil {
			t.Errorf("row %v: no error", row)
		}
		if again := table.Write(texts("1", "2")); !errors.Is(again, err) {
			t.Errorf("row %v: then %v, want %v", row, again, err)
		}
		if closed := table.Close(); !errors.Is(closed, err) {
			t.Errorf("row %v: closed with %v, want %v", row, closed, err)
		}
	}
}

func TestTableReportsAFailedWrite(t *testing.T) {
	table, err := csvfile.NewTable(fullDisk{}, columns("a"), csvfile.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close: got %v, want %v", err, errFull)
	}
}

// TestTableRoundTrip: random tables come back cell by cell with every delimiter and every way of quoting, guarded or not.
func TestTableRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.csv")
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", " ", "\"", "\"\"", ",", ";", "|", "\n", "\r", "\r\n", "\t", "=1", "'=1", "''+x", "-5", "+49 30", "@", "'", "\uFEFF", "é", "§", "a,b;c|d\te", "#", "\\.",
		}),
		rapid.StringOfN(rapid.SampledFrom([]rune("a \"',;\n\r\t|é=+@-§")), 0, 6, -1),
	)
	names := []string{"Name", "b;\"c\"", "=d|e", "f\ng"}
	rapid.Check(t, func(t *rapid.T) {
		o := csvfile.TableOptions{
			Delimiter: rapid.SampledFrom([]rune{0, ',', ';', '\t', '|', '§', ':'}).Draw(t, "delimiter"), QuoteAll: rapid.Bool().Draw(t, "quote all"),
			Mark: rapid.Bool().Draw(t, "mark"), CRLF: rapid.Bool().Draw(t, "crlf"), KeepFormulas: rapid.Bool().Draw(t, "keep formulas"),
		}
		header := names[:rapid.IntRange(1, 4).Draw(t, "columns")]
		rows := rapid.SliceOf(rapid.SliceOfN(cell, len(header), len(header))).Draw(t, "rows")
		cells := make([][]tabular.Cell, len(rows))
		for i, row := range rows {
			cells[i] = texts(row...)
		}
		var out bytes.Buffer
		if err := writeTable(&out, columns(header...), o, cells...); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		read := csvfile.Options{Delimiter: o.Delimiter, StripGuard: !o.KeepFormulas}
		readTable(t, path, read, header, rows)
		if slices.Contains([]rune{0, ',', ';', '\t', '|'}, o.Delimiter) {
			read.Delimiter = 0
			readTable(t, path, read, header, rows)
		}
	})
}

// TestTableNeverShowsAFormula: no cell that a spreadsheet would see starts like a formula.
func TestTableNeverShowsAFormula(t *testing.T) {
	var out bytes.Buffer
	if err := writeTable(&out, columns("a", "b"), csvfile.TableOptions{}, texts("=1", "@x"), texts("\t=1", "\r\n=2")); err != nil {
		t.Fatal(err)
	}
	s, err := csvfile.Open(storage.Local(write(t, out.String())), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range row.Cells {
			if !strings.HasPrefix(c.Text(), "'") {
				t.Errorf("%q is shown as it is", c.Text())
			}
		}
	}
}
