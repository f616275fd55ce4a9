package sandbox

import (
	"context"
	"time"

	"github.com/google/uuid"
)

func queryEntries(ctx context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return c.query(ctx, l)
}

// createEntry adds a record to a list, any number of times (contract §7).
func createEntry(ctx context.Context, c *call) (any, error) {
	l, parent, in, err := c.entryBody(ctx)
	if err != nil {
		return nil, err
	}
	w := c.writer(l)
	checked, err := w.parse(ctx, in)
	if err != nil {
		return nil, err
	}
	entry, err := w.create(ctx, checked, parent)
	if err != nil {
		return nil, err
	}
	return oneRecord(entry)
}

// assertEntry changes the entry that the record has in the list, or makes one. A record that is there twice is refused.
func assertEntry(ctx context.Context, c *call) (any, error) {
	l, parent, in, err := c.entryBody(ctx)
	if err != nil {
		return nil, err
	}
	w := c.writer(l)
	checked, err := w.parse(ctx, in)
	if err != nil {
		return nil, err
	}
	entry, _, err := w.assertEntry(ctx, checked, parent)
	if err != nil {
		return nil, err
	}
	return oneRecord(entry)
}

// assertEntry says too whether the entry is a new one.
func (w *writer) assertEntry(ctx context.Context, checked writes, parent *record) (*record, bool, error) {
	rows, err := w.st.ids(ctx, "SELECT id FROM records WHERE parent = ? AND +object = ? ORDER BY id", parent.row, w.object.row)
	if err != nil {
		return nil, false, err
	}
	switch len(rows) {
	case 0:
		entry, err := w.create(ctx, checked, parent)
		return entry, true, err
	case 1:
		entries, err := w.st.load(ctx, w.object, rows...)
		if err != nil {
			return nil, false, err
		}
		return entries[0], false, w.change(ctx, entries[0], checked, modeAssert, nil)
	default:
		return nil, false, badRequest("multiple_match_results", "The parent record %q has %d entries in list %q.", parent.id, len(rows), w.object.Slug)
	}
}

// entryBody reads list, parent record and values of a create or an assert. All three members are required.
func (c *call) entryBody(ctx context.Context) (*object, *record, map[string]any, error) {
	l, err := c.list()
	if err != nil {
		return nil, nil, nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, nil, nil, err
	}
	f := &form{in: in}
	id, slug, values := f.text("parent_record_id"), f.text("parent_object"), f.object("entry_values")
	if id != "" && uuid.Validate(id) != nil {
		f.bad(invalidIssue("Invalid uuid", "data", "parent_record_id"))
	}
	if err := f.done(); err != nil {
		return nil, nil, nil, err
	}
	if o, ok := c.st.schema.object(slug); !ok || o != l.parent {
		return nil, nil, nil, badRequest(codeValueNotFound, "Parent object with slug/ID %q is not that of list %q.", slug, l.Slug)
	}
	parent, err := c.st.recordByID(ctx, l.parent, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if parent == nil {
		return nil, nil, nil, badRequest(codeValueNotFound, "Parent record with slug/ID %q not found.", id)
	}
	return l, parent, values, nil
}

// recordByID loads the record with that id, nil when there is none.
func (st *store) recordByID(ctx context.Context, o *object, id string) (*record, error) {
	row, err := st.recordRow(ctx, o, id)
	if err != nil || row == 0 {
		return nil, err
	}
	records, err := st.load(ctx, o, row)
	if err != nil {
		return nil, err
	}
	return records[0], nil
}

func getEntry(ctx context.Context, c *call) (any, error) {
	entry, err := c.entry(ctx)
	if err != nil {
		return nil, err
	}
	return oneRecord(entry)
}

func patchEntry(ctx context.Context, c *call) (any, error) { return c.changeEntry(ctx, modePatch) }

func putEntry(ctx context.Context, c *call) (any, error) { return c.changeEntry(ctx, modePut) }

func (c *call) changeEntry(ctx context.Context, how mode) (any, error) {
	entry, err := c.entry(ctx)
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"parent_record_id", "parent_object"} {
		if _, given := in[key]; given {
			return nil, badRequest("immutable_value", "The parent of an entry cannot be changed: %q was given.", key)
		}
	}
	f := &form{in: in}
	values := f.object("entry_values")
	if err := f.done(); err != nil {
		return nil, err
	}
	w := c.writer(entry.object)
	checked, err := w.parse(ctx, values)
	if err != nil {
		return nil, err
	}
	if err := w.change(ctx, entry, checked, how, nil); err != nil {
		return nil, err
	}
	return oneRecord(entry)
}

func deleteEntry(ctx context.Context, c *call) (any, error) {
	entry, err := c.entry(ctx)
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.st.remove(ctx, entry, time.Now().UnixNano())
}

// entry is the entry that the path names.
func (c *call) entry(ctx context.Context) (*record, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("entry")
	if uuid.Validate(id) != nil {
		return nil, badRequest(codeValidation, "Entry ID %q is not a valid UUID.", id)
	}
	entry, err := c.st.recordByID(ctx, l, id)
	if err == nil && entry == nil {
		err = notFound("Could not find entry with ID %q.", id)
	}
	return entry, err
}

// listRecordEntries tells in which lists a record is.
func listRecordEntries(ctx context.Context, c *call) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	limit, offset, err := c.paging(100, 1000)
	if err != nil {
		return nil, err
	}
	lists := map[int64]*object{}
	for _, l := range c.st.schema.lists {
		lists[l.row] = l
	}
	views := []any{}
	err = c.st.each(ctx, func(scan func(...any) error) error {
		var id string
		var list, at int64
		if err := scan(&id, &list, &at); err != nil {
			return err
		}
		l := lists[list]
		views = append(views, map[string]any{"list_id": l.ID, "list_api_slug": l.Slug, "entry_id": id, "created_at": formatTime(at)})
		return nil
	}, "SELECT uuid, object, created FROM records WHERE parent = ? ORDER BY id LIMIT ? OFFSET ?", rec.row, limit, offset)
	return data{views}, err
}
