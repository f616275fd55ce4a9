package importer_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/pace"
	"attio-etl/jobs"
	"attio-etl/sandbox"
)

// undoSeeds is how many random imports are undone, of one step and of two.
const undoSeeds = 20

// teamSeeds is how many imports are undone that take people from teams.
const teamSeeds = 12

// TestUndoLeavesWhatWasThere imports random files into a workspace that holds random records, and undoes that, both under faults and killed again and
// again: then the workspace holds what it held before.
func TestUndoLeavesWhatWasThere(t *testing.T) {
	t.Run("one step", func(t *testing.T) {
		inWorlds(t, undoSeeds, func(t *testing.T, seed uint64) undoneWorld {
			t.Helper()
			w := newWorld(t, seed)
			w.job = undoText
			w.diff = []string{jobs.DiffAuto, jobs.DiffScan, jobs.DiffKeys}[w.rng.IntN(3)]
			w.writeFile("rows.csv", []string{"Domains", "Name", "About", "Size", "Partner", "Contact"}, w.rows)
			return undoneWorld{w, undoneWorld{world: w}.seedRecords, false, func(work, intake context.Context, d *death) (importer.Steps, func()) {
				im, end := w.engine(work, intake, d)
				return importer.Steps{{Import: im}}, end
			}}
		})
	})
	t.Run("two steps", func(t *testing.T) {
		inWorlds(t, undoSeeds, func(t *testing.T, seed uint64) undoneWorld {
			t.Helper()
			m := newMigration(t, seed)
			m.writeFiles()
			return undoneWorld{m.world, undoneWorld{world: m.world}.seedRecords, false, func(work, intake context.Context, d *death) (importer.Steps, func()) {
				steps, end := m.engines(work, intake, d)
				store := m.openStore(work)
				for _, s := range steps {
					s.Diff, s.Scanner, s.Live = jobs.DiffAuto, m.limited(intake), store.LiveValues("migration", s.Name)
				}
				return steps, func() {
					end()
					m.closeStore(store)
				}
			}}
		})
	})
	t.Run("teams", func(t *testing.T) {
		inWorlds(t, teamSeeds, func(t *testing.T, seed uint64) undoneWorld {
			t.Helper()
			w := openWorld(t, seed)
			w.job, w.order, w.diff = teamText, jobs.DuplicatesReject, jobs.DiffKeys
			for i := range 2 + w.rng.IntN(6) {
				w.rows = append(w.rows, []string{fmt.Sprintf("d%d.example.com", i), fmt.Sprintf("p%d@example.com;p%d@example.com", 2*i, 2*i+1)})
			}
			w.writeFile("rows.csv", []string{"Domains", "Team"}, w.rows)
			return undoneWorld{w, func() { w.seedTeams() }, true, func(work, intake context.Context, d *death) (importer.Steps, func()) {
				im, end := w.engine(work, intake, d)
				return importer.Steps{{Import: im}}, end
			}}
		})
	})
}

const teamText = `
version: 1
name: property
import:
  source: {path: rows.csv}
  target: {object: companies, match: domains, mode: %s}
  duplicates: %s
  map:
    domains: Domains
    team: {from: Team, split: ";", match: email_addresses, missing: create}
`

// seedTeams lets some of the people whom the file names be in the teams of companies that it does not name, and some of the companies be there.
func (w *world) seedTeams() {
	client := w.client(pace.New(pace.Options{Base: w.net}))
	put := func(object, match string, fields ...crm.Field) crm.Value {
		record, err := client.AssertRecord(w.t.Context(), object, match, fields)
		if err != nil {
			w.t.Fatal(err)
		}
		return crm.RecordReference{Object: object, ID: record.ID}
	}
	for i := range w.rows {
		company := func(format string, team ...crm.Value) {
			domain := crm.Domain(fmt.Sprintf(format, i))
			put("companies", "domains", crm.Field{Attribute: "domains", Values: []crm.Value{domain}}, crm.Field{Attribute: "team", Values: team})
		}
		person := func(format string) crm.Value {
			return put("people", "email_addresses", crm.Field{Attribute: "email_addresses", Values: []crm.Value{crm.EmailAddress(fmt.Sprintf(format, i))}})
		}
		if w.rng.IntN(3) > 0 {
			company("other%d.example.com", person("p%d@example.com"))
		}
		switch w.rng.IntN(3) {
		case 0:
			company("d%d.example.com", person("own%d@example.com"))
		case 1:
			company("d%d.example.com")
		}
	}
}

const undoText = `
version: 1
name: property
import:
  source: {path: rows.csv}
  target: {object: companies, match: domains, mode: %s}
  duplicates: %s
  map:
    domains: {from: Domains, split: ";"}
    name: {from: Name, write: if_empty}
    description: {from: About, blank: clear}
    employee_range: Size
    partner: {from: Partner, match: domains, missing: defer}
    contact: {from: Contact, match: email_addresses, missing: create}
`

// undoneWorld is a world of which the import is undone.
type undoneWorld struct {
	*world
	seed    func()
	lists   bool // a session that was cut off may make undo keep, and list, what nobody has changed; never keep silent
	engines func(work, intake context.Context, d *death) (importer.Steps, func())
}

func (w undoneWorld) live() {
	w.seed()
	before := w.state()
	w.untilComplete(func(intake, work context.Context, d *death) ([]importer.Result, error) {
		steps, end := w.engines(work, intake, d)
		defer end()
		for _, s := range steps {
			s.Records = mortalWrites{s.Records, d}
		}
		return runSteps(intake, work, steps)
	})
	last := w.untilComplete(w.undo)[0]
	if w.lists && last.Rejected > 0 {
		if err := w.server.Close(); err != nil {
			w.t.Error(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(w.state(), "\n")); diff != "" {
		w.t.Errorf("%+v, state (-before +after undoing):\n%s", last, diff)
	}
	if err := w.server.Close(); err != nil {
		w.t.Error(err)
	}
}

// undo is one session of undoing.
func (w undoneWorld) undo(intake, work context.Context, d *death) ([]importer.Result, error) {
	store := w.openStore(work)
	defer w.closeStore(store)
	ctx := context.WithoutCancel(work)
	runs, err := store.Runs(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	of := runs[len(runs)-1]
	undo, goesOn, err := store.UnfinishedUndo(ctx, of)
	if err == nil && !goesOn {
		undo, err = store.BeginUndo(ctx, of)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := store.UndoList(ctx, undo)
	if err != nil {
		w.t.Fatal(err)
	}
	counts, err := list.Counts(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	things := map[crm.Target]importer.Things{}
	for _, object := range []string{"companies", "people"} {
		target := crm.Target{Object: object}
		schema, err := w.client(pace.New(pace.Options{Base: w.net})).Schema(ctx, target, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		things[target] = &importer.RecordThings{Records: mortalUndo{w.limited(intake), d}, Of: schema}
	}
	engine := importer.Undo{
		List: list, Total: counts.Created + counts.Changed, Things: things, Ends: mortalUndo{w.limited(intake), d}, Workers: 1 + w.rng.IntN(16), Journal: mortalJournal{store.Journal(undo.Steps[0]), d},
	}
	engine.Show = func(done importer.Undone) {
		if len(done.Findings) > 0 && !w.lists {
			w.t.Errorf("nobody has changed anything: %v", done.Findings)
		}
	}
	s, err := engine.Run(intake, work)
	return []importer.Result{{Summary: s, Err: err}}, nil
}

// openStore opens the run store a second time, as another process would.
func (w *world) openStore(ctx context.Context) *checkpoint.Store {
	store, err := checkpoint.Open(context.WithoutCancel(ctx), w.dir+"/state")
	if err != nil {
		w.t.Fatal(err)
	}
	return store
}

func (w *world) closeStore(store *checkpoint.Store) {
	if err := store.Close(); err != nil {
		w.t.Error(err)
	}
}

// seedRecords writes some of the records that the file's rows mean, with values of their own.
func (w undoneWorld) seedRecords() {
	client := w.client(pace.New(pace.Options{Base: w.net}))
	put := func(object, match string, fields ...crm.Field) string {
		record, err := client.AssertRecord(w.t.Context(), object, match, fields)
		if err != nil {
			w.t.Fatal(err)
		}
		return record.ID
	}
	field := func(slug string, values ...crm.Value) crm.Field { return crm.Field{Attribute: slug, Values: values} }
	var companies, people []string
	for i := range w.rng.IntN(8) {
		people = append(people, put("people", "email_addresses", field("email_addresses", crm.EmailAddress(fmt.Sprintf("p%d@example.com", i))), field("job_title", crm.Text("old"))))
	}
	for i := range 2 + w.rng.IntN(10) {
		fields := []crm.Field{field("domains", crm.Domain(fmt.Sprintf("d%d.example.com", i)), crm.Domain(fmt.Sprintf("old%d.example.com", i)))}
		if w.rng.IntN(2) == 0 {
			fields = append(fields, field("name", crm.Text(fmt.Sprintf("old %d", i))), field("description", crm.Text("old")))
		}
		if len(companies) > 0 && w.rng.IntN(2) == 0 {
			fields = append(fields, field("partner", crm.RecordReference{Object: "companies", ID: companies[w.rng.IntN(len(companies))]}))
		}
		if len(people) > 0 && w.rng.IntN(2) == 0 {
			fields = append(fields, field("contact", crm.RecordReference{Object: "people", ID: people[w.rng.IntN(len(people))]}))
		}
		companies = append(companies, put("companies", "domains", fields...))
	}
}

// state is what the workspace holds, without ids, times and history.
func (w undoneWorld) state() string {
	var b bytes.Buffer
	if err := w.server.ExportState(w.t.Context(), &b, sandbox.ExportOptions{Comparable: true}); err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

// mortalWrites dies around writes by id too.
type mortalWrites struct {
	importer.Records
	death *death
}

func (m mortalWrites) PatchRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	return dyingAround(m.death, func() (crm.Record, error) { return m.Records.PatchRecord(ctx, object, id, fields) })
}

func (m mortalWrites) PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	return dyingAround(m.death, func() (crm.Record, error) { return m.Records.PutRecord(ctx, object, id, fields) })
}

// mortalUndo dies around what undoing writes.
type mortalUndo struct {
	importer.RecordUndoer
	death *death
}

func (m mortalUndo) PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	return dyingAround(m.death, func() (crm.Record, error) { return m.RecordUndoer.PutRecord(ctx, object, id, fields) })
}

func (m mortalUndo) DeleteRecord(ctx context.Context, object, id string) error {
	_, err := dyingAround(m.death, func() (crm.Record, error) { return crm.Record{}, m.RecordUndoer.DeleteRecord(ctx, object, id) })
	return err
}

// dyingAround does something unless the process is dead; one that dies right after knows nothing of the reply.
func dyingAround(d *death, do func() (crm.Record, error)) (crm.Record, error) {
	d.reach(1)
	if d.dead.Load() {
		return crm.Record{}, errDead
	}
	record, err := do()
	d.reach(2)
	if d.dead.Load() {
		return crm.Record{}, errDead
	}
	return record, err
}
