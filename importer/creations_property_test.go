package importer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/pace"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/sandbox"
	"attio-etl/tabular/csvfile"
)

// creationSeeds is how many random worlds of entries, notes and tasks the property test goes through.
const creationSeeds = 50

// TestEveryCreationOnceAndRight is TestEveryRowOnceAndRight for what has no key: entries of which a record may have several, notes and tasks,
// beside entries of which it has one. Rows are often alike, and like what was there before. Nothing is doubled and nothing is missing,
// and importing the same once more writes nothing (I4).
func TestEveryCreationOnceAndRight(t *testing.T) {
	inWorlds(t, creationSeeds, newCreations)
}

const creationsText = `
version: 1
name: creations
steps:
  - name: sales
    import:
      source: {path: sales.csv}
      target: {list: sales, parent: {object: companies, match: domains, from: Domain}, mode: create}
      map: {remark: Text, amount: Number}
  - name: notes
    import:
      source: {path: notes.csv}
      target: {note: {object: companies, match: domains, from: Domain}}
      map: {title: {value: Imported}, content: Text, format: Format, created_at: {from: Day, format: YYYY-MM-DD}}
  - name: tasks
    import:
      source: {path: tasks.csv}
      target: {task: {}}
      map: {content: Text, deadline_at: {from: Day, format: YYYY-MM-DD}, linked_records: {from: Domain, object: companies, match: domains}}
  - name: pipeline
    import:
      source: {path: pipeline.csv}
      target: {list: pipeline, parent: {object: companies, match: domains, from: Domain}}
      map: {remark: Text}
`

// thing is an entry, a note or a task, as both the files and the workspace have it.
type thing struct {
	id, parent, text, extra string
	marked                  string // of a note: its content with marks
}

// satisfies reports whether a thing is all that a row wants.
func (g thing) satisfies(want thing) bool {
	text := g.text
	if want.marked != "" {
		text = g.marked
		want.text = want.marked
	}
	return g.parent == want.parent && (want.text == "" || text == want.text) && (want.extra == "" || g.extra == want.extra)
}

// creationWorld is a file for each kind, one sandbox, and what was in it before.
type creationWorld struct {
	*world
	parents map[string]string // domain -> id
	wants   map[string][]thing
	before  map[string][]thing
}

func newCreations(t *testing.T, seed uint64) *creationWorld {
	t.Helper()
	c := &creationWorld{
		world:   &world{t: t, rng: rand.New(rand.NewPCG(seed, 7)), dir: t.TempDir()},
		parents: map[string]string{}, wants: map[string][]thing{}, before: map[string][]thing{},
	}
	c.diff = []string{jobs.DiffAuto, jobs.DiffScan, jobs.DiffKeys}[c.rng.IntN(3)]
	var faults []sandbox.Fault
	for _, kind := range []sandbox.FaultKind{
		sandbox.FaultTooMany, sandbox.FaultServer, sandbox.FaultDropBefore, sandbox.FaultDropAfter, sandbox.FaultTruncate, sandbox.FaultHang,
	} {
		for _, path := range []string{"/v2/lists/*/entries*", "/v2/notes", "/v2/tasks"} {
			if c.rng.IntN(2) == 0 || kind == sandbox.FaultDropAfter {
				faults = append(faults, sandbox.Fault{Kind: kind, Probability: 0.08, Seed: c.rng.Uint64(), Path: path})
			}
		}
	}
	server, err := sandbox.Open(t.Context(), sandbox.Options{Rate: sandbox.Rate{PerSecond: 10, PerMinute: 600}, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	c.server = server
	c.net = &sandbox.Transport{Handler: server, Delay: delays(seed)}
	c.furnish()
	return c
}

// post writes past the importer.
func (c *creationWorld) post(path, body string) {
	req := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 64))
	reply := httptest.NewRecorder()
	c.server.ServeHTTP(reply, req)
	if reply.Code != http.StatusOK {
		c.t.Fatal(reply.Body)
	}
}

// furnish makes the lists, the companies, some things that are there before, and the files.
func (c *creationWorld) furnish() {
	for _, list := range []string{"sales", "pipeline"} {
		c.post("/v2/lists", fmt.Sprintf(`{"data":{"name":%q,"api_slug":%q,"parent_object":"companies","workspace_access":"full-access","workspace_member_access":[]}}`, list, list))
		for slug, typ := range map[string]string{"remark": "text", "amount": "number"} {
			c.post("/v2/lists/"+list+"/attributes", fmt.Sprintf(
				`{"data":{"title":%q,"description":null,"api_slug":%q,"type":%q,"is_required":false,"is_unique":false,"is_multiselect":false,"config":{}}}`, slug, slug, typ))
		}
	}
	client := c.client(pace.New(pace.Options{Base: c.net}))
	for i := range 1 + c.rng.IntN(4) {
		domain := fmt.Sprintf("d%d.example.com", i)
		record, err := client.AssertRecord(c.t.Context(), "companies", "domains", []crm.Field{{Attribute: "domains", Values: []crm.Value{crm.Domain(domain)}}})
		if err != nil {
			c.t.Fatal(err)
		}
		c.parents[domain] = record.ID
	}
	for _, kind := range []string{"sales", "notes", "tasks", "pipeline"} {
		c.makeFile(kind)
	}
	for range c.rng.IntN(6) {
		kind := []string{"sales", "notes", "tasks"}[c.rng.IntN(3)]
		if wants := c.wants[kind]; len(wants) > 0 {
			c.put(kind, wants[c.rng.IntN(len(wants))])
		}
	}
	for _, kind := range []string{"sales", "notes", "tasks"} {
		c.before[kind] = c.things(kind)
	}
}

// put writes a thing that a row may take for its own. Whether it comes to be does not matter.
func (c *creationWorld) put(kind string, g thing) {
	ctx, client := c.t.Context(), c.client(pace.New(pace.Options{Base: c.net, AttemptTimeout: 5 * time.Second, MaxAttempts: 1}))
	parent := crm.RecordLink{Object: "companies", RecordID: g.parent}
	switch kind {
	case "sales":
		var fields []crm.Field
		if g.text != "" {
			fields = []crm.Field{{Attribute: "remark", Values: []crm.Value{crm.Text(g.text)}}}
		}
		if g.extra != "" {
			fields = append(fields, crm.Field{Attribute: "amount", Values: []crm.Value{crm.Number(g.extra[0] - '0')}})
		}
		_, _ = client.CreateEntry(ctx, "sales", parent, fields)
	case "notes":
		_, _ = client.CreateNote(ctx, crm.Note{Parent: parent, Title: "Imported", Text: g.text + " \n"})
	case "tasks":
		task := crm.Task{Content: g.text}
		if g.parent != "" {
			task.Linked = []crm.RecordLink{parent}
		}
		_, _ = client.CreateTask(ctx, task)
	}
	c.net.Wait()
}

// makeFile draws rows that are often alike; a row whose record there is not is rejected.
func (c *creationWorld) makeFile(kind string) {
	header, rows := []string{"Domain", "Text", "Format", "Day", "Number"}, [][]string{}
	texts := []string{"Call back", "Call\r\nback", "**Call back**", "Wrote"}
	for i := range 1 + c.rng.IntN(14) {
		domain := fmt.Sprintf("d%d.example.com", c.rng.IntN(len(c.parents)))
		row := []string{domain, texts[c.rng.IntN(len(texts))], "", "", ""}
		want := thing{parent: c.parents[domain]}
		if c.rng.IntN(2) == 0 {
			row[3], row[4] = fmt.Sprintf("2021-03-%02d", 1+c.rng.IntN(2)), fmt.Sprint(1+c.rng.IntN(2))
		}
		switch kind {
		case "sales":
			if c.rng.IntN(4) == 0 {
				row[1] = ""
			}
			want.extra = row[4]
		case "notes":
			want.extra = row[3]
			if row[2] = []string{"", "plaintext", "markdown"}[c.rng.IntN(3)]; row[2] == "markdown" {
				want.marked = strings.ReplaceAll(row[1], "\r\n", "\n")
			}
		case "tasks":
			want.extra = row[3]
			if c.rng.IntN(3) == 0 {
				row[0], want.parent = "", ""
			}
		case "pipeline":
			row[0], row[1], row[3], row[4] = fmt.Sprintf("d%d.example.com", i), fmt.Sprintf("Stage %d", c.rng.IntN(3)), "", ""
			want.parent = c.parents[row[0]]
		}
		if want.text = row[1]; kind == "notes" || kind == "tasks" {
			want.text = strings.ReplaceAll(row[1], "\r\n", "\n")
		}
		if c.rng.IntN(8) == 0 || (kind == "pipeline" && want.parent == "") {
			row[0] = "nowhere.example.com"
		} else {
			c.wants[kind] = append(c.wants[kind], want)
		}
		rows = append(rows, row)
	}
	c.writeFile(kind+".csv", header, rows)
}

// things is what the workspace holds of a kind.
func (c *creationWorld) things(kind string) (all []thing) {
	ctx, client := c.t.Context(), c.client(pace.New(pace.Options{Base: c.net, MaxAttempts: 20}))
	text := func(values []crm.Value) string {
		if len(values) == 0 {
			return ""
		}
		return fmt.Sprint(values[0])
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.DateOnly)
	}
	add := func(g thing, err error) {
		if err != nil {
			c.t.Fatal(err)
		}
		g.text, g.marked = strings.TrimSpace(g.text), strings.TrimSpace(g.marked)
		all = append(all, g)
	}
	switch kind {
	case "notes":
		for n, err := range client.Notes(ctx, crm.RecordLink{}) {
			add(thing{id: n.ID, parent: n.Parent.RecordID, text: even(n.Text), marked: even(n.Markdown), extra: day(n.CreatedAt)}, err)
		}
	case "tasks":
		for n, err := range client.Tasks(ctx, crm.TaskQuery{}) {
			g := thing{id: n.ID, text: even(n.Content), extra: day(n.Deadline)}
			if len(n.Linked) > 0 {
				g.parent = n.Linked[0].RecordID
			}
			add(g, err)
		}
	default:
		for e, err := range client.QueryEntries(ctx, crm.Target{List: kind}, crm.Query{}) {
			add(thing{id: e.ID, parent: e.RecordID, text: text(e.Values["remark"]), extra: text(e.Values["amount"])}, err)
		}
	}
	return all
}

func even(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// fitting is how many rows can each have a thing of their own.
func fitting(things, wants []thing) int {
	taken, n := map[int]int{}, 0 // thing -> row
	var place func(row int, seen map[int]bool) bool
	place = func(row int, seen map[int]bool) bool {
		for i, g := range things {
			if seen[i] || !g.satisfies(wants[row]) {
				continue
			}
			seen[i] = true
			if other, held := taken[i]; !held || place(other, seen) {
				taken[i] = row
				return true
			}
		}
		return false
	}
	for row := range wants {
		if place(row, map[int]bool{}) {
			n++
		}
	}
	return n
}

func (c *creationWorld) live() {
	last := c.untilComplete(func(intake, work context.Context, d *death) ([]importer.Result, error) {
		steps, end := c.engines(work, intake, d, "state")
		defer end()
		return runSteps(intake, work, steps)
	})
	for i, kind := range []string{"sales", "notes", "tasks"} {
		things, wants, before := c.things(kind), c.wants[kind], c.before[kind]
		there := fitting(before, wants)
		if got := fitting(things, wants); got != len(wants) {
			c.t.Errorf("%s: %d of %d rows have something of their own:\n%v\n%v", kind, got, len(wants), things, wants)
		}
		if len(things) != len(before)+len(wants)-there || last[i].Created != int64(len(wants)-there) || last[i].Unchanged != int64(there) {
			c.t.Errorf("%s: %d of them, %+v; %d were there before, of which %d are of %d rows\n%v\n%v", kind, len(things), last[i], len(before), there, len(wants), things, wants)
		}
		c.checkJournal(i, kind)
	}
	entries := c.things("pipeline")
	if got := fitting(entries, c.wants["pipeline"]); got != len(c.wants["pipeline"]) || len(entries) != got {
		c.t.Errorf("pipeline: %v, want %v", entries, c.wants["pipeline"])
	}
	c.again()
	if err := c.server.Close(); err != nil {
		c.t.Error(err)
	}
}

// checkJournal requires that each row has a thing of its own, which it made just when it says so: what is to be undone is told by that.
func (c *creationWorld) checkJournal(step int, kind string) {
	store, err := checkpoint.Open(c.t.Context(), filepath.Join(c.dir, "state"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			c.t.Error(err)
		}
	}()
	run, err := store.Find(c.t.Context(), "last")
	if err != nil {
		c.t.Fatal(err)
	}
	entries, err := store.Journal(run.Steps[step]).After(c.t.Context(), 0, 1000)
	if err != nil {
		c.t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Outcome != checkpoint.Created && e.Outcome != checkpoint.Unchanged {
			continue
		}
		old := slices.ContainsFunc(c.before[kind], func(g thing) bool { return g.id == e.Record })
		made := e.Previous != nil && e.Previous.Created
		if seen[e.Record] || old != (e.Outcome == checkpoint.Unchanged) || made == old {
			c.t.Errorf("%s: row %d is %d with %q, which was there before: %v; it is said to be made by the run: %v", kind, e.Ordinal, e.Outcome, e.Record, old, made)
		}
		seen[e.Record] = true
	}
}

// again imports the same by a new run, undisturbed: nothing is written.
func (c *creationWorld) again() {
	alive := &death{kill: func() {}}
	for range 20 {
		steps, end := c.engines(c.t.Context(), c.t.Context(), alive, "second")
		results, err := runSteps(c.t.Context(), c.t.Context(), steps)
		end()
		for _, r := range results {
			err = errors.Join(err, r.Err)
			if s := r.Summary; s.Created+s.Updated+s.Upserted > 0 {
				c.t.Errorf("the second import writes: %+v", s)
			}
		}
		if err == nil {
			return
		}
		if !stoppedItself(err) {
			c.t.Fatal(err)
		}
	}
	c.t.Error("the second import does not end")
}

// engines wires the real parts together for all steps of the job, on one run.
func (c *creationWorld) engines(work, intake context.Context, d *death, state string) (importer.Steps, func()) {
	ctx := context.WithoutCancel(work) // a process that dies this early has done nothing
	job, findings := jobs.Parse(filepath.Join(c.dir, "job.yaml"), []byte(creationsText), nil)
	if len(findings) > 0 {
		c.t.Fatal(findings)
	}
	calm := c.client(pace.New(pace.Options{Base: c.net, MaxAttempts: 20}))
	client := c.client(mortalTransport{pace.New(pace.Options{Base: c.net, Stop: intake.Done(), AttemptTimeout: 5 * time.Second, MaxAttempts: 3}), d})
	companies, err := calm.Schema(ctx, crm.Target{Object: "companies"}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	want := checkpoint.Run{Job: job.Name, Workspace: "w"}
	var steps importer.Steps
	for _, s := range job.Steps {
		source, err := csvfile.Open(storage.Local(s.Import.Source.Paths[0].Location.Path()), csvfile.Options{})
		if err != nil {
			c.t.Fatal(err)
		}
		var schema *crm.Schema
		if s.Import.Target.List.Given() {
			if schema, err = calm.Schema(ctx, s.Import.Target.Target(), nil); err != nil {
				c.t.Fatal(err)
			}
		}
		schema = mapping.TargetSchema(s.Import, schema, []string{"companies"}, nil)
		others := map[string]*crm.Schema{"companies": companies}
		plan, findings := mapping.Compile(job.Of(s), source.Name(), source.Schema(), schema, others)
		if len(findings) > 0 {
			c.t.Fatal(findings)
		}
		fingerprint, err := source.Fingerprint(ctx)
		if err != nil {
			c.t.Fatal(err)
		}
		want.Steps = append(want.Steps, checkpoint.Step{Name: s.Name.Value, Source: source.Name(), Print: fingerprint})
		steps = append(steps, importer.Step{Name: s.Name.Value, Import: &importer.Import{
			Plan: plan, Source: source, Schema: schema, Others: others, Match: s.Import.Target.Match.Value, Parent: "companies", Mode: s.Import.Target.Mode,
			Duplicates: s.Import.Duplicates, Diff: c.diff, Workers: 1 + c.rng.IntN(16), Print: fingerprint,
			Records: client, Entries: client, Notes: client, Tasks: client, Scanner: client,
		}})
	}
	store, err := checkpoint.Open(ctx, filepath.Join(c.dir, state))
	if err != nil {
		c.t.Fatal(err)
	}
	run, goesOn, err := store.Unfinished(ctx, want)
	if err == nil && !goesOn {
		run, err = store.Begin(ctx, want)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	for i := range steps {
		steps[i].Journal = mortalJournal{store.Journal(run.Steps[i]), d}
		steps[i].Live = store.LiveValues(job.Name, steps[i].Name)
	}
	return steps, func() {
		err := store.Close()
		for _, s := range steps {
			err = errors.Join(err, s.Source.Close())
		}
		if err != nil {
			c.t.Error(err)
		}
	}
}

// mortalTransport dies before a request is sent or after its reply has come.
type mortalTransport struct {
	base  http.RoundTripper
	death *death
}

func (m mortalTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if writes := req.Method != http.MethodGet && !strings.HasSuffix(req.URL.Path, "/query"); !writes {
		return m.base.RoundTrip(req)
	}
	m.death.reach(1)
	if m.death.dead.Load() {
		return nil, errDead
	}
	resp, err := m.base.RoundTrip(req)
	m.death.reach(2)
	if m.death.dead.Load() {
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		return nil, errDead
	}
	return resp, err
}
