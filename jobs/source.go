package jobs

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"attio-etl/internal/diag"
	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// Source is the files to read, as one table.
type Source struct {
	Paths  []Path         // none only when a finding says so
	Format tabular.Format // empty only when a finding says so
	CSV    CSV            // of CSV and TSV
	XLSX   XLSX
	JSON   JSON
	Where  Expression // rows for which it does not hold are left out
}

// Path is one of the locations that a source is read from: a file, a pattern of several, a URL or standard input.
type Path struct {
	Text
	Location storage.Location // a relative path against the job's directory
}

// CSV is how a CSV file is written.
type CSV struct {
	Pos         diag.Pos // of the section's key
	Delimiter   rune     // 0: find out
	Quote       rune     // NoQuote: cells stand in nothing
	Encoding    Text     // always has a Value; Given only when the file says it
	HeaderRow   int      // line of the header, 1-based; what stands before it is skipped. 0: there is no header
	FooterRows  int      // rows at the end that are no data
	StripGuards bool     // whether to undo what keeps spreadsheets from taking a text for a formula
}

// NoQuote is the CSV.Quote of a file in which a quote is a character like any other.
const NoQuote rune = -1

// XLSX is where in a workbook the table is.
type XLSX struct {
	Pos        diag.Pos // of the section's key
	Sheet      string   // its name; empty: by SheetIndex
	SheetIndex int      // its place, 1-based; 0: by name, the first where there is none
	AllSheets  bool     // the visible sheets behind that one are read too, as if their rows stood on it
	HeaderRow  int      // row of the header, 1-based; what stands before it is skipped. 0: there is no header
	FooterRows int      // rows at the end that are no data
}

// JSON is where in a document the rows are.
type JSON struct {
	Pos  diag.Pos // of the section's key
	Path Text     // of the array, names separated by points; not Given: the document is the array
}

// source reads where the rows come from.
func (r *reader) source(v value, s *Source) {
	s.CSV = CSV{HeaderRow: 1, Quote: '"', Encoding: Text{Value: EncodingAuto}}
	s.XLSX = XLSX{HeaderRow: 1}
	there := section(r, v.node, v.what, sourceKeys, s)
	if !there["format"] {
		s.Format = r.formatOf(s.Paths)
	}
	if s.Format != "" {
		r.checkSections(s)
	}
}

// paths reads the locations: one text, or a list of texts.
func (r *reader) paths(v value) []Path {
	const want = "a path, a URL, - for standard input, or a list of paths"
	nodes := []*yaml.Node{v.node}
	if n := resolve(v.node); n.Kind == yaml.SequenceNode {
		if nodes = n.Content; len(nodes) == 0 {
			r.findings.Add(diag.Finding{Code: CodeNoValue, Pos: r.pos(v.node), Problem: v.what + " is an empty list", Want: want})
		}
	}
	var all []Path
	for _, n := range nodes {
		t, ok := r.filled(n, v.what, want)
		if !ok {
			continue
		}
		l, err := storage.ParseLocation(t.Value)
		if err != nil {
			r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: t.Pos, Problem: "this names no file: " + err.Error(), Got: t.Raw, Want: want})
			continue
		}
		all = append(all, Path{Text: t, Location: l})
	}
	return all
}

// formatOf is the format that the endings of the paths stand for.
func (r *reader) formatOf(paths []Path) tabular.Format {
	var first tabular.Format
	for i, p := range paths {
		format, ok := tabular.FormatOf(p.Location.Base())
		switch {
		case !ok:
			f := diag.Finding{
				Code: CodeUnknownChoice, Pos: p.Pos, Problem: "the ending of the path does not tell its format", Got: p.Raw,
				Want: "a path that ends in .csv, .tsv, .xlsx, .parquet, .jsonl or .json, behind it .gz or .zst if it is compressed",
				Hint: `or add "format: csv", or whatever it is, to import.source`,
			}
			if p.Location.IsStandard() {
				f.Problem, f.Want = "standard input has no name that tells its format", ""
				f.Hint = `add "format: csv", or whatever it is, to import.source`
			}
			r.findings.Add(f)
			return ""
		case i > 0 && format != first:
			r.findings.Add(diag.Finding{
				Code: CodeConflict, Pos: p.Pos, Problem: fmt.Sprintf("the endings of the paths tell several formats: %s and %s", first, format), Got: p.Raw,
				Hint: "files that are read as one have one format: import the others by jobs or steps of their own",
			})
			return ""
		}
		first = format
	}
	return first
}

// checkSections refuses a section about another format than the source's: what it says would not be done.
func (r *reader) checkSections(s *Source) {
	for _, section := range []struct {
		name string
		pos  diag.Pos
		fits bool
	}{
		{"csv", s.CSV.Pos, s.Format == tabular.CSV || s.Format == tabular.TSV},
		{"xlsx", s.XLSX.Pos, s.Format == tabular.XLSX},
		{"json", s.JSON.Pos, s.Format == tabular.JSON},
	} {
		if section.pos.Line > 0 && !section.fits {
			r.findings.Add(diag.Finding{
				Code: CodeConflict, Pos: section.pos, Problem: fmt.Sprintf("the source is read as %s, which the section %s is not about", s.Format, section.name),
				Hint: "leave the section out, or set import.source.format",
			})
		}
	}
}

// mark reads a single character that has a meaning of its own in CSV.
func (r *reader) mark(v value, problem, want string) rune {
	c, size := utf8.DecodeRuneInString(v.Value)
	if size == len(v.Value) && canDelimit(c) {
		return c
	}
	f := diag.Finding{Code: CodeUnknownChoice, Pos: v.Pos, Problem: problem, Got: v.Raw, Want: want}
	if v.Value == `\t` || strings.EqualFold(v.Value, "tab") {
		f.Hint = `write a tab as "\t", in double quotes`
	}
	r.findings.Add(f)
	return 0
}

// delimiter reads the character between two cells.
func (r *reader) delimiter(v value) rune {
	if v.Value == "auto" {
		return 0
	}
	if v.Value == `"` {
		v.Value = "" // that is what cells stand in
	}
	return r.mark(v, "this cannot stand between two cells", `auto, or one character such as "," or ";"`)
}

// quote reads the character that cells stand in.
func (r *reader) quote(v value) rune {
	if v.Value == "none" {
		return NoQuote
	}
	c := r.mark(v, "cells cannot stand in this", `none, or one character such as '"' or "'"`)
	if c > unicode.MaxASCII || c == '\t' {
		r.findings.Add(diag.Finding{
			Code: CodeUnknownChoice, Pos: v.Pos, Problem: "cells cannot stand in this", Got: v.Raw, Want: `a character of ASCII, such as '"' or "'"`,
		})
	}
	return c
}

// canDelimit leaves out what cells are made of.
func canDelimit(c rune) bool {
	return c == '\t' || (unicode.IsPrint(c) && c != utf8.RuneError && !unicode.IsLetter(c) && !unicode.IsDigit(c))
}

// sheet reads which sheet of a workbook to read: a name, or its place where the file has a plain number.
func (r *reader) sheet(v value, x *XLSX) {
	if n := resolve(v.node); n.Tag != "!!int" || !isPlain(n) {
		if t, ok := r.filled(v.node, v.what, "the name of a sheet, or its place, counted from 1"); ok {
			x.Sheet = t.Value
		}
		return
	}
	if _, whole, ok := r.count(v.node, v.what, 1, maxSheets); ok {
		x.SheetIndex = whole
	}
}
