package attio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// MaxPage is how many records or entries a query returns at most: the documented default, above which nothing is documented
// (contract §6).
const MaxPage = 500

// QueryRecords reads the records of an object, page by page, and yields each once. It ends after the first error. Values that cannot be
// read are left out and their attributes named in Record.Unread. A filter that the contract or the schema does not allow is an error that
// holds findings (diag.List), before anything is sent; see CheckFilter.
//
// A record that is deleted while it runs can push another one past it: a changing workspace is read completely only when nothing is
// deleted.
func (c *Client) QueryRecords(ctx context.Context, target crm.Target, q crm.Query) iter.Seq2[crm.Record, error] {
	return each(c.RecordPages(ctx, target, q), q.Limit)
}

// RecordPages is QueryRecords page by page, each with the position at which reading can go on later (Query.From). A resumed reading does
// not know the records of its earlier part; ErrMoved says that the list has moved meanwhile. Query.Limit is the caller's to keep.
func (c *Client) RecordPages(ctx context.Context, target crm.Target, q crm.Query) iter.Seq2[crm.Page[crm.Record], error] {
	return found(ctx, c, crm.Target{Object: target.Object}, q, (*request).readRecord, func(r crm.Record) string { return r.ID })
}

// QueryEntries reads the entries of a list as QueryRecords reads records.
func (c *Client) QueryEntries(ctx context.Context, target crm.Target, q crm.Query) iter.Seq2[crm.Entry, error] {
	return each(c.EntryPages(ctx, target, q), q.Limit)
}

// EntryPages is QueryEntries page by page, as RecordPages is.
func (c *Client) EntryPages(ctx context.Context, target crm.Target, q crm.Query) iter.Seq2[crm.Page[crm.Entry], error] {
	return found(ctx, c, crm.Target{List: target.List}, q, (*request).readEntry, func(e crm.Entry) string { return e.ID })
}

// found reads what a query finds.
func found[J, T any](
	ctx context.Context, c *Client, t crm.Target, q crm.Query,
	read func(*request, *J, described) (T, error), id func(T) string,
) iter.Seq2[crm.Page[T], error] {
	size, err := pageSize(q)
	if err != nil || t == (crm.Target{}) {
		return failed[crm.Page[T]](errors.Join(err, noTarget(t)))
	}
	return func(yield func(crm.Page[T], error) bool) {
		body, attribute, err := c.query(ctx, t, q)
		if err != nil {
			yield(crm.Page[T]{}, err)
			return
		}
		pages(ctx, c, listing[J, T]{
			size: size, id: id, whole: q.Whole,
			call: func(s contract, limit int, at crm.Position) *request {
				body.Limit, body.Offset = limit, at.Offset
				return s.find(t, body, scopeRun)
			},
			read: func(r *request, j *J) (T, error) {
				item, err := read(r, j, attribute)
				if id(item) != "" {
					return item, nil // one value that cannot be read must not cost all records
				}
				return item, err
			},
		}, q.From)(yield)
	}
}

func noTarget(t crm.Target) error {
	if t == (crm.Target{}) {
		return errors.New("query: want an object for records, a list for entries")
	}
	return nil
}

func pageSize(q crm.Query) (int, error) {
	if q.Page < 0 || q.Page > MaxPage || q.Limit < 0 || q.From.Offset < 0 {
		return 0, fmt.Errorf("query: page %d, limit %d and offset %d: want a page up to %d and none negative", q.Page, q.Limit, q.From.Offset, MaxPage)
	}
	size := q.Page
	if size == 0 {
		size = MaxPage
	}
	if q.Limit > 0 {
		size = min(size, q.Limit)
	}
	return size, nil
}

// query is the body of a query, but for where its page begins, and what is needed to read the replies.
func (c *Client) query(ctx context.Context, t crm.Target, q crm.Query) (queryJSON, described, error) {
	s, err := c.speak(ctx)
	if err != nil {
		return queryJSON{}, nil, err
	}
	body := queryJSON{Sorts: sorts(q.Sorts)}
	filter, findings, err := c.where(ctx, s, t, q.Filter)
	if err := errors.Join(err, findings.Err()); err != nil {
		return queryJSON{}, nil, fmt.Errorf("query %s: %w", t, err)
	}
	body.Filter = filter
	attribute, err := c.describe(ctx, s, t)
	return body, attribute, err
}

// sorts is the order to ask for: the order without sorts is not documented, and offsets need one.
func sorts(by []crm.Sort) []sortJSON {
	if len(by) == 0 {
		by = []crm.Sort{{Attribute: "created_at"}}
	}
	var list []sortJSON
	for _, by := range by {
		direction := "asc"
		if by.Descending {
			direction = "desc"
		}
		list = append(list, sortJSON{Direction: direction, Attribute: by.Attribute, Field: by.Property})
	}
	return list
}

// CheckFilter reports what keeps a filter from being asked of a target: attributes that it lacks, operators that the attribute's type
// does not have (contract §8), values of another kind. It reads the schema, and that of targets that the filter's paths lead to.
func (c *Client) CheckFilter(ctx context.Context, target crm.Target, f crm.Filter) (diag.List, error) {
	s, err := c.speak(ctx)
	if err != nil {
		return nil, err
	}
	_, findings, err := c.where(ctx, s, target, f)
	return findings, err
}

// where is the filter as the contract spells it, nil for none.
func (c *Client) where(ctx context.Context, s contract, t crm.Target, f crm.Filter) (any, diag.List, error) {
	if f == nil {
		return nil, nil, nil
	}
	return s.where(f, &scene{target: t, schema: func(t crm.Target) (*crm.Schema, error) { return c.schema(ctx, t) }})
}

// FindByKey returns up to limit records (0: MaxPage) that hold any of the key's values, in one query. Equality is the server's:
// it is reported to ignore the case of a text although uniqueness does not (contract §8), so the caller compares what it gets.
func (c *Client) FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error) {
	if key.Attribute == "" || len(key.Values) == 0 {
		return nil, errors.New("find in " + object + ": a key without attribute or values would find everything")
	}
	if limit < 0 || limit > MaxPage {
		return nil, fmt.Errorf("find in %s: limit %d, want one up to %d", object, limit, MaxPage)
	}
	if limit == 0 {
		limit = MaxPage
	}
	s, err := c.speak(ctx)
	if err != nil {
		return nil, err
	}
	t := crm.Target{Object: object}
	filter, findings, err := s.where(keyFilter(key), keyScene(t, key))
	if err := errors.Join(err, findings.Err()); err != nil {
		return nil, fmt.Errorf("find in %s: %w", object, err)
	}
	attribute, err := c.describe(ctx, s, t)
	if err != nil {
		return nil, err
	}
	r := s.find(t, queryJSON{Filter: filter, Limit: limit}, scopeRow)
	page, err := data[[]recordJSON](ctx, c, r)
	if err != nil {
		return nil, err
	}
	records := make([]crm.Record, len(page))
	for i := range page {
		// Who looks one row's record up is told which attributes cannot be read; one of them must not cost all rows.
		if records[i], err = r.readRecord(&page[i], attribute); records[i].ID == "" {
			return nil, err
		}
	}
	return records, nil
}

// ScanRecords reads all records of an object, page by page. It ends with crm.ErrMoved when a record was deleted meanwhile, as another may
// then have been passed over.
func (c *Client) ScanRecords(ctx context.Context, object string) iter.Seq2[crm.Page[crm.Record], error] {
	return c.RecordPages(ctx, crm.Target{Object: object}, crm.Query{Whole: true})
}

// MoreThan reports whether an object has more than n records, in one request.
func (c *Client) MoreThan(ctx context.Context, object string, n int) (bool, error) {
	q := crm.Query{Limit: 1, From: crm.Position{Offset: n}}
	for page, err := range c.RecordPages(ctx, crm.Target{Object: object}, q) {
		return len(page.Items) > 0, err
	}
	return false, nil
}

// keyFilter is the filter for records that hold any of a key's values.
func keyFilter(key crm.Key) crm.Filter {
	of := crm.Compare{Path: []crm.Step{{Attribute: key.Attribute}}, Operator: crm.Equal}
	var values []any
	for _, value := range key.Values {
		if key.Type == crm.TypeNumber || key.Type == crm.TypeRating {
			values = append(values, json.Number(value))
		} else {
			values = append(values, value)
		}
	}
	if len(values) == 1 {
		of.Value = values[0]
		return of
	}
	of.Operator, of.Value = crm.In, values
	return of
}

// keyScene knows the key's attribute alone, so that a look-up needs no schema. The type says how its values compare; a key that does not
// tell one compares as a domain does, which is by equality with its main part.
func keyScene(t crm.Target, key crm.Key) *scene {
	typ := key.Type
	if typ == "" {
		typ = crm.TypeDomain
	}
	sch := &crm.Schema{Target: t, Attributes: []crm.Attribute{{Slug: key.Attribute, Type: typ}}}
	return &scene{target: t, schema: func(crm.Target) (*crm.Schema, error) { return sch, nil }}
}

// versionID tells versions apart.
func versionID(v crm.Version) string {
	return strings.Join([]string{v.From.String(), v.Until.String(), fmt.Sprintf("%#v", v.Value)}, "\x00")
}
