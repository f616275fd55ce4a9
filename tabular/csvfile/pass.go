package csvfile

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"attio-etl/tabular"
)

// pass is one reading of the file from its start.
type pass struct {
	source   *Source
	file     io.ReadCloser
	charset  charset
	text     *tokenizer
	why      string // why this delimiter
	ordinal  int64
	columns  []string
	cells    []tabular.Cell
	held     footer
	original []byte // the first bytes of the file as they are, to suggest another encoding
}

// start opens the file and reads it up to the end of its header.
func (s *Source) start() (*pass, error) {
	f, err := s.open()
	if err != nil {
		return nil, err
	}
	p := &pass{source: s, file: f}
	if err := p.readHead(); err != nil {
		_ = p.close() // the error at hand says more
		return nil, err
	}
	return p, nil
}

func (p *pass) close() error { return p.file.Close() }

func (p *pass) readHead() error {
	r, err := p.decode(p.file)
	if err != nil {
		return err
	}
	p.text = newTokenizer(&input{r: r, limit: p.source.opts.MaxRecord}, dialect{})
	p.text.speak(dialect{quote: p.quote(), lineEnd: p.lineEnd()})
	if err := p.skipPreamble(); err != nil {
		return err
	}
	delimiter, err := p.chooseDelimiter()
	if err != nil {
		return err
	}
	p.text.speak(dialect{delimiter: delimiter, quote: p.text.quote, lineEnd: p.text.lineEnd})
	return p.readHeader()
}

func (p *pass) quote() byte {
	if p.source.opts.Quote == NoQuote {
		return 0
	}
	return byte(p.source.opts.Quote)
}

// evidence says what the file is read as, and why.
func (p *pass) evidence() string {
	text := p.why + "; " + p.charset.evidence
	if p.text.lineEnd == '\r' {
		text += "; lines end in a carriage return alone"
	}
	return text
}

// traits are the evidence one by one.
func (p *pass) traits() []tabular.Trait {
	quote, ends, header := "none", "line feed, a carriage return before it or not", fmt.Sprintf("line %d", p.text.line)
	if p.text.quote != 0 {
		quote = string(rune(p.text.quote))
	}
	if p.text.lineEnd == '\r' {
		ends = "carriage return alone"
	}
	if p.source.opts.NoHeader {
		header = "none"
	}
	return []tabular.Trait{
		{Name: "delimiter", Value: p.why},
		{Name: "quote", Value: quote},
		{Name: "encoding", Value: p.charset.evidence},
		{Name: "line ends", Value: ends},
		{Name: "header", Value: header},
	}
}

// skipPreamble skips the lines before the header.
func (p *pass) skipPreamble() error {
	for range p.source.opts.HeaderRow - 1 {
		switch err := p.text.skipLine(); {
		case errors.Is(err, io.EOF):
			return p.noHeader()
		case err != nil:
			return p.inputError(p.text.line, err)
		}
	}
	return nil
}

func (p *pass) readHeader() error {
	err := p.text.next()
	if errors.Is(err, io.EOF) {
		return p.noHeader()
	}
	if err != nil {
		return p.broken(err).final()
	}
	if p.source.opts.NoHeader {
		p.columns = tabular.ColumnNames(make([]string, len(p.text.cells)))
		p.text.again()
		return nil
	}
	if f := p.inspect(); f != nil {
		return f.final()
	}
	names := p.header()
	if strings.TrimSpace(strings.Join(names, "")) == "" {
		return p.fileError(p.text.line, "no-header", "the header row holds no name", "set header_row to the line of the header")
	}
	p.columns = tabular.ColumnNames(names)
	return nil
}

func (p *pass) header() []string {
	p.cells = p.readCells(p.cells)
	names := make([]string, len(p.cells))
	for i, c := range p.cells {
		names[i] = c.Text()
	}
	return names
}

func (p *pass) noHeader() error {
	what, row := "header", "header"
	if p.source.opts.NoHeader {
		what, row = "row", "first row"
	}
	if p.source.opts.HeaderRow == 1 && p.text.line == 1 {
		return p.fileError(0, "empty-file", "the file is empty", "")
	}
	problem := fmt.Sprintf("there is no %s on line %d or after it", what, p.source.opts.HeaderRow)
	return p.fileError(0, "no-header", problem, "set header_row to the line of the "+row)
}

// read is the next record. io.EOF is the proven end, a *tabular.RowError rejects the row, any other error is final. The ordinal
// is the caller's to give.
func (p *pass) read() (tabular.Row, error) {
	err := p.text.next()
	switch {
	case errors.Is(err, io.EOF):
		return tabular.Row{}, io.EOF
	case err != nil:
		return tabular.Row{}, p.broken(err).verdict()
	}
	if f := p.inspect(); f != nil {
		return tabular.Row{}, f.verdict()
	}
	p.cells = p.readCells(p.cells)
	return tabular.Row{Line: p.text.line, Cells: p.cells}, nil
}

// readCells puts the cells of the record in place of what cells held.
func (p *pass) readCells(cells []tabular.Cell) []tabular.Cell {
	cells = p.text.readCells(cells)
	if p.source.opts.StripGuard {
		for i := range cells {
			cells[i].SetString(stripGuard(cells[i].Text()))
		}
	}
	return cells
}
