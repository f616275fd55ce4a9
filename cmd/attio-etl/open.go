package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/jsonlfile"
	"attio-etl/tabular/xlsxfile"
)

// reachFiles is how the process reaches files: those that are brought here live in the state directory until it ends.
func (a *app) reachFiles() *storage.Access {
	return &storage.Access{
		Spool: filepath.Join(a.global.state, "spool"), Stdin: a.stdin, Stdout: a.stdout, Lookup: a.lookup, Buckets: buckets(),
	}
}

// openSource opens the files of a source; findings say why they cannot be read. A rejects file is read as this program writes it,
// whatever the job says of its own source: it is an input of the same job.
func (a *app) openSource(ctx context.Context, s jobs.Source) (*dataset.Source, diag.List, error) {
	locations := make([]storage.Location, len(s.Paths))
	for i, p := range s.Paths {
		locations[i] = p.Location
	}
	source, findings, err := a.openFiles(ctx, locations, layout(s))
	if source != nil {
		return source, reservedColumn(source), nil
	}
	for i := range findings {
		if findings[i].Pos.File == "" {
			findings[i].Pos = s.Paths[0].Pos
		}
	}
	return nil, findings, err
}

// openFiles opens files as one source; nil with findings that say why they cannot be read.
func (a *app) openFiles(ctx context.Context, locations []storage.Location, o dataset.Options) (*dataset.Source, diag.List, error) {
	if err := a.files.Sweep(); err != nil {
		return nil, nil, exit.With(exit.Conflict, err, "another state directory: --state DIR")
	}
	intake, cancel := a.intake(ctx)
	defer cancel()
	source, err := dataset.Open(intake, a.files, locations, o)
	findings := fileFindings(err)
	switch {
	case err == nil:
		return source, nil, nil
	case intake.Err() != nil:
		return nil, nil, exit.With(exit.Interrupted, importer.ErrInterrupted, "")
	case len(findings) == 0:
		return nil, nil, exit.With(exit.Conflict, fmt.Errorf("open the source: %w", err), "")
	}
	return nil, findings, nil
}

// layout is how a job says that its files are to be read.
func layout(s jobs.Source) dataset.Options {
	quote := s.CSV.Quote
	if quote == jobs.NoQuote {
		quote = csvfile.NoQuote
	}
	return dataset.Options{
		Format: s.Format,
		CSV: csvfile.Options{
			Delimiter: s.CSV.Delimiter, Quote: quote, Encoding: s.CSV.Encoding.Value, HeaderRow: s.CSV.HeaderRow, NoHeader: s.CSV.HeaderRow == 0,
			FooterRows: s.CSV.FooterRows, StripGuard: s.CSV.StripGuards,
		},
		XLSX: xlsxfile.Options{
			Sheet: s.XLSX.Sheet, SheetIndex: s.XLSX.SheetIndex, AllSheets: s.XLSX.AllSheets, HeaderRow: s.XLSX.HeaderRow, NoHeader: s.XLSX.HeaderRow == 0, FooterRows: s.XLSX.FooterRows,
		},
		JSON: jsonlfile.Options{Path: s.JSON.Path.Value},
		Own:  importer.Refed,
	}
}

// replaceSource makes a source read another location than the job names. The ending of its name tells its format, unless it is that of
// the job's own files or none: then the job does.
func replaceSource(s *jobs.Source, text string) error {
	l, err := storage.ParseLocation(text)
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("--source: %w", err), "name a file, a URL, or - for standard input")
	}
	var own tabular.Format
	if len(s.Paths) > 0 {
		own, _ = tabular.FormatOf(s.Paths[0].Location.Base())
	}
	if format, ok := tabular.FormatOf(l.Base()); ok && format != own {
		s.Format = format
	}
	s.Paths = []jobs.Path{{Location: l}}
	return nil
}

// sourceID is what the run store knows a source by: absolute paths, and the addresses of other locations without what may be secret.
func sourceID(s jobs.Source) (string, error) {
	names := make([]string, len(s.Paths))
	for i, p := range s.Paths {
		names[i] = p.Location.String()
		if path := p.Location.Path(); path != "" {
			absolute, err := filepath.Abs(path)
			if err != nil {
				return "", fmt.Errorf("find the source: %w", err)
			}
			names[i] = absolute
		}
	}
	return strings.Join(names, ", "), nil
}

// reservedColumn refuses a source whose columns its rejects file could not hold.
func reservedColumn(source tabular.Source) diag.List {
	name := importer.Reserved(source.Schema().Columns)
	if name == "" {
		return nil
	}
	return diag.List{{
		Code: "reserved-column", Pos: diag.Pos{File: source.Name(), Column: name}, Problem: "the file has a column of a name that rejects files use",
		Got: name, Hint: "rename the column",
	}}
}

// fileFindings are the errors of a source as findings: none where it is no error of a file.
func fileFindings(err error) diag.List {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all diag.List
		for _, one := range joined.Unwrap() {
			all = append(all, fileFindings(one)...)
		}
		return all
	}
	bad, ok := errors.AsType[*tabular.FileError](err)
	if !ok {
		return nil
	}
	return diag.List{{Code: bad.Code, Pos: diag.Pos{File: bad.Path, Line: bad.Line}, Problem: bad.Problem, Hint: bad.Hint}}
}

// fileFinding is an error of a source as a finding.
func fileFinding(err error) diag.Finding {
	if all := fileFindings(err); len(all) > 0 {
		return all[0]
	}
	return diag.Finding{Code: "unreadable", Problem: err.Error()}
}
