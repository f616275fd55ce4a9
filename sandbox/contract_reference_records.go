package sandbox

import (
	"context"
)

// referencePage is the default of a GET without a limit.
const referencePage = 50

// paged is a page with what the document says about it.
type paged struct {
	Data []any         `json:"data"`
	Meta referenceMeta `json:"meta"`
}

type referenceMeta struct {
	Total  int `json:"total_count"`
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
}

// referenceWriter checks the values of a write. The object is looked up again, because the values may have made options.
func (c *call) referenceWriter(ctx context.Context, o *object, in map[string]any, current *record) (*writer, writes, error) {
	written, err := c.referenceWrite(ctx, o, in, current)
	if err != nil {
		return nil, nil, err
	}
	if fresh, ok := c.st.schema.object(o.ID); ok {
		o = fresh
	}
	if current != nil {
		current.object = o
	}
	w := c.writer(o)
	checked, err := w.parse(ctx, written)
	return w, checked, err
}

// queryReferenceRecords: the body is that of the published API but for the filter, the reply has meta.
func queryReferenceRecords(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	p := page{limit: maxPage}
	if len(c.body) > 0 {
		if p, err = c.referenceQuery(o); err != nil {
			return nil, err
		}
	}
	return c.referencePageOf(ctx, o, p)
}

func listReferenceRecords(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	p, err := c.referencePaging()
	if err != nil {
		return nil, err
	}
	return c.referencePageOf(ctx, o, p)
}

// referencePaging reads limit and offset of a GET.
func (c *call) referencePaging() (page, error) {
	limit, offset, err := c.paging(referencePage, maxPage)
	return page{limit: limit, offset: offset}, err
}

func (c *call) referencePageOf(ctx context.Context, o *object, p page) (any, error) {
	rows, total, err := c.st.rows(ctx, o, p, true)
	if err != nil {
		return nil, err
	}
	records, err := c.st.load(ctx, o, rows...)
	if err != nil {
		return nil, err
	}
	out := paged{Data: []any{}, Meta: referenceMeta{total, p.limit, p.offset}}
	for _, rec := range records {
		shown, err := c.referenceAny(rec)
		if err != nil {
			return nil, err
		}
		out.Data = append(out.Data, shown)
	}
	return out, nil
}

// referenceAny is a record or an entry.
func (c *call) referenceAny(rec *record) (any, error) {
	if rec.object.List != nil {
		return referenceEntry(rec)
	}
	return referenceRecord(rec)
}

func createReferenceRecord(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	in, err := valuesOf(c.body)
	if err != nil {
		return nil, err
	}
	w, checked, err := c.referenceWriter(ctx, o, in, nil)
	if err != nil {
		return nil, err
	}
	rec, err := w.create(ctx, checked, nil)
	if err != nil {
		return nil, err
	}
	shown, err := referenceRecord(rec)
	return created{data{shown}}, err
}

// assertReferenceRecord has the matching attribute in the body; it answers 201 when it made the record.
func assertReferenceRecord(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	rec, isNew, err := c.assertReference(ctx, o)
	if err != nil {
		return nil, err
	}
	shown, err := referenceRecord(rec)
	if isNew {
		return created{data{shown}}, err
	}
	return data{shown}, err
}

// assertReference finds or makes the record of o that a body with matching_attribute and values means.
func (c *call) assertReference(ctx context.Context, o *object) (*record, bool, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, false, err
	}
	f := &form{in: in}
	key, values := f.text("matching_attribute"), f.object("values")
	if err := f.done(); err != nil {
		return nil, false, err
	}
	matching, err := matchingAttribute(o, key)
	if err != nil {
		return nil, false, err
	}
	w, checked, err := c.referenceWriter(ctx, o, values, nil)
	if err != nil {
		return nil, false, err
	}
	if len(checked[matching.row]) == 0 {
		return nil, false, badRequest(codeMissingValue, "A value for the matching attribute %q was not provided.", key).about(key)
	}
	matching, _ = w.object.attribute(matching.ID)
	rec, err := w.match(ctx, matching, checked[matching.row])
	if err != nil {
		return nil, false, err
	}
	if rec == nil {
		rec, err = w.create(ctx, checked, nil)
		return rec, true, err
	}
	// Once more, with the domains that the record has: a primary domain replaces none of them.
	if w, checked, err = c.referenceWriter(ctx, w.object, values, rec); err != nil {
		return nil, false, err
	}
	return rec, false, w.change(ctx, rec, checked, modeAssert, matching)
}

// matchingAttribute is a unique attribute by its name in the document.
func matchingAttribute(o *object, key string) (*attribute, error) {
	a, ok := referenceAttribute(o, key)
	if !ok || a.Archived {
		return nil, badRequest(codeValueNotFound, "No attribute was found for matching_attribute slug/ID %q.", key).about("matching_attribute")
	}
	if !a.Unique {
		return nil, badRequest("matching_attribute_definition_not_unique", "The matching attribute %q is not unique.", key).about("matching_attribute")
	}
	return a, nil
}

func getReferenceRecord(ctx context.Context, c *call) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := referenceRecord(rec)
	return data{shown}, err
}

// patchReferenceRecord replaces the values of the attributes that are sent: the document says no more than "updates".
func patchReferenceRecord(ctx context.Context, c *call) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	in, err := valuesOf(c.body)
	if err != nil {
		return nil, err
	}
	w, checked, err := c.referenceWriter(ctx, rec.object, in, rec)
	if err != nil {
		return nil, err
	}
	if err := w.change(ctx, rec, checked, modePut, nil); err != nil {
		return nil, err
	}
	shown, err := referenceRecord(rec)
	return data{shown}, err
}
