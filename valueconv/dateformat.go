package valueconv

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"attio-etl/crm"
)

// dateFormat is a compiled Options.Format. Its letters: YYYY; MM, or M with one or two digits; MMM (Jan) and MMMM (January) in
// English and any case; DD, or D with one or two digits. Anything that is no letter stands for itself. A final * lets any text follow,
// such as a time of day: the day is taken as it is written.
type dateFormat struct {
	tokens []string // letters, or one literal each
	open   bool     // ends with *
}

// compileFormat says in words what is wrong with a format, "" when nothing is.
func compileFormat(format string) (f dateFormat, problem string) {
	rest, open := strings.CutSuffix(format, "*")
	f.open = open
	used := map[byte]int{}
	for rest != "" {
		n := 1
		for n < len(rest) && rest[n] == rest[0] && isLetter(rest[0]) {
			n++
		}
		token := rest[:n]
		rest = rest[n:]
		f.tokens = append(f.tokens, token)
		if !isLetter(token[0]) {
			continue
		}
		switch token {
		case "YYYY", "MMMM", "MMM", "MM", "M", "DD", "D":
			used[token[0]]++
		case "YY":
			return f, "YY does not say the century"
		default:
			return f, fmt.Sprintf("%q is not among YYYY, MM, M, MMM, MMMM, DD and D", token)
		}
	}
	if used['Y'] != 1 || used['M'] != 1 || used['D'] != 1 {
		return f, "a format has the year, the month and the day once each"
	}
	return f, f.blurred()
}

// blurred: a number of one or two digits that another number follows at once has no certain end.
func (f dateFormat) blurred() string {
	for i := range len(f.tokens) - 1 {
		if next := f.tokens[i+1]; len(f.tokens[i]) == 1 && isLetter(f.tokens[i][0]) && isLetter(next[0]) && len(next) != 3 && next != "MMMM" {
			return fmt.Sprintf("it is uncertain where %s ends and %s starts", f.tokens[i], next)
		}
		if digit := f.tokens[i+1]; len(f.tokens[i]) == 1 && isLetter(f.tokens[i][0]) && isDigit(digit[0]) {
			return fmt.Sprintf("it is uncertain where %s ends", f.tokens[i])
		}
	}
	if last := f.tokens[len(f.tokens)-1]; f.open && len(last) == 1 && isLetter(last[0]) {
		return "" // the longest run of digits is the number; a third digit is refused by parse
	}
	return ""
}

func isLetter(c byte) bool { return unicode.IsLetter(rune(c)) && c < 0x80 }

// parse reads a text that has the format, and nothing else.
func (f dateFormat) parse(text string) (crm.Date, bool) {
	var d crm.Date
	for _, token := range f.tokens {
		var n, used int
		switch token {
		case "YYYY":
			n, used = leadingDigits(text, 4, 4)
			d.Year = n
		case "MM", "M":
			n, used = leadingDigits(text, len(token), 2)
			d.Month = time.Month(n)
		case "DD", "D":
			n, used = leadingDigits(text, len(token), 2)
			d.Day = n
		case "MMM", "MMMM":
			d.Month, used = leadingMonth(text, token == "MMMM")
		default:
			if strings.HasPrefix(text, token) {
				used = len(token)
			}
		}
		if used == 0 {
			return d, false
		}
		text = text[used:]
	}
	if text != "" && (!f.open || isDigit(text[0])) {
		return d, false
	}
	return d, realDay(d)
}

// leadingDigits reads a number of at least low and at most high digits; used is 0 where there is none.
func leadingDigits(text string, low, high int) (n, used int) {
	for used < min(high, len(text)) && isDigit(text[used]) {
		n = 10*n + int(text[used]-'0')
		used++
	}
	if used < low {
		return 0, 0
	}
	return n, used
}

func leadingMonth(text string, long bool) (time.Month, int) {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if !long {
			name = name[:3]
		}
		if len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
			return m, len(name)
		}
	}
	return 0, 0
}

// realDay reports whether the calendar has the day.
func realDay(d crm.Date) bool {
	if d.Year < 1 || d.Year > 9999 || d.Month < time.January || d.Month > time.December || d.Day < 1 {
		return false
	}
	return d.Day <= time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// write is the inverse of parse.
func (f dateFormat) write(d crm.Date) string {
	var b strings.Builder
	for _, token := range f.tokens {
		switch token {
		case "YYYY":
			fmt.Fprintf(&b, "%04d", d.Year)
		case "MM":
			fmt.Fprintf(&b, "%02d", int(d.Month))
		case "M":
			fmt.Fprintf(&b, "%d", int(d.Month))
		case "DD":
			fmt.Fprintf(&b, "%02d", d.Day)
		case "D":
			fmt.Fprintf(&b, "%d", d.Day)
		case "MMM":
			b.WriteString(d.Month.String()[:3])
		case "MMMM":
			b.WriteString(d.Month.String())
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}
