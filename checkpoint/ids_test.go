package checkpoint_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

func holding(ordinal int64, record string, values ...string) checkpoint.Entry {
	e := entry(ordinal, checkpoint.Created)
	e.Record, e.Holds = record, crm.Key{Attribute: "domains", Values: values}
	return e
}

func ids(t *testing.T, j *checkpoint.Journal) (list []checkpoint.ID) {
	t.Helper()
	for id, err := range j.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, id)
	}
	return list
}

func TestIDsAreThoseOfTheLastEntryOfARow(t *testing.T) {
	s := open(t, t.TempDir())
	run := begin(t, s)
	j, other := s.Journal(run.Steps[0]), s.Journal(begin(t, s).Steps[0])
	id := func(ordinal int64, value, record string) checkpoint.ID {
		return checkpoint.ID{Ordinal: ordinal, Object: "companies", Attribute: "domains", Value: value, Record: record}
	}
	put := func(entries ...checkpoint.Entry) {
		t.Helper()
		if err := j.Append(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
	put(holding(1, "rec-1", "a.com", "b.com"), holding(2, "rec-2", "c.com"), entry(3, checkpoint.Rejected), holding(4, "rec-4", "d.com"))
	if err := other.Append(t.Context(), []checkpoint.Entry{holding(1, "rec-9", "z.com")}); err != nil {
		t.Fatal(err)
	}
	// Row 1 becomes another record, row 2 is rejected after all, row 4 is begun again and has not ended.
	begun := entry(4, checkpoint.Sent)
	begun.Record = ""
	put(holding(1, "rec-5", "b.com"), entry(2, checkpoint.Rejected), begun)
	if diff := cmp.Diff([]checkpoint.ID{id(1, "b.com", "rec-5")}, ids(t, j)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := j.Made(t.Context(), checkpoint.Made{Object: "people", Attribute: "email_addresses", Value: "a@b.com", Record: "rec-6"}); err != nil {
		t.Fatal(err)
	}
	if err := j.Made(t.Context(), checkpoint.Made{Object: "companies", Attribute: "categories", Value: "an option"}); err != nil {
		t.Fatal(err)
	}
	made := checkpoint.ID{Object: "people", Attribute: "email_addresses", Value: "a@b.com", Record: "rec-6"}
	if diff := cmp.Diff([]checkpoint.ID{made, id(1, "b.com", "rec-5")}, ids(t, j)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := j.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]checkpoint.ID{made}, ids(t, j)); diff != "" {
		t.Errorf("after the rows were forgotten (-want +got):\n%s", diff)
	}
	if got := ids(t, other); len(got) != 1 || got[0].Record != "rec-9" {
		t.Errorf("of another run: %+v", got)
	}
}

// TestIDsComePageByPage has more of them than a page, and rows whose values stand on two.
func TestIDsComePageByPage(t *testing.T) {
	s := open(t, t.TempDir())
	j := s.Journal(begin(t, s).Steps[0])
	var entries []checkpoint.Entry
	for i := range int64(700) {
		values := make([]string, 3)
		for v := range values {
			values[v] = fmt.Sprintf("v%d-%d.com", i, v)
		}
		entries = append(entries, holding(i+1, fmt.Sprintf("rec-%d", i), values...))
	}
	if err := j.Append(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	got := ids(t, j)
	if len(got) != 2100 {
		t.Fatalf("%d ids, want 2100", len(got))
	}
	for i, id := range got {
		if want := fmt.Sprintf("v%d-%d.com", i/3, i%3); id.Value != want || id.Record != fmt.Sprintf("rec-%d", i/3) {
			t.Fatalf("id %d: %+v, want %s", i, id, want)
		}
	}
	for _, err := range j.IDs(t.Context()) { // whoever has enough may stop
		if err != nil {
			t.Fatal(err)
		}
		break
	}
}
