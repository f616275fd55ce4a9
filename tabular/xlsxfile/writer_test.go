package xlsxfile_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/xlsxfile"
)

var _ tabular.Writer = (*xlsxfile.Writer)(nil)

func columns(names ...string) []tabular.Column {
	list := make([]tabular.Column, len(names))
	for i, n := range names {
		list[i] = tabular.Column{Name: n}
	}
	return list
}

func writeAll(t *testing.T, o xlsxfile.WriterOptions, cols []tabular.Column, rows ...[]tabular.Cell) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xlsxfile.NewWriter(&b, cols, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrittenCells: each kind of cell, as this package and as excelize reads it.
func TestWrittenCells(t *testing.T) {
	at := time.Date(2020, 1, 15, 10, 30, 0, 0, time.UTC)
	list := tabular.ListCell([]tabular.Cell{tabular.StringCell("a<b"), tabular.IntCell(2), tabular.BoolCell(true), {}, tabular.FloatCell(0.5)})
	long := strings.Repeat("é", 32_767)
	for name, c := range map[string]struct {
		cell  tabular.Cell
		opts  xlsxfile.WriterOptions
		want  string
		excel string // what excelize shows
	}{
		"missing":              {cell: tabular.Cell{}, want: "-"},
		"empty":                {cell: tabular.StringCell(""), want: `""`},
		"text":                 {cell: tabular.StringCell(" a\n<b>&\t"), want: " a\n<b>&\t", excel: " a\n<b>&\t"},
		"a formula's text":     {cell: tabular.StringCell(`=HYPERLINK("http://x")`), want: `=HYPERLINK("http://x")`, excel: `=HYPERLINK("http://x")`},
		"a number's text":      {cell: tabular.StringCell("00123"), want: "00123", excel: "00123"},
		"carriage return":      {cell: tabular.StringCell("a\r\nb"), want: "a\r\nb", excel: "a\r\nb"},
		"control characters":   {cell: tabular.StringCell("a\x00\x1fb"), want: "a\x00\x1fb", excel: "a\x00\x1fb"},
		"a text like escapes":  {cell: tabular.StringCell("_x0041_ _xD800_"), want: "_x0041_ _xD800_", excel: "_x0041_ _xD800_"},
		"the longest text":     {cell: tabular.StringCell(long), want: long, excel: long},
		"int":                  {cell: tabular.IntCell(-42), want: "whole number -42", excel: "-42"},
		"15 digits":            {cell: tabular.IntCell(999_999_999_999_999), want: "whole number 999999999999999", excel: "999999999999999"},
		"16 digits":            {cell: tabular.IntCell(1_000_000_000_000_000), want: "1000000000000000", excel: "1000000000000000"},
		"smallest int":         {cell: tabular.IntCell(math.MinInt64), want: "-9223372036854775808", excel: "-9223372036854775808"},
		"float":                {cell: tabular.FloatCell(0.1), want: "number 0.1", excel: "0.1"},
		"small float":          {cell: tabular.FloatCell(1e-300), want: "number 0." + strings.Repeat("0", 299) + "1", excel: "1e-300"},
		"large float":          {cell: tabular.FloatCell(1e20), want: "100000000000000000000", excel: "100000000000000000000"},
		"no number":            {cell: tabular.FloatCell(math.NaN()), want: "NaN", excel: "NaN"},
		"bool":                 {cell: tabular.BoolCell(true), want: "boolean true", excel: "1"},
		"decimal":              {cell: tabular.DecimalCell("-1234.5"), want: "number -1234.5", excel: "-1234.5"},
		"decimal of 16 digits": {cell: tabular.DecimalCell("12345678901234.56"), want: "12345678901234.56", excel: "12345678901234.56"},
		"date":                 {cell: tabular.DateCell(2020, 1, 15), want: "date 2020-01-15", excel: "43845"},
		"first date":           {cell: tabular.DateCell(1900, 1, 1), want: "1900-01-01", excel: "1900-01-01"},
		"day before the bug":   {cell: tabular.DateCell(1900, 2, 28), want: "1900-02-28", excel: "1900-02-28"},
		"day after the bug":    {cell: tabular.DateCell(1900, 3, 1), want: "date 1900-03-01", excel: "61"},
		"date before 1900":     {cell: tabular.DateCell(1899, 12, 31), want: "1899-12-31", excel: "1899-12-31"},
		"last date":            {cell: tabular.DateCell(9999, 12, 31), want: "date 9999-12-31", excel: "2958465"},
		"date after 9999":      {cell: tabular.DateCell(10000, 1, 1), want: "10000-01-01", excel: "10000-01-01"},
		"local time":           {cell: tabular.LocalTimeCell(at), want: "local time 2020-01-15T10:30:00", excel: "43845.4375"},
		"midnight":             {cell: tabular.LocalTimeCell(at.Truncate(24 * time.Hour)), want: "local time 2020-01-15T00:00:00", excel: "43845"},
		"milliseconds":         {cell: tabular.LocalTimeCell(at.Add(123 * time.Millisecond)), want: "local time 2020-01-15T10:30:00.123", excel: "43845.437501423614"},
		"microseconds":         {cell: tabular.LocalTimeCell(at.Add(time.Microsecond)), want: "2020-01-15T10:30:00.000001", excel: "2020-01-15T10:30:00.000001"},
		"an instant in UTC":    {cell: tabular.TimeCell(at.In(time.FixedZone("", 7200))), want: "local time 2020-01-15T10:30:00", excel: "43845.4375"},
		"list":                 {cell: list, want: "a<b; 2; true; ; 0.5", excel: "a<b; 2; true; ; 0.5"},
		"list by separator":    {cell: list, opts: xlsxfile.WriterOptions{ListSeparator: "|"}, want: "a<b|2|true||0.5", excel: "a<b|2|true||0.5"},
		"list as JSON":         {cell: list, opts: xlsxfile.WriterOptions{JSONLists: true}, want: `["a<b",2,true,null,0.5]`, excel: `["a<b",2,true,null,0.5]`},
		"broken":               {cell: tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error"}), want: "#REF!", excel: "#REF!"},
		"bytes of text":        {cell: tabular.BytesCell([]byte("ab")), want: "ab", excel: "ab"},
	} {
		t.Run(name, func(t *testing.T) {
			data := writeAll(t, c.opts, columns("a", "b"), []tabular.Cell{tabular.IntCell(1), c.cell})
			compare(t, outcome(t, save(t, data), xlsxfile.Options{}), []string{"1@2 whole number 1|" + c.want})
			f, err := excelize.OpenReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.GetCellValue("Sheet1", "B2", excelize.Options{RawCellValue: true})
			if formula, _ := f.GetCellFormula("Sheet1", "B2"); err != nil || got != c.excel || formula != "" {
				t.Errorf("excelize reads %q, formula %q, %v", got, formula, err)
			}
		})
	}
}

// TestWrittenHeader: it is bold, and stays in view.
func TestWrittenHeader(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(writeAll(t, xlsxfile.WriterOptions{Sheet: "People"}, columns("Name", "=x"))))
	if err != nil {
		t.Fatal(err)
	}
	id, err := f.GetCellStyle("People", "B1")
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.GetStyle(id)
	if err != nil || style.Font == nil || !style.Font.Bold {
		t.Errorf("style %+v, %v", style, err)
	}
	panes, err := f.GetPanes("People")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if sheets := f.GetSheetList(); !slices.Equal(sheets, []string{"People"}) {
		t.Errorf("sheets %q", sheets)
	}
}

func TestWriterRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		columns []tabular.Column
		sheet   string
	}{
		"no columns": {}, "empty name": {columns: columns("")}, "name twice": {columns: columns("a", "a")}, "blanks around a name": {columns: columns(" a")},
		"too many columns": {columns: make([]tabular.Column, 16_385)}, "name of a sheet": {columns: columns("a"), sheet: "a/b"},
		"long name": {columns: columns(strings.Repeat("x", 32_768))},
	} {
		if _, err := xlsxfile.NewWriter(&bytes.Buffer{}, c.columns, xlsxfile.WriterOptions{Sheet: c.sheet}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for want, row := range map[string][]tabular.Cell{
		"write XLSX: row 1 has 1 cells, the header has 2":                                                  {tabular.IntCell(1)},
		`write XLSX: row 1, column "b": the text has more than 32767 characters, which a cell cannot hold`: {{}, tabular.StringCell(strings.Repeat("😀", 16_384))},
		`write XLSX: row 1, column "b": the text is not UTF-8`:                                             {{}, tabular.BytesCell([]byte("\xff"))},
	} {
		var b bytes.Buffer
		w, err := xlsxfile.NewWriter(&b, columns("a", "b"), xlsxfile.WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(row); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if err := w.Write([]tabular.Cell{{}, {}}); err == nil || err.Error() != want {
			t.Errorf("the next row: %v", err)
		}
		if err := w.Close(); err == nil || err.Error() != want {
			t.Errorf("Close: %v", err)
		}
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriterReportsAFailedWrite(t *testing.T) {
	w, err := xlsxfile.NewWriter(fullDisk{}, columns("a"), xlsxfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	if err := w.Write([]tabular.Cell{{}}); !errors.Is(err, errFull) {
		t.Errorf("afterwards: %v", err)
	}
}

// cellsAsRead are those that come back exactly as they are: other kinds come back as what a spreadsheet has for them.
func cellsAsRead() *rapid.Generator[tabular.Cell] {
	text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("_x0D \r\n\t<&>\"\x00\x1f\uFFFE😀é=+-@")), 0, 12, -1))
	return rapid.OneOf(
		rapid.Just(tabular.Cell{}),
		rapid.Map(text, tabular.StringCell),
		rapid.Map(rapid.Int64Range(-999_999_999_999_999, 999_999_999_999_999), tabular.IntCell),
		rapid.Map(rapid.Float64().Filter(func(f float64) bool { return f != math.Trunc(f) }), tabular.FloatCell),
		rapid.Map(rapid.Bool(), tabular.BoolCell),
		rapid.Map(rapid.Int64Range(0, 2_958_000), func(d int64) tabular.Cell {
			return tabular.DateCell(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(d)).Date())
		}),
		rapid.Map(rapid.Int64Range(-2_203_891_200_000, 253_402_300_799_999), func(ms int64) tabular.Cell {
			return tabular.LocalTimeCell(time.UnixMilli(ms).UTC())
		}),
	)
}

// TestRoundTrip: random tables come back kind by kind and value by value, on one sheet and on several.
func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.xlsx")
	rapid.Check(t, func(t *rapid.T) {
		cols := columns([]string{"Name", "_x0041_", "c\nd", "=e", "é"}[:rapid.IntRange(1, 5).Draw(t, "columns")]...)
		rows := rapid.SliceOf(rapid.SliceOfN(cellsAsRead(), len(cols), len(cols))).Draw(t, "rows")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := xlsxfile.NewWriter(file, cols, xlsxfile.WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		w.LimitRows(rapid.IntRange(2, 5).Draw(t, "rows of a sheet"))
		for _, r := range rows {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Close(), file.Close()); err != nil {
			t.Fatal(err)
		}
		readBack(t, path, cols, rows)
	})
}

func readBack(t *rapid.T, path string, cols []tabular.Column, want [][]tabular.Cell) {
	t.Helper()
	s, err := xlsxfile.Open(t.Context(), storage.Local(path), xlsxfile.Options{AllSheets: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, name := range s.Schema().Columns {
		if name != cols[i].Name {
			t.Fatalf("column %q, want %q", name, cols[i].Name)
		}
	}
	n := 0
	for row, err := range s.Rows(t.Context()) {
		if err != nil || n == len(want) {
			t.Fatalf("row %d of %d: %v", n+1, len(want), err)
		}
		for i, c := range row.Cells {
			w := want[n][i]
			if blankRow(want[n]) && i == 0 {
				w = tabular.StringCell("")
			}
			if c.Kind() != w.Kind() || c.Text() != w.Text() {
				t.Fatalf("row %d cell %d: got %s %q, want %s %q", n+1, i+1, c.Kind(), c.Text(), w.Kind(), w.Text())
			}
		}
		n++
	}
	if n != len(want) {
		t.Fatalf("%d rows, want %d", n, len(want))
	}
}

// blankRow: a row of missing cells only is written with an empty text in its first one, as it would be no row else.
func blankRow(cells []tabular.Cell) bool {
	for _, c := range cells {
		if c.Kind() != tabular.Missing {
			return false
		}
	}
	return true
}

// TestSheetsGoOn: names of the sheets that continue a table.
func TestSheetsGoOn(t *testing.T) {
	for sheet, want := range map[string][]string{
		"":                      {"Sheet1", "Sheet2", "Sheet3"},
		"People":                {"People", "People (2)", "People (3)"},
		strings.Repeat("😀", 15): {strings.Repeat("😀", 15), strings.Repeat("😀", 13) + " (2)", strings.Repeat("😀", 13) + " (3)"},
	} {
		var b bytes.Buffer
		w, err := xlsxfile.NewWriter(&b, columns("a"), xlsxfile.WriterOptions{Sheet: sheet})
		if err != nil {
			t.Fatal(err)
		}
		w.LimitRows(3)
		for i := range int64(5) {
			if err := w.Write([]tabular.Cell{tabular.IntCell(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.GetSheetList(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		compare(t, outcome(t, save(t, b.Bytes()), xlsxfile.Options{}), []string{"1@2 whole number 0", "2@3 whole number 1"})
	}
}
