package importer_test

import (
	"context"
	"testing"

	"attio-etl/crm"
)

// oneRecord answers every assert with the same record, whatever the row's key.
type oneRecord struct{ *fakeRecords }

func (o oneRecord) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	record, err := o.fakeRecords.AssertRecord(ctx, object, match, fields)
	record.ID = "the one"
	return record, err
}

// TestTwoRowsOfOneRecordInTwoSessions: a row that stayed open is written over one that an earlier session wrote to the same record. The later
// row must not be taken for done, as the record does not have its values any more (I8).
func TestTwoRowsOfOneRecordInTwoSessions(t *testing.T) {
	b := newBench(t, "reject", "", "a.com,first,small", "b.com,second,small")
	b.Records = oneRecord{b.records}
	b.records.answer = func(name string) error {
		if name == "first" {
			return fault{crm.FaultTransient, "timeout"}
		}
		return nil
	}
	if s, err := b.run(t); err == nil || s.Upserted != 1 || s.NotReached != 1 {
		t.Fatalf("%+v, %v: want the first row open and the second written", s, err)
	}
	b.records.answer = nil
	s, err := b.run(t)
	if err != nil || s.Upserted != 1 || s.Rejected != 1 {
		t.Fatalf("%+v, %v: want one of the two rows rejected, as they are one record", s, err)
	}
}
