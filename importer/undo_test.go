package importer_test

import (
	"context"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
)

// fakeThings is one record, and who wrote its attributes.
type fakeThings struct {
	importer.Things // what is not needed
	record          crm.Record
	by              string // type of who wrote what the run did not; empty: there is no history
	put             []crm.Field
	deleted         bool
}

func (f *fakeThings) Schema() *crm.Schema {
	return &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{
		{Slug: "name", Type: crm.TypeText, Writable: true},
		{Slug: "about", Type: crm.TypeText, Writable: true},
		{Slug: "score", Type: crm.TypeText},
		{Slug: "team", Type: crm.TypeRecordReference, Writable: true, Multi: true},
	}}
}

func (f *fakeThings) Get(context.Context, string) (crm.Record, error) { return f.record, nil }

func (f *fakeThings) Put(_ context.Context, _ string, fields []crm.Field) (crm.Record, error) {
	f.put = fields
	return f.record, nil
}

func (f *fakeThings) Delete(context.Context, string) error {
	f.deleted = true
	return nil
}

func (f *fakeThings) WrittenBy(context.Context, string, string) (crm.ActorReference, bool, error) {
	return crm.ActorReference{ActorType: f.by}, f.by != "", nil
}

// fakeUndoList is one thing; the run touched the records "own".
type fakeUndoList struct{ touched checkpoint.Touched }

func (l fakeUndoList) After(_ context.Context, ordinal int64, _ int) ([]checkpoint.Touched, error) {
	if ordinal > 0 {
		return nil, nil
	}
	return []checkpoint.Touched{l.touched}, nil
}

func (fakeUndoList) Has(_ context.Context, record string) (bool, error) { return record == "own", nil }

func (fakeUndoList) Touched(_ context.Context, record string) (checkpoint.Touched, bool, error) {
	return checkpoint.Touched{Created: true}, record == "own", nil
}

func (fakeUndoList) Knows(context.Context, string) (bool, error) { return false, nil }

func (fakeUndoList) WrittenSince(context.Context, string) (string, error) { return "LATER", nil }

func TestWhatIsKept(t *testing.T) {
	text := func(s string) []crm.Value { return []crm.Value{crm.Text(s)} }
	to := func(id string) []crm.Value { return []crm.Value{crm.RecordReference{Object: "people", ID: id}} }
	created := checkpoint.Touched{
		Ordinal: 1, Record: "r", Created: true, Noted: true, After: map[string][][]crm.Value{"name": {text("A")}}, Wrote: map[string]bool{"name": true},
	}
	changed := checkpoint.Touched{
		Ordinal: 1, Record: "r", Noted: true, Before: crm.Values{"name": text("old"), "about": nil}, Unread: []string{"odd"},
		After: map[string][][]crm.Value{"name": {text("A"), text("B")}, "about": {text("C")}}, Wrote: map[string]bool{"name": true, "about": true},
	}
	unknown := changed
	unknown.Noted = false
	for _, c := range []struct {
		name    string
		touched checkpoint.Touched
		now     crm.Values
		by      string
		deleted bool
		put     string // attributes that are put back
		kept    string // codes and attributes
	}{
		{"as it was created", created, crm.Values{"name": text("A"), "score": text("9")}, "workspace-member", true, "", ""},
		{"filled in by somebody", created, crm.Values{"name": text("A"), "about": text("x")}, "workspace-member", false, "", "changed-since about"},
		{"filled in by the workspace", created, crm.Values{"name": text("A"), "about": text("x")}, "system", true, "", ""},
		{"computed", created, crm.Values{"name": text("A"), "about": text("x")}, "", true, "", ""},
		{"what was written is written again", created, crm.Values{"name": text("B")}, "", false, "", "changed-since name"},
		{"the other end of what the run wrote", created, crm.Values{"name": text("A"), "team": to("own")}, "workspace-member", true, "", ""},
		{"a reference to another record", created, crm.Values{"name": text("A"), "team": to("other")}, "workspace-member", false, "", "changed-since team"},
		{"one of two that it may have been", changed, crm.Values{"name": text("B"), "about": text("D")}, "", false, "name", "changed-since about, unreadable-value odd"},
		{"as before", changed, crm.Values{"name": text("old")}, "", false, "", "unreadable-value odd"},
		{"not noted", unknown, crm.Values{"name": text("B")}, "", false, "", "not-noted "},
	} {
		t.Run(c.name, func(t *testing.T) {
			things := &fakeThings{record: crm.Record{ID: "r", Values: c.now}, by: c.by}
			c.touched.Target = things.Schema().Target
			var kept []string
			u := importer.Undo{
				List: fakeUndoList{c.touched}, Total: 1, Things: map[crm.Target]importer.Things{c.touched.Target: things},
				Journal: &fakeJournal{entries: map[int64]checkpoint.Entry{}},
				Show: func(done importer.Undone) {
					for _, f := range done.Findings {
						kept = append(kept, f.Code+" "+f.Pos.Column)
						if f.Code == "changed-since" && !strings.Contains(f.Problem, "LATER") {
							t.Errorf("%s: it does not name the later run", f.Problem)
						}
					}
				},
			}
			s, err := u.Run(t.Context(), t.Context())
			if err != nil || s.Ended() != 1 || (s.Rejected == 1) != (c.kept != "") {
				t.Errorf("%+v, %v", s, err)
			}
			var put []string
			for _, f := range things.put {
				put = append(put, f.Attribute)
			}
			if things.deleted != c.deleted || strings.Join(put, ", ") != c.put || strings.Join(kept, ", ") != c.kept {
				t.Errorf("deleted %v, put back %v, kept %v; want %v, %q, %q", things.deleted, put, kept, c.deleted, c.put, c.kept)
			}
		})
	}
}
