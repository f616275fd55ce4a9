package attio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"attio-etl/crm"
)

// shelf answers a list page by page, in one of the shapes that servers have.
type shelf struct {
	ids    []string
	clamp  int  // the most it sends at once; 0: as many as asked
	total  bool // it tells a total
	lie    int  // which is wrong by so much
	cursor bool // it gives cursors
	stuck  bool // it answers every page with the first

	asked []string // limit and offset, or the cursor, of each request
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limit, offset := s.where(r)
	if s.clamp > 0 {
		limit = min(limit, s.clamp)
	}
	if s.stuck {
		offset = 0
	}
	to := min(len(s.ids), offset+limit)
	var items []string
	for _, id := range s.ids[min(offset, to):to] {
		items = append(items, fmt.Sprintf(`{"id":{"record_id":%q,"note_id":%q}}`, id, id))
	}
	more := ""
	if s.total {
		more = fmt.Sprintf(`,"meta":{"total_count":%d,"limit":%d,"offset":%d}`, len(s.ids)+s.lie, limit, offset)
	}
	if s.cursor {
		next := "null"
		if to < len(s.ids) {
			next = fmt.Sprintf(`"at-%d"`, to)
		}
		more = `,"pagination":{"next_cursor":` + next + `}`
	}
	_, _ = fmt.Fprintf(w, `{"data":[%s]%s}`, strings.Join(items, ","), more)
}

// where reads where a page begins, of a POST body or of a query string.
func (s *shelf) where(r *http.Request) (limit, offset int) {
	var q struct{ Limit, Offset int }
	if r.Method == http.MethodPost {
		b, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(b, &q)
	} else {
		v := r.URL.Query()
		q.Limit, _ = strconv.Atoi(v.Get("limit"))
		q.Offset, _ = strconv.Atoi(v.Get("offset"))
		if at := v.Get("cursor"); at != "" {
			q.Offset, _ = strconv.Atoi(strings.TrimPrefix(at, "at-"))
			s.asked = append(s.asked, at)
			return q.Limit, q.Offset
		}
	}
	s.asked = append(s.asked, fmt.Sprintf("%d+%d", q.Offset, q.Limit))
	return q.Limit, q.Offset
}

func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("r%d", i)
	}
	return ids
}

func collect(ctx context.Context, c *Client, q crm.Query) (ids []string, err error) {
	for rec, err := range c.QueryRecords(ctx, companies, q) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, rec.ID)
	}
	return ids, nil
}

// TestPagesEnd holds where reading stops, and that nothing is left out, for every shape of a list.
func TestPagesEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		shelf    shelf
		requests int
	}{
		"nothing":                         {shelf{}, 1},
		"a short page":                    {shelf{ids: numbered(9)}, 2}, // the second shows that the server does not merely send less than asked
		"a full page":                     {shelf{ids: numbered(10)}, 2},
		"a full page and a short one":     {shelf{ids: numbered(11)}, 2}, // the first has shown it
		"full pages":                      {shelf{ids: numbered(30)}, 4},
		"less than asked":                 {shelf{ids: numbered(25), clamp: 4}, 8},
		"less than asked, a whole number": {shelf{ids: numbered(24), clamp: 4}, 7},
		"one at a time":                   {shelf{ids: numbered(5), clamp: 1}, 6},
		"a total":                         {shelf{ids: numbered(25), total: true}, 3},
		"a total, full pages":             {shelf{ids: numbered(20), total: true}, 2},
		"a total and less than asked":     {shelf{ids: numbered(25), clamp: 4, total: true}, 7},
		"a total of nothing":              {shelf{total: true}, 1},
		"a total that is smaller by two":  {shelf{ids: numbered(10), total: true, lie: -2}, 1},
	} {
		s := tt.shelf
		ids, err := collect(t.Context(), serve(t, s.ServeHTTP), crm.Query{Page: 10})
		if err != nil || !slices.Equal(ids, s.ids) && len(ids)+len(s.ids) > 0 || len(s.asked) != tt.requests {
			t.Errorf("%s: %d of %d records (%v) in %d requests %v, want %d", name, len(ids), len(s.ids), err, len(s.asked), s.asked, tt.requests)
		}
	}
}

func TestPagesThatCannotBeRead(t *testing.T) {
	for name, s := range map[string]*shelf{
		"the same page for ever":        {ids: numbered(100), stuck: true},
		"the same page and less":        {ids: numbered(100), stuck: true, clamp: 4},
		"a total that is never reached": {ids: numbered(25), total: true, lie: 1},
	} {
		ids, err := collect(t.Context(), serve(t, s.ServeHTTP), crm.Query{Page: 10})
		if err == nil || !strings.Contains(err.Error(), "the rest cannot be read") || len(s.asked) > 5 {
			t.Errorf("%s: %d records, %v, %v", name, len(ids), err, s.asked)
		}
	}
	calls := 0
	for _, err := range serve(t, reply(500, "")).QueryRecords(t.Context(), companies, crm.Query{}) {
		if calls++; asError(t, err).Class != crm.FaultTransient {
			t.Error(err)
		}
	}
	if calls != 1 {
		t.Errorf("%d errors of a query that failed once", calls)
	}
	if err := drain(t.Context(), serve(t, reply(200, `{}`)), crm.Query{}); asError(t, err).Code != CodeBadReply {
		t.Errorf("a page without data: %v", err)
	}
}

func TestCursor(t *testing.T) {
	s := &shelf{ids: numbered(130), cursor: true}
	c := serve(t, s.ServeHTTP)
	var ids []string
	var middle crm.Position
	for page, err := range c.NotePages(t.Context(), crm.RecordLink{}, crm.Position{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range page.Items {
			ids = append(ids, n.ID)
		}
		if middle == (crm.Position{}) {
			middle = page.Next
		}
	}
	if want := []string{"0+50", "at-50", "at-100"}; !slices.Equal(ids, s.ids) || !slices.Equal(s.asked, want) {
		t.Errorf("%d notes by %v, want 130 by %v", len(ids), s.asked, want)
	}
	rest := 0
	for page, err := range c.NotePages(t.Context(), crm.RecordLink{}, middle) {
		if err != nil {
			t.Fatal(err)
		}
		rest += len(page.Items)
	}
	if rest != 80 {
		t.Errorf("%d notes from %+v on, want 80", rest, middle)
	}
}

func TestLimit(t *testing.T) {
	for limit, want := range map[int]string{1: "0+1", 7: "0+7", 10: "0+10", 25: "0+10 10+10 20+10"} {
		s := &shelf{ids: numbered(100)}
		ids, err := collect(t.Context(), serve(t, s.ServeHTTP), crm.Query{Page: 10, Limit: limit})
		if err != nil || len(ids) != limit || strings.Join(s.asked, " ") != want {
			t.Errorf("limit %d: %d records (%v) by %v", limit, len(ids), err, s.asked)
		}
	}
}

// TestShiftingPages: records that are put in front while a list is read come once all the same, and are counted.
func TestShiftingPages(t *testing.T) {
	s := &shelf{ids: numbered(25)}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if len(s.asked) == 1 {
			s.ids = append([]string{"new1", "new2"}, s.ids...)
		}
		s.ServeHTTP(w, r)
	})
	seen := map[string]int{}
	repeated := 0
	for page, err := range c.RecordPages(t.Context(), companies, crm.Query{Page: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		repeated += page.Repeated
		for _, rec := range page.Items {
			seen[rec.ID]++
		}
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", id, times)
		}
	}
	if len(seen) != 25 || repeated != 2 {
		t.Errorf("%d records, %d repeated, want 25 and 2", len(seen), repeated)
	}
}

// TestResume stops after each page in turn and goes on from its position.
func TestResume(t *testing.T) {
	for stop := range 3 {
		s := &shelf{ids: numbered(25)}
		c := serve(t, s.ServeHTTP)
		var ids []string
		var at crm.Position
		pages := 0
		for page, err := range c.RecordPages(t.Context(), companies, crm.Query{Page: 10}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, rec := range page.Items {
				ids = append(ids, rec.ID)
			}
			at = page.Next
			if pages++; pages > stop {
				break
			}
		}
		rest, err := collect(t.Context(), c, crm.Query{Page: 10, From: at})
		if all := append(ids, rest...); err != nil || !slices.Equal(all, s.ids) {
			t.Errorf("stopped after page %d at %+v: %v (%v)", stop+1, at, all, err)
		}
	}
}

func TestResumeOfAMovedList(t *testing.T) {
	for name, ids := range map[string][]string{
		"one was deleted": numbered(25)[1:],
		"one was added":   append([]string{"new"}, numbered(25)...),
		"all are gone":    nil,
	} {
		s := &shelf{ids: ids}
		_, err := collect(t.Context(), serve(t, s.ServeHTTP), crm.Query{Page: 10, From: crm.Position{Offset: 10, Last: "r9"}})
		if !errors.Is(err, ErrMoved) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := &shelf{ids: numbered(10)}
	rest, err := collect(t.Context(), serve(t, s.ServeHTTP), crm.Query{Page: 10, From: crm.Position{Offset: 10, Last: "r9"}})
	if err != nil || len(rest) != 0 {
		t.Errorf("nothing was left: %v, %v", rest, err)
	}
}

// TestOrder: offsets mean nothing without an order, so one is always asked for.
func TestOrder(t *testing.T) {
	c, got := record(t, `{"data":[]}`)
	if err := drain(t.Context(), c, crm.Query{}); err != nil || !strings.Contains(got.body, `"sorts":[{"direction":"asc","attribute":"created_at"}]`) {
		t.Errorf("%s (%v)", got.body, err)
	}
}

// TestWholePages: a reading that must not pass over anything finds all that it would find otherwise, and ends when something before its
// place is deleted, which pushes the next record past it.
func TestWholePages(t *testing.T) {
	for name, s := range map[string]*shelf{
		"nothing":         {},
		"a short page":    {ids: numbered(9)},
		"full pages":      {ids: numbered(30)},
		"less than asked": {ids: numbered(25), clamp: 4},
		"one at a time":   {ids: numbered(5), clamp: 1},
		"a total":         {ids: numbered(25), total: true},
		"cursors":         {ids: numbered(25), cursor: true},
	} {
		ids, err := collect(t.Context(), serve(t, s.ServeHTTP), crm.Query{Page: 10, Whole: true})
		if err != nil || strings.Join(ids, " ") != strings.Join(s.ids, " ") {
			t.Errorf("%s: %v (%v) in requests %v", name, ids, err, s.asked)
		}
	}
	s := &shelf{ids: numbered(30)}
	var err error
	for _, e := range serve(t, s.ServeHTTP).RecordPages(t.Context(), companies, crm.Query{Page: 10, Whole: true}) {
		if err = e; len(s.ids) == 30 {
			s.ids = slices.Delete(s.ids, 4, 5)
		}
	}
	if !errors.Is(err, crm.ErrMoved) {
		t.Errorf("%v: record r10 was passed over", err)
	}
}

// TestWholeActivity: notes and tasks are read like that too, and those of a short page are not asked for again.
func TestWholeActivity(t *testing.T) {
	for name, scan := range map[string]func(*Client) iter.Seq2[int, error]{
		"notes": func(c *Client) iter.Seq2[int, error] { return sizes(c.ScanNotes(t.Context(), crm.RecordLink{})) },
		"tasks": func(c *Client) iter.Seq2[int, error] { return sizes(c.ScanTasks(t.Context(), crm.RecordLink{})) },
	} {
		for _, n := range []int{0, 3, 50, 120, 501} {
			s := &activities{n: n}
			total := 0
			for size, err := range scan(serve(t, s.ServeHTTP)) {
				if err != nil {
					t.Fatal(err)
				}
				total += size
			}
			if total != n || (n < 50 && s.asked > 2) {
				t.Errorf("%d of %d %s in %d requests", total, n, name, s.asked)
			}
		}
		s := &activities{n: 1200}
		var err error
		for _, e := range scan(serve(t, s.ServeHTTP)) {
			err, s.gone = e, 1
		}
		if !errors.Is(err, crm.ErrMoved) {
			t.Errorf("%s: %v: one was passed over", name, err)
		}
	}
}

func sizes[T any](pages iter.Seq2[crm.Page[T], error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for page, err := range pages {
			if !yield(len(page.Items), err) {
				return
			}
		}
	}
}

// activities serves so many notes or tasks, of which the first may be gone.
type activities struct{ n, gone, asked int }

func (a *activities) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.asked++
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	items := []string{}
	for i := offset + a.gone; i < a.n && len(items) < limit; i++ {
		items = append(items, fmt.Sprintf(`{"id":{"note_id":"%d","task_id":"%d"}}`, i, i))
	}
	_, _ = fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(items, ","))
}

// TestMoreThan asks one question.
func TestMoreThan(t *testing.T) {
	for n, want := range map[int]bool{0: true, 29: true, 30: false, 31: false} {
		s := &shelf{ids: numbered(30)}
		if more, err := serve(t, s.ServeHTTP).MoreThan(t.Context(), "companies", n); err != nil || more != want || len(s.asked) != 1 {
			t.Errorf("more than %d: %v, %v in requests %v", n, more, err, s.asked)
		}
	}
}

// TestPageSizes holds what is asked for at once of lists that have limits of their own (contract §11).
func TestPageSizes(t *testing.T) {
	for want, call := range map[string]func(*Client) error{
		"50":  func(c *Client) error { return last(c.Notes(t.Context(), crm.RecordLink{})) },
		"500": func(c *Client) error { return last(c.Tasks(t.Context(), crm.TaskQuery{})) },
		"100": func(c *Client) error { return last(c.Webhooks(t.Context())) },
	} {
		c, got := record(t, `{"data":[]}`)
		if err := call(c); err != nil {
			t.Error(err)
		}
		u, err := url.Parse(got.target)
		if err != nil || u.Query().Get("limit") != want {
			t.Errorf("%s, want the limit %s", got.target, want)
		}
	}
}

func TestIDSet(t *testing.T) {
	s := idSet{}
	for _, id := range []string{"", "r1", recordID, strings.ToUpper(recordID), strings.ReplaceAll(recordID, "-", ""), "r2"} {
		if !s.add(id) || s.add(id) {
			t.Errorf("%q is not told apart", id)
		}
	}
}
