package checkpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A scratch gives back its blocks in any order, is empty when it is opened again, and goes with the spool that it is beside.
func TestScratch(t *testing.T) {
	dir := t.TempDir()
	store, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	spool, err := store.Spool("run")
	if err != nil {
		t.Fatal(err)
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	blocks := [][]byte{[]byte("one"), {}, bytes.Repeat([]byte("x"), 70_000), []byte("last")}
	for range 2 {
		s, err := store.Scratch("run")
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range blocks {
			if number, err := s.Append(block); err != nil || number != i {
				t.Fatal(number, err)
			}
		}
		for _, i := range []int{3, 0, 2, 1, 2} {
			if got, err := s.Block(i); err != nil || !bytes.Equal(got, blocks[i]) {
				t.Errorf("block %d has %d bytes, want %d: %v", i, len(got), len(blocks[i]), err)
			}
		}
		if err := s.file.Close(); err != nil { // as a crash would
			t.Fatal(err)
		}
	}
	if err := store.DropSpool("run"); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "exports")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	s, err := store.Scratch("run")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "exports")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
