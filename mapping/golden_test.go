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
	plan, more := mapping.Compile(j, dataFile, header, loadSchema(t, j.Import.Target.Object.Value))
	findings = append(findings, more...)
	findings.Sort()
	if len(findings) > 0 {
		if len(more) > 0 && plan != nil {
			t.Error("a plan despite findings")
		}
		return findings.Error() + "\n"
	}
	var b strings.Builder
	for _, row := range rows {
		item, findings := plan.Apply(row)
		b.WriteString(describe(item, findings))
	}
	return b.String()
}

func describe(item mapping.Item, findings diag.List) string {
	var b strings.Builder
	fmt.Fprintf(&b, "row %d (line %d): %s = %q\n", item.Ordinal, item.Line, item.Key.Attribute, item.Key.Values)
	for _, f := range item.Fields {
		fmt.Fprintf(&b, "  %s =", f.Attribute)
		for _, v := range f.Values {
			fmt.Fprintf(&b, " %s(%+v)", v.Type(), v)
		}
		b.WriteString("\n")
	}
	for _, f := range findings {
		fmt.Fprintf(&b, "  rejected: %s\n", f)
	}
	return b.String()
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
