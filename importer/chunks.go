package importer

import (
	"cmp"
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"attio-etl/tabular"
)

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
