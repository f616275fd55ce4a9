package importer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular/csvfile"
)

// fakeRecords answers as the test says and remembers what was asserted, in order.
type fakeRecords struct {
	mu       sync.Mutex
	asserted []string // domain=name
	answer   func(name string) error
	live     map[string]string // domain -> record id
	stranger bool              // replies are about another record
}

func (f *fakeRecords) AssertRecord(ctx context.Context, _, _ string, fields []crm.Field) (crm.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	domain, name := fmt.Sprint(fields[0].Values[0]), fmt.Sprint(fields[1].Values[0])
	f.asserted = append(f.asserted, domain+"="+name)
	if f.answer != nil {
		if err := f.answer(name); err != nil {
			return crm.Record{}, err
		}
	}
	if f.stranger {
		return crm.Record{ID: "a stranger"}, nil
	}
	return crm.Record{ID: "record of " + domain, Values: map[string][]crm.Value{"domains": fields[0].Values}}, nil
}

func (f *fakeRecords) FindByKey(_ context.Context, _ string, key crm.Key, _ int) ([]crm.Record, error) {
	var found []crm.Record
	for _, v := range key.Values {
		if id, ok := f.live[v]; ok {
			found = append(found, crm.Record{ID: id, Values: map[string][]crm.Value{"domains": {crm.Domain(v)}}})
		}
	}
	return found, nil
}

func (f *fakeRecords) CreateRecord(context.Context, string, []crm.Field) (crm.Record, error) {
	return crm.Record{}, errors.New("not expected")
}

func (f *fakeRecords) GetRecord(context.Context, string, string) (crm.Record, error) {
	return crm.Record{}, errors.New("not expected")
}

func (f *fakeRecords) PatchRecord(context.Context, string, string, []crm.Field) (crm.Record, error) {
	return crm.Record{}, errors.New("not expected")
}

func (f *fakeRecords) PutRecord(context.Context, string, string, []crm.Field) (crm.Record, error) {
	return crm.Record{}, errors.New("not expected")
}

// fakeJournal keeps entries in memory.
type fakeJournal struct {
	mu      sync.Mutex
	entries map[int64]checkpoint.Entry
	err     error
}

func (j *fakeJournal) Append(_ context.Context, entries []checkpoint.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	for _, e := range entries {
		j.entries[e.Ordinal] = e
	}
	return nil
}

func (j *fakeJournal) After(_ context.Context, ordinal int64, limit int) ([]checkpoint.Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var page []checkpoint.Entry
	for _, e := range j.entries {
		if e.Ordinal > ordinal {
			page = append(page, e)
		}
	}
	slices.SortFunc(page, func(a, b checkpoint.Entry) int { return int(a.Ordinal - b.Ordinal) })
	return page[:min(limit, len(page))], nil
}

func (j *fakeJournal) Forget(context.Context) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.entries)
	return j.err
}

func (j *fakeJournal) Made(context.Context, checkpoint.Made) error { return j.err }

// fault is an API error of a class.
type fault struct {
	class crm.FaultClass
	code  string
}

func (f fault) Error() string              { return "the API says " + f.code }
func (f fault) FaultClass() crm.FaultClass { return f.class }
func (f fault) FaultCode() string          { return f.code }
func (f fault) FaultAttribute() string     { return "name" }

// bench is one import on fakes, of rows of Domains and Name.
type bench struct {
	*importer.Import
	records *fakeRecords
	journal *fakeJournal
	path    string
}

func companies() *crm.Schema {
	return &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{
		{Slug: "domains", Type: crm.TypeDomain, Writable: true, Unique: true, Multi: true},
		{Slug: "name", Type: crm.TypeText, Writable: true},
		{Slug: "size", Type: crm.TypeSelect, Writable: true, Choices: []crm.Choice{{ID: "s", Title: "small"}, {ID: "l", Title: "large"}}},
	}}
}

// newBench makes an import of the given lines; options map spellings of the column Size.
func newBench(t *testing.T, duplicates, options string, lines ...string) *bench {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("Domains,Name,Size\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &bench{records: &fakeRecords{}, journal: &fakeJournal{entries: map[int64]checkpoint.Entry{}}, path: path}
	b.compile(t, duplicates, options)
	return b
}

// compile makes the engine anew, as a later session does, for a job that may have changed.
func (b *bench) compile(t *testing.T, duplicates, options string) {
	t.Helper()
	text := fmt.Sprintf(`
version: 1
import:
  source: {path: rows.csv}
  target: {object: companies, match: domains}
  duplicates: %s
  map:
    domains: {from: Domains, split: ";"}
    name: Name
    size: {from: Size, options: {%s}}
`, duplicates, options)
	job, findings := jobs.Parse("job.yaml", []byte(text), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	source, err := csvfile.Open(storage.File{Path: b.path, Name: "rows.csv"}, csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, findings := mapping.Compile(job, "rows.csv", source.Schema(), companies(), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	fingerprint, err := source.Fingerprint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Import = &importer.Import{
		Plan: plan, Source: source, Schema: companies(), Match: "domains", Duplicates: duplicates, Workers: 4,
		Print: fingerprint, Records: b.records, Journal: b.journal,
	}
}

func (b *bench) run(t *testing.T) (importer.Summary, error) {
	t.Helper()
	s, err := run(t.Context(), t.Context(), b.Import)
	if s.Read != s.Ended()+s.NotReached {
		t.Errorf("%+v does not add up (I1)", s)
	}
	return s, err
}

// lines makes n rows without shared keys.
func lines(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("d%d.com,n%d,small", i, i))
	}
	return list
}

func TestAKeyOfTwoRecordsIsAmbiguous(t *testing.T) {
	b := newBench(t, "reject", "", "a.com; b.com,both,small", "a.com.au; c.com,one,small")
	b.records.live = map[string]string{"a.com": "rec-1", "b.com": "rec-2", "c.com": "rec-3"}
	s, err := b.run(t)
	if err != nil || s.Rejected != 1 || s.Upserted != 1 {
		t.Fatalf("%+v, %v: want one row rejected and one written", s, err)
	}
	f := b.journal.entries[1].Reject.Findings[0]
	if f.Code != "ambiguous-match" || !strings.Contains(f.Problem, "rec-1 and rec-2") || f.Pos.Column != "Domains" || f.Pos.Row != 1 {
		t.Errorf("finding %v: want both records named, at the column", f)
	}
	if !slices.Equal(b.records.asserted, []string{"a.com.au=one"}) {
		t.Errorf("asserted %v: an ambiguous row must not be sent", b.records.asserted)
	}
}

func TestARowThatRunsAgainTakesLaterRowsOfItsKeyAlong(t *testing.T) {
	b := newBench(t, "in_order", `S: small`, "a.com,first,S", "b.com,other,small", "a.com,last,small")
	if s, err := b.run(t); err != nil || s.Upserted != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	b.records.asserted = nil
	b.compile(t, "in_order", `S: large`) // changes row 1 only
	s, err := b.run(t)
	if err != nil || s.Upserted != 3 || s.Resumed != 1 {
		t.Fatalf("%+v, %v: want rows 1 and 3 written again and row 2 left alone", s, err)
	}
	if !slices.Equal(b.records.asserted, []string{"a.com=first", "a.com=last"}) {
		t.Errorf("asserted %v: the last row of a key must win (I3)", b.records.asserted)
	}
}

func TestARowThatStaysOpenHoldsBackLaterRowsOfItsKey(t *testing.T) {
	b := newBench(t, "in_order", "", "a.com,first,", "b.com,other,", "a.com,last,")
	b.records.answer = func(name string) error {
		if name == "first" {
			return fault{crm.FaultTransient, "timeout"}
		}
		return nil
	}
	s, err := b.run(t)
	var stopped *importer.StoppedError
	if !errors.As(err, &stopped) || stopped.Reason != importer.Unavailable || s.Upserted != 1 || s.NotReached != 2 {
		t.Fatalf("%+v, %v: want row 1 open, row 3 held back behind it", s, err)
	}
	if slices.Contains(b.records.asserted, "a.com=last") {
		t.Error("row 3 overtook row 1 (I3)")
	}
	b.records.answer = nil
	if s, err := b.run(t); err != nil || s.Upserted != 3 || s.Resumed != 1 {
		t.Errorf("resumed: %+v, %v", s, err)
	}
}

// TestASuccessThatIsNot is a reply of success about another record than the row's.
func TestASuccessThatIsNot(t *testing.T) {
	b := newBench(t, "reject", "", "a.com,one,small", "b.com,two,small")
	b.records.stranger = true
	b.records.live = map[string]string{"b.com": "a stranger"} // written in another way, but found by the key
	s, err := b.run(t)
	if err != nil || s.Upserted != 1 || s.Rejected != 1 {
		t.Fatalf("%+v, %v: want the row of a.com rejected (I8)", s, err)
	}
	if f := b.journal.entries[1].Reject.Findings[0]; f.Code != "not-confirmed" {
		t.Errorf("finding %v", f)
	}
}

func TestRowFaultsRejectTheRowAlone(t *testing.T) {
	b := newBench(t, "reject", "", lines(5)...)
	b.records.answer = func(name string) error {
		if name == "n2" {
			return fault{crm.FaultRow, "value_not_found"}
		}
		return nil
	}
	s, err := b.run(t)
	if err != nil || s.Upserted != 4 || s.Rejected != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	want := diag.Pos{File: "rows.csv", Line: 4, Row: 3, Column: "Name"}
	if f := b.journal.entries[3].Reject.Findings[0]; f.Code != "api-value-not-found" || f.Pos != want {
		t.Errorf("finding %+v, want api-value-not-found at %+v", f, want)
	}
	b.records.asserted = nil
	if s, err := b.run(t); err != nil || s.Rejected != 1 || s.Resumed != 5 || len(b.records.asserted) != 0 {
		t.Errorf("again: %+v, %v, asserted %v: what is done is not sent again", s, err, b.records.asserted)
	}
}

func TestBreakers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(name string) error
		reason importer.Reason
		atMost int // requests sent, with four workers
	}{
		{"a dead token", func(string) error { return fault{crm.FaultAuth, "unauthorized"} }, importer.Unauthorized, 4},
		{"a job that the API refuses", func(string) error { return fault{crm.FaultJob, "quota_exceeded"} }, importer.JobRefused, 4},
		{"an API that is away", func(string) error { return fault{crm.FaultTransient, "timeout"} }, importer.Unavailable, 24},
		{"rejects with one code", func(string) error { return fault{crm.FaultRow, "missing_value"} }, importer.RejectsInARow, 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, "reject", "", lines(100)...)
			b.records.answer = c.answer
			s, err := b.run(t)
			var stopped *importer.StoppedError
			if !errors.As(err, &stopped) || stopped.Reason != c.reason {
				t.Fatalf("%v, want it stopped for %s", err, c.reason)
			}
			if sent := len(b.records.asserted); sent > c.atMost {
				t.Errorf("%d requests were sent, want at most %d", sent, c.atMost)
			}
			b.records.answer = nil
			s2, err := b.run(t)
			if err != nil || s2.Ended() != 100 || s2.Rejected != s.Rejected {
				t.Errorf("resumed: %+v, %v: want the other rows written", s2, err)
			}
		})
	}
}

func TestMisfortunesThatAreNotInARowDoNotStopTheRun(t *testing.T) {
	b := newBench(t, "reject", "", lines(200)...)
	b.Workers = 1
	n := 0
	b.records.answer = func(string) error {
		n++
		switch {
		case n%20 == 0:
			return nil
		case n%20 < 10:
			return fault{crm.FaultRow, "value_not_found"}
		default:
			return fault{crm.FaultRow, "missing_value"}
		}
	}
	if s, err := b.run(t); err != nil || s.Rejected != 190 || s.Upserted != 10 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAJournalThatCannotBeWrittenStopsTheRun(t *testing.T) {
	b := newBench(t, "reject", "", lines(50)...)
	b.journal.err = errors.New("disk full")
	s, err := b.run(t)
	var stopped *importer.StoppedError
	if !errors.As(err, &stopped) || stopped.Reason != importer.JournalFailed {
		t.Fatalf("%v, want it stopped", err)
	}
	if s.Ended() != 0 || s.NotReached != 50 {
		t.Errorf("%+v: rows were counted that are not on disk (I2)", s)
	}
}

func TestASourceThatChangesUnderTheRun(t *testing.T) {
	b := newBench(t, "reject", "", lines(3)...)
	b.records.answer = func(name string) error {
		if name != "n0" {
			return nil
		}
		f, err := os.OpenFile(b.path, os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.WriteString("late.com,late,small\n")
		return errors.Join(err, f.Close())
	}
	if s, err := b.run(t); !errors.Is(err, importer.ErrSourceChanged) {
		t.Errorf("%+v, %v: want the change noticed (I8)", s, err)
	}
}

func TestAnUnknownErrorEndsTheRun(t *testing.T) {
	b := newBench(t, "reject", "", lines(50)...)
	broken := errors.New("broken")
	b.records.answer = func(string) error { return broken }
	if s, err := b.run(t); !errors.Is(err, broken) || s.Ended() != 0 {
		t.Errorf("%+v, %v: want the error, and no row done", s, err)
	}
}

func TestASecondInterruptStopsAtOnce(t *testing.T) {
	b := newBench(t, "reject", "", lines(50)...)
	work, kill := context.WithCancel(t.Context())
	b.records.answer = func(string) error {
		kill()
		return work.Err()
	}
	s, err := run(work, work, b.Import)
	if !errors.Is(err, importer.ErrInterrupted) || s.Ended() != 0 || s.NotReached != 50 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestCheckReportsEverything(t *testing.T) {
	b := newBench(t, "reject", "", "a.com,n0,huge", ",n1,small", "b.com,n2,small", "c.com;b.com,n3,small", "d.com,n4", "c.com,n5,small")
	var got []string
	checked, err := checkAlone(t.Context(), b.Import, func(list diag.List) {
		for _, f := range list {
			got = append(got, fmt.Sprintf("%d %s", f.Pos.Row, f.Code))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1 unknown-option", "2 missing-key", "5 ragged-row", "3 duplicate-key", "4 duplicate-key", "6 duplicate-key"}
	if !slices.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
	if checked.Rows != 6 || checked.Rejected != 6 {
		t.Errorf("%d rows, %d rejected", checked.Rows, checked.Rejected)
	}
	if len(b.records.asserted) > 0 {
		t.Error("Check wrote")
	}
}

func TestRejectLayout(t *testing.T) {
	reject := checkpoint.Reject{
		Ordinal: 7, Findings: diag.List{
			{Code: "bad-date", Pos: diag.Pos{Column: "Founded"}, Problem: "no date", Got: "x", Hint: "set a format"},
			{Code: "bad-date", Pos: diag.Pos{Column: "Closed"}, Problem: "no date", Got: "y", Hint: "set a format"},
		},
		Cells: []string{"3", "old code", "old column", "old error", "old hint", "Acme", "x", "surplus"},
	}
	l := importer.NewRejectLayout([]string{"_row", "_code", "_column", "_error", "_hint", "Name", "Founded"}, false)
	if got, want := l.Columns(), []string{"_row", "_code", "_column", "_error", "_hint", "Name", "Founded"}; !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
	want := []string{"7", "bad-date | bad-date", "Founded | Closed", `no date: got "x" | no date: got "y"`, "set a format", "Acme", "x", "surplus"}
	if got := l.Row(reject); !slices.Equal(got, want) {
		t.Errorf("row %q, want %q", got, want)
	}
	reject.Cells = reject.Cells[:2] // a rejects file with a row cut short
	if got := l.Row(reject); len(got) != 5 {
		t.Errorf("row %q, want the reasons alone", got)
	}
	if got := importer.Reserved([]string{"_row", "Name", "_code"}); got != "_row" {
		t.Errorf("reserved %q, want _row", got)
	}
	if got := importer.Reserved(l.Columns()); got != "" {
		t.Errorf("reserved %q in a rejects file", got)
	}
}

// TestARowThatRanAgainTakesLaterRowsAlongAfterAKill: when the session that writes an older row again dies before it comes to the newer one,
// the next session must not take the newer one for done (I3).
func TestARowThatRanAgainTakesLaterRowsAlongAfterAKill(t *testing.T) {
	b := newBench(t, "in_order", `S: small`, "a.com,first,S", "b.com,other,small", "a.com,last,small")
	if s, err := b.run(t); err != nil || s.Upserted != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	b.compile(t, "in_order", `S: large`) // changes row 1 only
	b.records.answer = func(name string) error {
		if name == "last" {
			return fault{crm.FaultAuth, "unauthorized"}
		}
		return nil
	}
	if s, err := b.run(t); err == nil {
		t.Fatalf("%+v: want the session to end before the last row", s)
	}
	b.records.answer, b.records.asserted = nil, nil
	b.compile(t, "in_order", `S: large`)
	s, err := b.run(t)
	if err != nil || s.Upserted != 3 || !slices.Equal(b.records.asserted, []string{"a.com=last"}) {
		t.Errorf("%+v, %v, asserted %v: want the last row written after the first, and nothing else", s, err, b.records.asserted)
	}
}

// TestRowsThatThereAreNoMore: what was journaled of rows beyond the end of the source, as the job reads it now, is taken back.
func TestRowsThatThereAreNoMore(t *testing.T) {
	b := newBench(t, "reject", "", "a.com,one,small", "bad,two,small", "c.com,three,small", "bad,four,small")
	if s, err := b.run(t); err != nil || s.Upserted != 2 || s.Rejected != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := os.WriteFile(b.path, []byte("Domains,Name,Size\na.com,one,small\nbad,two,small\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.compile(t, "reject", "")
	for range 2 {
		s, err := b.run(t)
		if err != nil || s.Read != 2 || s.Resumed != 2 || s.Upserted != 1 || s.Rejected != 1 {
			t.Fatalf("%+v, %v", s, err)
		}
		for ordinal, e := range b.journal.entries {
			if gone := ordinal > 2; gone != (e.Outcome == checkpoint.NoRow) || (gone && e.Reject != nil) {
				t.Errorf("row %d: %+v", ordinal, e)
			}
		}
	}
}
