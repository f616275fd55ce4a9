package csvfile

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// DefaultMaxRecord is how many bytes may pass without a finished record where Options says nothing: more than the largest text that
// the API takes (10 MB, contract §9) and a row around it.
const DefaultMaxRecord = 16 << 20

// Options is how a file is to be read. The zero value reads comma, semicolon, tab or bar separated text with a header in row 1.
type Options struct {
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
	from      storage.File
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

// Open reads the header of a file. Anything wrong with the file as a whole is a *tabular.FileError.
func Open(f storage.File, o Options) (*Source, error) {
	return newSource(f, o, func() (file, error) { return f.Open() })
}

func newSource(from storage.File, o Options, open func() (file, error)) (*Source, error) {
	o.HeaderRow = max(o.HeaderRow, 1)
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	s := &Source{from: from, opts: o, open: open}
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
func (s *Source) Name() string { return s.from.Name }

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
	return s.from.Fingerprint(ctx)
}

func (s *Source) fault(code, problem, hint string) *tabular.FileError {
	return s.from.Fault(code, problem, hint)
}

func validDelimiter(r rune) bool {
	return !strings.ContainsRune("\x00\"\r\n \uFEFF\uFFFD", r) && r > 0 && r <= 0x10FFFF && (r < 0xD800 || r > 0xDFFF)
}
