package csvfile

import (
	"bytes"
	"errors"
	"fmt"
)

// broken explains a record that the tokenizer could not cut into cells.
func (p *pass) broken(err error) *fault {
	f := &fault{pass: p, start: p.text.line, err: err}
	long := errors.Is(err, errRecordTooLong)
	switch {
	case errors.Is(err, errTooManyCells):
		return f.as(p.inputError(f.start, err))
	case !long && !errors.Is(err, errStrayQuote) && !errors.Is(err, errUnclosedQuote):
		return f.as(p.inputError(0, err))
	}
	raw := p.text.raw()
	before := raw
	if !long {
		before = raw[:p.text.at]
	}
	q := p.text.scanQuotes(before)
	switch {
	case q.lineEnd >= 0:
		p.otherLineEnd(f, raw, q.lineEnd)
	case errors.Is(err, errStrayQuote) && bytes.HasPrefix(raw[p.text.at+1:], []byte{p.text.other()}):
		p.otherLineEnd(f, raw, p.text.at+1)
	case errors.Is(err, errStrayQuote):
		p.strayQuote(f, raw, p.text.at, q)
	case errors.Is(err, errUnclosedQuote):
		p.unclosed(f, raw, p.text.at, "before the end of the file")
	case q.open:
		p.unclosed(f, raw, q.opened, fmt.Sprintf("within %d bytes", p.source.opts.MaxRecord))
	default:
		return f.as(p.inputError(f.start, err))
	}
	return f
}

func (p *pass) otherLineEnd(f *fault, raw []byte, at int) {
	line, column := p.text.place(raw, at)
	f.line, f.code, f.hint = f.start+line, "bare-cr", bareCRHint
	f.problem = fmt.Sprintf("character %d is a carriage return without a line feed: where the row ends is uncertain", column)
	if p.text.lineEnd == '\r' {
		f.code, f.hint = "bare-lf", bareLFHint
		f.problem = fmt.Sprintf("character %d is a line feed, and lines end in a carriage return before it: where the row ends is uncertain", column)
	}
}

func (p *pass) unclosed(f *fault, raw []byte, opened int, where string) {
	line, column := p.text.place(raw, opened)
	f.line, f.code, f.hint = f.start+line, "unclosed-quote", unclosedHint
	f.problem = fmt.Sprintf("the quote at character %d is not closed %s", column, where)
}

// strayQuote judges a quote that CSV does not allow where it stands. The tokenizer goes on with the next line; that is right only if
// the record ends there in every reading of its quotes: it is one line, each quote has a partner, and no cell is left open.
func (p *pass) strayQuote(f *fault, raw []byte, at int, before quoting) {
	line, column := p.text.place(raw, at)
	f.line, f.code, f.hint = f.start+line, "stray-quote", quoteHint
	f.problem = fmt.Sprintf("there is a stray quote at character %d of line %d", column, f.line)
	if before.open {
		if openLine, openColumn := p.text.place(raw, before.opened); openLine != line {
			f.line, f.code, f.hint = f.start+openLine, "unclosed-quote", unclosedHint
			f.problem = fmt.Sprintf("the quote at character %d is not closed before the one at character %d of line %d, which does not end a cell",
				openColumn, column, f.start+line)
			return
		}
	}
	all := p.text.scanQuotes(raw)
	f.local = line == 0 && all.doubled && !all.open
	if !f.local {
		f.problem += ", so where the row ends is uncertain"
	}
}
