// Package atomicfile publishes files whole or not at all (invariant I7): a file is written under a temporary name in its own
// directory, synced, renamed, and the directory synced.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// File is a file being written. Until Commit nothing exists under its final name.
type File struct {
	*os.File
	path string
	done bool
}

// Create starts a file that will be published at path with mode 0600: these files hold customers' data. The directory is made
// (0700) when it does not exist.
func Create(path string) (*File, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one: what it points to is replaced
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of %s: %w", path, err)
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp") // CreateTemp makes it 0600
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return &File{File: f, path: path}, nil
}

// Sweep removes what processes that were killed have left of files for a path. It is for the one process that writes there.
func Sweep(path string) error {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for leftovers of %s: %w", path, err)
	}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), "."+base+".")
		random, temporary := strings.CutSuffix(rest, ".tmp")
		if !ours || !temporary || strings.Trim(random, "0123456789") != "" {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove leftovers of %s: %w", path, err)
		}
	}
	return nil
}

// Commit publishes the file under its final name, replacing what was there.
func (f *File) Commit() error {
	if f.done {
		return fmt.Errorf("publish %s: already ended", f.path)
	}
	if err := f.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync %s: %w", f.path, err), f.Abort())
	}
	f.done = true
	if err := f.Close(); err != nil {
		return errors.Join(fmt.Errorf("close %s: %w", f.path, err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return errors.Join(fmt.Errorf("publish %s: %w", f.path, err), os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(f.path))
}

// Abort removes what was written. After Commit it does nothing, so it can be deferred.
func (f *File) Abort() error {
	if f.done {
		return nil
	}
	f.done = true
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// syncDir makes a rename in a directory durable. Windows cannot sync directories and orders renames itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	if err := d.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync directory %s: %w", dir, err), d.Close())
	}
	return d.Close()
}
