package importer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/importer"
)

// TestASampleAndTheRestAreTheWholeImport goes through migrations whose sessions sample before they write, or sample only: what comes of them
// is what comes of a migration without samples, whenever the process dies.
func TestASampleAndTheRestAreTheWholeImport(t *testing.T) {
	inWorlds(t, 40, func(t *testing.T, seed uint64) *migration {
		t.Helper()
		m := newMigration(t, seed)
		m.sampled = true
		return m
	})
}

func (m *migration) runSampled(intake, work context.Context, steps importer.Steps) ([]importer.Result, error) {
	checked, err := steps.Check(intake, nil)
	if err != nil {
		if intake.Err() != nil {
			err = importer.ErrInterrupted
		}
		return nil, err
	}
	most := 1 + m.rng.IntN(4)
	shown := map[int]int{}
	results, err := steps.Sample(intake, work, checked, most, func(step int, row importer.Sampled) {
		shown[step]++
		if ended := row.Outcome != 0 && row.Outcome != checkpoint.Rejected; ended != (row.Record.ID != "") {
			m.t.Errorf("step %d: %+v has a record, or has none", step, row)
		}
	})
	for step, n := range shown {
		if s := results[step].Summary; n > most || s.Ended()-s.Resumed > int64(n) {
			m.t.Errorf("step %d: %d rows were sampled, %+v, want at most %d", step, n, s, most)
		}
	}
	if err != nil {
		return results, err
	}
	if m.rng.IntN(3) == 0 {
		return results, importer.ErrInterrupted
	}
	return steps.Write(intake, work, checked, nil), nil
}

// sampled is the rows of a sample: "step row outcome".
func sampled(t *testing.T, steps importer.Steps, rows int) []string {
	t.Helper()
	checked, err := steps.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if _, err := steps.Sample(t.Context(), t.Context(), checked, rows, func(step int, row importer.Sampled) {
		list = append(list, fmt.Sprintf("%d %d %d", step, row.Ordinal, row.Outcome))
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhichRowsAreSampled(t *testing.T) {
	l := newLab(t)
	l.call("POST", "/v2/objects/companies/records", `{"data":{"values":{"domains":["there.com"]}}}`)
	companies := labStep{
		target: "companies domains", columns: "    domains: D\n    foundation_date: F\n    categories: {from: T, unknown_option: create}\n", header: "D,F,T",
		rows: []string{"bad.com,31.02.,New", "twice.com,,", "one.com,2020-01-02,First", "twice.com,,", "two.com,,", "three.com,,Late"},
	}
	people := labStep{
		target: "people email_addresses", columns: "    email_addresses: M\n    company: {from: C, match: domains}\n", header: "M,C", needs: []int{0},
		rows: []string{"a@x.com,three.com", "b@x.com,bad.com", "c@x.com,two.com", "d@x.com,there.com", "e@x.com,", "f@x.com,one.com"},
	}
	again := labStep{target: "companies domains", columns: "    domains: D\n    name: N\n", header: "D,N", rows: []string{"late.com,Late"}, needs: []int{1}}
	steps, _, _ := l.steps(companies, people, again)
	// Upserted, as the lab does not compare. Row 1 of the first step is rejected, rows 2 and 4 share a key. Row 1 of the second waits for a row that is not sampled,
	// row 2 is rejected. The third writes companies after the first.
	want := []string{"0 3 3", "0 5 3", "1 3 3", "1 4 3"}
	if got := sampled(t, steps, 2); !slices.Equal(got, want) {
		t.Errorf("sampled %q, want %q", got, want)
	}
	if got := l.held("people", "email_addresses", "c@x.com", "company"); got != "companies/two.com" {
		t.Errorf("holds %q", got)
	}
	options := fmt.Sprint(l.call("GET", "/v2/objects/companies/attributes/categories/options", ""))
	if !strings.Contains(options, "First") || strings.Contains(options, "Late") || strings.Contains(options, "New") {
		t.Errorf("options %s: want those of the sample alone", options)
	}
	// A second sample takes the next rows.
	if got, want := sampled(t, steps, 2), []string{"0 6 3", "1 1 3", "1 5 3"}; !slices.Equal(got, want) {
		t.Errorf("sampled %q, want %q", got, want)
	}
	results := write(t, steps)
	for i, want := range []importer.Summary{
		{Read: 6, Upserted: 5, Rejected: 1, Resumed: 3}, {Read: 6, Upserted: 5, Rejected: 1, Resumed: 4}, {Read: 1, Upserted: 1},
	} {
		if r := results[i]; r.Err != nil || r.Summary != want {
			t.Errorf("step %d: %+v, want %+v", i, r, want)
		}
	}
}
