package jobs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

const wholeExport = `version: 1
name: nightly
export:
  from: {object: people}
  filter:
    $and:
    - email_addresses: {$ends_with: "@${DOMAIN}"}
    - {company.categories: Software, created_at: {$gte: 2024-01-31}}
  columns:
  - record_id
  - {name: Full name, from: name.full_name}
  - {from: company.domains, multi: json}
  - {from: status, options: id}
  to: {path: "out/people-{date}-{run}.parquet.zst", multi: list, separator: " | ", timezone: Europe/Berlin}
  incremental: {mode: snapshot, full: out/people.parquet}
  expect: {min_rows: 10, max_drop: 2.5%}
  keep: 14
  on_success: {url: "https://example.com/hook", secret: "${HOOK}"}
  on_failure: {url: "http://127.0.0.1:8080/failed"}
`

func TestExport(t *testing.T) {
	j, findings := Parse("dir/job.yaml", []byte(wholeExport), func(string) (string, bool) { return "acme.com", true })
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	e := j.Export
	if len(j.Steps) > 0 || j.Import != nil || e.From.Target() != (crm.Target{Object: "people"}) {
		t.Errorf("the job is %+v", j)
	}
	and, ok := e.Filter.(crm.And)
	if !ok || len(and) != 2 {
		t.Fatalf("the filter is %#v", e.Filter)
	}
	if c, ok := and[0].(crm.Compare); !ok || c.Value != "@acme.com" {
		t.Errorf("the first condition is %#v", and[0])
	}
	var columns [][4]string
	for _, c := range e.Columns {
		columns = append(columns, [4]string{c.Name.Value, c.From.Value, c.Multi.Value, c.Options.Value})
	}
	want := [][4]string{
		{"", "record_id", "", "title"}, {"Full name", "name.full_name", "", "title"}, {"", "company.domains", "json", "title"}, {"", "status", "", "id"},
	}
	if diff := cmp.Diff(want, columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if e.To.Format != tabular.Parquet || e.To.Multi != ListValues || e.To.Separator != " | " || e.Keep != 14 || e.Expect.MinRows != 10 || e.Expect.MaxDrop != 2.5 {
		t.Errorf("the output is %+v, keep %d, expect %+v", e.To, e.Keep, e.Expect)
	}
	l, err := j.PathAt(e.To.Path.Value, Stamp{Date: "2026-01-02", Time: "030405", Run: "R"})
	if err != nil || l.Path() != "dir/out/people-2026-01-02-R.parquet.zst" {
		t.Errorf("the path is %s, %v", l, err)
	}
}

// exportWith is a job of lines under export.
func exportWith(lines string) string { return "version: 1\nexport:\n" + lines }

func TestExportFindings(t *testing.T) {
	const from, to = "  from: {object: people}\n", "  to: {path: p.csv}\n"
	for _, test := range []struct {
		name, job string
		want      []string
	}{
		{"nothing to export", exportWith("  from: {}\n" + to), []string{
			`3:9: required-key: export.from says neither object nor list, nor what else; write {object: people}, {list: sales} or {notes: {}}`,
		}},
		{"two origins", exportWith("  from: {object: people, list: sales}\n" + to), []string{
			`3:9: conflicting-keys: export.from has both object and list; export each by a job of its own`,
		}},
		{"three origins", exportWith("  from: {notes: {}, members: {}, list: sales}\n" + to), []string{
			`3:9: conflicting-keys: export.from has both list and notes; export each by a job of its own`,
		}},
		{"no mapping", exportWith("  from: {notes: all}\n" + to), []string{
			`3:17: wrong-kind: export.from.notes is a single value: got "all", want a mapping with object, record`,
		}},
		{"a record of no object", exportWith("  from: {notes: {record: x}}\n" + to), []string{
			`3:26: required-key: export.from.notes has record and no object; say whose record it is: {object: people, record: …}`,
		}},
		{"comments on nothing", exportWith("  from: {comments: {}}\n  filter: {name: x}\n" + to), []string{
			`3:10: required-key: export.from.comments says neither object nor list: comments are read from the records or entries that they are on; write {object: people}, or {list: sales}`,
		}},
		{"comments on both", exportWith("  from: {comments: {object: people, list: sales}}\n" + to), []string{
			`3:10: conflicting-keys: export.from.comments has both object and list; export each by a job of its own`,
		}},
		{"half a link", exportWith("  from: {tasks: {linked: {object: people}, completed: perhaps}}\n" + to), []string{
			`3:26: required-key: export.from.tasks.linked has no "record": the id of the record`,
			`3:55: unknown-choice: export.from.tasks.completed is none of its choices: got "perhaps", want true or false`,
		}},
		{"conditions on tasks", exportWith("  from: {tasks: {}}\n  filter: {content: x}\n" + to), []string{
			`4:3: conflicting-keys: tasks have no conditions; what can be chosen is assignee, completed, linked under export.from.tasks`,
		}},
		{"conditions on members", exportWith("  from: {members: {}}\n  filter: {first_name: x}\n" + to), []string{
			`4:3: conflicting-keys: members have no conditions; leave it out`,
		}},
		{"what members do not have", exportWith("  from: {members: {object: people}}\n" + to), []string{
			`3:20: unknown-key: export.from.members has no key "object"; keys here: none`,
		}},
		{"filter", exportWith(from + "  filter:\n    $and:\n    - name: Ada\n    - {name: {$like: x}}\n" + to), []string{
			`7:22: bad-filter: export.filter: there is no operator "$like": want one of $eq $ne $in $nin $contains $starts_with $ends_with $lt $lte $gt $gte $exists $not_exists $not_empty`,
		}},
		{"no columns", exportWith(from + "  columns: []\n" + to), []string{
			`4:12: no-value: export.columns lists no column; leave it out for all columns`,
		}},
		{"column without a path", exportWith(from + "  columns: [{name: X}]\n" + to), []string{
			`4:13: required-key: column 1 has no "from": the path of an attribute, such as company.domains`,
		}},
		{"standard output", exportWith(from + "  to: {path: '-', format: csv}\n"), []string{
			`4:14: unknown-choice: this names no file: an export is published whole, which standard output cannot be: got "-"`,
		}},
		{"ending", exportWith(from + "  to: {path: p.json}\n"), []string{
			`4:14: unknown-choice: the ending of the path tells no format that can be written: got "p.json", want a path that ends in .csv, .tsv, .xlsx, .parquet or .jsonl, behind it .gz or .zst if it is to be compressed; or add "format: csv", or whatever it is, to export.to`,
		}},
		{"placeholder", exportWith(from + "  to: {path: 'p-{day}.csv'}\n"), []string{
			`4:14: unknown-choice: the path has a placeholder that nothing stands for: got "p-{day}.csv", want {date}, {time} or {run}`,
		}},
		{"lists", exportWith(from + "  to: {path: p.csv, multi: list}\n"), []string{
			`4:3: conflicting-keys: csv has no lists; write multi: join or multi: json, or a format that has: parquet, jsonl`,
		}},
		{"options of another format", exportWith(from + "  to:\n    path: p.jsonl\n    csv: {bom: true}\n    xlsx: {sheet: A}\n    parquet: {compression: none}\n"), []string{
			`6:5: conflicting-keys: the export is written as jsonl, which the section csv is not about; leave it out, or set export.to.format`,
			`7:5: conflicting-keys: the export is written as jsonl, which the section xlsx is not about; leave it out, or set export.to.format`,
			`8:5: conflicting-keys: the export is written as jsonl, which the section parquet is not about; leave it out, or set export.to.format`,
		}},
		{"options of CSV", exportWith(from + "  to:\n    path: p.csv\n    csv: {delimiter: ' ', quoting: some, line_end: cr, formula_guard: off, quote: x}\n"), []string{
			`6:22: unknown-choice: this cannot stand between two cells: got " ", want one character such as "," or ";"`,
			`6:36: unknown-choice: export.to.csv.quoting is none of its choices: got "some", want minimal or all`,
			`6:52: unknown-choice: export.to.csv.line_end is none of its choices: got "cr", want lf or crlf; did you mean "crlf"?`,
			`6:71: unknown-choice: export.to.csv.formula_guard is none of its choices: got "off", want true or false`,
			`6:76: unknown-key: export.to.csv has no key "quote"; did you mean "quoting"?`,
		}},
		{"delimiter of TSV", exportWith(from + "  to: {path: p.tsv, csv: {delimiter: ;}}\n"), []string{
			`4:38: conflicting-keys: the export is written as tsv, which csv.delimiter is not about; leave it out, or set export.to.format`,
		}},
		{"options of a workbook", exportWith(from + "  to: {path: p.xlsx, xlsx: {sheet: 'Q1/Q2'}}\n"), []string{
			`4:36: unknown-choice: Excel takes no such name of a sheet: got "Q1/Q2", want at most 31 characters, none of : \ / ? * [ ], no apostrophe at either end`,
		}},
		{"options of Parquet", exportWith(from + "  to: {path: p.parquet, parquet: {compression: lz4, row_group_rows: 0}}\n"), []string{
			`4:48: unknown-choice: export.to.parquet.compression is none of its choices: got "lz4", want zstd or snappy or gzip or none`,
			`4:69: not-a-number: export.to.parquet.row_group_rows is no such number: got "0", want a whole number from 1 to 10000000`,
		}},
		{"path of changes", exportWith(from + "  to: {path: 'p-{date}.csv'}\n  incremental: snapshot\n"), []string{
			`4:14: conflicting-keys: with incremental: snapshot the next run would replace the changes of this one: got "p-{date}.csv", want a path with {run}, or with {date} and {time}`,
		}},
		{"full without changes", exportWith(from + to + "  incremental: {mode: off, full: f.csv}\n"), []string{
			`5:34: conflicting-keys: full goes with mode: snapshot; leave it out: the file holds everything as it is`,
		}},
		{"full as JSON", exportWith(from + "  to: {path: 'p-{run}.csv'}\n  incremental: {mode: snapshot, full: f.json}\n"), []string{
			`5:39: unknown-choice: a JSON array cannot be written: got "f.json"; name a file that ends in .jsonl`,
		}},
		{"full without lists", exportWith(from + "  to: {path: 'p-{run}.jsonl', multi: list}\n  incremental: {mode: snapshot, full: f.csv}\n"), []string{
			`5:39: conflicting-keys: the file with everything is written as csv, which has no lists: got "f.csv"; write multi: join or multi: json, or a format that has: parquet, jsonl`,
		}},
		{"keep", exportWith(from + to + "  keep: 3\n"), []string{
			`4:14: conflicting-keys: keep cannot tell the older files of the job by this path: got "p.csv", want a file of this machine with {date}, {time} or {run} in its name, and none in its directory`,
		}},
		{"hooks", exportWith(from + to + "  on_success: {url: 'http://example.com/hook', secret: plain}\n  on_failure: {}\n"), []string{
			`5:21: unknown-choice: this is no address that can be told: got "http://example.com/hook", want https://…, or http:// on this machine`,
			`5:56: unknown-choice: a secret does not belong in a job file: want ${NAME}, which reads it from the environment`,
			`6:15: required-key: export.on_failure has no "url": the address`,
		}},
		{"share", exportWith(from + to + "  expect: {max_drop: 5}\n"), []string{
			`5:22: not-a-number: export.expect.max_drop is no share: got "5", want a share from 0% to 100%, such as 5%`,
		}},
		{"both ways", minimal + exportWith(from + to)[len("version: 1\n"):], []string{
			`1:1: conflicting-keys: the job has both export and what belongs to an import; export by a job of its own`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, findings := Parse("", []byte(test.job), nil)
			var got []string
			for _, f := range findings {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s\nof\n%s", diff, test.job)
			}
		})
	}
}

func TestOutputOptions(t *testing.T) {
	const head = "version: 1\nexport:\n  from: {object: people}\n"
	plain := Output{CSV: CSVOutput{Quoting: QuoteNeeded, LineEnd: LineFeed}, Parquet: ParquetOutput{Compression: CompressZstd}}
	for _, test := range []struct {
		lines string
		want  func(*Output)
	}{
		{"  to: {path: p.csv}\n", func(*Output) {}},
		{"  to: {path: p.csv, csv: {delimiter: \"\\t\", quoting: all, bom: true, line_end: crlf, formula_guard: false}}\n", func(o *Output) {
			o.CSV = CSVOutput{Delimiter: '\t', Quoting: QuoteAll, Mark: true, LineEnd: CRLF, KeepsFormulas: true}
		}},
		{"  to: {path: p.tsv, csv: {delimiter: \"\\t\", formula_guard: true}}\n", func(o *Output) { o.CSV.Delimiter = '\t' }},
		{"  to: {path: p.xlsx, xlsx: {sheet: People}}\n", func(o *Output) { o.XLSX.Sheet = "People" }},
		{"  to: {path: p.parquet, parquet: {compression: snappy, row_group_rows: 1000}}\n", func(o *Output) {
			o.Parquet = ParquetOutput{Compression: CompressSnappy, RowGroupRows: 1000}
		}},
		// What goes with the file of everything is not another format's.
		{"  to: {path: 'p-{run}.jsonl', xlsx: {sheet: All}}\n  incremental: {mode: snapshot, full: all.xlsx}\n", func(o *Output) { o.XLSX.Sheet = "All" }},
	} {
		j, findings := Parse("", []byte(head+test.lines), nil)
		if len(findings) > 0 {
			t.Errorf("%s: %v", test.lines, findings)
			continue
		}
		want := plain
		test.want(&want)
		positions := cmpopts.IgnoreTypes(diag.Pos{})
		got := Output{CSV: j.Export.To.CSV, XLSX: j.Export.To.XLSX, Parquet: j.Export.To.Parquet}
		if diff := cmp.Diff(want, got, positions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.lines, diff)
		}
	}
}
