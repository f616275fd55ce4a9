package dataset_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/dataset"
)

var _ tabular.Source = (*dataset.Source)(nil)

// folder is a directory of files, those that end in .gz compressed.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			z := gzip.NewWriter(file)
			_, err = z.Write([]byte(text))
			err = errors.Join(err, z.Close())
		} else {
			_, err = file.WriteString(text)
		}
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func open(t *testing.T, dir string, o dataset.Options, names ...string) (*dataset.Source, error) {
	t.Helper()
	access := &storage.Access{Spool: filepath.Join(t.TempDir(), "spool"), Stdin: strings.NewReader("a,b\n1,2\n")}
	t.Cleanup(func() {
		if err := access.Close(); err != nil {
			t.Error(err)
		}
	})
	var locations []storage.Location
	for _, name := range names {
		l, err := storage.ParseLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		locations = append(locations, l.In(dir))
	}
	s, err := dataset.Open(t.Context(), access, locations, o)
	if err == nil {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return s, err
}

// outcome tells what came out, one line for each row or error, with names of files without their directory.
func outcome(t *testing.T, dir string, o dataset.Options, names ...string) []string {
	t.Helper()
	s, err := open(t, dir, o, names...)
	if err != nil {
		return strings.Split(short(dir, err.Error()), "\n")
	}
	told := []string{strings.Join(s.Schema().Columns, "|")}
	for row, err := range s.Rows(t.Context()) {
		told = append(told, short(dir, tell(row, err)))
	}
	return told
}

func short(dir, text string) string {
	return strings.ReplaceAll(text, dir+string(filepath.Separator), "")
}

func tell(row tabular.Row, err error) string {
	if re, ok := errors.AsType[*tabular.RowError](err); ok {
		return fmt.Sprintf("%s: ROW %s; %s", tell(re.Row, nil), re.Code, re.Hint)
	}
	if err != nil {
		return err.Error()
	}
	cells := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		if cells[i] = c.Text(); c.Kind() == tabular.Missing {
			cells[i] = "~"
		}
	}
	return fmt.Sprintf("%d %s:%d %s", row.Ordinal, row.File, row.Line, strings.Join(cells, "|"))
}

func TestOpen(t *testing.T) {
	rejects := dataset.Options{
		CSV: csvfile.Options{Delimiter: ';'}, Own: func(s tabular.Source) tabular.Source {
			if s.Schema().Columns[0] == "_row" {
				return s
			}
			return nil
		},
	}
	for name, c := range map[string]struct {
		files map[string]string
		opts  dataset.Options
		names []string
		want  []string
	}{
		"one file": {
			files: map[string]string{"a.csv": "a,b\n1,2\n"}, names: []string{"a.csv"}, want: []string{"a|b", "1 :2 1|2"},
		},
		"compressed": {
			files: map[string]string{"a.csv.gz": "a,b\n1,2\n"}, names: []string{"a.csv.gz"}, want: []string{"a|b", "1 :2 1|2"},
		},
		"tabs": {
			files: map[string]string{"a.tsv": "a,x\tb\n1\t2\n"}, names: []string{"a.tsv"}, want: []string{"a,x|b", "1 :2 1|2"},
		},
		"standard input": {
			opts: dataset.Options{Format: tabular.CSV}, names: []string{"-"}, want: []string{"a|b", "1 :2 1|2"},
		},
		"standard input without a format": {
			names: []string{"-"}, want: []string{`-: unknown-format: standard input has no name that tells its format; add "format: csv", or whatever it is, to import.source`},
		},
		"an unknown ending": {
			files: map[string]string{"a.dat": "a\n"}, names: []string{"a.dat"},
			want: []string{`a.dat: unknown-format: the ending of the name does not tell the format; add "format: csv", or whatever it is, to import.source`},
		},
		"several files, in the order of their names": {
			files: map[string]string{"x2.csv": "a,b\n3,4\n", "x1.csv": "a,b\n1,2\n", "x10.csv.gz": "a,b\n5,6\n"}, names: []string{"x*"},
			want: []string{"a|b", "1 x1.csv:2 1|2", "2 x10.csv.gz:2 5|6", "3 x2.csv:2 3|4"},
		},
		"a list": {
			files: map[string]string{"x.csv": "a\n1\n", "b.csv": "a\n2\n"}, names: []string{"x.csv", "b.csv"},
			want: []string{"a", "1 x.csv:2 1", "2 b.csv:2 2"},
		},
		"a file twice": {
			files: map[string]string{"x.csv": "a\n1\n"}, names: []string{"x.csv", "*.csv"},
			want: []string{"x.csv: file-twice: the file is named twice; name it once: its rows would be read twice"},
		},
		"no file": {names: []string{"x*.csv"}, want: []string{"x*.csv: no-such-file: no file matches the pattern; paths in a job are relative to the job file, those of the command line to the current directory"}},
		"columns in another order": {
			files: map[string]string{"1.csv": "a,b,c\n1,2,3\n", "2.csv": "c,a,b\n6,4,5\n"}, names: []string{"*.csv"},
			want: []string{"a|b|c", "1 1.csv:2 1|2|3", "2 2.csv:2 4|5|6"},
		},
		"other columns": {
			files: map[string]string{"1.csv": "a,b,c\n", "2.csv": "a,b\n1,2\n", "3.csv": "a,b,c,d\n", "4.csv": "a,b,x\n"}, names: []string{"*.csv"},
			want: []string{
				`2.csv:1: other-columns: the columns are not those of 1.csv: it lacks "c"; files that are read as one have the same columns, in any order`,
				`3.csv:1: other-columns: the columns are not those of 1.csv: it has "d" more; files that are read as one have the same columns, in any order`,
				`4.csv:1: other-columns: the columns are not those of 1.csv: it lacks "c"; it has "x" more; files that are read as one have the same columns, in any order`,
			},
		},
		"faulty rows": {
			files: map[string]string{"1.csv": "a,b\n1\n1,2\n", "2.csv": "b,a\n1,2,3\n\xff,x\n3,4\n"}, names: []string{"*.csv"},
			want: []string{
				"a|b", "1 1.csv:2 1: ROW ragged-row; a cell that contains a line break must stand in quotes; a missing cell must leave its delimiter",
				"2 1.csv:3 1|2", "3 2.csv:2 1|2|3: ROW ragged-row; a cell that contains ',' must stand in quotes; the cells stand in the order of this file: b, a",
				"4 2.csv:3 x|\xff: ROW invalid-utf8; " + `read as iso-8859-2 it is "˙": if that is right set csv: {encoding: iso-8859-2}, else try another encoding or save it as UTF-8 ("CSV UTF-8" in the spreadsheet)`,
				"5 2.csv:4 4|3",
			},
		},
		"a file that ends too early": {
			files: map[string]string{"1.csv": "a,b\n1,2\n", "2.csv": "a,b\n3,\"4"}, names: []string{"*.csv"},
			want: []string{"a|b", "1 1.csv:2 1|2", "2.csv:2: unclosed-quote: the quote at character 3 is not closed before the end of the file; close the quote, or double it if it belongs to the text"},
		},
		"JSON may lack columns": {
			files: map[string]string{"1.jsonl": "{\"a\":1}\n{\"b\":2}\n", "2.ndjson": "{\"c\":3,\"a\":4}\n"}, names: []string{"*"},
			want: []string{"a|b|c", "1 1.jsonl:1 1|~|~", "2 1.jsonl:2 ~|2|~", "3 2.ndjson:1 4|~|3"},
		},
		"JSON with a name of two meanings": {
			files: map[string]string{"1.jsonl": "{\"a.b\":1}\n", "2.jsonl": "{\"a.b\":1,\"a\":{\"b\":2}}\n"}, names: []string{"*"},
			want: []string{`2.jsonl: other-columns: several members of the file are named "a.b", in another file one is; import the file by a job of its own`},
		},
		"an array": {
			files: map[string]string{"a.json": `[{"a":{"b":1}}]`}, names: []string{"a.json"}, want: []string{"a.b", "1 :1 1"},
		},
		"the format that is given": {
			files: map[string]string{"a.json": "{\"a\":1}\n"}, names: []string{"a.json"}, opts: dataset.Options{Format: tabular.JSONL}, want: []string{"a", "1 :1 1"},
		},
		"a rejects file": {
			files: map[string]string{"r.csv": "_row,a;b\n1,x\n"}, names: []string{"r.csv"}, opts: rejects, want: []string{"_row|a;b", "1 :2 1|x"},
		},
		"not a rejects file": {
			files: map[string]string{"r.csv": "a;b,c\n1;x\n"}, names: []string{"r.csv"}, opts: rejects, want: []string{"a|b,c", "1 :2 1|x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, c.files)
			if got := outcome(t, dir, c.opts, c.names...); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestFingerprint: the same bytes in the same order are the same source, whatever the files are called and where one ends and the next begins
// counts.
func TestFingerprint(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.csv": "a\n1\n", "b.csv": "a\n2\n", "c.csv": "a\n1\n", "d.csv": "a\n2\n", "e.csv": "a\n1\na\n", "f.csv": "a\n2\n",
	})
	of := func(names ...string) tabular.Fingerprint {
		s, err := open(t, dir, dataset.Options{}, names...)
		if err != nil {
			t.Fatal(err)
		}
		identity, err := s.Fingerprint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return identity
	}
	same := of("a.csv", "b.csv")
	if got := of("c.csv", "d.csv"); got != same {
		t.Errorf("the same bytes under other names: %v, want %v", got, same)
	}
	for _, names := range [][]string{{"b.csv", "a.csv"}, {"a.csv"}, {"e.csv", "f.csv"}} {
		if got := of(names...); got == same {
			t.Errorf("%q has the fingerprint of other bytes", names)
		}
	}
}

// TestRangedAgain: a second range starts at the first row of the first file, also after one that was left early.
func TestRangedAgain(t *testing.T) {
	dir := folder(t, map[string]string{"1.csv": "a\n1\n2\n", "2.csv": "a\n3\n"})
	s, err := open(t, dir, dataset.Options{}, "*.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	var ordinals []int64
	for row, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ordinals = append(ordinals, row.Ordinal)
	}
	if want := []int64{1, 2, 3}; !slices.Equal(ordinals, want) {
		t.Errorf("got %v, want %v", ordinals, want)
	}
	if got, want := s.Paths(), []string{filepath.Join(dir, "1.csv"), filepath.Join(dir, "2.csv")}; !slices.Equal(got, want) {
		t.Errorf("paths %q, want %q", got, want)
	}
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	access := &storage.Access{Spool: filepath.Join(dir, "spool")}
	columns := []tabular.Column{{Name: "a", Type: tabular.IntColumn}, {Name: "b"}}
	for _, name := range []string{"out.jsonl", "out.jsonl.gz", "out.ndjson.zst", "out.csv", "out.tsv.gz", "out.xlsx", "out.parquet"} {
		l, err := storage.ParseLocation(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w, err := dataset.Create(t.Context(), access, l, dataset.WriterOptions{}, columns)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write([]tabular.Cell{tabular.IntCell(1), tabular.StringCell("x")}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Commit(), w.Abort()); err != nil {
			t.Fatal(err)
		}
		got := outcome(t, dir, dataset.Options{}, name)
		if len(got) != 2 || got[0] != "a|b" || !strings.HasSuffix(got[1], " 1|x") {
			t.Errorf("%s: read back %q", name, got)
		}
	}
}

func TestCreateAsTheOptionsSay(t *testing.T) {
	dir := t.TempDir()
	access := &storage.Access{Spool: filepath.Join(dir, "spool")}
	for name, want := range map[string]string{
		"out.csv": "\ufeff\"a\";\"b\"\r\n\"=1\";\"x\"\r\n",
		"out.tsv": "\ufeff\"a\"\t\"b\"\r\n\"=1\"\t\"x\"\r\n", // tabs whatever the delimiter of CSV is
	} {
		l, err := storage.ParseLocation(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w, err := dataset.Create(t.Context(), access, l, dataset.WriterOptions{
			CSV: csvfile.TableOptions{Delimiter: ';', QuoteAll: true, Mark: true, CRLF: true, KeepFormulas: true},
		}, []tabular.Column{{Name: "a"}, {Name: "b"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write([]tabular.Cell{tabular.StringCell("=1"), tabular.StringCell("x")}), w.Commit()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestNothingLeftAfterAFailure(t *testing.T) {
	dir := t.TempDir()
	access := &storage.Access{Spool: filepath.Join(dir, "spool")}
	l, err := storage.ParseLocation(filepath.Join(dir, "out.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.Create(t.Context(), access, l, dataset.WriterOptions{}, nil); err == nil {
		t.Error("no columns: no error")
	}
	w, err := dataset.Create(t.Context(), access, l, dataset.WriterOptions{}, []tabular.Column{{Name: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(nil); err == nil {
		t.Error("a row without cells: no error")
	}
	if err := w.Commit(); err == nil {
		t.Error("Commit after a failed Write succeeded")
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
