package jobs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// importWith is the minimal job with its import's parts replaced; an empty part stays as it is.
func importWith(source, target, columns string) string {
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	return fmt.Sprintf("version: 1\nimport:\n  source: %s\n  target: %s\n  map: %s\n",
		or(source, "{path: c.csv}"), or(target, "{object: companies, match: domains}"), or(columns, "{domains: Website}"))
}

func TestFindings(t *testing.T) {
	tests := []struct {
		name string
		file string
		want []string
	}{
		// What is no YAML document.
		{"empty", "", []string{`1:1: no-value: the job file is empty; it starts with "version: 1" and an "import"`}},
		{"comment only", "# nothing\n", []string{`1:1: no-value: the job file is empty; it starts with "version: 1" and an "import"`}},
		{"null", "---\n", []string{`2:1: wrong-kind: the job is empty: want a mapping that starts with "version: 1"`}},
		{"list", "- a\n", []string{`1:1: wrong-kind: the job is a list: want a mapping that starts with "version: 1"`}},
		{"text", "hello\n", []string{`1:1: wrong-kind: the job is a single value: got "hello", want a mapping that starts with "version: 1"`}},
		{"not UTF-8", "version: 1\nname: M\xfcller\n", []string{`2:8: yaml-syntax: byte 0xFC is not UTF-8; save the file as UTF-8`}},
		{"UTF-16", "\xff\xfev\x00", []string{`1:1: yaml-syntax: byte 0xFF is not UTF-8; save the file as UTF-8`}},
		{"control character", "version: 1\nname: ü\x00\n", []string{`2:8: yaml-syntax: control character U+0000; delete it`}},
		{"two documents", minimal + "---\nversion: 1\n", []string{
			`7:1: yaml-feature: a second document starts here; a job file is one document: put the other one into a file of its own`,
		}},
		{"second document broken", minimal + "---\na: [\n", []string{
			`9:1: yaml-syntax: did not find expected node content; the file ends too early: is a bracket or a quote not closed?`,
		}},
		{"tab", "version: 1\nimport:\n\tsource: x\n", []string{
			`3:1: yaml-syntax: found character that cannot start any token; indent with spaces, not with tabs`,
		}},
		{"colon in text", "version: 1\nname: a: b\n", []string{
			`2:8: yaml-syntax: mapping values are not allowed in this context; a text that contains ": " needs quotes`,
		}},
		{"reserved character", "version: 1\nname: @x\n", []string{
			`2:7: yaml-syntax: found character that cannot start any token; a text that starts with '@' needs quotes`,
		}},
		{"unknown anchor", "version: 1\nname: *x\n", []string{
			`2:7: yaml-syntax: unknown anchor 'x' referenced; a text that starts with '*' needs quotes`,
		}},
		{"unclosed quote", "version: 1\nname: \"x\nimport: 1\n", []string{
			`2:7: yaml-syntax: found unexpected end of stream in a quoted text that starts here; ` +
				`is the closing quote missing? In double quotes a backslash is written "\\"`,
		}},
		{"unclosed bracket", "version: 1\nimport: {source: x,\n", []string{
			`3:1: yaml-syntax: did not find expected node content; the file ends too early: is a bracket or a quote not closed?`,
		}},
		{"indentation", "version: 1\nimport:\n  a: 1\n c: 2\n", []string{
			`4:2: yaml-syntax: did not find expected key; is the line indented like its neighbours?`,
		}},
		{"unclosed bracket within", "version: 1\nimport: {source: {path: x}\nname: [a\n", []string{
			`3:1: yaml-syntax: did not find expected ',' or '}'; is the '{' of line 2 closed, with commas between its elements?`,
		}},
		{"bracket too many", "version: 1\nlimits: {workers: 5\n  reads_per_second 5}\nx: [a b]]\n", []string{
			`4:9: yaml-syntax: did not find expected key; is the line indented like its neighbours?`,
		}},
		{"deep", "version: 1\nname: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "\n", []string{
			`2:56: job-too-large: the job is more than 50 levels deep or has more than 200000 values, aliases counted in full`,
		}},
		{"alias of itself", "version: 1\nname: &a [*a]\n", []string{
			`2:11: job-too-large: the job is more than 50 levels deep or has more than 200000 values, aliases counted in full`,
		}},
		{"alias bomb", bomb(), []string{
			`3:15: job-too-large: the job is more than 50 levels deep or has more than 200000 values, aliases counted in full`,
		}},

		// Keys.
		{"all wrong at once", "versin: 1\nnaem: x\nlimits: {worker: 5}\n", []string{
			`1:1: unknown-key: the job has no key "versin"; did you mean "version"?`,
			`1:1: required-key: the job has no "import": what to import, and where to; or "steps", for several imports`,
			`2:1: unknown-key: the job has no key "naem"; did you mean "name"?`,
			`3:10: unknown-key: limits has no key "worker"; did you mean "workers"?`,
		}},
		{"nothing like it", minimal + "xyzzy: 1\n", []string{
			`7:1: unknown-key: the job has no key "xyzzy"; keys here: cases, defaults, export, import, limits, name, steps, version`,
		}},
		{"no version", strings.Replace(minimal, "version: 1\n", "", 1), []string{
			`1:1: required-key: the job has no "version": the version of the job language: write "version: 1"`,
		}},
		{"other version", strings.Replace(minimal, "version: 1\n", "version: 2\n", 1), []string{
			`1:10: unsupported-version: this program does not read this version of the job language: got "2", want 1`,
		}},
		{"repeated", minimal + "    domains: URL\n", []string{
			`7:5: repeated-key: import.map has the key "domains" twice; the first one is on line 6`,
		}},
		{"planned", minimal + "export: {}\n", []string{
			`1:1: conflicting-keys: the job has both export and what belongs to an import; export by a job of its own`,
			`7:9: required-key: export has no "from": what to export`,
			`7:9: required-key: export has no "to": the file to write`,
		}},
		{"export without a file", "version: 1\nexport: {from: {object: people}}\n", []string{
			`2:9: required-key: export has no "to": the file to write`,
		}},
		{"merge key", minimal + "    name: &n {from: Name}\n    title: {<<: *n, from: X}\n", []string{
			`8:13: yaml-feature: merge keys are not read; write the keys out, or set them under defaults`,
		}},
		{"odd keys", minimal + "    [a]: b\n    ~: c\n    '': d\n", []string{
			`7:5: wrong-kind: a key of import.map is a list: want a text`,
			`8:5: no-value: a key of import.map is null; put it in quotes if it is a text`,
			`9:5: no-value: a key of import.map is empty: want the slug of an attribute`,
		}},
		{"null and empty", minimal + "name:\nlimits: {workers: ~, requests_per_second: ''}\n", []string{
			`7:6: no-value: name has no value: want a text; put it in quotes if it is meant as a text: ""`,
			`8:19: no-value: limits.workers has no value: got "~", want a whole number from 1 to 256; put it in quotes if it is meant as a text: "~"`,
			`8:43: no-value: limits.requests_per_second is empty: want a number above zero, such as 10 or 2.5`,
		}},
		{"tag", minimal + "name: !!int 5\n", []string{
			`7:7: yaml-feature: name has a YAML tag: got "!!int"; leave the tag out, or put the text in quotes`,
		}},
		{"sections of the wrong kind", "version: [1]\nname: {a: b}\nimport: x\nlimits: []\ndefaults:\n", []string{
			`1:10: wrong-kind: version is a list: want a text`,
			`2:7: wrong-kind: name is a mapping: want a text`,
			`3:9: wrong-kind: import is a single value: got "x", want a mapping with diff, duplicates, map, on_reject, source, target`,
			`4:9: wrong-kind: limits is a list: want a mapping with reads_per_second, requests_per_minute, requests_per_second, workers, writes_per_second`,
			`5:10: wrong-kind: defaults is empty: want a mapping with blank, country, decimal, null_values, timezone, trim`,
		}},
		{"numbers", minimal + "limits: {requests_per_second: fast, requests_per_minute: 0, reads_per_second: inf, writes_per_second: -1, workers: 2.5}\n", []string{
			`7:31: not-a-number: limits.requests_per_second is not a rate: got "fast", want a number above zero, such as 10 or 2.5`,
			`7:58: not-a-number: limits.requests_per_minute is not a rate: got "0", want a number above zero, such as 10 or 2.5`,
			`7:79: not-a-number: limits.reads_per_second is not a rate: got "inf", want a number above zero, such as 10 or 2.5`,
			`7:103: not-a-number: limits.writes_per_second is not a rate: got "-1", want a number above zero, such as 10 or 2.5`,
			`7:116: not-a-number: limits.workers is no such number: got "2.5", want a whole number from 1 to 256`,
		}},
		{"name", minimal + "name: a/b\n", []string{
			`7:7: unknown-choice: this cannot be a job's name: got "a/b", want at most 100 printable characters without / and \`,
		}},
		{"choices", minimal + "  duplicates: last\ndefaults: {blank: cler, decimal: ';', trim: yes}\n", []string{
			`7:15: planned-choice: this version does not have this import.duplicates yet: got "last", want reject or in_order; use one of those, or a later version`,
			`8:19: unknown-choice: defaults.blank is none of its choices: got "cler", want ignore or clear or reject; did you mean "clear"?`,
			`8:34: unknown-choice: defaults.decimal is none of its choices: got ";", want . or ,`,
			`8:45: unknown-choice: defaults.trim is none of its choices: got "yes", want true or false`,
		}},

		// Source and target.
		{"import without parts", "version: 1\nimport: {}\n", []string{
			`2:9: required-key: import has no "source": the files to read`,
			`2:9: required-key: import has no "target": what the rows become`,
			`2:9: required-key: import has no "map": for each attribute, where its value comes from`,
		}},
		{"no ending", importWith("{path: data}", "", ""), []string{
			`3:18: unknown-choice: the ending of the path does not tell its format: got "data", want a path that ends in .csv, .tsv, .xlsx, .parquet, ` +
				`.jsonl or .json, behind it .gz or .zst if it is compressed; or add "format: csv", or whatever it is, to import.source`,
		}},
		{"unknown format", importWith("{path: data, format: csw}", "", ""), []string{
			`3:32: unknown-choice: import.source.format is none of its choices: got "csw", want csv or tsv or xlsx or parquet or jsonl or json; did you mean "csv"?`,
		}},
		{"standard input without a format", importWith(`{path: "-"}`, "", ""), []string{
			`3:18: unknown-choice: standard input has no name that tells its format: got "-"; add "format: csv", or whatever it is, to import.source`,
		}},
		{"several formats", importWith("{path: [a.csv, b.csv, c.jsonl]}", "", ""), []string{
			`3:33: conflicting-keys: the endings of the paths tell several formats: csv and jsonl: got "c.jsonl"; ` +
				`files that are read as one have one format: import the others by jobs or steps of their own`,
		}},
		{"no paths", importWith("{path: [], format: csv}", "", ""), []string{
			`3:18: no-value: import.source.path is an empty list: want a path, a URL, - for standard input, or a list of paths`,
		}},
		{"an unknown scheme", importWith("{path: ftp://h/a.csv, format: csv}", "", ""), []string{
			`3:18: unknown-choice: this names no file: the scheme of the URL is none of those that are read: https, s3, gs, azblob, file: ` +
				`got "ftp://h/a.csv", want a path, a URL, - for standard input, or a list of paths`,
		}},
		{"a section about another format", importWith("{path: a.jsonl, csv: {header_row: 2}, xlsx: {sheet: x}, json: {path: x}}", "", ""), []string{
			`3:27: conflicting-keys: the source is read as jsonl, which the section csv is not about; leave the section out, or set import.source.format`,
			`3:49: conflicting-keys: the source is read as jsonl, which the section xlsx is not about; leave the section out, or set import.source.format`,
			`3:67: conflicting-keys: the source is read as jsonl, which the section json is not about; leave the section out, or set import.source.format`,
		}},
		{"csv", importWith(`{path: a.csv, csv: {delimiter: \t, header_row: -1, quote: ab, footer_rows: x}}`, "", ""), []string{
			`3:42: unknown-choice: this cannot stand between two cells: got "\\t", want auto, or one character such as "," or ";"; write a tab as "\t", in double quotes`,
			`3:58: not-a-number: import.source.csv.header_row is no such number: got "-1", want a whole number from 0 to 1000`,
			`3:69: unknown-choice: cells cannot stand in this: got "ab", want none, or one character such as '"' or "'"`,
			`3:86: not-a-number: import.source.csv.footer_rows is no such number: got "x", want a whole number from 0 to 1000`,
		}},
		{"xlsx", importWith(`{path: a.xlsx, xlsx: {sheet: 0, header_row: 1001}}`, "", ""), []string{
			`3:40: not-a-number: import.source.xlsx.sheet is no such number: got "0", want a whole number from 1 to 1000`,
			`3:55: not-a-number: import.source.xlsx.header_row is no such number: got "1001", want a whole number from 0 to 1000`,
		}},
		{"letters delimit nothing", importWith(`{path: a.csv, csv: {delimiter: x}}`, "", ""), []string{
			`3:42: unknown-choice: this cannot stand between two cells: got "x", want auto, or one character such as "," or ";"`,
		}},
		{"target", importWith("", "{objekt: companies, mode: remove}", ""), []string{
			`4:11: required-key: import.target has no "match": the slug of the unique attribute that identifies a record`,
			`4:12: unknown-key: import.target has no key "objekt"; did you mean "object"?`,
			`4:37: unknown-choice: import.target.mode is none of its choices: got "remove", want upsert or create or update or delete`,
		}},
		{"what is deleted is not written", importWith("", "{object: companies, match: domains, mode: delete}", "{domains: D, name: N}"), []string{
			`5:21: conflicting-keys: rows name what to delete, and nothing is written to name; leave it out: with mode: delete, map has the match attribute and no other, and for entries nothing`,
		}},

		// The map.
		{"empty map", importWith("", "", "{}"), []string{`5:3: no-value: import.map maps nothing: want at least the match attribute`}},
		{"map of the wrong kind", importWith("", "", "[domains]"), []string{
			`5:8: wrong-kind: import.map is a list: want a mapping of attributes to columns, such as {domains: Website}`,
		}},
		{"column of the wrong kind", importWith("", "", "{domains: [a, b], name: , tier: ''}"), []string{
			`5:18: wrong-kind: import.map.domains is a list: want a column, or a mapping with from or value`,
			`5:32: no-value: import.map.name has no value: want a column, or a mapping with from or value; put it in quotes if it is meant as a text: ""`,
			`5:40: no-value: import.map.tier is empty: want a column, or a mapping with from or value`,
		}},
		{"nothing to write", importWith("", "", "{domains: {trim: true}, name: {form: Name}}"), []string{
			`5:9: required-key: import.map.domains does not say where its value comes from; add "from: COLUMN", or "value: TEXT" for a constant`,
			`5:39: unknown-key: import.map.name has no key "form"; did you mean "from"?`,
		}},
		{"from and value", importWith("", "", "{domains: {from: a, value: b}}"), []string{
			`5:9: conflicting-keys: import.map.domains has both from and value; keep one of them`,
		}},
		{"constants are never blank", importWith("", "", "{domains: {value: b, blank: clear}, name: {value: b, null_values: [x]}}"), []string{
			`5:36: conflicting-keys: import.map.domains is a constant, which is never blank; leave blank out`,
			`5:75: conflicting-keys: import.map.name is a constant, which is never blank; leave null_values out`,
		}},
		{"policies", importWith("", "", "{domains: {from: a, write: if_emty, multi: add, unknown_option: Skip, missing: never}}"), []string{
			`5:35: unknown-choice: import.map.domains.write is none of its choices: got "if_emty", want always or if_empty or never_clear; did you mean "if_empty"?`,
			`5:51: unknown-choice: import.map.domains.multi is none of its choices: got "add", want replace or append or remove`,
			`5:72: unknown-choice: import.map.domains.unknown_option is none of its choices: got "Skip", want reject or skip or create; did you mean "skip"?`,
			`5:87: unknown-choice: import.map.domains.missing is none of its choices: got "never", want reject or skip or create or defer; did you mean "defer"?`,
		}},
		{"missing without match", importWith("", "", "{domains: {from: a, missing: skip}}"), []string{
			`5:37: required-key: import.map.domains has "missing" without "match": a record id refers to a record that is there; ` +
				`add "match: ATTRIBUTE", the attribute of the referenced object that the cells hold, or leave missing out`,
		}},
		{"too many sources", importWith("", "", "{domains: {from: a, value: b, expr: c}, name: {from: a, expr: c}}"), []string{
			`5:9: conflicting-keys: import.map.domains has from, value and expr; keep one of them`,
			`5:48: conflicting-keys: import.map.name has both from and expr; keep one of them`,
		}},
		{"expressions", importWith("{path: c.csv, where: '${RATE} > 1'}", "", "{domains: {expr: ~}, name: {expr: [a]}, tier: {expr: '"+strings.Repeat("x", 10001)+"'}}"), []string{
			`3:32: unknown-variable: import.source.where is an expression, which reads no variables: got "${RATE} > 1"; write the text itself, or use "value: ${NAME}" for a constant`,
			`5:25: no-value: import.map.domains.expr has no value: got "~", want an expression, such as Status != "Archived"; put it in quotes if it is meant as a text: "~"`,
			`5:42: wrong-kind: import.map.name.expr is a list: want an expression, such as Status != "Archived"`,
			`5:61: job-too-large: import.map.tier.expr has more than 10000 bytes; prepare the column before the import`,
		}},

		// Cases.
		{"cases of the wrong kind", minimal + "cases: {row: x}\n", []string{`7:8: wrong-kind: cases is a mapping: want a list of cases, each with row and want`}},
		{"case without a row", minimal + "cases:\n  - {want: {domains: [a.com]}, nam: x}\n  - x\n", []string{
			`8:5: required-key: case 1 has no "row": the cells of a row by their columns`,
			`8:32: unknown-key: case 1 has no key "nam"; did you mean "name"?`,
			`9:5: wrong-kind: case 2 is a single value: got "x", want a mapping with finding, left_out, name, row, want`,
		}},
		{"cases without an outcome, or with two", minimal + "cases:\n  - {row: {A: b}}\n  - {row: {A: b}, left_out: false}\n" +
			"  - {row: {A: b}, left_out: maybe}\n  - {row: {A: b}, want: {domains: [x]}, left_out: true}\n", []string{
			`8:5: required-key: case 1 does not say what becomes of its row; add "want: {ATTRIBUTE: [VALUE]}", "finding: CODE" or "left_out: true"`,
			`9:5: required-key: case 2 does not say what becomes of its row; add "want: {ATTRIBUTE: [VALUE]}", "finding: CODE" or "left_out: true"`,
			`10:29: unknown-choice: case 3.left_out is none of its choices: got "maybe", want true or false`,
			`11:5: conflicting-keys: case 4 has both want and left_out; keep one of them`,
		}},
		{"parts of cases", minimal + "cases:\n  - {row: {A: ~, B: [x]}, want: {domains: x, name: [!!int 5]}}\n  - {row: [], finding: []}\n  - {row: {}, finding: [x, '']}\n  - {row: {}, want: {}}\n", []string{
			`8:15: no-value: case 1.row.A has no value: got "~", want the text of a cell; put it in quotes if it is meant as a text: "~"`,
			`8:21: wrong-kind: case 1.row.B is a list: want the text of a cell`,
			`8:43: wrong-kind: case 1.want.domains is a single value: got "x", want a list of values, such as [acme.com], or [] for an attribute that is cleared`,
			`8:53: yaml-feature: case 1.want.name has a YAML tag: got "!!int"; leave the tag out, or put the text in quotes`,
			`9:11: wrong-kind: case 2.row is a list: want a mapping of columns to cells, such as {Website: acme.com}`,
			`9:15: no-value: case 2.finding names no finding: want the code of a finding, such as unknown-option`,
			`10:28: no-value: an element of case 3.finding is empty: want the code of a finding, such as unknown-option`,
			`11:15: no-value: case 4.want wants nothing: want at least the match attribute`,
		}},
		{"parts", importWith("", "", "{domains: {from: {}}, name: {from: {first_name: ~, last_name: [x]}}}"), []string{
			`5:19: no-value: import.map.domains.from names no column`,
			`5:56: no-value: import.map.name.from.first_name has no value: got "~", want a column; put it in quotes if it is meant as a text: "~"`,
			`5:70: wrong-kind: import.map.name.from.last_name is a list: want a column`,
		}},
		{"lists and options", importWith("", "", "{domains: {from: a, null_values: x, options: [b]}, tier: {from: a, null_values: [NULL, [y]], options: {A: {}}}}"), []string{
			`5:41: wrong-kind: import.map.domains.null_values is a single value: got "x", want a list of texts, such as ['', 'N/A']`,
			`5:53: wrong-kind: import.map.domains.options is a list: want a mapping of spellings to options, such as {Softwares: Software}`,
			`5:89: no-value: an element of import.map.tier.null_values has no value: got "NULL", want a text; put it in quotes if it is meant as a text: "NULL"`,
			`5:95: wrong-kind: an element of import.map.tier.null_values is a list: want a text`,
			`5:114: wrong-kind: import.map.tier.options.A is a mapping: want the title of an option`,
		}},

		// Variables.
		{"variables", minimal + "    name: ${NOPE} ${} ${HEADER\n    tier: {value: '${EMPTY}'}\n", []string{
			`7:11: unknown-variable: the environment variable NOPE is not set; set it, or write "$${" for the two characters "${" themselves`,
			`7:11: unknown-variable: no variable can be read from this: got "${}", want ${NAME} with letters, digits and _; write "$${" for the two characters "${" themselves`,
			`7:11: unknown-variable: no variable can be read from this: got "${HEADER", want ${NAME} with letters, digits and _; write "$${" for the two characters "${" themselves`,
			`8:19: no-value: import.map.tier.value is empty: got "${EMPTY}", want a text`,
		}},
		{"a mapping that is used twice is wrong twice", minimal + "    name: &n {from: Name, trm: x}\n    tier: *n\n", []string{
			`7:27: unknown-key: import.map.name has no key "trm"; did you mean "trim"?`,
			`7:27: unknown-key: import.map.tier has no key "trm"; did you mean "trim"?`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantFindings(t, tt.file, tt.want) })
	}
}

// wantFindings requires that a job file has exactly these findings.
func wantFindings(t *testing.T, file string, want []string) {
	t.Helper()
	_, findings := Parse("job.yaml", []byte(file), env)
	var got []string
	for _, f := range findings {
		got = append(got, strings.TrimPrefix(f.String(), "job.yaml:"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s\nof\n%s", diff, file)
	}
}

// bomb is nine levels of nine aliases each.
func bomb() string {
	var b strings.Builder
	b.WriteString("version: 1\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i-1), 9), ", "))
	}
	return b.String()
}
