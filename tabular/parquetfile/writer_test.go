package parquetfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

var _ tabular.Writer = (*parquetfile.Writer)(nil)

// allTypes is a column of each type, and a list of each.
func allTypes() []tabular.Column {
	var columns []tabular.Column
	for _, list := range []bool{false, true} {
		for t := tabular.TextColumn; t <= tabular.TimestampColumn; t++ {
			columns = append(columns, tabular.Column{Name: fmt.Sprintf("column %d.%v", t, list), Type: t, List: list})
		}
	}
	return columns
}

// encode is a table as a file.
func encode(tb testing.TB, columns []tabular.Column, rows [][]tabular.Cell, o parquetfile.WriterOptions) []byte {
	tb.Helper()
	var out bytes.Buffer
	w, err := parquetfile.NewWriter(&out, columns, o)
	if err != nil {
		tb.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func save(tb testing.TB, data []byte) storage.File {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "in.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return storage.File{Path: path, Name: "in.parquet"}
}

// tell spells a cell with its kind, so that a text "1" is not taken for the number.
func tell(c tabular.Cell) string {
	switch c.Kind() {
	case tabular.Missing, tabular.Empty:
		return c.Kind().String()
	case tabular.List:
		elements := make([]string, len(c.List()))
		for i, e := range c.List() {
			elements[i] = tell(e)
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case tabular.Broken:
		return fmt.Sprintf("broken %s %q", c.Fault().Code, c.Text())
	default:
		return c.Kind().String() + " " + c.Text()
	}
}

func tellRow(cells []tabular.Cell) string {
	told := make([]string, len(cells))
	for i, c := range cells {
		told[i] = tell(c)
	}
	return strings.Join(told, " | ")
}

// readAll reads a file to its end: a line for each row.
func readAll(tb testing.TB, f storage.File, o parquetfile.Options) ([]string, error) {
	tb.Helper()
	s, err := parquetfile.Open(f, o)
	if err != nil {
		return nil, err
	}
	var rows []string
	for row, err := range s.Rows(tb.Context()) {
		if err != nil {
			return rows, err
		}
		if want := int64(len(rows) + 1); row.Ordinal != want || row.Line != want {
			tb.Fatalf("row %d stands at line %d, want %d", row.Ordinal, row.Line, want)
		}
		rows = append(rows, tellRow(row.Cells))
	}
	return rows, nil
}

func draw(t *rapid.T, kind tabular.ColumnType) tabular.Cell {
	switch kind {
	case tabular.IntColumn:
		return tabular.IntCell(rapid.Int64().Draw(t, "int"))
	case tabular.FloatColumn:
		return tabular.FloatCell(rapid.Float64().Draw(t, "float"))
	case tabular.BoolColumn:
		return tabular.BoolCell(rapid.Bool().Draw(t, "bool"))
	case tabular.DecimalColumn:
		return tabular.DecimalCell(rapid.StringMatching(`-?[1-9][0-9]{0,33}\.[0-9]{4}`).Draw(t, "decimal"))
	case tabular.DateColumn:
		return tabular.DateCell(rapid.IntRange(-4000, 9999).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"))
	case tabular.TimestampColumn:
		return tabular.TimeCell(time.UnixMicro(rapid.Int64Range(-1<<58, 1<<58).Draw(t, "micros")).UTC())
	default:
		return tabular.StringCell(rapid.OneOf(rapid.SampledFrom([]string{"", "a", "DE"}), rapid.String()).Draw(t, "text"))
	}
}

func drawCell(t *rapid.T, c tabular.Column) tabular.Cell {
	if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
		return tabular.Cell{}
	}
	if !c.List {
		return draw(t, c.Type)
	}
	elements := make([]tabular.Cell, rapid.IntRange(0, 3).Draw(t, "elements"))
	for i := range elements {
		if rapid.IntRange(0, 4).Draw(t, "null element") > 0 {
			elements[i] = draw(t, c.Type)
		}
	}
	return tabular.ListCell(elements)
}

// TestWriterRoundTrip: random tables come back cell by cell, whatever the compression and the size of row groups.
func TestWriterRoundTrip(t *testing.T) {
	f := save(t, nil)
	columns := allTypes()
	rapid.Check(t, func(rt *rapid.T) {
		rows := make([][]tabular.Cell, rapid.IntRange(0, 20).Draw(rt, "rows"))
		want := make([]string, len(rows))
		for i := range rows {
			for _, c := range columns {
				rows[i] = append(rows[i], drawCell(rt, c))
			}
			want[i] = tellRow(rows[i])
		}
		data := encode(t, columns, rows, parquetfile.WriterOptions{
			Compression:   parquetfile.Compression(rapid.IntRange(0, 3).Draw(rt, "compression")),
			RowGroupRows:  rapid.IntRange(1, 30).Draw(rt, "row group"),
			RowGroupBytes: rapid.IntRange(100, 100_000).Draw(rt, "bytes"),
		})
		if err := errors.Join(os.Remove(f.Path), os.WriteFile(f.Path, data, 0o600)); err != nil {
			rt.Fatal(err)
		}
		got, err := readAll(t, f, parquetfile.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
			rt.Fatalf("got\n%s\nwant\n%s", g, w)
		}
	})
}

func TestWriterRefuses(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	broken := tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error", Problem: "the formula ends in an error"})
	for name, c := range map[string]struct {
		column tabular.Column
		cell   tabular.Cell
		want   string
	}{
		"text as a whole number":    {tabular.Column{Type: tabular.IntColumn}, tabular.StringCell("1"), "the cell is a text, not a whole number"},
		"empty as a whole number":   {tabular.Column{Type: tabular.IntColumn}, tabular.StringCell(""), "the cell is a empty, not a whole number"},
		"number as a whole number":  {tabular.Column{Type: tabular.IntColumn}, tabular.FloatCell(1), "the cell is a number, not a whole number"},
		"long number as a float":    {tabular.Column{Type: tabular.FloatColumn}, tabular.IntCell(1<<53 + 1), "9007199254740993 has more digits than a number of this column"},
		"text as a boolean":         {tabular.Column{Type: tabular.BoolColumn}, tabular.StringCell("true"), "the cell is a text, not a boolean"},
		"float as a decimal":        {tabular.Column{Type: tabular.DecimalColumn}, tabular.FloatCell(0.1), "the cell is a number, not a decimal number"},
		"five places":               {tabular.Column{Type: tabular.DecimalColumn}, tabular.DecimalCell("1.00001"), "1.00001 has more than 4 decimal places"},
		"35 digits":                 {tabular.Column{Type: tabular.DecimalColumn}, tabular.DecimalCell("-" + strings.Repeat("9", 35)), "has more than 34 digits before the point"},
		"no decimal":                {tabular.Column{Type: tabular.DecimalColumn}, tabular.DecimalCell("1e5"), `"1e5" is not a plain decimal number`},
		"timestamp as a date":       {tabular.Column{Type: tabular.DateColumn}, tabular.TimeCell(at), "the cell is a time, not a date"},
		"local time as a timestamp": {tabular.Column{Type: tabular.TimestampColumn}, tabular.LocalTimeCell(at), "the cell is a local time, not a point in time"},
		"nanoseconds":               {tabular.Column{Type: tabular.TimestampColumn}, tabular.TimeCell(at.Add(1)), "has more digits than microseconds"},
		"list as text":              {tabular.Column{}, tabular.ListCell(nil), "the cell is a list, not text"},
		"broken":                    {tabular.Column{}, broken, "the cell holds no value: the formula ends in an error"},
		"invalid utf-8":             {tabular.Column{}, tabular.StringCell("K\xf6ln"), "the text is not valid UTF-8"},
		"text as a list":            {tabular.Column{List: true}, tabular.StringCell("a"), "the cell is a text, not a list"},
		"element of another kind": {
			tabular.Column{Type: tabular.IntColumn, List: true},
			tabular.ListCell([]tabular.Cell{tabular.IntCell(1), tabular.StringCell("a")}),
			"element 2: the cell is a text, not a whole number",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			c.column.Name = "the column"
			w, err := parquetfile.NewWriter(&out, []tabular.Column{{Name: "a"}, c.column}, parquetfile.WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write([]tabular.Cell{{}, {}}); err != nil {
				t.Fatal(err)
			}
			err = w.Write([]tabular.Cell{{}, c.cell})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), `parquet: row 2, column "the column": `) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if again := w.Close(); again == nil || again.Error() != err.Error() {
				t.Errorf("Close: got %v, want %v", again, err)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes were written", out.Len())
			}
		})
	}
}

func TestNewWriterRefuses(t *testing.T) {
	for _, columns := range [][]tabular.Column{nil, {{Name: ""}}, {{Name: "a"}, {Name: "a"}}, {{Name: "a "}}} {
		if _, err := parquetfile.NewWriter(&bytes.Buffer{}, columns, parquetfile.WriterOptions{}); err == nil {
			t.Errorf("columns %v: no error", columns)
		}
	}
	w, err := parquetfile.NewWriter(&bytes.Buffer{}, []tabular.Column{{Name: "a"}}, parquetfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(nil); err == nil {
		t.Error("a row without cells: no error")
	}
}

func TestWriteAfterClose(t *testing.T) {
	var out bytes.Buffer
	w, err := parquetfile.NewWriter(&out, []tabular.Column{{Name: "a"}}, parquetfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	size := out.Len()
	if err := w.Write([]tabular.Cell{{}}); err == nil || out.Len() != size {
		t.Errorf("Write after Close: %v, %d bytes", err, out.Len()-size)
	}
}

// closer tells when it is closed.
type closer struct {
	bytes.Buffer
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

// TestCloseLeavesTheFileOpen: whoever opened the file publishes it, and syncs it first.
func TestCloseLeavesTheFileOpen(t *testing.T) {
	var out closer
	w, err := parquetfile.NewWriter(&out, []tabular.Column{{Name: "a"}}, parquetfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write([]tabular.Cell{{}}), w.Close()); err != nil || out.closed || out.Len() == 0 {
		t.Errorf("%v, closed: %t, %d bytes", err, out.closed, out.Len())
	}
}

// fullDisk takes so many bytes.
type fullDisk struct{ left int }

var errFull = errors.New("no space left")

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, errFull
	}
	d.left -= len(p)
	return len(p), nil
}

// TestWriterReportsAFailedWrite: wherever the disk fills up, somebody is told.
func TestWriterReportsAFailedWrite(t *testing.T) {
	columns := []tabular.Column{{Name: "a"}, {Name: "b", Type: tabular.IntColumn, List: true}}
	row := []tabular.Cell{tabular.StringCell("text"), tabular.ListCell([]tabular.Cell{tabular.IntCell(1)})}
	whole := len(encode(t, columns, [][]tabular.Cell{row, row, row}, parquetfile.WriterOptions{RowGroupRows: 2}))
	for left := range whole {
		w, err := parquetfile.NewWriter(&fullDisk{left}, columns, parquetfile.WriterOptions{RowGroupRows: 2})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			err = errors.Join(err, w.Write(row))
		}
		if err = errors.Join(err, w.Close()); err == nil {
			t.Errorf("no error with %d of %d bytes", left, whole)
		}
	}
}

// TestDictionaries: values that repeat take no room, and a column that turns out distinct later is still whole.
func TestDictionaries(t *testing.T) {
	var rows [][]tabular.Cell
	var want []string
	for i := range 30_000 {
		text := "the same long text for every row"
		if i > 10_000 {
			text = fmt.Sprintf("a text of its own, %d, and long enough to fill the dictionary", i)
		}
		rows = append(rows, []tabular.Cell{tabular.StringCell(text)})
		want = append(want, "text "+text)
	}
	data := encode(t, []tabular.Column{{Name: "a"}}, rows, parquetfile.WriterOptions{RowGroupRows: 10_000, Compression: parquetfile.Uncompressed})
	got, err := readAll(t, save(t, data), parquetfile.Options{})
	if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d rows come back otherwise: %v", len(got), err)
	}
	same := encode(t, []tabular.Column{{Name: "a"}}, rows[:10_000], parquetfile.WriterOptions{Compression: parquetfile.Uncompressed})
	if len(same) > 2_000 {
		t.Errorf("10,000 times the same text takes %d bytes", len(same))
	}
}
