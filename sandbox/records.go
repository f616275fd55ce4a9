package sandbox

import (
	"context"
	"time"

	"github.com/google/uuid"
)

func createRecord(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	in, err := valuesOf(c.body)
	if err != nil {
		return nil, err
	}
	w := c.writer(o)
	checked, err := w.parse(ctx, in)
	if err != nil {
		return nil, err
	}
	rec, err := w.create(ctx, checked, nil)
	if err != nil {
		return nil, err
	}
	return oneRecord(rec)
}

func getRecord(ctx context.Context, c *call) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	return oneRecord(rec)
}

func patchRecord(ctx context.Context, c *call) (any, error) { return c.changeRecord(ctx, modePatch) }

func putRecord(ctx context.Context, c *call) (any, error) { return c.changeRecord(ctx, modePut) }

func (c *call) changeRecord(ctx context.Context, how mode) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	in, err := valuesOf(c.body)
	if err != nil {
		return nil, err
	}
	w := c.writer(rec.object)
	checked, err := w.parse(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := w.change(ctx, rec, checked, how, nil); err != nil {
		return nil, err
	}
	return oneRecord(rec)
}

func deleteRecord(ctx context.Context, c *call) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.st.remove(ctx, rec, time.Now().UnixNano())
}

// record is the record that the path names.
func (c *call) record(ctx context.Context) (*record, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("record")
	if uuid.Validate(id) != nil {
		return nil, badRequest(codeValidation, "Record ID %q is not a valid UUID.", id)
	}
	row, err := c.st.recordRow(ctx, o, id)
	if err != nil {
		return nil, err
	}
	if row == 0 {
		return nil, notFound("Could not find record with ID %q.", id)
	}
	records, err := c.st.load(ctx, o, row)
	if err != nil {
		return nil, err
	}
	return records[0], nil
}
