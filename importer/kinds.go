package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"attio-etl/tabular"
)

// A rejects file is text, and the rows of a source that is not would be read again by the job's rules for text: 1.125 of a workbook would
// become 1125 in a column with a decimal comma. So the file tells the kinds of such cells by the names of their columns, in one more column,
// and a cell that still reads as its kind is spelled is of that kind again. One that was corrected to something else is text.

// kindsColumn comes behind the reasons of a rejects file, where a row of it has cells that are not text.
const kindsColumn = "_kinds"

// cellKind is the kind of a cell as a rejects file has it: its word, or those of the elements of a list.
type cellKind struct {
	word     string
	elements []cellKind
}

// MarshalJSON makes a list of the elements' kinds, else a text.
func (k cellKind) MarshalJSON() ([]byte, error) {
	if k.elements != nil {
		return json.Marshal(k.elements)
	}
	return json.Marshal(k.word)
}

// UnmarshalJSON is the reverse.
func (k *cellKind) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), "[") {
		k.elements = []cellKind{}
		return json.Unmarshal(data, &k.elements)
	}
	if err := json.Unmarshal(data, &k.word); err != nil {
		return err
	}
	if k.word == wordless || k.word == "" {
		return nil
	}
	for _, word := range kindWords {
		if word == k.word {
			return nil
		}
	}
	return fmt.Errorf("no kind of cells is called %q", k.word)
}

// kindWords are the kinds that text cannot tell.
var kindWords = map[tabular.Kind]string{
	tabular.Int: "int", tabular.Float: "float", tabular.Bool: "bool", tabular.Time: "time", tabular.Bytes: "bytes", tabular.Decimal: "decimal",
	tabular.Date: "date", tabular.LocalTime: "local time", tabular.Broken: "broken", tabular.Missing: "", tabular.Empty: "", tabular.String: "",
}

// wordless is a broken cell that shows nothing, which blank text would not tell from one that was blanked.
const wordless = "broken, blank"

func kindOf(c tabular.Cell) cellKind {
	switch {
	case c.Kind() == tabular.List:
		elements := make([]cellKind, len(c.List()))
		for i, e := range c.List() {
			elements[i] = kindOf(e)
		}
		return cellKind{elements: elements}
	case c.Kind() == tabular.Broken && c.Text() == "":
		return cellKind{word: wordless}
	default:
		return cellKind{word: kindWords[c.Kind()]}
	}
}

func (k cellKind) isText() bool { return k.word == "" && k.elements == nil }

// spelled are a row's cells as a rejects file has them, and their kinds as JSON; none where all are text.
func spelled(columns []string, cells []tabular.Cell) (texts []string, kinds string) {
	typed := map[string]cellKind{}
	for i, c := range cells {
		texts = append(texts, spelling(c))
		if kind := kindOf(c); !kind.isText() && i < len(columns) {
			typed[columns[i]] = kind
		}
	}
	if len(typed) == 0 {
		return texts, ""
	}
	data, _ := json.Marshal(typed) //nolint:errchkjson // texts and lists of texts always can be
	return texts, string(data)
}

// spelling is a cell's text; that of a list is a list of texts in JSON, which can be taken apart again.
func spelling(c tabular.Cell) string {
	if c.Kind() != tabular.List {
		return c.Text()
	}
	parts := make([]string, len(c.List()))
	for i, e := range c.List() {
		parts[i] = spelling(e)
	}
	data, _ := json.Marshal(parts) //nolint:errchkjson // texts always can be
	return string(data)
}

// restored is the cell of a text and the kind that it had; text where it is not spelled as the kind is.
func restored(text string, kind cellKind) tabular.Cell {
	c, ok := cellOf(text, kind)
	if !ok || (kind.elements == nil && spelling(c) != text) {
		return tabular.StringCell(text)
	}
	return c
}

func cellOf(text string, kind cellKind) (c tabular.Cell, ok bool) {
	var err error
	switch {
	case kind.elements != nil:
		return listOf(text, kind.elements)
	case kind.word == wordless && text == "", kind.word == kindWords[tabular.Broken] && text != "":
		return tabular.BrokenCell(text, tabular.Fault{
			Code: "cell-error", Problem: "the source had no value here", Hint: "write the value, or leave the cell blank",
		}), true
	case kind.word == kindWords[tabular.Bytes]:
		return tabular.BytesCell([]byte(text)), true
	case kind.word == kindWords[tabular.Decimal]:
		return tabular.DecimalCell(text), isDecimal(text)
	case kind.word == kindWords[tabular.Int]:
		var n int64
		n, err = strconv.ParseInt(text, 10, 64)
		c = tabular.IntCell(n)
	case kind.word == kindWords[tabular.Float]:
		var f float64
		f, err = strconv.ParseFloat(text, 64)
		c = tabular.FloatCell(f)
	case kind.word == kindWords[tabular.Bool]:
		return tabular.BoolCell(text == "true"), true
	default:
		return timeOf(text, kind.word)
	}
	return c, err == nil
}

// timeOf is the cell of a day or a time.
func timeOf(text, word string) (tabular.Cell, bool) {
	switch word {
	case kindWords[tabular.Time]:
		t, err := time.Parse(time.RFC3339Nano, text)
		return tabular.TimeCell(t), err == nil
	case kindWords[tabular.LocalTime]:
		t, err := time.Parse("2006-01-02T15:04:05.999999999", text)
		return tabular.LocalTimeCell(t), err == nil
	case kindWords[tabular.Date]:
		t, err := time.Parse(time.DateOnly, text)
		return tabular.DateCell(t.Date()), err == nil
	default:
		return tabular.Cell{}, false
	}
}

func listOf(text string, kinds []cellKind) (tabular.Cell, bool) {
	var parts []string
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		return tabular.Cell{}, false
	}
	cells := make([]tabular.Cell, len(parts))
	for i, part := range parts {
		cells[i] = tabular.StringCell(part)
		if len(parts) == len(kinds) {
			cells[i] = restored(part, kinds[i])
		}
	}
	return tabular.ListCell(cells), true
}

// isDecimal reports whether a text is a plain decimal number.
func isDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!point || digits(fraction))
}

// Refed is a rejects file as a source of the rows that were rejected, with the kinds of cells that they had; nil for any other source.
func Refed(source tabular.Source) tabular.Source {
	columns := source.Schema().Columns
	if !IsRejects(columns) {
		return nil
	}
	at := len(reasonColumns())
	if len(columns) == at || columns[at] != kindsColumn {
		return source
	}
	return &refed{Source: source, at: at, columns: slices.Delete(columns, at, at+1)}
}

// refed is a rejects file with a column of kinds, which it leaves out.
type refed struct {
	tabular.Source
	at      int // of the column
	columns []string
}

// Schema implements tabular.Source.
func (r *refed) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(r.columns)} }

// Rows implements tabular.Source.
func (r *refed) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		for row, err := range r.Source.Rows(ctx) {
			if bad, ok := errors.AsType[*tabular.RowError](err); ok {
				e := *bad
				e.Row = r.restored(bad.Row)
				err = &e
			}
			if err == nil {
				row, err = r.whole(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// whole is a row without its kinds; one whose kinds cannot be read is rejected, as its cells could be taken for something else.
func (r *refed) whole(row tabular.Row) (tabular.Row, error) {
	if _, ok := r.kinds(row); !ok {
		return tabular.Row{}, &tabular.RowError{
			Row: r.restored(row), Code: "bad-kinds", Problem: "the cell in " + kindsColumn + " is not as it was written",
			Hint: "restore it, or blank it to have all cells read as text",
		}
	}
	return r.restored(row), nil
}

func (r *refed) kinds(row tabular.Row) (kinds map[string]cellKind, ok bool) {
	if len(row.Cells) <= r.at || row.Cells[r.at].IsBlank() {
		return nil, true
	}
	err := json.Unmarshal([]byte(row.Cells[r.at].Text()), &kinds)
	return kinds, err == nil
}

func (r *refed) restored(row tabular.Row) tabular.Row {
	if len(row.Cells) <= r.at {
		return row
	}
	kinds, _ := r.kinds(row)
	row.Cells = slices.Delete(slices.Clone(row.Cells), r.at, r.at+1)
	for i, name := range r.columns {
		if kind, ok := kinds[name]; ok && i < len(row.Cells) {
			row.Cells[i] = restored(row.Cells[i].Text(), kind)
		}
	}
	return row
}
