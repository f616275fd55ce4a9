package jobs

import "attio-etl/crm"

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
		set: func(r *reader, j *Job, v value) { j.Import = r.imported(v) },
	},
	{
		name: "defaults", kind: own, doc: "what holds for every column that does not say otherwise",
		set: func(r *reader, j *Job, v value) { section(r, v.node, v.what, defaultsKeys, &j.Defaults) },
	},
	{
		name: "limits", kind: own, doc: "the load on the API",
		set: func(r *reader, j *Job, v value) { section(r, v.node, v.what, limitsKeys, &j.Limits) },
	},
	{
		name: "cases", kind: own, doc: "rows and what has to become of them",
		set: func(r *reader, j *Job, v value) { j.Cases = r.cases(v) },
	},
	{
		name: "steps", kind: own, doc: "several imports, one after the other, and exports behind them",
		set: func(r *reader, j *Job, v value) { j.Steps, j.Exports = r.steps(v) },
	},
	{
		name: "export", kind: own, doc: "what to export, and where to",
		set: func(r *reader, j *Job, v value) { j.Export = r.exported(v) },
	},
}

var stepKeys = []key[Step]{
	{
		name: "name", kind: text, required: true, doc: "what other steps and the command line know the step by",
		set: func(r *reader, s *Step, v value) { s.Name = r.stepName(v) },
	},
	{
		name: "needs", kind: own, doc: "the names of the steps that have to be written before",
		set: func(r *reader, s *Step, v value) { s.Needs = r.needs(v) },
	},
	{
		name: "import", kind: own, doc: "what to import, and where to",
		set: func(r *reader, s *Step, v value) { s.Import = r.imported(v) },
	},
	{
		name: "cases", kind: own, doc: "rows and what has to become of them",
		set: func(r *reader, s *Step, v value) { s.Cases = r.cases(v) },
	},
	{
		name: "export", kind: own, doc: "what to export, and where to, once the steps that it needs are written",
		set: func(r *reader, s *Step, v value) { s.Export = r.exported(v) },
	},
}

var importKeys = []key[Import]{
	{
		name: "source", kind: own, required: true, doc: "the files to read",
		set: func(r *reader, i *Import, v value) { r.source(v, &i.Source) },
	},
	{
		name: "target", kind: own, required: true, doc: "what the rows become",
		set: func(r *reader, i *Import, v value) { r.target(v, &i.Target) },
	},
	{
		name: "map", kind: own, doc: docMap,
		set: func(r *reader, i *Import, v value) { i.MapPos, i.Columns = v.keyPos, r.columns(v) },
	},
	{
		name: "duplicates", kind: choice, words: []string{DuplicatesReject, DuplicatesInOrder}, later: []string{"last", "merge"},
		doc: "what to do with rows of one key",
		set: func(_ *reader, i *Import, v value) { i.Duplicates = v.Value },
	},
	{
		name: "diff", kind: choice, words: []string{DiffAuto, DiffScan, DiffKeys, DiffOff}, doc: "how live values are read before writing",
		set: func(_ *reader, i *Import, v value) { i.Diff, i.DiffPos = v.Value, v.Pos },
	},
	{
		name: "on_reject", kind: own, doc: "when to stop for too many rejected rows",
		set: func(r *reader, i *Import, v value) { section(r, v.node, v.what, onRejectKeys, &i.OnReject) },
	},
}

// docMap is what every import but one of entries alone has to say.
const docMap = "for each attribute, where its value comes from"

var onRejectKeys = []key[OnReject]{
	{
		name: "limit", kind: text, required: true, doc: "the most rows that may be rejected, as a number or a share such as 1%",
		set: func(r *reader, o *OnReject, v value) { r.rejectLimit(v, o) },
	},
}

var targetKeys = []key[Target]{
	{
		name: "object", kind: text, doc: docObject,
		set: func(_ *reader, t *Target, v value) { t.Object = v.Text },
	},
	{
		name: "match", kind: text, doc: docMatch,
		set: func(_ *reader, t *Target, v value) { t.Match = v.Text },
	},
	{
		name: "mode", kind: choice, words: []string{ModeUpsert, ModeCreate, ModeUpdate, ModeDelete},
		doc: "what may be done to records",
		set: func(_ *reader, t *Target, v value) { t.Mode = v.Value },
	},
	{
		name: "list", kind: text, doc: "the slug of a list, of which rows become entries",
		set: func(_ *reader, t *Target, v value) { t.List = v.Text },
	},
	{
		name: "parent", kind: own, doc: "the record of a list entry",
		set: func(r *reader, t *Target, v value) { t.Parent = r.parent(v) },
	},
	{
		name: "note", kind: own, doc: "notes, on which records",
		set: func(r *reader, t *Target, v value) { t.Activity, t.Parent = crm.Notes, r.parent(v) },
	},
	{
		name: "task", kind: own, doc: "tasks: {task: {}}",
		set: func(r *reader, t *Target, v value) {
			t.Activity = crm.Tasks
			section(r, v.node, v.what, []key[Target]{}, t)
		},
	},
}

// The keys that a target of records needs.
const (
	docObject = "the slug of an object, such as companies"
	docMatch  = "the slug of the unique attribute that identifies a record"
)

var parentKeys = []key[Parent]{
	{
		name: "object", kind: text, required: true, doc: "the slug of the record's object",
		set: func(_ *reader, p *Parent, v value) { p.Object = v.Text },
	},
	{
		name: "match", kind: text, doc: "the attribute of the object by which the record is found; record ids without it",
		set: func(_ *reader, p *Parent, v value) { p.Match = v.Text },
	},
	{
		name: "from", kind: text, required: true, doc: "the column that names the record",
		set: func(_ *reader, p *Parent, v value) { p.From = v.Text },
	},
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
	{
		name: "expr", kind: expression, doc: "an expression that computes the value",
		set: func(_ *reader, c *Column, v value) { c.Expr = v.expr },
	},
	{
		name: "write", kind: choice, words: []string{WriteAlways, WriteIfEmpty, WriteNeverClear}, doc: "when to write",
		set: func(_ *reader, c *Column, v value) { c.Write = v.Text },
	},
	{
		name: "multi", kind: choice, words: []string{MultiReplace, MultiAppend, MultiRemove},
		doc: "how several values meet those that the record has",
		set: func(_ *reader, c *Column, v value) { c.Multi = v.Text },
	},
	{
		name: "unknown_option", kind: choice, words: []string{UnknownOptionReject, UnknownOptionSkip, UnknownOptionCreate},
		doc: "what to do with an option that the workspace lacks",
		set: func(_ *reader, c *Column, v value) { c.UnknownOption = v.Text },
	},
	{
		name: "match", kind: text, doc: "the attribute by which a reference is found",
		set: func(_ *reader, c *Column, v value) { c.Match = v.Text },
	},
	{
		name: "object", kind: text, doc: "the object that a reference points to",
		set: func(_ *reader, c *Column, v value) { c.Object = v.Text },
	},
	{
		name: "missing", kind: choice, words: []string{MissingReject, MissingSkip, MissingCreate, MissingDefer},
		doc: "what to do with a reference to nothing",
		set: func(_ *reader, c *Column, v value) { c.Missing = v.Text },
	},
	{
		name: "timezone", kind: text, doc: "the zone of times that name none, such as Europe/Berlin",
		set: func(_ *reader, c *Column, v value) { c.Timezone = v.Text },
	},
	{
		name: "country", kind: text, doc: "the country of phone numbers that name none, such as DE",
		set: func(_ *reader, c *Column, v value) { c.Country = v.Text },
	},
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
	{
		name: "timezone", kind: text, doc: "the zone of times that name none, such as Europe/Berlin",
		set: func(_ *reader, d *Defaults, v value) { d.Timezone = v.Text },
	},
	{
		name: "country", kind: text, doc: "the country of phone numbers that name none, such as DE",
		set: func(_ *reader, d *Defaults, v value) { d.Country = v.Text },
	},
}

var caseKeys = []key[Case]{
	{
		name: "name", kind: text, doc: "what the case is about",
		set: func(_ *reader, c *Case, v value) { c.Name = v.Text },
	},
	{
		name: "row", kind: own, required: true, doc: "the cells of a row by their columns",
		set: func(r *reader, c *Case, v value) { c.Row = r.caseRow(v) },
	},
	{
		name: "want", kind: own, doc: "the values that are written, by their attributes",
		set: func(r *reader, c *Case, v value) { c.Want = r.wanted(v) },
	},
	{
		name: "finding", kind: own, doc: "the codes of the findings that reject the row",
		set: func(r *reader, c *Case, v value) { c.Findings = r.findingCodes(v) },
	},
	{
		name: "left_out", kind: flag, doc: "whether source.where leaves the row out",
		set: func(_ *reader, c *Case, v value) { c.LeftOut = Flag{Value: v.yes, Pos: v.Pos} },
	},
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
