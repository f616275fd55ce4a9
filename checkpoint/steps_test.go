package checkpoint_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
	"attio-etl/tabular"
)

// migration is a run of two steps.
func migration() checkpoint.Run {
	r := want()
	r.Steps = []checkpoint.Step{
		{Name: "companies", PlanHash: "p1", Source: "/data/companies.csv", Print: tabular.Fingerprint{Size: 1, SHA256: "aaaa"}, Target: "companies"},
		{Name: "people", PlanHash: "p2", Source: "/data/people.csv", Print: tabular.Fingerprint{Size: 2, SHA256: "bbbb"}, Columns: []string{"E", "N"}, Target: "people"},
	}
	return r
}

func TestStepsOfARunKeepApart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	r, err := s.Begin(t.Context(), migration())
	if err != nil {
		t.Fatal(err)
	}
	companies, people := s.Journal(r.Steps[0]), s.Journal(r.Steps[1])
	if err := companies.Append(t.Context(), []checkpoint.Entry{entry(1, checkpoint.Upserted), entry(2, checkpoint.Upserted)}); err != nil {
		t.Fatal(err)
	}
	if err := people.Append(t.Context(), []checkpoint.Entry{entry(1, checkpoint.Rejected)}); err != nil {
		t.Fatal(err)
	}
	if a, b := entries(t, companies), entries(t, people); len(a) != 2 || len(b) != 1 || b[0].Outcome != checkpoint.Rejected || a[0].Outcome != checkpoint.Upserted {
		t.Errorf("companies %+v, people %+v", a, b)
	}
	for r, err := range companies.Rejects(t.Context()) {
		t.Errorf("reject %+v (%v): those of people are not among those of companies", r, err)
	}
	if err := companies.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := entries(t, companies), entries(t, people); len(a) != 0 || len(b) != 1 {
		t.Errorf("companies %+v were forgotten, people %+v were not", a, b)
	}
	r.Status, r.Steps[0].Status, r.Steps[1].Status = checkpoint.Stopped, checkpoint.Complete, checkpoint.Held
	r.Summary, r.Steps[1].Summary, r.Steps[1].RejectsFile = json.RawMessage(`{"read":3}`), json.RawMessage(`{"read":1}`), "/r.csv"
	if err := s.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, dir).Find(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	got.Ended = time.Time{}
	if diff := cmp.Diff(r, got, cmp.AllowUnexported(checkpoint.Run{}, checkpoint.Step{})); diff != "" {
		t.Errorf("stored run (-want +got):\n%s", diff)
	}
}

func TestARunGoesOnWithTheStepsThatItHas(t *testing.T) {
	s := open(t, t.TempDir())
	first, err := s.Begin(t.Context(), migration())
	if err != nil {
		t.Fatal(err)
	}
	// The job has its steps in another order now.
	now := migration()
	slices.Reverse(now.Steps)
	now.Steps[0].PlanHash = "p3"
	now.Steps[1].Columns = []string{"another", "header"}
	run, goesOn, err := s.Unfinished(t.Context(), now)
	if err != nil || !goesOn {
		t.Fatalf("goes on = %v, %v", goesOn, err)
	}
	run, err = s.Resume(t.Context(), run, now)
	if err != nil || run.ID != first.ID || !slices.Equal(run.StepNames(), []string{"people", "companies"}) || run.Steps[0].PlanHash != "p3" {
		t.Fatalf("%+v, %v", run, err)
	}
	if err := s.Journal(run.Steps[0]).Append(t.Context(), []checkpoint.Entry{entry(7, checkpoint.Upserted)}); err != nil {
		t.Fatal(err)
	}
	people, ok := first.Step("people")
	if got := entries(t, s.Journal(people)); !ok || len(got) != 1 {
		t.Errorf("entries %v: a step is known by its name, wherever it stands", got)
	}

	stored, err := s.Find(t.Context(), run.ID)
	if companies, _ := stored.Step("companies"); err != nil || !slices.Equal(companies.Columns, []string{"another", "header"}) {
		t.Errorf("columns %v, %v: rejects are laid out under those of the file as it is read now", companies.Columns, err)
	}

	one := migration()
	one.Steps = one.Steps[:1]
	if _, goesOn, err := s.Unfinished(t.Context(), one); goesOn || err != nil {
		t.Errorf("goes on = %v, %v: one step alone is another run", goesOn, err)
	}
	var steps *checkpoint.ChangedStepsError
	if err := first.Fits(one); !errors.As(err, &steps) || steps.Step != "people" {
		t.Errorf("fits: %v", err)
	}
	changed := migration()
	changed.Steps[1].Print.Size = 3
	var source *checkpoint.ChangedSourceError
	if err := first.Fits(changed); !errors.As(err, &source) || source.Step.Name != "people" {
		t.Errorf("fits: %v", err)
	}
}

// TestAFileOfVersion1GoesOn opens a state file that version 1 wrote: its runs are runs of one step, and the one that was killed goes on
// where it was.
func TestAFileOfVersion1GoesOn(t *testing.T) {
	dir := t.TempDir()
	checkpoint.MakeFile(t, dir, string(read(t, filepath.Join("testdata", "version1.sql"))))
	for range 2 { // the second time it is of this version already
		s := open(t, dir)
		runs, err := s.Runs(t.Context())
		if err != nil || len(runs) != 2 {
			t.Fatalf("%d runs, %v", len(runs), err)
		}
		old := runs[1].Steps[0]
		if len(runs[1].Steps) != 1 || old.Name != "" || old.RejectsFile != "/rejects/a.csv" || old.Status != checkpoint.Complete ||
			old.Target != "companies" || !slices.Equal(old.Columns, []string{"Website", "Name"}) || string(runs[1].Summary) != `{"read":1,"rejected":1}` {
			t.Errorf("complete run: %+v", runs[1])
		}
		killed := want()
		run, goesOn, err := s.Unfinished(t.Context(), killed)
		if err != nil || !goesOn || run.ID != "01JBBBBBBBBBBBBBBBBBBBBBBB" {
			t.Fatalf("%+v, %v, %v: want the killed run to go on", run, goesOn, err)
		}
		if run, err = s.Resume(t.Context(), run, killed); err != nil {
			t.Fatal(err)
		}
		j := s.Journal(run.Steps[0])
		got := entries(t, j)
		if len(got) < 3 || got[0].Outcome != checkpoint.Upserted || got[0].Record != "rec-1" || got[1].Outcome != checkpoint.Rejected || got[2].Outcome != checkpoint.Deferred {
			t.Fatalf("entries %+v", got)
		}
		rejected := 0
		for r, err := range j.Rejects(t.Context()) {
			if rejected++; err != nil || r.Ordinal != 2 || !slices.Equal(r.Cells, []string{"a", "\xff"}) || r.Findings[0].Code != "bad-date" {
				t.Errorf("reject %+v, %v", r, err)
			}
		}
		if rejected != 1 {
			t.Errorf("%d rejects, want 1", rejected)
		}
		if err := j.Append(t.Context(), []checkpoint.Entry{entry(4, checkpoint.Upserted)}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestABrokenFileOfVersion1StaysAsItIs: what cannot be brought to this version is not touched.
func TestABrokenFileOfVersion1StaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	checkpoint.MakeFile(t, dir, "create table runs (number integer primary key); create table items (run integer); pragma user_version = 1;")
	for range 2 {
		if _, err := checkpoint.Open(t.Context(), dir); err == nil {
			t.Fatal("opened")
		}
	}
}

func TestOnlyTheNewestRunOfItsSourcesGoesOn(t *testing.T) {
	s := open(t, t.TempDir())
	first, err := s.Begin(t.Context(), migration())
	if err != nil {
		t.Fatal(err)
	}
	other := migration()
	other.Steps = other.Steps[:1] // another run of the job, which does not begin this one anew
	if _, err := s.Begin(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if err := s.Current(t.Context(), first); err != nil {
		t.Fatalf("%v: it is the newest of its sources", err)
	}
	second, err := s.Begin(t.Context(), migration())
	if err != nil {
		t.Fatal(err)
	}
	var superseded *checkpoint.SupersededError
	if err := s.Current(t.Context(), first); !errors.As(err, &superseded) || superseded.By.ID != second.ID {
		t.Errorf("%v: want it superseded by the second", err)
	}
	if err := s.Current(t.Context(), second); err != nil {
		t.Error(err)
	}
}
