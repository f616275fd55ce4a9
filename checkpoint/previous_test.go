package checkpoint_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

func found(values crm.Values, unread ...string) *checkpoint.Previous {
	return &checkpoint.Previous{Values: values, Unread: unread}
}

// TestTheOldestPreviousValuesStay: a row that is begun several times, also after what it was is forgotten, keeps what was there before the
// first of them.
func TestTheOldestPreviousValuesStay(t *testing.T) {
	s := open(t, t.TempDir())
	j := s.Journal(begin(t, s).Steps[0])
	put := func(o checkpoint.Outcome, p *checkpoint.Previous) {
		t.Helper()
		e := entry(1, o)
		e.Previous = p
		if err := j.Append(t.Context(), []checkpoint.Entry{e}); err != nil {
			t.Fatal(err)
		}
	}
	put(checkpoint.Sent, found(crm.Values{"name": {crm.Text("old")}, "tags": {}}, "odd"))
	put(checkpoint.Sent, found(crm.Values{"name": {crm.Text("new")}, "odd": {crm.Text("read now")}}, "size", "tags"))
	if err := j.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(checkpoint.Updated, nil)
	want := entry(1, checkpoint.Updated)
	want.Previous = found(crm.Values{"name": {crm.Text("old")}, "tags": {}}, "odd", "size")
	if diff := cmp.Diff([]checkpoint.Entry{want}, entries(t, j)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	put(checkpoint.Sent, &checkpoint.Previous{Created: true})
	if got := entries(t, j); !got[0].Previous.Created || len(got[0].Previous.Values) != 2 {
		t.Errorf("previous %+v", got[0].Previous)
	}
}

// TestSnapshot: a second record of a row is told, the same one twice is one, and jobs and steps do not see each other's.
func TestLiveValues(t *testing.T) {
	s := open(t, t.TempDir())
	snap, other := s.LiveValues("job", "people"), s.LiveValues("job", "")
	held := crm.Values{"name": {crm.Text("A")}, "size": {}}
	for _, page := range [][]checkpoint.Live{
		{{Ordinal: 7, Record: "r7", Values: held, Unread: []string{"odd", "tags"}}, {Ordinal: 3, Record: "r3", Shared: 9}},
		{{Ordinal: 7, Record: "r7"}, {Ordinal: 3, Record: "r4"}, {Ordinal: 3, Record: "r5"}, {Ordinal: 3, Record: "r4", Shared: 2}},
	} {
		if err := snap.Put(t.Context(), page); err != nil {
			t.Fatal(err)
		}
	}
	want := []checkpoint.Live{
		{Ordinal: 3, Record: "r3", Others: []string{"r4", "r5"}, Shared: 9, Values: crm.Values{}, Unread: []string{}},
		{Ordinal: 7, Record: "r7", Others: []string{}, Values: held, Unread: []string{"odd", "tags"}},
	}
	got, err := snap.After(t.Context(), 0, 10)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, live (-want +got):\n%s", err, diff)
	}
	if got, err = snap.After(t.Context(), 3, 10); err != nil || len(got) != 1 {
		t.Errorf("%v, %v: want the second alone", got, err)
	}
	if got, err = other.After(t.Context(), 0, 10); err != nil || len(got) != 0 {
		t.Errorf("%v, %v: another step's", got, err)
	}
	if err := snap.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err = snap.After(t.Context(), 0, 10); err != nil || len(got) != 0 {
		t.Errorf("%v, %v after clearing", got, err)
	}
}

// TestAFileOfVersion2GoesOn: it had no previous values, and gets a place for them.
func TestAFileOfVersion2GoesOn(t *testing.T) {
	dir := t.TempDir()
	checkpoint.MakeFile(t, dir, string(read(t, filepath.Join("testdata", "version2.sql"))))
	for range 2 {
		s := open(t, dir)
		run, goesOn, err := s.Unfinished(t.Context(), want())
		if err != nil || !goesOn {
			t.Fatalf("%+v, %v, %v: want the killed run to go on", run, goesOn, err)
		}
		j := s.Journal(run.Steps[0])
		before := entries(t, j)
		if len(before) != 2 || before[0].Outcome != checkpoint.Upserted || before[0].Record != "rec-1" || before[1].Outcome != checkpoint.Deferred {
			t.Fatalf("entries %+v", before)
		}
		e := entry(2, checkpoint.Updated)
		e.Previous = found(crm.Values{"name": {crm.Text("old")}})
		if err := j.Append(t.Context(), []checkpoint.Entry{e}); err != nil {
			t.Fatal(err)
		}
		if got := entries(t, j); got[1].Previous.Empty() || !got[0].Previous.Empty() {
			t.Errorf("entries %+v", got)
		}
		e.Outcome = checkpoint.Deferred
		if err := j.Append(t.Context(), []checkpoint.Entry{e}); err != nil {
			t.Fatal(err)
		}
	}
}
