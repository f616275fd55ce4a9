package dataset

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/jsonlfile"
	"attio-etl/tabular/parquetfile"
	"attio-etl/tabular/xlsxfile"
)

// Options is how files are to be read.
type Options struct {
	Format tabular.Format // of all files; empty: of each by the ending of its name
	CSV    csvfile.Options
	XLSX   xlsxfile.Options  // TempDir is that of the access
	JSON   jsonlfile.Options // Array is set by the format

	// Own, if set, is asked of each file that can be read as CSV of this program's own, whatever the other options say: it gives the source
	// to read, or nil for a file that is none of those.
	Own func(tabular.Source) tabular.Source
}

// Open opens the files that locations and patterns name as one source. What is wrong with one of them is a *tabular.FileError, several
// of which may be joined.
func Open(ctx context.Context, access *storage.Access, locations []storage.Location, o Options) (_ *Source, err error) {
	files, err := expand(ctx, access, locations)
	if err != nil {
		return nil, err
	}
	s := &Source{name: nameOf(locations, files)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for _, l := range files {
		p, err := openPart(ctx, access, l, o)
		if err != nil {
			return nil, err
		}
		s.parts = append(s.parts, p)
	}
	return s, s.join()
}

// expand is the files of all locations. One that two of them name is read twice only if its rows are meant twice, which nobody means.
func expand(ctx context.Context, access *storage.Access, locations []storage.Location) ([]storage.Location, error) {
	var files []storage.Location
	seen := map[string]bool{}
	for _, l := range locations {
		matches, err := access.Glob(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, m := range matches {
			if seen[m.String()] {
				return nil, storage.File{Name: m.String()}.Fault("file-twice", "the file is named twice", "name it once: its rows would be read twice")
			}
			seen[m.String()] = true
		}
		files = append(files, matches...)
	}
	return files, nil
}

// nameOf is what messages call the source: its file, or as the user wrote it.
func nameOf(locations, files []storage.Location) string {
	if len(files) == 1 {
		return files[0].String()
	}
	names := make([]string, len(locations))
	for i, l := range locations {
		names[i] = l.String()
	}
	return strings.Join(names, ", ")
}

// part is one file of a source.
type part struct {
	tabular.Source
	location storage.Location
	fetched  *storage.Fetched
	format   tabular.Format
	from     []int // for each column of the whole the file's, -1 for none; nil where they are the same
}

func openPart(ctx context.Context, access *storage.Access, l storage.Location, o Options) (_ part, err error) {
	format, err := formatOf(l, o)
	if err != nil {
		return part{}, err
	}
	fetched, err := access.Fetch(ctx, l)
	if err != nil {
		return part{}, err
	}
	p := part{location: l, fetched: fetched, format: format}
	if p.Source, err = openOwn(fetched.File, o); p.Source == nil && err == nil {
		p.Source, err = openFile(ctx, access, fetched.File, format, o)
	}
	if err != nil {
		return part{}, errors.Join(err, fetched.Close())
	}
	return p, nil
}

func (p part) close() error { return errors.Join(p.Close(), p.fetched.Close()) }

func formatOf(l storage.Location, o Options) (tabular.Format, error) {
	if o.Format != "" {
		return o.Format, nil
	}
	if format, ok := tabular.FormatOf(l.Base()); ok {
		return format, nil
	}
	problem := "the ending of the name does not tell the format"
	if l.IsStandard() {
		problem = "standard input has no name that tells its format"
	}
	return "", storage.File{Name: l.String()}.Fault("unknown-format", problem, `add "format: csv", or whatever it is, to import.source`)
}

// openOwn opens a file of CSV that this program wrote; nil for any other.
func openOwn(f storage.File, o Options) (tabular.Source, error) {
	if o.Own == nil {
		return nil, nil
	}
	s, err := csvfile.Open(f, csvfile.Options{Delimiter: ','})
	if err != nil {
		return nil, nil //nolint:nilerr // it is not one of those: the format of the job says what is wrong with it
	}
	if own := o.Own(s); own != nil {
		return own, nil
	}
	return nil, s.Close()
}

func openFile(ctx context.Context, access *storage.Access, f storage.File, format tabular.Format, o Options) (tabular.Source, error) {
	switch format {
	case tabular.TSV:
		if o.CSV.Delimiter == 0 {
			o.CSV.Delimiter = '\t'
		}
		return opened(csvfile.Open(f, o.CSV))
	case tabular.CSV:
		return opened(csvfile.Open(f, o.CSV))
	case tabular.XLSX:
		dir, err := access.TempDir()
		if err != nil {
			return nil, err
		}
		o.XLSX.TempDir = dir
		return opened(xlsxfile.Open(ctx, f, o.XLSX))
	case tabular.Parquet:
		return opened(parquetfile.Open(f, parquetfile.Options{}))
	case tabular.JSONL, tabular.JSON:
		o.JSON.Array = format == tabular.JSON
		return opened(jsonlfile.Open(ctx, f, o.JSON))
	default:
		return nil, f.Fault("unknown-format", fmt.Sprintf("%q is no format that can be read", format), "save it as CSV")
	}
}

// opened keeps a nil pointer from becoming a source that is not nil.
func opened[S tabular.Source](s S, err error) (tabular.Source, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// isJSON reports whether rows may lack columns that others have.
func (p part) isJSON() bool {
	return slices.Contains([]tabular.Format{tabular.JSONL, tabular.JSON}, p.format)
}
