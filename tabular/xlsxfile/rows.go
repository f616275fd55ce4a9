package xlsxfile

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"attio-etl/tabular"
)

// Rows implements tabular.Source. Each range reads the sheets anew, and what is not what Open read is refused: the checksum at the
// latest tells, as it is still the one of then.
func (s *Source) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		r := &reading{source: s, budget: s.book.archive.budget(ctx), cells: make([]tabular.Cell, len(s.columns))}
		for _, t := range s.tables {
			if len(s.tables) > 1 {
				r.file = s.from.Name + "#" + t.name
			}
			if more, err := r.table(ctx, t, yield); err != nil {
				yield(tabular.Row{}, err)
				return
			} else if !more {
				return
			}
		}
	}
}

// reading is one range over the rows.
type reading struct {
	source  *Source
	budget  *budget
	file    string
	ordinal int64
	cells   []tabular.Cell
}

// table yields the rows of a sheet and reports whether to go on.
func (r *reading) table(ctx context.Context, t table, yield func(tabular.Row, error) bool) (bool, error) {
	p, err := r.source.start(t.sheet, r.budget)
	if err != nil {
		return false, err
	}
	defer p.close()
	for seen := 0; ; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		more, err := p.next()
		switch {
		case err != nil:
			return false, err
		case p.row == t.headerRow && !slices.Equal(p.names(), t.header):
			return false, r.source.changed(t)
		case !more:
			return true, nil
		case p.row < r.source.opts.HeaderRow, p.row <= t.headerRow:
			continue
		}
		if seen++; seen > t.rows {
			return false, r.source.changed(t)
		}
		if seen <= t.rows-r.source.opts.FooterRows && !yield(r.row(p)) {
			return false, nil
		}
	}
}

func (s *Source) changed(t table) error {
	return s.from.Fault("source-changed", fmt.Sprintf("the sheet %q is not what it was when it was read before", t.name), "start again: the file was written to meanwhile")
}

// row is the row of the sheet as one of the source. A sheet's rows end anywhere, so cells that it lacks are missing ones.
func (r *reading) row(p *pass) (tabular.Row, error) {
	r.ordinal++
	row := tabular.Row{Ordinal: r.ordinal, File: r.file, Line: int64(p.row), Cells: r.cells}
	if last := lastValue(p.cells); last >= len(r.cells) {
		row.Cells = p.cells[:last+1]
		return tabular.Row{}, &tabular.RowError{
			Row: row, Code: "cell-beyond-header",
			Problem: fmt.Sprintf("the cell %s%d stands to the right of the header, which ends at column %s", columnName(last+1), p.row, columnName(len(r.cells))),
			Hint:    "give the column a header, or clear the cell",
		}
	}
	n := copy(r.cells, p.cells)
	clear(r.cells[n:])
	return row, nil
}
