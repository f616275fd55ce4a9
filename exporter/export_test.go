package exporter

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// memory is a spool that fails when it is told to.
type memory struct {
	frames [][]byte
	most   int // frames that it takes; 0: all
}

var errFull = errors.New("the disk is full")

func (m *memory) Append(frame []byte) error {
	if m.most > 0 && len(m.frames) == m.most {
		return errFull
	}
	m.frames = append(m.frames, slices.Clone(frame))
	return nil
}

func (m *memory) Frames() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, frame := range m.frames {
			if !yield(slices.Clone(frame), nil) {
				return
			}
		}
	}
}

// staff is a list of people, three of whom work for each company, and who finds the companies.
type staff struct {
	people []crm.Record
	mu     sync.Mutex
	found  map[string]int // how often each company was looked for
	gone   string         // a company that is not there any more
}

func newStaff(n int) *staff {
	s := &staff{found: map[string]int{}}
	for i := range n {
		r := crm.Record{ID: fmt.Sprintf("p%03d", i), CreatedAt: epoch, Values: map[string][]crm.Value{
			"title":   {crm.Text(fmt.Sprint("person ", i))},
			"company": {crm.RecordReference{Object: "companies", ID: fmt.Sprint("c", i/3)}},
		}}
		if i%10 == 0 {
			r.Unread = []string{"novel"}
		}
		s.people = append(s.people, r)
	}
	return s
}

func (s *staff) Page(_ context.Context, offset, limit int) ([]crm.Record, error) {
	from := min(offset, len(s.people))
	return s.people[from:min(from+limit, len(s.people))], nil
}

func (s *staff) Find(_ context.Context, object string, ids []string) ([]crm.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if object != "companies" || len(ids) > MaxFound {
		return nil, fmt.Errorf("%d records of %s are looked for", len(ids), object)
	}
	var records []crm.Record
	for _, id := range ids {
		if s.found[id]++; id != s.gone {
			records = append(records, crm.Record{ID: id, Values: map[string][]crm.Value{"name": {crm.Text("company " + id)}, "other": {crm.Text("x")}}})
		}
	}
	return records, nil
}

// exportOf is an export of the staff with a path to their companies.
func exportOf(t *testing.T, s *staff, columns string) *Export {
	t.Helper()
	job, wrong := jobs.Parse("", []byte("version: 1\nexport:\n  from: {object: people}\n  columns: ["+columns+"]\n  to: {path: p.csv}\n"), nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	flat, _, wrong := mapping.Flatten(job, &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
		{Slug: "title", Type: crm.TypeText},
		{Slug: "tags", Type: crm.TypeText, Multi: true},
		{Slug: "company", Type: crm.TypeRecordReference, AllowedObjects: []string{"companies"}},
	}}, nil, mapping.Schemas{"companies": {Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{{Slug: "name", Type: crm.TypeText}}}})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return &Export{Lister: s, Finder: s, Flat: flat, Spool: &memory{}, Size: 10, Ahead: 3}
}

func rowsOf(t *testing.T, e *Export) (rows []string) {
	t.Helper()
	if err := e.Rows(t.Context(), func(r Row) error {
		texts := []string{r.ID}
		for _, c := range r.Cells {
			texts = append(texts, c.Text())
		}
		rows = append(rows, strings.Join(texts, "|"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestExport(t *testing.T) {
	s := newStaff(100)
	s.gone = "c5"
	e := exportOf(t, s, "record_id, title, company.name")
	reached, err := e.Read(t.Context())
	if err != nil || !reached.Ended || reached.Rows != 100 || reached.Unread["novel"] != 10 || reached.Pages.Repeated != 0 {
		t.Fatalf("%+v, %v", reached, err)
	}
	rows := rowsOf(t, e)
	for i, row := range rows {
		want := fmt.Sprintf("p%03d|p%03d|person %d|company c%d", i, i, i, i/3)
		if i/3 == 5 {
			want = fmt.Sprintf("p%03d|p%03d|person %d|", i, i, i)
		}
		if row != want {
			t.Fatalf("row %d is %q, want %q", i, row, want)
		}
	}
	for id, n := range s.found {
		if n != 1 {
			t.Errorf("%s was looked for %d times", id, n)
		}
	}
}

// An export that stops after any frame goes on from there and holds the same rows, and the same counts of them.
func TestExportGoesOn(t *testing.T) {
	whole := exportOf(t, newStaff(100), "record_id, company.name")
	want, err := whole.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(t, whole)
	for most := 1; most < 11; most++ {
		e := exportOf(t, newStaff(100), "record_id, company.name")
		spool := &memory{most: most}
		e.Spool = spool
		if _, err := e.Read(t.Context()); !errors.Is(err, errFull) {
			t.Fatalf("after %d frames: %v", most, err)
		}
		if err := e.Rows(t.Context(), func(Row) error { return nil }); !errors.Is(err, errDamagedFrame) {
			t.Errorf("after %d frames the rows are taken for whole: %v", most, err)
		}
		spool.most = 0
		var first Reached
		e.Behold = func(r Reached) {
			if first.Rows == 0 {
				first = r
			}
		}
		got, err := e.Read(t.Context())
		if err != nil || got.Rows != want.Rows || got.Unread["novel"] != want.Unread["novel"] {
			t.Fatalf("after %d frames: %+v, %v", most, got, err)
		}
		if first.Rows < int64(most)*9 {
			t.Errorf("after %d frames it began at row %d", most, first.Rows)
		}
		if diff := cmp.Diff(rows, rowsOf(t, e)); diff != "" {
			t.Errorf("after %d frames (-want +got):\n%s", most, diff)
		}
	}
}

// A value that cannot be written ends the export with a finding, and what was read before it stays.
func TestExportOfWhatCannotBeWritten(t *testing.T) {
	s := newStaff(100)
	s.people[55].Values["tags"] = []crm.Value{crm.Text("a;b")}
	s.people[57].Values["tags"] = []crm.Value{crm.Text("c;d")}
	e := exportOf(t, s, "record_id, tags")
	_, err := e.Read(t.Context())
	var findings diag.List
	if !errors.As(err, &findings) || len(findings) != 2 || !strings.Contains(findings[0].Problem, "tags of people p055") {
		t.Errorf("%v", err)
	}
}

func TestCompare(t *testing.T) {
	known := func(e *Export) *Known {
		k := &Known{}
		if err := e.Rows(t.Context(), func(r Row) error { k.Add(r.ID, hashOf(r.Cells)); return nil }); err != nil {
			t.Fatal(err)
		}
		return k
	}
	before := exportOf(t, newStaff(50), "record_id, title")
	if _, err := before.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := newStaff(53)
	s.people[7].Values["title"] = []crm.Value{crm.Text("another")}
	const uuid = "00112233-4455-4677-8899-aabbccddeeff"
	s.people = slices.Delete(s.people, 20, 22)
	after := exportOf(t, s, "record_id, title")
	if _, err := after.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	was := known(before)
	was.Add(uuid, Hash{1})
	var got []string
	kept := 0
	changes, err := after.Compare(t.Context(), was, Taker{
		Row:    func(Row, Hash) error { kept++; return nil },
		Change: func(change string, r Row) error { got = append(got, change+" "+r.ID); return nil },
	})
	want := []string{"changed p007", "added p050", "added p051", "added p052", "deleted p020", "deleted p021", "deleted " + uuid}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || kept != 51 || changes != (Changes{Added: 3, Changed: 1, Deleted: 3}) {
		t.Errorf("%+v, %d rows, %v (-want +got):\n%s", changes, kept, err, diff)
	}
}

// Frames that are not as they were written are errors, not rows.
func FuzzFrame(f *testing.F) {
	frames, err := newFrames()
	if err != nil {
		f.Fatal(err)
	}
	defer frames.close()
	rows := appendRow(nil, Row{ID: "a", Key: []byte{1, 0}, Cells: []tabular.Cell{tabular.StringCell("x"), {}}})
	rows = appendRow(rows, Row{ID: "b", Cells: []tabular.Cell{tabular.ListCell([]tabular.Cell{tabular.IntCell(1)})}})
	f.Add(rows)
	f.Add(rows[:len(rows)-1])
	f.Add([]byte{1, 'a', 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := newFrames()
		if err != nil {
			t.Fatal(err)
		}
		defer frames.close()
		frame, err := frames.frame(Reached{Rows: 2}, data)
		if err != nil {
			t.Fatal(err)
		}
		head, back, err := frames.open(frame)
		if err != nil || head.Rows != 2 || string(back) != string(data) {
			t.Fatalf("%+v %q %v", head, back, err)
		}
		var written []byte
		read, again := 0, 0
		err = each(back, func(r Row) error {
			written = appendRow(written, r)
			read++
			return nil
		})
		if err == nil {
			if err := each(written, func(Row) error { again++; return nil }); err != nil || again != read {
				t.Fatalf("%d rows are %d when they are written again: %v", read, again, err)
			}
		}
		_, _, _ = frames.open(data)
	})
}
