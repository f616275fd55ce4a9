package checkpoint_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

func texts(values ...string) []crm.Value {
	list := make([]crm.Value, len(values))
	for i, v := range values {
		list[i] = crm.Text(v)
	}
	return list
}

// touchedBy is what is on the list of a run.
func touchedBy(t *testing.T, s *checkpoint.Store, run checkpoint.Run) []checkpoint.Touched {
	t.Helper()
	list, err := s.PlanUndo(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	all, err := list.After(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestWhatARunDidToARecord: of each attribute the oldest note tells what was there before, and the last write what was left, over rows and
// steps, in the order in which they were written and not in that of the file.
func TestWhatARunDidToARecord(t *testing.T) {
	s := open(t, t.TempDir())
	r, err := s.Begin(t.Context(), migration())
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.Journal(r.Steps[0]), s.Journal(r.Steps[1])
	put := func(j *checkpoint.Journal, ordinal int64, o checkpoint.Outcome, before, after crm.Values, wrote ...string) {
		t.Helper()
		e := checkpoint.Entry{Ordinal: ordinal, Outcome: o, Record: "rec", Left: &checkpoint.Left{Record: "rec", Values: after, Wrote: wrote, Intended: o == checkpoint.Sent}}
		if before != nil {
			e.Previous = &checkpoint.Previous{Values: before}
		}
		if err := j.Append(t.Context(), []checkpoint.Entry{e}); err != nil {
			t.Fatal(err)
		}
	}
	// Row 2 writes the name, then row 1 does, whose reference waits; what is under way last is not known to be done.
	put(first, 2, checkpoint.Sent, crm.Values{"name": texts("old")}, crm.Values{"name": texts("two")}, "name")
	put(first, 2, checkpoint.Updated, nil, crm.Values{"name": texts("two")}, "name")
	put(first, 1, checkpoint.Sent, crm.Values{"name": texts("two"), "size": {}}, crm.Values{"name": texts("one"), "size": texts("s")}, "name", "size")
	put(first, 1, checkpoint.Updated, nil, crm.Values{"name": texts("one"), "size": texts("s")}, "name", "size")
	put(first, 1, checkpoint.Sent, crm.Values{"size": texts("s")}, crm.Values{"size": texts("m")}, "size")
	// The second step is of another target: a record of the same id there is another thing.
	put(second, 1, checkpoint.Sent, crm.Values{"title": texts("t")}, crm.Values{"title": texts("u")}, "title")

	got := touchedBy(t, s, r)
	want := []checkpoint.Touched{
		{
			Ordinal: 1, Phase: 1, Step: 2, Target: crm.Target{Object: "people"}, Record: "rec", Noted: true, Before: crm.Values{"title": texts("t")},
			After: map[string][][]crm.Value{"title": {texts("u")}}, Wrote: map[string]bool{"title": true},
		},
		{
			Ordinal: 2, Phase: 1, Step: 1, Target: crm.Target{Object: "companies"}, Record: "rec", Noted: true, Before: crm.Values{"name": texts("old"), "size": {}},
			After: map[string][][]crm.Value{"name": {texts("one")}, "size": {texts("s"), texts("m")}}, Wrote: map[string]bool{"name": true, "size": true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("touched (-want +got):\n%s", diff)
	}
}

// TestOneRecordOfTheList: it is as the list has it, whatever is before and after it.
func TestOneRecordOfTheList(t *testing.T) {
	s := open(t, t.TempDir())
	run := begin(t, s)
	j := s.Journal(run.Steps[0])
	for i, id := range []string{"a", "b", "c"} {
		e := checkpoint.Entry{
			Ordinal: int64(i + 1), Outcome: checkpoint.Updated, Record: id, Previous: &checkpoint.Previous{Values: crm.Values{"name": texts("old " + id)}},
			Left: &checkpoint.Left{Record: id, Values: crm.Values{"name": texts(id)}, Wrote: []string{"name"}},
		}
		if err := j.Append(t.Context(), []checkpoint.Entry{e}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.PlanUndo(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range touchedBy(t, s, run) {
		got, there, err := list.Touched(t.Context(), want.Record)
		if diff := cmp.Diff(want, got); err != nil || !there || diff != "" {
			t.Errorf("thing %d: there = %v, %v (-want +got):\n%s", i, there, err, diff)
		}
	}
	if got, there, err := list.Touched(t.Context(), "d"); there || err != nil {
		t.Errorf("another record: %+v, %v, %v", got, there, err)
	}
}

// TestARunThatIsUndoneDoesNotGoOn: it is marked as soon as its undoing begins, and that goes on until it is complete.
func TestARunThatIsUndoneDoesNotGoOn(t *testing.T) {
	s := open(t, t.TempDir())
	run := begin(t, s)
	undo, err := s.BeginUndo(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if _, goesOn, err := s.Unfinished(t.Context(), want()); goesOn || err != nil {
		t.Errorf("goes on = %v, %v", goesOn, err)
	}
	again, goesOn, err := s.UnfinishedUndo(t.Context(), run)
	if err != nil || !goesOn || again.ID != undo.ID || again.Undoes != run.ID {
		t.Errorf("undoing goes on = %v with %+v, %v", goesOn, again, err)
	}
	finish(t, s, undo, checkpoint.Complete)
	if _, goesOn, err := s.UnfinishedUndo(t.Context(), run); goesOn || err != nil {
		t.Errorf("undoing goes on = %v, %v", goesOn, err)
	}
}

// TestAFileOfVersion3TellsNotWhatWasLeft: its runs have previous values, and nothing tells what they left.
func TestAFileOfVersion3TellsNotWhatWasLeft(t *testing.T) {
	dir := t.TempDir()
	checkpoint.MakeFile(t, dir, string(read(t, filepath.Join("testdata", "version3.sql"))))
	for range 2 {
		s := open(t, dir)
		run, goesOn, err := s.Unfinished(t.Context(), want())
		if err != nil || !goesOn {
			t.Fatalf("%+v, %v, %v: want the killed run to go on", run, goesOn, err)
		}
		got := touchedBy(t, s, run)
		if len(got) != 2 || got[1].Record != "rec-1" || got[1].Noted || got[0].Noted {
			t.Errorf("touched %+v", got)
		}
	}
}
