package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"

	"attio-etl/internal/storage"
)

// broken explains a record that the parser could not finish.
func (p *pass) broken(record []string, err error) *fault {
	if p.guard.err != nil && !errors.Is(p.guard.err, errRecordTooLong) {
		return &fault{pass: p, code: "unreadable-file", problem: "reading failed: " + storage.Cause(p.guard.err), err: p.guard.err}
	}
	raw, rawErr := p.raw()
	if rawErr != nil {
		return &fault{pass: p, code: "unreadable-file", problem: rawErr.Error(), err: rawErr}
	}
	parse, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return p.tooLong(record, raw)
	}
	f := &fault{pass: p, start: p.lines + int64(parse.StartLine), err: parse.Err}
	at := offsetOf(raw, parse)
	before := scanQuotes(raw[:at], p.csv.Comma)
	switch {
	case before.bareCR >= 0:
		p.bareCR(f, raw, before.bareCR)
	case at == len(raw) || raw[at] != '"':
		p.unclosed(f, raw, before.opened)
	case p.guard.err != nil:
		return p.tooLong(record, raw)
	default:
		p.strayQuote(f, raw, at, before)
	}
	return f
}

// offsetOf is the offset in raw of a parser's position, len(raw) where that is behind the end.
func offsetOf(raw []byte, e *csv.ParseError) int {
	offset := 0
	for range e.Line - e.StartLine {
		offset += bytes.IndexByte(raw[offset:], '\n') + 1
	}
	return min(offset+e.Column-1, len(raw))
}

func (p *pass) tooLong(record []string, raw []byte) *fault {
	f := &fault{pass: p, err: p.guard.err}
	if len(record) > 0 {
		f.start = p.line()
	}
	if q := scanQuotes(raw, p.csv.Comma); q.bareCR >= 0 {
		p.bareCR(f, raw, q.bareCR)
		return f
	}
	e := p.inputError(f.start)
	f.line, f.code, f.problem, f.hint = e.Line, e.Code, e.Problem, e.Hint
	return f
}

func (p *pass) bareCR(f *fault, raw []byte, at int) {
	line, column := place(raw, at)
	f.line, f.code, f.hint = f.start+line, "bare-cr", bareCRHint
	f.problem = fmt.Sprintf("character %d is a carriage return without a line feed: where the row ends is uncertain", column)
}

func (p *pass) unclosed(f *fault, raw []byte, opened int) {
	line, column := place(raw, opened)
	where := "before the end of the file"
	if p.guard.err != nil {
		where = fmt.Sprintf("within %d bytes", p.source.opts.MaxRecord)
	}
	f.line, f.code, f.hint = f.start+line, "unclosed-quote", unclosedHint
	f.problem = fmt.Sprintf("the quote at character %d is not closed %s", column, where)
}

// strayQuote judges a quote that CSV does not allow where it stands. The parser goes on with the next line; that is right only if
// the record ends there in every reading of its quotes: it is one line, each quote has a partner, and no cell is left open.
func (p *pass) strayQuote(f *fault, raw []byte, at int, before quoting) {
	line, column := place(raw, at)
	f.line, f.code, f.hint = f.start+line, "stray-quote", quoteHint
	f.problem = fmt.Sprintf("there is a stray quote at character %d of line %d", column, f.line)
	if before.open {
		if openLine, openColumn := place(raw, before.opened); openLine != line {
			f.line, f.code, f.hint = f.start+openLine, "unclosed-quote", unclosedHint
			f.problem = fmt.Sprintf("the quote at character %d is not closed before the one at character %d of line %d, which does not end a cell",
				openColumn, column, f.start+line)
			return
		}
	}
	all := scanQuotes(raw, p.csv.Comma)
	f.local = line == 0 && all.doubled && !all.open
	if !f.local {
		f.problem += ", so where the row ends is uncertain"
	}
}
