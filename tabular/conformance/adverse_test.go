package conformance_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/xlsxfile"
)

// example is a file with a difficulty, and what must come out; or why a format cannot have that difficulty.
type example struct {
	data   []byte
	opts   dataset.Options
	want   string
	cannot string
}

func text(data, want string) example { return example{data: []byte(data), want: want} }

const (
	typedHeader = "column names stand in its schema"
	binaryTypes = "a value has the type of its column"
	noTable     = "it has no rows of a table around the data"
)

// adverse is every difficulty in every format.
func adverse(t *testing.T) map[string]map[tabular.Format]example {
	t.Helper()
	head := row("a", "b")
	huge := strings.Repeat("0123456789", 1_000_000)
	wide := make([]string, 16_384)
	for i := range wide {
		wide[i] = fmt.Sprintf("column %d", i)
	}
	const wideWant = "16384 columns / @2 16384 cells"
	return map[string]map[tabular.Format]example{
		"broken in the middle": {
			tabular.CSV:     text("a,b\n1,2\n3,\"x\n4,5\n", "a|b / @2 1|2 / FILE@3 UNCLOSED-QUOTE"),
			tabular.XLSX:    {data: book(t, head+row("1", "2")+"<row><c><v>3</c></v></row>"), want: "FILE@3 MALFORMED-FILE"},
			tabular.Parquet: {data: damaged(plain(t, tabular.Parquet, 100)), want: "a|b / FILE@1 CORRUPT-FILE"},
			tabular.JSONL:   text("{\"a\":1}\n{\"a\":}\n{\"a\":3}\n", "a / @1 whole number 1 / @2 BAD-JSON / @3 whole number 3"),
			tabular.JSON:    text("[{\"a\":1},\n{\"a\":},\n{\"a\":3}]", "FILE@2 BAD-JSON"),
		},
		"byte order mark": {
			tabular.CSV:     text("\uFEFF\"a\",b\n1,2\n", "a|b / @2 1|2"),
			tabular.XLSX:    {cannot: "its XML is read by package xlsxfile's own rules"},
			tabular.Parquet: {cannot: "it is no text"},
			tabular.JSONL:   text("\uFEFF{\"a\":1}\n", "a / @1 whole number 1"),
			tabular.JSON:    text("\uFEFF[{\"a\":1}]", "a / @1 whole number 1"),
		},
		"UTF-16": {
			tabular.CSV:     text("\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", "a|b / @2 1|2"),
			tabular.XLSX:    {cannot: "package xlsxfile tests its parts"},
			tabular.Parquet: {cannot: "it is no text"},
			tabular.JSONL:   text("\xff\xfe{\x00}\x00", "FILE@1 UTF-16"),
			tabular.JSON:    text("[\x00{\x00}\x00]\x00", "FILE@1 UTF-16"),
		},
		"another encoding": {
			tabular.CSV:     text("a,b\n1,K\xf6ln\n3,4\n", "a|b / @2 INVALID-UTF8 / @3 3|4"),
			tabular.XLSX:    {data: book(t, head+row("1", "K\xf6ln")), want: "FILE@2 MALFORMED-FILE"},
			tabular.Parquet: {data: parquet(t, "Kolnisch", "K\xf6lnisch"), want: "a|b / @1 1|2 / @2 INVALID-UTF8|x / @3 3|4"},
			tabular.JSONL:   text("{\"a\":\"K\xf6ln\"}\n{\"a\":1}\n", "a / @1 INVALID-UTF8 / @2 whole number 1"),
			tabular.JSON:    text("[{\"a\":\"K\xf6ln\"},{\"a\":1}]", "a / @1 INVALID-UTF8 / @1 whole number 1"),
		},
		"ragged rows": {
			tabular.CSV:     text("a,b\n1\n1,2,3\n,\n4,5\n", "a|b / @2 RAGGED-ROW / @3 RAGGED-ROW / @4 \"\"|\"\" / @5 4|5"),
			tabular.XLSX:    {data: book(t, head+row("1")+row("1", "2", "3")+row("4", "5")), want: "a|b / @2 1|- / @3 CELL-BEYOND-HEADER / @4 4|5"},
			tabular.Parquet: {cannot: binaryTypes},
			tabular.JSONL:   text("{\"a\":1}\n{\"b\":2,\"a\":3}\n", "a|b / @1 whole number 1|- / @2 whole number 3|whole number 2"),
			tabular.JSON:    text("[{\"a\":1},{\"b\":2,\"a\":3}]", "a|b / @1 whole number 1|- / @1 whole number 3|whole number 2"),
		},
		"headers twice and empty": {
			tabular.CSV:     text("a,,a\n1,2,3\n", "a (1)|column_2|a (2) / @2 1|2|3"),
			tabular.XLSX:    {data: book(t, row("a", "", "a")+row("1", "2", "3")), want: "a (1)|column_2|a (2) / @2 1|2|3"},
			tabular.Parquet: {cannot: "its writer refuses them; package parquetfile reads such files of another one"},
			tabular.JSONL:   text("{\"a\":1,\"\":2}\n{\"a\":1,\"a\":2}\n", "a|column_2 / @1 whole number 1|whole number 2 / @2 DUPLICATE-KEY"),
			tabular.JSON:    text("[{\"a\":1,\"\":2},{\"a\":1,\"a\":2}]", "a|column_2 / @1 whole number 1|whole number 2 / @1 DUPLICATE-KEY"),
		},
		"blank header": {
			tabular.CSV:     text(" ,\n1,2\n", "FILE@1 NO-HEADER"),
			tabular.XLSX:    {data: book(t, "<row><c/><c/></row>"+row("", "")), want: "FILE@0 NO-HEADER"},
			tabular.Parquet: {cannot: typedHeader},
			tabular.JSONL:   {cannot: "each row has its names"},
			tabular.JSON:    {cannot: "each row has its names"},
		},
		"no header": {
			tabular.CSV:     {data: []byte("1,2\n3,4\n"), opts: dataset.Options{CSV: csvfile.Options{NoHeader: true}}, want: "column_1|column_2 / @1 1|2 / @2 3|4"},
			tabular.XLSX:    {data: book(t, row("1", "2")+row("3")), opts: dataset.Options{XLSX: xlsxfile.Options{NoHeader: true}}, want: "column_1|column_2 / @1 1|2 / @2 3|-"},
			tabular.Parquet: {cannot: typedHeader},
			tabular.JSONL:   {cannot: "each row has its names"},
			tabular.JSON:    {cannot: "each row has its names"},
		},
		"preamble and footer": {
			tabular.CSV: {
				data: []byte("Report \"Q1\n\na,b\n1,2\nTotal,2,x\n"), opts: dataset.Options{CSV: csvfile.Options{HeaderRow: 3, FooterRows: 1}}, want: "a|b / @4 1|2",
			},
			tabular.XLSX: {
				data: book(t, row("Report")+"<row/>"+head+row("1", "2")+row("Total", "2", "x")),
				opts: dataset.Options{XLSX: xlsxfile.Options{HeaderRow: 3, FooterRows: 1}}, want: "a|b / @4 1|2",
			},
			tabular.Parquet: {cannot: noTable},
			tabular.JSONL:   {cannot: noTable},
			tabular.JSON:    {data: []byte(`{"title":"Report","data":{"rows":[{"a":1}],"total":1}}`), opts: path("data.rows"), want: "a / @1 whole number 1"},
		},
		"16,384 columns": {
			tabular.CSV:     {data: table(t, tabular.CSV, columns(wide...), [][]tabular.Cell{texts(wide...)}), want: wideWant},
			tabular.XLSX:    {data: table(t, tabular.XLSX, columns(wide...), [][]tabular.Cell{texts(wide...)}), want: wideWant},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns(wide...), [][]tabular.Cell{texts(wide...)}), want: "16384 columns / @1 16384 cells"},
			tabular.JSONL:   {data: table(t, tabular.JSONL, columns(wide...), [][]tabular.Cell{texts(wide...)}), want: "16384 columns / @1 16384 cells"},
			tabular.JSON:    {data: table(t, tabular.JSON, columns(wide...), [][]tabular.Cell{texts(wide...)}), want: "16384 columns / @1 16384 cells"},
		},
		"a cell of 10 MB": {
			tabular.CSV:     text("a,b\n"+huge+",2\n", "a|b / @2 10000000 bytes|2"),
			tabular.XLSX:    {data: book(t, head+row(huge, "2")), want: "a|b / @2 10000000 bytes|2"},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns("a", "b"), [][]tabular.Cell{texts(huge, "2")}), want: "a|b / @1 10000000 bytes|2"},
			tabular.JSONL:   text(`{"a":"`+huge+`"}`+"\n", "a / @1 10000000 bytes"),
			tabular.JSON:    text(`[{"a":"`+huge+`"}]`, "a / @1 10000000 bytes"),
		},
		"a cell beyond any limit": {
			tabular.CSV:     text("a,b\n1,2\n"+huge+huge+",2\n", "a|b / @2 1|2 / FILE@3 RECORD-TOO-LONG"),
			tabular.XLSX:    {data: book(t, head+row(strings.Repeat(noise(1_000_000), 20), "2")), want: "FILE@2 MALFORMED-FILE"},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns("a", "b"), [][]tabular.Cell{texts(huge+huge, "2")}), want: "a|b / @1 CELL-TOO-LARGE|2"},
			tabular.JSONL:   text("{\"a\":1}\n"+`{"a":"`+huge+huge+`"}`+"\n", "FILE@2 RECORD-TOO-LONG"),
			tabular.JSON:    text("[{\"a\":1},\n"+`{"a":"`+huge+huge+`"}]`, "FILE@1 RECORD-TOO-LONG"),
		},
		"NUL": {
			tabular.CSV:     text("a,b\n1,x\x00y\n3,4\n", "a|b / @2 NUL-BYTE / @3 3|4"),
			tabular.XLSX:    {data: book(t, head+row("1", "x\x00y")), want: "FILE@2 MALFORMED-FILE"},
			tabular.Parquet: {data: parquet(t, "xxy", "x\x00y"), want: "a|b / @1 1|2 / @2 x\x00y|x / @3 3|4"},
			tabular.JSONL:   text("{\"a\":\"x\x00y\"}\n{\"a\":\"\\u0000\"}\n", "a / @1 BAD-JSON / @2 \x00"),
			tabular.JSON:    text("[{\"a\":\"x\x00y\"}]", "FILE@1 BAD-JSON"),
		},
		"line breaks in cells": {
			tabular.CSV:     text("a,b\r\n\"x\r\ny\",\"\n\"\r\n3,4\r\n", "a|b / @2 x\r\ny|\n / @5 3|4"),
			tabular.XLSX:    {data: book(t, head+row("x&#13;\ny", "&#10;")+row("3", "4")), want: "a|b / @2 x\r\ny|\n / @3 3|4"},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns("a", "b"), [][]tabular.Cell{texts("x\r\ny", "\n")}), want: "a|b / @1 x\r\ny|\n"},
			tabular.JSONL:   text(`{"a":"x\r\ny"}`+"\n", "a / @1 x\r\ny"),
			tabular.JSON:    text(`[{"a":"x\r\ny"}]`, "a / @1 x\r\ny"),
		},
		"empty file": {
			tabular.CSV: text("", "FILE@0 EMPTY-FILE"), tabular.XLSX: text("", "FILE@0 EMPTY-FILE"), tabular.Parquet: text("", "FILE@0 EMPTY-FILE"),
			tabular.JSONL: text("", "FILE@0 EMPTY-FILE"), tabular.JSON: text("", "FILE@0 EMPTY-FILE"),
		},
		"header only": {
			tabular.CSV:     text("a,b", "a|b"),
			tabular.XLSX:    {data: book(t, head), want: "a|b"},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns("a", "b"), nil), want: "a|b"},
			tabular.JSONL:   text("\n", "FILE@0 NO-COLUMNS"),
			tabular.JSON:    text("[]", "FILE@0 NO-COLUMNS"),
		},
		"whole numbers beyond 2^53": {
			tabular.CSV:  text("a\n9007199254740993\n", "a / @2 9007199254740993"),
			tabular.XLSX: {data: book(t, row("a")+row("<c><v>9007199254740992</v></c>")+row("<c><v>9007199254740994</v></c>")), want: "a / @2 whole number 9007199254740992 / @3 INEXACT-NUMBER"},
			tabular.Parquet: {
				data: table(t, tabular.Parquet, []tabular.Column{{Name: "a", Type: tabular.IntColumn}}, [][]tabular.Cell{{tabular.IntCell(9007199254740993)}}),
				want: "a / @1 whole number 9007199254740993",
			},
			tabular.JSONL: text("{\"a\":9007199254740993}\n{\"a\":9223372036854775808}\n", "a / @1 whole number 9007199254740993 / @2 decimal number 9223372036854775808"),
			tabular.JSON:  text("[{\"a\":9007199254740993}]", "a / @1 whole number 9007199254740993"),
		},
		"dates": {
			tabular.CSV:  text("a\n2020-01-15\n", "a / @2 2020-01-15"),
			tabular.XLSX: {data: book(t, row("a")+row(`<c s="1"><v>43845</v></c>`)+row(`<c s="1"><v>60</v></c>`)), want: "a / @2 date 2020-01-15 / @3 NOT-A-DATE"},
			tabular.Parquet: {
				data: table(t, tabular.Parquet, []tabular.Column{{Name: "a", Type: tabular.DateColumn}}, [][]tabular.Cell{{tabular.DateCell(2020, 1, 15)}}),
				want: "a / @1 date 2020-01-15",
			},
			tabular.JSONL: text("{\"a\":\"2020-01-15\"}\n", "a / @1 2020-01-15"),
			tabular.JSON:  text("[{\"a\":\"2020-01-15\"}]", "a / @1 2020-01-15"),
		},
		"dates from 1904": {
			tabular.CSV:     {cannot: "its dates are text"},
			tabular.XLSX:    {data: bookOf(t, row("a")+row(`<c s="1"><v>42383</v></c>`), `<workbookPr date1904="1"/>`), want: "a / @2 date 2020-01-15"},
			tabular.Parquet: {cannot: "its dates count from 1970"},
			tabular.JSONL:   {cannot: "its dates are text"},
			tabular.JSON:    {cannot: "its dates are text"},
		},
		"leading zeros": {
			tabular.CSV:     text("a\n01067\n", "a / @2 01067"),
			tabular.XLSX:    {data: book(t, row("a")+row(`<c s="2"><v>1067</v></c>`)+row("01067")), want: "a / @2 01067 / @3 01067"},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns("a"), [][]tabular.Cell{texts("01067")}), want: "a / @1 01067"},
			tabular.JSONL:   text("{\"a\":\"01067\"}\n{\"a\":01067}\n", "a / @1 01067 / @2 BAD-JSON"),
			tabular.JSON:    text("[{\"a\":01067}]", "FILE@1 BAD-JSON"),
		},
		"formulas": {
			tabular.CSV:     text("a\n=1+1\n", "a / @2 =1+1"),
			tabular.XLSX:    {data: book(t, row("a")+row("<c><f>1+1</f><v>2</v></c>")+row("<c><f>1+1</f></c>")+row(`<c t="e"><v>#REF!</v></c>`)), want: "a / @2 whole number 2 / @3 FORMULA-WITHOUT-VALUE / @4 CELL-ERROR"},
			tabular.Parquet: {data: table(t, tabular.Parquet, columns("a"), [][]tabular.Cell{texts("=1+1")}), want: "a / @1 =1+1"},
			tabular.JSONL:   text("{\"a\":\"=1+1\"}\n", "a / @1 =1+1"),
			tabular.JSON:    text("[{\"a\":\"=1+1\"}]", "a / @1 =1+1"),
		},
		"encrypted": {
			tabular.CSV:     {data: compound("EncryptedPackage"), want: "FILE@1 NOT-TEXT"},
			tabular.XLSX:    {data: compound("EncryptedPackage"), want: "FILE@0 ENCRYPTED-FILE"},
			tabular.Parquet: {data: append([]byte("PARE"), plain(t, tabular.Parquet, 1)[4:]...), want: "FILE@0 ENCRYPTED-FILE"},
			tabular.JSONL:   {cannot: "it has no encryption of its own"},
			tabular.JSON:    {cannot: "it has no encryption of its own"},
		},
		"an old workbook": {
			tabular.CSV:     {data: compound("Workbook"), want: "FILE@1 NOT-TEXT"},
			tabular.XLSX:    {data: compound("Workbook"), want: "FILE@0 XLS-FILE"},
			tabular.Parquet: {data: compound("Workbook"), want: "FILE@0 NOT-PARQUET"},
			tabular.JSONL:   {data: compound("Workbook"), want: "FILE@1 NOT-JSON-LINES"},
			tabular.JSON:    {data: compound("Workbook"), want: "FILE@1 BAD-JSON"},
		},
		"an archive": {
			tabular.CSV:     {data: archive(t, map[string]string{"data.csv": "a"}), want: "FILE@1 NOT-TEXT"},
			tabular.XLSX:    {data: archive(t, map[string]string{"data.csv": "a"}), want: "FILE@0 NOT-XLSX"},
			tabular.Parquet: {data: archive(t, map[string]string{"data.csv": "a"}), want: "FILE@0 NOT-PARQUET"},
			tabular.JSONL:   {data: archive(t, map[string]string{"data.csv": "a"}), want: "FILE@1 NOT-TEXT"},
			tabular.JSON:    {data: archive(t, map[string]string{"data.csv": "a"}), want: "FILE@1 NOT-TEXT"},
		},
		"CSV under another name": {
			tabular.CSV:     {cannot: "that is its name"},
			tabular.XLSX:    text("a,b\n1,2\n", "FILE@0 TEXT-FILE"),
			tabular.Parquet: text("a,b\n1,2\n", "FILE@0 NOT-PARQUET"),
			tabular.JSONL:   text("a,b\n1,2\n", "FILE@1 NOT-JSON-LINES"),
			tabular.JSON:    text("a,b\n1,2\n", "FILE@1 BAD-JSON"),
		},
		"Parquet under another name": {
			tabular.CSV:     {data: plain(t, tabular.Parquet, 1), want: "FILE@1 NOT-TEXT"},
			tabular.XLSX:    {data: plain(t, tabular.Parquet, 1), want: "FILE@0 NOT-XLSX"},
			tabular.Parquet: {cannot: "that is its name"},
			tabular.JSONL:   {data: plain(t, tabular.Parquet, 1), want: "FILE@1 NOT-TEXT"},
			tabular.JSON:    {data: plain(t, tabular.Parquet, 1), want: "FILE@1 NOT-TEXT"},
		},
	}
}

func path(p string) dataset.Options {
	o := dataset.Options{}
	o.JSON.Path = p
	return o
}

// noise is text that does not pack well enough to be taken for a bomb.
func noise(size int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// damaged is a file with a byte changed in the middle of its first page.
func damaged(data []byte) []byte {
	data = bytes.Clone(data)
	data[100] ^= 0xFF
	return data
}
