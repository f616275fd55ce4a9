package jobs

import "attio-etl/tabular"

var (
	multiWords = []string{JoinValues, JSONValues, ListValues}
	writable   = []string{string(tabular.CSV), string(tabular.TSV), string(tabular.XLSX), string(tabular.Parquet), string(tabular.JSONL)}
)

// maxKept bounds how many files retention counts.
const maxKept = 100_000

var exportKeys = []key[Export]{
	{
		name: "from", kind: own, required: true, doc: "what to export",
		set: func(r *reader, e *Export, v value) { e.From = r.origin(v) },
	},
	{
		name: "filter", kind: own, doc: "which records or entries",
		set: func(r *reader, e *Export, v value) {
			e.FilterPos = v.keyPos
			e.Filter, e.FilterSaid = r.filter(v)
		},
	},
	{
		name: "sorts", kind: own, doc: "the order of the rows; without it that in which the records were created",
		set: func(r *reader, e *Export, v value) { e.Sorts = r.sorts(v) },
	},
	{
		name: "columns", kind: own, doc: "the columns of the file",
		set: func(r *reader, e *Export, v value) { e.ColumnsPos, e.Columns = v.keyPos, r.exportColumns(v) },
	},
	{
		name: "to", kind: own, required: true, doc: "the file to write",
		set: func(r *reader, e *Export, v value) { r.output(v, &e.To) },
	},
	{
		name: "incremental", kind: own, doc: "off, or snapshot for what has changed since the last export",
		set: func(r *reader, e *Export, v value) { r.incremental(v, &e.Incremental) },
	},
	{
		name: "expect", kind: own, doc: "what an export has to reach to replace the last one",
		set: func(r *reader, e *Export, v value) { section(r, v.node, v.what, expectKeys, &e.Expect) },
	},
	{
		name: "keep", kind: count, most: maxKept, doc: "how many files to keep, the newest",
		set: func(_ *reader, e *Export, v value) { e.Keep = v.whole },
	},
	{
		name: "on_success", kind: own, doc: "an address to tell of an export that was published",
		set: func(r *reader, e *Export, v value) { e.OnSuccess = r.hook(v) },
	},
	{
		name: "on_failure", kind: own, doc: "an address to tell of an export that was not",
		set: func(r *reader, e *Export, v value) { e.OnFailure = r.hook(v) },
	},
}

var hookKeys = []key[Hook]{
	{
		name: "url", kind: text, required: true, doc: "the address",
		set: func(r *reader, h *Hook, v value) { h.URL = r.hookURL(v.Text) },
	},
	{
		name: "secret", kind: text, doc: "what signs the message, from ${NAME}",
		set: func(r *reader, h *Hook, v value) { h.Secret = r.secret(v.Text) },
	},
}

var exportColumnKeys = []key[ExportColumn]{
	{
		name: "name", kind: text, doc: "the name of the column",
		set: func(_ *reader, c *ExportColumn, v value) { c.Name = v.Text },
	},
	{
		name: "from", kind: text, required: true, doc: "the path of an attribute, such as company.domains",
		set: func(_ *reader, c *ExportColumn, v value) { c.From = v.Text },
	},
	{
		name: "options", kind: choice, words: []string{OptionTitles, OptionIDs}, doc: "what stands for an option",
		set: func(_ *reader, c *ExportColumn, v value) { c.Options = v.Text },
	},
	{
		name: "multi", kind: choice, words: multiWords, doc: "how several values are written",
		set: func(_ *reader, c *ExportColumn, v value) { c.Multi = v.Text },
	},
}

var outputKeys = []key[Output]{
	{
		name: "path", kind: text, required: true, doc: "the file to write, with {date}, {time} or {run} in its name",
		set: func(r *reader, o *Output, v value) { o.Path = r.outputPath(v.Text) },
	},
	{
		name: "format", kind: choice, words: writable, doc: "the format of the file",
		set: func(_ *reader, o *Output, v value) { o.Format = tabular.Format(v.Value) },
	},
	{
		name: "multi", kind: choice, words: multiWords, doc: "how several values are written",
		set: func(_ *reader, o *Output, v value) { o.Multi = v.Value },
	},
	{
		name: "separator", kind: text, doc: "what stands between several values that are joined",
		set: func(_ *reader, o *Output, v value) { o.Separator = v.Value },
	},
	{
		name: "timezone", kind: text, doc: "the zone in which times are written, such as Europe/Berlin",
		set: func(_ *reader, o *Output, v value) { o.Timezone = v.Text },
	},
	{
		name: "csv", kind: own, doc: "how CSV and TSV are written",
		set: func(r *reader, o *Output, v value) {
			o.CSV.Pos = v.keyPos
			section(r, v.node, v.what, csvOutputKeys, &o.CSV)
		},
	},
	{
		name: "xlsx", kind: own, doc: "how a workbook is written",
		set: func(r *reader, o *Output, v value) {
			o.XLSX.Pos = v.keyPos
			section(r, v.node, v.what, xlsxOutputKeys, &o.XLSX)
		},
	},
	{
		name: "parquet", kind: own, doc: "how Parquet is written",
		set: func(r *reader, o *Output, v value) {
			o.Parquet.Pos = v.keyPos
			section(r, v.node, v.what, parquetOutputKeys, &o.Parquet)
		},
	},
}

var incrementalKeys = []key[Incremental]{
	{
		name: "mode", kind: choice, required: true, words: []string{IncrementalOff, IncrementalSnapshot}, doc: "off or snapshot",
		set: func(_ *reader, i *Incremental, v value) { i.Mode = v.Value },
	},
	{
		name: "full", kind: text, doc: "a file with everything beside that of changes",
		set: func(r *reader, i *Incremental, v value) { i.Full = r.outputPath(v.Text) },
	},
}

// maxRows is the most rows that an expectation can name.
const maxRows = 1_000_000_000

var expectKeys = []key[Expectation]{
	{
		name: "min_rows", kind: count, most: maxRows, doc: "the fewest rows",
		set: func(_ *reader, e *Expectation, v value) { e.MinRows = v.whole },
	},
	{
		name: "max_drop", kind: text, doc: "how many rows fewer than in the last export, as a share such as 5%",
		set: func(r *reader, e *Expectation, v value) { r.maxDrop(v, e) },
	},
}
