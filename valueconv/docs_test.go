package valueconv

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"attio-etl/crm"
)

var update = flag.Bool("update", false, "rewrite docs/values.md")

// commonCodes are findings that a cell of any type may have.
var commonCodes = []string{"invalid-utf8", "several-values"}

// CodesOf is the codes that the documentation lists for cells of a column.
func CodesOf(attr crm.Attribute, o Options) []string {
	codes := slices.Concat(commonCodes, conversions[attr.Type].doc.codes)
	if o.Reference != nil {
		codes = append(codes, conversions[o.Reference.Match.Type].doc.codes...)
	}
	return codes
}

const docsHead = `# Values: what cells may look like

Written by the tests of package valueconv from its table of conversions (` + "`go test ./valueconv -update`" + `).

Nothing is guessed: a cell that can be read in two ways is rejected with a hint, and no value is rounded, shortened or moved by a time
zone unless the job says so. Blanks around a value matter in text only. Findings that every type has: ` + "`invalid-utf8`, `several-values`" + ` (several
values for an attribute that holds one). Findings about a column and not its cells: ` + "`bad-option`, `parts-only`, `unknown-part`, `read-only-type`," + `
` + "`unsupported-type`, `object-not-allowed`" + `, and those of a select about its ` + "`options`" + `. ` + "`split`" + ` goes with every attribute that holds several values, ` + "`null_values`" + ` with every attribute.

| Type | Reads | Options | Writes | Findings | Cells |
|---|---|---|---|---|---|
`

const docsTail = `
## Cells that are more than text

CSV states texts only. Other formats state what a cell is, and then it is that and nothing else; the last column of the table says which cells a
type reads. What it does not read is the type's ` + "`bad-…`" + ` finding, whatever its spelling looks like: a boolean is no number, a number is no date.

| Cell | |
|---|---|
| number (whole, floating-point, decimal) | as it is: ` + "`decimal`" + ` and separators are for texts. Exact digits are kept or refused, never rounded. Under ` + "`format: percent`" + ` it is refused. As a text it has its plain spelling; a floating-point number from 2^53 on is refused there, and so is one that is not finite |
| boolean | a checkbox; in a text and as the title of an option ` + "`true` or `false`" + ` |
| day | that day; for a timestamp the time at which the day starts in ` + "`timezone`" + ` |
| local time (a spreadsheet's date with time, a timestamp without zone) | for a date its day; for a timestamp that reading of the clocks in ` + "`timezone`" + `, by the same rules as text |
| point in time | for a timestamp itself; for a date the day that it is in ` + "`timezone`" + `. Where the job names no zone, anything but midnight UTC is ` + "`ambiguous-date`" + ` |
| number, for a date or timestamp | only under a ` + "`format`" + ` that reads it: ` + "`excel`, `excel1904`, `unix`, `unix_ms`, `YYYYMMDD`" + ` |
| bytes | the text that they are in UTF-8, else ` + "`invalid-utf8`" + ` |
| list | each of its elements, lists within it included; an attribute of one value takes a list of one |
| error (a formula's, a number that lost its digits) | the finding of the file format (` + "`cell-error`, `inexact-number`" + `), unless ` + "`null_values`" + ` has its text: then the cell is blank |

A format is for texts and numbers: a day, a local time and a point in time are read without it.

## Dates and times

` + "`format`" + ` has these letters; what is no letter stands for itself, and so does ` + "`T`" + `:

| Letters | |
|---|---|
| ` + "`YYYY`" + ` | year, four digits |
| ` + "`MM` `M` `MMM` `MMMM`" + ` | month: two digits, one or two, ` + "`Jan`, `January`" + ` (English, any case) |
| ` + "`DD` `D`" + ` | day: two digits, one or two |
| ` + "`HH` `H`" + ` | hour from 0 to 23: two digits, one or two |
| ` + "`hh` `h` with `a` or `A`" + ` | hour from 1 to 12, am or pm in any case |
| ` + "`mm` `ss`" + ` | minute, second: two digits |
| ` + "`S` to `SSSSSSSSS`" + ` | so many decimal places of a second |
| ` + "`Z`" + ` | ` + "`Z`, `+02:00`, `+0200` or `+02`" + ` |
| ` + "`*`" + ` at the end | any text, for dates only |

or is one word for cells that count: ` + "`unix`" + ` and ` + "`unix_ms`" + ` (seconds and milliseconds since 1970, UTC), ` + "`excel`" + ` and ` + "`excel1904`" + ` (days of a
spreadsheet with their fraction to the millisecond; the 29th of February 1900, day 60, is rejected, as there was none).

A **date** is the day as it is written: letters for time and zone are read and left out. Only ` + "`unix`" + ` and ` + "`unix_ms`" + ` are points in time, and become the
day that it is then in ` + "`timezone`" + ` (default UTC).

A **timestamp** without a zone is a local time in ` + "`timezone`" + `, the name of an IANA zone (default UTC). When clocks are put forward the local times
between are skipped: ` + "`nonexistent-time`" + `. When they are put back an hour comes twice: ` + "`ambiguous-time`" + `. Neither is settled by a rule; the hint spells
the cell with either offset. A day alone is ` + "`ambiguous-time`" + ` as well, unless ` + "`format`" + ` has no hour: then it is the midnight with which the day starts in
` + "`timezone`" + `. Whatever the format, an export writes a time that the format could not tell from another in ISO 8601 with its offset, and an import
understands that.
`

// The table is written from what the parsers run with, so that it cannot tell of other options or codes.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString(docsHead)
	for _, typ := range Supported() {
		c := conversions[typ]
		reads := c.doc.reads
		if c.compose != nil {
			reads += ": `" + strings.Join(c.parts, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| **%s** | %s | %s | %s | %s | %s |\n", typ, reads, code(c.uses.names()), c.doc.writes, code(c.doc.codes), c.cells.takes.names())
	}
	b.WriteString(docsTail)
	const file = "../docs/values.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is not what the conversions say; run the tests with -update and read the difference", file)
	}
}

func code(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "`" + strings.Join(words, "` `") + "`"
}

// names are the options as job files spell them.
func (s optionSet) names() []string {
	var names []string
	for i, name := range []string{"format", "options", "unknown_option", "match", "decimal", "timezone", "country"} {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// names are the kinds of cells as the documentation groups them.
func (s kindSet) names() string {
	var names []string
	for _, group := range []struct {
		kinds kindSet
		name  string
	}{{ofTexts, "texts"}, {ofNumbers, "numbers"}, {ofBools, "booleans"}, {ofTimes, "times"}} {
		if s&group.kinds != 0 {
			names = append(names, group.name)
		}
	}
	return strings.Join(names, ", ")
}

// Every type has its line in the table, and it fits into one.
func TestEveryTypeIsDocumented(t *testing.T) {
	for _, typ := range Supported() {
		c := conversions[typ]
		if c.doc.reads == "" || c.doc.writes == "" || strings.ContainsAny(c.doc.reads+c.doc.writes, "|\n") {
			t.Errorf("%s: %+v", typ, c.doc)
		}
		if typ != crm.TypeInteraction && len(c.doc.codes) == 0 {
			t.Errorf("%s: no codes", typ)
		}
	}
}
