package xlsxfile

import (
	"context"
	"errors"
	"slices"

	"attio-etl/tabular"
)

// table is what Open finds on a sheet.
type table struct {
	sheet
	blank     bool // there is nothing on the sheet
	header    []string
	headerRow int // of the sheet; 0 where there is none
	rows      int // that hold anything, behind the header, footer rows included
	width     int // columns of these rows, up to the last one that is not blank
}

// pass is one reading of a sheet.
type pass struct {
	*grid
	part    *part
	name    string // of the part
	archive *archive
}

func (s *Source) start(sheet sheet, b *budget) (*pass, error) {
	part, err := s.book.archive.open(sheet.part, b)
	if err != nil {
		return nil, err
	}
	g, err := newGrid(newScanner(part), s.book)
	if err != nil {
		_ = part.Close() // the error at hand says more
		return nil, s.book.archive.failed(sheet.part, err)
	}
	return &pass{g, part, sheet.part, s.book.archive}, nil
}

func (p *pass) close() { _ = p.part.Close() } // what was only read has nothing to lose

// next reads the next row that holds anything. It is false at the proven end.
func (p *pass) next() (bool, error) {
	for {
		more, err := p.grid.next()
		if err != nil {
			return false, p.fault(err)
		}
		if !more || p.present {
			return more, nil
		}
	}
}

// fault is an error of the sheet, with the row that it is in or behind.
func (p *pass) fault(err error) error {
	err = p.archive.failed(p.name, err)
	if fe, ok := errors.AsType[*tabular.FileError](err); ok {
		fe.Line = int64(p.row)
	}
	return err
}

// names is the row as the header: the plain text of its cells.
func (p *pass) names() []string {
	names := make([]string, lastValue(p.cells)+1)
	for i := range names {
		names[i] = p.cells[i].Text()
	}
	return tabular.ColumnNames(names)
}

// lastValue is the position of the last cell that is not blank, -1 where all are.
func lastValue(cells []tabular.Cell) int {
	for i, c := range slices.Backward(cells) {
		if !c.IsBlank() {
			return i
		}
	}
	return -1
}

// survey reads a sheet from end to end.
func (s *Source) survey(ctx context.Context, sheet sheet, b *budget) (table, error) {
	t := table{sheet: sheet, blank: true}
	p, err := s.start(sheet, b)
	if err != nil {
		return t, err
	}
	defer p.close()
	headed := s.opts.NoHeader
	for {
		if err := ctx.Err(); err != nil {
			return t, err
		}
		more, err := p.next()
		if err != nil || !more {
			return t, err
		}
		t.blank = false
		width := lastValue(p.cells) + 1
		switch {
		case p.row < s.opts.HeaderRow:
		case headed:
			t.rows++
			t.width = max(t.width, width)
		case width > 0:
			t.header, t.headerRow, headed = p.names(), p.row, true
		}
	}
}
