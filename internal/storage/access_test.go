package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/tabular"
)

// newAccess is an access with a spool of the test's own that must be empty in the end.
func newAccess(t *testing.T) *Access {
	t.Helper()
	a := &Access{Spool: filepath.Join(t.TempDir(), "spool"), pause: func(int) time.Duration { return 0 }}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		for _, name := range namesIn(t, a.Spool) {
			if name != "lock" {
				t.Errorf("left in the spool: %s", name)
			}
		}
	})
	return a
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func at(t *testing.T, text string) Location {
	t.Helper()
	l, err := ParseLocation(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fetched is the bytes that a location gives.
func fetched(t *testing.T, a *Access, l Location) ([]byte, tabular.Fingerprint, error) {
	t.Helper()
	f, err := a.Fetch(t.Context(), l)
	if err != nil {
		return nil, tabular.Fingerprint{}, err
	}
	data, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := f.Fingerprint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.spooled {
		if info, err := os.Stat(f.Path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("a spooled file is readable by others: %v, %v", info.Mode(), err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return data, identity, nil
}

func packed(t *testing.T, c compression, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := c.pack(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func code(err error) string {
	if fe, ok := errors.AsType[*tabular.FileError](err); ok {
		return fe.Code
	}
	return ""
}

func printOf(data []byte) tabular.Fingerprint {
	sum := sha256.Sum256(data)
	return tabular.Fingerprint{Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
}

func TestFetchLocal(t *testing.T) {
	path := write(t, "a.csv", []byte("a\n1\n"))
	a := newAccess(t)
	f, err := a.Fetch(t.Context(), at(t, path))
	if err != nil || f.Path != path || f.Name != path {
		t.Fatalf("a plain file is read where it is: got %+v, %v", f, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal("closing removed the user's file")
	}
	if names := namesIn(t, a.Spool); names != nil {
		t.Errorf("a spool was made for nothing: %q", names)
	}
}

func TestFetchCompressed(t *testing.T) {
	const text = "a,b\n1,2\n"
	for name, data := range map[string][]byte{
		"a.csv.gz":    packed(t, gzipped, text),
		"a.csv.zst":   packed(t, zstandard, text),
		"A.CSV.GZ":    packed(t, gzipped, text),
		"parts.gz":    slices.Concat(packed(t, gzipped, "a,b\n"), packed(t, gzipped, "1,2\n")),
		"frames.zst":  slices.Concat(packed(t, zstandard, "a,b\n"), packed(t, zstandard, "1,2\n")),
		"nothing.gz":  packed(t, gzipped, ""),
		"nothing.zst": packed(t, zstandard, ""),
	} {
		want := text
		if strings.HasPrefix(name, "nothing") {
			want = ""
		}
		got, identity, err := fetched(t, newAccess(t), at(t, write(t, name, data)))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if identity != printOf(data) {
			t.Errorf("%s: the fingerprint is not that of the bytes that the user named", name)
		}
	}
}

// TestTruncatedAnywhere: a compressed file that was cut at any byte is an error and leaves nothing behind (invariant I6).
func TestTruncatedAnywhere(t *testing.T) {
	for ending, whole := range map[string][]byte{
		".gz":  packed(t, gzipped, strings.Repeat("a,b\n1,2\n", 100)),
		".zst": packed(t, zstandard, strings.Repeat("a,b\n1,2\n", 100)),
	} {
		for n := range len(whole) {
			if _, _, err := fetched(t, newAccess(t), at(t, write(t, "a.csv"+ending, whole[:n]))); code(err) != "truncated-file" {
				t.Errorf("%s cut after %d of %d bytes: %v", ending, n, len(whole), err)
			}
		}
	}
}

func TestFetchRefuses(t *testing.T) {
	good := packed(t, gzipped, "a\n1\n")
	broken := bytes.Clone(good)
	broken[len(broken)-5] ^= 1 // in the check sum
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"plain.csv.gz":  {[]byte("a\n1\n2\n3\n4\n5\n6\n"), "corrupt-file"},
		"plain.csv.zst": {[]byte("a\n1\n2\n3\n4\n5\n6\n"), "corrupt-file"},
		"sum.csv.gz":    {broken, "corrupt-file"},
		"rest.csv.gz":   {append(bytes.Clone(good), "something else"...), "corrupt-file"},
		"rest.csv.zst":  {append(packed(t, zstandard, "a\n"), "something else"...), "corrupt-file"},
		"other.csv.bz2": {good, "unsupported-compression"},
		"archive.zip":   {good, "unsupported-compression"},
	} {
		if _, _, err := fetched(t, newAccess(t), at(t, write(t, name, c.data))); code(err) != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, _, err := fetched(t, newAccess(t), at(t, filepath.Join(t.TempDir(), "no.csv.gz"))); code(err) != "no-such-file" {
		t.Errorf("no file: got %v", err)
	}
}

func TestBounds(t *testing.T) {
	a := newAccess(t)
	a.MaxBytes = 1000
	l := at(t, write(t, "a.csv.gz", packed(t, gzipped, strings.Repeat("x", 1001))))
	if _, _, err := fetched(t, a, l); code(err) != "too-large" {
		t.Errorf("more than the limit: %v", err)
	}
	bomb := bytes.NewReader(packed(t, gzipped, strings.Repeat("x", 1<<20)))
	in := &meter{r: bomb}
	plain, err := gzipped.expand(in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, &bounded{r: plain, packed: in, free: 1 << 10, most: 1 << 30})
	if code(l.unpackFault(err)) != "decompression-bomb" {
		t.Errorf("a megabyte of one letter: %v", err)
	}
}

func TestStandardInput(t *testing.T) {
	a := newAccess(t)
	a.Stdin = strings.NewReader("a\n1\n")
	got, identity, err := fetched(t, a, at(t, "-"))
	if err != nil || string(got) != "a\n1\n" || identity != printOf(got) {
		t.Errorf("got %q, %v", got, err)
	}
	if _, _, err := fetched(t, a, at(t, "-")); code(err) != "stdin-twice" {
		t.Errorf("read again: %v", err)
	}

	a = newAccess(t)
	a.Stdin = bytes.NewReader(packed(t, gzipped, "a\n"))
	if _, _, err := fetched(t, a, at(t, "-")); code(err) != "compressed-input" {
		t.Errorf("compressed: %v", err)
	}

	a = newAccess(t)
	a.Stdin, a.MaxBytes = strings.NewReader("a\n1\n"), 3
	if _, _, err := fetched(t, a, at(t, "-")); code(err) != "too-large" {
		t.Errorf("too large: %v", err)
	}
}

// TestInterruptedStandardInput: a terminal at which nobody types does not keep the program from ending.
func TestInterruptedStandardInput(t *testing.T) {
	a := newAccess(t)
	from, into := io.Pipe()
	defer into.Close() //nolint:errcheck // lets the copying end
	a.Stdin = from
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Fetch(ctx, at(t, "-")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSweepRemovesWhatTheDeadLeft(t *testing.T) {
	root := filepath.Join(t.TempDir(), "spool")
	living := &Access{Spool: root}
	kept, err := living.TempDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, dead := range []string{"killed-early", "killed"} {
		if err := os.Mkdir(filepath.Join(root, dead), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{ownerFile, "data"} { // a killed process's lock is gone, its file is not
		if err := os.WriteFile(filepath.Join(root, "killed", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&Access{Spool: root}).Sweep(); err != nil {
		t.Fatal(err)
	}
	if got, want := namesIn(t, root), []string{filepath.Base(kept), "lock"}; !slices.Equal(got, want) {
		t.Errorf("the spool holds %q, want %q", got, want)
	}
	if err := living.Close(); err != nil {
		t.Fatal(err)
	}
	if err := (&Access{Spool: filepath.Join(root, "none")}).Sweep(); err != nil {
		t.Errorf("no spool: %v", err)
	}
}
