package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`

// migration is a run of two steps in three sessions, of which the second was killed.
func migration() Report {
	at := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	traffic := func(start time.Time, width time.Duration, n int, each Requests) Traffic {
		t := Traffic{Start: start, WidthMS: width.Milliseconds()}
		for i := range n {
			c := each
			if i%40 == 7 {
				c.Retried, c.Throttled = 3, 1
			}
			if i < 4 {
				c.Read, c.Write = c.Write, c.Read
			}
			t.Counts = append(t.Counts, c)
		}
		return t
	}
	session := func(n int, ending string, code int, t Traffic, took time.Duration) Session {
		s := Session{
			Started: t.Start.Add(time.Second), Ending: ending, Code: code, Program: fmt.Sprintf("1.%d", n), Contract: "current", Traffic: t, Requests: t.Total(),
		}
		if took > 0 {
			s.Ended = t.Start.Add(took)
		}
		return s
	}
	return Report{
		Run: "01JABCDEFGHJKMNPQRSTVWXYZ0", Job: "migration " + evil, Status: "complete", Started: at, Ended: at.Add(31 * time.Hour),
		Versions: []Fact{{"program", "attio-etl 1.3"}, {"job file", "/jobs/" + evil}},
		Steps: []Step{
			{
				Step: "companies", Target: "companies", Status: "complete", Counts: Counts{Read: 200123, Created: 120456, Updated: 30789, Upserted: 11, Unchanged: 48812, Rejected: 55},
				LeftOut: 17, Look: "200068 rows compared with 81234 live records, diff: scan, as it takes fewer requests", RejectsFile: "/state/rejects.csv",
				Causes: []Cause{
					{Code: "bad-date", Rows: 40, Examples: []Example{{Row: 148, Line: 214, Column: "Founded", Problem: "the cell is not a date", Got: "31.02.2019", Want: "DD.MM.YYYY"}}},
					{Code: "bad-domain", Rows: 15, Examples: []Example{{Row: 389, Line: 572, Column: "Website " + evil, Problem: "the cell is not a domain " + evil, Got: evil, Hint: "set split " + evil}}},
				},
				Options: []string{"categories: Robotics", "categories: " + evil}, Records: []string{"people with email_addresses a@example.com (rec-1)"}, MoreMade: 4321,
			},
			{
				Step: "people", Target: "people", Status: "stopped", Counts: Counts{Read: 41234, Created: 30001, Deleted: 7, Rejected: 3, NotReached: 11223},
				Error: "stopped (unavailable): " + evil, Warnings: []Cause{{Code: "reference-left-out", Rows: 29, Examples: []Example{{Problem: "first: " + evil}}}},
			},
		},
		Sessions: []Session{
			session(1, "interrupted", 130, traffic(at, 32*time.Second, 580, Requests{Write: 310, Read: 4}), 580*32*time.Second),
			session(2, "killed", 0, traffic(at.Add(10*time.Hour), 8*time.Second, 400, Requests{Write: 70, Read: 2}), 0),
			session(3, "complete", 3, traffic(at.Add(12*time.Hour), 16*time.Second, 150, Requests{Write: 150}), 2401*time.Second),
		},
		Planned: &Counts{Read: 241357, Created: 150000, Updated: 30789}, PlanFile: "plan.jsonl",
		Verified: json.RawMessage(`{"type":"verify","rows":241000,"differences":{"missing":0,"changed":` + fmt.Sprint(12) + `},"note":"` + strings.ReplaceAll(evil, `"`, `\"`) + `"}`),
	}
}

func written(t *testing.T, r Report) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parsed is the page's tree, each tag of which must be closed where it stands.
func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	var open []string
	void := map[string]bool{"meta": true, "link": true, "br": true}
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			break
		}
		name, _ := z.TagName()
		switch tag := string(name); {
		case kind == html.StartTagToken && !void[tag]:
			open = append(open, tag)
		case kind == html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tag {
				t.Fatalf("</%s> in %v", tag, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v stay open", open)
	}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestThePageLoadsNothing: no element that loads or runs something, no address but that of the empty icon, and a policy that forbids the rest.
func TestThePageLoadsNothing(t *testing.T) {
	page := written(t, migration())
	policy := ""
	for n := range parsed(t, page).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "img", "iframe", "object", "embed", "form", "base", "a", "image", "use", "foreignObject":
			t.Errorf("<%s> in the page", n.Data)
		}
		for _, a := range n.Attr {
			name := strings.ToLower(a.Key)
			if strings.HasPrefix(name, "on") || name == "style" || name == "src" || (name == "href" && a.Val != "data:,") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
			if n.Data == "meta" && a.Key == "content" && strings.HasPrefix(a.Val, "default-src") {
				policy = a.Val
			}
		}
		if n.Data == "style" && regexp.MustCompile(`url\(|@import|@font-face|image-set`).MatchString(n.FirstChild.Data) {
			t.Error("the style loads something")
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if !strings.Contains(page, "<style>"+styleText+"</style>") {
		t.Error("the style is not the one that the policy lets in")
	}
}

// text is what a reader sees, and what is read to one who cannot see it.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" {
			b.WriteString(d.Data + "\n")
		}
	}
	return b.String()
}

func TestThePageHasEveryNumber(t *testing.T) {
	r := migration()
	shown := text(parsed(t, written(t, r)))
	has := func(what, want string) {
		t.Helper()
		if !strings.Contains(shown, want) {
			t.Errorf("%s: %q is not in the page", what, want)
		}
	}
	counts := func(what string, n int64) {
		t.Helper()
		has(what, "\n"+number(n)+"\n")
	}
	sum, requests := Counts{}, Requests{}
	for _, s := range r.Steps {
		sum = sum.add(s.Counts)
		for _, o := range outcomes() {
			counts(s.Step+" "+o.Word, o.Of(s.Counts))
		}
		counts(s.Step+" rows", s.Read)
		for _, c := range append(s.Causes, s.Warnings...) {
			has(c.Code, c.Code)
			for _, e := range c.Examples {
				for _, part := range []string{e.Column, e.Problem, e.Got, e.Want, e.Hint} {
					has(c.Code, part)
				}
			}
		}
		for _, made := range append(s.Options, s.Records...) {
			has("made", made)
		}
		has("look", s.Look)
		has("error", s.Error)
	}
	for _, o := range outcomes() {
		counts("all "+o.Word, o.Of(sum))
		if planned := o.Of(*r.Planned); planned > 0 {
			counts("planned "+o.Word, planned)
		}
	}
	for _, s := range r.Sessions {
		requests = requests.Add(s.Requests)
		counts("writes of a session", s.Requests.Write)
		counts("reads of a session", s.Requests.Read)
		for _, part := range []string{s.Ending, s.Program, clock(s.Started), duration(s.Duration())} {
			has("session", part)
		}
	}
	for what, n := range map[string]int64{"requests": requests.Sent(), "writes": requests.Write, "reads": requests.Read, "retried": requests.Retried, "throttled": requests.Throttled, "more made": 4321} {
		has(what, number(n))
	}
	has("verified", "differences, changed\n12\n")
	has("verified", evil)
	has("version", "/jobs/"+evil)
	has("left out", "\n17\n")
}

// TestTheTimelineLosesNoRequest: however wide the intervals become, what was sent stands in them, in the session that sent it.
func TestTheTimelineLosesNoRequest(t *testing.T) {
	r := migration()
	for _, most := range []int{2, maxTableRows, maxColumns, 5000} {
		all := timeline(r.Sessions, most)
		if len(all) > max(most, len(r.Sessions)) {
			t.Errorf("%d intervals, want at most %d", len(all), most)
		}
		got := make([]Requests, len(r.Sessions))
		for i, interval := range all {
			got[interval.Session-1] = got[interval.Session-1].Add(interval.Requests)
			if interval.Width <= 0 || interval.Width > all[0].Width {
				t.Errorf("interval %d is %v wide", i, interval.Width)
			}
			if i > 0 && interval.At < all[i-1].At+all[i-1].Width {
				t.Errorf("interval %d begins at %v, before the one before it ends", i, interval.At)
			}
		}
		for i, s := range r.Sessions {
			if got[i] != s.Requests {
				t.Errorf("session %d: %+v, want %+v", i+1, got[i], s.Requests)
			}
		}
	}
}

func TestAPageOfLittle(t *testing.T) {
	for name, r := range map[string]Report{
		"a run of an earlier version":  {Job: "old", Status: "complete", Steps: []Step{{Target: "companies", Status: "complete", Counts: Counts{Read: 3, Upserted: 3}}}},
		"an empty file":                {Job: "empty", Status: "complete", Steps: []Step{{Target: "companies"}}, Sessions: []Session{{Ending: "complete"}}},
		"a run that was killed":        {Job: "killed", Status: "running", Steps: []Step{{Target: "companies", Partial: true, Counts: Counts{Read: 3, Created: 3}}}},
		"an export":                    {Job: "export", Status: "complete", Export: &Export{From: "companies", Rows: 7, Changes: []Fact{{"added", "3"}}, Facts: []Fact{{"file", evil}}}},
		"an export that has no result": {Job: "export", Status: "running", Export: &Export{From: "companies"}},
	} {
		page := written(t, r)
		parsed(t, page)
		if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") || strings.Contains(page, "<no value>") {
			t.Errorf("%s: a number is none", name)
		}
		if r.Steps != nil && r.Steps[0].Partial != strings.Contains(page, "counted from the journal") {
			t.Errorf("%s: whether the counts are whole is not said", name)
		}
	}
}

func TestNumbersAndTimesAsText(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %s", n, got)
		}
	}
	for d, want := range map[time.Duration]string{
		5400 * time.Millisecond: "5.4 s", 9 * time.Second: "9 s", 200 * time.Second: "3 min 20 s", time.Hour: "1 h", 19*time.Hour + 30*time.Minute: "19 h 30 min", 50 * time.Hour: "2 d 2 h",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %s, want %s", d, got, want)
		}
	}
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{0, 0, "0 %"}, {1, 100000, "< 0.1 %"}, {99999, 100000, "> 99.9 %"}, {1, 3, "33.3 %"}, {3, 3, "100 %"}} {
		if got := percent(c.part, c.whole); got != c.want {
			t.Errorf("percent(%d, %d) = %s, want %s", c.part, c.whole, got, c.want)
		}
	}
}
