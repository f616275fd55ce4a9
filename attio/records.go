package attio

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"

	"attio-etl/crm"
)

// MaxPage is how many records a query returns at most: the documented default, above which nothing is documented (contract §6).
const MaxPage = 500

// Filter is a condition in the API's own words (contract §8). Its leaves are strings, numbers, booleans, and lists and maps of
// them.
type Filter map[string]any

// Query is which records to return, and in which order.
type Query struct {
	Filter Filter // nil: all
	Sorts  []Sort
	Limit  int // records of a page, at most MaxPage, which 0 stands for
	Offset int // records to skip
}

// Sort is one key of an order. Field is the property to sort by, which types of several properties need.
type Sort struct {
	Attribute  string
	Field      string
	Descending bool
}

// page is the query with its limit set.
func (q Query) page() (Query, error) {
	if q.Limit < 0 || q.Limit > MaxPage || q.Offset < 0 {
		return q, fmt.Errorf("limit %d and offset %d: want a limit up to %d and neither negative", q.Limit, q.Offset, MaxPage)
	}
	if q.Limit == 0 {
		q.Limit = MaxPage
	}
	return q, nil
}

// QueryRecords returns one page.
func (c *Client) QueryRecords(ctx context.Context, object string, q Query) ([]crm.Record, error) {
	return c.query(ctx, object, q, scopeRun)
}

func (c *Client) query(ctx context.Context, object string, q Query, s scope) ([]crm.Record, error) {
	q, err := q.page()
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", object, err)
	}
	r := queryRecords(object, q, s)
	found, err := data[[]recordJSON](ctx, c, r)
	if err != nil {
		return nil, err
	}
	records := make([]crm.Record, len(found))
	for i := range found {
		// Who looks one row's record up is told which attributes cannot be read; one of them must not cost all rows.
		if records[i], err = r.readRecord(&found[i]); err != nil && (s != scopeRow || records[i].ID == "") {
			return nil, err
		}
	}
	return records, nil
}

// AllRecords pages through a query, oldest record first unless the query says otherwise, and yields each record once. It ends
// after the first error. A record that is deleted while it runs can push another one past it: a changing workspace is read
// completely only when nothing is deleted.
func (c *Client) AllRecords(ctx context.Context, object string, q Query) iter.Seq2[crm.Record, error] {
	return func(yield func(crm.Record, error) bool) {
		q, err := q.page()
		if len(q.Sorts) == 0 {
			q.Sorts = []Sort{{Attribute: "created_at"}} // the order without sorts is not documented, and offsets need one
		}
		seen := make(map[string]struct{})
		for size := q.Limit; err == nil && size == q.Limit; q.Offset += size {
			var page []crm.Record
			if page, err = c.QueryRecords(ctx, object, q); err != nil {
				break
			}
			size = len(page)
			before := len(seen)
			for _, rec := range page {
				if _, again := seen[rec.ID]; again {
					continue
				}
				seen[rec.ID] = struct{}{}
				if !yield(rec, nil) {
					return
				}
			}
			if size == q.Limit && len(seen) == before {
				err = fmt.Errorf("query %s: the page at offset %d repeats records that came before, so the rest cannot be read", object, q.Offset)
			}
		}
		if err != nil {
			yield(crm.Record{}, err)
		}
	}
}

// FindByKey returns up to limit records (0: MaxPage) that hold any of the key's values, in one query. Equality is the server's:
// it is reported to ignore the case of a text although uniqueness does not (contract §8), so the caller compares what it gets.
// Values are sent as text; whether that equals a number is not documented, and a key of another type than text, domain, e-mail
// address, phone number or record id may find nothing.
func (c *Client) FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error) {
	if key.Attribute == "" || len(key.Values) == 0 {
		return nil, errors.New("find in " + object + ": a key without attribute or values would find everything")
	}
	return c.query(ctx, object, Query{Filter: holdsAny(key), Limit: limit}, scopeRow)
}

// CreateRecord creates a record. It is the one write that is not repeated: after an error that is in doubt (see Error.InDoubt)
// the record may be there.
func (c *Client) CreateRecord(ctx context.Context, object string, fields []crm.Field) (crm.Record, error) {
	return c.write(ctx, createRecord(object), fields)
}

// AssertRecord updates the record that holds a value of match, a unique attribute among the fields, or creates it; the reply does
// not tell which. Values are added to the match attribute and replaced in every other (contract §6).
func (c *Client) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	if match == "" {
		return crm.Record{}, errors.New("assert " + object + ": no match attribute")
	}
	return c.write(ctx, assertRecord(object, match), fields)
}

// PatchRecord changes a record by its id: values are added to attributes of several values and replaced in the others. An empty
// field clears nothing in an attribute of several values (contract §6). It is repeated after a lost reply only when no field can
// hold several values.
func (c *Client) PatchRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	return c.write(ctx, recordByID("update", http.MethodPatch, object, id, patching(fields)), fields)
}

// PutRecord changes a record by its id: the values of every field are replaced, and an empty field clears.
func (c *Client) PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	return c.write(ctx, recordByID("overwrite", http.MethodPut, object, id, rewriting), fields)
}

// GetRecord reads a record by its id. Values that cannot be read are left out and their attributes named in Unread.
func (c *Client) GetRecord(ctx context.Context, object, id string) (crm.Record, error) {
	r := recordByID("read", http.MethodGet, object, id, reading)
	found, err := data[recordJSON](ctx, c, r)
	if err != nil {
		return crm.Record{}, err
	}
	rec, err := r.readRecord(&found)
	if rec.ID != "" {
		return rec, nil
	}
	return rec, err
}

// DeleteRecord deletes a record for good. The transport repeats it when the reply is lost, and the repetition of a delete that
// was done answers "not_found": which of the two it was cannot be told from here, so it is an error, and a caller that knows that
// the record was there takes it as done.
func (c *Client) DeleteRecord(ctx context.Context, object, id string) error {
	return c.do(ctx, recordByID("delete", http.MethodDelete, object, id, rewriting), nil)
}

// write sends the fields. A reply whose values cannot all be read is a success all the same, with the values that can: what
// matters is that the record was written, and which it is.
func (c *Client) write(ctx context.Context, r *request, fields []crm.Field) (crm.Record, error) {
	values, err := r.writeFields(fields)
	if err != nil {
		return crm.Record{}, err
	}
	var body valuesJSON
	body.Data.Values = values
	r.body = body
	written, err := data[recordJSON](ctx, c, r)
	if err != nil {
		return crm.Record{}, err
	}
	rec, err := r.readRecord(&written)
	if rec.ID != "" {
		return rec, nil
	}
	return rec, err
}

// data makes a call and returns what its reply's envelope holds.
func data[T any](ctx context.Context, c *Client, r *request) (T, error) {
	var reply dataJSON[T]
	var none T
	if err := c.do(ctx, r, &reply); err != nil {
		return none, err
	}
	if reply.Data == nil {
		return none, r.fault(http.StatusOK, CodeBadReply, "the reply has no data")
	}
	return *reply.Data, nil
}

// readRecord is the record with every value that can be read, and the error of the first that cannot, in the order of slugs.
func (r *request) readRecord(j *recordJSON) (crm.Record, error) {
	if j.ID.Record == "" {
		return crm.Record{}, r.fault(http.StatusOK, CodeBadReply, "a record in the reply has no id")
	}
	rec := crm.Record{ID: j.ID.Record, WebURL: j.WebURL, Values: make(map[string][]crm.Value, len(j.Values))}
	var first error
	if j.CreatedAt.set {
		at, err := readTime(j.CreatedAt.text)
		rec.CreatedAt = at
		first = r.unreadable(rec.ID, "created_at", err)
	}
	for _, slug := range slices.Sorted(maps.Keys(j.Values)) {
		list := j.Values[slug]
		values, err := list.read()
		if len(values) > 0 {
			rec.Values[slug] = values
		}
		if err != nil {
			rec.Unread = append(rec.Unread, slug)
		}
		if first == nil {
			first = r.unreadable(rec.ID, slug, err)
		}
	}
	return rec, first
}

// unreadable is an error unless cause is nil.
func (r *request) unreadable(id, attribute string, cause error) error {
	if cause == nil {
		return nil
	}
	e := r.fault(http.StatusOK, CodeUnreadable, fmt.Sprintf("record %s, attribute %q: %s", id, attribute, cause))
	e.Attribute, e.Err = attribute, cause
	return e
}

func (l *valuesList) read() ([]crm.Value, error) {
	if l.odd {
		return nil, errors.New("the values are not a list of objects")
	}
	var first error
	values := make([]crm.Value, 0, len(l.values))
	for i := range l.values {
		v, err := l.values[i].readValue()
		if v != nil {
			values = append(values, v)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return values, first
}
