package checkpoint_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

func open(t *testing.T, dir string) *checkpoint.Store {
	t.Helper()
	s, err := checkpoint.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func want() checkpoint.Run {
	return checkpoint.Run{
		Job: "companies", JobPath: "/jobs/companies.yaml", JobHash: "j1", Workspace: "w1", Connection: "https://api.attio.com",
		Steps: []checkpoint.Step{{
			PlanHash: "p1", Source: "/data/companies.csv", Print: tabular.Fingerprint{Size: 10, SHA256: "aaaaaaaaaaaaaaaaaaaa"}, Target: "companies",
		}},
	}
}

func begin(t *testing.T, s *checkpoint.Store) checkpoint.Run {
	t.Helper()
	r, err := s.Begin(t.Context(), want())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func entry(ordinal int64, o checkpoint.Outcome) checkpoint.Entry {
	e := checkpoint.Entry{Ordinal: ordinal, Hash: [32]byte{byte(ordinal), 1}, Outcome: o, Record: "rec"}
	if o == checkpoint.Rejected {
		e.Record = ""
		e.Reject = &checkpoint.Reject{
			Ordinal: ordinal, Line: ordinal + 1,
			Findings: diag.List{{Code: "bad-date", Pos: diag.Pos{File: "x.csv", Row: ordinal}, Problem: "no date", Got: "31.02.2020"}},
			Cells:    []string{"a", "", "line\nbreak", "not utf-8: \xff\x00"},
		}
	}
	return e
}

func entries(t *testing.T, j *checkpoint.Journal) []checkpoint.Entry {
	t.Helper()
	var all []checkpoint.Entry
	last := int64(0)
	for {
		page, err := j.After(t.Context(), last, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		last = page[len(page)-1].Ordinal
	}
}

func TestEntriesSurviveReopening(t *testing.T) {
	dir := t.TempDir()
	s, err := checkpoint.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t, s)
	written := []checkpoint.Entry{
		entry(1, checkpoint.Created), entry(2, checkpoint.Updated), entry(3, checkpoint.Upserted), entry(4, checkpoint.Unchanged),
		entry(7, checkpoint.Deleted), entry(9, checkpoint.Rejected),
	}
	if err := s.Journal(r.Steps[0]).Append(t.Context(), written); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir)
	r, err = s.Find(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	bare := slices.Clone(written)
	bare[5].Reject = nil // After leaves the rejects out
	if diff := cmp.Diff(bare, entries(t, s.Journal(r.Steps[0]))); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	for got, err := range s.Journal(r.Steps[0]).Rejects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*written[5].Reject, got); diff != "" {
			t.Errorf("reject (-want +got):\n%s", diff)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "state.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("state file: %v, %v: it holds customers' data and must be 0600", info.Mode(), err)
	}
}

func TestANewerEntryReplacesAnOlderOne(t *testing.T) {
	s := open(t, t.TempDir())
	j := s.Journal(begin(t, s).Steps[0])
	for _, o := range []checkpoint.Outcome{checkpoint.Rejected, checkpoint.Upserted} {
		if err := j.Append(t.Context(), []checkpoint.Entry{entry(1, o)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := entries(t, j); len(got) != 1 || got[0].Outcome != checkpoint.Upserted {
		t.Errorf("entries = %+v, want one upserted", got)
	}
	for r, err := range j.Rejects(t.Context()) {
		t.Errorf("row %d was written in the end, and is still among the rejects (%v)", r.Ordinal, err)
	}
}

func TestAFailedAppendLeavesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	j := s.Journal(begin(t, s).Steps[0])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Append(ctx, []checkpoint.Entry{entry(1, checkpoint.Upserted)}); err == nil {
		t.Fatal("Append with an ended context succeeded")
	}
	if got := entries(t, j); len(got) != 0 {
		t.Errorf("entries = %+v, want none", got)
	}
	if err := j.Append(t.Context(), []checkpoint.Entry{entry(1, checkpoint.Upserted)}); err != nil {
		t.Errorf("Append after a failed one: %v", err)
	}
}

// TestAnyPrefixOfTheLogOpens cuts the write-ahead log at every page and in between, as a kill or a power cut may: what opens must
// hold a whole number of groups, in the order in which they were written.
func TestAnyPrefixOfTheLogOpens(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	r := begin(t, s)
	groups := []int{1, 3, 2, 5, 1, 4}
	whole := map[int]bool{0: true}
	next := 0
	for _, size := range groups {
		var group []checkpoint.Entry
		for range size {
			next++
			group = append(group, entry(int64(next), checkpoint.Upserted))
		}
		if err := s.Journal(r.Steps[0]).Append(t.Context(), group); err != nil {
			t.Fatal(err)
		}
		whole[next] = true
	}
	db := read(t, filepath.Join(dir, "state.db"))
	wal := read(t, filepath.Join(dir, "state.db-wal"))

	seen := map[int]bool{}
	for cut := len(wal); cut > 0; cut -= 2111 { // coprime to the frame size, so that cuts fall everywhere in frames
		copied := t.TempDir()
		write(t, filepath.Join(copied, "state.db"), db)
		write(t, filepath.Join(copied, "state.db-wal"), wal[:cut])
		got, ok := openedEntries(t, copied, r.ID)
		if !ok {
			continue // cut before the run itself was recorded
		}
		if !whole[got] {
			t.Fatalf("log cut at %d of %d bytes: %d entries, not a whole number of groups", cut, len(wal), got)
		}
		seen[got] = true
	}
	if len(seen) < len(groups) {
		t.Errorf("the cuts showed only %d of %d states: the test does not reach into the log", len(seen), len(groups)+1)
	}
}

// openedEntries opens a copied state directory and counts the entries, which must be the first ones without a gap.
func openedEntries(t *testing.T, dir, id string) (int, bool) {
	t.Helper()
	s, err := checkpoint.Open(t.Context(), dir)
	if err != nil {
		t.Fatalf("a cut log must open: %v", err)
	}
	defer s.Close()
	r, err := s.Find(t.Context(), id)
	if errors.Is(err, checkpoint.ErrNoRun) {
		return 0, false
	}
	if err != nil {
		t.Fatal(err)
	}
	got := entries(t, s.Journal(r.Steps[0]))
	for i, e := range got {
		if e.Ordinal != int64(i+1) {
			t.Fatalf("entry %d has ordinal %d: a later group survived an earlier one", i+1, e.Ordinal)
		}
	}
	return len(got), true
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, s *checkpoint.Store, r checkpoint.Run, status checkpoint.Status) {
	t.Helper()
	r.Status, r.Summary = status, json.RawMessage(`{"read":1}`)
	if err := s.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func TestUnfinished(t *testing.T) {
	changed := want()
	changed.Steps[0].Print.SHA256 = "bbbbbbbbbbbbbbbbbbbb"
	other := want()
	other.Workspace = "w2"
	namesake := want()
	namesake.JobPath = "/elsewhere/companies.yaml"
	remapped := want()
	remapped.JobHash, remapped.Steps[0].PlanHash = "j2", "p2"
	elsewhere := want()
	elsewhere.Steps[0].Source = "/data/more.csv"
	steps := want()
	steps.Steps = append(steps.Steps, checkpoint.Step{Name: "people", Source: "/data/people.csv"})

	for _, c := range []struct {
		name    string
		status  checkpoint.Status // of the earlier run
		now     checkpoint.Run
		goesOn  bool
		changed bool
	}{
		{"complete", checkpoint.Complete, want(), false, false},
		{"killed", checkpoint.Running, want(), true, false},
		{"interrupted", checkpoint.Interrupted, want(), true, false},
		{"stopped", checkpoint.Stopped, want(), true, false},
		{"other mapping", checkpoint.Interrupted, remapped, true, false},
		{"other source bytes", checkpoint.Interrupted, changed, true, true},
		{"other source bytes after the end", checkpoint.Complete, changed, false, false},
		{"other workspace", checkpoint.Interrupted, other, false, false},
		{"other job file of that name", checkpoint.Interrupted, namesake, false, false},
		{"other source", checkpoint.Interrupted, elsewhere, false, false},
		{"more steps", checkpoint.Interrupted, steps, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir())
			first := begin(t, s)
			finish(t, s, first, c.status)
			got, goesOn, err := s.Unfinished(t.Context(), c.now)
			var refused *checkpoint.ChangedSourceError
			if errors.As(err, &refused) != c.changed || (err != nil) != c.changed || goesOn != c.goesOn {
				t.Fatalf("goes on = %v, %v; want %v, a changed source %v", goesOn, err, c.goesOn, c.changed)
			}
			if !c.goesOn || c.changed {
				return
			}
			got, err = s.Resume(t.Context(), got, c.now)
			if err != nil || got.ID != first.ID {
				t.Fatalf("resumed %s, %v, want %s", got.ID, err, first.ID)
			}
			stored, err := s.Find(t.Context(), got.ID)
			if err != nil || stored.Status != checkpoint.Running || stored.Steps[0].PlanHash != c.now.Steps[0].PlanHash {
				t.Errorf("stored %+v, %v: want it running under plan %s", stored, err, c.now.Steps[0].PlanHash)
			}
		})
	}
}

func TestFitsNoOtherWorkspace(t *testing.T) {
	now := want()
	now.Workspace = "w2"
	var refused *checkpoint.OtherWorkspaceError
	if err := want().Fits(now); !errors.As(err, &refused) || refused.Now != "w2" {
		t.Errorf("err = %v", err)
	}
}

func TestAnAbandonedRunIsNotContinued(t *testing.T) {
	s := open(t, t.TempDir())
	begin(t, s) // left running
	second := begin(t, s)
	finish(t, s, second, checkpoint.Complete)
	if _, goesOn, err := s.Unfinished(t.Context(), want()); err != nil || goesOn {
		t.Errorf("goes on = %v, %v: a run that was left behind must not come back", goesOn, err)
	}
}

func TestFindByPartOfTheID(t *testing.T) {
	s := open(t, t.TempDir())
	first, second := begin(t, s), begin(t, s)
	for _, id := range []string{first.ID, first.ID[16:]} {
		if got, err := s.Find(t.Context(), id); err != nil || got.ID != first.ID {
			t.Errorf("Find(%q) = %s, %v", id, got.ID, err)
		}
	}
	if got, err := s.Find(t.Context(), "last"); err != nil || got.ID != second.ID {
		t.Errorf("Find(last) = %s, %v, want the newest, %s", got.ID, err, second.ID)
	}
	if _, err := s.Find(t.Context(), second.ID[:4]); err == nil {
		t.Error("an ambiguous id was accepted")
	}
	if _, err := s.Find(t.Context(), ""); !errors.Is(err, checkpoint.ErrNoRun) {
		t.Errorf("Find of nothing: %v", err)
	}
}

func TestOneRunOfAJobAtATime(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	release, err := s.Lock("a job/with: any name", "process 1")
	if err != nil {
		t.Fatal(err)
	}
	var locked *checkpoint.LockedError
	if _, err := other.Lock("a job/with: any name", "process 2"); !errors.As(err, &locked) || locked.Owner != "process 1" {
		t.Fatalf("second lock: %v, want a refusal naming process 1", err)
	}
	releaseOther, err := other.Lock("another job", "process 2")
	if err != nil {
		t.Fatalf("a lock on one job kept another from running: %v", err)
	}
	if err := errors.Join(release(), releaseOther()); err != nil {
		t.Fatal(err)
	}
	release, err = other.Lock("a job/with: any name", "process 2")
	if err != nil {
		t.Fatalf("a released lock is still held: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

func TestAStateFileOfANewerVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	checkpoint.SetVersion(t, dir, 99)
	if _, err := checkpoint.Open(t.Context(), dir); err == nil {
		t.Fatal("opened")
	}
}

func TestAFileThatIsNoStateIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "state.db"), []byte("this is a text file that someone left here, long enough to be looked at as a database header …"))
	if _, err := checkpoint.Open(t.Context(), dir); err == nil {
		t.Fatal("opened")
	}
}
