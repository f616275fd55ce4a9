package xlsxfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"attio-etl/tabular"
)

const (
	maxCellText = 32_767 // characters of a cell, as UTF-16 counts them
	exactDigits = 15     // a spreadsheet shows and keeps as many digits of a number
	exactBelow  = 1e15
)

var (
	errLongText = fmt.Errorf("the text has more than %d characters, which a cell cannot hold", maxCellText)
	errNotText  = errors.New("the text is not UTF-8")
)

// cellWriter makes the XML of one cell.
type cellWriter struct {
	style int
	body  strings.Builder // what follows the style in the tag, and the rest of the cell
}

func (w *cellWriter) write(c tabular.Cell, styles cellStyles, o WriterOptions) error {
	switch c.Kind() {
	case tabular.Int:
		if n := c.Int(); n <= -exactBelow || n >= exactBelow {
			return w.text(styles.text, c.Text())
		}
		w.value(0, "", c.Text())
	case tabular.Float:
		if f := c.Float(); math.IsNaN(f) || math.IsInf(f, 0) || (f == math.Trunc(f) && math.Abs(f) >= exactBelow) {
			return w.text(styles.text, c.Text())
		}
		w.value(0, "", strconv.FormatFloat(c.Float(), 'g', -1, 64))
	case tabular.Bool:
		w.value(0, "b", map[bool]string{false: "0", true: "1"}[c.Bool()])
	case tabular.Decimal:
		if !exactDecimal(c.Text()) {
			return w.text(styles.text, c.Text())
		}
		w.value(0, "", c.Text())
	case tabular.Date, tabular.LocalTime, tabular.Time:
		return w.time(c, styles)
	case tabular.List:
		text, err := listText(c, o)
		if err != nil {
			return err
		}
		return w.text(styles.text, text)
	default:
		return w.text(styles.text, c.Text())
	}
	return nil
}

// value is a cell with a value that needs no escaping.
func (w *cellWriter) value(style int, kind, value string) {
	w.style = style
	w.body.Reset()
	if kind != "" {
		w.body.WriteString(` t="` + kind + `"`)
	}
	w.body.WriteString(`><v>`)
	w.body.WriteString(value)
	w.body.WriteString(`</v></c>`)
}

// text is a cell of text, which stands in the cell itself: a table of shared strings would have to be held until the end.
func (w *cellWriter) text(style int, text string) error {
	if !utf8.ValidString(text) {
		return errNotText
	}
	if len(text) > maxCellText && utf16Length(text) > maxCellText {
		return errLongText
	}
	w.style = style
	w.body.Reset()
	w.body.WriteString(` t="inlineStr"><is><t xml:space="preserve">`)
	escape(&w.body, text)
	w.body.WriteString(`</t></is></c>`)
	return nil
}

func utf16Length(text string) int {
	n := 0
	for _, r := range text {
		if n++; r > 0xFFFF {
			n++
		}
	}
	return n
}

// time is a cell of a date or time; a point in time is written as UTC has it. What a spreadsheet does not have is text: dates before March
// 1900, fractions of a millisecond.
func (w *cellWriter) time(c tabular.Cell, styles cellStyles) error {
	t := c.Time().UTC()
	number, ok := serialNumber(t)
	if !ok {
		return w.text(styles.text, c.Text())
	}
	style := styles.second
	switch {
	case c.Kind() == tabular.Date:
		style = styles.date
	case t.Nanosecond() != 0:
		style = styles.milli
	}
	w.value(style, "", strconv.FormatFloat(number, 'f', -1, 64))
	return nil
}

// exactDecimal reports whether a number survives a spreadsheet: it has at most 15 digits and a float that is written the same.
func exactDecimal(plain string) bool {
	digits := strings.TrimLeft(strings.Replace(strings.TrimPrefix(plain, "-"), ".", "", 1), "0")
	f, err := strconv.ParseFloat(plain, 64)
	return err == nil && len(digits) <= exactDigits && math.Abs(f) < exactBelow && !strings.ContainsAny(plain, "eExX_nN")
}

// listText is a list as the options say.
func listText(c tabular.Cell, o WriterOptions) (string, error) {
	if !o.JSONLists {
		texts := make([]string, len(c.List()))
		for i, e := range c.List() {
			texts[i] = e.Text()
		}
		return strings.Join(texts, o.ListSeparator), nil
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	values, err := jsonList(c)
	if err == nil {
		err = encoder.Encode(values)
	}
	if err != nil {
		return "", fmt.Errorf("the list has no JSON: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func jsonList(c tabular.Cell) (values []any, err error) {
	values = make([]any, len(c.List()))
	for i, e := range c.List() {
		switch e.Kind() {
		case tabular.Missing:
		case tabular.List:
			values[i], err = jsonList(e)
		case tabular.Bool:
			values[i] = e.Bool()
		case tabular.Int, tabular.Decimal:
			values[i] = json.Number(e.Text())
		case tabular.Float:
			values[i] = e.Float()
		default:
			if values[i] = e.Text(); !utf8.ValidString(e.Text()) {
				err = errNotText // JSON would put other characters in its place
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}
