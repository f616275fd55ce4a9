package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/xlsxfile"
)

var _ tabular.Source = (*xlsxfile.Source)(nil)

func TestRows(t *testing.T) {
	text := func(ref, value string) string { return `<c r="` + ref + `" t="str"><v>` + value + `</v></c>` }
	for name, c := range map[string]struct {
		rows string
		opts xlsxfile.Options
		want []string
	}{
		"plain":                 {rows: twoColumns(`<row r="2">` + text("A2", "x") + text("B2", "y") + `</row>`), want: []string{"1@2 x|y"}},
		"header only":           {rows: twoColumns("")},
		"short rows are padded": {rows: twoColumns(`<row r="2">` + text("B2", "y") + `</row><row r="3">` + text("A3", "x") + `</row>`), want: []string{"1@2 -|y", "2@3 x|-"}},
		"no references":         {rows: `<row><c t="str"><v>a</v></c></row><row><c><v>1</v></c></row>`, want: []string{"1@2 whole number 1"}},
		"blank rows are no rows": {
			rows: twoColumns(`<row r="2"/><row r="4"><c r="A4" s="1"/></row><row r="7">` + text("A7", "x") + `</row><row r="8"/>`), want: []string{"1@7 x|-"},
		},
		"empty text makes a row, a formula of one does not": {
			rows: twoColumns(`<row r="2">` + text("A2", "") + `</row><row r="3"><c r="A3" t="str"><f>B1</f><v></v></c></row>`), want: []string{`1@2 ""|-`},
		},
		"beyond the header": {
			rows: twoColumns(`<row r="2">` + text("A2", "x") + text("D2", "lost") + `</row><row r="3">` + text("A3", "y") + `</row>`),
			want: []string{"1@2 x|-|-|lost: ROW cell-beyond-header: the cell D2 stands to the right of the header, which ends at column B", "2@3 y|-"},
		},
		"an empty text beyond the header": {rows: twoColumns(`<row r="2">` + text("A2", "x") + text("D2", "") + `</row>`), want: []string{"1@2 x|-"}},
		"title above the header": {
			rows: `<row r="1">` + text("A1", "Report of 2020") + `</row><row r="3">` + text("A3", "a") + `</row><row r="4">` + text("A4", "1") + `</row>`,
			opts: xlsxfile.Options{HeaderRow: 2}, want: []string{"1@4 1"},
		},
		"no header": {
			rows: twoColumns(`<row r="2"><c r="C2"><v>1</v></c></row>`), opts: xlsxfile.Options{NoHeader: true},
			want: []string{"1@1 a|b|-", "2@2 -|-|whole number 1"},
		},
		"no header from row 2": {
			rows: twoColumns(`<row r="2">` + text("A2", "x") + `</row>`), opts: xlsxfile.Options{NoHeader: true, HeaderRow: 2}, want: []string{"1@2 x"},
		},
		"footer": {
			rows: twoColumns(`<row r="2">` + text("A2", "x") + `</row><row r="4">` + text("A4", "Total") + `</row><row r="5"/><row r="6">` + text("C6", "Note") + `</row>`),
			opts: xlsxfile.Options{FooterRows: 2}, want: []string{"1@2 x|-"},
		},
		"more footer than rows": {rows: twoColumns(`<row r="2">` + text("A2", "x") + `</row>`), opts: xlsxfile.Options{FooterRows: 5}},
		"prefixed elements": {
			rows: `<x:row xmlns:x="y"><x:c t="str"><x:v>a</x:v></x:c></x:row><x:row xmlns:x="y"><x:c><x:v>1</x:v></x:c></x:row>`, want: []string{"1@2 whole number 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			compare(t, outcome(t, save(t, pack(t, workbook(c.rows))), c.opts), c.want)
		})
	}
}

func TestHeader(t *testing.T) {
	for rows, want := range map[string][]string{
		`<row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="s"><v>1</v></c></row>`:                                 {"Name (1)", "column_2", "Name (2)"},
		`<row r="1"><c r="A1"><v>2020</v></c><c r="B1" s="1"><v>43845</v></c><c r="C1" t="b"><v>1</v></c></row>`:    {"2020", "2020-01-15", "true"},
		`<row r="1"><c r="A1" s="6"><v>123</v></c><c r="B1" t="e"><v>#REF!</v></c><c r="C1" t="str"><v/></c></row>`: {"00123", "#REF!"},
	} {
		s, err := xlsxfile.Open(t.Context(), save(t, pack(t, workbook(rows))), xlsxfile.Options{})
		if err != nil {
			t.Errorf("%s: %v", rows, err)
			continue
		}
		if got := s.Schema().Columns; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", rows, got, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// manySheets is a workbook of excelize: a chart-less mix of visible and hidden sheets, each with its name as the header.
func manySheets(t *testing.T, header string) storage.File {
	t.Helper()
	f := excelize.NewFile()
	for _, name := range []string{"Sheet1", "Secret", "More", "Blank"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		if name == "Blank" {
			continue
		}
		if err := errors.Join(f.SetSheetRow(name, "A1", &[]any{header, name}), f.SetSheetRow(name, "A2", &[]any{"in", name})); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(f.SetSheetVisible("Sheet1", true), f.SetSheetVisible("Secret", false), f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return save(t, b.Bytes())
}

func TestChoiceOfSheet(t *testing.T) {
	f := manySheets(t, "h")
	const names = `"Sheet1", "Secret" (hidden), "More", "Blank"`
	for name, c := range map[string]struct {
		opts xlsxfile.Options
		want []string
	}{
		"first":                {xlsxfile.Options{}, []string{"1@2 in|Sheet1"}},
		"hidden by name":       {xlsxfile.Options{Sheet: "Secret"}, []string{"1@2 in|Secret"}},
		"name without case":    {xlsxfile.Options{Sheet: "more"}, []string{"1@2 in|More"}},
		"position":             {xlsxfile.Options{SheetIndex: 3}, []string{"1@2 in|More"}},
		"no such name":         {xlsxfile.Options{Sheet: "Moor"}, []string{`FILE in.xlsx:0: no-such-sheet: the workbook has no sheet "Moor"`}},
		"no such position":     {xlsxfile.Options{SheetIndex: 5}, []string{"FILE in.xlsx:0: no-such-sheet: the workbook has no sheet 5"}},
		"blank":                {xlsxfile.Options{Sheet: "Blank"}, []string{`FILE in.xlsx:0: empty-sheet: the sheet "Blank" is empty`}},
		"blank without header": {xlsxfile.Options{Sheet: "Blank", NoHeader: true}, []string{`FILE in.xlsx:0: empty-sheet: the sheet "Blank" is empty`}},
		"no header there":      {xlsxfile.Options{HeaderRow: 3}, []string{`FILE in.xlsx:0: no-header: the sheet "Sheet1" has no header in row 3 or after it`}},
		"different headers": {
			xlsxfile.Options{AllSheets: true}, []string{`FILE in.xlsx:1: header-differs: the header of the sheet "More" is not that of the sheet "Sheet1"`},
		},
		"all without a header": {
			xlsxfile.Options{AllSheets: true, NoHeader: true, HeaderRow: 2}, []string{"1@in.xlsx#Sheet12 in|Sheet1", "2@in.xlsx#More2 in|More"},
		},
	} {
		t.Run(name, func(t *testing.T) { compare(t, outcome(t, f, c.opts), c.want) })
	}
	s, err := xlsxfile.Open(t.Context(), f, xlsxfile.Options{Sheet: "more"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if want := `sheet "More"; its sheets are ` + names; s.Evidence() != want {
		t.Errorf("got %s, want %s", s.Evidence(), want)
	}
}

func TestTraits(t *testing.T) {
	f := manySheets(t, "h")
	const names = `"Sheet1", "Secret" (hidden), "More", "Blank"`
	for want, o := range map[string]xlsxfile.Options{
		`"Sheet1", the first visible one; row 1; count from 1900`: {},
		`"Secret", by its name; row 1; count from 1900`:           {Sheet: "secret"},
		`"More", by its place; none; count from 1900`:             {SheetIndex: 3, NoHeader: true},
	} {
		s, err := xlsxfile.Open(t.Context(), f, o)
		if err != nil {
			t.Fatal(err)
		}
		traits := s.Traits()
		if got := traits[1].Value + "; " + traits[2].Value + "; " + traits[3].Value; got != want || traits[0].Value != names {
			t.Errorf("got %v, want %s; %s", traits, names, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFirstVisibleSheet(t *testing.T) {
	parts := workbook(twoColumns(`<row r="2"><c r="A2"><v>1</v></c></row>`))
	parts["xl/workbook.xml"] = `<workbook ` + namespace + `><sheets><sheet name="Hidden" r:id="rId2" state="veryHidden"/><sheet name="Chart" r:id="rId3"/>` +
		`<sheet name="Data" r:id="rId1"/></sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = rels("worksheet", "worksheets/sheet1.xml", "worksheet", "/xl/worksheets/sheet2.xml", "chartsheet", "chartsheets/sheet1.xml")
	parts["xl/worksheets/sheet2.xml"] = sheet("")
	f := save(t, pack(t, parts))
	compare(t, outcome(t, f, xlsxfile.Options{}), []string{"1@2 whole number 1|-"})
	compare(t, outcome(t, f, xlsxfile.Options{Sheet: "Chart"}), []string{`FILE in.xlsx:0: not-a-sheet: the sheet "Chart" is a chart or a dialog and has no rows`})
	delete(parts, "xl/_rels/workbook.xml.rels")
	compare(t, outcome(t, save(t, pack(t, parts)), xlsxfile.Options{}),
		[]string{`FILE in.xlsx:0: damaged-file: the part xl/workbook.xml of the workbook lists the sheet "Hidden", which leads nowhere`})
}

// TestSpilledStrings: strings that do not fit the memory come back from the temporary file, in any order, and nothing of it is left.
func TestSpilledStrings(t *testing.T) {
	const count = 5000
	var table, rows strings.Builder
	var want []string
	table.WriteString(`<sst ` + namespace + `>`)
	for i := range count {
		table.WriteString("<si><t>" + value(i) + "</t></si>")
	}
	table.WriteString("</sst>")
	for i := range count {
		n := i * 4999 % count
		rows.WriteString(`<row><c t="s"><v>` + number(n) + `</v></c></row>`)
		want = append(want, number(i+1)+"@"+number(i+2)+" "+value(n)+"|-")
	}
	parts := workbook(twoColumns(rows.String()))
	parts["xl/sharedStrings.xml"] = table.String()
	dir := t.TempDir()
	o := xlsxfile.Options{TempDir: dir, MaxStringMemory: 40_000}
	compare(t, outcome(t, save(t, pack(t, parts)), o), want)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	o.TempDir = dir + "/missing"
	if got := outcome(t, save(t, pack(t, parts)), o); len(got) != 1 || !strings.Contains(got[0], "unreadable-file") {
		t.Errorf("without a directory: %q", got)
	}
}

func TestRowsMayBeRangedAgain(t *testing.T) {
	s, err := xlsxfile.Open(t.Context(), save(t, pack(t, workbook(twoColumns(`<row><c><v>1</v></c></row><row><c><v>2</v></c></row>`)))), xlsxfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	n := 0
	for row, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; row.Ordinal != int64(n) {
			t.Errorf("ordinal %d, want %d", row.Ordinal, n)
		}
	}
	if n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestContextEndsTheReading(t *testing.T) {
	f := save(t, pack(t, workbook(twoColumns(`<row><c><v>1</v></c></row><row><c><v>2</v></c></row>`))))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := xlsxfile.Open(ctx, f, xlsxfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var last error
	for _, err := range s.Rows(ctx) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("got %v", last)
	}
	if _, err := xlsxfile.Open(ctx, f, xlsxfile.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: got %v", err)
	}
}

// stored is a workbook whose parts are not packed, so that another sheet of the same length leaves everything in its place.
func stored(t *testing.T, rows string) []byte {
	t.Helper()
	parts := workbook(rows)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSourceChangedUnderneath: a file that is written to between two readings is found out, by its rows or by its checksum.
func TestSourceChangedUnderneath(t *testing.T) {
	const row, blank = `<row r="2"><c r="A2"><v>1</v></c></row>`, `<row r="2"><c r="A2"><v> </v></c></row>`
	for name, c := range map[string]struct{ before, after, want string }{
		"a row less":      {twoColumns(row), twoColumns(blank), "damaged-file"},
		"a row more":      {twoColumns(blank), twoColumns(row), "source-changed"},
		"another header":  {twoColumns(row), strings.Replace(twoColumns(row), "<v>a<", "<v>c<", 1), "source-changed"},
		"cut to one byte": {twoColumns(row), "", ""},
	} {
		f := save(t, stored(t, c.before))
		s, err := xlsxfile.Open(t.Context(), f, xlsxfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		after := make([]byte, 1)
		if c.after != "" {
			after = stored(t, c.after)
		}
		if err := os.WriteFile(f.Path, after, 0o600); err != nil {
			t.Fatal(err)
		}
		var last error
		for _, err := range s.Rows(t.Context()) {
			last = err
		}
		if fe, ok := errors.AsType[*tabular.FileError](last); !ok || (c.after != "" && fe.Code != c.want) {
			t.Errorf("%s: got %v, want %s", name, last, c.want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
