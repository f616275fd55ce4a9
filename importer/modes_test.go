package importer_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/pace"
	"attio-etl/jobs"
	"attio-etl/sandbox"
)

// inMode imports with a mode.
func (l *lab) inMode(mode, how string, lines ...string) compared {
	l.t.Helper()
	text := labJob("companies domains", "    domains: {from: D, split: ;}\n    name: N\n")
	return l.diffJob(how, strings.Replace(text, "match: domains}", "match: domains, mode: "+mode+"}", 1), "D,N", lines...)
}

// TestModes: create leaves records that exist alone, update makes none; rows that share a key and rows that are not compared beforehand
// keep to that too.
func TestModes(t *testing.T) {
	for _, how := range []string{jobs.DiffScan, jobs.DiffKeys, jobs.DiffOff} {
		t.Run(how, func(t *testing.T) {
			l := newLab(t)
			l.diff(jobs.DiffScan, "companies domains", "    domains: D\n    name: N\n", "D,N", "a.com,A", "b.com,B")
			c := l.inMode(jobs.ModeCreate, how, "a.com,X", "c.com,C", "d.com;e.com,D", "e.com,E", "b.com;f.com,X")
			if want := []string{"1 record-exists", "4 record-exists", "5 record-exists"}; !slices.Equal(c.rejects, want) {
				t.Errorf("rejects %v, want %v", c.rejects, want)
			}
			l.wantOutcomes(c, "rejected", "created []", "created []", "rejected", "rejected")
			c = l.inMode(jobs.ModeUpdate, how, "a.com,A2", "b.com,B", "g.com,G", "c.com,C2", "h.com,H", "c.com,C3", "a.com;i.com,A2")
			if want := []string{"3 no-record", "5 no-record"}; !slices.Equal(c.rejects, want) {
				t.Errorf("rejects %v, want %v", c.rejects, want)
			}
			l.wantOutcomes(c, "updated [name A]", "unchanged", "rejected", "updated [name C]", "rejected", "updated [name C2]", "updated [domains a.com]")
			for key, name := range map[string]string{"a.com": "A2", "b.com": "B", "c.com": "C3", "d.com": "D", "i.com": "A2"} {
				if got := l.held("companies", "domains", key, "name"); got != `{"value":"`+name+`"}` {
					t.Errorf("%s has the name %s, want %s", key, got, name)
				}
			}
		})
	}
}

// TestCreatedOnce creates records, which is not to be sent twice, under faults and kills: each is there once, and none is taken for one that
// was there before (I4).
func TestCreatedOnce(t *testing.T) {
	inWorlds(t, 80, func(t *testing.T, seed uint64) creations {
		t.Helper()
		w := openWorld(t, seed)
		w.mode, w.order = jobs.ModeCreate, jobs.DuplicatesReject
		w.diff = []string{jobs.DiffOff, jobs.DiffScan, jobs.DiffKeys}[seed%3]
		if seed%2 == 0 { // matched by what is not unique, so that nothing but the run store keeps a row from being created twice
			w.job, w.mode = bidsJob, jobs.ModeUpsert
			w.addBids()
		}
		for i := range 20 {
			w.rows = append(w.rows, []string{fmt.Sprintf("d%d.example.com", i), fmt.Sprintf("name %d", i), "about", "1-10", "", ""})
		}
		return creations{w}
	})
}

const bidsJob = `
version: 1
name: property
import:
  source: {path: rows.csv}
  target: {object: bids, match: title, mode: %s}
  duplicates: %s
  map:
    title: Name
    about: About
`

// addBids makes an object without a unique attribute.
func (w *world) addBids() {
	w.t.Helper()
	l := &lab{t: w.t, net: &sandbox.Transport{Handler: w.server}}
	l.call(http.MethodPost, "/v2/objects", `{"data":{"api_slug":"bids","singular_noun":"Bid","plural_noun":"Bids"}}`)
	l.attribute("bids", "title", "text", false, false, `{}`)
	l.attribute("bids", "about", "text", false, false, `{}`)
}

// creations is a world whose file names records that there are not yet.
type creations struct{ *world }

func (w creations) live() {
	w.writeFile("rows.csv", []string{"Domains", "Name", "About", "Size", "Partner", "Contact"}, w.rows)
	last := w.untilComplete(func(intake, work context.Context, d *death) ([]importer.Result, error) {
		im, end := w.engine(work, intake, d)
		defer end()
		return runSteps(intake, work, importer.Steps{{Import: im}})
	})
	if s := last[0]; s.Created != 20 || s.Rejected != 0 {
		w.t.Errorf("%+v, want 20 created", s)
	}
	object, attribute := "companies", "name"
	if w.job == bidsJob {
		object, attribute = "bids", "title"
	}
	names := map[string]bool{}
	for r, err := range w.client(pace.New(pace.Options{Base: w.net})).QueryRecords(w.t.Context(), crm.Target{Object: object}, crm.Query{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		if name := fmt.Sprint(r.Values[attribute]); names[name] {
			w.t.Errorf("%s is there twice", name)
		} else {
			names[name] = true
		}
	}
	if len(names) != 20 {
		w.t.Errorf("%d records, want 20: %v", len(names), names)
	}
	for _, e := range w.entries() {
		if e.Outcome != checkpoint.Created || e.Previous.Empty() {
			w.t.Errorf("entry %+v", e)
		}
	}
	if err := w.server.Close(); err != nil {
		w.t.Error(err)
	}
}

// TestMatchByWhatIsNotUnique: an object without a unique attribute is matched by looking records up: one is updated, none is created, and
// several reject the row with their ids.
func TestMatchByWhatIsNotUnique(t *testing.T) {
	for _, how := range []string{jobs.DiffScan, jobs.DiffKeys, jobs.DiffOff} {
		t.Run(how, func(t *testing.T) {
			l := newLab(t)
			l.call(http.MethodPost, "/v2/objects", `{"data":{"api_slug":"bids","singular_noun":"Bid","plural_noun":"Bids"}}`)
			l.attribute("bids", "title", "text", false, false, `{}`)
			l.attribute("bids", "size", "number", false, false, `{}`)
			var ids []string
			for range 2 {
				reply := l.call(http.MethodPost, "/v2/objects/bids/records", `{"data":{"values":{"title":"twice"}}}`)
				data, _ := reply["data"].(map[string]any)
				id, _ := data["id"].(map[string]any)
				ids = append(ids, fmt.Sprint(id["record_id"]))
			}
			columns := "    title: T\n    size: S\n"
			c := l.diff(how, "bids title", columns, "T,S", "one,1", "two,2", "twice,3", "One,4")
			l.wantOutcomes(c, "created []", "created []", "rejected", "created []")
			if found := c.findings[0].Problem; !strings.Contains(found, ids[0]) || !strings.Contains(found, ids[1]) || c.findings[0].Code != "ambiguous-match" {
				t.Errorf("finding %+v, want both ids", c.findings[0])
			}
			c = l.diff(how, "bids title", columns, "T,S", "one,1", "two,5", "three,6", "three,7")
			l.wantOutcomes(c, "unchanged", "updated [size 2]", "created []", "updated [size 6]")
			if got := l.held("bids", "title", "three", "size"); got != `{"value":7}` {
				t.Errorf("size %s", got)
			}
		})
	}
	l := newLab(t)
	if !l.refuses("companies name", "    name: N\n", "N") {
		t.Error("companies have unique attributes, and are matched by another one")
	}
}
