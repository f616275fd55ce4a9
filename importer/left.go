package importer

import (
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

// tracks reports whether it is noted what rows find and leave. Rows that are asserted without looking find nothing that could be noted.
func (im *Import) tracks() bool { return im.diffs() || !im.asserts() }

// wroteRecord notes what a write left of the fields, or of the whole record where it created it.
func (w *worker) wroteRecord(t *task, record crm.Record, fields []crm.Field, created bool) {
	t.wrote = true
	if w.tracks() {
		if t.left == nil || t.left.Record != record.ID { // the first, or another record in the place of one that is gone
			t.left = &checkpoint.Left{}
		}
		t.left.Add(record, fields, created)
	}
}

// expected is what a record is about to hold of the attributes that a difference changes.
func expected(record crm.Record, d difference) *checkpoint.Left {
	left := &checkpoint.Left{Record: record.ID, Values: crm.Values{}, Intended: true}
	for _, f := range d.patch {
		left.Values[f.Attribute] = append(slices.Clip(record.Values[f.Attribute]), f.Values...)
		left.Wrote = append(left.Wrote, f.Attribute)
	}
	for _, f := range d.put {
		left.Values[f.Attribute] = f.Values
		left.Wrote = append(left.Wrote, f.Attribute)
	}
	return left
}

// expectedNew is what a record is about to be created with.
func expectedNew(key crm.Key, fields []crm.Field) *checkpoint.Left {
	left := &checkpoint.Left{Values: crm.Values{}, Intended: true, Key: key}
	for _, f := range whole(fields) {
		left.Values[f.Attribute] = f.Values
		left.Wrote = append(left.Wrote, f.Attribute)
	}
	return left
}
