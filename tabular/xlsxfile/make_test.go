package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/xlsxfile"
)

const (
	namespace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

// styles has one style for each format that the tests use; style numbers are in styleOf.
const stylesXML = `<styleSheet ` + namespace + `><numFmts>
<numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="000\-00\-0000"/><numFmt numFmtId="166" formatCode="yyyy\-mm\-dd;@"/>
<numFmt numFmtId="167" formatCode="[h]:mm"/><numFmt numFmtId="168" formatCode="#,##0.00\ [$€-407]"/><numFmt numFmtId="169" formatCode="d/m/yyyy\ h:mm"/>
</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="9"/><xf numFmtId="49"/>
<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="168"/><xf numFmtId="169"/></cellXfs></styleSheet>`

// workbook is the parts of a workbook of one sheet, which tests change before they pack it.
func workbook(rows string) map[string]string {
	return map[string]string{
		"_rels/.rels":     rels("officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml": `<workbook ` + namespace + `><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": rels("worksheet", "worksheets/sheet1.xml", "styles", "styles.xml",
			"sharedStrings", "sharedStrings.xml"),
		"xl/worksheets/sheet1.xml": sheet(rows),
		"xl/styles.xml":            stylesXML,
		"xl/sharedStrings.xml":     `<sst ` + namespace + `><si><t>shared</t></si><si><t>Name</t></si></sst>`,
	}
}

func sheet(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><worksheet ` + namespace + `><sheetData>` + rows + `</sheetData></worksheet>`
}

// rels lists relationships by type and target.
func rels(pairs ...string) string {
	var b strings.Builder
	b.WriteString("<Relationships>")
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>`, i/2+1, relations, pairs[i], pairs[i+1])
	}
	b.WriteString("</Relationships>")
	return b.String()
}

// twoColumns is rows under the header "a", "b".
func twoColumns(rows string) string {
	return `<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>` + rows
}

// pack is a ZIP archive of the parts.
func pack(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
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

func save(t *testing.T, data []byte) storage.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.xlsx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return storage.File{Path: path, Name: "in.xlsx"}
}

// outcome reads a file to its end and tells what came out, one line for each row or error.
func outcome(t *testing.T, f storage.File, o xlsxfile.Options) []string {
	t.Helper()
	s, err := xlsxfile.Open(t.Context(), f, o)
	if err != nil {
		return []string{tell(tabular.Row{}, err)}
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
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
		cells[i] = show(c)
	}
	return fmt.Sprintf("%d@%s%d %s", row.Ordinal, row.File, row.Line, strings.Join(cells, "|"))
}

// show is a cell with a sign of its kind.
func show(c tabular.Cell) string {
	switch c.Kind() {
	case tabular.Missing:
		return "-"
	case tabular.Empty:
		return `""`
	case tabular.String:
		return c.Text()
	case tabular.Broken:
		return c.Fault().Code + "(" + c.Text() + ")"
	default:
		return c.Kind().String() + " " + c.Text()
	}
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func number(n int) string { return fmt.Sprint(n) }

// value is a text that is different for each number.
func value(n int) string { return fmt.Sprintf("text number %d", n) }
