package checkpoint_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attio-etl/checkpoint"
)

// snapshotOf reads the snapshot of a job as a map.
func snapshotOf(t *testing.T, s *checkpoint.Store, job string) (checkpoint.SnapshotHead, bool, map[string][16]byte, error) {
	t.Helper()
	got := map[string][16]byte{}
	head, there, err := s.Snapshot(job, "w", func(e checkpoint.SnapshotEntry) { got[e.ID] = e.Hash })
	return head, there, got, err
}

func TestSnapshot(t *testing.T) {
	dir := t.TempDir()
	s, err := checkpoint.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, there, _, err := snapshotOf(t, s, "job"); there || err != nil {
		t.Fatalf("there %v, %v before the first", there, err)
	}
	want := map[string][16]byte{}
	for i := range 20_000 {
		want[fmt.Sprintf("id-%d", i)] = [16]byte{byte(i), byte(i >> 8), 7}
	}
	write := func(run string, entries map[string][16]byte, claimed int64) *checkpoint.SnapshotWriter {
		t.Helper()
		w, err := s.NewSnapshot("job", "w", checkpoint.SnapshotHead{Run: run, Columns: "c", Entries: claimed})
		if err != nil {
			t.Fatal(err)
		}
		for id, hash := range entries {
			if err := w.Add(checkpoint.SnapshotEntry{ID: id, Hash: hash}); err != nil {
				t.Fatal(err)
			}
		}
		return w
	}
	if err := write("one", want, 20_000).Commit(); err != nil {
		t.Fatal(err)
	}
	// One that is not committed leaves the last one as it is.
	if err := write("two", nil, 0).Abort(); err != nil {
		t.Fatal(err)
	}
	head, there, got, err := snapshotOf(t, s, "job")
	if err != nil || !there || head.Run != "one" || !maps.Equal(got, want) {
		t.Fatalf("%+v, there %v, %d entries, %v", head, there, len(got), err)
	}
	if _, there, _, err := snapshotOf(t, s, "another"); there || err != nil {
		t.Errorf("another job has it: %v, %v", there, err)
	}
	if err := write("three", nil, 0).Add(checkpoint.SnapshotEntry{ID: strings.Repeat("x", 256)}); err == nil {
		t.Error("an id that is too long was taken")
	}

	// A snapshot that was cut or changed is no snapshot: taken for one, all that it lacks would count as added.
	files, err := filepath.Glob(filepath.Join(dir, "snapshots", "job*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 5, 40, 1000, len(whole) / 2, len(whole) - 1} {
		changed := append([]byte(nil), whole...)
		changed[at] ^= 0x40
		for _, bad := range [][]byte{whole[:at], changed} {
			if err := os.WriteFile(files[0], bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, there, _, err := snapshotOf(t, s, "job"); there || !errors.Is(err, checkpoint.ErrDamagedSnapshot) {
				t.Fatalf("cut or changed at %d: there %v, %v", at, there, err)
			}
		}
	}
}
