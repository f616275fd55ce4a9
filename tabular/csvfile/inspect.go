package csvfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// inspect finds what the tokenizer lets pass: cells that are no text, line ends inside a row, a wrong number of cells.
func (p *pass) inspect() *fault {
	raw := p.text.raw()
	if bytes.IndexByte(raw, p.text.other()) >= 0 {
		if q := p.text.scanQuotes(raw); q.lineEnd >= 0 {
			f := &fault{pass: p, start: p.text.line}
			p.otherLineEnd(f, raw, q.lineEnd)
			return f
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 || invalidAt(raw) >= 0 {
		for i, c := range p.text.cells {
			if f := p.odd(i, string(raw[c.from:c.to])); f != nil {
				return f
			}
		}
	}
	if p.columns != nil && len(p.text.cells) != len(p.columns) {
		return p.ragged()
	}
	return nil
}

// odd is what is wrong with a cell that is no text, nil where it is.
func (p *pass) odd(column int, text string) *fault {
	if p.text.cells[column].doubled {
		text = p.text.unquote(text)
	}
	invalid, nul := invalidAt([]byte(text)), strings.IndexByte(text, 0)
	if invalid < 0 && nul < 0 {
		return nil
	}
	name := fmt.Sprintf("cell %d", column+1)
	if column < len(p.columns) {
		name = fmt.Sprintf("column %q", p.columns[column])
	}
	f := &fault{pass: p, line: p.text.line, start: p.text.line, local: true}
	switch {
	case invalid < 0:
		f.code, f.hint = "nul-byte", "if every row has it the file is no text, or in another encoding"
		f.problem = fmt.Sprintf("%s holds a NUL byte, at byte %d of the cell", name, nul+1)
	case p.charset.decoder == nil:
		f.code, f.hint = "invalid-utf8", p.encodingHint(text)
		f.problem = fmt.Sprintf("%s is not valid UTF-8 at byte %d of the cell (0x%02X)", name, invalid+1, text[invalid])
	default:
		f.code, f.hint = "invalid-text", "the file is damaged, or its encoding is another: set csv: {encoding: NAME}"
		f.problem = fmt.Sprintf("%s is not valid %s at character %d of the cell: %s",
			name, p.charset.name, utf8.RuneCountInString(text[:invalid])+1, lostText(text[invalid:]))
	}
	return f
}

// invalidAt is the offset of the first byte that is not UTF-8, -1 where there is none. Unlike utf8.Valid it looks at eight bytes at
// a time behind the first character that is not ASCII, too.
func invalidAt(text []byte) int {
	const beyondASCII = 0x8080808080808080
	for i := 0; i < len(text); {
		if i+8 <= len(text) && binary.LittleEndian.Uint64(text[i:])&beyondASCII == 0 {
			i += 8
			continue
		}
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func (p *pass) ragged() *fault {
	cells, line := len(p.text.cells), p.text.line
	f := &fault{pass: p, line: line, start: line, local: true, code: "ragged-row"}
	f.problem = fmt.Sprintf("the row has %d cells, the header has %d", cells, len(p.columns))
	if p.source.opts.NoHeader {
		f.problem = fmt.Sprintf("the row has %d cells, the first one has %d", cells, len(p.columns))
	}
	f.hint = fmt.Sprintf("a cell that contains %q must stand in quotes", p.text.delimiter)
	if cells < len(p.columns) {
		f.hint = "a cell that contains a line break must stand in quotes; a missing cell must leave its delimiter"
	}
	if !p.text.breaks {
		return f
	}
	breaks := bytes.Count(p.text.raw(), []byte{p.text.lineEnd})
	f.problem += fmt.Sprintf(" (lines %d to %d)", line, line+int64(breaks))
	f.hint = "a quote that is not closed may have swallowed rows: look at each line; else " + f.hint
	return f
}
