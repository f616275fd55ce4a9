package importer

import (
	"context"
	"fmt"
	"slices"

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
		if slices.Contains(record.Unread, f.Attribute) {
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
			if !valueconv.Equal(attr, have, f.Values) {
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
func (w *worker) amendRecord(work context.Context, record crm.Record, fields []crm.Field) (*diag.Finding, error) {
	patch, put, finding := amend(w.Schema, record, fields)
	if finding != nil {
		return finding, nil
	}
	if len(patch) > 0 {
		if _, err := w.Records.PatchRecord(work, w.Target().Object, record.ID, patch); err != nil {
			return nil, err
		}
	}
	if len(put) > 0 {
		if _, err := w.Records.PutRecord(work, w.Target().Object, record.ID, put); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
