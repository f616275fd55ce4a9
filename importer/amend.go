package importer

import (
	"context"
	"fmt"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/valueconv"
)

// split parts a row's fields into those that an assert writes as the row means them, and those whose effect depends on what the record
// has: an assert replaces every attribute of several values but the matching one (contract §6).
func split(fields []crm.Field) (asserted, amended []crm.Field) {
	if !slices.ContainsFunc(fields, func(f crm.Field) bool { return f.Write != crm.Replace }) {
		return fields, nil
	}
	for _, f := range fields {
		if f.Write == crm.Replace {
			asserted = append(asserted, f)
		} else {
			amended = append(amended, f)
		}
	}
	return asserted, amended
}

// amend works out what is left to write on a record. Values are only added that it lacks and only taken away that it has, so that a row
// that runs twice changes nothing the second time. What is added goes by PATCH, which keeps what others add meanwhile; what is left
// after taking away goes by PUT, which replaces. A finding says that the record holds values that this program cannot read.
func amend(schema *crm.Schema, record crm.Record, fields []crm.Field) (patch, put []crm.Field, finding *diag.Finding) {
	for _, f := range fields {
		unread := slices.Contains(record.Unread, f.Attribute)
		if unread && f.Write != crm.Replace {
			return nil, nil, &diag.Finding{
				Code: "unreadable-value", Problem: fmt.Sprintf("record %s holds values of %s that this version cannot read, so they are left alone", record.ID, f.Attribute),
			}
		}
		attr, _ := schema.Attribute(f.Attribute)
		have := record.Values[f.Attribute]
		switch f.Write {
		case crm.IfEmpty:
			if len(have) == 0 && len(f.Values) > 0 {
				patch = append(patch, crm.Field{Attribute: f.Attribute, Values: f.Values})
			}
		case crm.Append:
			if lacks := without(attr, f.Values, have); len(lacks) > 0 {
				patch = append(patch, crm.Field{Attribute: f.Attribute, Values: lacks})
			}
		case crm.Remove:
			if rest := without(attr, have, f.Values); len(rest) < len(have) {
				put = append(put, crm.Field{Attribute: f.Attribute, Values: rest})
			}
		case crm.Replace:
			if unread || !valueconv.Equal(attr, have, f.Values) {
				put = append(put, crm.Field{Attribute: f.Attribute, Values: f.Values})
			}
		}
	}
	return patch, put, nil
}

// without is the values of a that are not in b.
func without(attr crm.Attribute, a, b []crm.Value) []crm.Value {
	var rest []crm.Value
	for _, v := range a {
		in := func(other crm.Value) bool { return valueconv.Equal(attr, []crm.Value{v}, []crm.Value{other}) }
		if !slices.ContainsFunc(b, in) {
			rest = append(rest, v)
		}
	}
	return rest
}

// amendRecord writes what is left to write on a record, with no request when nothing is. The reply to the assert told what the record has,
// and no other row changes it meanwhile: rows of one key take turns, and a record belongs to the rows of one key (see owners).
func (w *worker) amendRecord(work context.Context, t *task, record crm.Record, fields []crm.Field) (*diag.Finding, error) {
	d, finding := w.difference(record, fields)
	if finding != nil {
		return finding, nil
	}
	found := d.previous
	if t.created && !found.Empty() {
		found = &checkpoint.Previous{Created: true} // there is nothing to put back
	}
	if err := w.intend(t, found, expected(record, d)); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		fields []crm.Field
		write  func(ctx context.Context, id string, fields []crm.Field) (crm.Record, error)
	}{{d.patch, w.items.patch}, {d.put, w.items.put}} {
		if len(part.fields) == 0 {
			continue
		}
		reply, err := part.write(work, record.ID, part.fields)
		if err != nil {
			return nil, err
		}
		t.wrote = true
		if reply.ID != record.ID { // a success that does not show the row is no success (I8)
			return notConfirmed(t, "the API said that record "+record.ID+" was written, and replied with record "+reply.ID), nil
		}
		t.see(reply)
		w.wroteRecord(t, reply, part.fields, false)
	}
	return nil, nil
}
