package importer

import (
	"context"
	"iter"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/jobs"
)

// EntryUndoer is the workspace as undoing needs it for entries.
type EntryUndoer interface {
	Entries
	DeleteEntry(ctx context.Context, list, id string) error
	// EntryVersions is every value that an attribute holds or held.
	EntryVersions(ctx context.Context, list, id, attribute string) iter.Seq2[crm.Version, error]
}

// EntryThings is the entries of a list.
type EntryThings struct {
	Entries EntryUndoer
	Of      *crm.Schema
}

func (e *EntryThings) items(object string) entryItems {
	return entryItems{entries: e.Entries, list: e.Of.Target, object: object}
}

// Schema implements Things.
func (e *EntryThings) Schema() *crm.Schema { return e.Of }

// Get implements Things.
func (e *EntryThings) Get(ctx context.Context, id string) (crm.Record, error) {
	return e.items("").get(ctx, id)
}

// Find implements Things.
func (e *EntryThings) Find(ctx context.Context, t checkpoint.Touched) ([]crm.Record, error) {
	parent, ok := intendedParent(t)
	if !ok {
		return nil, nil
	}
	items := e.items(parent.Object)
	return foundAmong(entryCreations{items}.under(ctx, []crm.RecordReference{parent}), e.Of, t)
}

// Put implements Things.
func (e *EntryThings) Put(ctx context.Context, id string, fields []crm.Field) (crm.Record, error) {
	return e.items("").put(ctx, id, fields)
}

// Delete implements Things.
func (e *EntryThings) Delete(ctx context.Context, id string) error {
	return e.Entries.DeleteEntry(ctx, e.Of.Target.List, id)
}

// WrittenBy implements Things.
func (e *EntryThings) WrittenBy(ctx context.Context, id, attribute string) (crm.ActorReference, bool, error) {
	return lastWriter(e.Entries.EntryVersions(ctx, e.Of.Target.List, id, attribute))
}

// intendedParent is the record under which the run was about to create something.
func intendedParent(t checkpoint.Touched) (parent crm.RecordReference, ok bool) {
	for _, attribute := range []string{jobs.ParentRecord, jobs.LinkedRecords} {
		for _, values := range t.After[attribute] {
			if len(values) > 0 {
				parent, ok = values[0].(crm.RecordReference)
				return parent, ok
			}
		}
	}
	return parent, false
}
