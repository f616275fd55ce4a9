package jsonlfile

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// DefaultMaxRecord is how many bytes a row may have where Options says nothing: more than the largest text that the API takes (10 MB,
// contract §9) and a row around it.
const DefaultMaxRecord = 16 << 20

// MaxColumns is how many columns the members of all rows may make: as many as a spreadsheet has.
const MaxColumns = 16_384

// Options is how a file is to be read. The zero value reads JSON Lines.
type Options struct {
	// Array says that the file is one array of objects rather than an object on each line.
	Array bool
	// Path leads to the array where it is a member of the document: the names of members, separated by points. Array only.
	Path string
	// MaxRecord is how many bytes a row may have before that is an error; 0 means DefaultMaxRecord.
	MaxRecord int64
}

// Source is a JSON file as a tabular.Source. It holds no open file between two calls and may be used by one goroutine at a time.
type Source struct {
	from    storage.File
	opts    Options
	open    func() (file, error)
	columns *columns
	names   []string
}

// file is an open file.
type file interface {
	io.ReadSeeker
	io.ReaderAt
	io.Closer
}

// Open reads the whole file for its columns. Anything wrong with the file as a whole is a *tabular.FileError.
func Open(ctx context.Context, f storage.File, o Options) (*Source, error) {
	return newSource(ctx, f, o, func() (file, error) { return f.Open() })
}

func newSource(ctx context.Context, f storage.File, o Options, open func() (file, error)) (*Source, error) {
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	s := &Source{from: f, opts: o, open: open, columns: newColumns()}
	if err := s.scan(ctx); err != nil {
		return nil, err
	}
	s.names = tabular.ColumnNames(s.columns.names())
	return s, nil
}

// scan gathers the columns. Rows with a fault add none.
func (s *Source) scan(ctx context.Context) error {
	p, err := s.start()
	if err != nil {
		return err
	}
	defer func() { _ = p.file.Close() }() // a file that was only read has nothing to lose
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		known := s.columns.len()
		cells, err := p.next(s.columns.add)
		_, rowOnly := errors.AsType[*tabular.RowError](err)
		switch {
		case rowOnly:
			s.columns.keep(known)
		case errors.Is(err, io.EOF) && s.columns.len() == 0:
			return s.from.Fault("no-columns", "the file holds no row with a member", "")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if s.columns.len() > MaxColumns {
			return s.at(p.line, "too-many-columns", "the members of all rows make more columns than can be read",
				"objects that are used as dictionaries make a column of each name: write them as arrays")
		}
		p.cells = cells[:0]
	}
}

// Rows implements tabular.Source. Each range opens the file anew and is refused when a row has a member that Open did not see.
func (s *Source) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		p, err := s.start()
		if err != nil {
			yield(tabular.Row{}, err)
			return
		}
		defer func() { _ = p.file.Close() }() // a file that was only read has nothing to lose
		for more := true; more; {
			more = s.step(ctx, p, yield)
		}
	}
}

// step yields one row or error and reports whether to go on.
func (s *Source) step(ctx context.Context, p *pass, yield func(tabular.Row, error) bool) bool {
	if err := ctx.Err(); err != nil {
		yield(tabular.Row{}, err)
		return false
	}
	clear(p.cells)
	p.cells = slices.Grow(p.cells[:0], len(s.names))[:len(s.names)]
	cells, err := p.next(s.columns.find)
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		_, rowOnly := errors.AsType[*tabular.RowError](err)
		return yield(tabular.Row{}, err) && rowOnly
	}
	return yield(tabular.Row{Ordinal: p.ordinal, Line: p.line, Cells: cells}, nil)
}

// Name implements tabular.Source.
func (s *Source) Name() string { return s.from.Name }

// Schema implements tabular.Source. A column that others share the name of is told apart by a number, as tabular.ColumnNames does: the
// member "a.b" and the member "b" of a member "a" become "a.b (1)" and "a.b (2)", in the order in which they first occur.
func (s *Source) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(s.names)} }

// Close implements tabular.Source.
func (s *Source) Close() error { return nil }

// Fingerprint implements tabular.Source.
func (s *Source) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	return s.from.Fingerprint(ctx)
}

// Traits are where the rows stand.
func (s *Source) Traits() []tabular.Trait {
	shape := "an object on each line"
	switch {
	case s.opts.Path != "":
		shape = "an array of objects at " + s.opts.Path
	case s.opts.Array:
		shape = "an array of objects"
	}
	return []tabular.Trait{{Name: "shape", Value: shape}}
}

// path is the names of Options.Path.
func (o Options) path() []string {
	if o.Path == "" {
		return nil
	}
	return strings.Split(o.Path, ".")
}
