package storage

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestGlob(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a10.csv", "a2.csv", "B.csv", "a[1].csv", ".a3.csv", "sub/a1.csv", "sub/.a1.csv"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string][]string{
		"*.csv":    {"B.csv", "a10.csv", "a2.csv", "a[1].csv"}, // by bytes
		"a?.csv":   {"a2.csv"},
		"a[1].csv": {"a[1].csv"}, // as it stands
		".*.csv":   {".a3.csv"},
		"*/a*.csv": {"sub/a1.csv"},
		"B.csv":    {"B.csv"},
		"none.csv": {"none.csv"}, // no pattern: opening it says that it is not there
	} {
		all, err := newAccess(t).Glob(t.Context(), at(t, filepath.Join(dir, pattern)))
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
		var got []string
		for _, l := range all {
			name, err := filepath.Rel(dir, l.Path())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(name))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
	for pattern, want := range map[string]string{"x*.csv": "no-such-file", "[a": "bad-pattern", "**/a.csv": "bad-pattern"} {
		if _, err := newAccess(t).Glob(t.Context(), at(t, filepath.Join(dir, pattern))); code(err) != want {
			t.Errorf("%s: got %v, want %s", pattern, err, want)
		}
	}
}

func TestGlobLeavesOthersAlone(t *testing.T) {
	for _, text := range []string{"-", "https://h.example/a*.csv", "s3://bucket/a.csv"} {
		l := at(t, text)
		if all, err := newAccess(t).Glob(t.Context(), l); err != nil || len(all) != 1 || all[0].String() != l.String() {
			t.Errorf("%s: got %v, %v", text, all, err)
		}
	}
}
