package csvfile

import (
	"bytes"
	"unicode/utf8"
)

// quoting is what a scan of one raw record found.
type quoting struct {
	open    bool // the text ends inside a quoted cell
	opened  int  // offset of the quote that opened the last quoted cell, -1 without one
	bareCR  int  // offset of the first lone \r outside quotes, -1 without one
	doubled bool // the number of quotes is even: open by no reading of the quotes
}

// scanQuotes follows the quotes of a raw record in the most permissive reading: a quote opens a cell at its start only, and closes
// it only before a delimiter, a line end or the end. On valid CSV this is the one reading there is.
func scanQuotes(raw []byte, delimiter rune) quoting {
	q := quoting{opened: -1, bareCR: -1, doubled: bytes.Count(raw, []byte{'"'})%2 == 0}
	delim := utf8.AppendRune(nil, delimiter)
	start := true
	for i := 0; i < len(raw); i++ {
		rest := raw[i+1:]
		switch c := raw[i]; {
		case q.open && c == '"' && bytes.HasPrefix(rest, []byte{'"'}):
			i++
		case q.open:
			q.open = c != '"' || !endsCell(rest, delim)
		case c == '"' && start:
			q.open, q.opened = true, i
			start = false
		case bytes.HasPrefix(raw[i:], delim):
			i += len(delim) - 1
			start = true
		default:
			if c == '\r' && q.bareCR < 0 && len(rest) > 0 && rest[0] != '\n' {
				q.bareCR = i
			}
			start = c == '\n'
		}
	}
	return q
}

// endsCell reports whether what follows a quote ends its cell. A \r does so only as part of a line end.
func endsCell(rest, delim []byte) bool {
	if bytes.HasPrefix(rest, delim) {
		return true
	}
	rest = bytes.TrimPrefix(rest, []byte{'\r'})
	return len(rest) == 0 || rest[0] == '\n'
}

// place is the line (counted from 0) and the character (from 1) of an offset in raw.
func place(raw []byte, offset int) (line int64, column int) {
	before := raw[:offset]
	line = int64(bytes.Count(before, []byte{'\n'}))
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}
