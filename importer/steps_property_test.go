package importer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/pace"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular/csvfile"
)

// migrationSeeds is how many random migrations the property test goes through.
const migrationSeeds = 120

// TestEveryRowOfEveryStepOnceAndRight is TestEveryRowOnceAndRight for a job of two steps that refer to each other, back and forth and
// within themselves: companies, then people who need them.
func TestEveryRowOfEveryStepOnceAndRight(t *testing.T) {
	inWorlds(t, migrationSeeds, newMigration)
}

// migration is two random files, one sandbox, and what should come of them.
type migration struct {
	*world
	missing   string     // what the people's file does about companies that there are not
	companies [][]string // Domains, Name, Size, Parent, Owner, Agent
	people    [][]string // Email, Title, Company, Boss, Mentor
	there     []string   // companies that the workspace holds before
	sampled   bool       // sessions begin with a sample, after which some go on and some do not
}

const migrationText = `
version: 1
name: migration
steps:
  - name: people
    needs: [companies]
    import:
      source: {path: people.csv}
      target: {object: people, match: email_addresses}
      map:
        email_addresses: Email
        job_title: Title
        company: {from: Company, match: domains, missing: %s}
        boss: {from: Boss, match: email_addresses, missing: defer}
        mentor: {from: Mentor, match: email_addresses, missing: create}
  - name: companies
    import:
      source: {path: companies.csv}
      target: {object: companies, match: domains}
      map:
        domains: {from: Domains, split: ";"}
        name: Name
        employee_range: Size
        parent: {from: Parent, match: domains, missing: defer}
        owner: {from: Owner, match: email_addresses, missing: defer}
        agent: {from: Agent, match: email_addresses, missing: create}
`

func newMigration(t *testing.T, seed uint64) *migration {
	t.Helper()
	m := &migration{world: openWorld(t, seed)}
	m.missing = []string{jobs.MissingReject, jobs.MissingSkip, jobs.MissingCreate, jobs.MissingDefer}[m.rng.IntN(4)]
	m.addReference("companies", "parent", "companies")
	m.addReference("companies", "owner", "people")
	m.addReference("companies", "agent", "people")
	m.addReference("people", "boss", "people")
	m.addReference("people", "mentor", "people")
	m.makeFiles()
	return m
}

// record writes a company past the importer, and past the faults that are meant for it.
func (m *migration) record(domain string) {
	m.t.Helper()
	client := m.client(pace.New(pace.Options{Base: m.net}))
	if _, err := client.AssertRecord(m.t.Context(), "companies", "domains", []crm.Field{
		{Attribute: "domains", Values: []crm.Value{crm.Domain(domain)}},
	}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *migration) makeFiles() {
	nCompanies, nPeople := 2+m.rng.IntN(14), 2+m.rng.IntN(14)
	domain := func() string { return fmt.Sprintf("d%d.example.com", m.rng.IntN(nCompanies+2)) }
	email := func() string { return fmt.Sprintf("p%d@example.com", m.rng.IntN(nPeople+2)) }
	maybe := func(s string) string { return []string{s, ""}[m.rng.IntN(2)] }
	for i := range nCompanies {
		row := []string{fmt.Sprintf("d%d.example.com", i), fmt.Sprintf("name %d", i), "1-10", maybe(domain()), maybe(email()), maybe(email())}
		switch m.rng.IntN(8) {
		case 0:
			row[2] = "a great many" // refused by the checks
		case 1:
			// Refused by the workspace: nobody can know before that what refers to it refers to nothing.
			for range 2 {
				m.there = append(m.there, fmt.Sprintf("x%d.example.com", len(m.there)))
				m.record(m.there[len(m.there)-1])
			}
			row[0] = strings.Join(slices.Concat(m.there[len(m.there)-2:], row[:1]), ";")
		}
		m.companies = append(m.companies, row)
	}
	for i := range nPeople {
		row := []string{fmt.Sprintf("p%d@example.com", i), fmt.Sprintf("title %d", i), maybe(domain()), maybe(email()), maybe(fmt.Sprintf("q%d@example.com", m.rng.IntN(4)))}
		if m.rng.IntN(8) == 0 {
			row[0] = "nobody"
		}
		m.people = append(m.people, row)
	}
}

func (m *migration) writeFiles() {
	m.writeFile("companies.csv", []string{"Domains", "Name", "Size", "Parent", "Owner", "Agent"}, m.companies)
	m.writeFile("people.csv", []string{"Email", "Title", "Company", "Boss", "Mentor"}, m.people)
}

func (m *migration) live() {
	m.writeFiles()
	last := m.untilComplete(func(intake, work context.Context, d *death) ([]importer.Result, error) {
		steps, end := m.engines(work, intake, d)
		defer end()
		if m.sampled {
			return m.runSampled(intake, work, steps)
		}
		return runSteps(intake, work, steps)
	})
	m.check(last)
	if err := m.server.Close(); err != nil {
		m.t.Error(err)
	}
}

// engines wires the real parts together for all steps of the job, on one run.
func (m *migration) engines(work, intake context.Context, d *death) (importer.Steps, func()) {
	ctx := context.WithoutCancel(work) // a process that dies this early has done nothing
	job, findings := jobs.Parse(filepath.Join(m.dir, "job.yaml"), fmt.Appendf(nil, migrationText, m.missing), nil)
	if len(findings) > 0 {
		m.t.Fatal(findings)
	}
	limited := m.limited(intake)
	schemas := map[string]*crm.Schema{}
	for _, object := range []string{"companies", "people"} {
		var err error
		if schemas[object], err = m.client(pace.New(pace.Options{Base: m.net})).Schema(ctx, crm.Target{Object: object}, nil); err != nil {
			m.t.Fatal(err)
		}
	}
	want := checkpoint.Run{Job: job.Name, Workspace: "w"}
	var steps importer.Steps
	for i, s := range job.Steps {
		source, err := csvfile.Open(storage.Local(s.Import.Source.Paths[0].Location.Path()), csvfile.Options{})
		if err != nil {
			m.t.Fatal(err)
		}
		schema := schemas[s.Import.Target.Object.Value]
		plan, findings := mapping.Compile(job.Of(s), source.Name(), source.Schema(), schema, schemas)
		if len(findings) > 0 {
			m.t.Fatal(findings)
		}
		fingerprint, err := source.Fingerprint(ctx)
		if err != nil {
			m.t.Fatal(err)
		}
		want.Steps = append(want.Steps, checkpoint.Step{Name: s.Name.Value, Source: source.Name(), Print: fingerprint, Target: s.Import.Target.Object.Value})
		step := importer.Step{Name: s.Name.Value, Import: &importer.Import{
			Plan: plan, Source: source, Schema: schema, Others: schemas, Match: s.Import.Target.Match.Value, Duplicates: s.Import.Duplicates,
			Workers: 1 + m.rng.IntN(16), Print: fingerprint, Records: mortalRecords{limited, d},
		}}
		if len(s.Needs) > 0 {
			step.Needs = []int{i - 1}
		}
		steps = append(steps, step)
	}
	store, run := m.open(ctx, want)
	for i := range steps {
		steps[i].Journal = mortalJournal{store.Journal(run.Steps[i]), d}
	}
	return steps, func() {
		err := store.Close()
		for _, s := range steps {
			err = errors.Join(err, s.Source.Close())
		}
		if err != nil {
			m.t.Error(err)
		}
	}
}

// account is what should become of a step's rows.
type account struct{ rejected map[int64]bool }

// model works out, without any concurrency, what must be in the workspace in the end and which rows are rejected.
func (m *migration) model() (companies, people map[string][]string, ofCompanies, ofPeople account) {
	companies, people = map[string][]string{}, map[string][]string{} // key -> name, size, parent, owner, agent; title, company, boss, mentor
	ofCompanies, ofPeople = account{map[int64]bool{}}, account{map[int64]bool{}}
	for _, domain := range m.there {
		companies[domain] = make([]string, 5)
	}
	for i, row := range m.companies {
		refused, bad := len(domainsOf(row)) > 1, row[2] == "a great many"
		if row[5] != "" && !bad {
			people[row[5]] = make([]string, 4)
		}
		if bad || refused {
			ofCompanies.rejected[int64(i+1)] = true
			continue
		}
		companies[row[0]] = []string{row[1], row[2], "", "", row[5]}
	}
	for i, row := range m.people {
		_, found := companies[row[2]]
		bad := row[0] == "nobody" || (row[2] != "" && !found && m.missing == jobs.MissingReject)
		if bad {
			ofPeople.rejected[int64(i+1)] = true
			continue
		}
		company := row[2]
		switch {
		case company == "" || found:
		case m.missing == jobs.MissingCreate:
			companies[company] = make([]string, 5)
		default:
			company = ""
			ofPeople.rejected[int64(i+1)] = m.missing == jobs.MissingDefer
		}
		people[row[0]] = []string{row[1], company, "", row[4]}
		if row[4] != "" {
			people[row[4]] = make([]string, 4)
		}
	}
	// What waited is set once all rows of both files are written; a row of which something is nowhere is rejected then.
	set := func(a account, ordinal int64, record []string, at int, key string, among map[string][]string) {
		if _, ok := among[key]; ok {
			record[at] = key
		} else if key != "" {
			a.rejected[ordinal] = true
		}
	}
	for i, row := range m.companies {
		if ordinal := int64(i + 1); !ofCompanies.rejected[ordinal] {
			set(ofCompanies, ordinal, companies[row[0]], 2, row[3], companies)
			set(ofCompanies, ordinal, companies[row[0]], 3, row[4], people)
		}
	}
	for i, row := range m.people {
		if record := people[row[0]]; record != nil && record[0] == row[1] {
			set(ofPeople, int64(i+1), record, 2, row[3], people)
		}
	}
	maps.DeleteFunc(ofPeople.rejected, func(_ int64, is bool) bool { return !is })
	return companies, people, ofCompanies, ofPeople
}

// check compares the workspace, the summaries and the journal with the model.
func (m *migration) check(last []importer.Summary) {
	companies, people, ofCompanies, ofPeople := m.model()
	m.compare("companies", companies, []string{"name", "employee_range", "parent", "owner", "agent"})
	m.compare("people", people, []string{"job_title", "company", "boss", "mentor"})
	for i, step := range []struct {
		name string
		rows int
		account
	}{{"companies", len(m.companies), ofCompanies}, {"people", len(m.people), ofPeople}} {
		want := importer.Summary{
			Read: int64(step.rows), Rejected: int64(len(step.rejected)), Upserted: int64(step.rows - len(step.rejected)), Resumed: last[i].Resumed,
		}
		if last[i] != want {
			m.t.Errorf("%s: summary %+v, want %+v", step.name, last[i], want)
		}
		if journaled := m.journaledRejects(step.name); !maps.Equal(journaled, step.rejected) {
			m.t.Errorf("%s: rejects of rows %v, want %v", step.name, slices.Sorted(maps.Keys(journaled)), slices.Sorted(maps.Keys(step.rejected)))
		}
	}
	if m.t.Failed() {
		m.t.Logf("missing: %s\ncompanies %q\npeople %q", m.missing, m.companies, m.people)
	}
}

func (m *migration) compare(object string, want map[string][]string, attributes []string) {
	m.t.Helper()
	got, n := m.stored(object, attributes)
	if n != len(want) {
		m.t.Errorf("%d records of %s, want %d", n, object, len(want))
	}
	for key, values := range want {
		if all := strings.Join(values, "|"); got[key] != all {
			m.t.Errorf("%s %s: %q, want %q", object, key, got[key], all)
		}
	}
}
