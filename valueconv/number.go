package valueconv

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// numberConversion reads decimal numbers: digits, perhaps in groups of three, one decimal mark, a sign in front, an exponent. The
// digits must survive: a number that a 64-bit float does not give back as it is written is refused, and so are leading zeros.
var numberConversion = conversion{
	parse:     parseNumber,
	format:    formatNumber,
	canonical: canonicalNumber,
}

const wantNumber = "a number such as 1234.5"

func parseNumber(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	mark := decimalMark(o)
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		switch cell.Kind() {
		case tabular.Float:
			if f := cell.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, refuse("bad-number", "the number is not finite", cell.Text(), wantNumber, "leave the cell empty")
			}
			return crm.Number(cell.Float() + 0), nil // + 0 turns -0 into 0
		case tabular.Bool, tabular.Time:
			return nil, refuse("bad-number", "a "+cell.Kind().String()+" is not a number", cell.Text(), wantNumber, "")
		case tabular.Int:
			return number(cell.Text(), '.')
		default:
			return number(strings.TrimSpace(cell.Text()), mark)
		}
	}, nil
}

// decimalMark is '.' or ','.
func decimalMark(o Options) byte {
	if o.Decimal == "," {
		return ','
	}
	return '.'
}

func number(text string, mark byte) (crm.Value, *diag.Finding) {
	if text == "" {
		return nil, nil
	}
	plain, ok := plainNumber(text, mark)
	if !ok {
		return nil, refuse("bad-number", "the cell is not a number", text, wantNumber, numberHint(text, mark))
	}
	if zeros := strings.TrimLeft(plain, "-"); len(zeros) > 1 && zeros[0] == '0' && isDigit(zeros[1]) {
		return nil, refuse("leading-zeros", "a number attribute would drop the leading zeros", text, wantNumber, "use a text attribute if this is an id or a code")
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return nil, refuse("bad-number", "the number is too large", text, "a number below 1.8e308", "use a text attribute")
	}
	if !survivesFloat(plain, f) {
		return nil, refuse("number-precision", "a number attribute cannot hold all digits", text, "at most 15 to 17 significant digits", "use a text attribute, or round it in the file")
	}
	return crm.Number(f + 0), nil
}

// survivesFloat reports whether a float gives back the digits of the plain number it was made of. Fifteen always come back.
func survivesFloat(plain string, f float64) bool {
	if len(plain) <= 15 && strings.IndexByte(plain, 'e') < 0 {
		return true
	}
	return significant(strconv.FormatFloat(f, 'e', -1, 64)) == significant(plain)
}

// plainNumber rewrites a number as Go spells it: "-1234.5e7".
func plainNumber(text string, mark byte) (string, bool) {
	sign := ""
	switch {
	case strings.HasPrefix(text, "+"):
		text = text[1:]
	case strings.HasPrefix(text, "-"):
		sign, text = "-", text[1:]
	case strings.HasPrefix(text, "\u2212"): // minus sign
		sign, text = "-", text[len("\u2212"):]
	}
	mantissa, exponent := text, ""
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent = text[:i], text[i+1:]
		if !allDigits(strings.TrimPrefix(strings.TrimPrefix(exponent, "+"), "-")) || strings.HasPrefix(exponent, "+-") {
			return "", false
		}
		exponent = "e" + exponent
	}
	whole, fraction, marked := strings.Cut(mantissa, string(mark))
	if marked && !allDigits(fraction) {
		return "", false
	}
	if whole == "" && marked {
		whole = "0"
	}
	if !allDigits(whole) {
		var ok bool
		if whole, ok = ungroup(whole, mark); !ok || exponent != "" {
			return "", false
		}
	}
	if marked {
		fraction = "." + fraction
	}
	return sign + whole + fraction + exponent, true
}

// ungroup joins groups of three digits that one and the same separator parts: blanks of several widths, apostrophes, and whichever of
// point and comma is not the decimal mark.
func ungroup(whole string, mark byte) (string, bool) {
	at := strings.IndexFunc(whole, func(r rune) bool { return r < '0' || r > '9' })
	if at < 0 {
		return "", false // nothing but a sign, a mark or an exponent
	}
	separator, size := utf8.DecodeRuneInString(whole[at:])
	if separator == rune(mark) || !strings.ContainsRune(".,'\u2019 \u00a0\u202f\u2009\u2007", separator) {
		return "", false
	}
	groups := strings.Split(whole, whole[at:at+size])
	for i, group := range groups {
		if !allDigits(group) || len(group) > 3 || (i > 0 && len(group) != 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// significant is the digits of a plain number that count: without sign, mark, exponent and the zeros at both ends.
func significant(plain string) string {
	if i := strings.IndexByte(plain, 'e'); i >= 0 {
		plain = plain[:i]
	}
	plain = strings.TrimPrefix(plain, "-")
	return strings.Trim(strings.Replace(plain, ".", "", 1), "0")
}

// numberHint says what to do about a text that is not a number.
func numberHint(text string, mark byte) string {
	other := byte(',')
	if mark == ',' {
		other = '.'
	}
	if _, ok := plainNumber(text, other); ok {
		return `set decimal: "` + string(other) + `" if that is the column's decimal mark`
	}
	switch {
	case strings.HasPrefix(text, "("):
		return "write a negative number with a minus sign"
	case strings.Contains(text, "%"):
		return "write the number without a percent sign, as the attribute is to hold it"
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Sc, r) }):
		return "write the number without a currency sign, or use a currency attribute"
	}
	return ""
}

// formatNumber gives a number cell, or its text where the column has a decimal comma.
func formatNumber(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	comma := decimalMark(o) == ','
	return func(v crm.Value) tabular.Cell {
		n, _ := v.(crm.Number)
		if !comma {
			return tabular.FloatCell(float64(n))
		}
		return tabular.StringCell(strings.Replace(tabular.FloatCell(float64(n)).Text(), ".", ",", 1))
	}, nil
}

func canonicalNumber(v crm.Value) string {
	n, _ := v.(crm.Number)
	return strconv.FormatFloat(float64(n)+0, 'g', -1, 64)
}
