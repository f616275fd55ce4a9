// Package diag holds findings: the things a user has to fix, each with a stable code, a position, what was found, what was
// expected and a hint. A check reports all of its findings, never just the first.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Pos is where a finding is. For a job file: File, Line and Col. For data: File, Line, Row and Column. Zero parts are unknown.
type Pos struct {
	File   string `json:"file,omitempty"`
	Line   int64  `json:"line,omitempty"`   // physical line, 1-based; for data the line on which the row starts
	Col    int    `json:"col,omitempty"`    // character in the line, 1-based; job files only
	Row    int64  `json:"row,omitempty"`    // data row, 1-based, the header not counted
	Column string `json:"column,omitempty"` // name of the data column
}

// String is file:line:col for job files, file:line:column for data.
func (p Pos) String() string {
	var parts []string
	if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Line > 0 {
		parts = append(parts, strconv.FormatInt(p.Line, 10))
	}
	switch {
	case p.Col > 0:
		parts = append(parts, strconv.Itoa(p.Col))
	case p.Column != "":
		parts = append(parts, p.Column)
	}
	return printable(strings.Join(parts, ":"))
}

// printable keeps control characters of file and column names away from the terminal.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// Finding is one thing to fix.
type Finding struct {
	Code    string `json:"code"` // stable, kebab-case: "unknown-attribute"
	Pos     Pos    `json:"pos"`
	Problem string `json:"problem"`        // what is wrong, one clause without a final stop
	Got     string `json:"got,omitempty"`  // what was found, verbatim
	Want    string `json:"want,omitempty"` // what was expected: "a number such as 1234.5"
	Hint    string `json:"hint,omitempty"` // what to do
}

// maxQuoted bounds how much of a cell a message repeats: a 10 MB cell must not become a 10 MB line.
const maxQuoted = 120

// Detail is the problem with what was found and what was expected, without position, code and hint.
func (f Finding) Detail() string {
	var b strings.Builder
	b.WriteString(f.Problem)
	if f.Got != "" {
		fmt.Fprintf(&b, ": got %s", Quote(f.Got))
	}
	if f.Want != "" {
		if f.Got != "" {
			b.WriteString(", want ")
		} else {
			b.WriteString(": want ")
		}
		b.WriteString(f.Want)
	}
	return b.String()
}

// String is the finding as one line: position, code, detail, hint.
func (f Finding) String() string {
	var b strings.Builder
	if pos := f.Pos.String(); pos != "" {
		b.WriteString(pos + ": ")
	}
	b.WriteString(f.Code + ": ")
	if f.Pos.Row > 0 {
		fmt.Fprintf(&b, "row %d: ", f.Pos.Row)
	}
	b.WriteString(f.Detail())
	if f.Hint != "" {
		b.WriteString("; " + f.Hint)
	}
	return b.String()
}

// Error makes a finding an error.
func (f Finding) Error() string { return f.String() }

// At returns the finding with its position set.
func (f Finding) At(pos Pos) Finding {
	f.Pos = pos
	return f
}

// Quote quotes a value for a message, shortened to a readable length.
func Quote(s string) string {
	if len(s) <= maxQuoted {
		return strconv.Quote(s)
	}
	cut := maxQuoted
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return strconv.Quote(s[:cut]) + fmt.Sprintf("… (%d bytes)", len(s))
}

// List is the findings of one check.
type List []Finding

// Add appends a finding.
func (l *List) Add(f Finding) { *l = append(*l, f) }

// Sort orders findings by file, line, row and column, keeping equals in their order.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Pos.Row, b.Pos.Row),
		)
	})
}

// Err is the list as an error, nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error lists all findings, one a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}
