package xlsxfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// Options is which rows of a workbook are to be read. The zero value reads the first visible sheet with a header in row 1.
type Options struct {
	// Sheet names the sheet, which may be a hidden one. Where no name is exactly this one, case does not matter.
	Sheet string
	// SheetIndex is the sheet by its position among all of them, 1-based, where Sheet is empty; 0 is the first visible one.
	SheetIndex int
	// AllSheets reads the visible sheets behind that one too, as if their rows stood on it, as the writer continues a long table. A
	// sheet without anything in it is left out; any other one must have the same header.
	AllSheets bool
	// HeaderRow is the sheet's row that holds the header, 1-based; 0 means 1. Rows before it are skipped. Where that row is blank,
	// the first one after it that is not holds the header.
	HeaderRow int
	// NoHeader says that there is no header: data begin at HeaderRow, and columns are named column_1, column_2 …, as many as the
	// widest row has.
	NoHeader bool
	// FooterRows is how many rows at the end of each sheet are no data: totals, notes. Rows that are blank do not count.
	FooterRows int
	// TempDir is where shared strings go that are too many for the memory; empty means the system's directory for such files.
	TempDir string
	// MaxUnzipped is how many bytes all parts that are read together may unfold to; 0 means DefaultMaxUnzipped.
	MaxUnzipped int64
	// MaxStringMemory is how many bytes of shared strings stay in memory; 0 means 32 MiB.
	MaxStringMemory int64
}

// Source is an XLSX workbook as a tabular.Source. It keeps the file open and may be used by one goroutine at a time.
type Source struct {
	from    storage.File
	opts    Options
	file    *os.File
	book    *workbook
	tables  []table
	columns []string
}

// Open reads the workbook from end to end and proves that it is whole. Anything wrong with the file is a *tabular.FileError.
func Open(ctx context.Context, f storage.File, o Options) (*Source, error) {
	o.HeaderRow = max(o.HeaderRow, 1)
	if o.MaxUnzipped <= 0 {
		o.MaxUnzipped = DefaultMaxUnzipped
	}
	if o.MaxStringMemory <= 0 {
		o.MaxStringMemory = stringsMemory
	}
	file, err := f.Open()
	if err != nil {
		return nil, err
	}
	s := &Source{from: f, opts: o, file: file}
	if err := s.prove(ctx); err != nil {
		_ = s.Close() // the error at hand says more
		return nil, err
	}
	return s, nil
}

func (s *Source) prove(ctx context.Context) error {
	a, err := s.archive()
	if err != nil {
		return err
	}
	b := a.budget(ctx)
	if s.book, err = openWorkbook(a, b, spool{s.opts.TempDir, s.opts.MaxStringMemory}); err != nil {
		return err
	}
	sheets, err := s.book.choose(s.opts)
	if err != nil {
		return err
	}
	for i, sheet := range sheets {
		t, err := s.survey(ctx, sheet, b)
		if err != nil {
			return err
		}
		if i > 0 && t.blank {
			continue
		}
		if err := s.agree(t); err != nil {
			return err
		}
		s.tables = append(s.tables, t)
	}
	if s.opts.NoHeader {
		width := 0
		for _, t := range s.tables {
			width = max(width, t.width)
		}
		s.columns = tabular.ColumnNames(make([]string, width))
	}
	return nil
}

// archive opens the file as what it must be.
func (s *Source) archive() (*archive, error) {
	info, err := s.file.Stat()
	if err != nil {
		return nil, s.from.Fault("unreadable-file", "the file cannot be read: "+storage.Cause(err), "")
	}
	magic := make([]byte, 2)
	if n, err := s.file.ReadAt(magic, 0); n < len(magic) || err != nil || string(magic) != "PK" {
		return nil, notZip(s.from, s.file)
	}
	return openArchive(s.from, s.file, info.Size(), s.opts.MaxUnzipped)
}

// agree takes the columns of the first table and holds those of the others against them.
func (s *Source) agree(t table) error {
	switch {
	case t.blank:
		return s.from.Fault("empty-sheet", fmt.Sprintf("the sheet %q is empty", t.name), s.book.names())
	case s.opts.NoHeader:
		return nil
	case t.header == nil:
		problem := fmt.Sprintf("the sheet %q has no header in row %d or after it", t.name, s.opts.HeaderRow)
		return s.from.Fault("no-header", problem, s.book.names())
	case s.columns == nil:
		s.columns = t.header
	case !slices.Equal(s.columns, t.header):
		e := s.from.Fault("header-differs", fmt.Sprintf("the header of the sheet %q is not that of the sheet %q", t.name, s.tables[0].name), "read the sheets one by one")
		e.Line = int64(t.headerRow)
		return e
	}
	return nil
}

// Name implements tabular.Source.
func (s *Source) Name() string { return s.from.Name }

// Schema implements tabular.Source. Headers that repeat or are empty are named as tabular.ColumnNames does.
func (s *Source) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(s.columns)} }

// Evidence says which sheet is read and which others there are, for the report.
func (s *Source) Evidence() string {
	return fmt.Sprintf("sheet %q; %s", s.tables[0].name, s.book.names())
}

// Traits are the sheets, which of them is read and why, and what its dates count from.
func (s *Source) Traits() []tabular.Trait {
	why, header, epoch := "the first visible one", "none", "1900"
	switch {
	case s.opts.Sheet != "":
		why = "by its name"
	case s.opts.SheetIndex > 0:
		why = "by its place"
	}
	first := s.tables[0]
	if first.headerRow > 0 {
		header = fmt.Sprintf("row %d", first.headerRow)
	}
	if s.book.from1904 {
		epoch = "1904"
	}
	return []tabular.Trait{
		{Name: "sheets", Value: s.book.list()},
		{Name: "sheet", Value: fmt.Sprintf("%q, %s", first.name, why)},
		{Name: "header", Value: header},
		{Name: "dates", Value: "count from " + epoch},
	}
}

// Fingerprint implements tabular.Source.
func (s *Source) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	return s.from.Fingerprint(ctx)
}

// Close implements tabular.Source.
func (s *Source) Close() error {
	err := s.file.Close()
	if s.book != nil {
		err = errors.Join(err, s.book.strings.close())
	}
	if err != nil {
		return fmt.Errorf("close %s: %w", s.from.Name, err)
	}
	return nil
}
