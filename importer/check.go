package importer

import (
	"context"
	"fmt"

	"attio-etl/internal/diag"
)

// Checked is what pass 1 found out about a source.
type Checked struct {
	Rows     int64 // data rows
	Rejected int64 // of these, rows that will not be written
	keys     *keyIndex
}

// Check is pass 1: it reads, converts and checks every row without writing anything. report, if not nil, is given the findings of
// each rejected row; those of rows that share a key come last, as sharing is only known at the end. The error is one of the source
// as a whole.
func (im *Import) Check(ctx context.Context, report func(diag.List)) (*Checked, error) {
	c := &Checked{keys: newKeyIndex()}
	for row, err := range im.Source.Rows(ctx) {
		v, err := im.judge(row, err)
		if err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
		c.Rows++
		// A row that is rejected for another reason still holds its key: once corrected it would meet the same record.
		if err := c.keys.add(v.row.Ordinal, v.item.Key); err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
		if v.rejected() {
			c.Rejected++
			if report != nil {
				report(v.findings)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	if c.keys.rows() > 0 {
		return c, im.checkShared(ctx, c, report)
	}
	return c, nil
}

// checkShared reads the source again for the rows that share a key. Most files have none, and then it is not needed.
func (im *Import) checkShared(ctx context.Context, c *Checked, report func(diag.List)) error {
	for row, err := range im.Source.Rows(ctx) {
		v, err := im.judge(row, err)
		if err != nil {
			return fmt.Errorf("check: %w", err)
		}
		before := len(v.findings)
		im.judgeShared(&v, c.keys)
		if len(v.findings) == before {
			continue
		}
		if before == 0 {
			c.Rejected++
		}
		if report != nil {
			report(v.findings[before:])
		}
	}
	return ctx.Err()
}
