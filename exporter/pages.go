package exporter

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"attio-etl/crm"
)

// Lister reads a list by position. The order is that in which the items were created: it never changes for items that are there, so that
// all that a change can do is to move items to other positions.
//
// What a record is here is anything with an id, whose values the schema of the export knows: a list entry too.
type Lister interface {
	// Page reads up to limit items from an offset on. Fewer than limit are the end of the list.
	Page(ctx context.Context, offset, limit int) ([]crm.Record, error)
}

// Position is how far a list has been read, for a run that goes on.
type Position struct {
	Offset int `json:"offset"` // items before it, as the server counted them when they were read
}

// Batch is some items in their order, none of which has been seen before, and where to go on after them.
type Batch struct {
	Items []crm.Record
	Next  Position
	Last  bool
}

// Pages counts how a list was read.
type Pages struct {
	Requests int64 `json:"requests"` // pages asked for, those of the bridges included
	Repeated int64 `json:"repeated"` // items that stood on more than one page
	Bridges  int64 `json:"bridges"`  // pages read again, because the list had moved under the reader
}

// ErrOrder says that a list did not come in the order in which its items were created. Nothing can be said about what is missing then.
var ErrOrder = errors.New("the server did not send the items in the order in which they were created, so it cannot be shown that none is missing")

// pager reads a list to its end.
//
// Every page begins with the last item of the page before. If its first item has been seen, everything between that item and the new ones
// has been seen as well, as the order of the items never changes: nothing is missing in between. If not, items before it were
// deleted and others have moved up past the reader. Then the page before is read once more, so far back that it ends where this page
// begins, and the one before that, until one begins with an item that has been seen: a bridge over the gap, over which the list is read
// anew up to where the page was. Items that have moved down stand on two pages and are told by their ids.
type pager struct {
	lister  Lister
	size    int  // items a page
	ahead   int  // pages in flight
	undated bool // creation times do not tell the order
	seen    ids
	pages   Pages

	requests atomic.Int64
}

// read gives batches to emit, in order, until the end of the list. at is where to begin; a position other than the start must be one of a
// batch of the same list, whose items have been entered with saw.
func (p *pager) read(ctx context.Context, at Position, emit func(Batch) error) error {
	first, err := p.page(ctx, p.overlapping(at.Offset))
	if err != nil {
		return err
	}
	done, err := p.take(ctx, first, emit)
	if done || err != nil {
		return err
	}
	return p.readAhead(ctx, first.offset+len(first.items), emit)
}

// saw enters the items of an earlier session.
func (p *pager) saw(id string) { p.seen.add(id) }

// overlapping is where a page begins that has the item before an offset.
func (p *pager) overlapping(offset int) int { return max(0, offset-1) }

// fetched is a page as it came.
type fetched struct {
	offset int
	limit  int
	items  []crm.Record
}

func (f fetched) short() bool { return len(f.items) < f.limit }

func (p *pager) page(ctx context.Context, offset int) (fetched, error) {
	p.requests.Add(1)
	items, err := p.lister.Page(ctx, offset, p.size)
	if err != nil {
		return fetched{}, fmt.Errorf("read from position %d on: %w", offset, err)
	}
	return fetched{offset: offset, limit: p.size, items: items}, nil
}

// readAhead reads from an offset on, several pages at a time, and takes them in order.
func (p *pager) readAhead(ctx context.Context, offset int, emit func(Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	type result struct {
		page fetched
		err  error
	}
	// A slot for each page in flight: its reader hands over a page that nobody takes any more once the end was found, and ends.
	order := make(chan chan result, p.ahead)
	group.Go(func() error {
		defer close(order)
		for at := p.overlapping(offset); ; at += p.size - 1 {
			one := make(chan result, 1)
			select {
			case order <- one:
			case <-ctx.Done():
				return nil
			}
			group.Go(func() error {
				page, err := p.page(ctx, at)
				one <- result{page, err}
				return nil
			})
		}
	})
	group.Go(func() error {
		defer cancel()
		for one := range order {
			r := <-one
			if r.err != nil {
				return r.err
			}
			done, err := p.take(ctx, r.page, emit)
			if done || err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return group.Wait()
}

// take hands on what a page adds, after the bridge to it where it needs one. done is the end of the list.
func (p *pager) take(ctx context.Context, page fetched, emit func(Batch) error) (done bool, err error) {
	for to := page.offset; ; {
		if p.joined(page) {
			// A page of a bridge that is short is the end, whatever the page held that the bridge leads to: that was deleted or has moved up.
			last := page.short()
			if err := p.hand(page, last, emit); err != nil || last || page.offset >= to {
				return last && err == nil, err
			}
			page.offset += 2 * (p.size - 1) // forward again: the next line takes one step back
		} else {
			p.pages.Bridges++
		}
		if page, err = p.page(ctx, max(0, page.offset-(p.size-1))); err != nil {
			return false, err
		}
	}
}

// joined reports whether nothing can be missing before a page.
func (p *pager) joined(page fetched) bool {
	return page.offset == 0 || (len(page.items) > 0 && p.seen.has(page.items[0].ID))
}

func (p *pager) hand(page fetched, last bool, emit func(Batch) error) error {
	b := Batch{Next: Position{Offset: page.offset + len(page.items)}, Last: last}
	var before time.Time
	for i, item := range page.items {
		if item.CreatedAt.Before(before) && !item.CreatedAt.IsZero() && !p.undated {
			return fmt.Errorf("%s, created %s, stands behind one created %s: %w",
				item.ID, item.CreatedAt.Format(time.RFC3339Nano), before.Format(time.RFC3339Nano), ErrOrder)
		}
		before = item.CreatedAt
		if p.seen.add(item.ID) {
			b.Items = append(b.Items, item)
		} else if i > 0 || page.offset == 0 { // the first one is the last of the page before
			p.pages.Repeated++
		}
	}
	if len(b.Items) == 0 && !last {
		return nil
	}
	return emit(b)
}

// Whole reads a list to its end, as exact as an export does. It is for short ones, whose order creation times do not tell.
func Whole(ctx context.Context, l Lister, size int) ([]crm.Record, error) {
	var all []crm.Record
	p := &pager{lister: l, size: size, ahead: 1, undated: true, seen: ids{}}
	err := p.read(ctx, Position{}, func(b Batch) error {
		all = append(all, b.Items...)
		return nil
	})
	return all, err
}
