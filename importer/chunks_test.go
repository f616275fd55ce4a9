package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// countedSource makes rows of a domain and a number. Like real ones it uses the memory of a row for the next.
type countedSource struct {
	rows int64
	end  error // behind the last row
	read int64 // rows given so far
}

func (*countedSource) Name() string { return "rows.csv" }
func (*countedSource) Schema() tabular.Schema {
	return tabular.Schema{Columns: []string{"Website", "Staff"}}
}
func (*countedSource) Close() error { return nil }

func (*countedSource) Fingerprint(context.Context) (tabular.Fingerprint, error) {
	return tabular.Fingerprint{}, nil
}

func (s *countedSource) Rows(ctx context.Context) iter.Seq2[tabular.Row, error] {
	return func(yield func(tabular.Row, error) bool) {
		cells := make([]tabular.Cell, 2)
		bad := &tabular.RowError{Code: "ragged-row", Problem: "the row has 3 cells"}
		for n := int64(1); n <= s.rows && ctx.Err() == nil; n++ {
			s.read = n
			row := tabular.Row{Ordinal: n, Line: n + 1, Cells: cells}
			cells[0], cells[1] = tabular.StringCell(fmt.Sprintf("a%d.com", n)), tabular.StringCell(fmt.Sprint(n))
			var err error
			switch {
			case n%50 == 0:
				bad.Row = row
				row, err = tabular.Row{}, bad
			case n%7 == 0:
				cells[1] = tabular.StringCell(fmt.Sprint("x", n))
			case n%11 == 0:
				cells[1] = tabular.StringCell("0")
			}
			if !yield(row, err) {
				return
			}
		}
		if s.end != nil {
			yield(tabular.Row{}, s.end)
		}
	}
}

func countedImport(t *testing.T, source *countedSource) *Import {
	t.Helper()
	const text = "version: 1\nimport:\n  source: {path: rows.csv, where: 'Staff != \"0\"'}\n  target: {object: companies, match: domains}\n  map: {domains: Website, staff: Staff}\n"
	job, findings := jobs.Parse("job.yaml", []byte(text), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	schema := &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{
		{Slug: "domains", Type: crm.TypeDomain, Multi: true, Unique: true, Writable: true}, {Slug: "staff", Type: crm.TypeNumber, Writable: true},
	}}
	plan, findings := mapping.Compile(job, "rows.csv", source.Schema(), schema, nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return &Import{Plan: plan, Source: source, Schema: schema, Match: "domains", Duplicates: jobs.DuplicatesReject}
}

// Rows are converted on several goroutines; what is told of them is told in the order of the file, each once, with its own cells.
func TestVerdictsComeInTheOrderOfTheFile(t *testing.T) {
	const rows = 20*chunkRows + 17
	im := countedImport(t, &countedSource{rows: rows})
	var want, got []string
	kept, leftOut := int64(0), int64(0)
	for n := int64(1); n <= rows; n++ {
		switch {
		case n%50 == 0:
			want = append(want, fmt.Sprintf("%d ragged-row ", n))
		case n%7 == 0:
			want = append(want, fmt.Sprintf("%d bad-number x%d", n, n))
		case n%11 == 0:
			leftOut++
			continue
		}
		kept++
	}
	checked, err := im.check(t.Context(), nil, func(findings diag.List) {
		for _, f := range findings {
			got = append(got, fmt.Sprintf("%d %s %s", f.Pos.Row, f.Code, f.Got))
		}
	})
	if err != nil || checked.Rows != kept || checked.LeftOut != leftOut || checked.Rejected != int64(len(want)) {
		t.Errorf("%+v, %v; want %d rows and %d left out", checked, err, kept, leftOut)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d findings, want %d: %q", len(got), len(want), got[:min(len(got), 5)])
	}
}

// Rows before a fault of the file have been told of when it is.
func TestChecksEndWithTheFaultOfTheFile(t *testing.T) {
	fault := &tabular.FileError{Path: "rows.csv", Code: "truncated", Problem: "the file ends within a row"}
	for _, rows := range []int64{0, 1, chunkRows - 1, chunkRows, 3*chunkRows + 5} {
		told := int64(0)
		_, err := countedImport(t, &countedSource{rows: rows, end: fault}).check(t.Context(), nil, func(diag.List) { told++ })
		rejected := rows/50 + rows/7 - rows/350
		if !errors.Is(err, error(fault)) || told != rejected {
			t.Errorf("%d rows: %v, %d told of, want %d", rows, err, told, rejected)
		}
	}
}

// An interrupt ends the reading soon, and whoever waits for it.
func TestChecksAreInterrupted(t *testing.T) {
	source := &countedSource{rows: 1 << 40}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := countedImport(t, source).check(ctx, nil, func(diag.List) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A source of more rows than can be counted ends the checks, and with them the reading.
func TestChecksStopReading(t *testing.T) {
	source := &countedSource{rows: 1 << 40}
	im := countedImport(t, source)
	stop := errors.New("enough")
	taken := 0
	err := im.eachRow(t.Context(), func(*verdict) error {
		if taken++; taken == 3*chunkRows {
			return stop
		}
		return nil
	}, nil)
	if !errors.Is(err, stop) || taken != 3*chunkRows {
		t.Errorf("%d rows, %v", taken, err)
	}
}

// A chunk is handed on before its texts fill the memory, and never split within a row.
func TestChunksAreBounded(t *testing.T) {
	text := func(n int) tabular.Cell { return tabular.StringCell(strings.Repeat("x", n)) }
	for name, c := range map[string]struct {
		cells []tabular.Cell
		want  int // rows of a chunk
	}{
		"small rows":     {[]tabular.Cell{text(10), tabular.IntCell(1)}, chunkRows},
		"rows of 64 KiB": {[]tabular.Cell{text(32 << 10), tabular.BytesCell(make([]byte, 32<<10))}, 4},
		"a list":         {[]tabular.Cell{tabular.ListCell([]tabular.Cell{text(100 << 10), tabular.ListCell([]tabular.Cell{text(28 << 10)})})}, 2},
		"one large row":  {[]tabular.Cell{text(10 << 20)}, 1},
	} {
		var c1 chunk
		rows := 1
		for !c1.add(tabular.Row{Ordinal: int64(rows), Cells: c.cells}, nil) {
			rows++
		}
		if rows != c.want || len(c1.rows) != c.want {
			t.Errorf("%s: %d rows, want %d", name, rows, c.want)
		}
	}
}
