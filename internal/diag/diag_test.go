package diag_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"attio-etl/internal/diag"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name string
		f    diag.Finding
		want string
	}{
		{
			"job file",
			diag.Finding{
				Code: "unknown-attribute", Pos: diag.Pos{File: "job.yaml", Line: 14, Col: 7},
				Problem: `companies has no attribute "domian"`, Hint: `did you mean "domains"?`,
			},
			`job.yaml:14:7: unknown-attribute: companies has no attribute "domian"; did you mean "domains"?`,
		},
		{
			"data",
			diag.Finding{
				Code: "bad-number", Pos: diag.Pos{File: "a.csv", Line: 15, Row: 12, Column: "Staff"},
				Problem: "no number", Got: "12,5x", Want: "a number such as 1234.5", Hint: "set decimal",
			},
			`a.csv:15:Staff: bad-number: row 12: no number: got "12,5x", want a number such as 1234.5; set decimal`,
		},
		{"escapes in a name", diag.Finding{Code: "c", Pos: diag.Pos{File: "f", Column: "a\x1b[31m"}, Problem: "p"}, `f:a\x1b[31m: c: p`},
		{"no position", diag.Finding{Code: "c", Problem: "p", Want: "w"}, "c: p: want w"},
		{"no line", diag.Finding{Code: "c", Pos: diag.Pos{File: "f"}, Problem: "p", Got: "g"}, `f: c: p: got "g"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.f.String(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestQuoteShortensBetweenCharacters(t *testing.T) {
	got := diag.Quote(strings.Repeat("é", 1000))
	if len(got) > 200 || !strings.HasSuffix(got, "… (2000 bytes)") || !utf8.ValidString(got) || strings.Contains(got, `\x`) {
		t.Errorf("got %s", got)
	}
	if got := diag.Quote("a\nb"); got != `"a\nb"` {
		t.Errorf("got %s", got)
	}
}

func TestSortAndErr(t *testing.T) {
	var l diag.List
	if l.Err() != nil {
		t.Error("an empty list is an error")
	}
	for _, p := range []diag.Pos{{File: "b", Line: 1}, {File: "a", Line: 2, Col: 9}, {File: "a", Line: 2, Col: 3}, {File: "a", Line: 1}} {
		l.Add(diag.Finding{Code: "c", Problem: "p"}.At(p))
	}
	l.Sort()
	if got, want := l.Err().Error(), "a:1: c: p\na:2:3: c: p\na:2:9: c: p\nb:1: c: p"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
