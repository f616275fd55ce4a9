package csvfile

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encoder writes rows of text.
type encoder struct {
	out       *bufio.Writer
	delimiter string
	special   string // characters for which a cell is quoted
	lineEnd   string
	quoteAll  bool
}

// newEncoder: cells are quoted for any delimiter that a reader may try, so that the choice of one never depends on what cells hold.
func newEncoder(w io.Writer, delimiter rune, lineEnd string, quoteAll bool) encoder {
	return encoder{
		out: bufio.NewWriter(w), delimiter: string(delimiter), special: ",;|\t\"\r\n" + string(delimiter),
		lineEnd: lineEnd, quoteAll: quoteAll,
	}
}

func (e *encoder) row(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			_, _ = e.out.WriteString(e.delimiter) // bufio keeps the first error, the last write returns it
		}
		if quote := e.quoteAll || (cell == "" && len(cells) == 1) || e.needsQuotes(cell); !quote {
			_, _ = e.out.WriteString(cell)
			continue
		}
		_ = e.out.WriteByte('"')
		_, _ = e.out.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		_ = e.out.WriteByte('"')
	}
	_, err := e.out.WriteString(e.lineEnd)
	return err
}

// needsQuotes: beyond what RFC 4180 asks for, anything that could pass for another delimiter when a reader looks for it, and what
// readers like to cut: blanks at either end and a byte order mark.
func (e *encoder) needsQuotes(cell string) bool {
	if strings.ContainsAny(cell, e.special) {
		return true
	}
	first, _ := utf8.DecodeRuneInString(cell)
	last, _ := utf8.DecodeLastRuneInString(cell)
	return unicode.IsSpace(first) || unicode.IsSpace(last) || first == '\uFEFF'
}
