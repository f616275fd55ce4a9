package main

import (
	"context"
	"errors"
	"iter"

	"attio-etl/attio"
	"attio-etl/crm"
)

// records is the workspace as the importer wants it: the client, with attributes in errors named by slug instead of by id.
type records struct {
	client *attio.Client
	schema *crm.Schema
}

func (r *records) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	record, err := r.client.AssertRecord(ctx, object, match, fields)
	return record, r.named(err)
}

func (r *records) CreateRecord(ctx context.Context, object string, fields []crm.Field) (crm.Record, error) {
	record, err := r.client.CreateRecord(ctx, object, fields)
	return record, r.named(err)
}

func (r *records) FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error) {
	found, err := r.client.FindByKey(ctx, object, key, limit)
	return found, r.named(err)
}

func (r *records) GetRecord(ctx context.Context, object, id string) (crm.Record, error) {
	record, err := r.client.GetRecord(ctx, object, id)
	return record, r.named(err)
}

func (r *records) PatchRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	record, err := r.client.PatchRecord(ctx, object, id, fields)
	return record, r.named(err)
}

func (r *records) PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	record, err := r.client.PutRecord(ctx, object, id, fields)
	return record, r.named(err)
}

func (r *records) DeleteRecord(ctx context.Context, object, id string) error {
	return r.named(r.client.DeleteRecord(ctx, object, id))
}

func (r *records) RecordVersions(ctx context.Context, object, id, attribute string) iter.Seq2[crm.Version, error] {
	return r.client.RecordVersions(ctx, object, id, attribute)
}

func (r *records) named(err error) error {
	if fault, ok := errors.AsType[*attio.Error](err); ok {
		return fault.In(r.schema)
	}
	return err
}
