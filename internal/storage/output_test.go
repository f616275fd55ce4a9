package storage

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestOutput(t *testing.T) {
	for _, name := range []string{"out.csv", "out.csv.gz", "out.csv.zst"} {
		a := newAccess(t)
		l := at(t, "file://"+filepath.ToSlash(filepath.Join(t.TempDir(), name)))
		out, err := a.Create(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, rows); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(l.Path()); !os.IsNotExist(err) {
			t.Errorf("%s is there before it is whole: %v", name, err)
		}
		if err := out.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := out.Abort(); err != nil {
			t.Errorf("Abort after Commit: %v", err)
		}
		if got, _, err := fetched(t, a, l); err != nil || string(got) != rows {
			t.Errorf("%s: read back %q, %v", name, got, err)
		}
	}
}

func TestNothingLeftAfterAbort(t *testing.T) {
	for _, name := range []string{"out.csv", "out.csv.gz"} {
		dir := t.TempDir()
		out, err := newAccess(t).Create(t.Context(), at(t, filepath.Join(dir, name)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, rows); err != nil {
			t.Fatal(err)
		}
		if err := out.Abort(); err != nil {
			t.Fatal(err)
		}
		if names := namesIn(t, dir); names != nil {
			t.Errorf("left behind: %q", names)
		}
		if err := out.Commit(); err == nil {
			t.Error("Commit after Abort succeeded")
		}
	}
}

func TestStandardOutput(t *testing.T) {
	var got bytes.Buffer
	a := newAccess(t)
	a.Stdout = &got
	out, err := a.Create(t.Context(), at(t, "-"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(out, rows); err != nil {
		t.Fatal(err)
	}
	if err := out.Commit(); err != nil || got.String() != rows {
		t.Errorf("wrote %q, %v", got.String(), err)
	}
}

func TestNoOutputToTheWeb(t *testing.T) {
	for text, want := range map[string]string{"https://h.example/a.csv": "not-writable", "s3://bucket/a.csv": "no-object-storage"} {
		if _, err := newAccess(t).Create(t.Context(), at(t, text)); code(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
