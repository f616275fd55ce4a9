package objects_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/memblob"

	"attio-etl/internal/storage"
	"attio-etl/internal/storage/objects"
	"attio-etl/tabular"
)

var _ storage.Bucket = (*objects.Bucket)(nil)

// shared is one bucket, whatever URL it is opened by: drivers for tests know none of the schemes that a location has.
type shared struct{ *objects.Bucket }

func (shared) Close() error { return nil }

// driver is a bucket, and what is in it, told by other means than the bucket's own.
type driver struct {
	url   string // of the location, without the name of an object
	open  storage.OpenBucket
	names func() []string
	query string // of the location
}

func reached(t *testing.T, url string) (storage.OpenBucket, *objects.Bucket) {
	t.Helper()
	b, err := objects.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return func(context.Context, string) (storage.Bucket, error) { return shared{b}, nil }, b
}

func listed(t *testing.T, b *objects.Bucket) []string {
	t.Helper()
	var names []string
	for name, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func drivers(t *testing.T) map[string]driver {
	t.Helper()
	dir := t.TempDir()
	files, _ := reached(t, "file://"+filepath.ToSlash(dir)+"?no_tmp_dir=true&metadata=skip")
	memory, b := reached(t, "mem://")
	return map[string]driver{
		"files": {url: "s3://bucket/", open: files, names: func() []string {
			var names []string
			if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					name, _ := filepath.Rel(dir, path)
					names = append(names, filepath.ToSlash(name))
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return names
		}},
		"memory": {url: "gs://bucket/", open: memory, names: func() []string { return listed(t, b) }},
	}
}

func TestBuckets(t *testing.T) {
	for name, d := range drivers(t) {
		t.Run(name, func(t *testing.T) { testBucket(t, d) })
	}
}

// testBucket is what an access to any object storage has to keep.
func testBucket(t *testing.T, d driver) {
	t.Helper()
	a := &storage.Access{Spool: filepath.Join(t.TempDir(), "spool"), Buckets: d.open}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	at := func(key string) storage.Location {
		l, err := storage.ParseLocation(d.url + key + d.query)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	// Larger than one part of an upload, and hard to compress.
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)

	for key, data := range map[string][]byte{"in/a.csv": []byte("a\n1\n"), "in/b.csv.gz": large, "in/c.csv": large, "other/a.csv": nil} {
		out, err := a.Create(t.Context(), at(key))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(data); err != nil {
			t.Fatal(err)
		}
		if names := d.names(); slices.Contains(names, key) {
			t.Errorf("%s is there before it is whole", key)
		}
		if err := out.Commit(); err != nil {
			t.Fatal(err)
		}
		if got := read(t, a, at(key)); !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes came back, want %d", key, len(got), len(data))
		}
	}
	before := d.names()
	for _, size := range []int{0, 100, len(large)} {
		for _, key := range []string{"aborted.csv", "in/a.csv", "aborted.csv.gz"} {
			out, err := a.Create(t.Context(), at(key))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := out.Write(large[:size]); err != nil {
				t.Fatal(err)
			}
			if err := out.Abort(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := d.names(); !slices.Equal(got, before) {
		t.Errorf("after giving up the bucket holds %q, before %q", got, before)
	}
	if got := read(t, a, at("in/a.csv")); string(got) != "a\n1\n" {
		t.Errorf("giving up changed what was there: %q", got)
	}

	all, err := a.Glob(t.Context(), at("in/*.csv"))
	if err != nil || len(all) != 2 || all[0].String() != at("in/a.csv").String() || all[1].String() != at("in/c.csv").String() {
		t.Errorf("in/*.csv: got %v, %v", all, err)
	}
	if _, err := a.Glob(t.Context(), at("in/*.parquet")); code(err) != "no-such-file" {
		t.Errorf("no match: %v", err)
	}
	if _, err := a.Fetch(t.Context(), at("in/none.csv")); code(err) != "no-such-file" {
		t.Errorf("no object: %v", err)
	}
}

func read(t *testing.T, a *storage.Access, l storage.Location) []byte {
	t.Helper()
	f, err := a.Fetch(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(f.Path)
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

func code(err error) string {
	if fe, ok := errors.AsType[*tabular.FileError](err); ok {
		return fe.Code
	}
	return ""
}

// breaking is a bucket whose first body of each object breaks off after three bytes.
type breaking struct {
	shared
	read    map[string]int
	between func() // before an object is read for the second time
}

func (b *breaking) Read(ctx context.Context, key string, offset int64) (io.ReadCloser, error) {
	b.read[key]++
	if b.read[key] == 2 {
		b.between()
	}
	body, err := b.shared.Read(ctx, key, offset)
	if err != nil || b.read[key] > 1 {
		return body, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(body, 3), errorReader{}), body}, nil
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestABodyThatBreaksOff(t *testing.T) {
	put := func(b *objects.Bucket, text string) {
		w, err := b.Write(t.Context(), "a.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		replaced string
		want     string
	}{"gone on with": {"", "a\n1\n2\n"}, "replaced meanwhile": {"a\n3\n4\n5\n", "a\n3\n4\n5\n"}} {
		t.Run(name, func(t *testing.T) {
			_, b := reached(t, "mem://")
			put(b, "a\n1\n2\n")
			broken := &breaking{shared: shared{b}, read: map[string]int{}, between: func() {
				if c.replaced != "" {
					put(b, c.replaced)
				}
			}}
			a := &storage.Access{
				Spool:   filepath.Join(t.TempDir(), "spool"),
				Buckets: func(context.Context, string) (storage.Bucket, error) { return broken, nil },
			}
			defer a.Close()
			l, err := storage.ParseLocation("s3://bucket/a.csv")
			if err != nil {
				t.Fatal(err)
			}
			if got := string(read(t, a, l)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSecretsOfAnError(t *testing.T) {
	a := &storage.Access{
		Spool: filepath.Join(t.TempDir(), "spool"),
		Buckets: func(context.Context, string) (storage.Bucket, error) {
			return nil, errors.New("GET https://h.example/a?sig=s3cret:\n  403")
		},
	}
	l, err := storage.ParseLocation("s3://bucket/a.csv?key=s3cret")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Fetch(t.Context(), l); err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}
