package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"attio-etl/internal/diag"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// A chunk ends at so many rows, or with the row that brings its text over so many bytes: enough for handing it on to cost nothing,
// and little enough for all chunks to fit into a few megabytes whatever the rows are like.
const (
	chunkRows  = 128
	chunkBytes = 256 << 10
)

// chunk is consecutive rows of the source, which one goroutine converts at a time.
type chunk struct {
	rows     []readRow
	cells    []tabular.Cell // of all rows
	bytes    int
	verdicts []verdict
	buffer   mapping.Buffer
	last     error         // what ended the reading behind these rows
	judged   chan struct{} // holds one: whoever judges never waits for whoever takes the verdicts
}

// readRow is what the source gave: a row, or why it could not be read.
type readRow struct {
	row tabular.Row
	bad *tabular.RowError
}

// add copies what the source gives; full is whether the chunk has to be handed on.
func (c *chunk) add(row tabular.Row, err error) (full bool) {
	read := readRow{row: row}
	var bad *tabular.RowError
	switch {
	case errors.As(err, &bad):
		copied := *bad
		copied.Row.Cells = slices.Clone(bad.Row.Cells)
		read.bad = &copied
		c.bytes += weight(bad.Row.Cells)
	case err != nil:
		c.last = err
		return true
	default:
		from := len(c.cells)
		c.cells = append(c.cells, row.Cells...)
		read.row.Cells = c.cells[from:len(c.cells):len(c.cells)]
		c.bytes += weight(row.Cells)
	}
	c.rows = append(c.rows, read)
	return len(c.rows) == chunkRows || c.bytes >= chunkBytes
}

// weight is the bytes of the texts that cells hold.
func weight(cells []tabular.Cell) int {
	n := 0
	for i := range cells {
		switch cells[i].Kind() {
		case tabular.String, tabular.Bytes:
			n += len(cells[i].Text())
		case tabular.List:
			n += weight(cells[i].List())
		default:
		}
	}
	return n
}

// judge converts the rows.
func (c *chunk) judge(im *Import) {
	convert := func(row tabular.Row) (mapping.Item, diag.List) { return im.Plan.Check(row, &c.buffer) }
	for _, read := range c.rows {
		var err error
		if read.bad != nil {
			err = read.bad
		}
		v, _ := im.judge(read.row, err, convert) // what is final is no row of the chunk
		c.verdicts = append(c.verdicts, v)
	}
	c.judged <- struct{}{}
}

func (c *chunk) reset() {
	c.rows, c.cells, c.verdicts, c.bytes, c.last = c.rows[:0], c.cells[:0], c.verdicts[:0], 0, nil
	c.buffer.Reset()
}

// chunks carries rows from the one goroutine that reads them to those that convert them and to the one that takes the verdicts, in the
// order of the source.
type chunks struct {
	free  chan *chunk // has room for every chunk there is, so that giving one back never waits
	work  chan *chunk
	order chan *chunk // like free; what stands in it has been or is being judged
}

// newChunks has a chunk for each goroutine that converts, one that is read and one whose verdicts are taken.
func newChunks(workers int) *chunks {
	n := workers + 2
	cs := &chunks{free: make(chan *chunk, n), work: make(chan *chunk), order: make(chan *chunk, n)}
	for range n {
		cs.free <- &chunk{judged: make(chan struct{}, 1)}
	}
	return cs
}

// read fills chunks until the source or the context ends.
func (cs *chunks) read(ctx context.Context, source tabular.Source) {
	defer close(cs.order)
	defer close(cs.work)
	var c *chunk
	for row, err := range source.Rows(ctx) {
		if c == nil {
			select {
			case c = <-cs.free:
			case <-ctx.Done():
				return
			}
		}
		if !c.add(row, err) {
			continue
		}
		ended := c.last != nil // once it is handed on, the chunk belongs to others
		if !cs.hand(ctx, c) || ended {
			return
		}
		c = nil
	}
	if c != nil {
		cs.hand(ctx, c)
	}
}

func (cs *chunks) hand(ctx context.Context, c *chunk) bool {
	select {
	case cs.work <- c:
		cs.order <- c
		return true
	case <-ctx.Done():
		return false
	}
}

// eachRow reads the source through, giving each row that the job's filter takes, in order, with the verdict of the checks that need this
// row alone: what it holds is valid until do returns. leftOut counts the others. Rows are converted by as many goroutines as there are
// processors, while the source is read on and do runs in the caller's.
func (im *Import) eachRow(ctx context.Context, do func(*verdict) error, leftOut *int64) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	workers := runtime.GOMAXPROCS(0)
	cs := newChunks(workers)
	var g errgroup.Group
	g.Go(func() error {
		cs.read(reading, im.Source)
		return nil
	})
	for range workers {
		g.Go(func() error {
			for c := range cs.work {
				c.judge(im)
			}
			return nil
		})
	}
	err := cs.each(do, leftOut)
	stop()
	err = cmp.Or(err, g.Wait(), ctx.Err())
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	return nil
}

// each gives the verdicts of every chunk in order.
func (cs *chunks) each(do func(*verdict) error, leftOut *int64) error {
	for c := range cs.order {
		<-c.judged
		for i := range c.verdicts {
			v := &c.verdicts[i]
			if v.item.LeftOut {
				if leftOut != nil {
					*leftOut++
				}
				continue
			}
			if err := do(v); err != nil {
				return err
			}
		}
		if c.last != nil {
			return c.last
		}
		c.reset()
		cs.free <- c
	}
	return nil
}
