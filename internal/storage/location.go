package storage

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// StandardStream is the location that stands for standard input, and for standard output where something is written.
const StandardStream = "-"

// Location is where a file is, as a job or the command line names it.
type Location struct {
	local string   // a path of this machine; empty for anything else
	url   *url.URL // what lies elsewhere; nil for a path and for a standard stream
}

// ParseLocation reads a location: a path, "-", or a URL with the scheme file, https, http, s3, gs or azblob. The error is a clause
// about what is wrong.
func ParseLocation(text string) (Location, error) {
	isURL := strings.Contains(text, "://")
	switch {
	case text == "":
		return Location{}, errors.New("it is empty")
	case text == StandardStream:
		return Location{}, nil
	case !isURL:
		return Location{local: filepath.FromSlash(text)}, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return Location{}, errors.New("it is not a URL: a space, a % or a # in a name is written %20, %25 or %23") // err repeats the text, which may hold a secret
	}
	switch u.Scheme {
	case "file":
		return fileURL(u)
	case "http", "https":
		if u.Host == "" {
			return Location{}, errors.New("the URL names no host")
		}
	case "s3", "gs", "azblob":
		if u.Host == "" || strings.Trim(u.Path, "/") == "" {
			return Location{}, fmt.Errorf("the URL names no object: write %s://BUCKET/NAME", u.Scheme)
		}
		if u.Fragment != "" {
			return Location{}, errors.New("a # in the name of an object is written %23")
		}
	default:
		return Location{}, errors.New("the scheme of the URL is none of those that are read: https, s3, gs, azblob, file")
	}
	return Location{url: u}, nil
}

func fileURL(u *url.URL) (Location, error) {
	if u.Host != "" && u.Host != "localhost" {
		return Location{}, errors.New("a file URL has three slashes: file:///data/companies.csv")
	}
	if u.Path == "" || u.RawQuery != "" || u.Fragment != "" {
		return Location{}, errors.New("a file URL is a path and nothing else: a # or ? in a name is written %23 or %3F")
	}
	return Location{local: filepath.FromSlash(u.Path)}, nil
}

// In is the location seen from a directory: a relative path starts there, anything else stays.
func (l Location) In(dir string) Location {
	if l.local != "" && !filepath.IsAbs(l.local) {
		l.local = filepath.Join(dir, l.local)
	}
	return l
}

// Beside is the location of a name that has an ending more.
func (l Location) Beside(ending string) Location {
	if l.url == nil {
		l.local += ending
		return l
	}
	u := *l.url
	u.Path, u.RawPath = u.Path+ending, ""
	return Location{url: &u}
}

// IsStandard reports whether the location is standard input or output.
func (l Location) IsStandard() bool { return l.local == "" && l.url == nil }

// Path is the path of a file of this machine, empty for any other location.
func (l Location) Path() string { return l.local }

// String is what messages and the run store call the location: the user, the password and the query of a URL may be secret and are
// left out.
func (l Location) String() string {
	switch {
	case l.url != nil:
		shown := url.URL{Scheme: l.url.Scheme, Host: l.url.Host, Path: l.url.Path}
		if l.url.RawQuery != "" {
			return shown.String() + "?…"
		}
		return shown.String()
	case l.local != "":
		return l.local
	default:
		return StandardStream
	}
}

// Base is the last part of the name without the ending of a compression: what tells the format of the file. It is empty for a
// standard stream.
func (l Location) Base() string {
	base := l.base()
	if l.compression() != uncompressed {
		base = strings.TrimSuffix(base, path.Ext(base))
	}
	return base
}

func (l Location) base() string {
	switch {
	case l.url != nil:
		return path.Base(l.url.Path)
	case l.local != "":
		return filepath.Base(l.local)
	default:
		return ""
	}
}

func (l Location) compression() compression { return compressionOf(path.Ext(l.base())) }

// Compression is how the file is packed, by the ending of its name: "gzip", "zstd", or empty for not at all.
func (l Location) Compression() string {
	switch l.compression() {
	case gzipped:
		return "gzip"
	case zstandard:
		return "zstd"
	default:
		return ""
	}
}

// key is the name of an object within its bucket, and bucket the URL of that.
func (l Location) key() string { return strings.TrimPrefix(l.url.Path, "/") }

func (l Location) bucket() string {
	return (&url.URL{Scheme: l.url.Scheme, Host: l.url.Host, RawQuery: l.url.RawQuery}).String()
}

// inBucket reports whether the location is an object, or a pattern of some.
func (l Location) inBucket() bool {
	return l.url != nil && l.url.Scheme != "http" && l.url.Scheme != "https"
}

// fault is something wrong with what the location names.
func (l Location) fault(code, problem, hint string) error { return l.faultOf(nil, code, problem, hint) }

func (l Location) faultOf(err error, code, problem, hint string) error {
	e := File{Name: l.String()}.Fault(code, problem, hint)
	e.Err = err
	return e
}
