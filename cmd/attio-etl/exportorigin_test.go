package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"attio-etl/attio"
	"attio-etl/exporter"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/sandbox"
)

// meddler does something to the sandbox before a request is answered.
type meddler struct {
	*restless
	before func(req *http.Request)
}

func (m *meddler) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.before(req)
	m.mu.Unlock()
	return m.Transport.RoundTrip(req)
}

// activityExport is an export of an activity of a new sandbox, which the caller meddles with.
func activityExport(t *testing.T, from string) (*exporter.Export, *meddler, *http.Request) {
	t.Helper()
	server, err := sandbox.Open(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := &meddler{restless: &restless{Transport: &sandbox.Transport{Handler: server}, throughout: map[string]bool{}}, before: func(*http.Request) {}}
	t.Cleanup(func() {
		m.Wait()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	client, err := attio.New(attio.Options{BaseURL: "http://127.0.0.1", Token: strings.Repeat("t", 64), Transport: m, Contract: attio.Current})
	if err != nil {
		t.Fatal(err)
	}
	job, wrong := jobs.Parse("job.yaml", []byte("version: 1\nexport:\n  from: "+from+"\n  to: {path: c.csv}\n"), nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	flat, _, wrong := mapping.Flatten(job, mapping.ActivitySchema(job.Export.From.Activity, []string{"companies"}, nil), nil, nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	how := readingOf(client, job.Export)
	like, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sandbox", nil)
	if err != nil {
		t.Fatal(err)
	}
	return &exporter.Export{
		Lister: how.lister, Expand: how.expand, Undated: how.undated, Size: how.size, Ahead: pagesAhead, Finder: finder{client}, Flat: flat, Spool: &memorySpool{},
	}, m, like
}

// rowIDs are how often each id stands in an export that is read here.
func rowIDs(t *testing.T, e *exporter.Export) map[string]int {
	t.Helper()
	if _, err := e.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	if err := e.Rows(t.Context(), func(row exporter.Row) error { times[row.ID]++; return nil }); err != nil {
		t.Fatal(err)
	}
	return times
}

// write makes something and returns its id.
func (m *meddler) write(like *http.Request, path, id, data string) string {
	var reply struct {
		Data struct{ ID map[string]string }
	}
	text := m.answer(like, http.MethodPost, path, `{"data":`+data+`}`)
	if err := json.Unmarshal(text, &reply); err != nil {
		panic(err)
	}
	return reply.Data.ID[id]
}

// Notes that are deleted and back-dated while they are read: what was there throughout is exported exactly once.
func TestNotesOfARestlessWorkspace(t *testing.T) {
	for seed := range uint64(4) {
		e, m, like := activityExport(t, "{notes: {}}")
		rng := rand.New(rand.NewPCG(seed, 1))
		company := m.create(like)
		note := func(day int) string {
			return m.write(like, "/v2/notes", "note_id", fmt.Sprintf(
				`{"parent_object":"companies","parent_record_id":%q,"title":"t","format":"plaintext","content":"c","created_at":"2020-01-%02dT00:00:00Z"}`, company, day))
		}
		var ids []string
		for range 160 {
			ids = append(ids, note(1+rng.IntN(28)))
		}
		gone := map[string]bool{}
		m.before = func(req *http.Request) {
			if req.Method != http.MethodGet {
				return
			}
			for range 3 {
				if id := ids[rng.IntN(len(ids))]; !gone[id] {
					gone[id] = true
					m.answer(like, http.MethodDelete, "/v2/notes/"+id, "")
				}
			}
			note(1 + rng.IntN(28))
		}
		times := rowIDs(t, e)
		for id, n := range times {
			if n > 1 {
				t.Errorf("seed %d: %s was exported %d times", seed, id, n)
			}
		}
		for _, id := range ids {
			if !gone[id] && times[id] != 1 {
				t.Errorf("seed %d: %s was there throughout and was exported %d times", seed, id, times[id])
			}
		}
	}
}

// Comments on more threads than a page has, and on a record that is deleted between its page and its threads.
func TestCommentsOfARestlessWorkspace(t *testing.T) {
	e, m, like := activityExport(t, "{comments: {object: companies}}")
	author := ""
	for _, member := range m.members(like) {
		author = member
	}
	comment := func(place string) string {
		return m.write(like, "/v2/comments", "comment_id", `{"format":"plaintext","content":"c","author":{"type":"workspace-member","id":"`+author+`"},`+place+`}`)
	}
	on := func(company string) string {
		return comment(`"record":{"object":"companies","record_id":"` + company + `"}`)
	}
	kept, lost := map[string]bool{}, ""
	for i := range 5 {
		company := m.create(like)
		switch i {
		case 2:
			on(company)
			lost = company
		case 3:
			for range 60 {
				kept[on(company)] = true
			}
		default:
			kept[on(company)] = true
		}
	}
	var once sync.Once
	m.before = func(req *http.Request) {
		if req.URL.Query().Get("record_id") == lost {
			once.Do(func() { m.answer(like, http.MethodDelete, "/v2/objects/companies/records/"+lost, "") })
		}
	}
	times := rowIDs(t, e)
	if len(times) != len(kept) {
		t.Errorf("%d comments, want %d", len(times), len(kept))
	}
	for id := range kept {
		if times[id] != 1 {
			t.Errorf("%s was exported %d times", id, times[id])
		}
	}
}

// members are the ids of the members of the sandbox.
func (m *meddler) members(like *http.Request) (ids []string) {
	var reply struct {
		Data []struct {
			ID struct {
				Member string `json:"workspace_member_id"`
			}
		}
	}
	if err := json.Unmarshal(m.answer(like, http.MethodGet, "/v2/workspace_members", ""), &reply); err != nil {
		panic(err)
	}
	for _, member := range reply.Data {
		ids = append(ids, member.ID.Member)
	}
	return ids
}
