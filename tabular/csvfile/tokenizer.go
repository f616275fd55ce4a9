package csvfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"attio-etl/tabular"
)

// maxCells is how many cells a record may have: four times the columns of a spreadsheet. It bounds the memory that a record of nothing but
// delimiters takes.
const maxCells = 1 << 16

var (
	errTooManyCells  = errors.New("a record has too many cells")
	errStrayQuote    = errors.New("a quote where CSV allows none")
	errUnclosedQuote = errors.New("a quote is not closed")
)

// dialect is how a text is cut into records and cells.
type dialect struct {
	delimiter rune
	quote     byte // 0: none, a quote is a character like any other
	lineEnd   byte // '\n', with or without a '\r' before it, or '\r' alone
}

// other is the line end that may not stand outside quotes: it would leave it uncertain where a record ends.
func (d dialect) other() byte {
	if d.lineEnd == '\r' {
		return '\n'
	}
	return '\r'
}

// tokenizer cuts text into records. A record's bytes stay in the window of the input until the next one is asked for.
type tokenizer struct {
	in *input
	dialect
	delim  []byte // the delimiter in UTF-8
	line   int64  // physical line on which the record starts, from 1
	length int    // bytes of the record, line end included
	text   int    // bytes of the record, line end not included
	cells  []extent
	closed bool // the record has a line end
	breaks bool // it has line ends in quotes
	at     int  // offset of the stray quote, or of the one that is not closed
}

// extent is where a cell stands in its record, without its quotes.
type extent struct {
	from, to int
	doubled  bool // quotes in it are doubled
}

func newTokenizer(in *input, d dialect) *tokenizer {
	t := &tokenizer{in: in, line: 1}
	t.speak(d)
	return t
}

func (t *tokenizer) speak(d dialect) {
	t.dialect, t.delim = d, utf8.AppendRune(nil, d.delimiter)
}

// raw is the text of the record without its line end.
func (t *tokenizer) raw() []byte { return t.in.rest()[:t.text] }

// again makes next read the current record once more.
func (t *tokenizer) again() { t.length, t.breaks, t.closed = 0, false, false }

// unread is the text behind the current record, for a look ahead; whole says that it is all there is.
func (t *tokenizer) unread() (sample []byte, whole bool) {
	t.pass()
	return t.in.peek()
}

// next reads a record. io.EOF is the end of the text; after any other error than errStrayQuote there is no next record.
func (t *tokenizer) next() error {
	for {
		t.pass()
		end, err := t.endLine(0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if t.text > 0 {
			return t.checked(t.split(end))
		}
		if err != nil {
			return io.EOF
		}
	}
}

// pass leaves the record behind.
func (t *tokenizer) pass() {
	if t.breaks {
		t.line += int64(bytes.Count(t.raw(), []byte{t.lineEnd}))
	}
	if t.closed {
		t.line++
	}
	t.in.use(t.length)
	t.length, t.text, t.cells, t.closed, t.breaks = 0, 0, t.cells[:0], false, false
}

// skipLine passes a line whatever it holds; io.EOF says that it has no line end.
func (t *tokenizer) skipLine() error {
	t.pass()
	_, err := t.endLine(0)
	return t.checked(err)
}

// checked is err, unless the record is longer than a record may be.
func (t *tokenizer) checked(err error) error {
	if t.length <= t.in.limit {
		return err
	}
	t.text = min(t.text, t.in.limit)
	return errRecordTooLong
}

// endLine makes the record end with the first line end at or behind an offset, or with the text, and gives its offset.
func (t *tokenizer) endLine(from int) (int, error) {
	end, err := t.in.index(from, t.lineEnd)
	t.text, t.length, t.closed = end, end, err == nil
	if t.closed {
		t.length++
	}
	if err != nil && !errors.Is(err, io.EOF) {
		t.text = min(t.text, t.in.limit)
		return end, err
	}
	if t.lineEnd == '\n' && end > 0 && t.in.rest()[end-1] == '\r' {
		t.text--
	}
	return t.text, err
}

// split cuts the line up to end into cells, and goes on to further lines where quotes hold line ends.
func (t *tokenizer) split(end int) error {
	line := t.in.rest()[:end]
	quote := t.quoteIn(line, 0)
	single := len(t.delim) == 1
	for from := 0; ; {
		if len(t.cells) == maxCells {
			return errTooManyCells
		}
		if quote == from {
			cell, err := t.quoted(from + 1)
			if err != nil {
				return err
			}
			line = t.raw()
			from = cell.to + 1
			if from < len(line) && !bytes.HasPrefix(line[from:], t.delim) {
				return t.stray(cell.to)
			}
			t.cells = append(t.cells, cell)
			if from == len(line) {
				return nil
			}
			from += len(t.delim)
			quote = t.quoteIn(line, from)
			continue
		}
		to := len(line)
		if single {
			if i := bytes.IndexByte(line[from:], t.delim[0]); i >= 0 {
				to = from + i
			}
		} else if i := bytes.Index(line[from:], t.delim); i >= 0 {
			to = from + i
		}
		if quote < to {
			return t.stray(quote)
		}
		t.cells = append(t.cells, extent{from: from, to: to})
		if to == len(line) {
			return nil
		}
		from = to + len(t.delim)
	}
}

// quoteIn is the offset of the first quote at or behind from, one that is never reached where there is none.
func (t *tokenizer) quoteIn(line []byte, from int) int {
	if t.quote != 0 {
		if i := bytes.IndexByte(line[from:], t.quote); i >= 0 {
			return from + i
		}
	}
	return len(line) + 1
}

// quoted reads a cell whose text starts at from, behind its quote, and makes the record end with the line on which the cell does.
func (t *tokenizer) quoted(from int) (extent, error) {
	cell := extent{from: from}
	for at := from; ; {
		q, err := t.in.index(at, t.quote)
		if err == nil && q+1 == len(t.in.rest()) {
			if err = t.in.more(); errors.Is(err, io.EOF) {
				err = nil
			}
		}
		if err != nil {
			return cell, t.unclosed(from-1, err)
		}
		if rest := t.in.rest(); q+1 < len(rest) && rest[q+1] == t.quote {
			cell.doubled = true
			at = q + 2
			continue
		}
		cell.to = q
		if q < t.text {
			return cell, nil
		}
		t.breaks = true
		if _, err := t.endLine(q + 1); err != nil && !errors.Is(err, io.EOF) {
			return cell, err
		}
		return cell, nil
	}
}

// unclosed ends the record where the search for the end of a cell did.
func (t *tokenizer) unclosed(opened int, err error) error {
	t.length = len(t.in.rest())
	t.text, t.closed, t.breaks, t.at = min(t.length, t.in.limit), false, true, opened
	if errors.Is(err, io.EOF) {
		return errUnclosedQuote
	}
	return err
}

// stray keeps the cells before the one with the stray quote.
func (t *tokenizer) stray(at int) error {
	t.at = at
	return errStrayQuote
}

// readCells puts the cells of the record in place of what cells held. All of them share one copy of its text, so that a row costs one
// allocation.
func (t *tokenizer) readCells(cells []tabular.Cell) []tabular.Cell {
	text := string(t.raw())
	cells = slices.Grow(cells[:0], len(t.cells))[:len(t.cells)]
	for i := range t.cells {
		c := &t.cells[i]
		cell := text[c.from:c.to]
		if c.doubled {
			cell = t.unquote(cell)
		}
		cells[i].SetString(cell)
	}
	return cells
}

// unquote is the text of a cell in which quotes are doubled.
func (t *tokenizer) unquote(cell string) string {
	text := make([]byte, 0, len(cell))
	for i := 0; i < len(cell); i++ {
		text = append(text, cell[i])
		if cell[i] == t.quote {
			i++
		}
	}
	return string(text)
}
