package exporter

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"

	"attio-etl/tabular"
)

// Scratch keeps blocks of bytes for as long as the process runs.
type Scratch interface {
	// Append adds a block and returns its number.
	Append(block []byte) (int, error)
	// Block is the block of a number. It is the caller's.
	Block(i int) ([]byte, error)
}

// Rows are put into order in parts of so many bytes; the parts are merged while the rows are handed on, a block of each in memory.
// 64 parts, which are two gigabytes of rows, take eight megabytes then.
const (
	sortedAtOnce = 32 << 20
	sortedBlock  = 128 << 10
	rawRowSize   = 72 // of a rawRow itself
)

// sorted is the rows of a spool in order: all of them in memory, or parts in blocks of the scratch.
type sorted struct {
	all     []rawRow
	parts   []part
	scratch Scratch
	count   int64
}

// part is blocks of the scratch, from one to before another, whose rows are in order.
type part struct{ from, to int }

func compareRows(a, b rawRow) int {
	return cmp.Or(bytes.Compare(a.key, b.key), bytes.Compare(a.id, b.id))
}

// order puts the rows of the spool into order.
func (e *Export) order(ctx context.Context, frames *frames) (*sorted, error) {
	s := &sorted{scratch: e.Scratch}
	most, size := cmp.Or(e.atOnce, sortedAtOnce), 0
	flush := func() error {
		slices.SortFunc(s.all, compareRows)
		err := s.write(frames)
		s.all, size = s.all[:0], 0
		clear(s.all[:cap(s.all)]) // they hold the frames in memory
		return err
	}
	err := e.frames(ctx, frames, func(rows []byte) error {
		rows = bytes.Clone(rows) // they are only valid until the next frame
		err := eachRaw(rows, func(row rawRow) error {
			s.all = append(s.all, row)
			s.count++
			size += rawRowSize
			return nil
		})
		if size += len(rows); err == nil && size >= most {
			err = flush()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(s.parts) == 0 {
		slices.SortFunc(s.all, compareRows)
		return s, nil
	}
	if len(s.all) > 0 {
		err = flush()
	}
	s.all = nil
	return s, err
}

// write puts the rows in memory, which are in order, into the blocks of one more part.
func (s *sorted) write(frames *frames) error {
	var block []byte
	var blocks part
	for i, row := range s.all {
		block = row.appendTo(block)
		if len(block) < sortedBlock && i < len(s.all)-1 {
			continue
		}
		number, err := s.scratch.Append(frames.pack.EncodeAll(block, nil))
		if err != nil {
			return err
		}
		if blocks.to == 0 {
			blocks.from = number
		}
		blocks.to = number + 1
		block = block[:0]
	}
	s.parts = append(s.parts, blocks)
	return nil
}

// rows hands on all rows in order.
func (s *sorted) rows(ctx context.Context, frames *frames, take func(Row) error) error {
	var cells []tabular.Cell
	count := int64(0)
	emit := func(raw rawRow) (err error) {
		if cells, err = raw.read(cells[:0]); err != nil {
			return err
		}
		count++
		return take(Row{ID: string(raw.id), Key: raw.key, Cells: cells})
	}
	for _, row := range s.all {
		if err := emit(row); err != nil {
			return err
		}
	}
	if err := s.merge(ctx, frames, emit); err != nil {
		return err
	}
	if count != s.count {
		return fmt.Errorf("%w: %d rows of %d came back in order", errDamagedFrame, count, s.count)
	}
	return nil
}

// merge hands on the rows of all parts in order.
func (s *sorted) merge(ctx context.Context, frames *frames, emit func(rawRow) error) error {
	var h cursors
	for _, p := range s.parts {
		c := &cursor{part: p}
		if more, err := c.next(s.scratch, frames); err != nil {
			return err
		} else if more {
			h = append(h, c)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := emit(h[0].row); err != nil {
			return err
		}
		more, err := h[0].next(s.scratch, frames)
		switch {
		case err != nil:
			return err
		case more:
			heap.Fix(&h, 0)
		default:
			heap.Pop(&h)
		}
	}
	return nil
}

// cursor is how far a part has been read.
type cursor struct {
	part
	row  rawRow
	rest []byte // of the block
}

// next moves on to the next row; false where there is none.
func (c *cursor) next(scratch Scratch, frames *frames) (bool, error) {
	if len(c.rest) == 0 {
		if c.from == c.to {
			return false, nil
		}
		packed, err := scratch.Block(c.from)
		if err != nil {
			return false, err
		}
		if c.rest, err = frames.unpack.DecodeAll(packed, nil); err != nil {
			return false, fmt.Errorf("%w: %w", errDamagedFrame, err)
		}
		c.from++
	}
	var ok bool
	c.row, c.rest, ok = cutRow(c.rest)
	if !ok {
		return false, errDamagedFrame
	}
	return true, nil
}

// cursors are a heap of parts by the row at which each stands.
type cursors []*cursor

// Len implements heap.Interface.
func (c cursors) Len() int { return len(c) }

// Less implements heap.Interface.
func (c cursors) Less(i, j int) bool { return compareRows(c[i].row, c[j].row) < 0 }

// Swap implements heap.Interface.
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }

// Push implements heap.Interface.
func (c *cursors) Push(x any) {
	if one, ok := x.(*cursor); ok {
		*c = append(*c, one)
	}
}

// Pop implements heap.Interface.
func (c *cursors) Pop() any {
	last := len(*c) - 1
	one := (*c)[last]
	*c = (*c)[:last]
	return one
}
