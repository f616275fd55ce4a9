package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode"

	"attio-etl/tabular/dataset"
	"attio-etl/tabular/profile"
)

// shownColumns is how many columns a person is shown; --json has all.
const shownColumns = 500

func (v *humanView) Peeked(files []dataset.File, t *profile.Table, whole bool) {
	out := v.a.stdout
	for _, f := range files {
		packed := ""
		if f.Compression != "" {
			packed = ", packed with " + f.Compression
		}
		fmt.Fprintf(out, "%s: %s, %s%s\n", f.Name, f.Format, count(f.Bytes, "byte"), packed)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, trait := range f.Traits {
			fmt.Fprintf(w, "  %s\t%s\n", trait.Name, trait.Value)
		}
		w.Flush()
	}
	reach := ""
	if !whole {
		reach = " before the fault"
	}
	fmt.Fprintf(out, "\n%s, %s%s", count(t.Rows, "row"), count(int64(len(t.Columns)), "column"), reach)
	if t.Rejected > 0 {
		fmt.Fprintf(out, "; %s faulty", count(t.Rejected, "row"))
	}
	fmt.Fprintln(out)
	v.columns(t.Columns)
	v.firstRows(t.First)
	for _, p := range t.Faults {
		fmt.Fprintf(out, "%s, %s, first: %s\n", count(p.Rows, "row"), p.First.Code, p.First)
	}
}

func (v *humanView) columns(columns []profile.Column) {
	w := tabwriter.NewWriter(v.a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  COLUMN\tKINDS\tBLANK\tDISTINCT\tLONGEST\tFIRST VALUE")
	for i := range columns[:min(len(columns), shownColumns)] {
		c := &columns[i]
		kinds := make([]string, 0, 1)
		for _, k := range c.Kinds() {
			kinds = append(kinds, fmt.Sprintf("%s %d", k.Kind, k.Cells))
		}
		fmt.Fprintf(w, "  %s\t%s\t%d\t%s\t%d\t%s\n", oneLine(c.Name), strings.Join(kinds, ", "), c.Blank, distinctText(c), c.Longest, c.Example)
	}
	w.Flush()
	if more := len(columns) - shownColumns; more > 0 {
		fmt.Fprintf(v.a.stdout, "  … and %s; --json has all\n", count(int64(more), "more column"))
	}
}

// distinctText is how many values there are of which no two are alike, and their share of all.
func distinctText(c *profile.Column) string {
	n, exact := c.Distinct()
	values := c.Values()
	if values == 0 {
		return "0"
	}
	about := ""
	if !exact {
		about = "~"
	}
	return fmt.Sprintf("%s%d (%d %%)", about, n, n*100/values)
}

func (v *humanView) firstRows(rows []profile.Row) {
	for _, r := range rows {
		file := ""
		if r.File != "" {
			file = r.File + ", "
		}
		cells := r.Cells[:min(len(r.Cells), shownColumns)]
		fmt.Fprintf(v.a.stdout, "row %d (%sline %d): %s\n", r.Ordinal, file, r.Line, strings.Join(cells, " | "))
	}
}

// oneLine keeps line breaks and control characters of a name away from the terminal.
func oneLine(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, name)
	return strings.Join(strings.Fields(name), " ")
}

// fileRecord is a file that was looked at, as JSON output has it.
type fileRecord struct {
	Type        string        `json:"type"`
	File        string        `json:"file"`
	Format      string        `json:"format"`
	Bytes       int64         `json:"bytes"`
	Compression string        `json:"compression,omitempty"`
	Traits      []traitRecord `json:"traits"`
}

type traitRecord struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// columnRecord is a column of it. Distinct is an estimate unless DistinctExact says that it is not.
type columnRecord struct {
	Type          string           `json:"type"`
	Column        string           `json:"column"`
	Kinds         map[string]int64 `json:"kinds"`
	Blank         int64            `json:"blank"`
	Values        int64            `json:"values"`
	Distinct      int64            `json:"distinct"`
	DistinctExact bool             `json:"distinct_exact"`
	Longest       int              `json:"longest"` // characters
	Example       string           `json:"example"`
}

// rowRecord is one of its first rows, with texts shortened.
type rowRecord struct {
	Type  string   `json:"type"`
	Row   int64    `json:"row"`
	File  string   `json:"file,omitempty"`
	Line  int64    `json:"line"`
	Cells []string `json:"cells"`
}

// tableRecord is all that was read. Complete says that the end of the file was reached.
type tableRecord struct {
	Type     string `json:"type"`
	Rows     int64  `json:"rows"`
	Rejected int64  `json:"rejected"`
	Columns  int    `json:"columns"`
	Causes   causes `json:"reject_causes,omitempty"`
	Complete bool   `json:"complete"`
}

func (v *jsonView) Peeked(files []dataset.File, t *profile.Table, whole bool) {
	for _, f := range files {
		record := fileRecord{Type: "file", File: f.Name, Format: string(f.Format), Bytes: f.Bytes, Compression: f.Compression, Traits: []traitRecord{}}
		for _, trait := range f.Traits {
			record.Traits = append(record.Traits, traitRecord(trait))
		}
		v.line(record)
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		record := columnRecord{
			Type: "column", Column: c.Name, Kinds: map[string]int64{}, Blank: c.Blank, Values: c.Values(), Longest: c.Longest, Example: c.Example,
		}
		for _, k := range c.Kinds() {
			record.Kinds[k.Kind.String()] = k.Cells
		}
		record.Distinct, record.DistinctExact = c.Distinct()
		v.line(record)
	}
	for _, r := range t.First {
		v.line(rowRecord{Type: "row", Row: r.Ordinal, File: r.File, Line: r.Line, Cells: r.Cells})
	}
	record := tableRecord{Type: "table", Rows: t.Rows, Rejected: t.Rejected, Columns: len(t.Columns), Complete: whole}
	for _, p := range t.Faults {
		record.Causes = append(record.Causes, cause{Code: p.First.Code, Rows: p.Rows, First: p.First.String()})
	}
	v.line(record)
}
