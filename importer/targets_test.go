package importer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/jobs"
)

// list makes a list of companies with an attribute of each kind that policies are about.
func (l *lab) list(slug string) {
	l.t.Helper()
	l.call(http.MethodPost, "/v2/lists", fmt.Sprintf(
		`{"data":{"name":%q,"api_slug":%q,"parent_object":"companies","workspace_access":"full-access","workspace_member_access":[]}}`, slug, slug))
	for attribute, config := range map[string][2]string{"remark": {"text", "false"}, "tags": {"select", "true"}, "stage": {"select", "false"}} {
		l.call(http.MethodPost, "/v2/lists/"+slug+"/attributes", fmt.Sprintf(
			`{"data":{"title":%q,"description":null,"api_slug":%q,"type":%q,"is_required":false,"is_unique":false,"is_multiselect":%s,"config":{}}}`,
			attribute, attribute, config[0], config[1]))
	}
}

// entries is what each entry of a list holds, in the order of the alphabet.
func (l *lab) entries(list string) []string {
	l.t.Helper()
	var all []string
	for e, err := range l.client.QueryEntries(l.t.Context(), crm.Target{List: list}, crm.Query{}) {
		if err != nil {
			l.t.Fatal(err)
		}
		var parts []string
		for _, attribute := range []string{"remark", "stage", "tags"} {
			for _, v := range e.Values[attribute] {
				if s, ok := v.(crm.Select); ok {
					parts = append(parts, s.Title)
				} else {
					parts = append(parts, fmt.Sprint(v))
				}
			}
		}
		slices.Sort(parts)
		all = append(all, strings.Join(parts, " "))
	}
	slices.Sort(all)
	return all
}

func wantTexts(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, " | ") != strings.Join(want, " | ") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

const (
	salesTarget = "{list: sales, parent: {object: companies, match: domains, from: Site}}"
	dealsTarget = "{list: sales, parent: {object: companies, match: domains, from: Site}, mode: create}"
	noteTarget  = "{note: {object: companies, match: domains, from: Site}}"
)

// into imports lines under a header by a job with that target and map.
func (l *lab) into(target, columns, header string, lines ...string) outcome {
	l.t.Helper()
	return l.diffJob(jobs.DiffAuto, fmt.Sprintf("version: 1\nimport:\n  source: {path: rows.csv}\n  target: %s\n  map: {%s}\n", target, columns), header, lines...).outcome
}

func wantSummary(t *testing.T, what string, got outcome, want importer.Summary, rejects ...string) {
	t.Helper()
	if got.Summary != want || strings.Join(got.rejects, ", ") != strings.Join(rejects, ", ") {
		t.Errorf("%s: %+v %q, want %+v %q", what, got.Summary, got.rejects, want, rejects)
	}
}

// TestEntriesOfAList imports entries onto entries that are there: every policy holds as it does for records.
func TestEntriesOfAList(t *testing.T) {
	l := newLab(t)
	l.list("sales")
	l.run("companies domains", "    domains: Site\n", "Site", "a.com", "b.com", `c.com`)
	columns := `remark: {from: Remark, write: if_empty}, tags: {from: Tags, split: ";", multi: append, unknown_option: create}, stage: {from: Stage, unknown_option: create}`
	out := l.into(salesTarget, columns, "Site,Remark,Tags,Stage", "a.com,one,x,Lead", "b.com,,x;y,")
	wantSummary(t, "first", out, importer.Summary{Read: 2, Created: 2})
	wantTexts(t, "entries", l.entries("sales"), "Lead one x", "x y")
	out = l.into(salesTarget, columns, "Site,Remark,Tags,Stage", "a.com,two,y,Won", "b.com,three,x,")
	wantSummary(t, "second", out, importer.Summary{Read: 2, Updated: 2})
	wantTexts(t, "entries", l.entries("sales"), "Won one x y", "three x y")
	out = l.into(salesTarget, columns, "Site,Remark,Tags,Stage", "a.com,two,y,Won", "b.com,three,x,", "d.com,,,", "c.com,,,", "c.com,,,")
	wantSummary(t, "third", out, importer.Summary{Read: 5, Unchanged: 2, Rejected: 3}, "3 unresolved-reference", "4 duplicate-key", "5 duplicate-key")
	out = l.into(salesTarget, "", "Site", "c.com")
	wantSummary(t, "a place on the list alone", out, importer.Summary{Read: 1, Created: 1})
}

// TestSeveralEntriesOfOneRecord counts: of equal rows as many are created as there are not.
func TestSeveralEntriesOfOneRecord(t *testing.T) {
	l := newLab(t)
	l.list("sales")
	l.run("companies domains", "    domains: Site\n", "Site", "a.com", "b.com")
	columns := `remark: Remark, stage: {from: Stage, unknown_option: create}`
	out := l.into(dealsTarget, columns, "Site,Remark,Stage", "a.com,one,Lead", "a.com,one,Lead", "b.com,one,", "a.com,one,")
	wantSummary(t, "first", out, importer.Summary{Read: 4, Created: 4})
	out = l.into(dealsTarget, columns, "Site,Remark,Stage", "a.com,one,", "a.com,one,Lead", "b.com,one,", "a.com,one,Lead", "a.com,one,Lead", "a.com,two,")
	wantSummary(t, "second", out, importer.Summary{Read: 6, Created: 2, Unchanged: 4})
	wantTexts(t, "entries", l.entries("sales"), "Lead one", "Lead one", "Lead one", "one", "one", "two")
}

// TestNotes writes notes, compares them without what servers do not keep, and back-dates them.
func TestNotes(t *testing.T) {
	l := newLab(t)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com")
	columns := `title: Title, content: Text, format: Format, created_at: {from: Day, format: DD.MM.YYYY, timezone: Europe/Berlin}`
	lines := []string{`a.com,Call,**Rang**,markdown,02.01.2020`, `a.com,Call,Rang,plaintext,02.01.2020`, `a.com,Call,"Rang  ` + "\r\n" + `twice ` + "\r\n" + `",,`}
	wantSummary(t, "first", l.into(noteTarget, columns, "Site,Title,Text,Format,Day", lines...), importer.Summary{Read: 3, Created: 3})
	wantSummary(t, "second", l.into(noteTarget, columns, "Site,Title,Text,Format,Day", lines...), importer.Summary{Read: 3, Unchanged: 3})
	wantSummary(t, "what lacks content", l.into(noteTarget, columns, "Site,Title,Text,Format,Day", "a.com,,x,,", "a.com,x,,,", ",x,x,,", "a.com,x,x,html,"),
		importer.Summary{Read: 4, Rejected: 4}, "1 blank-value", "2 blank-value", "3 blank-value", "4 unknown-option")
	var days []string
	for n, err := range l.client.Notes(t.Context(), crm.RecordLink{}) {
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, n.CreatedAt.UTC().Format("2006-01-02T15:04"))
	}
	if len(days) != 3 || days[0] != "2020-01-01T23:00" {
		t.Errorf("notes of %q", days)
	}
}

// TestTasks writes tasks that are linked to records of two objects and given to a member.
func TestTasks(t *testing.T) {
	l := newLab(t)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com", "b.com")
	l.run("people email_addresses", "    email_addresses: Mail\n", "Mail", "ada@x.com")
	columns := `content: Text, is_completed: Done, assignees: {from: Who, split: ";"}, linked_records: [{from: Sites, object: companies, match: domains, split: ";"}, {from: Mail, object: people, match: email_addresses}]`
	lines := []string{"Call,no,ada@sandbox.example,a.com;b.com,ada@x.com", "Call,no,,,", "Call,yes,,a.com,", "Call,no,,,ada@x.com"}
	wantSummary(t, "first", l.into("{task: {}}", columns, "Text,Done,Who,Sites,Mail", lines...), importer.Summary{Read: 4, Created: 4})
	wantSummary(t, "second", l.into("{task: {}}", columns, "Text,Done,Who,Sites,Mail", append(lines, "Call,no,nobody,,", "Call,no,,z.com,")...),
		importer.Summary{Read: 6, Unchanged: 4, Rejected: 2}, "5 unknown-member", "6 unresolved-reference")
	var links []string
	for task, err := range l.client.Tasks(t.Context(), crm.TaskQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, fmt.Sprint(len(task.Linked), len(task.Assignees), task.Completed))
	}
	if len(links) != 4 {
		t.Errorf("%d tasks, want 4", len(links))
	}
	if n := strings.Count(strings.Join(links, ","), "3 1 false"); n != 1 {
		t.Errorf("tasks with links, assignees, completed: %q", links)
	}
}

// TestContentChanged does not write a row a second time that an earlier session has written with other content.
func TestContentChanged(t *testing.T) {
	l := newLab(t)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com")
	job := "version: 1\nimport:\n  source: {path: rows.csv}\n  target: " + noteTarget + "\n  map: {title: Title, content: %s}\n"
	first, store := l.engine(fmt.Sprintf(job, "Text"), "Site,Title,Text,Other", "a.com,T,one,other")
	stored, err := store.Begin(t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
	if err != nil {
		t.Fatal(err)
	}
	journal := store.Journal(stored.Steps[0])
	first.Journal, first.Diff, first.Live = journal, jobs.DiffAuto, store.LiveValues("lab", "")
	if s, err := run(t.Context(), t.Context(), first); err != nil || s.Created != 1 {
		t.Fatal(s, err)
	}
	changed, _ := l.engine(fmt.Sprintf(job, "Other"), "Site,Title,Text,Other", "a.com,T,one,other")
	changed.Journal, changed.Diff, changed.Live = journal, jobs.DiffAuto, first.Live
	for range 2 { // the second time it is known
		s, err := run(t.Context(), t.Context(), changed)
		if err != nil || s.Rejected != 1 {
			t.Errorf("%+v %v, want the row rejected", s, err)
		}
	}
	for r, err := range journal.Rejects(t.Context()) {
		if err != nil || r.Findings[0].Code != "content-changed" {
			t.Error(r.Findings, err)
		}
	}
}

// TestTextIsWrittenAsItIs: what is left out where texts are compared is written all the same.
func TestTextIsWrittenAsItIs(t *testing.T) {
	l := newLab(t)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com")
	columns := `content: Text, linked_records: [{from: Site, object: companies, match: domains}, {from: Site, object: companies, match: domains}]`
	for _, want := range []importer.Summary{{Read: 2, Created: 2}, {Read: 2, Unchanged: 2}} {
		wantSummary(t, "tasks", l.into("{task: {}}", columns, "Site,Text", "a.com,\"Call  \nback \"", "a.com,Call"), want)
	}
	var texts []string
	for task, err := range l.client.Tasks(t.Context(), crm.TaskQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, fmt.Sprintf("%q of %d", task.Content, len(task.Linked)))
	}
	slices.Sort(texts)
	wantTexts(t, "tasks", texts, `"Call  \nback " of 1`, `"Call" of 1`)
}

// TestContentChangedAndChangedAgain: what an earlier session has written, or may have, is not written once more when the job is changed for the second time,
// or changed to one that rejects the row, or leaves it out, and changed again.
func TestContentChangedAndChangedAgain(t *testing.T) {
	const (
		first = "{title: Title, content: Text}"
		other = "{title: Title, content: Other}"
		third = "{title: Title, content: Third}"
	)
	for name, test := range map[string]struct {
		sent []string // maps of the sessions, and what the source's where is
		want string   // what the row ends with
		lost bool     // the first session is killed before it knows the reply
	}{
		"changed twice":               {sent: []string{first, other, third}, want: "content-changed"},
		"changed twice, unsure":       {sent: []string{first, other, third}, want: "content-changed", lost: true},
		"rejected, changed":           {sent: []string{first, "{title: Blank, content: Text}", other}, want: "content-changed"},
		"rejected, changed, unsure":   {sent: []string{first, "{title: Blank, content: Text}", other}, want: "content-changed", lost: true},
		"left out, changed":           {sent: []string{first, "where", other}, want: "content-changed"},
		"rejected, as it was":         {sent: []string{first, "{title: Blank, content: Text}", first}},
		"left out, as it was":         {sent: []string{first, "where", first}},
		"left out, as it was, unsure": {sent: []string{first, "where", first}, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.run("companies domains", "    domains: Site\n", "Site", "a.com")
			var journal *checkpoint.Journal
			var live importer.Snapshot
			for i, columns := range test.sent {
				where := ""
				if columns == "where" {
					where, columns = ", where: 'Title == \"\"'", first
				}
				im, store := l.engine(fmt.Sprintf("version: 1\nimport:\n  source: {path: rows.csv%s}\n  target: %s\n  map: %s\n", where, noteTarget, columns),
					"Site,Title,Text,Other,Third,Blank", "a.com,T,one,other,third,")
				if i == 0 {
					stored, err := store.Begin(t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
					if err != nil {
						t.Fatal(err)
					}
					journal, live = store.Journal(stored.Steps[0]), store.LiveValues("lab", "")
				}
				im.Journal, im.Diff, im.Live = journal, jobs.DiffAuto, live
				if i == 0 && test.lost {
					im.Journal = forgetful{journal}
				}
				if _, err := run(t.Context(), t.Context(), im); err != nil && (i > 0 || !test.lost) {
					t.Fatal(err)
				}
			}
			var codes, notes []string
			for r, err := range journal.Rejects(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				codes = append(codes, r.Findings[0].Code)
			}
			for n, err := range l.client.Notes(t.Context(), crm.RecordLink{}) {
				if err != nil {
					t.Fatal(err)
				}
				notes = append(notes, n.Text)
			}
			wantTexts(t, "notes", notes, "one")
			if got := strings.Join(codes, " "); got != test.want {
				t.Errorf("rejected with %q, want %q", got, test.want)
			}
		})
	}
}

// forgetful is a journal of a process that dies before it can note what became of a row.
type forgetful struct{ *checkpoint.Journal }

func (j forgetful) Append(ctx context.Context, entries []checkpoint.Entry) error {
	if slices.ContainsFunc(entries, func(e checkpoint.Entry) bool { return e.Outcome != checkpoint.Sent }) {
		return errors.New("dead")
	}
	return j.Journal.Append(ctx, entries)
}

// TestRefusedAndCorrected: what the API has refused is not there, however unsure an earlier session was, and the corrected row is written.
func TestRefusedAndCorrected(t *testing.T) {
	l := newLab(t)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com")
	var good string
	for _, r := range first(l.client.FindByKey(t.Context(), "companies", crm.Key{Attribute: "domains", Type: crm.TypeDomain, Values: []string{"a.com"}}, 1)) {
		good = r.ID
	}
	var journal *checkpoint.Journal
	var live importer.Snapshot
	for i, column := range []string{"Bad", "Bad", "Good"} {
		im, store := l.engine("version: 1\nimport:\n  source: {path: rows.csv}\n  target: {note: {object: companies, from: "+column+"}}\n  map: {title: Title, content: Title}\n",
			"Title,Bad,Good", "T,11111111-1111-4111-8111-111111111111,"+good)
		if i == 0 {
			stored, err := store.Begin(t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
			if err != nil {
				t.Fatal(err)
			}
			journal, live = store.Journal(stored.Steps[0]), store.LiveValues("lab", "")
		}
		im.Journal, im.Diff, im.Live = journal, jobs.DiffAuto, live
		if i == 0 {
			im.Journal = forgetful{journal}
		}
		s, err := run(t.Context(), t.Context(), im)
		if want := []importer.Summary{{Read: 1, NotReached: 1}, {Read: 1, Rejected: 1}, {Read: 1, Created: 1}}[i]; s != want || (err != nil) != (i == 0) {
			t.Errorf("session %d: %+v %v, want %+v", i+1, s, err, want)
		}
	}
}

func first[T any](found T, _ error) T { return found }

// TestACreationThatIsNot does not take a reply for a note that shows none.
func TestACreationThatIsNot(t *testing.T) {
	l := newLab(t)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com")
	im, store := l.engine("version: 1\nimport:\n  source: {path: rows.csv}\n  target: "+noteTarget+"\n  map: {title: Text, content: Text}\n", "Site,Text", "a.com,written", "a.com,lost")
	stored, err := store.Begin(t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
	if err != nil {
		t.Fatal(err)
	}
	im.Journal, im.Diff, im.Live, im.Notes = store.Journal(stored.Steps[0]), jobs.DiffAuto, store.LiveValues("lab", ""), mute{l.client}
	s, err := run(t.Context(), t.Context(), im)
	if want := (importer.Summary{Read: 2, Created: 1, Rejected: 1}); s != want || err != nil {
		t.Errorf("%+v %v, want %+v", s, err, want)
	}
	for r, err := range store.Journal(stored.Steps[0]).Rejects(t.Context()) {
		if err != nil || r.Findings[0].Code != "not-confirmed" {
			t.Error(r.Findings, err)
		}
	}
}

// mute is an API whose replies do not show what was written, if it was.
type mute struct{ *attio.Client }

func (m mute) CreateNote(ctx context.Context, n crm.Note) (crm.Note, error) {
	if n.Text == "lost" {
		return crm.Note{}, nil
	}
	_, err := m.Client.CreateNote(ctx, n)
	return crm.Note{}, err
}

// TestWhatAServerMayNotKeep: an entry whose text lost its blanks, and whose time what is below a millisecond, is not created again.
func TestWhatAServerMayNotKeep(t *testing.T) {
	l := newLab(t)
	l.list("sales")
	l.call(http.MethodPost, "/v2/lists/sales/attributes",
		`{"data":{"title":"at","description":null,"api_slug":"at","type":"timestamp","is_required":false,"is_unique":false,"is_multiselect":false,"config":{}}}`)
	l.run("companies domains", "    domains: Site\n", "Site", "a.com")
	kept := l.into(dealsTarget, "remark: Remark, at: At", "Site,Remark,At", "a.com,one,2026-01-02T10:00:00.123Z")
	wantSummary(t, "what it kept", kept, importer.Summary{Read: 1, Created: 1})
	again := l.into(dealsTarget, "remark: Remark, at: At", "Site,Remark,At", "a.com,one ,2026-01-02T10:00:00.123456Z", "a.com,one,2026-01-02T10:00:00.124Z")
	wantSummary(t, "what it was sent", again, importer.Summary{Read: 2, Created: 1, Unchanged: 1})
}
