package exporter

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/mapping"
)

// Spool keeps frames in their order. A frame is durable once Append has returned.
type Spool interface {
	Append(frame []byte) error
	// Frames yields the frames from the first one on. A frame is only valid until the next.
	Frames() iter.Seq2[[]byte, error]
}

// Export is one export: it reads a list into its spool, and what is there as rows. What the spool holds already is not read again: an
// export that was killed goes on after its last frame.
type Export struct {
	Lister Lister
	Finder Finder
	Flat   *mapping.Flat
	Spool  Spool
	// Scratch takes rows while they are put into order, those that memory has no room for. It is needed where Flat.Sorted.
	Scratch Scratch
	Size    int // items a page
	Ahead   int // pages in flight
	// Undated says that creation times do not tell the order of the list: it is the server's own, as a note can be back-dated.
	Undated bool
	// Expand is what an item stands for, in its order: of a record the comments on it. Nil: the items themselves are exported.
	Expand func(ctx context.Context, item *crm.Record) ([]crm.Record, error)
	Behold func(Reached) // is told of every frame, the last one of an earlier session included; may be nil

	sorted *sorted // once Rows has put the rows into order
	atOnce int     // bytes of rows that are put into order at once; 0: sortedAtOnce
}

// Read reads the list to its end. After an error, and after a crash, it can be called again with the same spool. An error that is a
// diag.List says which values cannot be written as the job wants them.
func (e *Export) Read(ctx context.Context) (Reached, error) {
	frames, err := newFrames()
	if err != nil {
		return Reached{}, err
	}
	defer frames.close()
	p := &pager{lister: e.Lister, size: e.Size, ahead: e.Ahead, undated: e.Undated, seen: ids{}}
	reached, err := e.earlier(frames, p)
	if err != nil || reached.Ended {
		return reached, err
	}
	before := reached.Pages
	group, ctx := errgroup.WithContext(ctx)
	// As many batches are being flattened as there are processors: the reader waits rather than gather more.
	queue := make(chan chan flattened, runtime.GOMAXPROCS(0))
	group.Go(func() error {
		defer close(queue)
		return e.produce(ctx, group, p, reached.Next, queue)
	})
	group.Go(func() error {
		for one := range queue {
			b := <-one
			if len(b.findings) > 0 {
				return b.findings
			}
			pages := b.pages
			reached = reached.after(b)
			reached.Pages = Pages{
				Requests: before.Requests + pages.Requests, Repeated: before.Repeated + pages.Repeated, Bridges: before.Bridges + pages.Bridges,
			}
			frame, err := frames.frame(reached, b.rows)
			if err != nil {
				return err
			}
			if err := e.Spool.Append(frame); err != nil {
				return err
			}
			e.behold(reached)
		}
		return nil
	})
	err = group.Wait()
	if err == nil && !reached.Ended {
		err = errors.New("the list has no end")
	}
	return reached, err
}

// produce reads batches and puts them into the queue while they are still being flattened.
func (e *Export) produce(ctx context.Context, group *errgroup.Group, p *pager, at Position, queue chan<- chan flattened) error {
	others := &related{finder: e.Finder, trim: e.Flat.Trim}
	return p.read(ctx, at, func(b Batch) error {
		held, err := e.expand(ctx, &b)
		if err != nil {
			return err
		}
		known, err := others.of(ctx, func(known func(string, string) (*crm.Record, bool)) map[string][]string {
			return e.Flat.Missing(b.Items, known)
		})
		if err != nil {
			return err
		}
		pages := p.pages
		pages.Requests = p.requests.Load()
		one := make(chan flattened, 1)
		group.Go(func() error {
			flat := e.flatten(b, known, pages)
			flat.held = held
			one <- flat
			return nil
		})
		select {
		case queue <- one:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// expand puts what the items of a batch stand for into their place, and returns the ids of the items then.
func (e *Export) expand(ctx context.Context, b *Batch) (held []string, err error) {
	if e.Expand == nil {
		return nil, nil
	}
	found := make([][]crm.Record, len(b.Items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(e.Ahead)
	for i := range b.Items {
		held = append(held, b.Items[i].ID)
		group.Go(func() (err error) {
			found[i], err = e.Expand(ctx, &b.Items[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	b.Items = slices.Concat(found...)
	return held, nil
}

// flattened is a batch as it goes into a frame.
type flattened struct {
	held     []string
	next     Position
	last     bool
	count    int64
	rows     []byte
	unread   map[string]int64
	pages    Pages
	findings diag.List
}

func (e *Export) flatten(b Batch, known mapping.Related, pages Pages) flattened {
	f := flattened{next: b.Next, last: b.Last, count: int64(len(b.Items)), pages: pages, unread: map[string]int64{}}
	for i := range b.Items {
		item := &b.Items[i]
		cells, findings := e.Flat.Row(item, known)
		f.findings = append(f.findings, findings...)
		f.rows = appendRow(f.rows, Row{ID: item.ID, Key: e.Flat.SortKey(item, known), Cells: cells})
		for _, slug := range item.Unread {
			f.unread[slug]++
		}
	}
	return f
}

// after is how far the export is with one more batch.
func (r Reached) after(b flattened) Reached {
	unread := maps.Clone(r.Unread)
	for slug, n := range b.unread {
		if unread == nil {
			unread = map[string]int64{}
		}
		unread[slug] += n
	}
	return Reached{Next: b.next, Ended: b.last, Rows: r.Rows + b.count, Unread: unread, Held: b.held}
}

// earlier enters what the spool holds already.
func (e *Export) earlier(frames *frames, p *pager) (Reached, error) {
	var reached Reached
	for frame, err := range e.Spool.Frames() {
		if err != nil {
			return reached, err
		}
		head, rows, err := frames.open(frame)
		if err != nil {
			return reached, err
		}
		for _, id := range head.Held {
			p.saw(id)
		}
		if e.Expand == nil {
			err = eachRaw(rows, func(row rawRow) error { p.saw(string(row.id)); return nil })
		}
		if err != nil {
			return reached, err
		}
		reached = head
	}
	if reached.Rows > 0 {
		e.behold(reached)
	}
	return reached, nil
}

func (e *Export) behold(r Reached) {
	if e.Behold != nil {
		e.Behold(r)
	}
}

// Rows hands on the rows of the spool: in the order of their keys, and of their ids where those are the same, or without keys as they were
// read. It is for an export that has been read to its end. Key and cells of a row are only valid until the next.
func (e *Export) Rows(ctx context.Context, take func(Row) error) error {
	frames, err := newFrames()
	if err != nil {
		return err
	}
	defer frames.close()
	if !e.Flat.Sorted() {
		return e.frames(ctx, frames, func(rows []byte) error { return each(rows, take) })
	}
	if e.sorted == nil {
		if e.sorted, err = e.order(ctx, frames); err != nil {
			return err
		}
	}
	return e.sorted.rows(ctx, frames, take)
}

// frames hands on the rows of the frames of the spool, in bytes.
func (e *Export) frames(ctx context.Context, frames *frames, take func(rows []byte) error) error {
	ended := false
	for frame, err := range e.Spool.Frames() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		head, rows, err := frames.open(frame)
		if err != nil {
			return err
		}
		if err := take(rows); err != nil {
			return err
		}
		ended = head.Ended
	}
	if !ended {
		return fmt.Errorf("%w: its end is missing", errDamagedFrame)
	}
	return nil
}
