package attio

import (
	"context"
	"errors"
	"iter"
	"slices"

	"attio-etl/crm"
)

// CreateRecord creates a record (contract §6). It is not repeated: after an error that is in doubt (see Error.InDoubt) the record may be
// there.
func (c *Client) CreateRecord(ctx context.Context, object string, fields []crm.Field) (crm.Record, error) {
	return c.writeRecord(ctx, object, fields, func(s contract) *request { return s.createRecord(object) })
}

// AssertRecord updates the record that holds a value of match, a unique attribute among the fields, or creates it; the reply does
// not tell which. Values are added to the match attribute and replaced in every other (contract §6). It may be repeated.
func (c *Client) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	if match == "" {
		return crm.Record{}, errors.New("assert " + object + ": no match attribute")
	}
	return c.writeRecord(ctx, object, fields, func(s contract) *request { return s.assertRecord(object, match) })
}

// PatchRecord changes a record by its id: values are added to attributes of several values and replaced in the others. An empty
// field clears nothing in an attribute of several values (contract §6). It is repeated after a lost reply only when no field can
// hold several values.
//
// The reference contract does not say whether its PATCH adds or replaces. There the values that the record has are read first and
// written with the new ones, so that none is lost either way.
func (c *Client) PatchRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	s, err := c.speak(ctx)
	if err != nil {
		return crm.Record{}, err
	}
	if !s.patchAdds() {
		if fields, err = c.added(ctx, object, id, fields); err != nil {
			return crm.Record{}, err
		}
	}
	return c.writeRecord(ctx, object, fields, func(s contract) *request { return s.patchRecord(object, id, fields) })
}

// added is the fields with, before the values of attributes that hold several, those that the record has and the field has not.
func (c *Client) added(ctx context.Context, object, id string, fields []crm.Field) ([]crm.Field, error) {
	sch, err := c.schema(ctx, crm.Target{Object: object})
	if err != nil {
		return nil, err
	}
	rec, err := c.GetRecord(ctx, object, id)
	if err != nil {
		return nil, err
	}
	var all []crm.Field
	for _, f := range fields {
		a, _ := sch.Attribute(f.Attribute)
		if !a.Multi {
			all = append(all, f)
			continue
		}
		if len(f.Values) == 0 { // clears nothing
			continue
		}
		if slices.Contains(rec.Unread, f.Attribute) {
			r := reference{}.patchRecord(object, id, fields)
			return nil, r.unwritable(f.Attribute, errors.New("it holds values that this program cannot read and would lose"))
		}
		values, err := union(rec.Values[f.Attribute], f.Values)
		if err != nil {
			return nil, reference{}.patchRecord(object, id, fields).unwritable(f.Attribute, err)
		}
		all = append(all, crm.Field{Attribute: f.Attribute, Values: values})
	}
	return all, nil
}

// PutRecord changes a record by its id: the values of every field are replaced, and an empty field clears (contract §6). It may be
// repeated.
func (c *Client) PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	return c.writeRecord(ctx, object, fields, func(s contract) *request { return s.putRecord(object, id) })
}

// GetRecord reads a record by its id (contract §6). Values that cannot be read are left out and their attributes named in Unread.
func (c *Client) GetRecord(ctx context.Context, object, id string) (crm.Record, error) {
	return c.oneRecord(ctx, object, func(s contract, _ described) (*request, error) { return s.getRecord(object, id), nil })
}

// DeleteRecord deletes a record for good (contract §6). The transport repeats it when the reply is lost. A record that is not there is
// an *Error of code not_found, unless an earlier attempt may have deleted it: then it is done.
func (c *Client) DeleteRecord(ctx context.Context, object, id string) error {
	return c.remove(ctx, func(s contract) *request { return s.deleteRecord(object, id) })
}

// RecordVersions is every value that an attribute of a record holds or held, with the times (contract §6). The API keeps no history of
// enriched and communication attributes and refuses to tell it.
func (c *Client) RecordVersions(ctx context.Context, object, id, attribute string) iter.Seq2[crm.Version, error] {
	return c.history(ctx, crm.Target{Object: object}, id, attribute)
}

// Memberships are the entries of a record, on all lists that the token may see (contract §6).
func (c *Client) Memberships(ctx context.Context, object, id string) iter.Seq2[crm.Membership, error] {
	const size = 1000
	return each(pages(ctx, c, listing[membershipJSON, crm.Membership]{
		call: func(s contract, limit int, at crm.Position) *request {
			return s.memberships(object, id, limit, at.Offset)
		},
		size: size,
		read: func(_ *request, j *membershipJSON) (crm.Membership, error) { return j.read(), nil },
		id:   func(m crm.Membership) string { return m.EntryID },
	}, crm.Position{}), 0)
}

// history reads versions page by page. A version has no id: it is told apart by when it began and what it is.
func (c *Client) history(ctx context.Context, t crm.Target, id, attribute string) iter.Seq2[crm.Version, error] {
	const size = 100
	return each(pages(ctx, c, listing[versionJSON, crm.Version]{
		call: func(s contract, limit int, at crm.Position) *request {
			return s.versions(t, id, attribute, limit, at.Offset)
		},
		size:  size,
		read:  func(r *request, j *versionJSON) (crm.Version, error) { return r.readVersion(j, untold(attribute), id) },
		id:    versionID,
		loose: true,
	}, crm.Position{}), 0)
}

// writeRecord sends the fields. A reply whose values cannot all be read is a success all the same, with the values that can: what
// matters is that the record was written, and which it is.
func (c *Client) writeRecord(ctx context.Context, object string, fields []crm.Field, call func(contract) *request) (crm.Record, error) {
	return c.oneRecord(ctx, object, func(s contract, attribute described) (*request, error) {
		return filled(s, call(s), attribute, fields)
	})
}

// filled is the request with the fields in its body.
func filled(s contract, r *request, attribute described, fields []crm.Field) (*request, error) {
	if r.fill == nil {
		return r, nil // the contract has no such call, and sending says so
	}
	values, err := r.writeFields(s, attribute, fields)
	if err != nil {
		return nil, err
	}
	r.body = r.fill(values)
	return r, nil
}

// oneRecord makes a call whose reply is a record.
func (c *Client) oneRecord(ctx context.Context, object string, call func(contract, described) (*request, error)) (crm.Record, error) {
	found, r, attribute, err := one[recordJSON](ctx, c, crm.Target{Object: object}, call)
	if err != nil {
		return crm.Record{}, err
	}
	rec, unread := r.readRecord(&found, attribute)
	if rec.ID == "" {
		return rec, unread
	}
	return rec, nil // it names what cannot be read
}

// one makes a call about one record or entry of a target, and returns its reply with what is needed to read it.
func one[J any](
	ctx context.Context, c *Client, t crm.Target, call func(contract, described) (*request, error),
) (found J, r *request, attribute described, err error) {
	s, err := c.speak(ctx)
	if err != nil {
		return found, nil, nil, err
	}
	if attribute, err = c.describe(ctx, s, t); err != nil {
		return found, nil, nil, err
	}
	if r, err = call(s, attribute); err != nil {
		return found, nil, nil, err
	}
	found, err = data[J](ctx, c, r)
	return found, r, attribute, err
}
