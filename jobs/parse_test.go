package jobs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attio-etl/internal/diag"
	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// minimal is a job with nothing wrong; a case adds to or replaces parts of it.
const minimal = `version: 1
import:
  source: {path: companies.csv}
  target: {object: companies, match: domains}
  map:
    domains: Website
`

func env(name string) (string, bool) {
	value, ok := map[string]string{"HEADER": "Website", "SECRET": "s3cr3t: [x]", "EMPTY": "", "RATE": "7.5"}[name]
	return value, ok
}

func located(t *testing.T, text string) storage.Location {
	t.Helper()
	l, err := storage.ParseLocation(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var sameLocation = cmp.Comparer(func(a, b storage.Location) bool { return a.String() == b.String() })

// TestSource: how a source may be named and laid out.
func TestSource(t *testing.T) {
	csv := func(change func(*CSV)) CSV {
		c := CSV{HeaderRow: 1, Quote: '"', Encoding: Text{Value: "auto"}}
		change(&c)
		return c
	}
	for text, want := range map[string]Source{
		"{path: a.tsv}": {Format: tabular.TSV},
		"{path: 'a*.csv.gz', csv: {header_row: 0}}": {Format: tabular.CSV, CSV: csv(func(c *CSV) { c.HeaderRow = 0 })},
		"{path: [a.csv, b.csv.zst]}":                {Format: tabular.CSV},
		"{path: '-', format: jsonl}":                {Format: tabular.JSONL},
		"{path: https://h.example/a.ndjson?x=1}":    {Format: tabular.JSONL},
		"{path: s3://bucket/a.parquet}":             {Format: tabular.Parquet},
		"{path: a.csv, csv: {quote: \"'\"}}":        {Format: tabular.CSV, CSV: csv(func(c *CSV) { c.Quote = '\'' })},
		"{path: a.xlsx, xlsx: {sheet: Rows, header_row: 2, footer_rows: 3}}": {
			Format: tabular.XLSX, XLSX: XLSX{Sheet: "Rows", HeaderRow: 2, FooterRows: 3},
		},
		"{path: a.xlsm, xlsx: {sheet: 2}}":   {Format: tabular.XLSX, XLSX: XLSX{SheetIndex: 2, HeaderRow: 1}},
		"{path: a.xlsx, xlsx: {sheet: '2'}}": {Format: tabular.XLSX, XLSX: XLSX{Sheet: "2", HeaderRow: 1}},
		"{path: a.json, json: {path: a.b}}":  {Format: tabular.JSON, JSON: JSON{Path: Text{Value: "a.b"}}},
	} {
		if want.CSV == (CSV{}) {
			want.CSV = csv(func(*CSV) {})
		}
		if want.XLSX == (XLSX{}) {
			want.XLSX.HeaderRow = 1
		}
		job := strings.Replace(minimal, "{path: companies.csv}", text, 1)
		j, findings := Parse("dir/job.yaml", []byte(job), env)
		if len(findings) > 0 {
			t.Errorf("%s: %v", text, findings)
			continue
		}
		got := j.Import.Source
		got.Paths, got.CSV.Pos, got.XLSX.Pos, got.JSON.Pos, got.JSON.Path.Pos, got.JSON.Path.Raw = nil, diag.Pos{}, diag.Pos{}, diag.Pos{}, diag.Pos{}, ""
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Expression{})); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", text, diff)
		}
	}
}

func TestParseComplete(t *testing.T) {
	const file = `# a comment
version: 1
name: hubspot-companies
import:
  source:
    path: exports/companies.csv
    format: csv
    csv: {delimiter: ";", encoding: utf-8, header_row: 3, footer_rows: 1, strip_formula_guard: true}
    where: Status != 1
  target: {object: companies, match: domains, mode: upsert}
  map:
    domains: Website
    name: {from: Company name, trim: true}
    description: {from: About, blank: clear, null_values: [none]}
    categories: {from: Industry, split: ";", options: {Softwares: Software, 007: 7}}
    primary_location:
      from: {locality: City, country_code: Country}
    foundation_date: {from: Founded, format: DD.MM.YYYY}
    estimated_arr: {from: ARR, decimal: "."}
    segment: {value: 007}
    tags: {from: Tags, write: if_empty, multi: append, unknown_option: create}
    parent: {from: Parent, match: parent_domains, object: firms, missing: defer}
    source_id: {expr: Name + Zip}
    seen: {from: Seen, timezone: Asia/Tokyo, country: FR}
  duplicates: in_order
  diff: scan
defaults: {blank: reject, decimal: ",", null_values: ["", "#N/A"], timezone: Europe/Berlin, country: DE}
cases:
  - name: one row
    row: {Website: acme.example, Staff: 12}
    want: {domains: [acme.test], staff: [12, -1.50, 1e3, 007, true, "true", ~, {a: [x, 2026-01-02]}], note: []}
  - {row: {}, finding: some-code}
  - {row: {Website: ""}, finding: [a-code, b-code]}
  - {row: {A: B}, left_out: true}
limits: {requests_per_second: 2.5, requests_per_minute: 100, reads_per_second: 5, writes_per_second: 1, workers: 16}
`
	// at is the position of the last part of a context that stands once in the file.
	at := func(context, part string) diag.Pos {
		t.Helper()
		if strings.Count(file, context) != 1 {
			t.Fatalf("%q does not stand once in the file", context)
		}
		before := file[:strings.Index(file, context)+strings.LastIndex(context, part)]
		line := strings.Count(before, "\n") + 1
		return diag.Pos{File: "dir/job.yaml", Line: int64(line), Col: len(before) - strings.LastIndex(before, "\n")}
	}
	given := func(value, context string) Text {
		t.Helper()
		return Text{Value: value, Raw: value, Pos: at(context, value)}
	}
	inherited := func(s string) Text { return Text{Value: s} }
	none := given("", `null_values: ["",`)
	none.Pos = at(`null_values: ["",`, `"",`)
	notAvailable := given("#N/A", `#N/A`)
	notAvailable.Pos.Col-- // the quote
	nulls := []Text{none, notAvailable}
	column := func(key string, c Column) Column {
		t.Helper()
		c.Attribute, c.Pos = strings.TrimSpace(key), at(key, strings.TrimSpace(key))
		if !c.Blank.Given() {
			c.Blank = inherited("reject")
		}
		for text, value := range map[*Text]string{
			&c.Decimal: ",", &c.Timezone: "Europe/Berlin", &c.Country: "DE", &c.Write: "always", &c.Multi: "replace",
			&c.UnknownOption: "reject", &c.Missing: "reject",
		} {
			if !text.Given() {
				*text = inherited(value)
			}
		}
		c.NullValues = append(slices.Clone(nulls), c.NullValues...)
		return c
	}
	splitAt := given(";", `split: ";`)
	splitAt.Pos.Col--
	decimalAt := given(".", `decimal: ".`)
	decimalAt.Pos.Col--
	blank := given("", `{Website: ""`)
	blank.Pos = at(`{Website: ""`, `""`)
	want := &Job{
		Path: "dir/job.yaml", Dir: "dir", Version: 1, Name: "hubspot-companies",
		Import: &Import{
			Source: Source{
				Paths: []Path{
					{Text: given("exports/companies.csv", "exports/companies.csv"), Location: located(t, filepath.Join("dir", "exports", "companies.csv"))},
				},
				Format: tabular.CSV,
				CSV: CSV{
					Pos: at("    csv: {", "csv"), Delimiter: ';', Quote: '"', HeaderRow: 3, Encoding: given("utf-8", "encoding: utf-8"), FooterRows: 1,
					StripGuards: true,
				},
				XLSX:  XLSX{HeaderRow: 1},
				Where: Expression{Text: given("Status != 1", "Status != 1")},
			},
			Target: Target{Object: given("companies", "object: companies"), Match: given("domains", "match: domains"), Mode: ModeUpsert},
			Columns: []Column{
				column("    domains", Column{From: given("Website", "    domains: Website")}),
				column("    name", Column{From: given("Company name", "Company name"), Trim: Flag{Value: true, Pos: at("trim: true", "true")}}),
				column("    description", Column{
					From: given("About", "About"), Blank: given("clear", "clear"), NullValues: []Text{given("none", "none")},
				}),
				column("    categories", Column{
					From: given("Industry", "Industry"), Split: splitAt, OptionsPos: at("options", "options"),
					Options: []Option{
						{Spelling: "Softwares", Pos: at("Softwares", "S"), Title: given("Software", "Softwares: Software")},
						{Spelling: "007", Pos: at("007: 7", "007"), Title: given("7", "007: 7")},
					},
				}),
				column("    primary_location", Column{Parts: []Part{
					{Name: "locality", Pos: at("locality", "locality"), From: given("City", "City")},
					{Name: "country_code", Pos: at("country_code", "country_code"), From: given("Country", "Country")},
				}}),
				column("    foundation_date", Column{From: given("Founded", "Founded"), Format: given("DD.MM.YYYY", "DD.MM.YYYY")}),
				column("    estimated_arr", Column{From: given("ARR", "ARR"), Decimal: decimalAt}),
				column("    segment", Column{Value: given("007", "value: 007")}),
				column("    tags", Column{
					From: given("Tags", "from: Tags"), Write: given("if_empty", "if_empty"), Multi: given("append", "append"),
					UnknownOption: given("create", "create"),
				}),
				column("    parent", Column{
					From: given("Parent", "from: Parent"), Match: given("parent_domains", "parent_domains"), Object: given("firms", "firms"),
					Missing: given("defer", "defer"),
				}),
				column("    source_id", Column{Expr: Expression{Text: given("Name + Zip", "Name + Zip")}}),
				column("    seen", Column{
					From: given("Seen", "from: Seen"), Timezone: given("Asia/Tokyo", "Asia/Tokyo"), Country: given("FR", "FR"),
				}),
			},
			Duplicates: DuplicatesInOrder, Diff: DiffScan, DiffPos: at("diff: scan", "scan"), Pos: at("import:", "import"), MapPos: at("map:", "map"),
		},
		Defaults: Defaults{
			Blank: "reject", Decimal: ",", NullValues: nulls,
			Timezone: given("Europe/Berlin", "Europe/Berlin"), Country: given("DE", "country: DE"),
		},
		Limits: Limits{RequestsPerSecond: 2.5, RequestsPerMinute: 100, ReadsPerSecond: 5, WritesPerSecond: 1, Workers: 16},
		Cases: []Case{
			{
				Name: given("one row", "one row"), Pos: at("- name: one", "name"),
				Row: []CaseCell{
					{Column: "Website", Pos: at("row: {Website: acme", "Website"), Cell: given("acme.example", "acme.example")},
					{Column: "Staff", Pos: at("Staff: 12", "Staff"), Cell: given("12", "Staff: 12")},
				},
				Want: []Wanted{
					{Attribute: "domains", Pos: at("want: {domains", "domains"), Values: []any{"acme.test"}},
					{Attribute: "staff", Pos: at("staff: [", "staff"), Values: []any{
						json.Number("12"), json.Number("-1.50"), json.Number("1e3"), "007", true, "true", nil,
						map[string]any{"a": []any{"x", "2026-01-02"}},
					}},
					{Attribute: "note", Pos: at("note: []", "note"), Values: []any{}},
				},
			},
			{Pos: at("- {row: {}", "{row"), Row: []CaseCell{}, Findings: []Text{given("some-code", "some-code")}},
			{
				Pos: at("- {row: {Website", "{row"), Row: []CaseCell{{Column: "Website", Pos: at(`{Website: ""`, "Website"), Cell: blank}},
				Findings: []Text{given("a-code", "a-code"), given("b-code", "b-code")},
			},
			{
				Pos: at("- {row: {A", "{row"), Row: []CaseCell{{Column: "A", Pos: at("{A: B", "A"), Cell: given("B", "{A: B")}},
				LeftOut: Flag{Value: true, Pos: at("left_out: true", "true")},
			},
		},
	}
	got, findings := Parse("dir/job.yaml", []byte(file), env)
	if len(findings) > 0 {
		t.Fatalf("findings:\n%v", findings)
	}
	if len(got.Hash) != 64 {
		t.Errorf("hash %q is no SHA-256", got.Hash)
	}
	want.Hash, want.Steps = got.Hash, []Step{{Import: want.Import, Cases: want.Cases, Pos: want.Import.Pos}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Expression{}), sameLocation); diff != "" {
		t.Errorf("job (-want +got):\n%s", diff)
	}
}

func TestParseDefaults(t *testing.T) {
	j, findings := Parse("dir/acme.import.yaml", []byte(minimal), nil)
	if len(findings) > 0 {
		t.Fatalf("findings:\n%v", findings)
	}
	if j.Name != "acme.import" {
		t.Errorf("name %q, want the file's base name", j.Name)
	}
	if s := j.Import.Source; s.Format != tabular.CSV || s.CSV != (CSV{HeaderRow: 1, Quote: '"', Encoding: Text{Value: EncodingAuto}}) {
		t.Errorf("source %+v", s)
	}
	if j.Import.Duplicates != DuplicatesReject || j.Import.Target.Mode != ModeUpsert || j.Limits != (Limits{}) {
		t.Errorf("import %+v, limits %+v", j.Import, j.Limits)
	}
	c := j.Import.Columns[0]
	if c.Blank.Value != BlankIgnore || c.Decimal.Value != "" || c.Trim.Value || len(c.NullValues) > 0 {
		t.Errorf("column %+v", c)
	}
	if c.Write.Value != WriteAlways || c.Multi.Value != MultiReplace || c.UnknownOption.Value != UnknownOptionReject ||
		c.Missing.Value != MissingReject || c.Timezone != (Text{}) || c.Country != (Text{}) {
		t.Errorf("policies of column %+v", c)
	}
}

// TestLiteralText holds that a value is the text of the file, whatever YAML would make of it.
func TestLiteralText(t *testing.T) {
	for _, want := range []string{
		"007", "NO", "yes", "1.10", "1e3", "0x1F", "0o17", "12:30:45", "2024-01-02", "1_000", ".5", "9007199254740993", "True", "ünï",
	} {
		j, findings := Parse("job.yaml", []byte(minimal+"    name: {value: "+want+"}\n"), env)
		if len(findings) > 0 {
			t.Errorf("%s: %v", want, findings)
			continue
		}
		if got := j.Import.Columns[1].Value.Value; got != want {
			t.Errorf("value %q, want %q", got, want)
		}
	}
}

func TestVariables(t *testing.T) {
	for written, want := range map[string]string{
		"${HEADER}":          "Website",
		"a ${HEADER}${RATE}": "a Website7.5",
		"${SECRET}":          "s3cr3t: [x]",
		"$${HEADER}":         "${HEADER}",
		"$$${HEADER}":        "$${HEADER}",
		"$HEADER $ 5$":       "$HEADER $ 5$",
	} {
		j, findings := Parse("job.yaml", []byte(minimal+"    name: '"+written+"'\n"), env)
		if len(findings) > 0 {
			t.Errorf("%s: %v", written, findings)
			continue
		}
		from := j.Import.Columns[1].From
		if from.Value != want || from.Raw != written || from.String() != written {
			t.Errorf("%s: value %q raw %q, want %q", written, from.Value, from.Raw, want)
		}
	}
	j, findings := Parse("job.yaml", []byte(minimal+"limits: {requests_per_second: '${RATE}'}\n"), env)
	if len(findings) > 0 || j.Limits.RequestsPerSecond != 7.5 {
		t.Errorf("rate from a variable: %v, findings %v", j.Limits, findings)
	}
}

// TestExpressionPositions holds that every character of an expression is found in the file, in every style that YAML has.
func TestExpressionPositions(t *testing.T) {
	for name, written := range map[string]string{
		"plain":           "      expr: ünï + B\n",
		"plain, folded":   "      expr: ünï\n        + B\n\n        + C\n",
		"single quotes":   "      expr: 'A + \"it''s\" + B'\n",
		"double quotes":   `      expr: "A + \"x\" + '\\' + \u00fc + \x41 +\tB\n + \/C"` + "\n",
		"double, folded":  "      expr: \"A +\n        B \\\n        + C\"\n",
		"literal":         "      expr: | # a comment\n        A\n\n          + B\n        + C\n",
		"literal, kept":   "      expr: |2+\n          A\n        + B\n\n",
		"folded":          "      expr: >-\n        A\n        + B\n\n          + C\n",
		"anchor and tag":  "      expr: &a !!str 'A + B'\n",
		"carriage return": "      expr: |\r\n        A\r\n        + B\r\n",
		"of an alias":     "      expr: *where\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := strings.Replace(minimal, "{path: companies.csv}", "{path: companies.csv, where: &where A == B}", 1) + "    name:\n" + written
			j, findings := Parse("job.yaml", []byte(file), nil)
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			e := j.Import.Columns[1].Expr
			checkPlaces(t, []byte(file), e)
			if end := e.At(len([]rune(e.Value))); charAt([]byte(file), int(end.Line), end.Col-1) == 0 {
				t.Errorf("the end is at %v", end)
			}
			if e.At(-1) != e.Pos || e.At(1000) != e.At(len([]rune(e.Value))) {
				t.Error("an offset outside of the expression leads out of it")
			}
		})
	}
}

// checkPlaces compares the characters of an expression with those at their places: the same, or an escape.
func checkPlaces(t *testing.T, file []byte, e Expression) {
	t.Helper()
	if e.places == nil {
		t.Errorf("expression %q is not found in its file", e.Value)
		return
	}
	for i, want := range []rune(e.Value) {
		pos := e.At(i)
		got := charAt(file, int(pos.Line), pos.Col)
		if got != want && !unicode.IsSpace(want) && got != '\\' {
			t.Errorf("character %d, %q, of %q: at %v stands %q", i, want, e.Value, pos, got)
		}
	}
}

func TestSecretsStayOutOfFindings(t *testing.T) {
	const file = `version: ${SECRET}
name: ${SECRET}/x
import:
  source: {path: "${SECRET}.xlsx", csv: {delimiter: "${SECRET}", quote: "${SECRET}", encoding: "${SECRET}", header_row: "${SECRET}"}}
  target: {object: companies, match: domains, mode: "${SECRET}"}
  map: {domains: {from: "${SECRET}", trim: "${SECRET}", blank: "${SECRET}", decimal: "${SECRET}"}}
limits: {workers: "${SECRET}", requests_per_second: "${SECRET}"}
`
	_, findings := Parse("job.yaml", []byte(file), env)
	if len(findings) != 12 {
		t.Errorf("%d findings, want 12:\n%v", len(findings), findings)
	}
	if strings.Contains(findings.Error(), "s3cr3t") {
		t.Errorf("a finding shows what a variable stands for:\n%v", findings)
	}
}

func TestAliases(t *testing.T) {
	const file = minimal + `    name: &text {from: Name, blank: clear}
    description: *text
    segment: {value: &word x}
    tier: {value: *word}
`
	j, findings := Parse("job.yaml", []byte(file), env)
	if len(findings) > 0 {
		t.Fatalf("findings:\n%v", findings)
	}
	columns := j.Import.Columns
	if columns[2].From.Value != "Name" || columns[2].Blank.Value != BlankClear || columns[4].Value.Value != "x" {
		t.Errorf("columns %+v", columns[1:])
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "companies.yaml")
	if err := os.WriteFile(path, []byte(minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	j, findings := Load(path, env)
	if len(findings) > 0 {
		t.Fatalf("findings:\n%v", findings)
	}
	if j.Name != "companies" || j.Dir != dir || j.Import.Source.Paths[0].Location.Path() != filepath.Join(dir, "companies.csv") {
		t.Errorf("job %+v, source %+v", j, j.Import.Source)
	}

	_, findings = Load(filepath.Join(dir, "nope.yaml"), env)
	if len(findings) != 1 || findings[0].Code != CodeUnreadable || findings[0].Hint != "check the path" {
		t.Errorf("missing file: %v", findings)
	}
	if _, findings = Load(dir, env); len(findings) != 1 || findings[0].Code != CodeUnreadable {
		t.Errorf("directory: %v", findings)
	}
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, make([]byte, maxSize+10), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, findings = Load(large, env); len(findings) != 1 || findings[0].Code != CodeTooLarge {
		t.Errorf("large file: %v", findings)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"domains", "name", "description", "primary_location", "Company name"}
	for name, want := range map[string]string{
		"domian": "domains", "Domains": "domains", "primary location": "primary_location", "company_name": "Company name",
		"naem": "name", "desc": "description", "Company": "Company name", "na": "name", "x": "", "xyzzy": "", "": "", strings.Repeat("d", 300): "",
	} {
		if got, ok := Nearest(name, known); got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, %v, want %q", name, got, ok, want)
		}
	}
	if got, want := Suggest("xyzzy", []string{"b", "a"}), "known: a, b"; got != want {
		t.Errorf("Suggest: %q, want %q", got, want)
	}
}
