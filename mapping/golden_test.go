package mapping_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

var update = flag.Bool("update", false, "write what the code does into the golden files")

const dataFile = "companies.csv"

// TestGolden compiles the job of every case against its header and schema and compares the findings, or else what its rows
// become, with the text in the case.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, error %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome(t, file(t, archive, "job.yaml"), file(t, archive, dataFile))
			want := file(t, archive, "want")
			if *update {
				*want = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(*want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func file(t *testing.T, archive *txtar.Archive, name string) *[]byte {
	t.Helper()
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("the case has no %s", name)
	}
	return &archive.Files[i].Data
}

// outcome is the findings of a job or, without any, what becomes of the rows.
func outcome(t *testing.T, job, data *[]byte) string {
	t.Helper()
	lookup := func(name string) (string, bool) { return "s3cr3t", name == "SECRET" }
	j, findings := jobs.Parse("job.yaml", *job, lookup)
	header, rows := readCSV(t, string(*data))
	plan, more := mapping.Compile(j, dataFile, header, loadSchema(t, j.Import.Target.Object.Value), others(t))
	findings = append(findings, more...)
	findings.Sort()
	if len(findings) > 0 {
		if len(more) > 0 && plan != nil {
			t.Error("a plan despite findings")
		}
		return findings.Error() + "\n"
	}
	var b strings.Builder
	for _, r := range plan.References() {
		fmt.Fprintf(&b, "reference %+v\n", r)
	}
	for _, row := range rows {
		item, findings := plan.Apply(row)
		b.WriteString(describe(item, findings))
	}
	for _, c := range j.Cases {
		b.WriteString(describeCase(c, plan.RunCase(c, encode)))
	}
	return b.String()
}

func describeCase(c jobs.Case, findings diag.List) string {
	if len(findings) == 0 {
		return fmt.Sprintf("case on line %d holds\n", c.Pos.Line)
	}
	return findings.Error() + "\n"
}

// encode is a stand-in for the encoding of the API's client.
func encode(fields []crm.Field) (map[string]any, error) {
	encoded := map[string]any{}
	for _, f := range fields {
		values := []any{}
		for _, v := range f.Values {
			switch v := v.(type) {
			case crm.Select:
				values = append(values, v.Title)
			case crm.Number:
				if v < 0 {
					return nil, errors.New("no negative numbers here")
				}
				values = append(values, v)
			case crm.RecordReference:
				values = append(values, map[string]any{"target_object": v.Object, v.Match: v.Key})
			default:
				values = append(values, v)
			}
		}
		encoded[f.Attribute] = values
	}
	return encoded, nil
}

func describe(item mapping.Item, findings diag.List) string {
	var b strings.Builder
	if item.LeftOut {
		rest := item
		rest.Ordinal, rest.Line = 0, 0
		return fmt.Sprintf("row %d (line %d) is left out%s\n", item.Ordinal, item.Line, cmp.Diff(mapping.Item{LeftOut: true}, rest))
	}
	fmt.Fprintf(&b, "row %d (line %d): %s = %q\n", item.Ordinal, item.Line, item.Key.Attribute, item.Key.Values)
	for _, f := range item.Fields {
		fmt.Fprintf(&b, "  %s%s =", f.Attribute, modes[f.Write])
		for _, v := range f.Values {
			fmt.Fprintf(&b, " %s(%+v)", v.Type(), shown(v))
		}
		b.WriteString("\n")
	}
	for _, f := range item.Warnings {
		fmt.Fprintf(&b, "  warning: %s\n", f)
	}
	for _, f := range findings {
		fmt.Fprintf(&b, "  rejected: %s\n", f)
	}
	return b.String()
}

var modes = map[crm.WriteMode]string{crm.IfEmpty: " if empty", crm.Append: " append", crm.Remove: " remove"}

func shown(v crm.Value) any {
	if t, ok := v.(crm.Timestamp); ok {
		return time.Time(t)
	}
	return v
}

// others is the schemas of all objects of the tests.
func others(tb testing.TB) map[string]*crm.Schema {
	tb.Helper()
	all := map[string]*crm.Schema{}
	for _, object := range []string{"companies", "deals", "members", "people"} {
		all[object] = loadSchema(tb, object)
	}
	return all
}

func loadSchema(tb testing.TB, object string) *crm.Schema {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "schema", object+".json"))
	if err != nil {
		tb.Fatal(err)
	}
	var schema crm.Schema
	if err := json.Unmarshal(data, &schema); err != nil {
		tb.Fatal(err)
	}
	return &schema
}

func readCSV(t *testing.T, data string) (tabular.Schema, []tabular.Row) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(data))
	header, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	var rows []tabular.Row
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return tabular.Schema{Columns: header}, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		line, _ := r.FieldPos(0)
		row := tabular.Row{Ordinal: int64(len(rows) + 1), Line: int64(line)}
		for _, s := range record {
			row.Cells = append(row.Cells, tabular.StringCell(s))
		}
		rows = append(rows, row)
	}
}
