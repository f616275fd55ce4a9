package importer_test

import (
	"flag"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"attio-etl/attio"
	"attio-etl/internal/pace"
	"attio-etl/jobs"
)

// diffRows is the size of the file that is imported again and again; docs/performance.md has figures of 100,000.
var diffRows = flag.Int("diff-rows", 2000, "rows of TestAChangedFileIsWrittenInAFewRequests")

// TestAChangedFileIsWrittenInAFewRequests imports a file at the default limit, then with one row of a hundred changed, then as it is, in
// time that passes at once: exactly the changed rows are written, and reading is one request for five hundred records.
func TestAChangedFileIsWrittenInAFewRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		columns := "    domains: D\n    name: N\n    description: A\n    foundation_date: F\n"
		rows := make([]string, *diffRows)
		for i := range rows {
			rows[i] = fmt.Sprintf("company-%d.com,Company %d,What company %d does,%04d-05-06", i, i, i, 1900+i%100)
		}
		session := func(what string, created, updated int64) pace.Stats {
			limited := pace.New(pace.Options{Base: l.net, Limits: pace.Limits{PerSecond: pace.DefaultPerSecond, PerMinute: pace.DefaultPerMinute}})
			var err error
			if l.client, err = attio.New(attio.Options{BaseURL: "http://127.0.0.1", Token: "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt", Transport: limited}); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			c := l.diff(jobs.DiffAuto, "companies domains", columns, "D,N,A,F", rows...)
			if c.Created != created || c.Updated != updated || c.Unchanged != int64(len(rows))-created-updated {
				t.Errorf("%s: %+v, want %d created and %d updated", what, c.Summary, created, updated)
			}
			stats := limited.Stats()
			t.Logf("%s: %d rows, %d reads, %d writes, %s; %s, as %s", what, len(rows), stats.Read, stats.Write, time.Since(began), c.look.How, c.look.Why)
			return stats
		}
		session("first", int64(len(rows)), 0)
		for i := 0; i < len(rows); i += 100 {
			rows[i] = fmt.Sprintf("company-%d.com,Company %d and sons,What company %d does,%04d-05-06", i, i, i, 1900+i%100)
		}
		changed := int64((len(rows) + 99) / 100)
		most := int64(len(rows)/499 + 49)
		if s := session("one of a hundred changed", 0, changed); s.Write != changed || s.Read > most {
			t.Errorf("%d writes and %d reads, want %d and at most %d", s.Write, s.Read, changed, most)
		}
		if s := session("nothing changed", 0, 0); s.Write != 0 || s.Read > most {
			t.Errorf("%d writes and %d reads, want 0 and at most %d", s.Write, s.Read, most)
		}
	})
}
