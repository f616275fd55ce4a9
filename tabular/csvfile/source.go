package csvfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"attio-etl/tabular"
)

// DefaultMaxRecord is how many bytes may pass without a finished record where Options says nothing: more than the largest text that
// the API takes (10 MB, contract §9) and a row around it.
const DefaultMaxRecord = 16 << 20

// Options is how a file is to be read. The zero value reads comma, semicolon, tab or bar separated text with a header in row 1.
type Options struct {
	// Name is what messages call the source; empty means its path.
	Name string
	// Delimiter separates cells; 0 chooses among , ; tab and | by evidence from the header and the first records.
	Delimiter rune
	// HeaderRow is the line on which the header starts, 1-based; 0 means 1. Lines before it are skipped whatever they hold. Where
	// that line is empty, the first one after it that is not empty holds the header.
	HeaderRow int
	// MaxRecord is how many bytes may pass without a finished record before that is an error; 0 means DefaultMaxRecord. It bounds
	// the memory of a pass, and is looked at whenever the next 64 KiB are read.
	MaxRecord int64
}

// Source is a CSV file as a tabular.Source. It holds no open file between two calls and may be used by one goroutine at a time.
type Source struct {
	path      string
	opts      Options
	open      func() (file, error)
	columns   []string
	evidence  string
	delimiter rune
}

// file is an open file: read in order, and again at an offset where the reader has to look twice.
type file interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// Open reads the header of the file at path. Anything wrong with the file as a whole is a *tabular.FileError.
func Open(path string, o Options) (*Source, error) {
	name := o.Name
	if name == "" {
		name = path
	}
	return newSource(name, o, func() (file, error) { return openRegular(path) })
}

var errNotRegular = errors.New("not a regular file")

// openRegular refuses what cannot be read twice, a pipe or a device, and directories.
func openRegular(path string) (file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	return os.Open(path)
}

func newSource(name string, o Options, open func() (file, error)) (*Source, error) {
	o.Name = name
	o.HeaderRow = max(o.HeaderRow, 1)
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	s := &Source{path: name, opts: o, open: open}
	if o.Delimiter != 0 && !validDelimiter(o.Delimiter) {
		return nil, s.fault("bad-delimiter", fmt.Sprintf("%q cannot separate cells", o.Delimiter), "use a comma, a semicolon, a tab or a bar")
	}
	p, err := s.start()
	if err != nil {
		return nil, err
	}
	s.columns, s.delimiter, s.evidence = p.columns, p.csv.Comma, p.evidence
	return s, p.close()
}

// Name implements tabular.Source.
func (s *Source) Name() string { return s.opts.Name }

// Schema implements tabular.Source. Blanks around a header are cut; headers that repeat become "Name (1)", "Name (2)", an
// empty one "column_3" by its position, both counted on until the name is free.
func (s *Source) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(s.columns)} }

// Delimiter is what separates the cells.
func (s *Source) Delimiter() rune { return s.delimiter }

// Evidence says which delimiter is used and why, for the report.
func (s *Source) Evidence() string { return s.evidence }

// Close implements tabular.Source.
func (s *Source) Close() error { return nil }

// Fingerprint implements tabular.Source.
func (s *Source) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	f, err := s.openFile()
	if err != nil {
		return tabular.Fingerprint{}, err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, &contextReader{ctx.Err, f})
	if err = errors.Join(err, f.Close()); err != nil {
		return tabular.Fingerprint{}, fmt.Errorf("fingerprint %s: %w", s.Name(), err)
	}
	return tabular.Fingerprint{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
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

// openFile opens the file, with errors as the user should read them.
func (s *Source) openFile() (file, error) {
	f, err := s.open()
	if err == nil {
		return f, nil
	}
	e := s.fault("unreadable-file", "the file cannot be opened: "+cause(err), "")
	switch {
	case errors.Is(err, os.ErrNotExist):
		e = s.fault("no-such-file", "the file does not exist", "paths in a job are relative to the job file")
	case errors.Is(err, os.ErrPermission):
		e = s.fault("unreadable-file", "the file may not be read", "check its permissions")
	case errors.Is(err, errNotRegular):
		e = s.fault("not-a-file", "the path is a directory, a pipe or a device", "name a file: it is read more than once")
	}
	e.Err = err
	return nil, e
}

// cause is an error without the path that os puts in front: the message has it already.
func cause(err error) string {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

func (s *Source) fault(code, problem, hint string) *tabular.FileError {
	return &tabular.FileError{Path: s.path, Code: code, Problem: problem, Hint: hint}
}

func validDelimiter(r rune) bool {
	return !strings.ContainsRune("\x00\"\r\n \uFEFF\uFFFD", r) && r > 0 && r <= 0x10FFFF && (r < 0xD800 || r > 0xDFFF)
}
