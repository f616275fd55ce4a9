package storage_test

import (
	"path/filepath"
	"testing"

	"attio-etl/internal/storage"
)

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]struct{ name, base, path string }{
		"-":                                 {"-", "", ""},
		"companies.csv":                     {"companies.csv", "companies.csv", "companies.csv"},
		"a/b.CSV.GZ":                        {filepath.FromSlash("a/b.CSV.GZ"), "b.CSV", filepath.FromSlash("a/b.CSV.GZ")},
		"b.jsonl.zst":                       {"b.jsonl.zst", "b.jsonl", "b.jsonl.zst"},
		"file:///data/a%20b.csv":            {"/data/a b.csv", "a b.csv", "/data/a b.csv"},
		"file://localhost/data/a.csv":       {"/data/a.csv", "a.csv", "/data/a.csv"},
		"https://h.example/d/a.csv.gz":      {"https://h.example/d/a.csv.gz", "a.csv", ""},
		"https://me:pw@h.example/a.csv?k=v": {"https://h.example/a.csv?…", "a.csv", ""},
		"s3://bucket/d/a.csv?region=x":      {"s3://bucket/d/a.csv?…", "a.csv", ""},
		"gs://bucket/a.csv":                 {"gs://bucket/a.csv", "a.csv", ""},
		"azblob://box/a.csv":                {"azblob://box/a.csv", "a.csv", ""},
	} {
		l, err := storage.ParseLocation(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if l.String() != want.name || l.Base() != want.base || l.Path() != want.path {
			t.Errorf("%s: got %q %q %q, want %q", text, l.String(), l.Base(), l.Path(), want)
		}
	}
}

func TestParseLocationRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "it is empty",
		"ftp://h/a.csv":          "the scheme of the URL is none of those that are read: https, s3, gs, azblob, file",
		"https:///a.csv":         "the URL names no host",
		"https://u:p%zz@h/a.csv": "it is not a URL: a space, a % or a # in a name is written %20, %25 or %23",
		"s3://bucket":            "the URL names no object: write s3://BUCKET/NAME",
		"s3://bucket/a#1.csv":    "a # in the name of an object is written %23",
		"file://data/a.csv":      "a file URL has three slashes: file:///data/companies.csv",
		"file:///data/a.csv?b":   "a file URL is a path and nothing else: a # or ? in a name is written %23 or %3F",
	} {
		if _, err := storage.ParseLocation(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestIn(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"a.csv":                     filepath.Join(dir, "a.csv"),
		filepath.Join(dir, "b.csv"): filepath.Join(dir, "b.csv"),
		"-":                         "-",
		"https://h.example/a.csv":   "https://h.example/a.csv",
	} {
		l, err := storage.ParseLocation(text)
		if err != nil || l.In(dir).String() != want {
			t.Errorf("%s: got %s, %v", text, l.In(dir), err)
		}
	}
}
