package importer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// compared is what a diffing import gave.
type compared struct {
	outcome
	look     importer.Look
	entries  []checkpoint.Entry
	findings diag.List // the first of each rejected row
}

// diff imports lines as run does, comparing rows with live values first.
func (l *lab) diff(how, target, columns, header string, lines ...string) compared {
	l.t.Helper()
	return l.diffJob(how, labJob(target, columns), header, lines...)
}

func (l *lab) diffJob(how, text, header string, lines ...string) compared {
	l.t.Helper()
	im, store := l.engine(text, header, lines...)
	run, err := store.Begin(l.t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
	if err != nil {
		l.t.Fatal(err)
	}
	journal := store.Journal(run.Steps[0])
	im.Journal, im.Diff, im.Scanner, im.Live = journal, how, l.client, store.LiveValues("lab", "")
	results, err := runSteps(l.t.Context(), l.t.Context(), importer.Steps{{Import: im}})
	if err != nil || results[0].Err != nil {
		l.t.Fatalf("%s\n%v, %v", text, err, results)
	}
	c := compared{outcome: outcome{Summary: results[0].Summary}, look: *results[0].Look}
	for r, err := range journal.Rejects(l.t.Context()) {
		if err != nil {
			l.t.Fatal(err)
		}
		c.findings = append(c.findings, r.Findings[0])
		c.rejects = append(c.rejects, fmt.Sprintf("%d %s", r.Ordinal, r.Findings[0].Code))
	}
	if c.entries, err = journal.After(l.t.Context(), 0, 1000); err != nil {
		l.t.Fatal(err)
	}
	left, err := im.Live.After(l.t.Context(), 0, 10)
	if err != nil || len(left) > 0 {
		l.t.Errorf("%d live values are left behind, %v", len(left), err)
	}
	return c
}

// outcomes is what became of each row: "created: name old, tags a" with what it found, by row.
func (c compared) outcomes() []string {
	names := map[checkpoint.Outcome]string{
		checkpoint.Created: "created", checkpoint.Updated: "updated", checkpoint.Unchanged: "unchanged", checkpoint.Upserted: "upserted", checkpoint.Rejected: "rejected",
	}
	var all []string
	for _, e := range c.entries {
		text := names[e.Outcome]
		if e.Previous != nil {
			var held []string
			for slug, values := range e.Previous.Values {
				parts := []string{slug}
				for _, v := range values {
					if s, ok := v.(crm.Select); ok {
						v = crm.Text(s.Title)
					}
					parts = append(parts, fmt.Sprint(v))
				}
				held = append(held, strings.Join(parts, " "))
			}
			slices.Sort(held)
			text += " [" + strings.Join(held, ", ") + "]"
		}
		all = append(all, text)
	}
	return all
}

func (l *lab) wantOutcomes(c compared, want ...string) {
	l.t.Helper()
	if got := c.outcomes(); !slices.Equal(got, want) {
		l.t.Errorf("outcomes\n%q, want\n%q", got, want)
	}
}

// TestOnlyWhatDiffersIsWritten: by every way of looking, rows end as created, updated or unchanged, and a second import of one file writes
// nothing.
func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	for _, how := range []string{jobs.DiffAuto, jobs.DiffScan, jobs.DiffKeys} {
		t.Run(how, func(t *testing.T) {
			l := newLab(t)
			columns := "    domains: {from: D, split: ;}\n    name: N\n    description: {from: A, blank: clear}\n"
			l.wantOutcomes(l.diff(how, "companies domains", columns, "D,N,A", "a.com,A,first", "b.com;c.com,B,second", "d.com,D,"),
				"created []", "created []", "created []")
			before := l.pace.Stats().Write
			again := l.diff(how, "companies domains", columns, "D,N,A", "https://www.A.com/,A,first", "c.com,B,second", "d.com,D,", "e.com,E,new")
			l.wantOutcomes(again, "unchanged", "unchanged", "unchanged", "created []")
			if how != jobs.DiffAuto && again.look.How != how {
				t.Errorf("looked by %+v", again.look)
			}
			if writes := l.pace.Stats().Write - before; writes != 1 {
				t.Errorf("%d writes, want that of the new row", writes)
			}
			changed := l.diff(how, "companies domains", columns, "D,N,A", "a.com,A,", "b.com;f.com,B2,second", "d.com,D,", "e.com,E,new")
			l.wantOutcomes(changed, "updated [description first]", "updated [domains b.com c.com, name B]", "unchanged", "unchanged")
			if got := l.held("companies", "domains", "f.com", "domains"); got != `{"domain":"b.com"} {"domain":"c.com"} {"domain":"f.com"}` {
				t.Errorf("domains %s", got)
			}
			if got := l.held("companies", "domains", "a.com", "description"); got != "" {
				t.Errorf("description %s, want it cleared", got)
			}
		})
	}
}

// TestPoliciesAreCompared: append, remove and if_empty write only what they change.
func TestPoliciesAreCompared(t *testing.T) {
	l := newLab(t)
	l.attribute("companies", "tags", "select", true, false, "{}")
	columns := func(policy string) string {
		return "    domains: D\n    tags: {from: T, split: ;, " + policy + "}\n    name: {from: N, write: if_empty}\n"
	}
	l.wantOutcomes(l.diff(jobs.DiffScan, "companies domains", columns("unknown_option: create"), "D,T,N", "a.com,x;y,A", "b.com,x,"), "created []", "created []")
	l.wantOutcomes(l.diff(jobs.DiffScan, "companies domains", columns("multi: append, unknown_option: create"), "D,T,N", "a.com,y;x,B", "b.com,y;z,B"),
		"unchanged", "updated [name, tags x]")
	l.wantOutcomes(l.diff(jobs.DiffScan, "companies domains", columns("multi: remove"), "D,T,N", "a.com,z,C", "b.com,x,C"), "unchanged", "updated [tags y z x]")
	if got := l.held("companies", "domains", "b.com", "tags"); got != "y z" {
		t.Errorf("tags %s", got)
	}
}

// TestContestedRecordsAreFoundBeforeWriting: a row of two records, and two rows of one record, are rejected and nothing of them is written.
func TestContestedRecordsAreFoundBeforeWriting(t *testing.T) {
	for _, how := range []string{jobs.DiffScan, jobs.DiffKeys} {
		l := newLab(t)
		columns := "    domains: {from: D, split: ;}\n    name: N\n"
		l.diff(how, "companies domains", columns, "D,N", "a.com,A", "b.com,B", "c.com;d.com,C")
		c := l.diff(how, "companies domains", columns, "D,N", "a.com;b.com,X", "c.com,Y", "d.com,Z", "e.com,E")
		if want := []string{"1 ambiguous-match", "2 same-record", "3 same-record"}; !slices.Equal(c.rejects, want) {
			t.Errorf("%s: rejects %v, want %v", how, c.rejects, want)
		}
		l.wantOutcomes(c, "rejected", "rejected", "rejected", "created []")
		for key, name := range map[string]string{"a.com": `{"value":"A"}`, "b.com": `{"value":"B"}`, "c.com": `{"value":"C"}`} {
			if got := l.held("companies", "domains", key, "name"); got != name {
				t.Errorf("%s: %s has the name %s", how, key, got)
			}
		}
	}
}

// TestRowsOfOneKeyAreNotCompared: what the second row meets is what the first has left (I3). What each found is kept.
func TestRowsOfOneKeyAreNotCompared(t *testing.T) {
	l := newLab(t)
	columns := "    domains: D\n    name: N\n"
	l.diff(jobs.DiffScan, "companies domains", columns, "D,N", "a.com,last")
	c := l.diff(jobs.DiffScan, "companies domains", columns, "D,N", "a.com,first", "a.com,last", "b.com,first", "b.com,last")
	l.wantOutcomes(c, "upserted [domains a.com, name last]", "upserted [domains a.com, name first]", "created []", "upserted [domains b.com, name first]")
	if got := l.held("companies", "domains", "a.com", "name"); got != `{"value":"last"}` {
		t.Errorf("name %s", got)
	}
}

// TestReferencesAreCompared: a reference that waits for rows of the file is set once, and is unchanged the next time.
func TestReferencesAreCompared(t *testing.T) {
	l := newLab(t)
	l.attribute("companies", "parent", "record-reference", false, false, `{"record_reference":{"allowed_objects":["companies"]}}`)
	columns := "    domains: D\n    name: N\n    parent: {from: P, match: domains, missing: defer}\n"
	rows := []string{"a.com,A,b.com", "b.com,B,a.com", "c.com,C,"}
	l.wantOutcomes(l.diff(jobs.DiffScan, "companies domains", columns, "D,N,P", rows...), "created []", "created []", "created []")
	l.wantOutcomes(l.diff(jobs.DiffScan, "companies domains", columns, "D,N,P", rows...), "unchanged", "unchanged", "unchanged")
	rows[2] = "c.com,C,d.com"
	c := l.diff(jobs.DiffScan, "companies domains", columns, "D,N,P", append(rows, "d.com,D,")...)
	l.wantOutcomes(c, "unchanged", "unchanged", "updated [parent]", "created []")
}
