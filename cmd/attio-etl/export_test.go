package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/exporter"
	"attio-etl/internal/pace"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/sandbox"
)

// memorySpool keeps frames in memory.
type memorySpool struct{ frames [][]byte }

func (s *memorySpool) Append(frame []byte) error {
	s.frames = append(s.frames, slices.Clone(frame))
	return nil
}

func (s *memorySpool) Frames() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, frame := range s.frames {
			if !yield(frame, nil) {
				return
			}
		}
	}
}

// exportOf is an export of companies over a transport; lines are keys of it.
func exportOf(tb testing.TB, transport http.RoundTripper, size int, lines string) *exporter.Export {
	tb.Helper()
	client, err := attio.New(attio.Options{BaseURL: "http://127.0.0.1", Token: strings.Repeat("t", 64), Transport: transport, Contract: attio.Current})
	if err != nil {
		tb.Fatal(err)
	}
	job, wrong := jobs.Parse("job.yaml", []byte("version: 1\nexport:\n  from: {object: companies}\n  "+lines+"\n  to: {path: c.csv}\n"), nil)
	if len(wrong) > 0 {
		tb.Fatal(wrong)
	}
	schema := &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{
		{Slug: "name", Type: crm.TypeText}, {Slug: "domains", Type: crm.TypeDomain, Multi: true},
	}}
	flat, _, wrong := mapping.Flatten(job, schema, nil, nil)
	if len(wrong) > 0 {
		tb.Fatal(wrong)
	}
	return &exporter.Export{
		Lister: listed(client, schema.Target, nil), Finder: finder{client}, Flat: flat, Spool: &memorySpool{}, Size: size, Ahead: pagesAhead,
	}
}

// restless creates and deletes companies before queries are answered.
type restless struct {
	*sandbox.Transport
	mu         sync.Mutex
	rng        *rand.Rand
	ids        []string // of those that are there
	throughout map[string]bool
	made       int
	left       int // changes to come
}

func (r *restless) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/query") {
		r.mu.Lock()
		for range r.rng.IntN(8) {
			r.change(req)
		}
		r.mu.Unlock()
	}
	return r.Transport.RoundTrip(req)
}

// change is one change past the client under test; most deletions are at the front, where they push everything behind them up.
func (r *restless) change(req *http.Request) {
	if r.left == 0 {
		return
	}
	r.left--
	if r.rng.IntN(3) == 0 || len(r.ids) == 0 {
		r.create(req)
		return
	}
	i := min(r.rng.IntN(len(r.ids)), r.rng.IntN(len(r.ids)), r.rng.IntN(len(r.ids)))
	r.call(req, http.MethodDelete, "/v2/objects/companies/records/"+r.ids[i], "")
	delete(r.throughout, r.ids[i])
	r.ids = slices.Delete(r.ids, i, i+1)
}

func (r *restless) create(req *http.Request) string {
	r.made++
	reply := r.call(req, http.MethodPost, "/v2/objects/companies/records", fmt.Sprintf(`{"data":{"values":{"name":"Company %d"}}}`, r.made))
	id := reply.Data.ID.Record
	r.ids = append(r.ids, id)
	return id
}

type madeRecord struct {
	Data struct {
		ID struct {
			Record string `json:"record_id"`
		}
	}
}

func (r *restless) call(like *http.Request, method, path, body string) (reply madeRecord) {
	text := r.answer(like, method, path, body)
	if method == http.MethodPost && text != nil {
		if err := json.Unmarshal(text, &reply); err != nil {
			panic(err)
		}
	}
	return reply
}

// answer is what the sandbox answers, nil once the export is over.
func (r *restless) answer(like *http.Request, method, path, body string) []byte {
	req, err := http.NewRequestWithContext(like.Context(), method, "http://sandbox"+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 64))
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.Transport.RoundTrip(req)
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		panic(fmt.Sprintf("%s %s: %s %s %v", method, path, resp.Status, text, err))
	}
	return text
}

// Whatever is created and deleted while a list is read: what was there throughout is exported exactly once, and nothing twice.
func TestExportOfARestlessWorkspace(t *testing.T) {
	bridges := int64(0)
	for seed := range uint64(50) {
		server, err := sandbox.Open(t.Context(), sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := &restless{Transport: &sandbox.Transport{Handler: server}, rng: rand.New(rand.NewPCG(seed, 7)), throughout: map[string]bool{}}
		like, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sandbox", nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 + r.rng.IntN(60) {
			r.throughout[r.create(like)] = true
		}
		r.left = 60
		e := exportOf(t, r, 3+r.rng.IntN(12), "columns: [record_id, name]")
		reached, err := e.Read(t.Context())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		bridges += reached.Pages.Bridges
		times := map[string]int{}
		if err := e.Rows(t.Context(), func(row exporter.Row) error {
			if times[row.ID]++; row.Cells[0].Text() != row.ID || !strings.HasPrefix(row.Cells[1].Text(), "Company ") {
				t.Errorf("seed %d: the row of %s is %v", seed, row.ID, row.Cells)
			}
			return nil
		}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for id, n := range times {
			if n > 1 {
				t.Errorf("seed %d: %s was exported %d times", seed, id, n)
			}
		}
		for id := range r.throughout {
			if times[id] != 1 {
				t.Errorf("seed %d: %s was there throughout and was exported %d times", seed, id, times[id])
			}
		}
		r.Wait()
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if bridges < 20 {
		t.Errorf("%d bridges in all: the test does not meet what it is for", bridges)
	}
}

// crowd is a server of so many companies, which it makes up: the limits of the exporter show without the sandbox's own.
func crowd(n int, asked *int) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		*asked++
		mu.Unlock()
		var q struct{ Limit, Offset int }
		if err := json.NewDecoder(req.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var b bytes.Buffer
		b.WriteString(`{"data":[`)
		for i := q.Offset; i < min(q.Offset+q.Limit, n); i++ {
			if i > q.Offset {
				b.WriteByte(',')
			}
			made := time.Unix(1_700_000_000+int64(i/7), 0).UTC().Format(time.RFC3339Nano)
			fmt.Fprintf(&b, `{"id":{"record_id":"00000000-0000-4000-8000-%012x"},"created_at":%q,"web_url":"https://app.attio.com/x",`, i, made)
			fmt.Fprintf(&b, `"values":{"name":[{"active_from":%q,"active_until":null,"value":"Company %d","attribute_type":"text"}]}}`, made, i)
		}
		b.WriteString(`]}`)
		_, _ = w.Write(b.Bytes())
	})
}

// An export asks for no more pages than it must: each but the first brings size-1 new records, and no more than a few are in flight when the
// end is found. At ten requests a second it takes as long as those requests do.
func TestExportAsksForWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const records, size = 100_000, attio.MaxPage
		asked := 0
		network := &sandbox.Transport{Handler: crowd(records, &asked), Delay: func(*http.Request) (out, process, back time.Duration) {
			return 40 * time.Millisecond, 80 * time.Millisecond, 40 * time.Millisecond
		}}
		e := exportOf(t, pace.New(pace.Options{Base: network, Limits: pace.Limits{PerSecond: 10, PerMinute: 600}}), size, "columns: [record_id, name]")
		began := time.Now()
		reached, err := e.Read(t.Context())
		took := time.Since(began)
		network.Wait()
		if err != nil || reached.Rows != records {
			t.Fatalf("%d rows, %v", reached.Rows, err)
		}
		pages := int(math.Ceil(records / float64(size)))
		t.Logf("%d records: %d requests, ceil(records/%d) is %d; %v at 10/s", records, asked, size, pages, took)
		if asked > pages+5 {
			t.Errorf("%d requests, want at most %d", asked, pages+5)
		}
		if least := time.Duration(pages) * time.Second / 10; took > least*103/100 {
			t.Errorf("took %v, want at most 3 %% over %v", took, least)
		}
	})
}

// BenchmarkExportMillion tells the memory that an export of a million records takes at most: peak-MB is the heap that is in use.
func BenchmarkExportMillion(b *testing.B) {
	for b.Loop() {
		asked := 0
		e := exportOf(b, &sandbox.Transport{Handler: crowd(1_000_000, &asked)}, attio.MaxPage, "columns: [record_id, name]")
		e.Spool = discardSpool{&memorySpool{}}
		peak := uint64(0)
		e.Behold = func(exporter.Reached) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
		reached, err := e.Read(b.Context())
		if err != nil || reached.Rows != 1_000_000 {
			b.Fatal(reached.Rows, err)
		}
		b.ReportMetric(float64(peak)/1e6, "peak-MB")
	}
}

// BenchmarkSortMillion tells what putting a million rows into order takes once they have been read: peak-MB is the heap that is in use.
func BenchmarkSortMillion(b *testing.B) {
	store, err := checkpoint.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	asked := 0
	e := exportOf(b, &sandbox.Transport{Handler: crowd(1_000_000, &asked)}, attio.MaxPage,
		"sorts: [{attribute: name, direction: desc}]\n  columns: [record_id, name, web_url]")
	spool, err := store.Spool("run")
	if err != nil {
		b.Fatal(err)
	}
	scratch, err := store.Scratch("run")
	if err != nil {
		b.Fatal(err)
	}
	e.Spool, e.Scratch = spool, scratch
	if _, err := e.Read(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		peak, rows := uint64(0), 0
		anew := *e
		if err := anew.Rows(b.Context(), func(exporter.Row) error {
			if rows++; rows%50_000 == 1 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
			return nil
		}); err != nil || rows != 1_000_000 {
			b.Fatal(rows, err)
		}
		b.ReportMetric(float64(peak)/1e6, "peak-MB")
	}
	b.StopTimer()
	if err := errors.Join(spool.Remove(), scratch.Remove()); err != nil {
		b.Fatal(err)
	}
}

// discardSpool keeps nothing.
type discardSpool struct{ *memorySpool }

func (discardSpool) Append([]byte) error { return nil }
