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
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newWorld(t, seed).live() })
		})
	}
}

// world is one random file, one sandbox, and what should come of them.
type world struct {
	t      *testing.T
	rng    *rand.Rand
	dir    string
	order  string // the job's duplicates policy
	rows   [][]string
	server *sandbox.Server
	net    *sandbox.Transport
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir()}
	w.order = []string{jobs.DuplicatesReject, jobs.DuplicatesInOrder}[w.rng.IntN(2)]
	w.makeRows()
	server, err := sandbox.Open(t.Context(), sandbox.Options{Rate: sandbox.Rate{PerSecond: 10, PerMinute: 600}, Faults: w.makeFaults()})
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	w.addPartner()
	w.net = &sandbox.Transport{Handler: server, Delay: delays(seed)}
	return w
}

// addPartner gives companies an attribute that refers to companies.
func (w *world) addPartner() {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/v2/objects/companies/attributes", strings.NewReader(
		`{"data":{"title":"Partner","description":null,"api_slug":"partner","type":"record-reference","is_required":false,"is_unique":false,
			"is_multiselect":false,"config":{"record_reference":{"allowed_objects":["companies"]}}}}`))
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
		row := []string{strings.Join(keys, "; "), fmt.Sprintf("name %d", i), fmt.Sprintf("about %d", i), "1-10", ""}
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
			faults = append(faults, sandbox.Fault{Kind: kind, Probability: 0.08, Seed: w.rng.Uint64(), Path: "/v2/objects/companies/records*"})
		}
	}
	return faults
}

const jobText = `
version: 1
name: property
import:
  source: {path: rows.csv}
  target: {object: companies, match: domains}
  duplicates: %s
  map:
    domains: {from: Domains, split: ";"}
    name: Name
    description: About
    employee_range: Size
    partner: {from: Partner, match: domains, missing: defer}
`

// live runs sessions until one is complete, then checks everything.
func (w *world) live() {
	w.writeFile()
	var last importer.Summary
	for session := 0; ; session++ {
		if session == 60 {
			w.t.Fatal("not complete after 60 sessions")
		}
		s, err := w.session(session)
		if s.Read != s.Ended()+s.NotReached {
			w.t.Fatalf("session %d: %+v does not add up (I1)", session, s)
		}
		// A request that a dead process has left on the wire lands before the next session begins.
		w.net.Wait()
		if err == nil {
			last = s
			break
		}
		if !errors.Is(err, errDead) && !errors.Is(err, importer.ErrInterrupted) && !stoppedItself(err) {
			w.t.Fatalf("session %d: %v", session, err)
		}
	}
	w.check(last)
	if err := w.server.Close(); err != nil {
		w.t.Error(err)
	}
}

// stoppedItself tells a session that gave up on the API: while writing, or while looking references up.
func stoppedItself(err error) bool {
	if stopped, ok := errors.AsType[*importer.StoppedError](err); ok {
		return stopped.Reason == importer.Unavailable
	}
	fault, ok := errors.AsType[crm.Fault](err)
	return ok && fault.FaultClass() == crm.FaultTransient
}

func (w *world) writeFile() {
	var b strings.Builder
	out := csv.NewWriter(&b)
	if err := out.WriteAll(append([][]string{{"Domains", "Name", "About", "Size", "Partner"}}, w.rows...)); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "rows.csv"), []byte(b.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// session is the life of one process: it opens everything anew, and ends by finishing, by an interrupt or by being killed.
func (w *world) session(number int) (importer.Summary, error) {
	ctx := w.t.Context()
	intake, interrupt := context.WithCancel(ctx)
	defer interrupt()
	work, kill := context.WithCancel(ctx)
	defer kill()
	death := &death{kill: func() { interrupt(); kill() }}
	im, end := w.engine(ctx, intake, death)
	defer end()

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
	s, err := run(intake, work, im)
	if death.dead.Load() {
		err = errDead
	}
	return s, err
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
func (w *world) engine(ctx, intake context.Context, d *death) (*importer.Import, func()) {
	job, findings := jobs.Parse(filepath.Join(w.dir, "job.yaml"), fmt.Appendf(nil, jobText, w.order), func(string) (string, bool) { return "", false })
	if len(findings) > 0 {
		w.t.Fatal(findings)
	}
	source, err := csvfile.Open(storage.Local(job.Import.Source.ResolvedPath), csvfile.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	schema, err := w.client(pace.New(pace.Options{Base: w.net})).Schema(ctx, crm.Target{Object: "companies"}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	others := map[string]*crm.Schema{"companies": schema}
	plan, findings := mapping.Compile(job, source.Name(), source.Schema(), schema, others)
	if len(findings) > 0 {
		w.t.Fatal(findings)
	}
	fingerprint, err := source.Fingerprint(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	store, journal := w.store(ctx, fingerprint)
	limited := pace.New(pace.Options{Base: w.net, Stop: intake.Done(), AttemptTimeout: 5 * time.Second, MaxAttempts: 3})
	im := &importer.Import{
		Plan: plan, Source: source, Schema: schema, Others: others, Match: "domains", Duplicates: w.order,
		Workers: 1 + w.rng.IntN(16), Print: fingerprint,
		Records: mortalRecords{w.client(limited), d}, Journal: mortalJournal{journal, d},
	}
	return im, func() {
		if err := errors.Join(store.Close(), source.Close()); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) client(transport http.RoundTripper) *attio.Client {
	client, err := attio.New(attio.Options{BaseURL: "http://127.0.0.1", Token: strings.Repeat("t", 64), Transport: transport})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func (w *world) store(ctx context.Context, fingerprint tabular.Fingerprint) (*checkpoint.Store, *checkpoint.Journal) {
	store, err := checkpoint.Open(ctx, filepath.Join(w.dir, "state"))
	if err != nil {
		w.t.Fatal(err)
	}
	want := checkpoint.Run{Job: "property", Workspace: "w", Steps: []checkpoint.Step{{Source: "rows.csv", Print: fingerprint}}}
	run, goesOn, err := store.Unfinished(ctx, want)
	if err == nil && !goesOn {
		run, err = store.Begin(ctx, want)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return store, store.Journal(run.Steps[0])
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
}

// model works out, row by row and without any concurrency, what must be in the workspace in the end and which rows are rejected.
func (w *world) model() (records []*modelRecord, rejected map[int64]bool) {
	rejected = map[int64]bool{}
	written := map[int64]*modelRecord{}
	groups := w.groups()
	for i, row := range w.rows {
		ordinal := int64(i + 1)
		keys := domainsOf(row)
		bad := len(row) < 5 || len(keys) == 0 || row[3] == "a great many"
		group := groups[ordinal]
		behind := slices.ContainsFunc(group, func(other int64) bool { return other < ordinal && rejected[other] })
		if bad || behind || (len(group) > 1 && w.order == jobs.DuplicatesReject) {
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
	return records, rejected
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
	return len(x) == 5 && len(y) == 5 && slices.ContainsFunc(domainsOf(x), func(d string) bool { return slices.Contains(domainsOf(y), d) })
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
	records, rejected := w.model()
	want := map[string]string{}
	for _, r := range records {
		want[r.key()] = fmt.Sprintf("%s|%s|%s|%s", r.name, r.about, r.size, r.partner.key())
	}
	got, n := w.stored()
	if n != len(want) {
		w.t.Errorf("%d records, want %d", n, len(want))
	}
	for key, value := range want {
		if got[key] != value {
			w.t.Errorf("%s: record %q, want %q", key, got[key], value)
		}
	}
	wantSummary := importer.Summary{Read: int64(len(w.rows)), Rejected: int64(len(rejected)), Upserted: int64(len(w.rows) - len(rejected)), Resumed: s.Resumed}
	if s != wantSummary {
		w.t.Errorf("summary %+v, want %+v", s, wantSummary)
	}
	if journaled := w.journaledRejects(); !maps.Equal(journaled, rejected) {
		w.t.Errorf("rejects of rows %v, want %v", slices.Sorted(maps.Keys(journaled)), slices.Sorted(maps.Keys(rejected)))
	}
	if w.t.Failed() {
		w.t.Logf("duplicates: %s\n%q", w.order, w.rows)
	}
}

// stored reads what the workspace holds: each record's domains, and its values.
func (w *world) stored() (map[string]string, int) {
	keys, records := map[string]string{}, []crm.Record{}
	for r, err := range w.client(pace.New(pace.Options{Base: w.net})).QueryRecords(w.t.Context(), crm.Target{Object: "companies"}, crm.Query{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		var domains []string
		for _, v := range r.Values["domains"] {
			domains = append(domains, fmt.Sprint(v))
		}
		slices.Sort(domains)
		keys[r.ID] = strings.Join(domains, " ")
		records = append(records, r)
	}
	got := map[string]string{}
	for _, r := range records {
		var parts []string
		for _, slug := range []string{"name", "description", "employee_range", "partner"} {
			part := ""
			if len(r.Values[slug]) > 0 {
				part = plainValue(r.Values[slug][0], keys)
			}
			parts = append(parts, part)
		}
		got[keys[r.ID]] = strings.Join(parts, "|")
	}
	return got, len(records)
}

// plainValue is a value as the model has it; keys are the domains of records by id.
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

func (w *world) journaledRejects() map[int64]bool {
	store, err := checkpoint.Open(w.t.Context(), filepath.Join(w.dir, "state"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	runs, err := store.Runs(w.t.Context())
	if err != nil || len(runs) != 1 {
		w.t.Fatalf("%d runs, %v: all sessions must continue one run", len(runs), err)
	}
	got := map[int64]bool{}
	for r, err := range store.Journal(runs[0].Steps[0]).Rejects(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		got[r.Ordinal] = true
	}
	return got
}
