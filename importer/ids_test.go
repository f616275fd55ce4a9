package importer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
)

// askedRecords counts the queries for records of each object.
type askedRecords struct {
	importer.Records
	mu    sync.Mutex
	asked map[string]int
}

func (a *askedRecords) FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error) {
	a.mu.Lock()
	a.asked[object]++
	a.mu.Unlock()
	return a.Records.FindByKey(ctx, object, key, limit)
}

// labStep is an import of rows under a header into "object match", with the map of a job.
type labStep struct {
	target, columns, header string
	rows                    []string
	needs                   []int
}

// steps makes the steps of one run; ids are those that its journals have, as "object attribute value row".
func (l *lab) steps(list ...labStep) (steps importer.Steps, asked *askedRecords, ids func() []string) {
	l.t.Helper()
	asked = &askedRecords{Records: l.client, asked: map[string]int{}}
	want := checkpoint.Run{Job: "lab"}
	var store *checkpoint.Store
	for i, s := range list {
		im, opened := l.engine(labJob(s.target, s.columns), s.header, s.rows...)
		im.Records, store = asked, opened
		name := fmt.Sprintf("step%d", i)
		target := im.Target().String()
		want.Steps = append(want.Steps, checkpoint.Step{Name: name, Target: target})
		steps = append(steps, importer.Step{Name: name, Needs: s.needs, Import: im})
	}
	run, err := store.Begin(l.t.Context(), want)
	if err != nil {
		l.t.Fatal(err)
	}
	for i := range steps {
		steps[i].Journal = store.Journal(run.Steps[i])
	}
	return steps, asked, func() (list []string) {
		for _, step := range run.Steps {
			for id, err := range store.Journal(step).IDs(l.t.Context()) {
				if err != nil {
					l.t.Fatal(err)
				}
				list = append(list, fmt.Sprintf("%s %s %s %d", id.Object, id.Attribute, id.Value, id.Ordinal))
			}
		}
		return list
	}
}

// refers is the id of the company of a person.
func (l *lab) refers(mail string) string {
	l.t.Helper()
	reply := l.call(http.MethodPost, "/v2/objects/people/records/query", fmt.Sprintf(`{"filter":{"email_addresses":%q}}`, mail))
	list, _ := reply["data"].([]any)
	record, _ := list[0].(map[string]any)
	values, _ := record["values"].(map[string]any)
	companies, _ := values["company"].([]any)
	if len(companies) != 1 {
		l.t.Fatalf("%s has %d companies", mail, len(companies))
	}
	company, _ := companies[0].(map[string]any)
	return fmt.Sprint(company["target_record_id"])
}

func companiesAndPeople(n int) (companies, people labStep) {
	companies = labStep{target: "companies domains", columns: "    domains: {from: D, split: \";\"}\n", header: "D,x"}
	people = labStep{
		target: "people email_addresses", header: "M,C,B", needs: []int{0},
		columns: "    email_addresses: M\n    company: {from: C, match: domains}\n    boss: {from: B, match: email_addresses, missing: defer}\n",
	}
	for i := range n {
		companies.rows = append(companies.rows, fmt.Sprintf("a%d.com;b%d.com,", i, i))
		people.rows = append(people.rows, fmt.Sprintf("p%d@a%d.com,%s%d.com,p%d@a%d.com", i, i, []string{"a", "b"}[i%2], i, (i+1)%n, (i+1)%n))
	}
	return companies, people
}

func (l *lab) addBoss() {
	l.attribute("people", "boss", "record-reference", false, false, `{"record_reference":{"allowed_objects":["people"]}}`)
}

// TestWhatTheRunHasWrittenIsNotLookedUp: references take the ids that the run itself has made, of an earlier step and of their own.
func TestWhatTheRunHasWrittenIsNotLookedUp(t *testing.T) {
	const n = 150
	l := newLab(t)
	l.addBoss()
	steps, asked, ids := l.steps(companiesAndPeople(n))
	checked, err := steps.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if asked.asked["companies"] != 2 || asked.asked["people"] != 2 {
		t.Fatalf("the checks asked %v", asked.asked)
	}
	clear(asked.asked)
	for i, r := range steps.Write(t.Context(), t.Context(), checked, nil) {
		if r.Err != nil || r.Summary.Upserted != n {
			t.Fatalf("step %d: %+v", i, r)
		}
	}
	// A company has two values in its key, so each row is looked up before it is written; nothing else is.
	if asked.asked["companies"] != n || asked.asked["people"] != 0 {
		t.Errorf("asked %v, want nothing of what was just written", asked.asked)
	}
	for i := range n {
		mail := fmt.Sprintf("p%d@a%d.com", i, i)
		if got, want := l.held("people", "email_addresses", mail, "boss"), fmt.Sprintf("people/p%d@a%d.com", (i+1)%n, (i+1)%n); got != want {
			t.Fatalf("boss of %s: %s, want %s", mail, got, want)
		}
		if got, want := l.held("people", "email_addresses", mail, "company"), fmt.Sprintf("companies/a%d.com", i); got != want {
			t.Fatalf("company of %s: %s, want %s", mail, got, want)
		}
	}
	got := ids()
	if len(got) != 3*n || !slices.Contains(got, "companies domains b7.com 8") || !slices.Contains(got, "people email_addresses p7@a7.com 8") {
		t.Errorf("%d ids: %v", len(got), got[:min(5, len(got))])
	}
}

// TestIDsOfAnEarlierSessionAreNotTaken: between two sessions somebody gives a company's domain to another record.
func TestIDsOfAnEarlierSessionAreNotTaken(t *testing.T) {
	l := newLab(t)
	l.addBoss()
	steps, _, ids := l.steps(companiesAndPeople(3))
	checked, err := steps.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	intake, interrupt := context.WithCancel(t.Context())
	results := steps.Write(intake, t.Context(), checked, func(step int) {
		if step == 1 {
			interrupt()
		}
	})
	if results[0].Err != nil || !errors.Is(results[1].Err, importer.ErrInterrupted) {
		t.Fatalf("%+v", results)
	}
	if len(ids()) != 6 {
		t.Fatalf("ids %v", ids())
	}
	old := l.call(http.MethodPost, "/v2/objects/companies/records/query", `{"filter":{"domains":"a0.com"}}`)
	id := func(reply any) string {
		if list, ok := reply.([]any); ok {
			reply = list[0]
		}
		record, _ := reply.(map[string]any)
		ids, _ := record["id"].(map[string]any)
		return fmt.Sprint(ids["record_id"])
	}
	l.call(http.MethodPut, "/v2/objects/companies/records/"+id(old["data"]), `{"data":{"values":{"domains":["gone.com"]}}}`)
	moved := l.call(http.MethodPost, "/v2/objects/companies/records", `{"data":{"values":{"domains":["a0.com"]}}}`)
	for i, r := range write(t, steps) {
		if r.Err != nil || r.Summary.Upserted != 3 {
			t.Fatalf("step %d: %+v", i, r)
		}
	}
	if got, want := l.refers("p0@a0.com"), id(moved["data"]); got != want {
		t.Errorf("refers to %s, want %s, which has the domain now", got, want)
	}
}

// TestAValueThatALaterStepTakesAwayIsLookedUp: a step that matches by something else replaces the key that the first has written.
func TestAValueThatALaterStepTakesAwayIsLookedUp(t *testing.T) {
	l := newThings(t)
	l.attribute("things", "code", "text", false, true, "{}")
	l.attribute("people", "thing", "record-reference", false, false, `{"record_reference":{"allowed_objects":["things"]}}`)
	steps, _, _ := l.steps(
		labStep{target: "things key", columns: "    key: K\n    code: C\n", header: "K,C", rows: []string{"old,c1", "kept,c2"}},
		labStep{target: "things code", columns: "    code: C\n    key: K\n", header: "C,K", rows: []string{"c1,new"}, needs: []int{0}},
		labStep{
			target: "people email_addresses", columns: "    email_addresses: M\n    thing: {from: K, match: key}\n", header: "M,K",
			rows: []string{"o@x.com,old", "k@x.com,kept"}, needs: []int{1},
		},
	)
	results := write(t, steps)
	if s := results[2].Summary; results[2].Err != nil || s.Upserted != 1 || s.Rejected != 1 {
		t.Errorf("%+v, want the reference to what was replaced rejected", results[2])
	}
	if got := l.held("people", "email_addresses", "k@x.com", "thing"); got != "things/kept" {
		t.Errorf("holds %q", got)
	}
}
