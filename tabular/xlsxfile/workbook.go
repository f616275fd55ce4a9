package xlsxfile

import (
	"encoding/xml"
	"fmt"
	"path"
	"strings"

	"attio-etl/tabular"
)

// workbook is what a pass needs beside the sheet itself.
type workbook struct {
	archive  *archive
	sheets   []sheet
	from1904 bool
	formats  []numberFormat // by style of a cell; empty where the workbook has no styles
	strings  *sharedStrings
}

// sheet is an entry of the workbook's list of sheets.
type sheet struct {
	name   string
	part   string
	hidden bool
	chart  bool // it is a chart or dialog, without rows
}

type xmlWorkbook struct {
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name  string `xml:"name,attr"`
		State string `xml:"state,attr"`
		ID    string `xml:"id,attr"`
	} `xml:"sheets>sheet"`
}

type xmlRelationships struct {
	All []relationship `xml:"Relationship"`
}

// relationship leads from a part to another one. Type is an address that ends in what the other one is.
type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// openWorkbook reads the list of sheets, the styles and the shared strings.
func openWorkbook(a *archive, b *budget, spool spool) (*workbook, error) {
	name, err := a.workbookPart(b)
	if err != nil {
		return nil, err
	}
	var content xmlWorkbook
	if err := a.unmarshal(name, b, &content); err != nil {
		return nil, err
	}
	related, err := a.relationships(name, b)
	if err != nil {
		return nil, err
	}
	w := &workbook{archive: a, from1904: isTrue(content.Properties.Date1904)}
	for _, s := range content.Sheets {
		r, ok := byID(related, s.ID)
		if !ok {
			return nil, a.fault("damaged-file", name, fmt.Sprintf("lists the sheet %q, which leads nowhere", s.Name), nil)
		}
		w.sheets = append(w.sheets, sheet{s.Name, resolve(name, r.Target), s.State == "hidden" || s.State == "veryHidden", !strings.HasSuffix(r.Type, "/worksheet")})
	}
	if r, ok := byType(related, "/styles"); ok {
		if w.formats, err = a.styles(resolve(name, r.Target), b); err != nil {
			return nil, err
		}
	}
	w.strings = &sharedStrings{spool: spool}
	if r, ok := byType(related, "/sharedStrings"); ok {
		if err := w.strings.load(a, resolve(name, r.Target), b); err != nil {
			_ = w.strings.close() // the error at hand says more
			return nil, err
		}
	}
	return w, nil
}

// workbookPart is the name of the part that lists the sheets.
func (a *archive) workbookPart(b *budget) (string, error) {
	related, err := a.relationships("", b)
	if err != nil {
		return "", err
	}
	name := "xl/workbook.xml"
	if r, ok := byType(related, "/officeDocument"); ok {
		name = resolve("", r.Target)
	}
	if !a.has(name) || strings.HasSuffix(name, ".bin") || a.has("word/document.xml") || a.has("ppt/presentation.xml") {
		return "", otherArchive(a)
	}
	return name, nil
}

// relationships is where the part leads to; the archive itself is the part "".
func (a *archive) relationships(name string, b *budget) ([]relationship, error) {
	dir, file := path.Split(name)
	rels := dir + "_rels/" + file + ".rels"
	if !a.has(rels) {
		return nil, nil
	}
	var content xmlRelationships
	if err := a.unmarshal(rels, b, &content); err != nil {
		return nil, err
	}
	return content.All, nil
}

func (a *archive) unmarshal(name string, b *budget, v any) error {
	data, err := a.read(name, b)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(data, v); err != nil {
		return a.fault("malformed-file", name, "is malformed: "+err.Error(), err)
	}
	return nil
}

func byID(all []relationship, id string) (relationship, bool) {
	for _, r := range all {
		if r.ID == id && r.Mode != "External" {
			return r, true
		}
	}
	return relationship{}, false
}

func byType(all []relationship, suffix string) (relationship, bool) {
	for _, r := range all {
		if strings.HasSuffix(r.Type, suffix) && r.Mode != "External" {
			return r, true
		}
	}
	return relationship{}, false
}

// resolve is the part that a target names as seen from a part.
func resolve(from, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join(path.Dir(from), target)
}

func isTrue(text string) bool { return text == "1" || text == "true" }

// choose is the sheets to read: the one that the options name, and with AllSheets the visible ones behind it.
func (w *workbook) choose(o Options) ([]sheet, error) {
	at, err := w.first(o)
	if err != nil {
		return nil, err
	}
	chosen := []sheet{w.sheets[at]}
	if chosen[0].chart {
		return nil, w.archive.from.Fault("not-a-sheet", fmt.Sprintf("the sheet %q is a chart or a dialog and has no rows", chosen[0].name), w.names())
	}
	for _, s := range w.sheets[at+1:] {
		if o.AllSheets && !s.hidden && !s.chart {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

func (w *workbook) first(o Options) (int, error) {
	switch {
	case o.Sheet != "":
		for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
			for i, s := range w.sheets {
				if same(s.name, o.Sheet) {
					return i, nil
				}
			}
		}
		return 0, w.noSheet(fmt.Sprintf("the workbook has no sheet %q", o.Sheet))
	case o.SheetIndex > 0:
		if o.SheetIndex > len(w.sheets) {
			return 0, w.noSheet(fmt.Sprintf("the workbook has no sheet %d", o.SheetIndex))
		}
		return o.SheetIndex - 1, nil
	default:
		for i, s := range w.sheets {
			if !s.hidden && !s.chart {
				return i, nil
			}
		}
		return 0, w.noSheet("the workbook has no visible sheet")
	}
}

func (w *workbook) noSheet(problem string) *tabular.FileError {
	return w.archive.from.Fault("no-such-sheet", problem, w.names())
}

// names lists the sheets for a hint.
func (w *workbook) names() string {
	if len(w.sheets) == 0 {
		return "the workbook has no sheets"
	}
	return "its sheets are " + w.list()
}

func (w *workbook) list() string {
	listed := make([]string, len(w.sheets))
	for i, s := range w.sheets {
		listed[i] = fmt.Sprintf("%q", s.name)
		if s.hidden {
			listed[i] += " (hidden)"
		}
	}
	return strings.Join(listed, ", ")
}
