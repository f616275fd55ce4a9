package parquetfile

import (
	"context"
	"errors"
	"iter"

	"attio-etl/tabular"
)

// Rows implements tabular.Source. Each range opens the file anew and is refused when its footer is not the one that Open read. A row's
// Line is its number. No *tabular.RowError comes from a Parquet file: what is wrong with one value is a Broken cell.
func (s *Source) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		p, err := s.start()
		if err != nil {
			yield(tabular.Row{}, err)
			return
		}
		defer p.close()
		for {
			if err := ctx.Err(); err != nil {
				yield(tabular.Row{}, err)
				return
			}
			row, err := p.next()
			if errors.Is(err, errEnd) {
				return
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
