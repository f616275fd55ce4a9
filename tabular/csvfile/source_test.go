package csvfile_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
)

var _ tabular.Source = (*csvfile.Source)(nil)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// outcome reads a file to its end and tells what came out, one line for each row or error.
func outcome(t *testing.T, text string, o csvfile.Options) []string {
	t.Helper()
	s, err := csvfile.Open(storage.File{Path: write(t, text), Name: "in.csv"}, o)
	if err != nil {
		return []string{tell(tabular.Row{}, err)}
	}
	var told []string
	for row, err := range s.Rows(t.Context()) {
		told = append(told, tell(row, err))
	}
	return told
}

// tell is "ordinal@line cell|cell", followed or replaced by the code and problem of an error.
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
		cells[i] = c.Text()
	}
	return fmt.Sprintf("%d@%d %s", row.Ordinal, row.Line, strings.Join(cells, "|"))
}

func TestRows(t *testing.T) {
	long, huge := strings.Repeat("x", 3000), strings.Repeat("0123456789", 1_000_000)
	for name, c := range map[string]struct {
		text string
		opts csvfile.Options
		want []string
	}{
		"plain":                    {text: "a,b\n1,2\n3,4\n", want: []string{"1@2 1|2", "2@3 3|4"}},
		"header only":              {text: "a,b\n"},
		"header without line end":  {text: "a,b"},
		"no final line end":        {text: "a,b\n1,2", want: []string{"1@2 1|2"}},
		"final carriage return":    {text: "a,b\r\n1,2\r", want: []string{"1@2 1|2"}},
		"byte order mark":          {text: "\uFEFFa,b\n1,2\n", want: []string{"1@2 1|2"}},
		"mark and quoted header":   {text: "\uFEFF\"a\",b\n1,2\n", want: []string{"1@2 1|2"}},
		"crlf":                     {text: "a,b\r\n1,2\r\n3,4\r\n", want: []string{"1@2 1|2", "2@3 3|4"}},
		"crlf in quotes":           {text: "a,b\r\n\"x\r\ny\",2\r\n3,4\r\n", want: []string{"1@2 x\r\ny|2", "2@4 3|4"}},
		"lone cr in quotes":        {text: "a,b\n\"x\ry\",2\n", want: []string{"1@2 x\ry|2"}},
		"line breaks in cells":     {text: "a,b\n\"1\n\n\n\",2\n3,4\n", want: []string{"1@2 1\n\n\n|2", "2@6 3|4"}},
		"blank lines are no rows":  {text: "\n\na,b\n\n1,2\n\r\n\n3,4\n\n", want: []string{"1@5 1|2", "2@8 3|4"}},
		"empty cells are a row":    {text: "a,b,c\n,,\n1,2,3\n", want: []string{"1@2 ||", "2@3 1|2|3"}},
		"quoted empty in a column": {text: "a\n\"\"\n1\n", want: []string{"1@2 ", "2@3 1"}},
		"doubled quotes":           {text: "a,b\n\"5\"\" pipe\",\"\"\"\"\n", want: []string{"1@2 5\" pipe|\""}},
		"blanks are kept":          {text: "a,b\n 1 ,\t2\u00a0\n", want: []string{"1@2  1 |\t2\u00a0"}},
		"semicolons":               {text: "a;b\n1,5;2\n", want: []string{"1@2 1,5|2"}},
		"tabs":                     {text: "a\tb\n1\t2\n", want: []string{"1@2 1|2"}},
		"bars":                     {text: "a|b\n1|2\n", want: []string{"1@2 1|2"}},
		"delimiter as given":       {text: "a,b;c\n1,2;3\n", opts: csvfile.Options{Delimiter: ','}, want: []string{"1@2 1|2;3"}},
		"preamble": {
			text: "Report \"Q1\n\na,b\n1,2\n", opts: csvfile.Options{HeaderRow: 3}, want: []string{"1@4 1|2"},
		},
		"preamble after a mark": {
			text: "\uFEFFReport\na,b\n1,2\n3\n4,5\n", opts: csvfile.Options{HeaderRow: 2},
			want: []string{"1@3 1|2", "2@4 3: ROW ragged-row: the row has 1 cells, the header has 2", "3@5 4|5"},
		},
		"too few cells": {
			text: "a,b\n1\n3,4\n", want: []string{"1@2 1: ROW ragged-row: the row has 1 cells, the header has 2", "2@3 3|4"},
		},
		"too many cells": {
			text: "a,b\n1,2,3\n3,4\n", want: []string{"1@2 1|2|3: ROW ragged-row: the row has 3 cells, the header has 2", "2@3 3|4"},
		},
		"ragged over several lines": {
			text: "a,b\n\"1\n2\n\"\n3,4\n", want: []string{"1@2 1\n2\n: ROW ragged-row: the row has 1 cells, the header has 2 (lines 2 to 4)", "2@5 3|4"},
		},
		"a quote that swallows rows makes a ragged row": {
			text: "a,b\n\"1,2\n3,4\n5\",6,7\n8,9\n",
			want: []string{"1@2 1,2\n3,4\n5|6|7: ROW ragged-row: the row has 3 cells, the header has 2 (lines 2 to 4)", "2@5 8|9"},
		},
		"invalid utf-8": {
			text: "a,b\n1,K\xf6ln\n3,4\n",
			want: []string{"1@2 1|K\xf6ln: ROW invalid-utf8: column \"b\" is not valid UTF-8 at byte 2 of the cell (0xF6)", "2@3 3|4"},
		},
		"replacement character is text": {text: "a,b\n1,\uFFFD\n", want: []string{"1@2 1|\uFFFD"}},
		"nul": {
			text: "a,b\n1,x\x00y\n3,4\n", want: []string{"1@2 1|x\x00y: ROW nul-byte: column \"b\" holds a NUL byte, at byte 2 of the cell", "2@3 3|4"},
		},
		"zeros": {
			text: "a\n\x00\x00\x00\x00\n1\n", want: []string{"1@2 \x00\x00\x00\x00: ROW nul-byte: column \"a\" holds a NUL byte, at byte 1 of the cell", "2@3 1"},
		},
		"invalid and ragged is reported once": {
			text: "a,b\n1,\xff,3\n3,4\n",
			want: []string{"1@2 1|\xff|3: ROW invalid-utf8: column \"b\" is not valid UTF-8 at byte 1 of the cell (0xFF)", "2@3 3|4"},
		},
		"a paired stray quote is a row's": {
			text: "a,b\n1,say \"hi\"\n3,4\n",
			want: []string{"1@2 1: ROW stray-quote: there is a stray quote at character 7 of line 2", "2@3 3|4"},
		},
		"paired quotes inside quotes are a row's": {
			text: "a,b\n\"say \"hi\" now\",2\n3,4\n",
			want: []string{"1@2 : ROW stray-quote: there is a stray quote at character 6 of line 2", "2@3 3|4"},
		},
		"a stray quote without partner": {
			text: "a,b\n1,5\" pipe\n3,4\n",
			want: []string{"FILE in.csv:2: stray-quote: there is a stray quote at character 4 of line 2, so where the row ends is uncertain"},
		},
		"a blank before a quote that spans lines": {
			text: "a,b\n1, \"x\ny\"\n3,4\n",
			want: []string{"FILE in.csv:2: stray-quote: there is a stray quote at character 4 of line 2, so where the row ends is uncertain"},
		},
		"stray quotes before a cell that spans lines": {
			text: "a,b,c\n1,x\"y,\"z\n3,4,5\n\"\n",
			want: []string{"FILE in.csv:2: stray-quote: there is a stray quote at character 4 of line 2, so where the row ends is uncertain"},
		},
		"a stray quote behind a cell of several lines": {
			text: "a,b\n\"x\ny\",p\"q\"\n3,4\n",
			want: []string{"FILE in.csv:3: stray-quote: there is a stray quote at character 5 of line 3, so where the row ends is uncertain"},
		},
		"a quote that opens lines before the stray one": {
			text: "a,b\n1,é \n2,\"x\n3,y\n4,\"foo\"\n",
			want: []string{"1@2 1|é ", "FILE in.csv:3: unclosed-quote: the quote at character 3 is not closed before the one at character 3 of line 5, which does not end a cell"},
		},
		"the file ends in quotes": {
			text: "a,b\n1,2\n\n3,\"x\ny\n", want: []string{"1@2 1|2", "FILE in.csv:4: unclosed-quote: the quote at character 3 is not closed before the end of the file"},
		},
		"the file ends in quotes, crlf, second cell of several lines": {
			text: "a,b\r\n\"1\r\n2\",\"x\r\ny\r\n", want: []string{"FILE in.csv:3: unclosed-quote: the quote at character 4 is not closed before the end of the file"},
		},
		"the file ends in quotes without a line end": {
			text: "a,b\n1,\"x", want: []string{"FILE in.csv:2: unclosed-quote: the quote at character 3 is not closed before the end of the file"},
		},
		"an unclosed quote is found within the limit": {
			text: "a,b\n1,2\n3,\"" + strings.Repeat("4,5\n", 100_000), opts: csvfile.Options{MaxRecord: 1000},
			want: []string{"1@2 1|2", "FILE in.csv:3: unclosed-quote: the quote at character 3 is not closed within 1000 bytes"},
		},
		"a record over the limit": {
			text: "a,b\n1," + strings.Repeat("x", 200_000) + "\n", opts: csvfile.Options{MaxRecord: 1000},
			want: []string{"FILE in.csv:2: record-too-long: no record ends within 1000 bytes"},
		},
		"records below the limit": {
			text: "a\n" + strings.Repeat(long+"\n", 3), opts: csvfile.Options{MaxRecord: 70_000}, want: []string{"1@2 " + long, "2@3 " + long, "3@4 " + long},
		},
		"cut in a row": {
			text: "a,b,c\n1,2,3\n4,5", want: []string{"1@2 1|2|3", "FILE in.csv:3: truncated-file: the last row has no line end and is faulty: the row has 2 cells, the header has 3"},
		},
		"cut in a character": {
			text: "a,b\n1,K\xc3", want: []string{"FILE in.csv:2: truncated-file: the last row has no line end and is faulty: column \"b\" is not valid UTF-8 at byte 2 of the cell (0xC3)"},
		},
		"ragged last row with a line end": {
			text: "a,b\nTotal\n", want: []string{"1@2 Total: ROW ragged-row: the row has 1 cells, the header has 2"},
		},
		"lone cr between rows": {
			text: "a,b\n1,2\r3,4\n5,6\n", want: []string{"FILE in.csv:2: bare-cr: character 4 is a carriage return without a line feed: where the row ends is uncertain"},
		},
		"lone cr in a single column": {
			text: "a\n1\r2\n", want: []string{"FILE in.csv:2: bare-cr: character 2 is a carriage return without a line feed: where the row ends is uncertain"},
		},
		"cr cr lf": {
			text: "a,b\n1,2\r\r\n", want: []string{"FILE in.csv:2: bare-cr: character 4 is a carriage return without a line feed: where the row ends is uncertain"},
		},
		"lone cr beside invalid utf-8": {
			text: "a,b\n\xff,2\r3,4\n", want: []string{"FILE in.csv:2: bare-cr: character 4 is a carriage return without a line feed: where the row ends is uncertain"},
		},
		"cr behind a quoted cell": {
			text: "a,b\n1,\"2\"\r3,\"4\"\n", want: []string{"FILE in.csv:2: bare-cr: character 6 is a carriage return without a line feed: where the row ends is uncertain"},
		},
		"classic mac":                         {text: "a,b\r1,2\r3,4\r", want: []string{"1@2 1|2", "2@3 3|4"}},
		"classic mac with quotes":             {text: "a,b\r1,\"2\"\r\r3,4", want: []string{"1@2 1|2", "2@4 3|4"}},
		"classic mac, cells of several lines": {text: "a,b\r\"1\n2\",\"x\ry\"\r3,4\r", want: []string{"1@2 1\n2|x\ry", "2@4 3|4"}},
		"classic mac, preamble":               {text: "Report\ra;b\r1;2\r", opts: csvfile.Options{HeaderRow: 2}, want: []string{"1@3 1|2"}},
		"classic mac, header only":            {text: "a,b\r"},
		"classic mac, then a line feed": {
			text: "a,b\r" + strings.Repeat("1,2\r", 20_000) + "3,4\n5,6\r", opts: csvfile.Options{FooterRows: 20_000},
			want: []string{"FILE in.csv:20002: bare-lf: character 4 is a line feed, and lines end in a carriage return before it: where the row ends is uncertain"},
		},
		"lf, then cr over the limit": {
			text: "a,b\n" + strings.Repeat("1,2\r", 100_000), opts: csvfile.Options{MaxRecord: 1000},
			want: []string{"FILE in.csv:2: bare-cr: character 4 is a carriage return without a line feed: where the row ends is uncertain"},
		},
		"empty":           {text: "", want: []string{"FILE in.csv:0: empty-file: the file is empty"}},
		"only a mark":     {text: "\uFEFF", want: []string{"FILE in.csv:0: empty-file: the file is empty"}},
		"only line ends":  {text: "\n\r\n\n", want: []string{"FILE in.csv:0: no-header: there is no header on line 1 or after it"}},
		"nameless header": {text: ", ,\n1,2,3\n", want: []string{"FILE in.csv:1: no-header: the header row holds no name"}},
		"header beyond the end": {
			text: "a\nb", opts: csvfile.Options{HeaderRow: 3}, want: []string{"FILE in.csv:0: no-header: there is no header on line 3 or after it"},
		},
		"preamble over the limit": {
			text: strings.Repeat("x", 200_000), opts: csvfile.Options{HeaderRow: 2, MaxRecord: 1000},
			want: []string{"FILE in.csv:1: record-too-long: no record ends within 1000 bytes"},
		},
		"xlsx":    {text: "PK\x03\x04....", want: []string{"FILE in.csv:1: not-text: the file is a ZIP archive, as XLSX files are, not CSV"}},
		"xls":     {text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", want: []string{"FILE in.csv:1: not-text: the file is an old Office document, as .xls files are, not CSV"}},
		"parquet": {text: "PAR1....", want: []string{"FILE in.csv:1: not-text: the file is a Parquet file, not CSV"}},
		"gzip":    {text: "\x1f\x8b\x08....", want: []string{"FILE in.csv:1: not-text: the file is compressed with gzip, not CSV"}},
		"zstd":    {text: "\x28\xb5\x2f\xfd....", want: []string{"FILE in.csv:1: not-text: the file is compressed with zstd, not CSV"}},
		"latin-1 header": {
			text: "x\nName,Stra\xdfe\n1,2\n", opts: csvfile.Options{HeaderRow: 2},
			want: []string{"FILE in.csv:2: invalid-utf8: cell 2 is not valid UTF-8 at byte 5 of the cell (0xDF)"},
		},
		"quote in the header": {
			text: "a,b \"x\"\n1,2\n", want: []string{"FILE in.csv:1: stray-quote: there is a stray quote at character 5 of line 1"},
		},
		"two delimiters alike": {
			text: "Last, First;City\nDoe, Jane;Rome\n", want: []string{"FILE in.csv:1: ambiguous-delimiter: the header and the first rows can be split by ',' and by ';' alike, into 2 columns"},
		},
		"single quotes": {
			text: "a,b\n'1,2','it''s'\n\"3,4\n", opts: csvfile.Options{Quote: '\''}, want: []string{"1@2 1,2|it's", "2@3 \"3|4"},
		},
		"no quoting": {
			text: "a\tb\n\"1\t5\" pipe\n\"\t\"\"\n", opts: csvfile.Options{Quote: csvfile.NoQuote}, want: []string{"1@2 \"1|5\" pipe", "2@3 \"|\"\""},
		},
		"nul without quoting": {
			text: "a,b\n\x001,2\n3,4\n", opts: csvfile.Options{Quote: csvfile.NoQuote},
			want: []string{"1@2 \x001|2: ROW nul-byte: column \"a\" holds a NUL byte, at byte 1 of the cell", "2@3 3|4"},
		},
		"a bar that quotes is no delimiter": {text: "|a|;b\n|1;2|;3\n", opts: csvfile.Options{Quote: '|'}, want: []string{"1@2 1;2|3"}},
		"a delimiter of two bytes":          {text: "a§b\n\"1§\"§2\n3§\n", opts: csvfile.Options{Delimiter: '§'}, want: []string{"1@2 1§|2", "2@3 3|"}},
		"no header":                         {text: "1,2\n3,4\n", opts: csvfile.Options{NoHeader: true}, want: []string{"1@1 1|2", "2@2 3|4"}},
		"no header, blank lines first":      {text: "\n\n1,2\n", opts: csvfile.Options{NoHeader: true}, want: []string{"1@3 1|2"}},
		"no header, first row of two lines": {text: "\"1\n2\",3\n4,5\n", opts: csvfile.Options{NoHeader: true}, want: []string{"1@1 1\n2|3", "2@3 4|5"}},
		"no header after a preamble":        {text: "x\n1,2\n", opts: csvfile.Options{NoHeader: true, HeaderRow: 2}, want: []string{"1@2 1|2"}},
		"no header, ragged": {
			text: "1,2\n3\n", opts: csvfile.Options{NoHeader: true}, want: []string{"1@1 1|2", "2@2 3: ROW ragged-row: the row has 1 cells, the first one has 2"},
		},
		"no header, first row not text": {
			text: "1,\xff\n3,4\n", opts: csvfile.Options{NoHeader: true},
			want: []string{"1@1 1|\xff: ROW invalid-utf8: column \"column_2\" is not valid UTF-8 at byte 1 of the cell (0xFF)", "2@2 3|4"},
		},
		"no header, no row": {
			text: "\n\n", opts: csvfile.Options{NoHeader: true}, want: []string{"FILE in.csv:0: no-header: there is no row on line 1 or after it"},
		},
		"footer": {
			text: "a,b\n1,2\n3,4\n5,6\nTotal\n\"all\nrights\",\xff,reserved\n", opts: csvfile.Options{FooterRows: 2}, want: []string{"1@2 1|2", "2@3 3|4", "3@4 5|6"},
		},
		"a bad row before the footer": {
			text: "a,b\n1\n3,4\nTotal\n", opts: csvfile.Options{FooterRows: 1},
			want: []string{"1@2 1: ROW ragged-row: the row has 1 cells, the header has 2", "2@3 3|4"},
		},
		"nothing but a footer": {text: "a,b\nTotal\n", opts: csvfile.Options{FooterRows: 1}},
		"shorter than its footer": {
			text: "a,b\n1,2\n", opts: csvfile.Options{FooterRows: 2}, want: []string{"FILE in.csv:3: no-footer: only 1 rows follow the header, and footer_rows is 2"},
		},
		"cut in the footer": {
			text: "a,b\n1,2\nTot", opts: csvfile.Options{FooterRows: 1},
			want: []string{"FILE in.csv:3: truncated-file: the last row has no line end and is faulty: the row has 1 cells, the header has 2"},
		},
		"guard":                 {text: "a,'=b\n'=1,'-2\n''@3,'it\n", opts: csvfile.Options{StripGuard: true}, want: []string{"1@2 =1|'-2", "2@3 '@3|'it"}},
		"guard as it is":        {text: "a,b\n'=1,'-2\n", want: []string{"1@2 '=1|'-2"}},
		"a cell of 10 MB":       {text: "a,b\n" + huge + ",2\n", want: []string{"1@2 " + huge + "|2"}},
		"a record at the limit": {text: "a,b\n1,234567\n", opts: csvfile.Options{MaxRecord: 9}, want: []string{"1@2 1|234567"}},
		"a record that the limit cuts in its line end": {
			text: "a,b\n1,2\r\n", opts: csvfile.Options{MaxRecord: 4}, want: []string{"FILE in.csv:2: record-too-long: no record ends within 4 bytes"},
		},
		"a record beyond the limit": {
			text: "a,b\n1,2345678\n", opts: csvfile.Options{MaxRecord: 9}, want: []string{"FILE in.csv:2: record-too-long: no record ends within 9 bytes"},
		},
		"cells beyond the limit": {
			text: "a,b\n1,2\n" + strings.Repeat(",", 1<<16) + "\n3,4\n",
			want: []string{"1@2 1|2", "FILE in.csv:3: too-many-cells: the row has more than 65536 cells"},
		},
		"the guard of a rejected row": {
			text: "a,b\n'=1\n3,4\n", opts: csvfile.Options{StripGuard: true},
			want: []string{"1@2 =1: ROW ragged-row: the row has 1 cells, the header has 2", "2@3 3|4"},
		},
		"quotes beyond the limit": {
			text: "a,b\n1,\"345678\"\n", opts: csvfile.Options{MaxRecord: 9}, want: []string{"FILE in.csv:2: unclosed-quote: the quote at character 3 is not closed within 9 bytes"},
		},
		"no quote":           {text: "a", opts: csvfile.Options{Quote: 'x'}, want: []string{"FILE in.csv:0: bad-quote: 'x' cannot quote cells"}},
		"quote as delimiter": {text: "a", opts: csvfile.Options{Quote: ';', Delimiter: ';'}, want: []string{"FILE in.csv:0: bad-quote: ';' cannot both quote and separate cells"}},
		"no delimiter": {
			text: "a", opts: csvfile.Options{Delimiter: '"'}, want: []string{"FILE in.csv:0: bad-delimiter: '\"' cannot separate cells"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := outcome(t, c.text, c.opts); !slices.Equal(got, c.want) {
				t.Errorf("got:\n%.2000s\nwant:\n%.2000s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestLimitCountsFromTheLastRecord: the limit is on one record, not on the file.
func TestLimitCountsFromTheLastRecord(t *testing.T) {
	got := outcome(t, "a,b\n"+strings.Repeat("1,2\n", 100_000), csvfile.Options{MaxRecord: 100})
	if len(got) != 100_000 || got[99_999] != "100000@100001 1|2" {
		t.Errorf("%d rows, the last is %q", len(got), got[len(got)-1])
	}
}

func TestRowsKeepsTheCellsOfARejectedRow(t *testing.T) {
	s, err := csvfile.Open(storage.Local(write(t, "a,b\n1\n3,4\n")), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rejected []tabular.Cell
	for _, err := range s.Rows(t.Context()) {
		if re, ok := errors.AsType[*tabular.RowError](err); ok {
			rejected = re.Row.Cells
		}
	}
	if len(rejected) != 1 || rejected[0].Text() != "1" {
		t.Errorf("cells of the rejected row after the next one: %v", rejected)
	}
}

func TestColumns(t *testing.T) {
	for header, want := range map[string][]string{
		"a,b":                       {"a", "b"},
		" Name ,Website\u00a0":      {"Name", "Website"},
		"Name,Name,Name":            {"Name (1)", "Name (2)", "Name (3)"},
		"Name,Name, Name (2)":       {"Name (1)", "Name (3)", "Name (2)"},
		"a,,":                       {"a", "column_2", "column_3"},
		",column_1,a":               {"column_1 (1)", "column_1", "a"},
		"name,Name":                 {"name", "Name"},
		"\"a\nb\",\"x,y\"":          {"a\nb", "x,y"},
		"\"Priority \",\"Pri\"\"\"": {"Priority", "Pri\""},
	} {
		s, err := csvfile.Open(storage.Local(write(t, header+"\n")), csvfile.Options{Delimiter: ','})
		if err != nil {
			t.Errorf("%q: %v", header, err)
			continue
		}
		if got := s.Schema().Columns; !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func TestEvidence(t *testing.T) {
	for text, want := range map[string]string{
		"a;b;c\n1,2;3;4\n5;6;7\n":       "';': 3 columns in the header and in 2 of 2 sampled rows; utf-8 without a byte order mark",
		"a,b;c;d\n1,2;3;4\n5,6;7;8\n":   "';': 3 columns in the header and in 2 of 2 sampled rows; ',' would give 2 columns in 2 of 2; utf-8 without a byte order mark",
		"a,b;c\n1;2\n3;4\n":             "';': 2 columns in the header and in 2 of 2 sampled rows; ',' would give 2 columns in 0 of 2; utf-8 without a byte order mark",
		"a\n1\n":                        "',' by default: nothing splits the header, it is one column; utf-8 without a byte order mark",
		"\"x;y\",z\n1,2\n":              "',': 2 columns in the header and in 1 of 1 sampled rows; utf-8 without a byte order mark",
		"a\tb\n\"1\n2\t3":               "'\\t': 2 columns in the header and in 0 of 0 sampled rows; utf-8 without a byte order mark",
		"a,b\r1,2\r":                    "',': 2 columns in the header and in 1 of 1 sampled rows; utf-8 without a byte order mark; lines end in a carriage return alone",
		"\uFEFFa,b\n":                   "',': 2 columns in the header and in 0 of 0 sampled rows; utf-8 by its byte order mark",
		"\xff\xfea\x00,\x00b\x00\n\x00": "',': 2 columns in the header and in 0 of 0 sampled rows; utf-16le by its byte order mark",
	} {
		s, err := csvfile.Open(storage.Local(write(t, text)), csvfile.Options{})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if s.Evidence() != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, s.Evidence(), want)
		}
	}
}

func TestTraits(t *testing.T) {
	s, err := csvfile.Open(storage.Local(write(t, "\xef\xbb\xbfReport\ra;b\r1;2\r")), csvfile.Options{HeaderRow: 2})
	if err != nil {
		t.Fatal(err)
	}
	want := []tabular.Trait{
		{Name: "delimiter", Value: "';': 2 columns in the header and in 1 of 1 sampled rows"},
		{Name: "quote", Value: `"`},
		{Name: "encoding", Value: "utf-8 by its byte order mark"},
		{Name: "line ends", Value: "carriage return alone"},
		{Name: "header", Value: "line 2"},
	}
	if got := s.Traits(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRowsMayBeRangedAgain(t *testing.T) {
	s, err := csvfile.Open(storage.Local(write(t, "a,b\n1,2\n3,4\n")), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for row, err := range s.Rows(t.Context()) {
			if err != nil || row.Ordinal != 1 {
				t.Fatalf("first row: %s", tell(row, err))
			}
			break
		}
	}
}

func TestRowsRefusesAnotherHeader(t *testing.T) {
	path := write(t, "a,b\n1,2\n")
	s, err := csvfile.Open(storage.File{Path: path, Name: "in.csv"}, csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"b,a\n1,2\n": "FILE in.csv:1: source-changed: the header is not the one that was read before",
		"a;b\n1;2\n": "FILE in.csv:1: source-changed: the header is not the one that was read before",
		"":           "FILE in.csv:0: empty-file: the file is empty",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for row, err := range s.Rows(t.Context()) {
			if got := tell(row, err); got != want {
				t.Errorf("%q: got %s, want %s", text, got, want)
			}
		}
	}
}

func TestContextEndsReading(t *testing.T) {
	s, err := csvfile.Open(storage.Local(write(t, "a,b\n1,2\n3,4\n")), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	rows := 0
	for _, err := range s.Rows(ctx) {
		if last = err; err == nil {
			rows++
		}
		cancel()
	}
	if rows != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("got %d rows and %v, want 1 and context.Canceled", rows, last)
	}
	if _, err := s.Fingerprint(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("fingerprint: got %v, want context.Canceled", err)
	}
}

func TestFingerprint(t *testing.T) {
	text := "a,b\n1,2\n"
	s, err := csvfile.Open(storage.Local(write(t, text)), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	want := tabular.Fingerprint{Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
	if got, err := s.Fingerprint(t.Context()); err != nil || got != want {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
}
