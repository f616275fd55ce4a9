package xlsxfile

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// tokens is what the scanner makes of a document, in one line for each tag and run of text.
func tokens(r io.Reader) (told []string, err error) {
	x := newScanner(r)
	var text strings.Builder
	for {
		kind, err := x.next()
		if kind != charData || err != nil {
			if text.Len() > 0 {
				told = append(told, "text "+text.String())
				text.Reset()
			}
		}
		switch {
		case err != nil:
			return told, err
		case kind == documentEnd:
			return told, nil
		case kind == charData:
			text.Write(x.text)
		case kind == endTag:
			told = append(told, "end "+string(x.name))
		default:
			line := "start " + string(x.name)
			for _, a := range x.attrs {
				line += fmt.Sprintf(" %s=%q", local(a.name), a.value)
			}
			told = append(told, line)
		}
	}
}

// bareTokens is the same by encoding/xml.
func bareTokens(data []byte) (told []string, err error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var text strings.Builder
	for {
		token, err := d.Token()
		if _, isText := token.(xml.CharData); text.Len() > 0 && (!isText || err != nil) {
			switch token.(type) {
			case xml.Comment, xml.ProcInst:
			default:
				told = append(told, "text "+text.String())
				text.Reset()
			}
		}
		switch token := token.(type) {
		case xml.CharData:
			if d.InputOffset() > 0 && inside(told) {
				text.Write(token)
			}
		case xml.EndElement:
			told = append(told, "end "+token.Name.Local)
		case xml.StartElement:
			line := "start " + token.Name.Local
			for _, a := range token.Attr {
				line += fmt.Sprintf(" %s=%q", a.Name.Local, a.Value)
			}
			told = append(told, line)
		}
		if errors.Is(err, io.EOF) {
			return told, nil
		} else if err != nil {
			return told, err
		}
	}
}

// inside reports whether more elements have started than ended.
func inside(told []string) bool {
	open := 0
	for _, line := range told {
		if strings.HasPrefix(line, "start ") {
			open++
		} else if strings.HasPrefix(line, "end ") {
			open--
		}
	}
	return open > 0
}

// FuzzScanner: what the scanner takes, encoding/xml takes as the same, and bytes that come one by one make no difference.
func FuzzScanner(f *testing.F) {
	for _, doc := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><a b="1" c='2'><d/>x&amp;y<![CDATA[<&]]></a>`,
		"<a>\r\n\r</a>", `<x:a xmlns:x="u"><x:b x:c="&#65;"/></x:a>`, "<!-- c --><a/><?p i?> ", "\xEF\xBB\xBF<a> </a >", `<a b=">"/>`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := tokens(bytes.NewReader(data))
		slow, slowErr := tokens(iotest.OneByteReader(bytes.NewReader(data)))
		if fmt.Sprint(got, err) != fmt.Sprint(slow, slowErr) {
			t.Errorf("whole: %q %v\nbyte by byte: %q %v", got, err, slow, slowErr)
		}
		if err != nil {
			return
		}
		want, wantErr := bareTokens(data)
		if wantErr != nil || !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q %v", got, want, wantErr)
		}
	})
}

// packed is a workbook of these parts.
func packed(t *testing.T, sheetXML, stringsXML, stylesXML []byte) storage.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fuzz.xlsx")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	const rel = `<Relationship Id="%s" Type="x/%s" Target="%s"/>`
	for name, data := range map[string][]byte{
		"xl/workbook.xml": []byte(`<workbook><sheets><sheet name="Data" id="a"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels": []byte("<Relationships>" + fmt.Sprintf(rel, "a", "worksheet", "s.xml") + fmt.Sprintf(rel, "b", "sharedStrings", "t.xml") +
			fmt.Sprintf(rel, "c", "styles", "u.xml") + "</Relationships>"),
		"xl/s.xml": sheetXML, "xl/t.xml": stringsXML, "xl/u.xml": stylesXML,
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), os.WriteFile(path, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return storage.Local(path)
}

// FuzzSource: whatever the parts are, the outcome is rows that agree with the schema, or a fault of the file; and a second reading
// gives the same.
func FuzzSource(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row><c t="s"><v>0</v></c></row><row r="5"><c r="A5" s="1"><v>43845.5</v></c></row></sheetData></worksheet>`),
		[]byte(`<sst><si><t>a</t></si></sst>`), []byte(`<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`))
	f.Fuzz(func(t *testing.T, sheetXML, stringsXML, stylesXML []byte) {
		file := packed(t, sheetXML, stringsXML, stylesXML)
		for _, o := range []Options{{}, {NoHeader: true, FooterRows: 1, TempDir: filepath.Dir(file.Path), MaxStringMemory: 1}} {
			s, err := Open(t.Context(), file, o)
			if err != nil {
				if _, ok := errors.AsType[*tabular.FileError](err); !ok {
					t.Errorf("Open: %v is no *tabular.FileError", err)
				}
				continue
			}
			first, second := readAll(t, s), readAll(t, s)
			if !slices.Equal(first, second) {
				t.Errorf("first %q\nthen  %q", first, second)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// readAll is every row of a source that has been proved: it has no faults but of single rows.
func readAll(t *testing.T, s *Source) (told []string) {
	t.Helper()
	for row, err := range s.Rows(t.Context()) {
		if re, ok := errors.AsType[*tabular.RowError](err); ok {
			told = append(told, re.Error())
			continue
		} else if err != nil {
			t.Fatalf("after the proof: %v", err)
		}
		if len(row.Cells) != len(s.columns) {
			t.Errorf("%d cells, %d columns", len(row.Cells), len(s.columns))
		}
		line := fmt.Sprint(row.Ordinal, row.Line)
		for _, c := range row.Cells {
			if c.Kind() == tabular.Broken && c.Text() == "" {
				t.Error("a broken cell without text, which a job may take for a blank")
			}
			line += fmt.Sprintf("|%s %q", c.Kind(), c.Text())
		}
		told = append(told, line)
	}
	return told
}

// FuzzEscape: any text written comes back.
func FuzzEscape(f *testing.F) {
	for _, text := range []string{"", "_x000D_", "_x0001\r", "_x005F_x0041_", "a\x00b", "\uFFFE", "<&>\"", "_xD83D__xDE00_", "__x0041_"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		var b strings.Builder
		b.WriteString("<t>")
		escape(&b, text)
		b.WriteString("</t>")
		x := newScanner(strings.NewReader(b.String()))
		if err := x.root("t"); err != nil {
			t.Fatal(err)
		}
		raw, err := x.collect()
		if got := string(unescape(raw)); err != nil || got != text {
			t.Errorf("%q became %q: %v", text, got, err)
		}
	})
}
