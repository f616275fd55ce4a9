package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"attio-etl/tabular/xlsxfile"
)

const oneRow = `<row r="2"><c r="A2"><v>1</v></c></row>`

// TestBrokenParts: XML that is cut off or wrong, anywhere, is a fault of the file and never a clean end.
func TestBrokenParts(t *testing.T) {
	head := strings.TrimSuffix(sheet(""), `</sheetData></worksheet>`)
	const where = "FILE in.xlsx:"
	const part = "the part xl/worksheets/sheet1.xml of the workbook "
	for name, c := range map[string]struct{ part, xml, want string }{
		"sheet cut between rows":    {xml: head + twoColumns(oneRow), want: "2: truncated-file: " + part + "is cut off"},
		"sheet cut in a tag":        {xml: head + twoColumns(oneRow) + `<row r="3`, want: "2: truncated-file: " + part + "is cut off"},
		"sheet cut in a cell":       {xml: head + twoColumns(`<row r="2"><c r="A2"><v>1`), want: "2: truncated-file: " + part + "is cut off"},
		"sheet cut after the rows":  {xml: head + twoColumns(oneRow) + `</sheetData>`, want: "2: truncated-file: " + part + "is cut off"},
		"empty sheet part":          {xml: "", want: "0: truncated-file: " + part + "is cut off"},
		"no sheetData":              {xml: `<worksheet/>`, want: "0: malformed-file: " + part + "is malformed: byte 12: the sheet has no sheetData"},
		"two sheetData":             {xml: strings.Replace(sheet(twoColumns("")), "</worksheet>", "<sheetData/></worksheet>", 1), want: "1: malformed-file: "},
		"another document":          {xml: `<chartsheet/>`, want: "0: malformed-file: " + part + "is malformed: byte 13: the document is a <chartsheet>, not a <worksheet>"},
		"mismatched tags":           {xml: sheet(twoColumns(`<row r="2"><c r="A2"><v>1</c></v></row>`)), want: "2: malformed-file: "},
		"bad entity":                {xml: sheet(twoColumns(`<row r="2"><c r="A2" t="str"><v>&nbsp;</v></c></row>`)), want: "2: malformed-file: "},
		"document type":             {xml: `<!DOCTYPE x [<!ENTITY a "b">]>` + sheet(twoColumns("")), want: "0: malformed-file: "},
		"not UTF-8":                 {xml: sheet(twoColumns("<row r=\"2\"><c r=\"A2\" t=\"str\"><v>\xff</v></c></row>")), want: "2: malformed-file: "},
		"UTF-16":                    {xml: "\xFF\xFE<\x00w\x00", want: "0: malformed-file: " + part + "is malformed: byte 0: the XML is UTF-16"},
		"latin 1":                   {xml: strings.Replace(sheet(""), "UTF-8", "ISO-8859-1", 1), want: `0: malformed-file: ` + part + `is malformed: byte 0: the XML is in the encoding "ISO-8859-1"`},
		"control character":         {xml: sheet(twoColumns("<row r=\"2\"><c r=\"A2\" t=\"str\"><v>\x01</v></c></row>")), want: "2: malformed-file: "},
		"rows fall":                 {xml: sheet(twoColumns(`<row r="3"/><row r="2"/>`)), want: "3: malformed-file: "},
		"a row twice":               {xml: sheet(twoColumns(`<row r="2"/><row r="2"/>`)), want: "2: malformed-file: "},
		"huge row":                  {xml: sheet(twoColumns(`<row r="1048577"><c r="A1048577"><v>1</v></c></row>`)), want: "1: malformed-file: "},
		"row that is no number":     {xml: sheet(twoColumns(`<row r="-1"/>`)), want: "1: malformed-file: "},
		"huge column":               {xml: sheet(twoColumns(`<row r="2"><c r="XFE2"><v>1</v></c></row>`)), want: "2: malformed-file: "},
		"endless column":            {xml: sheet(twoColumns(`<row r="2"><c r="AAAAAAAA2"><v>1</v></c></row>`)), want: "2: malformed-file: "},
		"cells fall":                {xml: sheet(twoColumns(`<row r="2"><c r="B2"/><c r="A2"/></row>`)), want: "2: malformed-file: "},
		"cell of another row":       {xml: sheet(twoColumns(`<row r="2"><c r="A3"/></row>`)), want: "2: malformed-file: "},
		"two values":                {xml: sheet(twoColumns(`<row r="2"><c r="A2"><v>1</v><v>2</v></c></row>`)), want: "2: malformed-file: "},
		"inline text in a number":   {xml: sheet(twoColumns(`<row r="2"><c r="A2"><is><t>x</t></is></c></row>`)), want: "2: malformed-file: "},
		"text beside a value":       {xml: sheet(twoColumns(`<row r="2"><c r="A2">5</c></row>`)), want: "2: malformed-file: "},
		"text beside rows":          {xml: sheet(twoColumns(`lost`)), want: "1: malformed-file: "},
		"unknown type":              {xml: sheet(twoColumns(`<row r="2"><c r="A2" t="x"><v>1</v></c></row>`)), want: "2: malformed-file: "},
		"an attribute twice":        {xml: sheet(twoColumns(`<row r="2"><c r="A2" r="B2"><v>1</v></c></row>`)), want: "2: malformed-file: "},
		"many attributes":           {xml: sheet(twoColumns(`<row r="2"` + attributes(300) + `/>`)), want: "1: malformed-file: "},
		"long name":                 {xml: sheet(twoColumns(`<row r="2"><` + strings.Repeat("x", 300) + `/></row>`)), want: "2: malformed-file: "},
		"deep nesting":              {xml: sheet(`<row r="1">` + strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300) + `</row>`), want: "1: malformed-file: "},
		"long number format":        {part: "xl/styles.xml", xml: `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="` + strings.Repeat("0", 5000) + `"/></numFmts></styleSheet>`, want: "0: malformed-file: "},
		"string beyond the table":   {xml: sheet(twoColumns(`<row r="2"><c r="A2" t="s"><v>2</v></c></row>`)), want: "2: malformed-file: "},
		"style beyond the table":    {xml: sheet(twoColumns(`<row r="2"><c r="A2" s="12"><v>2</v></c></row>`)), want: "2: malformed-file: "},
		"strings cut off":           {part: "xl/sharedStrings.xml", xml: `<sst><si><t>shared</t></si>`, want: "0: truncated-file: the part xl/sharedStrings.xml of the workbook is cut off"},
		"strings are not":           {part: "xl/sharedStrings.xml", xml: `<html/>`, want: "0: malformed-file: "},
		"styles cut off":            {part: "xl/styles.xml", xml: `<styleSheet><cellXfs>`, want: "0: malformed-file: "},
		"workbook cut off":          {part: "xl/workbook.xml", xml: `<workbook><sheets>`, want: "0: malformed-file: "},
		"no sheets":                 {part: "xl/workbook.xml", xml: `<workbook/>`, want: "0: no-such-sheet: the workbook has no visible sheet"},
		"relationships are not XML": {part: "xl/_rels/workbook.xml.rels", xml: `<<`, want: "0: malformed-file: "},
	} {
		t.Run(name, func(t *testing.T) {
			parts := workbook("")
			if c.part == "" {
				c.part = "xl/worksheets/sheet1.xml"
			}
			parts[c.part] = c.xml
			got := outcome(t, save(t, pack(t, parts)), xlsxfile.Options{})
			if len(got) != 1 || !strings.HasPrefix(got[0], where+c.want) {
				t.Errorf("got %q, want %s%s", got, where, c.want)
			}
		})
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + number(i) + `="1"`)
	}
	return b.String()
}

// TestEveryCut: a workbook that lacks any number of bytes at its end is never read as whole.
func TestEveryCut(t *testing.T) {
	data := pack(t, workbook(twoColumns(oneRow)))
	f := save(t, data)
	for n := range slices.Backward(data) {
		if err := os.Truncate(f.Path, int64(n)); err != nil {
			t.Fatal(err)
		}
		got := outcome(t, f, xlsxfile.Options{})
		if len(got) != 1 || !strings.HasPrefix(got[0], "FILE in.xlsx:") {
			t.Fatalf("%d of %d bytes: %q", n, len(data), got)
		}
	}
}

// TestDamagedData: any byte of the sheet's data changed is found, as the entry is read to its checksum.
func TestDamagedData(t *testing.T) {
	parts := workbook(twoColumns(oneRow))
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	at := bytes.Index(data, []byte("<v>1</v>")) + 3
	data[at] = '2'
	compare(t, outcome(t, save(t, data), xlsxfile.Options{}), []string{
		"FILE in.xlsx:2: damaged-file: the part xl/worksheets/sheet1.xml of the workbook is damaged: its checksum is wrong or its data cannot be unpacked",
	})
}

// rawEntry packs one part with a header of our own making.
func rawEntry(t *testing.T, parts map[string]string, name string, h zip.FileHeader, data []byte) []byte {
	t.Helper()
	delete(parts, name)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for other, text := range parts {
		w, err := z.Create(other)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	h.Name = name
	w, err := z.CreateRaw(&h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMissingChecksum: package zip takes a checksum of zero for none.
func TestMissingChecksum(t *testing.T) {
	parts := workbook(twoColumns(oneRow))
	name := "xl/worksheets/sheet1.xml"
	text := []byte(parts[name])
	size := uint64(len(text))
	h := zip.FileHeader{Method: zip.Store, CompressedSize64: size, UncompressedSize64: size, CRC32: crc32.ChecksumIEEE(text)}
	compare(t, outcome(t, save(t, rawEntry(t, parts, name, h, text)), xlsxfile.Options{}), []string{"1@2 whole number 1|-"})
	h.CRC32 = 0
	compare(t, outcome(t, save(t, rawEntry(t, parts, name, h, text)), xlsxfile.Options{}), []string{
		"FILE in.xlsx:2: damaged-file: the part xl/worksheets/sheet1.xml of the workbook is damaged: its checksum is wrong or its data cannot be unpacked",
	})
	h.CRC32, h.Flags = crc32.ChecksumIEEE(text), 1
	compare(t, outcome(t, save(t, rawEntry(t, parts, name, h, text)), xlsxfile.Options{}), []string{
		"FILE in.xlsx:0: encrypted-file: the part xl/worksheets/sheet1.xml of the workbook is encrypted",
	})
}

// TestRepeatedPart: two readers may take different ones of two parts of one name.
func TestRepeatedPart(t *testing.T) {
	parts := workbook(twoColumns(oneRow))
	parts["XL/worksheets/Sheet1.xml"] = sheet(twoColumns(""))
	compare(t, outcome(t, save(t, pack(t, parts)), xlsxfile.Options{}), []string{
		"FILE in.xlsx:0: damaged-file: the part xl/worksheets/sheet1.xml of the workbook stands in the archive twice",
	})
}

func TestBombs(t *testing.T) {
	blanks := strings.Repeat(" ", 20<<20)
	for name, part := range map[string]string{
		"sheet":   "xl/worksheets/sheet1.xml",
		"strings": "xl/sharedStrings.xml",
		"styles":  "xl/styles.xml",
	} {
		t.Run(name, func(t *testing.T) {
			parts := workbook(twoColumns(oneRow))
			parts[part] += blanks
			got := outcome(t, save(t, pack(t, parts)), xlsxfile.Options{})
			if len(got) != 1 || !strings.Contains(got[0], ": zip-bomb: the part "+part) {
				t.Errorf("got %.300q", got)
			}
		})
	}
	t.Run("metadata, not packed", func(t *testing.T) {
		parts := workbook(twoColumns(oneRow))
		text := []byte(parts["xl/styles.xml"] + strings.Repeat(" ", 32<<20))
		size := uint64(len(text))
		h := zip.FileHeader{Method: zip.Store, CompressedSize64: size, UncompressedSize64: size, CRC32: crc32.ChecksumIEEE(text)}
		compare(t, outcome(t, save(t, rawEntry(t, parts, "xl/styles.xml", h, text)), xlsxfile.Options{}), []string{
			"FILE in.xlsx:0: zip-bomb: the part xl/styles.xml of the workbook unfolds to more than a workbook's does: the part is too large",
		})
	})
	t.Run("all together", func(t *testing.T) {
		got := outcome(t, save(t, pack(t, workbook(twoColumns(strings.Repeat("<row/>", 1000))))), xlsxfile.Options{MaxUnzipped: 6000})
		compare(t, got, []string{
			"FILE in.xlsx:0: zip-bomb: the part xl/worksheets/sheet1.xml of the workbook unfolds to more than a workbook's does: " +
				"the part unfolds beyond the limit of all parts together",
		})
	})
}

// TestOtherFiles: what is no XLSX is named, and the hint says what to do.
func TestOtherFiles(t *testing.T) {
	f := excelize.NewFile()
	var encrypted bytes.Buffer
	if err := f.Write(&encrypted, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	only := func(names ...string) []byte {
		parts := map[string]string{}
		for _, n := range names {
			parts[n] = "x"
		}
		return pack(t, parts)
	}
	for name, c := range map[string]struct {
		data string
		want string
	}{
		"empty":        {"", "empty-file: the file is empty"},
		"encrypted":    {encrypted.String(), "encrypted-file: the workbook is encrypted: it opens with a password only"},
		"xls":          {compoundFile("Workbook"), "xls-file: the file is a workbook of Excel 97-2003 (.xls), not XLSX"},
		"xls of 95":    {compoundFile("Book"), "xls-file: the file is a workbook of Excel 97-2003 (.xls), not XLSX"},
		"doc":          {compoundFile("WordDocument"), "not-xlsx: the file is an old or encrypted Office document, not XLSX"},
		"cut compound": {compoundFile("Workbook")[:100], "not-xlsx: the file is an old or encrypted Office document, not XLSX"},
		"xlsb":         {string(only("xl/workbook.bin")), "xlsb-file: the file is a binary workbook (.xlsb), not XLSX"},
		"ods":          {string(only("mimetype", "content.xml")), "ods-file: the file is an OpenDocument file (.ods), not XLSX"},
		"numbers":      {string(only("Index/Document.iwa")), "numbers-file: the file is a document of Apple Numbers, not XLSX"},
		"docx":         {string(only("word/document.xml")), "not-xlsx: the file is another Office document, not a workbook"},
		"zip":          {string(only("data.csv")), "not-xlsx: the file is a ZIP archive without a workbook in it"},
		"html":         {"\r\n<!DOCTYPE html><HTML><table><tr><td>a", "html-file: the file is an HTML page, not XLSX"},
		"xml 2003": {
			`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`,
			"xml-spreadsheet-file: the file is an XML Spreadsheet 2003, not XLSX",
		},
		"csv":    {"a;b\n1;Köln\n", "text-file: the file is text, perhaps CSV, not XLSX"},
		"binary": {"\x00\x01\x02\xff", "not-xlsx: the file is no XLSX workbook: it is no ZIP archive"},
		"cut":    {"PK\x03\x04 and nothing more", "truncated-file: the ZIP archive that a workbook is has no table of contents"},
	} {
		t.Run(name, func(t *testing.T) {
			compare(t, outcome(t, save(t, []byte(c.data)), xlsxfile.Options{}), []string{"FILE in.xlsx:0: " + c.want})
		})
	}
}

// compoundFile is the start of a compound file with one stream, its directory in the second sector.
func compoundFile(stream string) string {
	b := make([]byte, 2048)
	copy(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], 1)
	for i, entry := range []string{"Root Entry", stream} {
		for j, unit := range utf16.Encode([]rune(entry)) {
			binary.LittleEndian.PutUint16(b[1024+128*i+2*j:], unit)
		}
	}
	return string(b)
}
