package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/xlsxfile"
)

// Source is one or several files as a tabular.Source.
type Source struct {
	name    string
	parts   []part
	columns []string
}

// Name implements tabular.Source. It is the name of the file, or the pattern or list that names several.
func (s *Source) Name() string { return s.name }

// Schema implements tabular.Source.
func (s *Source) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(s.columns)} }

// Paths are the files of this machine that the source is read from, those left out that were brought here.
func (s *Source) Paths() []string {
	var paths []string
	for _, p := range s.parts {
		if path := p.location.Path(); path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

// File is what is known of one file of a source.
type File struct {
	Name        string
	Format      tabular.Format
	Bytes       int64  // as they are where the user named them; -1 where unknown
	Compression string // "gzip", "zstd", empty for none
	Traits      []tabular.Trait
}

// Files tells what is known of each file.
func (s *Source) Files() []File {
	files := make([]File, len(s.parts))
	for i, p := range s.parts {
		files[i] = File{Name: p.Name(), Format: p.format, Bytes: p.fetched.Size(), Compression: p.location.Compression()}
		if own, ok := p.Source.(interface{ Traits() []tabular.Trait }); ok {
			files[i].Traits = own.Traits()
		}
	}
	return files
}

// Evidence tells for each file what was found out about how it is written, and why; nothing where all was given or states itself.
func (s *Source) Evidence() []string {
	var all []string
	for _, p := range s.parts {
		switch told := p.Source.(type) {
		case *csvfile.Source:
			all = append(all, p.Name()+": read with the delimiter "+told.Evidence())
		case *xlsxfile.Source:
			all = append(all, p.Name()+": read from the "+told.Evidence())
		}
	}
	return all
}

// Fingerprint implements tabular.Source. That of several files is made of theirs in their order; their names do not count.
func (s *Source) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	if len(s.parts) == 1 {
		return s.parts[0].Fingerprint(ctx)
	}
	var all tabular.Fingerprint
	hash := sha256.New()
	for _, p := range s.parts {
		one, err := p.Fingerprint(ctx)
		if err != nil {
			return tabular.Fingerprint{}, err
		}
		all.Size += one.Size
		hash.Write(fmt.Appendln(nil, one.Size, one.SHA256)) // a hash never fails
	}
	all.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return all, nil
}

// Close implements tabular.Source.
func (s *Source) Close() error {
	var err error
	for _, p := range s.parts {
		err = errors.Join(err, p.close())
	}
	s.parts = nil
	return err
}

// Rows implements tabular.Source.
func (s *Source) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	if len(s.parts) == 1 && s.parts[0].from == nil {
		return s.parts[0].Rows(ctx)
	}
	return func(yield func(tabular.Row, error) bool) {
		r := reading{cells: make([]tabular.Cell, 0, len(s.columns))}
		for _, p := range s.parts {
			if !r.read(ctx, p, yield) {
				return
			}
		}
	}
}

// reading is one pass over several files.
type reading struct {
	before int64 // rows of earlier files
	last   int64 // ordinal of the last row, counted through
	cells  []tabular.Cell
}

// read yields the rows of one file and reports whether to go on.
func (r *reading) read(ctx context.Context, p part, yield func(tabular.Row, error) bool) bool {
	r.before = r.last
	for row, err := range p.Rows(ctx) {
		bad, rowOnly := errors.AsType[*tabular.RowError](err)
		switch {
		case rowOnly:
			err = r.rejected(p, bad)
		case err == nil:
			row = r.placed(p, row)
		}
		if !yield(row, err) || (err != nil && !rowOnly) {
			return false
		}
	}
	return true
}

// placed is a row of a file as one of the whole.
func (r *reading) placed(p part, row tabular.Row) tabular.Row {
	row = r.counted(p, row)
	if p.from != nil {
		r.cells = p.arranged(r.cells, row.Cells)
		row.Cells = r.cells
	}
	return row
}

func (r *reading) counted(p part, row tabular.Row) tabular.Row {
	row.Ordinal += r.before
	r.last = row.Ordinal
	row.File = p.Name()
	return row
}

// rejected is the error of a row of a file as one of the whole. Cells in another order than that of the whole can only be put right
// where they are as many as the columns; else they stay as they are, and the hint says so.
func (r *reading) rejected(p part, bad *tabular.RowError) error {
	e := *bad
	e.Row = r.counted(p, bad.Row)
	switch {
	case p.from == nil:
	case len(bad.Row.Cells) == len(p.Schema().Columns):
		e.Row.Cells = p.arranged(nil, bad.Row.Cells)
	default:
		order := "the cells stand in the order of this file: " + strings.Join(p.Schema().Columns, ", ")
		e.Hint = strings.Join(slices.DeleteFunc([]string{bad.Hint, order}, func(s string) bool { return s == "" }), "; ")
	}
	return &e
}
