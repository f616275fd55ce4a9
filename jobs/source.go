package jobs

import (
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attio-etl/internal/diag"
)

// version reads the version of the language.
func (r *reader) version(v value) int {
	if v.Value != "1" {
		r.findings.Add(diag.Finding{
			Code: CodeVersion, Pos: v.Pos, Problem: "this program does not read this version of the job language", Got: v.Raw, Want: "1",
		})
		return 0
	}
	return 1
}

// maxNameLength bounds a job's name, in characters.
const maxNameLength = 100

// name reads the job's name. It becomes part of file names and of lines of output.
func (r *reader) name(v value) string {
	if !fitsName(v.Value) {
		r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: v.Pos, Problem: "this cannot be a job's name", Got: v.Raw, Want: wantName})
	}
	return v.Value
}

const wantName = "at most 100 printable characters without / and \\"

// fitsName reports whether a text can be the name of a job or a step.
func fitsName(s string) bool {
	return utf8.RuneCountInString(s) <= maxNameLength && !strings.ContainsFunc(s, unfitForName)
}

func unfitForName(c rune) bool { return c == '/' || c == '\\' || !unicode.IsPrint(c) }

// source reads where the rows come from.
func (r *reader) source(v value, s *Source) {
	s.CSV = CSV{HeaderRow: 1, Encoding: EncodingAuto}
	there := section(r, v.node, v.what, sourceKeys, s)
	if !s.Path.Given() {
		return
	}
	if r.checkPath(s.Path) && !there["format"] {
		s.Format = r.formatOf(s.Path)
	}
}

// checkPath refuses the paths of the language that this version cannot open.
func (r *reader) checkPath(path Text) bool {
	later := func(what, hint string) bool {
		r.findings.Add(diag.Finding{
			Code: CodePlannedChoice, Pos: path.Pos, Problem: "this version does not read " + what + " yet", Got: path.Raw, Hint: hint,
		})
		return false
	}
	switch {
	case path.Value == "-":
		return later("standard input", "save it to a file and name that")
	case strings.ContainsAny(path.Value, "*?"):
		return later("several files at once", "name one file")
	case slices.Contains([]string{"gz", "zst"}, ending(path.Value)):
		return later("compressed files", "decompress it and name the result")
	}
	return true
}

// formatOf is the format that the ending of a path stands for.
func (r *reader) formatOf(path Text) string {
	end := ending(path.Value)
	switch {
	case end == FormatCSV:
		return FormatCSV
	case slices.Contains(laterFormats, end):
		r.findings.Add(diag.Finding{
			Code: CodePlannedChoice, Pos: path.Pos, Problem: "this version does not read " + end + " files yet", Got: path.Raw,
			Want: "a CSV file", Hint: "save it as CSV",
		})
	default:
		r.findings.Add(diag.Finding{
			Code: CodeUnknownChoice, Pos: path.Pos, Problem: "the ending of the path does not tell its format", Got: path.Raw,
			Want: "a path that ends in .csv", Hint: `add "format: csv" to import.source if it is a CSV file`,
		})
	}
	return ""
}

// ending is the extension of a path without its dot, in lower case.
func ending(path string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
}

// delimiter reads the character between two cells.
func (r *reader) delimiter(v value) rune {
	if v.Value == "auto" {
		return 0
	}
	c, size := utf8.DecodeRuneInString(v.Value)
	if size == len(v.Value) && canDelimit(c) {
		return c
	}
	f := diag.Finding{
		Code: CodeUnknownChoice, Pos: v.Pos, Problem: "this cannot stand between two cells", Got: v.Raw,
		Want: `auto, or one character such as "," or ";"`,
	}
	if v.Value == `\t` || strings.EqualFold(v.Value, "tab") {
		f.Hint = `write a tab as "\t", in double quotes`
	}
	r.findings.Add(f)
	return 0
}

// canDelimit leaves out what cells are made of.
func canDelimit(c rune) bool {
	return c == '\t' || (unicode.IsPrint(c) && c != '"' && c != utf8.RuneError && !unicode.IsLetter(c) && !unicode.IsDigit(c))
}
