package importer_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/pace"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/sandbox"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
)

// seeds is how many random worlds the property test goes through.
const seeds = 240

// TestEveryRowOnceAndRight imports random files into a sandbox under faults, killing and interrupting the importer again and again and
// resuming it, until it says that it is done. Then the workspace must hold exactly what a plain model of the job says, and the
// summary, the journal and the rejects must agree with it (I1, I2, I3, I8).
func TestEveryRowOnceAndRight(t *testing.T) {
	inWorlds(t, seeds, newWorld)
}

// inWorlds lives through as many worlds, each in a bubble in which time passes at once.
func inWorlds[W interface{ live() }](t *testing.T, seeds uint64, open func(t *testing.T, seed uint64) W) {
	t.Helper()
	if testing.Short() {
		seeds = max(1, seeds/6) // for the race detector, which makes each world many times slower
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { open(t, seed).live() })
		})
	}
}

// world is one random file, one sandbox, and what should come of them.
type world struct {
	t      *testing.T
	rng    *rand.Rand
	dir    string
	job    string // jobText, or another with a place for mode and order
	mode   string // of the job
	order  string // the job's duplicates policy
	diff   string // how rows are compared with live values
	rows   [][]string
	server *sandbox.Server
	net    *sandbox.Transport
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := openWorld(t, seed)
	w.order = []string{jobs.DuplicatesReject, jobs.DuplicatesInOrder}[w.rng.IntN(2)]
	w.diff = []string{jobs.DiffOff, jobs.DiffAuto, jobs.DiffScan, jobs.DiffKeys}[w.rng.IntN(4)]
	w.makeRows()
	return w
}

// openWorld makes a world with a sandbox in it and nothing to import.
func openWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{t: t, job: jobText, mode: jobs.ModeUpsert, rng: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir()}
	server, err := sandbox.Open(t.Context(), sandbox.Options{Rate: sandbox.Rate{PerSecond: 10, PerMinute: 600}, Faults: w.makeFaults()})
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	w.addReference("companies", "partner", "companies")
	w.addReference("companies", "contact", "people")
	w.net = &sandbox.Transport{Handler: server, Delay: delays(seed)}
	return w
}

// addReference gives an object an attribute that refers to records of another.
func (w *world) addReference(object, slug, to string) {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/v2/objects/"+object+"/attributes", strings.NewReader(fmt.Sprintf(
		`{"data":{"title":%q,"description":null,"api_slug":%q,"type":"record-reference","is_required":false,"is_unique":false,
			"is_multiselect":false,"config":{"record_reference":{"allowed_objects":[%q]}}}}`, slug, slug, to)))
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 64))
	reply := httptest.NewRecorder()
	w.server.ServeHTTP(reply, req)
	if reply.Code != http.StatusOK {
		w.t.Fatal(reply.Body)
	}
}

// delays makes every request slow in its own way, so that replies overtake each other.
func delays(seed uint64) func(*http.Request) (out, process, back time.Duration) {
	var n atomic.Uint64
	return func(*http.Request) (out, process, back time.Duration) {
		rng := rand.New(rand.NewPCG(seed, n.Add(1)))
		ms := func(most int64) time.Duration { return time.Duration(rng.Int64N(most)) * time.Millisecond }
		return ms(5), ms(700), ms(5)
	}
}

// makeRows draws a file whose rows share keys often, directly and by way of others, and are bad now and then.
func (w *world) makeRows() {
	pool := 4 + w.rng.IntN(30)
	for i := range 3 + w.rng.IntN(30) {
		var keys []string
		for range 1 + w.rng.IntN(10)/8 {
			keys = append(keys, fmt.Sprintf("https://D%d.example.com/x", w.rng.IntN(pool)))
		}
		row := []string{strings.Join(keys, "; "), fmt.Sprintf("name %d", i), fmt.Sprintf("about %d", i), "1-10", "", ""}
		if w.rng.IntN(2) == 0 {
			row[5] = fmt.Sprintf("c%d@example.com", w.rng.IntN(8))
		}
		if w.rng.IntN(2) == 0 {
			row[4] = fmt.Sprintf("d%d.example.com", w.rng.IntN(pool))
		}
		switch w.rng.IntN(12) {
		case 0:
			row[0] = ""
		case 1:
			row[2] = "" // blank: leaves what is there
		case 2:
			row[3] = "a great many" // no such option
		case 3:
			row = row[:3] // ragged
		case 4:
			row[3] = ""
		}
		w.rows = append(w.rows, row)
	}
}

// makeFaults lets some requests fail, in every way.
func (w *world) makeFaults() []sandbox.Fault {
	var faults []sandbox.Fault
	kinds := []sandbox.FaultKind{
		sandbox.FaultTooMany, sandbox.FaultServer, sandbox.FaultDropBefore, sandbox.FaultDropAfter, sandbox.FaultTruncate, sandbox.FaultHang,
	}
	for _, kind := range kinds {
		if w.rng.IntN(2) == 0 {
			faults = append(faults, sandbox.Fault{Kind: kind, Probability: 0.08, Seed: w.rng.Uint64(), Path: "/v2/objects/*/records*"})
		}
	}
	return faults
}

const jobText = `
version: 1
name: property
import:
  source: {path: rows.csv}
  target: {object: companies, match: domains, mode: %s}
  duplicates: %s
  map:
    domains: {from: Domains, split: ";"}
    name: Name
    description: About
    employee_range: Size
    partner: {from: Partner, match: domains, missing: defer}
    contact: {from: Contact, match: email_addresses, missing: create}
`

// live runs sessions until one is complete, then checks everything.
func (w *world) live() {
	w.writeFile("rows.csv", []string{"Domains", "Name", "About", "Size", "Partner", "Contact"}, w.rows)
	last := w.untilComplete(func(intake, work context.Context, d *death) ([]importer.Result, error) {
		w.edit(context.WithoutCancel(intake)) // whoever does that knows nothing of sessions
		im, end := w.engine(work, intake, d)
		defer end()
		return runSteps(intake, work, importer.Steps{{Import: im}})
	})
	w.check(last[0])
	if err := w.server.Close(); err != nil {
		w.t.Error(err)
	}
}

// untilComplete runs sessions until one is complete, and gives its summaries.
func (w *world) untilComplete(session func(intake, work context.Context, d *death) ([]importer.Result, error)) []importer.Summary {
	for number := range 60 {
		results, err := w.session(number, session)
		var summaries []importer.Summary
		var held error
		for _, r := range results {
			if s := r.Summary; s.Read != s.Ended()+s.NotReached {
				w.t.Fatalf("session %d: %+v does not add up (I1)", number, s)
			}
			if _, is := errors.AsType[*importer.HeldError](r.Err); is {
				held = r.Err
			} else if err == nil {
				err = r.Err
			}
			summaries = append(summaries, r.Summary)
		}
		// A request that a dead process has left on the wire lands before the next session begins.
		w.net.Wait()
		if err == nil && held != nil {
			w.t.Fatalf("session %d: %v, and nothing is wrong with any other", number, held)
		}
		if err == nil {
			return summaries
		}
		if !errors.Is(err, errDead) && !errors.Is(err, importer.ErrInterrupted) && !stoppedItself(err) {
			w.t.Fatalf("session %d: %v", number, err)
		}
	}
	w.t.Fatal("not complete after 60 sessions")
	return nil
}

// stoppedItself tells a session that gave up on the API: while writing, or while looking references up.
func stoppedItself(err error) bool {
	if stopped, ok := errors.AsType[*importer.StoppedError](err); ok {
		return stopped.Reason == importer.Unavailable
	}
	fault, ok := errors.AsType[crm.Fault](err)
	return ok && fault.FaultClass() == crm.FaultTransient
}

func (w *world) writeFile(name string, header []string, rows [][]string) {
	var b strings.Builder
	out := csv.NewWriter(&b)
	if err := out.WriteAll(append([][]string{header}, rows...)); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(b.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// session is the life of one process: it opens everything anew, and ends by finishing, by an interrupt or by being killed.
func (w *world) session(
	number int, do func(intake, work context.Context, d *death) ([]importer.Result, error),
) ([]importer.Result, error) {
	intake, interrupt := context.WithCancel(w.t.Context())
	defer interrupt()
	work, kill := context.WithCancel(w.t.Context())
	defer kill()
	death := &death{kill: func() { interrupt(); kill() }}

	fateful := time.Duration(w.rng.Int64N(6000)) * time.Millisecond
	switch fate := w.rng.IntN(6); {
	case number > 20 || fate == 0: // undisturbed
	case fate == 1:
		defer time.AfterFunc(fateful, interrupt).Stop()
	case fate == 2:
		defer time.AfterFunc(fateful, death.die).Stop()
	default:
		death.arm(fate-2, 1+w.rng.IntN(25))
	}
	results, err := do(intake, work, death)
	if death.dead.Load() {
		err = errDead
	}
	return results, err
}

// run imports by a job of one import.
func run(intake, work context.Context, im *importer.Import) (importer.Summary, error) {
	results, err := runSteps(intake, work, importer.Steps{{Import: im}})
	if err != nil {
		return importer.Summary{}, err
	}
	return results[0].Summary, results[0].Err
}

// checkAlone is pass 1 of a job of one import.
func checkAlone(ctx context.Context, im *importer.Import, report func(diag.List)) (*importer.Checked, error) {
	checked, err := importer.Steps{{Import: im}}.Check(ctx, func(_ int, found diag.List) {
		if report != nil {
			report(found)
		}
	})
	if err != nil {
		return nil, err
	}
	return checked[0], nil
}

func runSteps(intake, work context.Context, steps importer.Steps) ([]importer.Result, error) {
	checked, err := steps.Check(intake, nil)
	if err != nil {
		if intake.Err() != nil {
			err = importer.ErrInterrupted
		}
		return nil, err
	}
	return steps.Write(intake, work, checked, nil), nil
}

// engine wires the real parts together: job file, CSV source, mapping, client, limiter, run store.
func (w *world) engine(work, intake context.Context, d *death) (*importer.Import, func()) {
	ctx := context.WithoutCancel(work) // a process that dies this early has done nothing
	job, findings := jobs.Parse(filepath.Join(w.dir, "job.yaml"), fmt.Appendf(nil, w.job, w.mode, w.order), func(string) (string, bool) { return "", false })
	if len(findings) > 0 {
		w.t.Fatal(findings)
	}
	source, err := csvfile.Open(storage.Local(job.Import.Source.Paths[0].Location.Path()), csvfile.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	schema, err := w.client(pace.New(pace.Options{Base: w.net})).Schema(ctx, crm.Target{Object: job.Import.Target.Object.Value}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	people, err := w.client(pace.New(pace.Options{Base: w.net})).Schema(ctx, crm.Target{Object: "people"}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	others := map[string]*crm.Schema{"companies": schema, "people": people}
	plan, findings := mapping.Compile(job, source.Name(), source.Schema(), schema, others)
	if len(findings) > 0 {
		w.t.Fatal(findings)
	}
	fingerprint, err := source.Fingerprint(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	store, journal := w.store(ctx, fingerprint)
	client := w.limited(intake)
	im := &importer.Import{
		Plan: plan, Source: source, Schema: schema, Others: others, Match: job.Import.Target.Match.Value, Mode: w.mode, Duplicates: w.order,
		Workers: 1 + w.rng.IntN(16), Print: fingerprint,
		Records: mortalRecords{client, d}, Journal: mortalJournal{journal, d},
		Diff: w.diff, Scanner: client, Live: store.LiveValues("property", ""),
	}
	return im, func() {
		if err := errors.Join(store.Close(), source.Close()); err != nil {
			w.t.Error(err)
		}
	}
}

// limited is a client as the program has it: it keeps to the limits and repeats.
func (w *world) limited(intake context.Context) *attio.Client {
	return w.client(pace.New(pace.Options{Base: w.net, Stop: intake.Done(), AttemptTimeout: 5 * time.Second, MaxAttempts: 3}))
}

func (w *world) client(transport http.RoundTripper) *attio.Client {
	client, err := attio.New(attio.Options{BaseURL: "http://127.0.0.1", Token: strings.Repeat("t", 64), Transport: transport})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func (w *world) store(ctx context.Context, fingerprint tabular.Fingerprint) (*checkpoint.Store, *checkpoint.Journal) {
	store, run := w.open(ctx, checkpoint.Run{Job: "property", Workspace: "w", Steps: []checkpoint.Step{{Source: "rows.csv", Print: fingerprint, Target: "companies"}}})
	return store, store.Journal(run.Steps[0])
}

// open opens the run store, and the run that the first session began.
func (w *world) open(ctx context.Context, want checkpoint.Run) (*checkpoint.Store, checkpoint.Run) {
	store, err := checkpoint.Open(ctx, filepath.Join(w.dir, "state"))
	if err != nil {
		w.t.Fatal(err)
	}
	run, goesOn, err := store.Unfinished(ctx, want)
	if err == nil && !goesOn {
		run, err = store.Begin(ctx, want)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return store, run
}

var errDead = errors.New("killed")

// death ends a session as SIGKILL ends a process: from that moment on nothing is sent and nothing is written.
type death struct {
	kill func()
	dead atomic.Bool
	mu   sync.Mutex
	at   int // 1: before a request, 2: after a reply, 3: before or after the journal is written
	left int
}

// arm lets the process die the n-th time that the moment comes.
func (d *death) arm(at, n int) { d.at, d.left = at, n }

func (d *death) reach(at int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at != d.at {
		return
	}
	if d.left--; d.left == 0 {
		d.die()
	}
}

func (d *death) die() {
	d.dead.Store(true)
	d.kill()
}

type mortalRecords struct {
	importer.Records
	death *death
}

func (m mortalRecords) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	m.death.reach(1)
	if m.death.dead.Load() {
		return crm.Record{}, errDead
	}
	record, err := m.Records.AssertRecord(ctx, object, match, fields)
	m.death.reach(2)
	if m.death.dead.Load() {
		return crm.Record{}, errDead
	}
	return record, err
}

func (m mortalRecords) CreateRecord(ctx context.Context, object string, fields []crm.Field) (crm.Record, error) {
	m.death.reach(1)
	if m.death.dead.Load() {
		return crm.Record{}, errDead
	}
	record, err := m.Records.CreateRecord(ctx, object, fields)
	m.death.reach(2)
	if m.death.dead.Load() {
		return crm.Record{}, errDead
	}
	return record, err
}

type mortalJournal struct {
	importer.Journal
	death *death
}

func (m mortalJournal) Append(ctx context.Context, entries []checkpoint.Entry) error {
	m.death.reach(3)
	if m.death.dead.Load() {
		return errDead
	}
	err := m.Journal.Append(ctx, entries)
	m.death.reach(3)
	return err
}

// modelRecord is a company as the model has it.
type modelRecord struct {
	domains           map[string]bool
	name, about, size string
	partner           *modelRecord
	contact           string
}

// model works out, row by row and without any concurrency, what must be in the workspace in the end and which rows are rejected.
func (w *world) model() (records []*modelRecord, contacts map[string]bool, rejected map[int64]bool) {
	rejected, contacts = map[int64]bool{}, map[string]bool{}
	checked := map[int64]bool{} // rows that the checks reject: contacts are made for all others, also those that the workspace turns out to refuse
	written := map[int64]*modelRecord{}
	groups := w.groups()
	for i, row := range w.rows {
		ordinal := int64(i + 1)
		keys := domainsOf(row)
		bad := len(row) < 6 || len(keys) == 0 || row[3] == "a great many"
		group := groups[ordinal]
		behind := slices.ContainsFunc(group, func(other int64) bool { return other < ordinal && rejected[other] })
		behindChecked := slices.ContainsFunc(group, func(other int64) bool { return other < ordinal && checked[other] })
		checked[ordinal] = bad || behindChecked || (len(group) > 1 && w.order == jobs.DuplicatesReject)
		if !checked[ordinal] && row[5] != "" {
			contacts[row[5]] = true
		}
		if checked[ordinal] || behind {
			rejected[ordinal] = true
			continue
		}
		hit := holders(records, keys)
		switch len(hit) {
		case 0:
			hit = []*modelRecord{{domains: map[string]bool{}}}
			records = append(records, hit[0])
		case 1:
		default: // the values of the key belong to different records
			rejected[ordinal] = true
			continue
		}
		for _, k := range keys {
			hit[0].domains[k] = true
		}
		hit[0].name = cmp.Or(row[1], hit[0].name)
		hit[0].about = cmp.Or(row[2], hit[0].about)
		hit[0].size = cmp.Or(row[3], hit[0].size)
		hit[0].contact = cmp.Or(row[5], hit[0].contact)
		written[ordinal] = hit[0]
	}
	// Partners are set once all rows are written; a row whose partner is nowhere is rejected then.
	for _, ordinal := range slices.Sorted(maps.Keys(written)) {
		switch partner := w.rows[ordinal-1][4]; {
		case partner == "":
		case len(holders(records, []string{partner})) == 0:
			rejected[ordinal] = true
		default:
			written[ordinal].partner = holders(records, []string{partner})[0]
		}
	}
	return records, contacts, rejected
}

// key is a record's domains.
func (m *modelRecord) key() string {
	if m == nil {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(m.domains)), " ")
}

func holders(records []*modelRecord, keys []string) (hit []*modelRecord) {
	for _, r := range records {
		if slices.ContainsFunc(keys, func(k string) bool { return r.domains[k] }) {
			hit = append(hit, r)
		}
	}
	return hit
}

// groups are, for each row, the rows that a chain of shared key values connects it with, itself included. A row that cannot be read
// has no key.
func (w *world) groups() map[int64][]int64 {
	groups := map[int64][]int64{}
	for i := range w.rows {
		reached, queue := map[int64]bool{int64(i + 1): true}, []int64{int64(i + 1)}
		for ; len(queue) > 0; queue = queue[1:] {
			for j := range w.rows {
				if other := int64(j + 1); !reached[other] && w.share(queue[0], other) {
					reached[other] = true
					queue = append(queue, other)
				}
			}
		}
		groups[int64(i+1)] = slices.Collect(maps.Keys(reached))
	}
	return groups
}

func (w *world) share(a, b int64) bool {
	x, y := w.rows[a-1], w.rows[b-1]
	return len(x) == 6 && len(y) == 6 && slices.ContainsFunc(domainsOf(x), func(d string) bool { return slices.Contains(domainsOf(y), d) })
}

func domainsOf(row []string) []string {
	var domains []string
	for part := range strings.SplitSeq(row[0], ";") {
		part = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(part), "https://"), "/x")
		if part != "" && !slices.Contains(domains, strings.ToLower(part)) {
			domains = append(domains, strings.ToLower(part))
		}
	}
	return domains
}

// check compares the workspace, the summary and the journal with the model.
func (w *world) check(s importer.Summary) {
	records, contacts, rejected := w.model()
	want := map[string]string{}
	for _, r := range records {
		want[r.key()] = fmt.Sprintf("%s|%s|%s|%s|%s", r.name, r.about, r.size, r.partner.key(), r.contact)
	}
	people, n := w.stored("people", nil)
	if n != len(contacts) {
		w.t.Errorf("people %v, want %v", slices.Sorted(maps.Keys(people)), slices.Sorted(maps.Keys(contacts)))
	}
	got, n := w.stored("companies", []string{"name", "description", "employee_range", "partner", "contact"})
	if n != len(want) {
		w.t.Errorf("%d records, want %d", n, len(want))
	}
	for key, value := range want {
		if got[key] != value && !edited(got[key], value) {
			w.t.Errorf("%s: record %q, want %q", key, got[key], value)
		}
	}
	wantSummary := importer.Summary{Read: int64(len(w.rows)), Rejected: int64(len(rejected)), Upserted: int64(len(w.rows) - len(rejected)), Resumed: s.Resumed}
	if w.diff != jobs.DiffOff {
		s = w.checkCompared(s, len(want))
	}
	if s != wantSummary {
		w.t.Errorf("summary %+v, want %+v", s, wantSummary)
	}
	if journaled := w.journaledRejects(""); !maps.Equal(journaled, rejected) {
		w.t.Errorf("rejects of rows %v, want %v", slices.Sorted(maps.Keys(journaled)), slices.Sorted(maps.Keys(rejected)))
	}
	if w.t.Failed() {
		w.t.Logf("duplicates: %s\n%q", w.order, w.rows)
	}
}

const anEdit = "somebody wrote this"

// edit lets somebody change a description in the workspace.
func (w *world) edit(ctx context.Context) {
	if w.rng.IntN(2) == 0 {
		return
	}
	var ids []string
	for r, err := range w.client(pace.New(pace.Options{Base: w.net})).QueryRecords(ctx, crm.Target{Object: "companies"}, crm.Query{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		return
	}
	fields := []crm.Field{{Attribute: "description", Values: []crm.Value{crm.Text(anEdit)}}}
	if _, err := w.client(pace.New(pace.Options{Base: w.net})).PutRecord(ctx, "companies", ids[w.rng.IntN(len(ids))], fields); err != nil {
		w.t.Fatal(err)
	}
}

// edited reports whether a record is as it should be but for what somebody wrote after its rows were done.
func edited(got, want string) bool {
	g, w := strings.Split(got, "|"), strings.Split(want, "|")
	return len(g) == len(w) && len(g) > 1 && g[1] == anEdit && slices.Equal(slices.Delete(g, 1, 2), slices.Delete(w, 1, 2))
}

// checkCompared holds what rows ended as that were compared with live values, and gives the summary as if they had not been. Every record
// was made by one row, and the run store knows that; only rows that share their key may end without a word on what they did.
func (w *world) checkCompared(s importer.Summary, records int) importer.Summary {
	if w.order == jobs.DuplicatesReject && s.Upserted > 0 {
		w.t.Errorf("%d rows were written, and whether that changed anything is not known", s.Upserted)
	}
	created := 0
	for _, e := range w.entries() {
		if e.Previous != nil && e.Previous.Created {
			created++
		}
		if e.Outcome == checkpoint.Sent {
			w.t.Errorf("row %d was sent and has no end", e.Ordinal)
		}
	}
	if created != records {
		w.t.Errorf("the run store knows of %d records that were created, want %d", created, records)
	}
	s.Upserted += s.Created + s.Updated + s.Unchanged
	s.Created, s.Updated, s.Unchanged = 0, 0, 0
	return s
}

// entries is the journal of a run of one step.
func (w *world) entries() (entries []checkpoint.Entry) {
	w.t.Helper()
	w.journaled("", func(j *checkpoint.Journal) {
		var err error
		if entries, err = j.After(w.t.Context(), 0, 1000); err != nil {
			w.t.Fatal(err)
		}
	})
	return entries
}

// journaled opens the journal of a step of the only run.
func (w *world) journaled(name string, look func(*checkpoint.Journal)) {
	w.t.Helper()
	store, err := checkpoint.Open(w.t.Context(), filepath.Join(w.dir, "state"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	runs, err := store.Runs(w.t.Context())
	if err != nil || len(runs) != 1 {
		w.t.Fatalf("%d runs, %v: all sessions must continue one run", len(runs), err)
	}
	step, ok := runs[0].Step(name)
	if !ok {
		w.t.Fatalf("the run has no step %q", name)
	}
	look(store.Journal(step))
}

// stored reads what the workspace holds of an object: for each record, by the values of its key, those of other attributes.
func (w *world) stored(object string, attributes []string) (map[string]string, int) {
	w.t.Helper()
	keys, records := map[string]string{}, map[string][]crm.Record{}
	for of, match := range map[string]string{"companies": "domains", "people": "email_addresses"} {
		for r, err := range w.client(pace.New(pace.Options{Base: w.net})).QueryRecords(w.t.Context(), crm.Target{Object: of}, crm.Query{}) {
			if err != nil {
				w.t.Fatal(err)
			}
			var values []string
			for _, v := range r.Values[match] {
				values = append(values, fmt.Sprint(v))
			}
			slices.Sort(values)
			keys[r.ID] = strings.Join(values, " ")
			records[of] = append(records[of], r)
		}
	}
	got := map[string]string{}
	for _, r := range records[object] {
		parts := make([]string, len(attributes))
		for i, slug := range attributes {
			if len(r.Values[slug]) > 0 {
				parts[i] = plainValue(r.Values[slug][0], keys)
			}
		}
		got[keys[r.ID]] = strings.Join(parts, "|")
	}
	return got, len(records[object])
}

// plainValue is a value as the model has it; keys are those of records by id.
func plainValue(v crm.Value, keys map[string]string) string {
	switch v := v.(type) {
	case crm.Select:
		return v.Title
	case crm.RecordReference:
		return keys[v.ID]
	default:
		return fmt.Sprint(v)
	}
}

// journaledRejects is the rejected rows of a step.
func (w *world) journaledRejects(name string) map[int64]bool {
	w.t.Helper()
	got := map[int64]bool{}
	w.journaled(name, func(j *checkpoint.Journal) {
		for r, err := range j.Rejects(w.t.Context()) {
			if err != nil {
				w.t.Fatal(err)
			}
			got[r.Ordinal] = true
		}
	})
	return got
}
