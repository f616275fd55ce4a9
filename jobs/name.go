package jobs

import (
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
