package csvfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"attio-etl/tabular"
)

// bufferSize is how much of the file is read at a time, and how much of it the choice of the delimiter looks at.
const bufferSize = 64 << 10

// pass is one reading of the file from its start.
type pass struct {
	source   *Source
	file     file
	guard    *guard
	csv      *csv.Reader
	base     int64 // offset in the file at which csv starts: behind the byte order mark and the lines before the header
	lines    int64 // lines before base
	before   int64 // offset, counted from base, at which the current record starts, blank lines before it included
	ordinal  int64
	columns  []string
	evidence string
	cells    []tabular.Cell
}

// start opens the file and reads it up to the end of its header.
func (s *Source) start() (*pass, error) {
	f, err := s.open()
	if err != nil {
		return nil, err
	}
	p := &pass{source: s, file: f, guard: &guard{r: f, limit: s.opts.MaxRecord}}
	if err := p.readHead(); err != nil {
		_ = p.close() // the error at hand says more
		return nil, err
	}
	return p, nil
}

func (p *pass) close() error { return p.file.Close() }

func (p *pass) readHead() error {
	text := bufio.NewReaderSize(p.guard, bufferSize)
	if err := p.skipMark(text); err != nil {
		return err
	}
	if err := p.skipPreamble(text); err != nil {
		return err
	}
	p.csv = csv.NewReader(text) // uses text itself, as it is a bufio.Reader
	p.csv.ReuseRecord = true
	p.csv.FieldsPerRecord = -1
	if err := p.chooseDelimiter(text); err != nil {
		return err
	}
	return p.readHeader()
}

// skipMark skips the byte order mark of UTF-8 and refuses what is no UTF-8 text at first sight.
func (p *pass) skipMark(text *bufio.Reader) error {
	head, _ := text.Peek(4) // a short file and a read error show again below
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		p.base = 3
		_, err := text.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return p.fileError(1, "utf-16", "the file is UTF-16: byte 1 starts its byte order mark", convertHint)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return p.fileError(1, "not-text", "the file is a ZIP archive, as XLSX files are, not CSV", "save the sheet as CSV UTF-8")
	}
	return nil
}

// skipPreamble skips the lines before the header.
func (p *pass) skipPreamble(text *bufio.Reader) error {
	for p.lines < int64(p.source.opts.HeaderRow)-1 {
		line, err := text.ReadSlice('\n')
		p.base += int64(len(line))
		switch {
		case err == nil:
			p.lines++
			p.guard.mark = p.base
		case errors.Is(err, bufio.ErrBufferFull):
		case p.guard.err != nil:
			return p.inputError(p.lines + 1)
		default:
			return p.noHeader()
		}
	}
	return nil
}

func (p *pass) readHeader() error {
	record, err := p.csv.Read()
	switch {
	case p.guard.err == nil && errors.Is(err, io.EOF):
		return p.noHeader()
	case p.guard.err != nil || err != nil:
		return p.broken(record, err).final()
	}
	p.guard.mark = p.base + p.csv.InputOffset()
	if f := p.inspect(record); f != nil {
		return f.final()
	}
	if allBlank(record) {
		return p.fileError(p.line(), "no-header", "the header row holds no name", "set header_row to the line of the header")
	}
	p.columns = tabular.ColumnNames(record)
	p.cells = make([]tabular.Cell, len(record))
	return nil
}

func (p *pass) noHeader() error {
	if p.source.opts.HeaderRow == 1 && p.guard.read == p.base {
		return p.fileError(0, "empty-file", "the file is empty", "")
	}
	problem := fmt.Sprintf("there is no header on line %d or after it", p.source.opts.HeaderRow)
	return p.fileError(0, "no-header", problem, "set header_row to the line of the header")
}

// next is the next row. io.EOF is the proven end, a *tabular.RowError rejects the row, any other error is final.
func (p *pass) next() (tabular.Row, error) {
	p.before = p.csv.InputOffset()
	record, err := p.csv.Read()
	if p.guard.err == nil && errors.Is(err, io.EOF) {
		return tabular.Row{}, io.EOF
	}
	p.ordinal++
	if p.guard.err != nil || err != nil {
		return tabular.Row{}, p.broken(record, err).verdict(record)
	}
	p.guard.mark = p.base + p.csv.InputOffset()
	if f := p.inspect(record); f != nil {
		return tabular.Row{}, f.verdict(record)
	}
	for i, text := range record {
		p.cells[i] = tabular.StringCell(text)
	}
	return tabular.Row{Ordinal: p.ordinal, Line: p.line(), Cells: p.cells}, nil
}

// line is the physical line on which the current record starts.
func (p *pass) line() int64 {
	line, _ := p.csv.FieldPos(0)
	return p.lines + int64(line)
}

// unterminated reports whether the current record is the file's last and has no line end.
func (p *pass) unterminated() bool {
	return p.guard.ended && p.guard.last != '\n' && p.base+p.csv.InputOffset() == p.guard.read
}

// raw reads the bytes of the current record again, as the parser does not keep them. Empty lines before it are left out.
func (p *pass) raw() ([]byte, error) {
	raw := make([]byte, p.csv.InputOffset()-p.before)
	if _, err := p.file.ReadAt(raw, p.base+p.before); err != nil {
		return nil, fmt.Errorf("read %s again: %w", p.source.Name(), err)
	}
	for {
		if rest, ok := bytes.CutPrefix(raw, []byte("\n")); ok {
			raw = rest
		} else if rest, ok := bytes.CutPrefix(raw, []byte("\r\n")); ok {
			raw = rest
		} else {
			return raw, nil
		}
	}
}

func allBlank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
