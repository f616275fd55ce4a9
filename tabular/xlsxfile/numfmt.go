package xlsxfile

import (
	"strconv"
	"strings"
)

// meaning is what a number format makes of a number.
type meaning uint8

const (
	plainNumber meaning = iota // also amounts of money, percentages, fractions
	textNumber                 // "@": the number is a text of digits
	zeroPadded                 // "00000": a code whose leading zeros count
	calendarDay                // a date
	dayAndTime                 // a date with the time of day
	timeOfDay                  // hours, minutes and seconds without a date
	duration                   // "[h]:mm": hours that go on beyond 24
)

// numberFormat is a number format as far as it tells what a number is. Its sections apply by the number's sign or by conditions.
type numberFormat []section

type section struct {
	meaning meaning
	pattern []rune // of zeroPadded: what is shown, with a digit for each NUL
	when    string // the operator of the section's condition, empty for none
	than    float64
}

// builtinFormat is a format that has a number and no code (ECMA-376 part 1, 18.8.30). 27 to 36 and 50 to 81 depend on the language: all
// that is the same in every one of them is that they show dates and times, so that those that show a time somewhere count as both.
func builtinFormat(id int) numberFormat {
	m := plainNumber
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id == 50, id == 51, id == 54, id == 57, id == 58, id >= 71 && id <= 74, id == 81:
		m = calendarDay
	case id == 22, id == 77:
		m = dayAndTime
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id == 52, id == 53, id == 55, id == 56, id == 75, id == 76, id == 78, id == 80:
		m = timeOfDay
	case id == 46, id == 79:
		m = duration
	case id == 49:
		m = textNumber
	}
	return numberFormat{{meaning: m}}
}

// of is the section that applies to a number.
func (f numberFormat) of(v float64) section {
	conditional := false
	for _, s := range f {
		if conditional = conditional || s.when != ""; s.holds(v) {
			return s
		}
	}
	switch {
	case len(f) == 0:
		return section{}
	case conditional:
		for _, s := range f {
			if s.when == "" {
				return s
			}
		}
		return section{} // Excel shows such a number as ####
	case len(f) > 1 && v < 0:
		return f[1]
	case len(f) > 2 && v == 0:
		return f[2]
	default:
		return f[0]
	}
}

func (s section) holds(v float64) bool {
	switch s.when {
	case "<":
		return v < s.than
	case "<=":
		return v <= s.than
	case ">":
		return v > s.than
	case ">=":
		return v >= s.than
	case "=":
		return v == s.than
	case "<>":
		return v != s.than
	default:
		return false
	}
}

// parseFormat reads a format code. The library for it (xuri/nfp) reads inside quoted text too, and so takes 0"x [h]" for a time.
func parseFormat(code string) numberFormat {
	var f numberFormat
	rest := []rune(code)
	for {
		l := formatLexer{}
		rest = l.section(rest)
		if len(f) == 0 || !l.text { // a later section with an @ is for texts
			f = append(f, l.judge())
		}
		if len(rest) == 0 || len(f) == 4 {
			return f
		}
		rest = rest[1:]
	}
}

// formatLexer is what one section of a format code consists of.
type formatLexer struct {
	letters  []rune // y, m, d, h and s as they come, one for each run; M is a month by its length
	zeros    int
	other    bool // something that no code of leading zeros has: #, a decimal point, a currency
	text     bool
	elapsed  bool
	pattern  []rune
	when     string
	than     float64
	wasDigit bool // a placeholder came last, so that an E is an exponent
}

// section reads up to the semicolon that ends the section, or to the end.
func (l *formatLexer) section(code []rune) (rest []rune) {
	for i := 0; i < len(code); {
		digit := false
		switch r := code[i]; r {
		case ';':
			return code[i:]
		case '"':
			n := until(code[i+1:], '"')
			l.pattern = append(l.pattern, code[i+1:i+1+n]...)
			i += n + 2
		case '\\':
			l.pattern = append(l.pattern, code[min(i+1, len(code)):min(i+2, len(code))]...)
			i += 2
		case '_':
			i += 2
		case '*':
			l.other = true
			i += 2
		case '[':
			n := until(code[i+1:], ']')
			l.bracket(string(code[i+1 : i+1+n]))
			i += n + 2
		case '0':
			l.zeros++
			l.pattern = append(l.pattern, 0)
			digit = true
			i++
		case '@':
			l.text = true
			i++
		default:
			n := l.word(code[i:])
			digit = r == '#' || r == '?'
			i += n
		}
		l.wasDigit = digit
	}
	return nil
}

// until is the number of characters before the next one that is end, all of them where there is none.
func until(code []rune, end rune) int {
	for i, r := range code {
		if r == end {
			return i
		}
	}
	return len(code)
}

// word reads letters and signs, and returns how many characters it took.
func (l *formatLexer) word(code []rune) int {
	for _, name := range []string{"general", "am/pm", "a/p", "上午/下午"} {
		if n := len([]rune(name)); len(code) >= n && strings.EqualFold(string(code[:n]), name) {
			if l.other = true; name != "general" {
				l.letters = append(l.letters, 'h')
			}
			return n
		}
	}
	r := code[0]
	run := 1
	for run < len(code) && code[run]|0x20 == r|0x20 {
		run++
	}
	switch letter := r | 0x20; {
	case letter == 'e' && l.wasDigit:
		l.other = true
	case letter == 'm' && run >= 3:
		l.letters = append(l.letters, 'M')
	case letter == 'y' || letter == 'e' || letter == 'g' || letter == 'b':
		l.letters = append(l.letters, 'y')
	case letter == 'd' || letter == 'h' || letter == 's' || letter == 'm':
		l.letters = append(l.letters, letter)
	case strings.ContainsRune("#?.,%/", r):
		l.other = true
		return 1
	default:
		l.pattern = append(l.pattern, r)
		return 1
	}
	return run
}

// bracket reads what stands in brackets: elapsed time, a condition, a currency with its language, or colours and digits.
func (l *formatLexer) bracket(content string) {
	lower := strings.ToLower(content)
	switch {
	case lower == "":
	case strings.Trim(lower, lower[:1]) == "" && strings.Contains("hms", lower[:1]):
		l.elapsed = true
	case lower[0] == '<' || lower[0] == '>' || lower[0] == '=':
		operator := lower[:len(lower)-len(strings.TrimLeft(lower, "<>="))]
		if than, err := strconv.ParseFloat(strings.TrimSpace(lower[len(operator):]), 64); err == nil {
			l.when, l.than = operator, than
		}
	case lower[0] == '$' && len(lower) > 1 && lower[1] != '-':
		l.other = true
	}
}

// judge is what the section makes of a number.
func (l *formatLexer) judge() section {
	date, clock := false, l.elapsed
	for i, r := range l.letters {
		switch r {
		case 'y', 'd', 'M':
			date = true
		case 'h', 's':
			clock = true
		case 'm': // minutes behind hours or before seconds, else a month
			if (i > 0 && l.letters[i-1] == 'h') || (i+1 < len(l.letters) && l.letters[i+1] == 's') {
				clock = true
			} else if !l.elapsed {
				date = true
			}
		}
	}
	s := section{when: l.when, than: l.than}
	switch {
	case date && clock:
		s.meaning = dayAndTime
	case date:
		s.meaning = calendarDay
	case l.elapsed:
		s.meaning = duration
	case clock:
		s.meaning = timeOfDay
	case l.text:
		s.meaning = textNumber
	case l.zeros > 1 && !l.other:
		s.meaning, s.pattern = zeroPadded, l.pattern
	}
	return s
}
