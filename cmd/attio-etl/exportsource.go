package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"sync/atomic"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/mapping"
)

// pageReader reads what the server sends at once from an offset on. last says that the server has said that nothing comes after it.
type pageReader func(ctx context.Context, offset, limit int) (items []crm.Record, last bool, err error)

// listing is a list as the exporter reads it, from replies of whatever length.
type listing struct {
	what string // for messages
	read pageReader

	honoured atomic.Bool // a page as long as asked has come: a shorter one is the end
}

// errTooFast says that a list moved whenever it was looked at.
var errTooFast = errors.New("the list changes faster than it can be read")

// maxLooks is how often a page is read anew because the list moved between its parts.
const maxLooks = 10

// Page implements exporter.Lister. A server that sends fewer than asked is asked on, each time from the last item that came, so that nothing
// can be missing between two parts.
func (l *listing) Page(ctx context.Context, offset, limit int) ([]crm.Record, error) {
	for range maxLooks {
		items, ended, err := l.part(ctx, offset, limit)
		for err == nil && !ended && len(items) < limit && len(items) > 0 {
			var more []crm.Record
			more, ended, err = l.part(ctx, offset+len(items)-1, limit)
			if err != nil {
				break
			}
			if len(more) == 0 || more[0].ID != items[len(items)-1].ID {
				items = nil // it has moved
				break
			}
			ended = ended || len(more) == 1
			items = append(items, more[1:]...)
		}
		switch {
		case err != nil:
			return nil, err
		case items != nil || ended:
			return items[:min(len(items), limit)], nil
		}
	}
	return nil, fmt.Errorf("read %s: %w", l.what, errTooFast)
}

// part is what the server sends at once; ended says that nothing comes after it.
func (l *listing) part(ctx context.Context, offset, limit int) (items []crm.Record, ended bool, err error) {
	items, last, err := l.read(ctx, offset, limit)
	if err != nil {
		return nil, false, err
	}
	return items, l.ended(len(items), limit, last), nil
}

func (l *listing) ended(n, limit int, last bool) bool {
	if n >= limit {
		l.honoured.Store(true)
		return last
	}
	return last || n == 0 || l.honoured.Load()
}

// listed is the records of an object or the entries of a list, in the order in which they were created.
func listed(client *attio.Client, target crm.Target, filter crm.Filter) *listing {
	query := func(offset, limit int) crm.Query {
		return crm.Query{Filter: filter, Page: limit, From: crm.Position{Offset: offset}}
	}
	if target.List != "" {
		return &listing{what: target.String(), read: func(ctx context.Context, offset, limit int) ([]crm.Record, bool, error) {
			return firstPage(ctx, client.EntryPages(ctx, target, query(offset, limit)), ofEntry)
		}}
	}
	return &listing{what: target.String(), read: func(ctx context.Context, offset, limit int) ([]crm.Record, bool, error) {
		return firstPage(ctx, client.RecordPages(ctx, target, query(offset, limit)), func(r crm.Record) crm.Record { return r })
	}}
}

// firstPage is the first of some pages.
func firstPage[T any](ctx context.Context, pages iter.Seq2[crm.Page[T], error], record func(T) crm.Record) (items []crm.Record, last bool, err error) {
	for page, err := range pages {
		if err != nil {
			return nil, false, err
		}
		items = make([]crm.Record, len(page.Items))
		for i, item := range page.Items {
			items[i] = record(item)
		}
		return items, page.Last, nil
	}
	return nil, true, ctx.Err()
}

// ofEntry is an entry with its parent as the reference that paths follow.
func ofEntry(e crm.Entry) crm.Record {
	values := make(map[string][]crm.Value, len(e.Values)+1)
	maps.Copy(values, e.Values)
	values[mapping.ParentRecord] = []crm.Value{crm.RecordReference{Object: e.Object, ID: e.RecordID}}
	return crm.Record{ID: e.ID, CreatedAt: e.CreatedAt, Values: values, Unread: e.Unread}
}

// finder finds the records that references point to.
type finder struct{ client *attio.Client }

// Find implements exporter.Finder.
func (f finder) Find(ctx context.Context, object string, ids []string) ([]crm.Record, error) {
	return f.client.FindByKey(ctx, object, crm.Key{Attribute: mapping.RecordID, Type: crm.TypeText, Values: ids}, len(ids))
}
