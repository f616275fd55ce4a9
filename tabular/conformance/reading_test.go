// Package conformance_test holds every format against every difficulty that files have: what one of them makes of it stands next to what
// the others do. What only one format has (dialects, parts of a workbook, encodings of a page) is tested beside it.
package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/dataset"
)

// formats are those that are read. TSV is CSV with another delimiter.
var formats = []tabular.Format{tabular.CSV, tabular.XLSX, tabular.Parquet, tabular.JSONL, tabular.JSON}

// put writes a file whose name ends as its format does, and tells its path.
func put(t *testing.T, format tabular.Format, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in."+string(format))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens a file as a job does.
func open(ctx context.Context, t *testing.T, path string, o dataset.Options) (*dataset.Source, error) {
	t.Helper()
	access := &storage.Access{Spool: filepath.Join(t.TempDir(), "spool")}
	l, err := storage.ParseLocation(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := dataset.Open(ctx, access, []storage.Location{l}, o)
	t.Cleanup(func() {
		if s != nil {
			err = s.Close()
		}
		if err := errors.Join(err, access.Close()); err != nil && s != nil {
			t.Error(err)
		}
	})
	return s, err
}

// outcome reads a file to its end and tells what came out: the columns, then each row by its line, and each fault.
func outcome(t *testing.T, path string, o dataset.Options) string {
	t.Helper()
	s, err := open(t.Context(), t, path, o)
	if err != nil {
		return tell(tabular.Row{}, err)
	}
	columns := s.Schema().Columns
	told := []string{strings.Join(columns, "|")}
	if len(columns) > 10 {
		told[0] = fmt.Sprintf("%d columns", len(columns))
	}
	next := int64(1)
	for row, err := range s.Rows(t.Context()) {
		told = append(told, tell(row, err))
		if bad, ok := errors.AsType[*tabular.RowError](err); ok {
			row = bad.Row
		} else if err != nil {
			break
		}
		if row.Ordinal != next {
			t.Errorf("ordinal %d, want %d", row.Ordinal, next)
		}
		next++
	}
	return strings.Join(told, " / ")
}

// tell is a row as "@line cell|cell", or a fault as its code, with the line where it has one.
func tell(row tabular.Row, err error) string {
	if bad, ok := errors.AsType[*tabular.RowError](err); ok {
		return fmt.Sprintf("@%d %s", bad.Row.Line, strings.ToUpper(bad.Code))
	}
	if bad, ok := errors.AsType[*tabular.FileError](err); ok {
		return fmt.Sprintf("FILE@%d %s", bad.Line, strings.ToUpper(bad.Code))
	}
	if err != nil {
		return "ERROR " + err.Error()
	}
	if len(row.Cells) > 10 {
		return fmt.Sprintf("@%d %d cells", row.Line, len(row.Cells))
	}
	cells := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		cells[i] = show(c)
	}
	return fmt.Sprintf("@%d %s", row.Line, strings.Join(cells, "|"))
}

// show is a cell with its kind, unless it is text.
func show(c tabular.Cell) string {
	switch c.Kind() {
	case tabular.Missing:
		return "-"
	case tabular.String:
		if n := len(c.Text()); n > 100 {
			return fmt.Sprintf("%d bytes", n)
		}
		return c.Text()
	case tabular.Broken:
		return strings.ToUpper(c.Fault().Code)
	case tabular.Empty:
		return `""`
	default:
		return c.Kind().String() + " " + c.Text()
	}
}

// TestAdverse: each difficulty gives, in each format, what it must. A format that cannot have it says why.
func TestAdverse(t *testing.T) {
	for name, byFormat := range adverse(t) {
		for _, format := range formats {
			c, ok := byFormat[format]
			if !ok {
				t.Errorf("%s: nothing is said of %s", name, format)
				continue
			}
			if c.cannot != "" {
				continue
			}
			t.Run(name+"/"+string(format), func(t *testing.T) {
				if got := outcome(t, put(t, format, c.data), c.opts); got != c.want {
					t.Errorf("got\n\t%.2000s\nwant\n\t%.2000s", got, c.want)
				}
			})
		}
	}
}

// TestNoFile: what is no file is told by name in each format.
func TestNoFile(t *testing.T) {
	for _, format := range formats {
		dir := filepath.Join(t.TempDir(), "dir."+string(format))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if got := outcome(t, dir, dataset.Options{}); got != "FILE@0 NOT-A-FILE" {
			t.Errorf("%s: a directory: %s", format, got)
		}
		if got := outcome(t, filepath.Join(dir, "none."+string(format)), dataset.Options{}); got != "FILE@0 NO-SUCH-FILE" {
			t.Errorf("%s: no file: %s", format, got)
		}
		if err := os.WriteFile(filepath.Join(dir, "x.sas7bdat"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := outcome(t, filepath.Join(dir, "x.sas7bdat"), dataset.Options{}); got != "FILE@0 UNKNOWN-FORMAT" {
			t.Errorf("%s: an unknown ending: %s", format, got)
		}
	}
}

// TestCanceled: a reading that is canceled ends with that error, never as if the file had ended.
func TestCanceled(t *testing.T) {
	for _, format := range formats {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := open(ctx, t, put(t, format, plain(t, format, 50)), dataset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		var last error
		for _, err := range s.Rows(ctx) {
			if last = err; err == nil {
				rows++
			}
			if rows == 20 {
				cancel()
			}
		}
		if rows != 20 || !errors.Is(last, context.Canceled) {
			t.Errorf("%s: %d rows, then %v", format, rows, last)
		}
		if _, err := s.Fingerprint(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: fingerprint: %v", format, err)
		}
		cancel()
	}
}

// TestChanged: a file that became another one between two readings is found out, by the source or by its fingerprint.
func TestChanged(t *testing.T) {
	for _, format := range formats {
		path := put(t, format, plain(t, format, 3))
		s, err := open(t.Context(), t, path, dataset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		before, err := s.Fingerprint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		other := table(t, format, []tabular.Column{{Name: "c"}, {Name: "d"}}, [][]tabular.Cell{{tabular.StringCell("x"), tabular.StringCell("y")}})
		if err := os.WriteFile(path, other, 0o600); err != nil {
			t.Fatal(err)
		}
		if after, err := s.Fingerprint(t.Context()); err != nil || after == before {
			t.Errorf("%s: the fingerprint is the same: %v", format, err)
		}
		var last error
		for _, err := range s.Rows(t.Context()) {
			last = err
		}
		if _, ok := errors.AsType[*tabular.FileError](last); !ok {
			t.Errorf("%s: %v", format, last)
		}
	}
}

// TestTruncated: a file that was cut anywhere is refused. Text without a mark of its end is the exception: cut within the last cell of a
// row, or behind it, it is a table of fewer rows. Then all that came before the cut must have come out as it was.
func TestTruncated(t *testing.T) {
	const rows = 40
	for _, format := range formats {
		data := plain(t, format, rows)
		whole := strings.Split(outcome(t, put(t, format, data), dataset.Options{}), " / ")
		if len(whole) != rows+1 {
			t.Fatalf("%s: %q", format, whole)
		}
		path := put(t, format, data)
		step := max(len(data)/150, 1)
		for size := len(data) - 1; size >= 0; size -= 1 + (size%2)*step {
			if err := os.Truncate(path, int64(size)); err != nil {
				t.Fatal(err)
			}
			got := strings.Split(outcome(t, path, dataset.Options{}), " / ")
			refused := strings.HasPrefix(got[len(got)-1], "FILE@")
			switch {
			case refused, size == len(data)-1 && strings.HasPrefix(string(format), "json"): // only a line break is missing
			case format == tabular.XLSX, format == tabular.Parquet, format == tabular.JSON:
				t.Errorf("%s: cut at %d of %d: %d rows and no error", format, size, len(data), len(got)-1)
			case format == tabular.CSV && len(got) == 1: // cut in the header: fewer names, or a shorter one
			case !strings.HasPrefix(strings.Join(whole, "/"), strings.TrimSuffix(strings.Join(got, "/"), `""`)):
				t.Errorf("%s: cut at %d: rows before the cut differ: %q", format, size, got)
			}
		}
	}
}
