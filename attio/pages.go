package attio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"

	"attio-etl/crm"
)

// ErrMoved is crm.ErrMoved.
var ErrMoved = crm.ErrMoved

// pageJSON is a reply that is one page of a list. The published API ends with a short page; other servers tell a total or give a
// cursor (contract §6, reference "Pagination").
type pageJSON[J, T any] struct {
	Data       itemsJSON[J, T] `json:"data"`
	Meta       json.RawMessage `json:"meta"`
	Pagination json.RawMessage `json:"pagination"`
}

// itemsJSON is the items of a page. Each is read as soon as it is decoded: decoded, a record takes many times what it takes once it is read, and
// several pages of five hundred are read at once.
type itemsJSON[J, T any] struct {
	read  func(*J) (T, error)
	there bool
	items []T
	err   error // of the first item that cannot be read: what follows it is not looked at
}

// UnmarshalJSON implements json.Unmarshaler. Its error is that the text is no list of items; one that cannot be read is in err.
func (l *itemsJSON[J, T]) UnmarshalJSON(text []byte) error {
	l.there, l.items, l.err = false, nil, nil
	if string(text) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('[') {
		return errors.New("data is no list") // of what it is instead, nothing may be told: it may be the token, sent back
	}
	l.there = true
	for decoder.More() {
		var j J
		if err := decoder.Decode(&j); err != nil {
			return err
		}
		if l.err != nil {
			continue // it has to be JSON that can be decoded all the same
		}
		item, err := l.read(&j)
		l.items, l.err = append(l.items, item), err
	}
	return nil
}

// total is how many items the whole list has, -1 where the reply does not say.
func (p *pageJSON[J, T]) total() int {
	var meta struct {
		Total scalar `json:"total_count"`
	}
	if json.Unmarshal(p.Meta, &meta) != nil {
		return -1
	}
	n, err := strconv.Atoi(meta.Total.text)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// cursor is what the next page is asked for with, and whether the list has cursors at all.
func (p *pageJSON[J, T]) cursor() (next string, has bool) {
	var pagination struct {
		Next *scalar `json:"next_cursor"`
	}
	if json.Unmarshal(p.Pagination, &pagination) != nil || len(p.Pagination) == 0 || p.Pagination[0] != '{' {
		return "", false
	}
	if pagination.Next == nil {
		return "", true
	}
	return pagination.Next.text, true
}

// listing is a list that is read page by page.
type listing[J, T any] struct {
	call func(s contract, limit int, at crm.Position) *request
	size int                               // items to ask for at once
	read func(r *request, j *J) (T, error) // one item
	id   func(T) string
	// loose says that the server may send everything whatever the offset, so that a page of nothing new is the end.
	loose bool
	// whole asks for the last item of a page again with the next one, so that nothing is passed over when an item before it is deleted.
	whole bool
}

// pager is one reading of a list.
type pager[J, T any] struct {
	listing[J, T]
	at       crm.Position
	verify   string // id that the first item must have
	seen     idSet
	honoured bool // a page as long as asked has come: from then on a shorter one is the last
}

// pages reads a list from a position on, page by page. It ends after the first error.
//
// The end is where the server says it is, by a cursor or a total. Else it is a page shorter than asked, but only once the server has
// shown that it sends as many as asked: one that sends fewer than that is asked until nothing comes. That costs one request for a list
// shorter than a page.
func pages[J, T any](ctx context.Context, c *Client, l listing[J, T], from crm.Position) iter.Seq2[crm.Page[T], error] {
	return func(yield func(crm.Page[T], error) bool) {
		s, err := c.speak(ctx)
		p := &pager[J, T]{listing: l, at: from, seen: idSet{}}
		if from.Last != "" && from.Offset > 0 && from.Cursor == "" {
			p.at.Offset, p.verify = from.Offset-1, from.Last
		}
		for err == nil {
			var page crm.Page[T]
			if page, err = p.next(ctx, c, s); err == nil && (!yield(page, nil) || page.Last) {
				return
			}
		}
		yield(crm.Page[T]{}, err)
	}
}

// next reads one page and moves on.
func (p *pager[J, T]) next(ctx context.Context, c *Client, s contract) (crm.Page[T], error) {
	r := p.call(s, p.size, p.at)
	if p.at.Cursor != "" && r.query != nil {
		r.query.Set("cursor", p.at.Cursor)
		r.query.Del("offset")
	}
	var reply pageJSON[J, T]
	reply.Data.read = func(j *J) (T, error) { return p.read(r, j) }
	err := c.do(ctx, r, &reply)
	switch {
	case err != nil:
		return crm.Page[T]{}, err
	case !reply.Data.there:
		return crm.Page[T]{}, r.fault(http.StatusOK, CodeBadReply, "the reply has no data")
	case reply.Data.err != nil:
		return crm.Page[T]{}, reply.Data.err
	}
	items := reply.Data.items
	size := len(items)
	if items, err = p.verified(r, items); err != nil {
		return crm.Page[T]{}, err
	}
	return p.page(r, &reply, items, size)
}

// verified takes off the first page of a resumed reading the item that must still stand right before it.
func (p *pager[J, T]) verified(r *request, items []T) ([]T, error) {
	if p.verify == "" {
		return items, nil
	}
	if len(items) == 0 || p.id(items[0]) != p.verify {
		return nil, fmt.Errorf("%s: %w", r.op, ErrMoved)
	}
	p.seen.add(p.verify)
	p.verify = ""
	p.at.Offset++
	return items[1:], nil
}

// page is what a reply of so many items adds to what came before, and whether it is the last.
func (p *pager[J, T]) page(r *request, reply *pageJSON[J, T], items []T, size int) (crm.Page[T], error) {
	page := crm.Page[T]{Items: items[:0]}
	for _, item := range items {
		id := p.id(item)
		p.at.Last = id
		if p.seen.add(id) {
			page.Items = append(page.Items, item)
		} else {
			page.Repeated++
		}
	}
	before := p.at.Offset
	p.at.Offset += len(items)
	page.Last = p.last(reply, size)
	page.Next = p.at
	full := !p.loose || size >= p.size                                        // a list that may come in one piece is asked again behind a full page only
	if p.whole && full && !page.Last && p.at.Cursor == "" && len(items) > 0 { // after a page of nothing but that item, one without it tells the end
		p.at.Offset--
		p.verify = p.at.Last
	}
	stuck := len(items) > 0 && len(page.Items) == 0 && before > 0
	switch total := reply.total(); {
	case stuck && p.loose:
		page.Last = true
	case stuck && !page.Last:
		return page, fmt.Errorf("%s: the page at offset %d repeats what came before, so the rest cannot be read", r.op, before)
	case size == 0 && total > p.at.Offset:
		return page, fmt.Errorf("%s: the server counts %d and sends nothing after %d, so the rest cannot be read", r.op, total, p.at.Offset)
	}
	return page, nil
}

func (p *pager[J, T]) last(reply *pageJSON[J, T], size int) bool {
	if next, has := reply.cursor(); has {
		p.at.Cursor = next
		return next == ""
	}
	p.at.Cursor = ""
	if size == 0 {
		return true
	}
	if total := reply.total(); total >= 0 {
		return p.at.Offset >= total
	}
	if size >= p.size {
		p.honoured = true
		return false
	}
	return p.honoured
}

// each is the items of pages, at most limit of them (0: all).
func each[T any](pages iter.Seq2[crm.Page[T], error], limit int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		left := limit
		for page, err := range pages {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
				if left--; left == 0 {
					return
				}
			}
		}
	}
}

// whole reads all pages into memory.
func whole[T any](pages iter.Seq2[crm.Page[T], error]) ([]T, error) {
	var all []T
	for page, err := range pages {
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
	}
	return all, nil
}

// failed is a list that cannot even be asked for.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// idSet is a set of ids in sixteen bytes each: a million records are told apart in about 40 MB. An id that is no UUID stands there as a
// part of its hash.
type idSet map[[16]byte]struct{}

// add reports whether the id is new.
func (s idSet) add(id string) bool {
	key := compact(id)
	if _, there := s[key]; there {
		return false
	}
	s[key] = struct{}{}
	return true
}

func compact(id string) (key [16]byte) {
	if isUUID(id) && strings.ToLower(id) == id {
		if _, err := hex.Decode(key[:], []byte(strings.ReplaceAll(id, "-", ""))); err == nil {
			return key
		}
	}
	sum := sha256.Sum256([]byte(id))
	copy(key[:], sum[:])
	return key
}
