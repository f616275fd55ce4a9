package valueconv

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// plainDecimal writes out a decimal number, "-12.5", times a power of ten: without an exponent, without superfluous zeros. The power
// must be small enough for its zeros to be written.
func plainDecimal(mantissa string, power int) string {
	digits, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	digits = whole + fraction
	point := len(whole) + power
	switch {
	case point < 0:
		digits, point = strings.Repeat("0", -point)+digits, 0
	case point > len(digits):
		digits += strings.Repeat("0", point-len(digits))
	}
	whole, fraction = strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	if plain := whole + fraction; !negative || plain == "0" {
		return plain
	}
	return "-" + whole + fraction
}

// survivesFloat reports whether a float gives back the digits of the plain number it was made of. Fifteen always come back.
func survivesFloat(plain string, f float64) bool {
	if len(plain) <= 15 && strings.IndexByte(plain, 'e') < 0 {
		return true
	}
	return significant(strconv.FormatFloat(f, 'e', -1, 64)) == significant(plain)
}

// shortDigits is how many digits a float always gives back.
const shortDigits = 15

// powersOfTen are those by which a number of shortDigits digits is divided with one rounding, as they are floats themselves.
var powersOfTen = [shortDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// shortNumber is a number as nearly all are written: a minus sign perhaps, digits without superfluous zeros in front, perhaps the mark
// and digits behind it, few enough for a float to hold.
type shortNumber struct {
	digits   int64
	places   int // of digits, how many are behind the mark
	negative bool
}

// float is the number that strconv.ParseFloat makes of the text.
func (n shortNumber) float() float64 {
	f := float64(n.digits) / powersOfTen[n.places]
	if n.negative && n.digits != 0 {
		return -f
	}
	return f
}

// readShort reads such a number; ok is false for any other text, which has to be looked at in full.
func readShort(text string, mark byte) (n shortNumber, ok bool) {
	if n.negative = text != "" && text[0] == '-'; n.negative {
		text = text[1:]
	}
	point := len(text)
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c):
			n.digits = 10*n.digits + int64(c-'0')
		case c == mark && point == len(text):
			point = i
		default:
			return n, false
		}
		if i > shortDigits {
			return n, false
		}
	}
	digits := len(text)
	if point < len(text) {
		digits--
		n.places = digits - point
		ok = n.places > 0
	} else {
		ok = true
	}
	return n, ok && point > 0 && digits <= shortDigits && (text[0] != '0' || point == 1)
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
