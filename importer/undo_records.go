package importer

import (
	"context"
	"errors"
	"iter"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

// RecordUndoer is the workspace as undoing needs it for records.
type RecordUndoer interface {
	FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error)
	GetRecord(ctx context.Context, object, id string) (crm.Record, error)
	PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error)
	DeleteRecord(ctx context.Context, object, id string) error
	// RecordVersions is every value that an attribute holds or held.
	RecordVersions(ctx context.Context, object, id, attribute string) iter.Seq2[crm.Version, error]
}

// RecordThings is the records of an object.
type RecordThings struct {
	Records RecordUndoer
	Of      *crm.Schema
}

// Schema implements Things.
func (r *RecordThings) Schema() *crm.Schema { return r.Of }

// Get implements Things.
func (r *RecordThings) Get(ctx context.Context, id string) (crm.Record, error) {
	return r.Records.GetRecord(ctx, r.Of.Target.Object, id)
}

// Find implements Things.
func (r *RecordThings) Find(ctx context.Context, t checkpoint.Touched) ([]crm.Record, error) {
	if len(t.Key.Values) == 0 {
		return nil, nil
	}
	records, err := r.Records.FindByKey(ctx, r.Of.Target.Object, t.Key, lookupLimit)
	return slices.DeleteFunc(records, func(r crm.Record) bool { return !holds(r, t.Key) }), err
}

// Put implements Things.
func (r *RecordThings) Put(ctx context.Context, id string, fields []crm.Field) (crm.Record, error) {
	return r.Records.PutRecord(ctx, r.Of.Target.Object, id, fields)
}

// Delete implements Things.
func (r *RecordThings) Delete(ctx context.Context, id string) error {
	return r.Records.DeleteRecord(ctx, r.Of.Target.Object, id)
}

// WrittenBy implements Things.
func (r *RecordThings) WrittenBy(ctx context.Context, id, attribute string) (crm.ActorReference, bool, error) {
	return lastWriter(r.Records.RecordVersions(ctx, r.Of.Target.Object, id, attribute))
}

// lastWriter is who wrote the newest version; false where the API keeps no history of the attribute and refuses to tell it (contract §6).
func lastWriter(versions iter.Seq2[crm.Version, error]) (by crm.ActorReference, told bool, err error) {
	var newest crm.Version
	for v, err := range versions {
		var fault crm.Fault
		switch {
		case errors.As(err, &fault) && (fault.FaultClass() == crm.FaultRow || fault.FaultClass() == crm.FaultJob):
			return by, false, nil
		case err != nil:
			return by, false, err
		}
		if !told || v.From.After(newest.From) {
			newest, told = v, true
		}
	}
	return newest.By, told, nil
}
