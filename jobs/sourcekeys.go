package jobs

import "attio-etl/tabular"

// The largest that the counts of a source may be: beyond them a number is a mistake.
const (
	maxHeaderRow  = 1000
	maxFooterRows = 1000
	maxSheets     = 1000
)

var formatWords = []string{
	string(tabular.CSV), string(tabular.TSV), string(tabular.XLSX), string(tabular.Parquet), string(tabular.JSONL), string(tabular.JSON),
}

var sourceKeys = []key[Source]{
	{
		name: "path", kind: own, required: true, doc: "the file, a pattern of files or a list of them; a relative path starts at the job file",
		set: func(r *reader, s *Source, v value) { s.Paths = r.paths(v) },
	},
	{
		name: "format", kind: choice, words: formatWords, doc: "default: by the ending of the path",
		set: func(_ *reader, s *Source, v value) { s.Format = tabular.Format(v.Value) },
	},
	{
		name: "csv", kind: own, doc: "how the CSV file is written",
		set: func(r *reader, s *Source, v value) {
			s.CSV.Pos = v.keyPos
			section(r, v.node, v.what, csvKeys, &s.CSV)
		},
	},
	{
		name: "xlsx", kind: own, doc: "where in the workbook the table is",
		set: func(r *reader, s *Source, v value) {
			s.XLSX.Pos = v.keyPos
			section(r, v.node, v.what, xlsxKeys, &s.XLSX)
		},
	},
	{
		name: "json", kind: own, doc: "where in the document the rows are",
		set: func(r *reader, s *Source, v value) {
			s.JSON.Pos = v.keyPos
			section(r, v.node, v.what, jsonKeys, &s.JSON)
		},
	},
	{
		name: "where", kind: expression, doc: "an expression that holds for the rows to import",
		set: func(_ *reader, s *Source, v value) { s.Where = v.expr },
	},
}

var csvKeys = []key[CSV]{
	{
		name: "delimiter", kind: text, doc: `auto, or the character between two cells: ",", ";", "\t"`,
		set: func(r *reader, c *CSV, v value) { c.Delimiter = r.delimiter(v) },
	},
	{
		name: "quote", kind: text, doc: `the character that cells stand in: '"', "'"`,
		set: func(r *reader, c *CSV, v value) { c.Quote = r.quote(v) },
	},
	{
		name: "encoding", kind: text, doc: "how characters are written as bytes: auto, utf-8, windows-1252, …",
		set: func(_ *reader, c *CSV, v value) { c.Encoding = v.Text },
	},
	{
		name: "header_row", kind: count, zero: true, most: maxHeaderRow, doc: "the line of the header, 0 for none",
		set: func(_ *reader, c *CSV, v value) { c.HeaderRow = v.whole },
	},
	{
		name: "footer_rows", kind: count, zero: true, most: maxFooterRows, doc: "how many rows at the end are no data",
		set: func(_ *reader, c *CSV, v value) { c.FooterRows = v.whole },
	},
	{
		name: "strip_formula_guard", kind: flag, doc: "whether to take away the apostrophe that keeps a text from being a formula",
		set: func(_ *reader, c *CSV, v value) { c.StripGuards = v.yes },
	},
}

var xlsxKeys = []key[XLSX]{
	{
		name: "sheet", kind: own, doc: "the name of the sheet, or its place, counted from 1",
		set: func(r *reader, x *XLSX, v value) { r.sheet(v, x) },
	},
	{
		name: "all_sheets", kind: flag, doc: "whether to read the visible sheets behind that one too, as one table",
		set: func(_ *reader, x *XLSX, v value) { x.AllSheets = v.yes },
	},
	{
		name: "header_row", kind: count, zero: true, most: maxHeaderRow, doc: "the row of the header, 0 for none",
		set: func(_ *reader, x *XLSX, v value) { x.HeaderRow = v.whole },
	},
	{
		name: "footer_rows", kind: count, zero: true, most: maxFooterRows, doc: "how many rows at the end are no data",
		set: func(_ *reader, x *XLSX, v value) { x.FooterRows = v.whole },
	},
}

var jsonKeys = []key[JSON]{
	{
		name: "path", kind: text, required: true, doc: "the member that is the array of rows, such as data.items",
		set: func(_ *reader, j *JSON, v value) { j.Path = v.Text },
	},
}
