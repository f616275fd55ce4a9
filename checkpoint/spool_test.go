package checkpoint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func frames(t *testing.T, s *Spool) (list []string) {
	t.Helper()
	for frame, err := range s.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(frame))
	}
	return list
}

// Of a spool that was cut anywhere, or damaged anywhere, the whole frames before that place are there, and it can be appended to.
func TestSpoolAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	s, err := openSpool(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "one", string(bytes.Repeat([]byte("x"), 300)), "last"}
	var ends []int64
	for _, frame := range want {
		if err := s.Append([]byte(frame)); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, s.end)
	}
	if got := frames(t, s); !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(data []byte, kept int, what string) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openSpool(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := frames(t, s); !slices.Equal(got, want[:kept]) {
			t.Fatalf("%s: got %d frames, want %d", what, len(got), kept)
		}
		if err := s.Append([]byte("after")); err != nil {
			t.Fatal(err)
		}
		if got := frames(t, s); len(got) != kept+1 || got[kept] != "after" {
			t.Fatalf("%s: after appending: %q", what, got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for at := range whole {
		kept := 0
		for kept < len(ends) && ends[kept] <= int64(at) {
			kept++
		}
		check(whole[:at], kept, fmt.Sprintf("cut at %d", at))
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x40
		check(damaged, kept, fmt.Sprintf("damaged at %d", at))
	}
}

func TestSpoolIsRemoved(t *testing.T) {
	store, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, err := store.Spool("run")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.file.Name()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.file.Name()); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
