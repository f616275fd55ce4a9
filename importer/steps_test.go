package importer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// step makes a step of a bench.
func step(name string, b *bench, needs ...int) importer.Step {
	return importer.Step{Name: name, Needs: needs, Import: b.Import}
}

func write(t *testing.T, steps importer.Steps) []importer.Result {
	t.Helper()
	results, err := runSteps(t.Context(), t.Context(), steps)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if s := r.Summary; s.Read != s.Ended()+s.NotReached {
			t.Errorf("step %d: %+v does not add up (I1)", i, s)
		}
	}
	return results
}

func TestAStoppedStepHoldsUpThoseThatNeedIt(t *testing.T) {
	first, second, third, other := newBench(t, "reject", "", lines(60)...), newBench(t, "reject", "", "x.com,x,small"),
		newBench(t, "reject", "", "y.com,y,small"), newBench(t, "reject", "", "z.com,z,small")
	refuses := true
	first.records.answer = func(string) error {
		if refuses {
			return fault{crm.FaultAuth, "unauthorized"}
		}
		return nil
	}
	steps := importer.Steps{step("other", other), step("first", first), step("second", second, 1), step("third", third, 2)}
	results := write(t, steps)
	if results[0].Err != nil || results[0].Summary.Upserted != 1 {
		t.Errorf("other: %+v, want it written", results[0])
	}
	if stopped, ok := errors.AsType[*importer.StoppedError](results[1].Err); !ok || stopped.Reason != importer.Unauthorized {
		t.Errorf("first: %v", results[1].Err)
	}
	for _, r := range results[2:] {
		if held, ok := errors.AsType[*importer.HeldError](r.Err); !ok || held.Step != "first" || r.Summary.NotReached != 1 {
			t.Errorf("%+v, want it held by the first", r)
		}
	}
	if len(second.records.asserted)+len(third.records.asserted) > 0 {
		t.Error("a step was written before what it needs")
	}

	refuses = false
	for i, r := range write(t, steps) {
		if r.Err != nil || r.Summary.NotReached != 0 {
			t.Errorf("step %d of the resumed run: %+v", i, r)
		}
	}
	if len(other.records.asserted) != 1 {
		t.Errorf("what was done was sent again: %v", other.records.asserted)
	}
}

func TestOpenRowsHoldUpTheStepsThatNeedThem(t *testing.T) {
	first, second := newBench(t, "reject", "", "a.com,flaky,small", "b.com,n,small"), newBench(t, "reject", "", "x.com,x,small")
	first.records.answer = func(name string) error {
		if name == "flaky" {
			return fault{crm.FaultTransient, "internal"}
		}
		return nil
	}
	results := write(t, importer.Steps{step("first", first), step("second", second, 0)})
	if _, held := errors.AsType[*importer.HeldError](results[1].Err); !held || results[0].Summary.NotReached != 1 {
		t.Errorf("%+v, want the second held by one open row of the first", results)
	}
}

func TestAnInterruptEndsAllSteps(t *testing.T) {
	first, second := newBench(t, "reject", "", lines(50)...), newBench(t, "reject", "", "x.com,x,small")
	intake, interrupt := context.WithCancel(t.Context())
	first.records.answer = func(string) error {
		interrupt()
		return nil
	}
	results, err := runSteps(intake, t.Context(), importer.Steps{step("first", first), step("second", second)})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if !errors.Is(r.Err, importer.ErrInterrupted) || r.Summary.NotReached == 0 {
			t.Errorf("step %d: %+v", i, r)
		}
	}
	if len(second.records.asserted) > 0 {
		t.Error("a step was begun after the interrupt")
	}
}

// TestAnOlderStepThatRunsAgainTakesLaterOnesAlong: two steps write the same record; when rows of the first are written again in a later
// session, what the second wrote must be written again after it, or the older value would win (I3), even when that session is killed
// between the two.
func TestAnOlderStepThatRunsAgainTakesLaterOnesAlong(t *testing.T) {
	records := &fakeRecords{}
	first, second := newBench(t, "reject", `S: small`, "a.com,older,S", "b.com,kept,small"), newBench(t, "reject", "", "a.com,newer,small")
	session := func(options string) []importer.Result {
		first.compile(t, "reject", options)
		first.Records, second.Records = records, records
		records.asserted = nil
		return write(t, importer.Steps{step("first", first), step("second", second)})
	}
	for _, r := range session(`S: small`) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if session(`S: small`); len(records.asserted) > 0 {
		t.Errorf("asserted %v: nothing changed", records.asserted)
	}
	// The session that writes the first step again dies before the second.
	records.answer = func(name string) error {
		if name == "newer" {
			return fault{crm.FaultAuth, "unauthorized"}
		}
		return nil
	}
	session(`S: large`)
	records.answer = nil
	results := session(`S: large`)
	if !slices.Equal(records.asserted, []string{"a.com=newer"}) || results[1].Err != nil || results[1].Summary.Resumed != 0 {
		t.Errorf("asserted %v, %+v: want the newer value written last", records.asserted, results)
	}
}

func TestTheLimitOnRejects(t *testing.T) {
	number, share := jobs.OnReject{Limit: jobs.Text{Raw: "2", Pos: diag.Pos{Line: 1}}, Rows: 2}, jobs.OnReject{Limit: jobs.Text{Raw: "10%", Pos: diag.Pos{Line: 1}}, Share: true, Percent: 10}
	for _, c := range []struct {
		name              string
		limit             jobs.OnReject
		bad, refused, all int
		stops             string // "", "check" or "write"
	}{
		{"none", jobs.OnReject{}, 5, 5, 20, ""},
		{"number, just within", number, 2, 0, 20, ""},
		{"number, over in the checks", number, 3, 0, 20, "check"},
		{"number, over while writing", number, 2, 1, 20, "write"},
		{"share, just within", share, 1, 1, 20, ""},
		{"share, over in the checks", share, 3, 0, 20, "check"},
		{"share, over while writing", share, 1, 2, 20, "write"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []string
			for i := range c.all {
				name, size := fmt.Sprintf("n%d", i), "small"
				switch {
				case i < c.bad:
					size = "huge"
				case i >= c.all-c.refused:
					name = fmt.Sprintf("refused%d", i)
				}
				rows = append(rows, fmt.Sprintf("d%d.com,%s,%s", i, name, size))
			}
			b, next := newBench(t, "reject", "", rows...), newBench(t, "reject", "", "x.com,x,small")
			b.records.answer = func(name string) error {
				if strings.HasPrefix(name, "refused") {
					return fault{crm.FaultRow, "code_of_" + name}
				}
				return nil
			}
			b.Limit = c.limit
			results, err := runSteps(t.Context(), t.Context(), importer.Steps{step("first", b), step("next", next, 0)})
			over := func(err error) bool {
				stopped, ok := errors.AsType[*importer.StoppedError](err)
				return ok && stopped.Reason == importer.RejectLimit
			}
			if over(err) != (c.stops == "check") {
				t.Fatalf("checks: %v", err)
			}
			if c.stops == "check" {
				if len(b.records.asserted)+len(next.records.asserted) > 0 {
					t.Error("something was written")
				}
				return
			}
			if _, held := errors.AsType[*importer.HeldError](results[1].Err); over(results[0].Err) != (c.stops == "write") || held != (c.stops == "write") {
				t.Errorf("%+v", results)
			}
		})
	}
}

// TestWhatAnEarlierStepWritesIsNotCreated: a column with missing: create must not make a record that an earlier step makes whole.
func TestWhatAnEarlierStepWritesIsNotCreated(t *testing.T) {
	for _, c := range []struct {
		needs []int
		want  []string // asserted
	}{
		{[]int{0}, nil},
		{nil, []string{"a.com"}}, // nobody said that the other writes it before: asserting it makes no second one
	} {
		l := newLab(t)
		companies, store := l.engine("version: 1\nimport:\n  source: {path: rows.csv}\n  target: {object: companies, match: domains}\n  map: {domains: D}\n",
			"D,x", "a.com,")
		people, _ := l.engine("version: 1\nimport:\n  source: {path: rows.csv}\n  target: {object: people, match: email_addresses}\n"+
			"  map: {email_addresses: E, company: {from: C, match: domains, missing: create}}\n", "E,C", "p@a.com,a.com")
		run, err := store.Begin(t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{Name: "companies"}, {Name: "people"}}})
		if err != nil {
			t.Fatal(err)
		}
		watched := &watchedRecords{Records: l.client}
		people.Records = watched
		companies.Journal, people.Journal = store.Journal(run.Steps[0]), store.Journal(run.Steps[1])
		results := write(t, importer.Steps{{Name: "companies", Import: companies}, {Name: "people", Needs: c.needs, Import: people}})
		if results[1].Err != nil {
			t.Fatal(results[1].Err)
		}
		if !slices.Equal(watched.companies, c.want) {
			t.Errorf("needs %v: companies %v were created, want %v", c.needs, watched.companies, c.want)
		}
		if got := l.held("people", "email_addresses", "p@a.com", "company"); got != "companies/a.com" {
			t.Errorf("company %q", got)
		}
	}
}

// watchedRecords notes which companies are asserted.
type watchedRecords struct {
	importer.Records
	companies []string
}

func (w *watchedRecords) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	if object == "companies" {
		w.companies = append(w.companies, fmt.Sprint(fields[0].Values[0]))
	}
	return w.Records.AssertRecord(ctx, object, match, fields)
}
