package storage

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Glob is the files that a location stands for, in the order of their names' bytes. A location that is no pattern, or names a file that
// exists as it stands, is itself. In a pattern * and ? stand for any part of a name, and for any character of one, within one
// directory, [a-c] for a character of some; a name that starts with a point is only meant where the pattern has that too. In the name
// of an object ? has no meaning of its own, as it starts the query of the URL. Nothing that matches is a *tabular.FileError.
func (a *Access) Glob(ctx context.Context, l Location) ([]Location, error) {
	switch {
	case l.IsStandard(), l.url != nil && !l.inBucket():
		return []Location{l}, nil
	case l.inBucket():
		return a.globObjects(ctx, l)
	default:
		return globFiles(l)
	}
}

// IsPattern reports whether a location may stand for several files.
func (l Location) IsPattern() bool {
	if l.inBucket() {
		return strings.ContainsAny(l.key(), "*[")
	}
	return strings.ContainsAny(l.local, "*?[")
}

func globFiles(l Location) ([]Location, error) {
	if _, err := os.Lstat(l.local); err == nil || !l.IsPattern() {
		return []Location{l}, nil
	}
	if strings.Contains(l.local, "**") {
		return nil, l.badPattern("** has no meaning of its own: * stays within one directory")
	}
	names, err := filepath.Glob(l.local)
	if err != nil {
		return nil, l.badPattern("a [ is not closed")
	}
	hidden := strings.HasPrefix(filepath.Base(l.local), ".")
	var all []Location
	for _, name := range names {
		if hidden || !strings.HasPrefix(filepath.Base(name), ".") {
			all = append(all, Location{local: name})
		}
	}
	return inOrder(l, all)
}

func (a *Access) globObjects(ctx context.Context, l Location) (_ []Location, err error) {
	if !l.IsPattern() {
		return []Location{l}, nil
	}
	pattern := l.key()
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, l.badPattern("a [ is not closed")
	}
	b, err := a.openBucket(ctx, l)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	var all []Location
	for key, err := range b.List(ctx, pattern[:strings.IndexAny(pattern, "*[")]) {
		if err != nil {
			return nil, l.objectFault("the bucket cannot be listed", err)
		}
		if ok, _ := path.Match(pattern, key); ok {
			u := *l.url
			u.Path, u.RawPath = "/"+key, ""
			all = append(all, Location{url: &u})
		}
	}
	return inOrder(l, all)
}

func inOrder(l Location, all []Location) ([]Location, error) {
	if len(all) == 0 {
		return nil, l.fault("no-such-file", "no file matches the pattern", relativePaths)
	}
	slices.SortFunc(all, func(a, b Location) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

func (l Location) badPattern(problem string) error {
	return l.fault("bad-pattern", problem, "write * for any part of a name, ? for one character, [a-c] for one of some")
}
