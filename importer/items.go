package importer

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/valueconv"
)

// Entries is the entries of lists as the engine needs them.
type Entries interface {
	EntryReader
	EntryWriter
}

// EntryReader reads entries.
type EntryReader interface {
	// EntryPages reads the entries that a query asks for.
	EntryPages(ctx context.Context, target crm.Target, q crm.Query) iter.Seq2[crm.Page[crm.Entry], error]
	// GetEntry reads an entry.
	GetEntry(ctx context.Context, list, id string) (crm.Entry, error)
}

// EntryWriter writes single entries. Only writes that do no more when they are sent twice are asked for, but for CreateEntry and PatchEntry.
type EntryWriter interface {
	// AssertEntry updates the one entry of a record, or puts the record on the list.
	AssertEntry(ctx context.Context, list string, parent crm.RecordLink, fields []crm.Field) (crm.Entry, error)
	// CreateEntry puts a record on a list, once more if it is there. An error may leave open whether it was done.
	CreateEntry(ctx context.Context, list string, parent crm.RecordLink, fields []crm.Field) (crm.Entry, error)
	// PatchEntry does to an entry what PatchRecord does to a record.
	PatchEntry(ctx context.Context, list, id string, fields []crm.Field) (crm.Entry, error)
	// PutEntry does to an entry what PutRecord does to a record.
	PutEntry(ctx context.Context, list, id string, fields []crm.Field) (crm.Entry, error)
}

// items is what rows with a key become: records, or entries of a list as if they were records that have their parent as the match
// attribute.
type items interface {
	itemReader
	itemWriter
}

type itemReader interface {
	find(ctx context.Context, key crm.Key, limit int) ([]crm.Record, error)
	get(ctx context.Context, id string) (crm.Record, error)
	scan(ctx context.Context) iter.Seq2[crm.Page[crm.Record], error]
	moreThan(ctx context.Context, n int) (bool, error)
}

type itemWriter interface {
	assert(ctx context.Context, fields []crm.Field) (crm.Record, error)
	create(ctx context.Context, fields []crm.Field) (crm.Record, error)
	patch(ctx context.Context, id string, fields []crm.Field) (crm.Record, error)
	put(ctx context.Context, id string, fields []crm.Field) (crm.Record, error)
}

// items is those of the import's target.
func (im *Import) items() items {
	if im.Target().List != "" {
		return entryItems{im.Entries, im.Target(), im.Parent}
	}
	return recordItems{im}
}

// recordItems is the records of an object.
type recordItems struct{ *Import }

func (r recordItems) find(ctx context.Context, key crm.Key, limit int) ([]crm.Record, error) {
	return r.Records.FindByKey(ctx, r.Target().Object, key, limit)
}

func (r recordItems) get(ctx context.Context, id string) (crm.Record, error) {
	return r.Records.GetRecord(ctx, r.Target().Object, id)
}

func (r recordItems) assert(ctx context.Context, fields []crm.Field) (crm.Record, error) {
	return r.Records.AssertRecord(ctx, r.Target().Object, r.Match, fields)
}

func (r recordItems) create(ctx context.Context, fields []crm.Field) (crm.Record, error) {
	return r.Records.CreateRecord(ctx, r.Target().Object, fields)
}

func (r recordItems) patch(ctx context.Context, id string, fields []crm.Field) (crm.Record, error) {
	return r.Records.PatchRecord(ctx, r.Target().Object, id, fields)
}

func (r recordItems) put(ctx context.Context, id string, fields []crm.Field) (crm.Record, error) {
	return r.Records.PutRecord(ctx, r.Target().Object, id, fields)
}

func (r recordItems) scan(ctx context.Context) iter.Seq2[crm.Page[crm.Record], error] {
	return r.Scanner.ScanRecords(ctx, r.Target().Object)
}

func (r recordItems) moreThan(ctx context.Context, n int) (bool, error) {
	return r.Scanner.MoreThan(ctx, r.Target().Object, n)
}

// entryItems is the entries of a list whose records are of one object.
type entryItems struct {
	entries Entries
	list    crm.Target
	object  string
}

func (e entryItems) find(ctx context.Context, key crm.Key, limit int) ([]crm.Record, error) {
	for page, err := range e.entries.EntryPages(ctx, e.list, crm.Query{Filter: e.of(key.Values), Limit: limit}) {
		return e.records(page.Items), err // one page holds as many
	}
	return nil, nil
}

// of is the filter for the entries of records (contract §7).
func (e entryItems) of(ids []string) crm.Filter {
	of := crm.Compare{Path: []crm.Step{{Attribute: jobs.ParentRecord}, {Target: e.object, Attribute: "record_id"}}, Operator: crm.Equal}
	if len(ids) == 1 {
		of.Value = ids[0]
		return of
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	of.Operator, of.Value = crm.In, values
	return of
}

func (e entryItems) records(entries []crm.Entry) []crm.Record {
	records := make([]crm.Record, len(entries))
	for i, entry := range entries {
		records[i] = e.record(entry)
	}
	return records
}

// record is an entry as a record that has its parent as an attribute.
func (e entryItems) record(entry crm.Entry) crm.Record {
	if entry.Values == nil {
		entry.Values = map[string][]crm.Value{}
	}
	if entry.RecordID != "" {
		entry.Values[jobs.ParentRecord] = []crm.Value{crm.RecordReference{Object: e.object, ID: entry.RecordID}}
	}
	return crm.Record{ID: entry.ID, CreatedAt: entry.CreatedAt, Values: entry.Values, Unread: entry.Unread}
}

func (e entryItems) get(ctx context.Context, id string) (crm.Record, error) {
	entry, err := e.entries.GetEntry(ctx, e.list.List, id)
	return e.record(entry), err
}

func (e entryItems) assert(ctx context.Context, fields []crm.Field) (crm.Record, error) {
	return e.write(fields, func(parent crm.RecordLink, values []crm.Field) (crm.Entry, error) {
		return e.entries.AssertEntry(ctx, e.list.List, parent, values)
	})
}

func (e entryItems) create(ctx context.Context, fields []crm.Field) (crm.Record, error) {
	return e.write(fields, func(parent crm.RecordLink, values []crm.Field) (crm.Entry, error) {
		return e.entries.CreateEntry(ctx, e.list.List, parent, values)
	})
}

func (e entryItems) write(fields []crm.Field, write func(crm.RecordLink, []crm.Field) (crm.Entry, error)) (crm.Record, error) {
	parent, values := parentOf(fields)
	if parent.ID == "" {
		return crm.Record{}, fmt.Errorf("write an entry of %s: no record is known that it belongs to", e.list)
	}
	entry, err := write(crm.RecordLink{Object: parent.Object, RecordID: parent.ID}, values)
	return e.record(entry), err
}

func (e entryItems) patch(ctx context.Context, id string, fields []crm.Field) (crm.Record, error) {
	entry, err := e.entries.PatchEntry(ctx, e.list.List, id, fields)
	return e.record(entry), err
}

func (e entryItems) put(ctx context.Context, id string, fields []crm.Field) (crm.Record, error) {
	entry, err := e.entries.PutEntry(ctx, e.list.List, id, fields)
	return e.record(entry), err
}

func (e entryItems) scan(ctx context.Context) iter.Seq2[crm.Page[crm.Record], error] {
	return func(yield func(crm.Page[crm.Record], error) bool) {
		for page, err := range e.entries.EntryPages(ctx, e.list, crm.Query{Whole: true}) {
			if !yield(crm.Page[crm.Record]{Items: e.records(page.Items)}, err) {
				return
			}
		}
	}
}

func (e entryItems) moreThan(ctx context.Context, n int) (bool, error) {
	for page, err := range e.entries.EntryPages(ctx, e.list, crm.Query{Limit: 1, From: crm.Position{Offset: n}}) {
		return len(page.Items) > 0, err
	}
	return false, nil
}

// parentOf takes the record that an entry or a note belongs to from a row's fields; without an id where it is not known.
func parentOf(fields []crm.Field) (parent crm.RecordReference, others []crm.Field) {
	for i, f := range fields {
		if f.Attribute != jobs.ParentRecord {
			continue
		}
		if len(f.Values) == 1 {
			parent, _ = f.Values[0].(crm.RecordReference)
		}
		return parent, slices.Delete(slices.Clone(fields), i, i+1)
	}
	return parent, fields
}

// located is a row's key as the workspace knows it: an entry is found by the id of its record, which the file names by another key.
// It has no values while that record is not known.
func (im *Import) located(key crm.Key, fields []crm.Field) crm.Key {
	if im.Target().List == "" {
		return key
	}
	at := crm.Key{Attribute: key.Attribute, Type: key.Type}
	if parent, _ := parentOf(fields); parent.ID != "" {
		at.Values = []string{valueconv.Canonical(parent)}
	}
	return at
}

// spelled are the keys by which rows of the file may name a record: the values of its match attribute, of an entry those of its record.
func (r *run) spelled(record crm.Record) []string {
	var keys []string
	for _, v := range record.Values[r.Match] {
		key := valueconv.Canonical(v)
		keys = append(keys, key)
		if r.Target().List != "" {
			keys = append(keys, r.checked.refs.namesOf(key)...)
		}
	}
	return keys
}
