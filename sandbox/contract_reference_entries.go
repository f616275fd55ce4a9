package sandbox

import (
	"context"
)

// referenceEntry is an entry; the document shows none.
func referenceEntry(entry *record) (any, error) {
	values, err := referenceAll(entry)
	return map[string]any{
		"id":        map[string]string{"list_id": entry.object.ID, "entry_id": entry.id},
		"record_id": map[string]string{"record_id": entry.parentID}, "values": values, "created_at": referenceTime(entry.created),
	}, err
}

func listReferenceEntries(ctx context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	p, err := c.referencePaging()
	if err != nil {
		return nil, err
	}
	return c.referencePageOf(ctx, l, p)
}

// createReferenceEntry adds a record that is there, by its id, as often as it is asked to.
func createReferenceEntry(ctx context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	id := f.nested("record_id", "record_id")
	if err := f.done(); err != nil {
		return nil, err
	}
	_, parent, err := c.linkedRecord(ctx, l.parent.ID, id)
	if err != nil {
		return nil, err
	}
	entry, err := c.writer(l).create(ctx, writes{}, parent)
	if err != nil {
		return nil, err
	}
	shown, err := referenceEntry(entry)
	return created{data{shown}}, err
}

// assertReferenceEntry asserts the record and adds it to the list unless it is there; it answers 201 when it added it.
func assertReferenceEntry(ctx context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	rec, _, err := c.assertReference(ctx, l.parent)
	if err != nil {
		return nil, err
	}
	entry, isNew, err := c.writer(l).assertEntry(ctx, writes{}, rec)
	if err != nil {
		return nil, err
	}
	shown, err := referenceEntry(entry)
	if isNew {
		return created{data{shown}}, err
	}
	return data{shown}, err
}

// nested is a required text inside an object: {"record_id": {"record_id": "…"}}.
func (f *form) nested(key, inner string) string {
	m := f.object(key)
	s, ok := m[inner].(string)
	if m != nil && !ok {
		f.bad(requiredIssue("string", "data", key, inner))
	}
	return s
}
