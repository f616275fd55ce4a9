package conformance_test

import (
	"errors"
	"fmt"
	"io"
	"math/big"
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
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/jsonlfile"
	"attio-etl/tabular/parquetfile"
	"attio-etl/tabular/xlsxfile"
)

// written are the formats that are written.
var written = []tabular.Format{tabular.CSV, tabular.TSV, tabular.XLSX, tabular.Parquet, tabular.JSONL}

// drawTable draws a table of values that every format can hold. The first column numbers the rows, as XLSX has no blank ones.
func drawTable(t *rapid.T) ([]tabular.Column, [][]tabular.Cell) {
	types := rapid.SliceOfN(rapid.IntRange(0, int(tabular.TimestampColumn)), 1, 8).Draw(t, "types")
	all := []tabular.Column{{Name: "number", Type: tabular.IntColumn}}
	for i, kind := range types {
		c := tabular.Column{Name: fmt.Sprintf("%s %d", rapid.SampledFrom([]string{"a", "=b", "é,\";", "c.d"}).Draw(t, "name"), i), Type: tabular.ColumnType(kind)}
		c.List = kind == int(tabular.TextColumn) && rapid.Bool().Draw(t, "list")
		all = append(all, c)
	}
	var rows [][]tabular.Cell
	for i := range rapid.IntRange(0, 20).Draw(t, "rows") {
		cells := []tabular.Cell{tabular.IntCell(int64(i))}
		for _, c := range all[1:] {
			cells = append(cells, drawCell(t, c))
		}
		rows = append(rows, cells)
	}
	return all, rows
}

// words are texts with what is hard in one format or another, NUL and what XML cannot say left out.
var words = rapid.OneOf(
	rapid.StringOfN(rapid.RuneFrom([]rune("ab é\"',;|\t=+-@<>&_x0041😀{}[]\\")), 1, 30, -1),
	rapid.SampledFrom([]string{"=1+1", "'=1", "01067", "1e5", "TRUE", "null", "_x000D_", " x ", "2020-01-01", "a\nb", "\r\n", "#N/A"}),
)

func drawCell(t *rapid.T, c tabular.Column) tabular.Cell {
	if rapid.IntRange(0, 4).Draw(t, "missing") == 0 {
		return tabular.Cell{}
	}
	day := time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 60_000).Draw(t, "day"))
	switch c.Type {
	case tabular.IntColumn:
		return tabular.IntCell(rapid.Int64Range(-1_000_000_000_000_000, 1_000_000_000_000_000).Draw(t, "int"))
	case tabular.FloatColumn:
		return tabular.FloatCell(rapid.Float64Range(-1e15, 1e15).Draw(t, "float"))
	case tabular.BoolColumn:
		return tabular.BoolCell(rapid.Bool().Draw(t, "bool"))
	case tabular.DecimalColumn:
		n := rapid.Int64Range(-99_999_999_999, 99_999_999_999).Draw(t, "decimal")
		return tabular.DecimalCell(new(big.Rat).SetFrac64(n, 10_000).FloatString(4))
	case tabular.DateColumn:
		return tabular.DateCell(day.Date())
	case tabular.TextColumn:
		if c.List {
			return tabular.ListCell(texts(rapid.SliceOfN(words, 1, 4).Draw(t, "list")...))
		}
	case tabular.TimestampColumn:
		return tabular.TimeCell(day.Add(time.Duration(rapid.IntRange(0, 86_399_999).Draw(t, "time")) * time.Millisecond))
	}
	return tabular.StringCell(words.Draw(t, "text"))
}

// value is a cell as every format states it: what is no value is empty, a number has one spelling, a point in time is in UTC.
func value(c tabular.Cell, as tabular.ColumnType) string {
	text := c.Text()
	switch as {
	case tabular.IntColumn, tabular.FloatColumn, tabular.DecimalColumn:
		if n, ok := new(big.Rat).SetString(text); ok {
			return n.RatString()
		}
	case tabular.TimestampColumn:
		if at, err := time.Parse(time.RFC3339Nano, strings.TrimSuffix(text, "Z")+"Z"); err == nil {
			return at.Format(time.RFC3339Nano)
		}
	case tabular.TextColumn, tabular.BoolColumn, tabular.DateColumn:
	}
	return text
}

func values(all []tabular.Column, rows [][]tabular.Cell) []string {
	told := make([]string, len(rows))
	for i, cells := range rows {
		for n, c := range cells {
			told[i] += fmt.Sprintf("%q ", value(c, all[n].Type))
		}
	}
	return told
}

// TestRoundTrip: any table comes back from any format, cell by cell. What only some formats can say (kinds, missing and empty, whole
// numbers of any size) is tested beside these.
func TestRoundTrip(t *testing.T) {
	for _, format := range written {
		t.Run(string(format), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				all, rows := drawTable(r)
				if format == tabular.JSONL && len(rows) == 0 {
					return // JSON Lines without rows have no columns
				}
				path := put(t, format, table(t, format, all, rows))
				s, err := open(t.Context(), t, path, dataset.Options{CSV: csvfile.Options{StripGuard: true, Delimiter: delimiterOf(format)}})
				if err != nil {
					r.Fatal(err)
				}
				var names []string
				for _, c := range all {
					names = append(names, c.Name)
				}
				var back [][]tabular.Cell
				for row, err := range s.Rows(t.Context()) {
					if err != nil {
						r.Fatal(err)
					}
					back = append(back, slices.Clone(row.Cells))
				}
				got, want := values(all, back), values(all, rows)
				if !slices.Equal(s.Schema().Columns, names) || !slices.Equal(got, want) {
					r.Errorf("got %q\n%s\nwant %q\n%s", s.Schema().Columns, strings.Join(got, "\n"), names, strings.Join(want, "\n"))
				}
			})
		})
	}
}

func delimiterOf(format tabular.Format) rune {
	if format == tabular.TSV {
		return '\t'
	}
	return ','
}

// TestNoFormula: no writer makes a formula of a text.
func TestNoFormula(t *testing.T) {
	for _, format := range written {
		data := table(t, format, columns("=a"), [][]tabular.Cell{texts("=1+1"), texts("@x"), texts("+1+2"), texts("-1+2"), texts("\t=1")})
		if format == tabular.CSV || format == tabular.TSV {
			if got, want := string(data), "'=a\n'=1+1\n'@x\n'+1+2\n'-1+2\n\"'\t=1\"\n"; got != want {
				t.Errorf("%s: %q", format, got)
			}
			continue
		}
		if got := outcome(t, put(t, format, data), dataset.Options{}); !strings.HasPrefix(got, "=a / @") || !strings.Contains(got, " =1+1 / ") {
			t.Errorf("%s: %s", format, got)
		}
	}
}

var errFull = errors.New("no space left on device")

// failing takes so many writes and refuses the next ones.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errFull
	}
	f.left--
	return len(p), nil
}

// writers are the writers of each format, with small buffers where they have a say in it.
func writers() map[tabular.Format]func(io.Writer, []tabular.Column) (tabular.Writer, error) {
	return map[tabular.Format]func(io.Writer, []tabular.Column) (tabular.Writer, error){
		tabular.CSV: func(w io.Writer, c []tabular.Column) (tabular.Writer, error) {
			return csvfile.NewTable(w, c, csvfile.TableOptions{})
		},
		tabular.TSV: func(w io.Writer, c []tabular.Column) (tabular.Writer, error) {
			return csvfile.NewTable(w, c, csvfile.TableOptions{Delimiter: '\t'})
		},
		tabular.XLSX: func(w io.Writer, c []tabular.Column) (tabular.Writer, error) {
			return xlsxfile.NewWriter(w, c, xlsxfile.WriterOptions{})
		},
		tabular.Parquet: func(w io.Writer, c []tabular.Column) (tabular.Writer, error) {
			return parquetfile.NewWriter(w, c, parquetfile.WriterOptions{RowGroupRows: 500})
		},
		tabular.JSONL: func(w io.Writer, c []tabular.Column) (tabular.Writer, error) { return jsonlfile.NewWriter(w, c) },
	}
}

// writeTo writes a table of some size, and closes the writer whatever came before, twice.
func writeTo(out io.Writer, create func(io.Writer, []tabular.Column) (tabular.Writer, error)) (err, closed, again error) {
	w, err := create(out, columns("a", "b"))
	if err != nil {
		return err, err, err
	}
	for i := range 2000 {
		if err = w.Write(texts(fmt.Sprint("text of ", i*i), noise(20))); err != nil {
			break
		}
	}
	closed = w.Close()
	return err, closed, w.Close()
}

// TestFailedWrites: whichever write to the disk fails, neither it nor what follows looks like success.
func TestFailedWrites(t *testing.T) {
	for format, create := range writers() {
		writes := 0
		for ; ; writes++ {
			out := &failing{left: writes}
			err, closed, again := writeTo(out, create)
			if err == nil && closed == nil {
				break
			}
			if !errors.Is(errors.Join(err, closed), errFull) || closed == nil || again == nil {
				t.Fatalf("%s: write %d fails: Write %v, Close %v, again %v", format, writes+1, err, closed, again)
			}
		}
		if writes < 3 {
			t.Errorf("%s: only %d writes", format, writes)
		}
	}
}

// TestRefusedColumns: names that would not come back as they are are refused before anything is written.
func TestRefusedColumns(t *testing.T) {
	for format, create := range writers() {
		for _, names := range [][]string{{}, {""}, {"a", "a"}, {" a"}, {"a\u00a0"}, {"a", " "}} {
			out := &failing{left: 1 << 30}
			if _, err := create(out, columns(names...)); err == nil {
				t.Errorf("%s: %q: no error", format, names)
			}
		}
		for _, cells := range [][]tabular.Cell{nil, texts("x", "y", "z"), {tabular.StringCell("x"), tabular.StringCell("\xff")}} {
			w, err := create(&failing{left: 1 << 30}, columns("a", "b"))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(cells); err == nil {
				t.Errorf("%s: %v is written", format, cells)
			}
			if err := w.Close(); err == nil {
				t.Errorf("%s: Close after a refused row succeeded", format)
			}
		}
	}
}

// TestNothingPublished: a table that is not whole leaves nothing, and what was there stays.
func TestNothingPublished(t *testing.T) {
	for _, format := range written {
		for _, packed := range []string{"", ".gz", ".zst"} {
			dir := t.TempDir()
			path := filepath.Join(dir, "out."+string(format)+packed)
			if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := storage.ParseLocation(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, cells := range [][]tabular.Cell{nil, texts("x"), texts("x", "\xff")} {
				w, err := dataset.Create(t.Context(), &storage.Access{}, l, dataset.WriterOptions{}, columns("a", "b"))
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Write(texts("1", "2")); err != nil {
					t.Fatal(err)
				}
				if cells == nil { // the caller gives up
					err = w.Abort()
				} else if err = w.Write(cells); err == nil {
					t.Errorf("%s: %v is written", path, cells)
				} else if err = w.Commit(); err == nil {
					t.Errorf("%s: published after a refused row", path)
				} else {
					err = w.Abort()
				}
				if err != nil {
					t.Error(err)
				}
				left, err := os.ReadFile(path)
				entries, listed := os.ReadDir(dir)
				if err != nil || listed != nil || string(left) != "before" || len(entries) != 1 {
					t.Errorf("%s: %q, %v, %v, %v", path, left, entries, err, listed)
				}
			}
		}
	}
}
