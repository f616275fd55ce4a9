package csvfile

import (
	"context"
	"io"
	"slices"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// Source is a CSV file as a tabular.Source. It holds no open file between two calls and may be used by one goroutine at a time.
type Source struct {
	from      storage.File
	opts      Options
	open      func() (io.ReadCloser, error)
	columns   []string
	evidence  string
	traits    []tabular.Trait
	delimiter rune
	suggested *suggestion // of an encoding, once one was wanted
}

// Open reads the header of a file. Anything wrong with the file as a whole is a *tabular.FileError.
func Open(f storage.File, o Options) (*Source, error) {
	return newSource(f, o, func() (io.ReadCloser, error) { return f.Open() })
}

func newSource(from storage.File, o Options, open func() (io.ReadCloser, error)) (*Source, error) {
	s := &Source{from: from, opts: o.completed(), open: open}
	if err := s.check(); err != nil {
		return nil, err
	}
	p, err := s.start()
	if err != nil {
		return nil, err
	}
	s.columns, s.delimiter, s.evidence, s.traits = p.columns, p.text.delimiter, p.evidence(), p.traits()
	return s, p.close()
}

// Name implements tabular.Source.
func (s *Source) Name() string { return s.from.Name }

// Schema implements tabular.Source. Blanks around a header are cut; headers that repeat become "Name (1)", "Name (2)", an
// empty one "column_3" by its position, both counted on until the name is free.
func (s *Source) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(s.columns)} }

// Delimiter is what separates the cells.
func (s *Source) Delimiter() rune { return s.delimiter }

// Evidence says which delimiter, encoding and line ends are used and why, for the report.
func (s *Source) Evidence() string { return s.evidence }

// Traits are the dialect and the encoding, with the evidence for them.
func (s *Source) Traits() []tabular.Trait { return slices.Clone(s.traits) }

// Close implements tabular.Source.
func (s *Source) Close() error { return nil }

// Fingerprint implements tabular.Source.
func (s *Source) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	return s.from.Fingerprint(ctx)
}

func (s *Source) fault(code, problem, hint string) *tabular.FileError {
	return s.from.Fault(code, problem, hint)
}
