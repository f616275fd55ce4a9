package jobs

var blankWords = []string{BlankIgnore, BlankClear, BlankReject}

var jobKeys = []key[Job]{
	{
		name: "version", kind: text, required: true, doc: `the version of the job language: write "version: 1"`,
		set: func(r *reader, j *Job, v value) { j.Version = r.version(v) },
	},
	{
		name: "name", kind: text, doc: "what the run store knows the job by",
		set: func(r *reader, j *Job, v value) { j.Name = r.name(v) },
	},
	{
		name: "import", kind: own, doc: "what to import, and where to",
		set: func(r *reader, j *Job, v value) {
			i := Import{Pos: v.keyPos, Duplicates: DuplicatesReject, Target: Target{Mode: ModeUpsert}}
			if there := section(r, v.node, v.what, importKeys, &i); len(there) > 0 {
				j.Import = &i
			}
		},
	},
	{
		name: "defaults", kind: own, doc: "what holds for every column that does not say otherwise",
		set: func(r *reader, j *Job, v value) { section(r, v.node, v.what, defaultsKeys, &j.Defaults) },
	},
	{
		name: "limits", kind: own, doc: "the load on the API",
		set: func(r *reader, j *Job, v value) { section(r, v.node, v.what, limitsKeys, &j.Limits) },
	},
	{name: "export", kind: planned, doc: "an export job"},
	{name: "steps", kind: planned, doc: "several imports and exports in one job"},
}

var importKeys = []key[Import]{
	{
		name: "source", kind: own, required: true, doc: "the file to read",
		set: func(r *reader, i *Import, v value) { r.source(v, &i.Source) },
	},
	{
		name: "target", kind: own, required: true, doc: "what the rows become",
		set: func(r *reader, i *Import, v value) { section(r, v.node, v.what, targetKeys, &i.Target) },
	},
	{
		name: "map", kind: own, required: true, doc: "for each attribute, where its value comes from",
		set: func(r *reader, i *Import, v value) { i.MapPos, i.Columns = v.keyPos, r.columns(v) },
	},
	{
		name: "duplicates", kind: choice, words: []string{DuplicatesReject, DuplicatesInOrder}, later: []string{"last", "merge"},
		doc: "what to do with rows of one key",
		set: func(_ *reader, i *Import, v value) { i.Duplicates = v.Value },
	},
	{name: "diff", kind: planned, doc: "how live values are read before writing"},
	{name: "on_reject", kind: planned, doc: "when to stop for too many rejected rows"},
}

var sourceKeys = []key[Source]{
	{
		name: "path", kind: text, required: true, doc: "the path of the file, relative to the job file",
		set: func(_ *reader, s *Source, v value) { s.Path = v.Text },
	},
	{
		name: "format", kind: choice, words: []string{FormatCSV}, later: laterFormats, doc: "default: by the ending of the path",
		set: func(_ *reader, s *Source, v value) { s.Format = v.Value },
	},
	{
		name: "csv", kind: own, doc: "how the CSV file is written",
		set: func(r *reader, s *Source, v value) { section(r, v.node, v.what, csvKeys, &s.CSV) },
	},
	{name: "xlsx", kind: planned, doc: "how the workbook is laid out"},
	{name: "where", kind: planned, doc: "a row filter"},
}

var laterFormats = []string{"tsv", "xlsx", "parquet", "jsonl"}

var csvKeys = []key[CSV]{
	{
		name: "delimiter", kind: text, doc: `auto, or the character between two cells: ",", ";", "\t"`,
		set: func(r *reader, c *CSV, v value) { c.Delimiter = r.delimiter(v) },
	},
	{
		name: "header_row", kind: count, most: 1000, doc: "the line of the header",
		set: func(_ *reader, c *CSV, v value) { c.HeaderRow = v.whole },
	},
	{
		name: "encoding", kind: choice, words: []string{EncodingAuto, EncodingUTF8},
		later: []string{"utf-16", "windows-1252", "iso-8859-1"}, doc: "how characters are written as bytes",
		set: func(_ *reader, c *CSV, v value) { c.Encoding = v.Value },
	},
	{name: "quote", kind: planned, doc: "the quotation mark"},
}

var targetKeys = []key[Target]{
	{
		name: "object", kind: text, required: true, doc: "the slug of an object, such as companies",
		set: func(_ *reader, t *Target, v value) { t.Object = v.Text },
	},
	{
		name: "match", kind: text, required: true, doc: "the slug of the unique attribute that identifies a record",
		set: func(_ *reader, t *Target, v value) { t.Match = v.Text },
	},
	{
		name: "mode", kind: choice, words: []string{ModeUpsert}, later: []string{"create", "update", "delete"},
		doc: "what may be done to records",
		set: func(_ *reader, t *Target, v value) { t.Mode = v.Value },
	},
	{name: "list", kind: planned, doc: "entries of a list"},
	{name: "parent", kind: planned, doc: "the record of a list entry"},
	{name: "note", kind: planned, doc: "notes"},
	{name: "task", kind: planned, doc: "tasks"},
}

var columnKeys = []key[Column]{
	{
		name: "from", kind: own, doc: "the column, or a mapping of parts to columns",
		set: func(r *reader, c *Column, v value) { r.from(v, c) },
	},
	{
		name: "value", kind: text, doc: "a constant",
		set: func(_ *reader, c *Column, v value) { c.Value = v.Text },
	},
	{
		name: "trim", kind: flag, doc: "whether to cut the white space around a text",
		set: func(_ *reader, c *Column, v value) { c.Trim = Flag{Value: v.yes, Pos: v.Pos} },
	},
	{
		name: "blank", kind: choice, words: blankWords, doc: "what a blank cell does",
		set: func(_ *reader, c *Column, v value) { c.Blank = v.Text },
	},
	{
		name: "split", kind: text, doc: "the separator of several values in one cell",
		set: func(_ *reader, c *Column, v value) { c.Split = v.Text },
	},
	{
		name: "options", kind: own, doc: "spellings in the file and the options that they stand for",
		set: func(r *reader, c *Column, v value) { c.OptionsPos, c.Options = v.keyPos, r.options(v) },
	},
	{
		name: "format", kind: text, doc: "how a date is written, such as DD.MM.YYYY",
		set: func(_ *reader, c *Column, v value) { c.Format = v.Text },
	},
	{
		name: "decimal", kind: choice, words: []string{".", ","}, doc: "the decimal mark",
		set: func(_ *reader, c *Column, v value) { c.Decimal = v.Text },
	},
	{
		name: "null_values", kind: texts, doc: "texts that stand for a blank cell",
		set: func(_ *reader, c *Column, v value) { c.NullValues = v.texts },
	},
	{name: "expr", kind: planned, doc: "a computed value"},
	{name: "write", kind: planned, doc: "when to write: always, if_empty, never_clear"},
	{name: "multi", kind: planned, doc: "whether several values are replaced, added or removed"},
	{name: "unknown_option", kind: planned, doc: "what to do with an option that the workspace lacks"},
	{name: "match", kind: planned, doc: "the attribute by which a reference is found"},
	{name: "missing", kind: planned, doc: "what to do with a reference to nothing"},
	{name: "timezone", kind: planned, doc: "the zone of local times"},
	{name: "country", kind: planned, doc: "the country of local phone numbers"},
}

var defaultsKeys = []key[Defaults]{
	{
		name: "blank", kind: choice, words: blankWords, doc: "what a blank cell does",
		set: func(_ *reader, d *Defaults, v value) { d.Blank = v.Value },
	},
	{
		name: "decimal", kind: choice, words: []string{".", ","}, doc: "the decimal mark",
		set: func(_ *reader, d *Defaults, v value) { d.Decimal = v.Value },
	},
	{
		name: "trim", kind: flag, doc: "whether to cut the white space around a text",
		set: func(_ *reader, d *Defaults, v value) { d.Trim = v.yes },
	},
	{
		name: "null_values", kind: texts, doc: "texts that stand for a blank cell",
		set: func(_ *reader, d *Defaults, v value) { d.NullValues = v.texts },
	},
	{name: "timezone", kind: planned, doc: "the zone of local times"},
	{name: "country", kind: planned, doc: "the country of local phone numbers"},
}

const maxWorkers = 256

var limitsKeys = []key[Limits]{
	{
		name: "requests_per_second", kind: rate, doc: "requests of any kind",
		set: func(_ *reader, l *Limits, v value) { l.RequestsPerSecond = v.number },
	},
	{
		name: "requests_per_minute", kind: rate, doc: "requests of any kind",
		set: func(_ *reader, l *Limits, v value) { l.RequestsPerMinute = v.number },
	},
	{
		name: "reads_per_second", kind: rate, doc: "requests that change nothing",
		set: func(_ *reader, l *Limits, v value) { l.ReadsPerSecond = v.number },
	},
	{
		name: "writes_per_second", kind: rate, doc: "requests that change something",
		set: func(_ *reader, l *Limits, v value) { l.WritesPerSecond = v.number },
	},
	{
		name: "workers", kind: count, most: maxWorkers, doc: "requests in flight",
		set: func(_ *reader, l *Limits, v value) { l.Workers = v.whole },
	},
}
