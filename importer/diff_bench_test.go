package importer_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// mirror is a workspace that holds what the rows of a source say, but for one of a hundred.
type mirror struct {
	plan   *mapping.Plan
	source tabular.Source
	most   uint64 // bytes of heap in use at the most
}

func (m *mirror) MoreThan(context.Context, string, int) (bool, error) { return false, nil }

func (m *mirror) ScanRecords(ctx context.Context, _ string) iter.Seq2[crm.Page[crm.Record], error] {
	return func(yield func(crm.Page[crm.Record], error) bool) {
		var page crm.Page[crm.Record]
		for row, err := range m.source.Rows(ctx) {
			if err != nil {
				yield(page, err)
				return
			}
			item, _ := m.plan.Apply(row)
			record := crm.Record{ID: fmt.Sprintf("8c6e7d1e-0000-4000-8000-%012d", row.Ordinal), Values: map[string][]crm.Value{}}
			for _, f := range item.Fields {
				record.Values[f.Attribute] = f.Values
				if f.Attribute == "name" && row.Ordinal%100 == 0 {
					record.Values[f.Attribute] = []crm.Value{crm.Text("another name")}
				}
			}
			if page.Items = append(page.Items, record); len(page.Items) == 500 {
				m.measure()
				if !yield(page, nil) {
					return
				}
				page.Items = nil
			}
		}
		yield(page, nil)
	}
}

func (m *mirror) measure() {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	m.most = max(m.most, now.HeapInuse)
}

// BenchmarkPlan takes -benchtime 1000000x as so many rows and as many live records: the checks, the snapshot, and the comparison.
func BenchmarkPlan(b *testing.B) {
	im, _ := typedEngine(b, b.N)
	store, err := checkpoint.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	m := &mirror{plan: im.Plan, source: im.Source}
	im.Diff, im.Scanner, im.Live = jobs.DiffScan, m, store.LiveValues("bench", "")
	b.ResetTimer()
	checked, err := checkAlone(b.Context(), im, nil)
	if err != nil {
		b.Fatal(err)
	}
	rows := int64(0)
	results, err := importer.Steps{{Import: im}}.Plan(b.Context(), []*importer.Checked{checked}, false, func(_ int, p importer.Planned) {
		if rows++; rows%10_000 == 0 {
			m.measure()
		}
	})
	if err != nil || results[0].Summary.Updated != int64(b.N)/100 || results[0].Summary.Unchanged != int64(b.N)-int64(b.N)/100 {
		b.Fatalf("%+v, %v", results, err)
	}
	b.StopTimer()
	b.ReportMetric(float64(m.most)/(1<<20), "MiB-heap")
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}
