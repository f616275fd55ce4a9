package jobs

import (
	"slices"
	"strings"
	"unicode/utf16"

	"attio-etl/internal/diag"
	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// The choices of how a file is written.
const (
	QuoteNeeded = "minimal" // cells stand in quotes where they have to
	QuoteAll    = "all"

	LineFeed = "lf"
	CRLF     = "crlf"

	CompressZstd   = "zstd"
	CompressSnappy = "snappy"
	CompressGzip   = "gzip"
	CompressNone   = "none"
)

// CSVOutput is how a CSV or TSV file is written.
type CSVOutput struct {
	Pos           diag.Pos // of the section's key
	Delimiter     rune     // of CSV; 0: a comma. TSV has tabs
	DelimiterPos  diag.Pos
	Quoting       string
	Mark          bool   // a byte order mark first
	LineEnd       string // LineFeed or CRLF
	KeepsFormulas bool   // text that a spreadsheet takes for a formula stands as it is
}

// XLSXOutput is how a workbook is written.
type XLSXOutput struct {
	Pos   diag.Pos // of the section's key
	Sheet string   // the name of the first sheet; empty: the format's own
}

// ParquetOutput is how a Parquet file is written.
type ParquetOutput struct {
	Pos          diag.Pos // of the section's key
	Compression  string
	RowGroupRows int // the most rows of a row group; 0: the format's own bounds alone
}

// maxRowGroup bounds the rows of a row group: bytes end one long before.
const maxRowGroup = 10_000_000

var csvOutputKeys = []key[CSVOutput]{
	{
		name: "delimiter", kind: text, doc: `the character between two cells: ",", ";", "|"`,
		set: func(r *reader, c *CSVOutput, v value) { c.Delimiter, c.DelimiterPos = r.outputDelimiter(v), v.Pos },
	},
	{
		name: "quoting", kind: choice, words: []string{QuoteNeeded, QuoteAll}, doc: "which cells stand in quotes",
		set: func(_ *reader, c *CSVOutput, v value) { c.Quoting = v.Value },
	},
	{
		name: "bom", kind: flag, doc: "whether the file begins with a byte order mark, by which Excel knows UTF-8",
		set: func(_ *reader, c *CSVOutput, v value) { c.Mark = v.yes },
	},
	{
		name: "line_end", kind: choice, words: []string{LineFeed, CRLF}, doc: "what ends a line",
		set: func(_ *reader, c *CSVOutput, v value) { c.LineEnd = v.Value },
	},
	{
		name: "formula_guard", kind: flag, doc: "whether an apostrophe keeps spreadsheets from taking a text for a formula",
		set: func(_ *reader, c *CSVOutput, v value) { c.KeepsFormulas = !v.yes },
	},
}

var xlsxOutputKeys = []key[XLSXOutput]{
	{
		name: "sheet", kind: text, required: true, doc: "the name of the sheet",
		set: func(r *reader, x *XLSXOutput, v value) { x.Sheet = r.sheetName(v.Text) },
	},
}

var parquetOutputKeys = []key[ParquetOutput]{
	{
		name: "compression", kind: choice, words: []string{CompressZstd, CompressSnappy, CompressGzip, CompressNone}, doc: "how pages are compressed",
		set: func(_ *reader, p *ParquetOutput, v value) { p.Compression = v.Value },
	},
	{
		name: "row_group_rows", kind: count, most: maxRowGroup, doc: "the most rows of a row group",
		set: func(_ *reader, p *ParquetOutput, v value) { p.RowGroupRows = v.whole },
	},
}

// outputDelimiter reads the character between two cells that are written.
func (r *reader) outputDelimiter(v value) rune {
	if v.Value == `"` || v.Value == " " {
		v.Value = "" // readers take one for a quote, and cut the other
	}
	return r.mark(v, "this cannot stand between two cells", `one character such as "," or ";"`)
}

// maxSheetName is how long Excel lets the name of a sheet be, in the units of UTF-16.
const maxSheetName = 31

// sheetName refuses what Excel does not take for a name.
func (r *reader) sheetName(t Text) string {
	if len(utf16.Encode([]rune(t.Value))) > maxSheetName || strings.ContainsAny(t.Value, `:\/?*[]`) ||
		strings.HasPrefix(t.Value, "'") || strings.HasSuffix(t.Value, "'") {
		r.findings.Add(diag.Finding{
			Code: CodeUnknownChoice, Pos: t.Pos, Problem: "Excel takes no such name of a sheet", Got: t.Raw,
			Want: `at most 31 characters, none of : \ / ? * [ ], no apostrophe at either end`,
		})
		return ""
	}
	return t.Value
}

// checkOutputSections refuses what the job says about a format that none of its files has: it would not be done.
func (r *reader) checkOutputSections(e *Export) {
	formats := e.Formats()
	about := func(section string, pos diag.Pos, of ...tabular.Format) {
		if pos.Line > 0 && !slices.ContainsFunc(formats, func(f tabular.Format) bool { return slices.Contains(of, f) }) {
			r.findings.Add(diag.Finding{
				Code: CodeConflict, Pos: pos, Problem: "the export is written as " + string(e.To.Format) + ", which " + section + " is not about",
				Hint: "leave it out, or set export.to.format",
			})
		}
	}
	about("the section csv", e.To.CSV.Pos, tabular.CSV, tabular.TSV)
	if e.To.CSV.Delimiter != 0 && e.To.CSV.Delimiter != '\t' {
		about("csv.delimiter", e.To.CSV.DelimiterPos, tabular.CSV)
	}
	about("the section xlsx", e.To.XLSX.Pos, tabular.XLSX)
	about("the section parquet", e.To.Parquet.Pos, tabular.Parquet)
}

// Formats are those of the files that an export writes.
func (e *Export) Formats() []tabular.Format {
	if e.Incremental.Full.Given() {
		return []tabular.Format{e.To.Format, e.FullFormat()}
	}
	return []tabular.Format{e.To.Format}
}

// checkFull refuses what could not be written once everything has been read.
func (r *reader) checkFull(e *Export) {
	full := e.Incremental.Full
	switch format := e.FullFormat(); {
	case format == tabular.JSON:
		r.findings.Add(diag.Finding{Code: CodeUnknownChoice, Pos: full.Pos, Problem: "a JSON array cannot be written", Got: full.Raw, Hint: "name a file that ends in .jsonl"})
	case e.To.Multi == ListValues && HasLists(e.To.Format) && !HasLists(format):
		r.findings.Add(diag.Finding{
			Code: CodeConflict, Pos: full.Pos, Problem: "the file with everything is written as " + string(format) + ", which has no lists", Got: full.Raw,
			Hint: "write multi: join or multi: json, or a format that has: parquet, jsonl",
		})
	}
}

// FullFormat is the format of the file with everything that an export of changes writes as well: by the ending of its path, where that tells one.
func (e *Export) FullFormat() tabular.Format {
	if l, err := storage.ParseLocation(e.Incremental.Full.Value); err == nil {
		if format, ok := tabular.FormatOf(l.Base()); ok {
			return format
		}
	}
	return e.To.Format
}
