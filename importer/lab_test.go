package importer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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

// lab imports into a sandbox, through all real parts, and looks at what is in it with code of its own.
type lab struct {
	t      *testing.T
	net    *sandbox.Transport
	pace   *pace.Transport
	client *attio.Client
	warned []string // codes of warnings of the last import
}

func newLab(t *testing.T) *lab {
	t.Helper()
	server, err := sandbox.Open(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	l := &lab{t: t, net: &sandbox.Transport{Handler: server}}
	l.pace = pace.New(pace.Options{Base: l.net})
	l.client, err = attio.New(attio.Options{BaseURL: "http://127.0.0.1", Token: strings.Repeat("t", 64), Transport: l.pace})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// call speaks to the sandbox past the client under test.
func (l *lab) call(method, path, body string) map[string]any {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), method, "http://sandbox"+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 64))
	resp, err := l.net.RoundTrip(req)
	if err != nil {
		l.t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		l.t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, text, err)
	}
	var reply map[string]any
	if err := json.Unmarshal(text, &reply); err != nil {
		l.t.Fatal(err)
	}
	return reply
}

// attribute makes an attribute of an object.
func (l *lab) attribute(object, slug, typ string, multi, unique bool, config string) {
	l.t.Helper()
	l.call(http.MethodPost, "/v2/objects/"+object+"/attributes", fmt.Sprintf(
		`{"data":{"title":%q,"description":null,"api_slug":%q,"type":%q,"is_required":false,"is_unique":%v,"is_multiselect":%v,"config":%s}}`,
		slug, slug, typ, unique, multi, config))
}

// outcome is what an import gave.
type outcome struct {
	importer.Summary
	rejects []string // "row code" in file order
	made    []string // "object attribute value", of records with their id's presence
}

// run imports lines under a header with the map of a job; target is "object match".
func (l *lab) run(target, columns, header string, lines ...string) outcome {
	l.t.Helper()
	return l.runJob(labJob(target, columns), header, lines...)
}

func labJob(target, columns string) string {
	object, match, _ := strings.Cut(target, " ")
	return fmt.Sprintf("version: 1\nimport:\n  source: {path: rows.csv}\n  target: {object: %s, match: %s}\n  duplicates: in_order\n  map:\n%s", object, match, columns)
}

// refuses reports whether a job of run has findings.
func (l *lab) refuses(target, columns, header string) bool {
	l.t.Helper()
	job, wrong := jobs.Parse("job.yaml", []byte(labJob(target, columns)), nil)
	if len(wrong) > 0 {
		return true
	}
	_, wrong = l.compile(job, tabular.Schema{Columns: strings.Split(header, ",")})
	return len(wrong) > 0
}

// compiled is a job as it meets the workspace.
type compiled struct {
	plan   *mapping.Plan
	schema *crm.Schema
	others map[string]*crm.Schema
}

func (l *lab) compile(job *jobs.Job, header tabular.Schema) (c compiled, wrong diag.List) {
	l.t.Helper()
	var err error
	var members []crm.Member
	if target := job.Import.Target.Target(); target.Activity == "" {
		c.schema, err = l.client.Schema(l.t.Context(), target, nil)
	} else {
		members, err = l.client.WorkspaceMembers(l.t.Context())
	}
	if err != nil {
		l.t.Fatal(err)
	}
	c.schema = mapping.TargetSchema(job.Import, c.schema, []string{"companies"}, members)
	c.others = map[string]*crm.Schema{}
	for _, object := range mapping.Referenced(job, c.schema) {
		if c.others[object], err = l.client.Schema(l.t.Context(), crm.Target{Object: object}, nil); err != nil {
			l.t.Fatal(err)
		}
	}
	c.plan, wrong = mapping.Compile(job, "rows.csv", header, c.schema, c.others)
	return c, wrong
}

func (l *lab) runJob(text, header string, lines ...string) outcome {
	l.t.Helper()
	im, store := l.engine(text, header, lines...)
	stored, err := store.Begin(l.t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
	if err != nil {
		l.t.Fatal(err)
	}
	im.Journal = store.Journal(stored.Steps[0])
	s, err := run(l.t.Context(), l.t.Context(), im)
	if err != nil {
		l.t.Fatalf("%s\n%v", text, err)
	}
	out := outcome{Summary: s}
	for r, err := range store.Journal(stored.Steps[0]).Rejects(l.t.Context()) {
		if err != nil {
			l.t.Fatal(err)
		}
		out.rejects = append(out.rejects, fmt.Sprintf("%d %s", r.Ordinal, r.Findings[0].Code))
	}
	made, _, err := store.Journal(stored.Steps[0]).AllMade(l.t.Context(), 100)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, m := range made {
		out.made = append(out.made, fmt.Sprintf("%s %s %s %v", m.Object, m.Attribute, m.Value, m.Record != ""))
	}
	return out
}

func (l *lab) engine(text, header string, lines ...string) (*importer.Import, *checkpoint.Store) {
	l.t.Helper()
	dir := l.t.TempDir()
	path := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(path, []byte(header+"\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		l.t.Fatal(err)
	}
	job, findings := jobs.Parse(filepath.Join(dir, "job.yaml"), []byte(text), nil)
	if len(findings) > 0 {
		l.t.Fatalf("%s\n%v", text, findings)
	}
	source, err := csvfile.Open(storage.File{Path: path, Name: "rows.csv"}, csvfile.Options{Delimiter: ','})
	if err != nil {
		l.t.Fatal(err)
	}
	c, findings := l.compile(job, source.Schema())
	if len(findings) > 0 {
		l.t.Fatalf("%s\n%v", text, findings)
	}
	fingerprint, err := source.Fingerprint(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	store, err := checkpoint.Open(l.t.Context(), filepath.Join(dir, "state"))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		if err := store.Close(); err != nil {
			l.t.Error(err)
		}
	})
	l.warned = nil
	parent := ""
	if p := job.Import.Target.Parent; p != nil {
		parent = p.Object.Value
	}
	return &importer.Import{
		Parent: parent, Entries: l.client, Notes: l.client, Tasks: l.client,
		Plan: c.plan, Source: source, Schema: c.schema, Others: c.others, Match: job.Import.Target.Match.Value,
		Duplicates: job.Import.Duplicates, Mode: job.Import.Target.Mode, Workers: 4, Print: fingerprint, Records: l.client, Choices: l.client,
		Warn: func(list diag.List) {
			for _, f := range list {
				l.warned = append(l.warned, f.Code)
			}
		},
	}, store
}

// held is the values of an attribute on the record of an object that has the key, as the sandbox replies them, without what it adds by
// itself; "" for none. There must be exactly one such record.
func (l *lab) held(object, match, key, attribute string) string {
	l.t.Helper()
	reply := l.call(http.MethodPost, "/v2/objects/"+object+"/records/query", fmt.Sprintf(`{"filter":{%q:%q}}`, match, key))
	records, _ := reply["data"].([]any)
	if len(records) != 1 {
		l.t.Fatalf("%d records of %s have %s %s", len(records), object, match, key)
	}
	record, _ := records[0].(map[string]any)
	values, _ := record["values"].(map[string]any)
	list, _ := values[attribute].([]any)
	var parts []string
	for _, v := range list {
		parts = append(parts, l.plain(v))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// plain is one value without its envelope.
func (l *lab) plain(v any) string {
	value, _ := v.(map[string]any)
	for _, key := range []string{"active_from", "active_until", "created_by_actor", "attribute_type", "root_domain", "email_domain", "email_root_domain", "email_local_specifier", "original_email_address", "original_phone_number"} {
		delete(value, key)
	}
	for _, key := range []string{"option", "status"} {
		if choice, ok := value[key].(map[string]any); ok {
			return fmt.Sprint(choice["title"])
		}
	}
	if id, ok := value["target_record_id"].(string); ok {
		return fmt.Sprint(value["target_object"], "/", l.nameOf(fmt.Sprint(value["target_object"]), id))
	}
	for key, part := range value {
		if part == nil {
			delete(value, key)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		l.t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// nameOf is the name of a record that a reference points to.
func (l *lab) nameOf(object, id string) string {
	l.t.Helper()
	reply := l.call(http.MethodGet, "/v2/objects/"+object+"/records/"+id, "")
	record, _ := reply["data"].(map[string]any)
	values, _ := record["values"].(map[string]any)
	for _, attribute := range []string{"domains", "email_addresses", "key", "name"} {
		if list, _ := values[attribute].([]any); len(list) > 0 {
			value, _ := list[0].(map[string]any)
			for _, part := range []string{"domain", "email_address", "value"} {
				if s, ok := value[part].(string); ok {
					return s
				}
			}
		}
	}
	return "nameless"
}
