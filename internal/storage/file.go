package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"attio-etl/tabular"
)

// File is a local, regular, uncompressed file: what a format reads, as often as it likes, in order or at random. What the user
// named may have been something else (a URL, standard input, a compressed file) that was brought here first.
type File struct {
	Path string // where it is now
	Name string // what messages call it: as the user wrote it
	// Print is the fingerprint of what the user named, where that is not the file at Path; the zero value asks for that of the file.
	Print tabular.Fingerprint
}

// relativePaths is what to think of where there is no file.
const relativePaths = "paths in a job are relative to the job file, those of the command line to the current directory"

// Local is a file of this machine that is read as it is.
func Local(path string) File { return File{Path: path, Name: path} }

// Fingerprint is that of the bytes that the user named.
func (f File) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	if f.Print != (tabular.Fingerprint{}) {
		return f.Print, nil
	}
	file, err := f.Open()
	if err != nil {
		return tabular.Fingerprint{}, err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, &contextReader{ctx.Err, file})
	if err = errors.Join(err, file.Close()); err != nil {
		return tabular.Fingerprint{}, fmt.Errorf("fingerprint %s: %w", f.Name, err)
	}
	return tabular.Fingerprint{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
}

// Size is how many bytes the user named, -1 where the file cannot be asked.
func (f File) Size() int64 {
	if f.Print != (tabular.Fingerprint{}) {
		return f.Print.Size
	}
	info, err := os.Stat(f.Path)
	if err != nil {
		return -1
	}
	return info.Size()
}

// contextReader ends a copy with its context.
type contextReader struct {
	err func() error
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Open opens the file. The error is a *tabular.FileError that names it as the user did: "no-such-file", "unreadable-file" or "not-a-file".
func (f File) Open() (*os.File, error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return nil, f.openError(err)
	}
	if !info.Mode().IsRegular() {
		return nil, f.openError(errNotRegular)
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, f.openError(err)
	}
	return file, nil
}

var errNotRegular = errors.New("not a regular file")

func (f File) openError(err error) *tabular.FileError {
	e := f.Fault("unreadable-file", "the file cannot be opened: "+Cause(err), "")
	switch {
	case errors.Is(err, os.ErrNotExist):
		e = f.Fault("no-such-file", "the file does not exist", relativePaths)
	case errors.Is(err, os.ErrPermission):
		e = f.Fault("unreadable-file", "the file may not be read", "check its permissions")
	case errors.Is(err, errNotRegular):
		e = f.Fault("not-a-file", "the path is a directory, a pipe or a device", "name a file: it is read more than once")
	}
	e.Err = err
	return e
}

// Fault is something wrong with the file as a whole.
func (f File) Fault(code, problem, hint string) *tabular.FileError {
	return &tabular.FileError{Path: f.Name, Code: code, Problem: problem, Hint: hint}
}

// Cause is an error's text without the path that package os puts in front: a message that names the file has it already.
func Cause(err error) string {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
