package csvfile

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"attio-etl/tabular"
)

// Rows implements tabular.Source. Each range opens the file anew and is refused when its header is not the one that Open read.
func (s *Source) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		p, err := s.start()
		if err != nil {
			yield(tabular.Row{}, err)
			return
		}
		defer func() { _ = p.close() }() // a file that was only read has nothing to lose
		if !slices.Equal(p.columns, s.columns) {
			yield(tabular.Row{}, p.fileError(p.text.line, "source-changed", "the header is not the one that was read before", "start again: the file was replaced"))
			return
		}
		for more := true; more; {
			more = p.step(ctx, yield)
		}
	}
}

// step yields one row or error and reports whether to go on.
func (p *pass) step(ctx context.Context, yield func(tabular.Row, error) bool) bool {
	if err := ctx.Err(); err != nil {
		yield(tabular.Row{}, err)
		return false
	}
	row, err := p.next()
	if err == nil {
		return yield(row, nil)
	}
	if errors.Is(err, io.EOF) {
		return false
	}
	_, rowOnly := errors.AsType[*tabular.RowError](err)
	return yield(row, err) && rowOnly
}

// next is the next row of data, numbered. Its errors are those of read.
func (p *pass) next() (tabular.Row, error) {
	row, err := p.beforeFooter()
	if err == nil {
		p.ordinal++
		row.Ordinal = p.ordinal
	} else if re, ok := errors.AsType[*tabular.RowError](err); ok {
		p.ordinal++
		re.Row.Ordinal = p.ordinal
	}
	return row, err
}
