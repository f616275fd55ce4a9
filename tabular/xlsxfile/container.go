package xlsxfile

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

const saveAsXLSX = "open it in a spreadsheet program and save it as \"Excel Workbook (.xlsx)\""

// notZip says what a file is that is no ZIP archive. Names deceive: most such files are called .xlsx.
func notZip(from storage.File, file io.ReaderAt) *tabular.FileError {
	head := make([]byte, 4096)
	n, _ := file.ReadAt(head, 0) // a file that cannot be read is found out as one that is no workbook
	head = head[:n]
	start := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	switch {
	case n == 0:
		return from.Fault("empty-file", "the file is empty", "")
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return compound(from, file, head)
	case bytes.Contains(start, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return from.Fault("xml-spreadsheet-file", "the file is an XML Spreadsheet 2003, not XLSX", saveAsXLSX)
	case bytes.HasPrefix(start, []byte("<")) && (bytes.Contains(start, []byte("<html")) || bytes.Contains(start, []byte("<table"))):
		return from.Fault("html-file", "the file is an HTML page, not XLSX", saveAsXLSX+"; programs that export pages under the name of a workbook often offer CSV too")
	case isText(head):
		return from.Fault("text-file", "the file is text, perhaps CSV, not XLSX", "set the format to csv, or "+saveAsXLSX)
	default:
		return from.Fault("not-xlsx", "the file is no XLSX workbook: it is no ZIP archive", saveAsXLSX)
	}
}

// compound tells the kinds of compound files apart, which old and encrypted documents of Office are, by the names of their streams.
func compound(from storage.File, file io.ReaderAt, head []byte) *tabular.FileError {
	names := streamNames(file, head)
	switch {
	case bytes.Contains(names, utf16Name("EncryptedPackage")):
		return from.Fault("encrypted-file", "the workbook is encrypted: it opens with a password only",
			"open it in Excel, clear the password under File > Info > Protect Workbook > Encrypt with Password, and save it")
	case bytes.Contains(names, utf16Name("Workbook")), bytes.Contains(names, utf16Name("Book")):
		return from.Fault("xls-file", "the file is a workbook of Excel 97-2003 (.xls), not XLSX", saveAsXLSX)
	default:
		return from.Fault("not-xlsx", "the file is an old or encrypted Office document, not XLSX", saveAsXLSX)
	}
}

// streamNames is the sectors in which a compound file's directory starts ([MS-CFB] 2.2: the header has their size and the number of
// the first one). That the directory may go on elsewhere does no harm: the names only make the message better.
func streamNames(file io.ReaderAt, head []byte) []byte {
	if len(head) < 512 {
		return nil
	}
	shift := binary.LittleEndian.Uint16(head[30:]) & 0xF
	sector := int64(binary.LittleEndian.Uint32(head[48:]))
	names := make([]byte, 4096)
	n, _ := file.ReadAt(names, (sector+1)<<shift) // short: a small or cut-off file
	return names[:n]
}

// utf16Name is a stream's name as a directory holds it, its end included.
func utf16Name(name string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\x00" + name + "\x00")) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b[2:]
}

// isText: a character may be cut by the end of what was read.
func isText(head []byte) bool {
	for range utf8.UTFMax {
		if utf8.Valid(head) {
			break
		}
		head = head[:max(len(head)-1, 0)]
	}
	return utf8.Valid(head) && bytes.IndexByte(head, 0) < 0
}

// otherArchive says what a ZIP archive is that holds no workbook.
func otherArchive(a *archive) *tabular.FileError {
	switch {
	case a.has("xl/workbook.bin"):
		return a.from.Fault("xlsb-file", "the file is a binary workbook (.xlsb), not XLSX", saveAsXLSX)
	case a.has("content.xml") && a.has("mimetype"):
		return a.from.Fault("ods-file", "the file is an OpenDocument file (.ods), not XLSX", saveAsXLSX)
	case a.has("Index/Document.iwa") || a.has("Index.zip"):
		return a.from.Fault("numbers-file", "the file is a document of Apple Numbers, not XLSX", "export it from Numbers as Excel (.xlsx)")
	case a.has("word/document.xml") || a.has("ppt/presentation.xml"):
		return a.from.Fault("not-xlsx", "the file is another Office document, not a workbook", "name the workbook")
	default:
		return a.from.Fault("not-xlsx", "the file is a ZIP archive without a workbook in it", "if it holds a packed .xlsx, unpack it")
	}
}
