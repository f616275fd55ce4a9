package importer_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
)

// fakeEnds is the company of the person p, of which the history tells the companies, each from when the one before ended. "-" is none; nil: no history.
type fakeEnds struct {
	history []string
	put     []string
}

func (f *fakeEnds) RecordVersions(context.Context, string, string, string) iter.Seq2[crm.Version, error] {
	return func(yield func(crm.Version, error) bool) {
		if f.history == nil {
			yield(crm.Version{}, refusal("no history"))
			return
		}
		at := func(i int) time.Time { return time.Unix(int64(i)*3600, 0) }
		for i, id := range slices.Backward(f.history) {
			v := crm.Version{Value: crm.RecordReference{Object: "companies", ID: id}, From: at(i), Until: at(i + 1)}
			if i == len(f.history)-1 {
				v.Until = time.Time{}
			}
			if id != "-" && !yield(v, nil) {
				return
			}
		}
	}
}

func (f *fakeEnds) PutRecord(_ context.Context, _, _ string, fields []crm.Field) (crm.Record, error) {
	ref, ok := fields[0].Values[0].(crm.RecordReference)
	if !ok {
		return crm.Record{}, refusal("no reference")
	}
	f.put = append(f.put, ref.ID)
	return crm.Record{}, nil
}

// refusal is a request that the API refuses.
type refusal string

func (f refusal) Error() string              { return string(f) }
func (f refusal) FaultClass() crm.FaultClass { return crm.FaultRow }
func (f refusal) FaultCode() string          { return "value_not_found" }
func (f refusal) FaultAttribute() string     { return "" }

// teamThings is a company with a team.
type teamThings struct{ *fakeThings }

func (t teamThings) Schema() *crm.Schema {
	return &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{{
		Slug: "team", Type: crm.TypeRecordReference, Writable: true, Multi: true, Other: &crm.End{Object: "people", Attribute: "company"},
	}}}
}

var outcomeNames = map[checkpoint.Outcome]string{checkpoint.Updated: "updated", checkpoint.Deleted: "deleted", checkpoint.Rejected: "rejected"}

// A run has put the person p into the team of company r: p goes back to where it was, or it is said that it does not.
func TestFarEndsGoBack(t *testing.T) {
	team := func(ids ...string) (values []crm.Value) {
		for _, id := range ids {
			values = append(values, crm.RecordReference{Object: "people", ID: id})
		}
		return values
	}
	run := func(created bool) checkpoint.Touched {
		touched := checkpoint.Touched{
			Ordinal: 1, Target: crm.Target{Object: "companies"}, Record: "r", Created: created, Noted: true,
			After: map[string][][]crm.Value{"team": {team("p")}}, Wrote: map[string]bool{"team": true}, Before: crm.Values{},
		}
		if !created {
			touched.Before["team"] = team("q")
		}
		return touched
	}
	for _, c := range []struct {
		name    string
		now     []crm.Value
		history []string
		home    string // where the person goes
		undone  string // what becomes of company r: one that was changed, and one that was created
		kept    string
	}{
		{"taken from another", team("p"), []string{"a", "r"}, "a", "updated, deleted", ""},
		{"written twice", team("p"), []string{"a", "r", "r"}, "a", "updated, deleted", ""},
		{"taken from nobody", team("p"), []string{"r"}, "", "updated, deleted", ""},
		{"from nobody, long after another", team("p"), []string{"a", "-", "r"}, "", "updated, deleted", ""},
		{"an earlier session was cut off", team(), []string{"a", "r", "a"}, "", "updated, deleted", ""},
		{"moved since", team(), []string{"a", "r", "c"}, "", "rejected, rejected", "changed-since"},
		{"taken out since", team(), []string{"a", "r", "-"}, "", "rejected, rejected", "changed-since"},
		{"no history", team("p"), nil, "", "rejected, rejected", "not-noted"},
		{"taken from one that the run created", team("p"), []string{"own", "r"}, "", "rejected, rejected", "not-noted"},
	} {
		for i, created := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, created %t", c.name, created), func(t *testing.T) {
				things := teamThings{&fakeThings{record: crm.Record{ID: "r", Values: crm.Values{"team": c.now}}, by: "workspace-member"}}
				for _, looks := range []bool{true, false} {
					ends := &fakeEnds{history: c.history}
					u := importer.Undo{
						List: fakeUndoList{run(created)}, Total: 1, Things: map[crm.Target]importer.Things{things.Schema().Target: things}, Ends: ends,
						Journal: &fakeJournal{entries: map[int64]checkpoint.Entry{}},
					}
					if looks {
						u.Journal = nil
					}
					var shown importer.Undone
					u.Show = func(done importer.Undone) { shown = done }
					if s, err := u.Run(t.Context(), t.Context()); err != nil || s.Ended() != 1 {
						t.Fatalf("%+v, %v", s, err)
					}
					var kept []string
					for _, f := range shown.Findings {
						kept = append(kept, f.Code)
					}
					home := ""
					for _, e := range shown.Ends {
						home += e.New
					}
					if undone := strings.Split(c.undone, ", ")[i]; outcomeNames[shown.Outcome] != undone || strings.Join(kept, ", ") != c.kept || home != c.home {
						t.Errorf("%s, kept %v, home to %q; want %s, %q, %q", outcomeNames[shown.Outcome], kept, home, undone, c.kept, c.home)
					}
					if put := strings.Join(ends.put, ", "); looks && put != "" || !looks && put != c.home {
						t.Errorf("looking %t: given to %q", looks, put)
					}
				}
			})
		}
	}
}
