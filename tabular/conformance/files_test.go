package conformance_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

// table is a file of a table, by the writer of its format. JSON, which has none, is JSON Lines as an array.
func table(t *testing.T, format tabular.Format, columns []tabular.Column, rows [][]tabular.Cell) []byte {
	t.Helper()
	if format == tabular.JSON {
		lines := bytes.TrimSpace(table(t, tabular.JSONL, columns, rows))
		return slices.Concat([]byte("["), bytes.ReplaceAll(lines, []byte("}\n"), []byte("},\n")), []byte("]\n"))
	}
	var out bytes.Buffer
	w, err := writers()[format](&out, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range rows {
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plain is a file of two columns and so many rows.
func plain(t *testing.T, format tabular.Format, rows int) []byte {
	t.Helper()
	var all [][]tabular.Cell
	for i := range rows {
		all = append(all, texts(fmt.Sprintf("name of %d", i), fmt.Sprintf("text, or \"more\" of it, of %d", i*i)))
	}
	return table(t, format, columns("a", "b"), all)
}

func columns(names ...string) []tabular.Column {
	all := make([]tabular.Column, len(names))
	for i, name := range names {
		all[i].Name = name
	}
	return all
}

func texts(cells ...string) []tabular.Cell {
	all := make([]tabular.Cell, len(cells))
	for i, text := range cells {
		all[i] = tabular.StringCell(text)
	}
	return all
}

const (
	namespace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// book is a workbook of one sheet. Style 1 is a date, 2 five digits.
func book(t *testing.T, rows string) []byte {
	t.Helper()
	return bookOf(t, rows, "")
}

func bookOf(t *testing.T, rows, properties string) []byte {
	t.Helper()
	return archive(t, map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="rId1" Type="` + relations + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook ` + namespace + `>` + properties + `<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="` + relations + `worksheet" Target="sheet.xml"/><Relationship Id="rId2" Type="` + relations + `styles" Target="styles.xml"/></Relationships>`,
		"xl/sheet.xml":               `<worksheet ` + namespace + `><sheetData>` + rows + `</sheetData></worksheet>`,
		"xl/styles.xml":              `<styleSheet ` + namespace + `><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
	})
}

// archive is a ZIP archive.
func archive(t *testing.T, parts map[string]string) []byte {
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

// row is a row of a sheet; a cell that does not start as an element is text.
func row(cells ...string) string {
	var b strings.Builder
	b.WriteString("<row>")
	for _, c := range cells {
		if !strings.HasPrefix(c, "<c") {
			c = `<c t="str"><v>` + c + `</v></c>`
		}
		b.WriteString(c)
	}
	b.WriteString("</row>")
	return b.String()
}

// parquet is a Parquet file whose pages are stored as they are, without checksums, with one text in it replaced by another of its length.
func parquet(t *testing.T, text, by string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := parquetfile.NewWriter(&out, columns("a", "b"), parquetfile.WriterOptions{Compression: parquetfile.Uncompressed})
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range [][]tabular.Cell{texts("1", "2"), texts(text, "x"), texts("3", "4")} {
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(out.Bytes(), []byte(text), []byte(by))
}

// compound is the start of a compound file, which old and encrypted documents of Office are, with one stream.
func compound(stream string) []byte {
	b := make([]byte, 2048)
	copy(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], 1)
	for i, entry := range []string{"Root Entry", stream} {
		for j, unit := range utf16.Encode([]rune(entry)) {
			binary.LittleEndian.PutUint16(b[1024+128*i+2*j:], unit)
		}
	}
	return b
}
