package xlsxfile

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/xuri/excelize/v2"
)

// frame is the workbook around the sheets that are written: their list, the styles, and what else Excel wants. It is made by excelize,
// but for the rows: excelize's stream of rows drops text such as "_xD800_", cannot write a control character, and keeps a whole
// sheet on disk until the end.
type frame struct {
	file   *excelize.File
	name   string // of the first sheet, empty for "Sheet1"
	sheets int
	header int // the style of the header
	styles cellStyles
}

// cellStyles is the styles of cells by what they hold.
type cellStyles struct{ text, date, second, milli int }

const (
	firstSheet    = "Sheet1"
	maxSheetName  = 31
	textFormat    = 49
	dateFormat    = "yyyy\\-mm\\-dd"
	timeFormat    = dateFormat + "\\ hh:mm:ss"
	milliFormat   = timeFormat + ".000"
	sheetPartName = "xl/worksheets/sheet%d.xml"
)

func newFrame(sheet string) (*frame, error) {
	f := &frame{file: excelize.NewFile(), name: sheet}
	var err error
	if sheet != "" {
		err = f.file.SetSheetName(firstSheet, sheet)
	}
	add := func(s *excelize.Style) (id int) {
		if err == nil {
			id, err = f.file.NewStyle(s)
		}
		return id
	}
	date, second, milli := dateFormat, timeFormat, milliFormat
	f.header = add(&excelize.Style{NumFmt: textFormat, Font: &excelize.Font{Bold: true}})
	f.styles = cellStyles{
		text:   add(&excelize.Style{NumFmt: textFormat}),
		date:   add(&excelize.Style{CustomNumFmt: &date}),
		second: add(&excelize.Style{CustomNumFmt: &second}),
		milli:  add(&excelize.Style{CustomNumFmt: &milli}),
	}
	return f, err
}

// addSheet adds a sheet to the workbook and tells the part that its rows belong in.
func (f *frame) addSheet() (part string, err error) {
	f.sheets++
	if f.sheets > 1 {
		if _, err := f.file.NewSheet(f.sheetName()); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf(sheetPartName, f.sheets), nil
}

func (f *frame) sheetName() string {
	if f.name == "" {
		return fmt.Sprintf("Sheet%d", f.sheets)
	}
	number := fmt.Sprintf(" (%d)", f.sheets)
	name := []rune(f.name)
	for utf16Length(string(name))+len(number) > maxSheetName {
		name = name[:len(name)-1]
	}
	return string(name) + number
}

// write writes everything but the sheets' own parts.
func (f *frame) write(to *zip.Writer) error {
	f.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return frameWriter{to} })
	_, err := f.file.WriteToBuffer()
	return err
}

// frameWriter is the archive that the sheets are in already.
type frameWriter struct{ zip *zip.Writer }

func (w frameWriter) Create(name string) (io.Writer, error) {
	if strings.HasPrefix(name, "xl/worksheets/sheet") {
		return io.Discard, nil
	}
	return w.zip.Create(name)
}

func (w frameWriter) AddFS(fs.FS) error { return nil }

func (w frameWriter) Close() error { return nil }
