package jsonlfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/jsonlfile"
)

var _ tabular.Source = (*jsonlfile.Source)(nil)

func open(t *testing.T, text string, o jsonlfile.Options) (*jsonlfile.Source, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return jsonlfile.Open(t.Context(), storage.File{Path: path, Name: "in"}, o)
}

// outcome reads a file to its end and tells what came out: the columns, then one line for each row or error.
func outcome(t *testing.T, text string, o jsonlfile.Options) []string {
	t.Helper()
	s, err := open(t, text, o)
	if err != nil {
		return []string{tell(tabular.Row{}, err)}
	}
	told := []string{strings.Join(s.Schema().Columns, "|")}
	for row, err := range s.Rows(t.Context()) {
		told = append(told, tell(row, err))
	}
	return told
}

func tell(row tabular.Row, err error) string {
	if re, ok := errors.AsType[*tabular.RowError](err); ok {
		return fmt.Sprintf("%s: ROW %s: %s", tell(re.Row, nil), re.Code, re.Problem)
	}
	if fe, ok := errors.AsType[*tabular.FileError](err); ok {
		return fmt.Sprintf("FILE %s:%d: %s: %s", fe.Path, fe.Line, fe.Code, fe.Problem)
	}
	if err != nil {
		return err.Error()
	}
	cells := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		cells[i] = spell(c)
	}
	return fmt.Sprintf("%d@%d %s", row.Ordinal, row.Line, strings.Join(cells, "|"))
}

// spell is a cell with its kind where the text does not tell.
func spell(c tabular.Cell) string {
	switch c.Kind() {
	case tabular.Missing:
		return "~"
	case tabular.Int:
		return "i" + c.Text()
	case tabular.Decimal:
		return "d" + c.Text()
	case tabular.Broken:
		return c.Fault().Code + "!" + c.Text()
	case tabular.List:
		parts := make([]string, len(c.List()))
		for i, e := range c.List() {
			parts[i] = spell(e)
		}
		return "[" + strings.Join(parts, ",") + "]"
	default:
		return c.Text()
	}
}

func TestJSONLines(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65)
	for name, c := range map[string]struct {
		text string
		opts jsonlfile.Options
		want []string
	}{
		"plain":             {text: "{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2}\n", want: []string{"a|b", "1@1 i1|x", "2@2 i2|y"}},
		"no final line end": {text: `{"a":1}`, want: []string{"a", "1@1 i1"}},
		"crlf and blank lines": {
			text: "\r\n{\"a\":1}\r\n  \r\n\t{\"a\":2} \r\n\n", want: []string{"a", "1@2 i1", "2@4 i2"},
		},
		"byte order mark":     {text: "\uFEFF{\"a\":1}\n", want: []string{"a", "1@1 i1"}},
		"columns of all rows": {text: "{\"a\":1}\n{\"b\":2}\n{}\n", want: []string{"a|b", "1@1 i1|~", "2@2 ~|i2", "3@3 ~|~"}},
		"kinds": {
			text: `{"a":"","b":null,"c":true,"d":false,"e":-0,"f":9223372036854775807,"g":9223372036854775808,"h":1.50,"i":1e3,"j":-1.25E-3,"k":1e999}` + "\n",
			want: []string{"a|b|c|d|e|f|g|h|i|j|k", "1@1 |~|true|false|i0|i9223372036854775807|d9223372036854775808|d1.50|d1000|d-0.00125|number-out-of-range!1e999"},
		},
		"escapes": {text: `{"a":"\u00e9\ud83d\ude00\n\\\"/"}` + "\n", want: []string{"a", "1@1 é😀\n\\\"/"}},
		"nested objects": {
			text: `{"a":{"b":{"c":1},"d":2},"e":3}` + "\n" + `{"a":null}` + "\n" + `{"a":{}}` + "\n",
			want: []string{"a.b.c|a.d|e|a", "1@1 i1|i2|i3|~", "2@2 ~|~|~|~", "3@3 ~|~|~|~"},
		},
		"arrays": {
			text: `{"a":["x",1,true,null],"b":[],"c":[{"d": 1}],"e":[[1],2]}` + "\n",
			want: []string{"a|b|c|e", `1@1 [x,i1,true,~]|[]|[{"d": 1}]|[[1],2]`},
		},
		"a name with a point and a path": {
			text: `{"a.b":1,"a":{"b":2}}` + "\n" + `{"a":{"b":3}}` + "\n", want: []string{"a.b (1)|a.b (2)", "1@1 i1|i2", "2@2 ~|i3"},
		},
		"names that are hard to tell": {
			text: `{"":1," a ":2,"a":3}` + "\n", want: []string{"column_1|a (1)|a (2)", "1@1 i1|i2|i3"},
		},
		"a name twice": {
			text: "{\"a\":1}\n{\"a\":1,\"a\":2}\n{\"a\":{\"b\":1,\"b\":1}}\n{\"a\":3}\n",
			want: []string{
				"a", "1@1 i1", `2@2 ~|{"a":1,"a":2}: ROW duplicate-key: the name "a" stands there twice`,
				`3@3 ~|{"a":{"b":1,"b":1}}: ROW duplicate-key: the name "b" stands there twice`, "4@4 i3",
			},
		},
		"a faulty row adds no column": {text: "{\"a\":1}\n{\"b\":1,\"c\":}\n", want: []string{
			"a", "1@1 i1", `2@2 ~|{"b":1,"c":}: ROW bad-json: this is no JSON: missing value after object name (in /c)`,
		}},
		"invalid utf-8": {text: "{\"a\":1}\n{\"a\":\"K\xf6ln\"}\n{\"a\":2}\n", want: []string{
			"a", "1@1 i1", "2@2 ~|{\"a\":\"K\xf6ln\"}: ROW invalid-utf8: the row is not valid UTF-8", "3@3 i2",
		}},
		"a lone surrogate": {text: "{\"a\":1}\n" + `{"a":"\ud800"}` + "\n", want: []string{
			"a", "1@1 i1", "2@2 ~|{\"a\":\"\\ud800\"}: ROW bad-json: this is no JSON: invalid surrogate pair `\\ud800\"}` in string (in /a)",
		}},
		"a line that ends too early": {text: "{\"a\":1}\n{\"a\":\n{\"a\":2}\n", want: []string{
			"a", "1@1 i1", `2@2 ~|{"a":: ROW bad-json: the row ends within its object`, "3@3 i2",
		}},
		"two objects on a line": {text: "{\"a\":1}\n{\"a\":2}{\"a\":3}\n", want: []string{
			"a", "1@1 i1", `2@2 ~|{"a":2}{"a":3}: ROW bad-json: something follows the object`,
		}},
		"no objects": {text: "{\"a\":1}\n5\n[1]\n\"x\"\nnull\n", want: []string{
			"a", "1@1 i1", "2@2 ~|5: ROW not-an-object: the row is not an object but a number",
			"3@3 ~|[1]: ROW not-an-object: the row is not an object but an array", `4@4 ~|"x": ROW not-an-object: the row is not an object but a text`,
			"5@5 ~|null: ROW not-an-object: the row is not an object but a null",
		}},
		"too deep": {text: "{\"b\":1}\n" + deep + "\n", want: []string{
			"b", "1@1 i1", "2@2 ~|" + deep + ": ROW too-deep: more than 64 objects stand within each other",
		}},
		"cut off": {text: "{\"a\":1}\n{\"a\":2", want: []string{
			"FILE in:2: truncated-file: the last line has no line end and is faulty: the row ends within its object",
		}},
		"an array":           {text: "[{\"a\":1}]\n", want: []string{"FILE in:1: not-json-lines: the file starts with an array, not with an object on a line of its own"}},
		"objects over lines": {text: "{\n\"a\":1\n}\n", want: []string{"FILE in:1: not-json-lines: the first object does not end on its line"}},
		"no JSON at all":     {text: "a,b\n1,2\n", want: []string{"FILE in:1: not-json-lines: the file does not start with an object"}},
		"no JSON, cut off":   {text: "\xd0\xcf\x11", want: []string{"FILE in:1: not-json-lines: the file does not start with an object"}},
		"empty":              {text: "", want: []string{"FILE in:0: empty-file: the file is empty"}},
		"blank":              {text: "\n \n", want: []string{"FILE in:0: no-columns: the file holds no row with a member"}},
		"no members":         {text: "{}\n", want: []string{"FILE in:0: no-columns: the file holds no row with a member"}},
		"utf-16":             {text: "\xff\xfe{\x00", want: []string{"FILE in:1: utf-16: the file is not UTF-8 but UTF-16, or not text"}},
		"a workbook":         {text: "PK\x03\x04", want: []string{"FILE in:1: not-text: the file is not text: a workbook, an archive or Parquet"}},
		"a row beyond the limit": {
			text: "{\"a\":1}\n{\"a\":\"" + strings.Repeat("x", 200_000) + "\"}\n", opts: jsonlfile.Options{MaxRecord: 100_000},
			want: []string{"FILE in:2: record-too-long: a row is longer than what is read"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := outcome(t, c.text, c.opts); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestArray(t *testing.T) {
	nested := `{"meta":{"items":[{"x":9}],"n":[1,2]},"data":{"total":2,"items":[{"a":1},` + "\n" + `{"a":2}],"next":null},"z":[]}`
	for name, c := range map[string]struct {
		text string
		path string
		most int64
		want []string
	}{
		"plain":      {text: `[{"a":1},{"a":2,"b":"x"}]`, want: []string{"a|b", "1@1 i1|~", "2@1 i2|x"}},
		"over lines": {text: "[\n  {\n    \"a\": 1\n  },\n\n  {\"a\": 2}\n]\n", want: []string{"a", "1@2 i1", "2@6 i2"}},
		"at a path":  {text: nested, path: "data.items", want: []string{"a", "1@1 i1", "2@2 i2"}},
		"a sibling larger than a row": {
			text: `{"other":[` + strings.Repeat("1,", 100_000) + `1],"rows":[{"a":1}],"more":[` + strings.Repeat("1,", 100_000) + "1]}",
			path: "rows", most: 70_000, want: []string{"a", "1@1 i1"},
		},
		"faults of single rows": {text: "[{\"a\":1},{\"a\":1,\"a\":2},7,{\"a\":\"\xff\"},{\"a\":3}]", want: []string{
			"a", "1@1 i1", `2@1 ~|{"a":1,"a":2}: ROW duplicate-key: the name "a" stands there twice`,
			"3@1 ~|7: ROW not-an-object: the row is not an object but a number",
			"4@1 ~|{\"a\":\"\xff\"}: ROW invalid-utf8: the row is not valid UTF-8", "5@1 i3",
		}},
		"empty array":        {text: "[]", want: []string{"FILE in:0: no-columns: the file holds no row with a member"}},
		"an object":          {text: "{\"a\":1}\n", want: []string{"FILE in:1: no-array: there is no array but an object"}},
		"no such path":       {text: nested, path: "data.rows", want: []string{`FILE in:2: no-array: the member "rows" cannot be found: there is an object without it at data`}},
		"not that deep":      {text: nested, path: "data.total.x", want: []string{`FILE in:1: no-array: the member "x" cannot be found: there is a number at data.total`}},
		"no array at a path": {text: nested, path: "data", want: []string{"FILE in:1: no-array: there is no array but an object at data"}},
		"the path twice": {
			text: `{"rows":[{"a":1}],"x":1,"rows":[{"a":2}]}`, path: "rows",
			want: []string{`FILE in:1: duplicate-key: the member "rows" stands there twice: which of them holds the rows is uncertain`},
		},
		"cut in a row":         {text: "[\n{\"a\":1},\n{\"a\"", want: []string{"FILE in:2: truncated-file: the file ends before the end of the document"}},
		"cut between rows":     {text: "[{\"a\":1},", want: []string{"FILE in:1: truncated-file: the file ends before the end of the document"}},
		"cut behind a row":     {text: "[{\"a\":1}\n", want: []string{"FILE in:1: truncated-file: the file ends before the end of the document"}},
		"cut behind the array": {text: `{"rows":[{"a":1}]`, path: "rows", want: []string{"FILE in:1: truncated-file: the file ends before the end of the document"}},
		"something behind it":  {text: "[{\"a\":1}]\n[{\"a\":2}]", want: []string{"FILE in:2: bad-json: something follows the end of the document"}},
		"a comma too many":     {text: "[{\"a\":1},\n]", want: []string{"FILE in:1: bad-json: this is no JSON: invalid character ',' at start of value"}},
		"a fault within":       {text: "[{\"a\":1},\n{\"a\":tru}]", want: []string{"FILE in:2: bad-json: this is no JSON: invalid character '}' in literal true (expecting 'e') (in /1/a)"}},
		"a row just beyond the limit": {
			text: `[{"a":1},{"a":"` + strings.Repeat("x", 100_000) + `"},{"a":"` + strings.Repeat("x", 100) + `"}]`, most: 100_000,
			want: []string{"FILE in:1: record-too-long: a row is longer than what is read"},
		},
		"rows within the limit": {
			text: `[{"a":"` + strings.Repeat("x", 100) + `"},` + strings.Repeat(`{"a":1},`, 50) + `{"a":2}]`, most: 108,
			want: append([]string{"a", "1@1 " + strings.Repeat("x", 100)}, within(50)...),
		},
		"a row beyond the limit": {
			text: `[{"a":1},{"a":"` + strings.Repeat("x", 300_000) + `"}]`, most: 100_000,
			want: []string{"FILE in:1: record-too-long: a row is longer than what is read"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := outcome(t, c.text, jsonlfile.Options{Array: true, Path: c.path, MaxRecord: c.most})
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// within is so many rows of 1 behind the first, and one of 2.
func within(n int) []string {
	var told []string
	for i := range n {
		told = append(told, fmt.Sprintf("%d@1 i1", i+2))
	}
	return append(told, fmt.Sprintf("%d@1 i2", n+2))
}

func TestTooManyColumns(t *testing.T) {
	var b strings.Builder
	for i := range jsonlfile.MaxColumns + 1 {
		fmt.Fprintf(&b, "{\"key%d\":1}\n", i)
	}
	want := []string{fmt.Sprintf("FILE in:%d: too-many-columns: the members of all rows make more columns than can be read", jsonlfile.MaxColumns+1)}
	if got := outcome(t, b.String(), jsonlfile.Options{}); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestChangedBetweenPasses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in.jsonl")
	put := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("{\"a\":1}\n")
	s, err := jsonlfile.Open(t.Context(), storage.Local(path), jsonlfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	put("{\"a\":1}\n{\"a\":2,\"b\":3}\n")
	var last error
	for _, err := range s.Rows(t.Context()) {
		last = err
	}
	if fe, ok := errors.AsType[*tabular.FileError](last); !ok || fe.Code != "source-changed" || fe.Line != 2 {
		t.Errorf("got %v", last)
	}
}
