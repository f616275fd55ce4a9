package attio

import (
	"context"
	"iter"

	"attio-etl/crm"
)

// Lists are the lists that the token may see (contract §7).
func (c *Client) Lists(ctx context.Context) ([]crm.List, error) {
	found, err := ask[[]listJSON](ctx, c, contract.lists)
	return readAs(found, listJSON.read), err
}

// List is one list, by slug or id (contract §7).
func (c *Client) List(ctx context.Context, slug string) (crm.List, error) {
	found, err := ask[listJSON](ctx, c, func(s contract) *request { return s.list(slug) })
	return found.read(), err
}

// CreateList creates a list of records of one object (contract §7). One that exists is an *Error of code slug_conflict, as with
// CreateObject.
func (c *Client) CreateList(ctx context.Context, l crm.List) (crm.List, error) {
	made, err := ask[listJSON](ctx, c, func(s contract) *request { return s.createList(l) })
	if madeBefore(err) {
		return c.List(ctx, l.Slug)
	}
	return made.read(), err
}

// UpdateList changes the name, the slug and the access of a list, those that are set; its parent object cannot change (contract §7). It
// may be repeated.
func (c *Client) UpdateList(ctx context.Context, slug string, l crm.List) (crm.List, error) {
	changed, err := ask[listJSON](ctx, c, func(s contract) *request { return s.updateList(slug, l) })
	return changed.read(), err
}

// CreateEntry puts a record on a list, once more if it is there (contract §7). It is not repeated: after an error that is in doubt the
// entry may be there.
func (c *Client) CreateEntry(ctx context.Context, list string, parent crm.RecordLink, fields []crm.Field) (crm.Entry, error) {
	return c.writeEntry(ctx, list, fields, func(s contract) *request { return s.createEntry(list, parent) })
}

// AssertEntry updates the entry of a record, or puts the record on the list; values are replaced (contract §7). A record that has
// several entries is an *Error of code multiple_match_results. It may be repeated.
func (c *Client) AssertEntry(ctx context.Context, list string, parent crm.RecordLink, fields []crm.Field) (crm.Entry, error) {
	return c.writeEntry(ctx, list, fields, func(s contract) *request { return s.assertEntry(list, parent) })
}

// GetEntry reads an entry by its id (contract §7).
func (c *Client) GetEntry(ctx context.Context, list, id string) (crm.Entry, error) {
	return c.oneEntry(ctx, list, func(s contract, _ described) (*request, error) { return s.getEntry(list, id), nil })
}

// PatchEntry changes an entry as PatchRecord changes a record, and is repeated under the same condition (contract §7).
func (c *Client) PatchEntry(ctx context.Context, list, id string, fields []crm.Field) (crm.Entry, error) {
	return c.writeEntry(ctx, list, fields, func(s contract) *request { return s.patchEntry(list, id, fields) })
}

// PutEntry changes an entry as PutRecord changes a record (contract §7). It may be repeated.
func (c *Client) PutEntry(ctx context.Context, list, id string, fields []crm.Field) (crm.Entry, error) {
	return c.writeEntry(ctx, list, fields, func(s contract) *request { return s.putEntry(list, id) })
}

// DeleteEntry takes a record's entry off a list, as DeleteRecord deletes a record (contract §7).
func (c *Client) DeleteEntry(ctx context.Context, list, id string) error {
	return c.remove(ctx, func(s contract) *request { return s.deleteEntry(list, id) })
}

// EntryVersions is RecordVersions for an attribute of a list.
func (c *Client) EntryVersions(ctx context.Context, list, id, attribute string) iter.Seq2[crm.Version, error] {
	return c.history(ctx, crm.Target{List: list}, id, attribute)
}

func (c *Client) writeEntry(ctx context.Context, list string, fields []crm.Field, call func(contract) *request) (crm.Entry, error) {
	return c.oneEntry(ctx, list, func(s contract, attribute described) (*request, error) {
		return filled(s, call(s), attribute, fields)
	})
}

// oneEntry makes a call whose reply is an entry.
func (c *Client) oneEntry(ctx context.Context, list string, call func(contract, described) (*request, error)) (crm.Entry, error) {
	found, r, attribute, err := one[entryJSON](ctx, c, crm.Target{List: list}, call)
	if err != nil {
		return crm.Entry{}, err
	}
	e, unread := r.readEntry(&found, attribute)
	if e.ID == "" {
		return e, unread
	}
	return e, nil // it names what cannot be read
}
