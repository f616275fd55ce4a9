package csvfile

import (
	"bytes"
	"unicode/utf8"
)

// quoting is what a scan of one raw record found.
type quoting struct {
	open    bool // the text ends inside a quoted cell
	opened  int  // offset of the quote that opened the last quoted cell, -1 without one
	lineEnd int  // offset of the first line end outside quotes that is not of the file's kind, -1 without one
	doubled bool // the number of quotes is even: open by no reading of the quotes
}

// scanQuotes follows the quotes of a raw record in the most permissive reading: a quote opens a cell at its start only, and closes
// it only before a delimiter, a line end or the end. On valid CSV this is the one reading there is.
func (t *tokenizer) scanQuotes(raw []byte) quoting {
	q := quoting{opened: -1, lineEnd: -1, doubled: bytes.Count(raw, []byte{t.quote})%2 == 0}
	start := true
	for i := 0; i < len(raw); i++ {
		rest := raw[i+1:]
		switch c := raw[i]; {
		case q.open && c == t.quote && bytes.HasPrefix(rest, []byte{t.quote}):
			i++
		case q.open:
			q.open = c != t.quote || !t.endsCell(rest)
		case t.quote != 0 && c == t.quote && start:
			q.open, q.opened = true, i
			start = false
		case bytes.HasPrefix(raw[i:], t.delim):
			i += len(t.delim) - 1
			start = true
		default:
			if c == t.other() && q.lineEnd < 0 && (c == '\n' || !bytes.HasPrefix(rest, []byte{'\n'})) {
				q.lineEnd = i
			}
			start = c == t.lineEnd
		}
	}
	return q
}

// endsCell reports whether what follows a quote ends its cell.
func (t *tokenizer) endsCell(rest []byte) bool {
	return len(rest) == 0 || rest[0] == t.lineEnd || bytes.HasPrefix(rest, t.delim)
}

// place is the line (counted from 0) and the character (from 1) of an offset in raw.
func (t *tokenizer) place(raw []byte, offset int) (line int64, column int) {
	before := raw[:offset]
	line = int64(bytes.Count(before, []byte{t.lineEnd}))
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, t.lineEnd)+1:]) + 1
}
