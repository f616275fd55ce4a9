package csvfile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// inspect finds what the parser lets pass: cells that are no text, line ends inside a row, a wrong number of cells.
func (p *pass) inspect(record []string) *fault {
	if !p.guard.clean.holds(p.base+p.before, p.base+p.csv.InputOffset()) {
		if f := p.firstOdd(record); f != nil {
			return f
		}
	}
	if p.columns != nil && len(record) != len(p.columns) {
		return p.ragged(record)
	}
	return nil
}

// firstOdd searches the cells. A line end inside the row comes first: it makes the extent of the row uncertain.
func (p *pass) firstOdd(record []string) *fault {
	for _, text := range record {
		if strings.IndexByte(text, '\r') < 0 {
			continue
		}
		f := &fault{pass: p, start: p.line()}
		if p.outsideQuotes(f) {
			return f
		}
		break // the raw bytes of the whole record have been searched
	}
	for i, text := range record {
		if f := p.odd(i, text); f != nil {
			return f
		}
	}
	return nil
}

// odd is what is wrong with a cell that is no text, nil where it is.
func (p *pass) odd(column int, text string) *fault {
	invalid, nul := invalidAt(text), strings.IndexByte(text, 0)
	if invalid < 0 && nul < 0 {
		return nil
	}
	name := fmt.Sprintf("cell %d", column+1)
	if column < len(p.columns) {
		name = fmt.Sprintf("column %q", p.columns[column])
	}
	f := &fault{pass: p, line: p.line(), start: p.line(), local: true}
	if invalid >= 0 {
		f.code, f.hint = "invalid-utf8", convertHint
		f.problem = fmt.Sprintf("%s is not valid UTF-8 at byte %d of the cell (0x%02X)", name, invalid+1, text[invalid])
		return f
	}
	f.code, f.hint = "nul-byte", "if every row has it the file is UTF-16 or not text: convert it to UTF-8"
	f.problem = fmt.Sprintf("%s holds a NUL byte, at byte %d of the cell", name, nul+1)
	return f
}

// outsideQuotes reports whether the record has a lone carriage return outside quotes, and makes f say so. Only the raw bytes tell.
func (p *pass) outsideQuotes(f *fault) bool {
	raw, err := p.raw()
	if err != nil {
		f.code, f.problem, f.err = "unreadable-file", err.Error(), err
		return true
	}
	q := scanQuotes(raw, p.csv.Comma)
	if q.bareCR < 0 {
		return false
	}
	p.bareCR(f, raw, q.bareCR)
	return true
}

// invalidAt is the offset of the first byte that is not UTF-8, -1 where there is none.
func invalidAt(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func (p *pass) ragged(record []string) *fault {
	f := &fault{pass: p, line: p.line(), start: p.line(), local: true, code: "ragged-row"}
	f.problem = fmt.Sprintf("the row has %d cells, the header has %d", len(record), len(p.columns))
	f.hint = fmt.Sprintf("a cell that contains %q must stand in quotes", p.csv.Comma)
	if len(record) < len(p.columns) {
		f.hint = "a cell that contains a line break must stand in quotes; a missing cell must leave its delimiter"
	}
	breaks := 0
	for _, text := range record {
		breaks += strings.Count(text, "\n")
	}
	if breaks > 0 {
		f.problem += fmt.Sprintf(" (lines %d to %d)", f.start, f.start+int64(breaks))
		f.hint = "a quote that is not closed may have swallowed rows: look at each line; else " + f.hint
	}
	return f
}
