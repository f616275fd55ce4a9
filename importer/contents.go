package importer

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/valueconv"
)

// contents knows the rows of a step without a key by what they hold (docs/adr/0018). Like the index of keys it keeps digests: one for what each
// row holds, and one for what every row holds at least, by which rows are found that could be taken for each other.
type contents struct {
	creations
	schema *crm.Schema

	parents int // records under which what rows want would be

	core   []string              // attributes that every row fills
	shapes map[string]shape      // those of rows that wait, by their attributes
	order  []shape               // the same, those with most attributes first; sorted once all are there
	first  map[digest]uint32     // content of rows that wait -> the first of them
	next   map[uint32]uint32     // row that waits -> the next one of the same content
	last   map[uint32]uint32     // first row of such a chain -> its last, while it grows
	held   map[digest][]*holding // content -> what rows of it have been given, until that is settled
	seen   map[digest]bool       // what has been offered
	unsure map[digest][]uint32   // content -> rows that may have been sent, which go first
	given  int64                 // how many rows have been given something
	groups map[digest]uint32     // core -> the first row that has it
	shared map[uint32]bool       // of these, those of several rows
}

// shape is the attributes that a row fills. A row with fewer of them says less of what it wants, and more of what is there may be it.
type shape []string

// newContents is for a step; nil where its rows have a key.
func (im *Import) newContents() *contents {
	made := im.creations()
	if made == nil {
		return nil
	}
	c := &contents{
		creations: made, schema: im.Schema, shapes: map[string]shape{}, first: map[digest]uint32{}, next: map[uint32]uint32{},
		last: map[uint32]uint32{}, held: map[digest][]*holding{}, seen: map[digest]bool{}, unsure: map[digest][]uint32{}, groups: map[digest]uint32{}, shared: map[uint32]bool{},
	}
	c.core = made.core(im)
	return c
}

// digestOf is that of some attributes of what a row holds or of what is there.
func (c *contents) digestOf(attributes []string, values func(attribute string) []crm.Value) digest {
	var b []byte
	for _, slug := range attributes {
		attr, _ := c.schema.Attribute(slug)
		keys := contentKeys(attr, values(slug))
		b = binary.AppendUvarint(b, uint64(len(keys)))
		for _, k := range keys {
			b = binary.AppendUvarint(b, uint64(len(k)))
			b = append(b, k...)
		}
	}
	return digestOf(strings.Join(attributes, "\n") + "\x00" + string(b))
}

// contentKeys are the canonical forms of values. Options go by title, as one that the run has created has no id in its rows.
func contentKeys(attr crm.Attribute, values []crm.Value) []string {
	if attr.Type != crm.TypeSelect && attr.Type != crm.TypeStatus {
		return valueconv.Keys(attr, kept(values))
	}
	keys := make([]string, len(values))
	for i, v := range values {
		var id, title string
		switch v := v.(type) {
		case crm.Select:
			id, title = v.ID, v.Title
		case crm.Status:
			id, title = v.ID, v.Title
		}
		keys[i] = cmp.Or(strings.ToLower(title), id)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// kept are values as a server may keep them: texts with its own line ends and without white space that nobody sees, times to the millisecond.
func kept(values []crm.Value) []crm.Value {
	out := make([]crm.Value, len(values))
	for i, v := range values {
		switch t := v.(type) {
		case crm.Text:
			v = even(string(t))
		case crm.Timestamp:
			v = crm.Timestamp(time.Time(t).Truncate(time.Millisecond))
		}
		out[i] = v
	}
	return out
}

// valuesIn is the values that fields have of an attribute.
func valuesIn(fields []crm.Field) func(string) []crm.Value {
	return func(attribute string) []crm.Value {
		for _, f := range fields {
			if f.Attribute == attribute {
				return f.Values
			}
		}
		return nil
	}
}

// of is what a row holds, and its shape.
func (c *contents) of(fields []crm.Field) (digest, shape) {
	fields = c.content(fields)
	s := make(shape, len(fields))
	for i, f := range fields {
		s[i] = f.Attribute
	}
	slices.Sort(s)
	return c.digestOf(s, valuesIn(fields)), s
}

// group enters a row among those that could be taken for it.
func (c *contents) group(ordinal int64, fields []crm.Field) error {
	if ordinal > math.MaxUint32 {
		return errTooManyRows
	}
	core := c.digestOf(c.core, valuesIn(c.content(fields)))
	switch first, taken := c.groups[core]; {
	case !taken:
		c.groups[core] = uint32(ordinal)
	case int64(first) != ordinal:
		c.shared[first] = true
	}
	return nil
}

// groupOf is the first row of those that could be taken for a row; 0 where there is no other.
func (c *contents) groupOf(fields []crm.Field) int64 {
	if first := c.groups[c.digestOf(c.core, valuesIn(c.content(fields)))]; c.shared[first] {
		return int64(first)
	}
	return 0
}

// wait enters a row that is to be found among what is there; unsure says that it may have been sent. Rows come in the order of the file.
func (c *contents) wait(ordinal int64, fields []crm.Field, unsure bool) {
	row := uint32(ordinal) // fits: group has refused more
	content, s := c.of(fields)
	if name := strings.Join(s, "\n"); c.shapes[name] == nil {
		c.shapes[name] = s
		c.order = append(c.order, s)
	}
	if unsure {
		c.unsure[content] = append(c.unsure[content], row)
		return
	}
	first, taken := c.first[content]
	if !taken {
		c.first[content] = row
		return
	}
	tail, chained := c.last[first]
	if !chained {
		tail = first
	}
	c.next[tail], c.last[first] = row, row
}

// sort puts rows that say most of what they want before those that take anything. Markdown says more than the text without it.
func (c *contents) sort() {
	weight := func(s shape) int {
		if slices.Contains(s, markdownContent) {
			return 2*len(s) + 1
		}
		return 2 * len(s)
	}
	slices.SortStableFunc(c.order, func(a, b shape) int { return weight(b) - weight(a) })
	c.last = nil
}

// offer gives what is there to a row that wants just that, if there is one. A row that may have been sent goes first: what was there before that was given
// to other rows, durably, before any row was sent. Where the only such rows have something already that would be right for
// another row too, that goes on to the other: no row stays without what there is enough of.
func (c *contents) offer(record crm.Record) {
	h := &holding{record: record.ID}
	for _, s := range c.order {
		content := c.digestOf(s, func(attribute string) []crm.Value { return record.Values[attribute] })
		if rows := c.unsure[content]; len(rows) > 0 {
			c.unsure[content] = rows[1:]
			h.row, h.fits = rows[0], nil // it keeps that
			c.held[content] = append(c.held[content], h)
			return
		}
		if _, waits := c.first[content]; waits || len(c.held[content]) > 0 {
			h.fits = append(h.fits, content)
		}
	}
	c.place(h, map[digest]bool{})
}

// holding is a row's own among what is there.
type holding struct {
	record string
	row    uint32
	fits   []digest // contents of rows that want it
}

// place finds a row for what is there, moving others if it must; tried holds contents whose rows cannot give theirs up.
func (c *contents) place(h *holding, tried map[digest]bool) bool {
	for _, content := range h.fits {
		if tried[content] {
			continue
		}
		if row, waits := c.pop(content); waits {
			h.row = row
			c.held[content] = append(c.held[content], h)
			return true
		}
	}
	for _, content := range h.fits {
		if tried[content] {
			continue
		}
		tried[content] = true
		for i, other := range c.held[content] {
			if row := other.row; len(other.fits) > 1 && c.place(other, tried) {
				h.row = row
				c.held[content][i] = h
				return true
			}
		}
	}
	return false
}

// pop is the first row that waits for a content.
func (c *contents) pop(content digest) (row uint32, ok bool) {
	row, ok = c.first[content]
	if next, more := c.next[row]; ok && more {
		c.first[content] = next
		delete(c.next, row)
	} else {
		delete(c.first, content)
	}
	return row, ok
}

// settled is what rows have been given that they keep. Only where some rows say more than others may that change until all is read.
func (c *contents) settled(all bool) []checkpoint.Live {
	if len(c.order) > 1 && !all {
		return nil
	}
	var live []checkpoint.Live
	for _, list := range c.held {
		for _, h := range list {
			live = append(live, checkpoint.Live{Ordinal: int64(h.row), Record: h.record})
		}
	}
	c.held = map[digest][]*holding{}
	c.given += int64(len(live))
	return live
}

// holds reports whether what is there is all that a row wants.
func (c *contents) holds(record crm.Record, fields []crm.Field) bool {
	content, s := c.of(fields)
	return content == c.digestOf(s, func(attribute string) []crm.Value { return record.Values[attribute] })
}
