package csvfile

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"attio-etl/tabular"
)

// footer holds records back until as many others have been read as the footer has: only then are they known to be data. It is a
// ring, and each place in it keeps its cells for the next record.
type footer struct {
	ring []record
	read int // records read so far
}

type record struct {
	row tabular.Row
	err error // a *tabular.RowError, or nil
}

// beforeFooter is the next record that is not of the footer. Its errors are those of read.
func (p *pass) beforeFooter() (tabular.Row, error) {
	rows := p.source.opts.FooterRows
	if rows == 0 {
		return p.read()
	}
	for {
		row, err := p.read()
		if errors.Is(err, io.EOF) && p.held.read < rows {
			problem := fmt.Sprintf("only %d rows follow the header, and footer_rows is %d", p.held.read, rows)
			return tabular.Row{}, p.fileError(p.text.line, "no-footer", problem, "set footer_rows to the number of records that follow the data")
		}
		if _, rowOnly := errors.AsType[*tabular.RowError](err); err != nil && !rowOnly {
			return tabular.Row{}, err
		}
		if out, full := p.held.swap(record{row, err}, rows); full {
			return out.row, out.err
		}
	}
}

// swap takes a record in and gives the one that came so many before it, once there is one; that is valid until the next swap.
func (f *footer) swap(in record, rows int) (out record, full bool) {
	if len(f.ring) <= rows {
		in.row.Cells = slices.Clone(in.row.Cells)
		f.ring = append(f.ring, in)
	} else {
		place := &f.ring[f.read%len(f.ring)]
		in.row.Cells = append(place.row.Cells[:0], in.row.Cells...)
		*place = in
	}
	f.read++
	if f.read <= rows {
		return record{}, false
	}
	return f.ring[f.read%len(f.ring)], true
}
