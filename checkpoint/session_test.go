package checkpoint_test

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
)

func TestSessionsOfARun(t *testing.T) {
	s := open(t, t.TempDir())
	run, other := begin(t, s), begin(t, s)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if _, err := s.BeginSession(t.Context(), other, checkpoint.Session{Program: "another"}); err != nil {
		t.Fatal(err)
	}
	killed, err := s.BeginSession(t.Context(), run, checkpoint.Session{
		Program: "1.0", Contract: "current", Traffic: checkpoint.Traffic{Start: at, Width: time.Second, Counts: []checkpoint.Requests{{Read: 3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.BeginSession(t.Context(), run, checkpoint.Session{Program: "1.1", Contract: "reference"})
	if err != nil {
		t.Fatal(err)
	}
	last.Traffic = checkpoint.Traffic{
		Start: at, Width: 2 * time.Second, Counts: []checkpoint.Requests{{Read: 1, Write: 2, Retried: 3, Throttled: 4}, {}, {Write: 5}},
	}
	last.Ended, last.Status, last.Code = at.Add(time.Hour), checkpoint.Complete, 3
	if err := s.KeepSession(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	got, err := s.Sessions(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if killed.Status != checkpoint.Running || killed.Started.IsZero() || !killed.Ended.IsZero() {
		t.Errorf("%+v: it was begun and has not ended", killed)
	}
	if diff := cmp.Diff([]checkpoint.Session{killed, last}, got, cmp.AllowUnexported(checkpoint.Session{})); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}

func TestWhatIsToldOfARun(t *testing.T) {
	s := open(t, t.TempDir())
	run := begin(t, s)
	if told, err := s.Told(t.Context(), run); err != nil || len(told.Planned) > 0 || len(told.Verified) > 0 {
		t.Errorf("%+v, %v: nothing is told yet", told, err)
	}
	if err := s.SetPlanned(t.Context(), run, json.RawMessage(`{"created":1}`)); err != nil {
		t.Fatal(err)
	}
	if told, err := s.Told(t.Context(), run); err != nil || string(told.Planned) != `{"created":1}` {
		t.Errorf("%+v, %v", told, err)
	}
}

func TestWhatAStepMade(t *testing.T) {
	s := open(t, t.TempDir())
	j := s.Journal(begin(t, s).Steps[0])
	other := s.Journal(begin(t, s).Steps[0])
	option := checkpoint.Made{Object: "companies", Attribute: "categories", Value: "Robotics"}
	record := checkpoint.Made{Object: "people", Attribute: "email_addresses", Value: "a@example.com", Record: "rec-1"}
	for _, m := range []checkpoint.Made{record, option, record} { // what is made again in the next session is no second one
		if err := j.Made(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	all, more, err := j.AllMade(t.Context(), 5)
	if diff := cmp.Diff([]checkpoint.Made{option, record}, all); diff != "" || more != 0 || err != nil {
		t.Errorf("%d more, %v (-want +got):\n%s", more, err, diff)
	}
	if first, more, err := j.AllMade(t.Context(), 1); err != nil || len(first) != 1 || more != 1 {
		t.Errorf("%+v and %d more, %v", first, more, err)
	}
	if none, more, err := other.AllMade(t.Context(), 5); err != nil || len(none) > 0 || more > 0 {
		t.Errorf("%+v and %d more, %v: another run's", none, more, err)
	}
}

// TestAFileOfVersion3GoesOn: it knew of no sessions, and its run gets one.
func TestAFileOfVersion3GoesOn(t *testing.T) {
	dir := t.TempDir()
	checkpoint.MakeFile(t, dir, string(read(t, filepath.Join("testdata", "version3.sql"))))
	for n := range 2 { // the second time it is of this version already
		s := open(t, dir)
		run, goesOn, err := s.Unfinished(t.Context(), want())
		if err != nil || !goesOn {
			t.Fatalf("%+v, %v, %v: want the killed run to go on", run, goesOn, err)
		}
		before := entries(t, s.Journal(run.Steps[0]))
		if len(before) != 2 || before[0].Outcome != checkpoint.Updated || before[0].Record != "rec-1" {
			t.Fatalf("entries %+v", before)
		}
		if sessions, err := s.Sessions(t.Context(), run); err != nil || len(sessions) != n {
			t.Errorf("%+v, %v: want %d sessions", sessions, err, n)
		}
		if _, err := s.BeginSession(t.Context(), run, checkpoint.Session{}); err != nil {
			t.Fatal(err)
		}
		if told, err := s.Told(t.Context(), run); err != nil || len(told.Planned) > 0 {
			t.Errorf("%+v, %v", told, err)
		}
	}
}
