package valueconv

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"attio-etl/crm"
)

// timeFormat is a compiled Options.Format. Its letters:
//
//	YYYY           year
//	MM, M          month, with two digits or as many as it has
//	MMM, MMMM      Jan, January: English, in any case
//	DD, D          day
//	HH, H          hour from 0 to 23
//	hh, h          hour from 1 to 12, together with a or A: am or PM, in any case
//	mm, ss         minute, second
//	S to SSSSSSSSS so many decimal places of a second
//	Z              zone: Z, +02:00, +0200 or +02
//	T              itself, as in 2020-01-15T10:00
//
// Anything that is no letter stands for itself. A final * lets any text follow: the day is taken as it is written.
type timeFormat struct {
	tokens []string // letters, or one literal each
	timed  bool     // has an hour
	zoned  bool
	open   bool // ends with *
}

// reading is what a text says: a day, perhaps a time of day, perhaps an offset from UTC.
type reading struct {
	day                        crm.Date
	hour, minute, second, nano int
	zoned                      bool
	offset                     int // seconds east of UTC
}

// formatLetters is what each token gives; a format has each at most once.
var formatLetters = map[string]byte{
	"YYYY": 'Y', "MM": 'M', "M": 'M', "MMM": 'M', "MMMM": 'M', "DD": 'D', "D": 'D', "HH": 'H', "H": 'H', "hh": 'h', "h": 'h', "mm": 'm', "ss": 's',
	"S": 'S', "SS": 'S', "SSS": 'S', "SSSS": 'S', "SSSSS": 'S', "SSSSSS": 'S', "SSSSSSS": 'S', "SSSSSSSS": 'S', "SSSSSSSSS": 'S', "a": 'a', "A": 'a', "Z": 'Z',
}

// compileFormat says in words what is wrong with a format, "" when nothing is.
func compileFormat(format string) (f timeFormat, problem string) {
	if !utf8.ValidString(format) {
		return f, "it is not UTF-8"
	}
	rest, open := strings.CutSuffix(strings.TrimSpace(format), "*") // as cells are read without the blanks around them
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
		switch letter := formatLetters[token]; {
		case letter != 0:
			used[letter]++
		case token == "YY":
			return f, "YY does not say the century"
		case isLetter(token[0]) && token != "T":
			return f, fmt.Sprintf("%q is not among YYYY, MM, M, MMM, MMMM, DD, D, HH, H, hh, h, mm, ss, SSS, a, A, Z and T", token)
		}
	}
	f.timed, f.zoned = used['H']+used['h'] > 0, used['Z'] > 0
	if problem := misused(used); problem != "" {
		return f, problem
	}
	return f, f.blurred()
}

// misused says which letters are missing, or there too often.
func misused(used map[byte]int) string {
	if used['Y'] != 1 || used['M'] != 1 || used['D'] != 1 {
		return "a format has the year, the month and the day once each (minutes are mm)"
	}
	for _, letter := range []byte("HhmsSaZ") {
		if used[letter] > 1 {
			return fmt.Sprintf("it has %c more than once", letter)
		}
	}
	switch {
	case used['H']+used['h'] > 1 || used['h'] != used['a']:
		return "hours are either HH, or hh together with a"
	case used['H']+used['h'] < used['m'] || used['m'] < used['s'] || used['s'] < used['S'] || used['H']+used['h'] < used['Z']:
		return "a part of the time is there without the one above it"
	default:
		return ""
	}
}

// blurred: a number of one or two digits that another number follows at once has no certain end, and neither has a zone.
func (f timeFormat) blurred() string {
	for i := range len(f.tokens) - 1 {
		token, next := f.tokens[i], f.tokens[i+1]
		switch {
		case token == "Z" && (next == ":" || isDigit(next[0]) || startsWithDigits(next)):
			return "it is uncertain where Z ends"
		case token != "M" && token != "D" && token != "H" && token != "h":
		case startsWithDigits(next):
			return fmt.Sprintf("it is uncertain where %s ends and %s starts", token, next)
		case isDigit(next[0]):
			return fmt.Sprintf("it is uncertain where %s ends", token)
		}
	}
	return "" // before a final * the longest run of digits is the number; a third digit is refused by parse
}

// startsWithDigits reports whether a token is letters that stand for a number.
func startsWithDigits(token string) bool {
	letter := formatLetters[token]
	return letter != 0 && letter != 'a' && letter != 'Z' && token != "MMM" && token != "MMMM"
}

func isLetter(c byte) bool { return (c|0x20) >= 'a' && (c|0x20) <= 'z' }

// parse reads a text that has the format, and nothing else.
func (f timeFormat) parse(text string) (reading, bool) {
	r, pm, rest := reading{}, -1, text
	for _, token := range f.tokens {
		used := r.take(token, rest, &pm)
		if used == 0 {
			return r, false
		}
		rest = rest[used:]
	}
	if rest != "" && (!f.open || isDigit(rest[0])) {
		return r, false
	}
	if pm >= 0 {
		if r.hour < 1 || r.hour > 12 {
			return r, false
		}
		r.hour = r.hour%12 + 12*pm
	}
	return r, r.real()
}

// take reads one token at the start of a text and says how many bytes it took, 0 where the text is not like it.
func (r *reading) take(token, text string, pm *int) (used int) {
	switch formatLetters[token] {
	case 'Y':
		r.day.Year, used = leadingDigits(text, 4, 4)
	case 'M':
		r.day.Month, used = leadingMonth(token, text)
	case 'D':
		r.day.Day, used = leadingDigits(text, len(token), 2)
	case 'H', 'h':
		r.hour, used = leadingDigits(text, len(token), 2)
	case 'm':
		r.minute, used = leadingDigits(text, 2, 2)
	case 's':
		r.second, used = leadingDigits(text, 2, 2)
	case 'S':
		r.nano, used = leadingFraction(text, len(token), len(token))
	case 'a':
		*pm, used = leadingHalf(text)
	case 'Z':
		r.offset, used = leadingOffset(text)
		r.zoned = true
	default:
		if strings.HasPrefix(text, token) {
			used = len(token)
		}
	}
	return used
}

// real reports whether the calendar has the day and the clock the time.
func (r reading) real() bool {
	return realDay(r.day) && r.hour < 24 && r.minute < 60 && r.second < 60
}

// realDay reports whether the calendar has the day.
func realDay(d crm.Date) bool {
	if d.Year < 1 || d.Year > 9999 || d.Month < time.January || d.Month > time.December || d.Day < 1 {
		return false
	}
	if d.Day <= 28 {
		return true
	}
	return d.Day <= time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// write is the inverse of parse.
func (f timeFormat) write(r reading) string {
	var b strings.Builder
	for _, token := range f.tokens {
		b.WriteString(r.text(token))
	}
	return b.String()
}

func (r reading) text(token string) string {
	padded := func(n int) string { return fmt.Sprintf("%0*d", len(token), n) }
	switch formatLetters[token] {
	case 'Y':
		return padded(r.day.Year)
	case 'M':
		switch name := r.day.Month.String(); len(token) {
		case 3:
			return name[:3]
		case 4:
			return name
		default:
			return padded(int(r.day.Month))
		}
	case 'D':
		return padded(r.day.Day)
	case 'H':
		return padded(r.hour)
	case 'h':
		return padded((r.hour+11)%12 + 1)
	case 'm':
		return padded(r.minute)
	case 's':
		return padded(r.second)
	case 'S':
		return fmt.Sprintf("%09d", r.nano)[:len(token)]
	case 'a':
		half := [2]string{"am", "pm"}[r.hour/12]
		if token == "A" {
			return strings.ToUpper(half)
		}
		return half
	case 'Z':
		return offsetText(r.offset)
	default:
		return token
	}
}
