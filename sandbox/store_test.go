package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state?x=1 #2")
	b := open(t, Options{Dir: dir})
	b.attribute("deals", "extra", typeText, true, false, "{}")
	b.create("companies", `{"domains":["a.example"],"categories":["B2B"]}`)
	want := b.ok("POST", "/v2/objects/companies/records/query", "")
	for path, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "sandbox.sqlite"): 0o600, filepath.Join(dir, "sandbox.sqlite-wal"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want mode %v", path, info, err, mode)
		}
	}
	if other, err := Open(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use by another sandbox") {
		t.Errorf("a second sandbox on the directory: %v, %v", other, err)
	}
	if err := b.server.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, Options{Dir: dir})
	if got := again.ok("POST", "/v2/objects/companies/records/query", ""); !reflect.DeepEqual(got.v, want.v) {
		t.Errorf("after reopening: %v, want %v", got.v, want.v)
	}
	again.ok("GET", "/v2/objects/deals/attributes/extra", "")
	again.refused(400, "uniqueness_conflict", "POST", "/v2/objects/companies/records", values(`{"domains":["a.example"]}`))
}

// A kill leaves the files as they are at that moment: a copy of them, made while the server lives, has everything that was answered.
func TestKillLosesNothing(t *testing.T) {
	dir := t.TempDir()
	b := open(t, Options{Dir: dir})
	for round := range 5 {
		for i := range 50 {
			b.ok("PUT", "/v2/objects/companies/records?matching_attribute=domains", values(`{"domains":["c%d.example"],"name":"round %d"}`, i+round*10, round))
		}
		dead := t.TempDir()
		if err := os.CopyFS(dead, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		reborn := open(t, Options{Dir: dead})
		const all = "/v2/objects/companies/records/query"
		if got, want := reborn.ok("POST", all, ""), b.ok("POST", all, ""); !reflect.DeepEqual(got.v, want.v) || got.len("data") != 50+round*10 {
			t.Fatalf("round %d: %d records after the kill, %d before", round, got.len("data"), want.len("data"))
		}
		reborn.refused(400, "uniqueness_conflict", "POST", "/v2/objects/companies/records", values(`{"domains":["c1.example"]}`))
		if err := reborn.server.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestForeignStateIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sandbox.sqlite"), []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), Options{Dir: dir}); err == nil {
		t.Errorf("opened %v", s)
	}
}

func TestConcurrentAssertsMakeOneRecord(t *testing.T) {
	b := open(t, Options{Dir: t.TempDir()})
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := range 20 {
				req := request(t, "PUT", "/v2/objects/companies/records?matching_attribute=domains",
					values(`{"domains":["shared.example","w%d-%d.example"],"name":"%d"}`, worker, i, worker), "Bearer "+goodToken)
				x, err := roundTrip(b.line, req)
				if err != nil || x.status != http.StatusOK {
					t.Errorf("assert: %v %v", x, err)
				}
			}
		})
		wg.Go(func() {
			for range 5 {
				x, err := roundTrip(b.line, request(t, "POST", "/v2/objects/companies/records/query", "", "Bearer "+goodToken))
				if err != nil || x.status != http.StatusOK {
					t.Errorf("query: %v %v", x, err)
				}
			}
		})
	}
	wg.Wait()
	x := b.ok("POST", "/v2/objects/companies/records/query", "")
	if x.len("data") != 1 || x.len("data", 0, "values", "domains") != 1+16*20 {
		t.Errorf("%d records, %d domains on the first", x.len("data"), x.len("data", 0, "values", "domains"))
	}
}

// Every table that finds records agrees with the records after many changes.
func TestIndexesFollowTheRecords(t *testing.T) {
	b := open(t, Options{})
	var ids []string
	for i := range 10 {
		ids = append(ids, b.create("companies", fmt.Sprintf(`{"domains":["c%d.example"],"name":"C%d","categories":["B2B"]}`, i, i)))
		b.create("people", fmt.Sprintf(`{"company":"c%d.example","email_addresses":["p%d@c.example"]}`, i, i))
	}
	for i, id := range ids {
		path := "/v2/objects/companies/records/" + id
		switch i % 3 {
		case 0:
			b.ok("DELETE", path, "")
		case 1:
			b.ok("PUT", path, values(`{"domains":["new%d.example"],"categories":[]}`, i))
		default:
			b.refused(400, "uniqueness_conflict", "PATCH", path, values(`{"name":"lost","domains":["c%d.example"]}`, (i+3)%9))
		}
	}
	st := b.server.store
	err := st.view(t.Context(), func(ctx context.Context) error {
		terms, uniques := map[string]bool{}, map[string]bool{}
		for _, o := range st.schema.objects {
			rows, err := st.all(ctx, o)
			if err != nil {
				return err
			}
			records, err := st.load(ctx, o, rows...)
			if err != nil {
				return err
			}
			for _, rec := range records {
				for _, a := range o.attributes {
					k, err := a.keysOf(rec.values[a.row])
					if err != nil {
						return err
					}
					for term := range k.terms {
						terms[fmt.Sprint(term.slot, term.key, rec.row)] = true
					}
					for key := range k.unique {
						if a.Unique {
							uniques[fmt.Sprint(a.row, key, rec.row)] = true
						}
					}
				}
			}
		}
		for query, want := range map[string]map[string]bool{
			"SELECT slot, key, record FROM terms": terms, "SELECT attribute, key, record FROM uniques": uniques,
		} {
			got := map[string]bool{}
			err := st.each(ctx, func(scan func(...any) error) error {
				var of, record int64
				var key any
				err := scan(&of, &key, &record)
				got[fmt.Sprint(of, key, record)] = true
				return err
			}, query)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d rows, the records say %d", query, len(got), len(want))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A look-up by value must use an index: the plan of every query that finds records says so.
func TestLookupsUseAnIndex(t *testing.T) {
	st := open(t, Options{}).server.store
	err := st.view(t.Context(), func(ctx context.Context) error {
		for _, query := range []string{
			"SELECT record FROM terms WHERE slot = ? AND key = ? ORDER BY record",
			"SELECT record FROM uniques WHERE attribute = ? AND key = ?",
			"SELECT id FROM records WHERE uuid = ? AND +object = ?",
			"SELECT id FROM records WHERE object = ? ORDER BY id DESC LIMIT ? OFFSET ?",
		} {
			err := st.each(ctx, func(scan func(...any) error) error {
				var id, parent, unused int
				var detail string
				err := scan(&id, &parent, &unused, &detail)
				if !strings.HasPrefix(detail, "SEARCH") {
					t.Errorf("%s: %s", query, detail)
				}
				return err
			}, "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
