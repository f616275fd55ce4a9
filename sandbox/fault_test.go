package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// transports runs a test over a real connection and in the process: faults must look alike on both.
func transports(t *testing.T, o Options, test func(t *testing.T, b *bench)) {
	t.Helper()
	t.Run("network", func(t *testing.T) {
		b := open(t, o)
		web := httptest.NewServer(b.server)
		base := web.Client().Transport
		b.line = rewrite{base, strings.TrimPrefix(web.URL, "http://")}
		t.Cleanup(func() {
			web.CloseClientConnections()
			web.Close()
		})
		test(t, b)
	})
	t.Run("in the process", func(t *testing.T) { test(t, open(t, o)) })
}

// rewrite sends what is meant for http://sandbox to a real server.
type rewrite struct {
	base http.RoundTripper
	host string
}

func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host = r.host
	return r.base.RoundTrip(req)
}

// post creates a company from any goroutine.
func (b *bench) post(ctx context.Context, body string) (answer, error) {
	return roundTrip(b.line, request(b.t, "POST", "/v2/objects/companies/records", body, "Bearer "+goodToken).WithContext(ctx))
}

func TestFaultKinds(t *testing.T) {
	for _, tc := range []struct {
		name      string
		fault     Fault
		status    int
		broken    bool // the client sees an error
		processed bool
		body      string // the reply contains
	}{
		{"429", Fault{Kind: FaultTooMany}, 429, false, false, "rate_limit_exceeded"},
		{"500", Fault{Kind: FaultServer}, 500, false, false, "internal_error"},
		{"500 processed", Fault{Kind: FaultServer, Processed: true}, 500, false, true, "internal_error"},
		{"500 page", Fault{Kind: FaultServer, HTML: true}, 500, false, false, "<html>"},
		{"500 body", Fault{Kind: FaultServer, Body: "gone"}, 500, false, false, "gone"},
		{"drop before", Fault{Kind: FaultDropBefore}, 0, true, false, ""},
		{"drop after", Fault{Kind: FaultDropAfter}, 0, true, true, ""},
		{"truncate", Fault{Kind: FaultTruncate}, 200, true, true, `{"data":`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.fault.Path, tc.fault.Method, tc.fault.Nth = "/v2/objects/*/records", "POST", []int{2}
			transports(t, Options{Faults: []Fault{tc.fault}}, func(t *testing.T, b *bench) {
				t.Helper()
				for n := range 3 {
					x, err := b.post(t.Context(), values(`{"name":"%d"}`, n))
					if n != 1 {
						if x.status != http.StatusOK || err != nil {
							t.Errorf("request %d without fault: %d %v", n+1, x.status, err)
						}
						continue
					}
					if x.status != tc.status || (err != nil) != tc.broken || !strings.Contains(fmt.Sprint(x.v), tc.body) {
						t.Errorf("got %d %v %v", x.status, x.v, err)
					}
					if tc.fault.Kind == FaultTruncate && !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Errorf("a truncated body ends with %v", err)
					}
				}
				want := 2
				if tc.processed {
					want = 3
				}
				if got := len(b.query("companies", "")); got != want {
					t.Errorf("%d records, want %d", got, want)
				}
				log := b.ok("GET", "/_sandbox/requests?since=1", "")
				if got := log.text("data", 0, "outcome"); got != string(tc.fault.Kind) || log.get("data", 0, "status") != float64(tc.status) {
					t.Errorf("log: %v", log.get("data", 0))
				}
			})
		})
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	for _, processed := range []bool{false, true} {
		faults := []Fault{{Kind: FaultHang, Processed: processed, Nth: []int{1}}}
		transports(t, Options{Faults: faults}, func(t *testing.T, b *bench) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := b.post(ctx, values(`{"name":"x"}`))
				ended <- err
			}()
			for b.ok("GET", "/_sandbox/requests", "").len("data") == 0 { // until it has arrived
			}
			for processed && len(b.query("companies", "")) == 0 {
			}
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the client saw %v", err)
			}
			for b.ok("GET", "/_sandbox/requests", "").text("data", 0, "outcome") != "hang" { // until it has let go
			}
			if got := len(b.query("companies", "")); (got == 1) != processed {
				t.Errorf("%d records, processed %t", got, processed)
			}
		})
	}
}

func TestHangEndsWithTheServer(t *testing.T) {
	transports(t, Options{Faults: []Fault{{Kind: FaultHang}}}, func(t *testing.T, b *bench) {
		t.Helper()
		ended := make(chan error, 1)
		go func() {
			_, err := b.post(t.Context(), values(`{}`))
			ended <- err
		}()
		for b.ok("GET", "/_sandbox/requests", "").len("data") == 0 {
		}
		if err := b.server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err == nil {
			t.Error("the client saw no error")
		}
		if _, err := b.post(t.Context(), values(`{}`)); err == nil {
			t.Error("a closed server answers")
		}
	})
}

func TestRetryAfterForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{Faults: []Fault{{Kind: FaultTooMany, Nth: []int{1}}, {Kind: FaultTooMany, RetryAfter: "seconds", Nth: []int{2}}}})
		nap(t, 300*time.Millisecond)
		for _, want := range []string{"Sat, 01 Jan 2000 00:00:02 GMT", "1"} {
			x, err := roundTrip(b.line, request(t, "GET", "/v2/self", "", "Bearer "+goodToken))
			if got := x.header.Get("Retry-After"); err != nil || x.status != http.StatusTooManyRequests || got != want {
				t.Errorf("%d, Retry-After %q, want %q, %v", x.status, got, want, err)
			}
		}
	})
}

func TestFaultSelection(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault Fault
		want  []int
	}{
		{"all", Fault{}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"nth", Fault{Nth: []int{2, 5}}, []int{2, 5}},
		{"every", Fault{Every: 4}, []int{4, 8}},
		{"range", Fault{From: 3, To: 5}, []int{3, 4, 5}},
		{"open range", Fault{From: 8}, []int{8, 9}},
		{"every in a range", Fault{Every: 2, From: 4, To: 7}, []int{4, 6}},
		{"certain", Fault{Probability: 1, To: 2}, []int{1, 2}},
		{"drawn", Fault{Probability: 0.3, Seed: 7}, []int{3, 4, 6, 7}},
		{"other method", Fault{Method: "PUT"}, nil},
		{"other path", Fault{Path: "/v2/objects/*/attributes*"}, nil},
		{"path", Fault{Path: "/v2/objects/*/records*", Nth: []int{9}}, []int{9}},
	} {
		tc.fault.Kind = FaultServer
		for range 2 { // a seed repeats
			fs, err := newFaults([]Fault{tc.fault}, Rate{})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for n := 1; n < 10; n++ {
				if f, _ := fs.choose("POST", "/v2/objects/people/records/query"); f != nil {
					got = append(got, n)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
			}
		}
	}
}

func TestFirstFaultWinsAndAllCount(t *testing.T) {
	fs, err := newFaults([]Fault{{Kind: FaultServer, Nth: []int{1}}, {Kind: FaultHang, Nth: []int{2}}}, Rate{})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := fs.choose("GET", "/")
	second, _ := fs.choose("GET", "/")
	if first == nil || first.Kind != FaultServer || second == nil || second.Kind != FaultHang {
		t.Errorf("got %v, then %v", first, second)
	}
}

func TestLoadFaults(t *testing.T) {
	const good = `
- path: /v2/objects/*/records*
  method: PUT
  kind: 429
  nth: [1, 3]
  retry_after: seconds
- {kind: drop_after, every: 5, from: 2, to: 50}
- {"kind": "500", "probability": 0.25, "seed": 9, "processed": true, "body": "x", "html": true}
`
	got, err := LoadScenario(strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	want := []Fault{
		{Path: "/v2/objects/*/records*", Method: "PUT", Kind: FaultTooMany, Nth: []int{1, 3}, RetryAfter: "seconds"},
		{Kind: FaultDropAfter, Every: 5, From: 2, To: 50},
		{Kind: FaultServer, Probability: 0.25, Seed: 9, Processed: true, Body: "x", HTML: true},
	}
	if !slices.EqualFunc(got.Faults, want, func(a, b Fault) bool {
		same := slices.Equal(a.Nth, b.Nth)
		return same && a.Path == b.Path && a.Method == b.Method && a.Kind == b.Kind && a.Every == b.Every && a.From == b.From && a.To == b.To &&
			a.Probability == b.Probability && a.Seed == b.Seed && a.RetryAfter == b.RetryAfter && a.Processed == b.Processed && a.Body == b.Body && a.HTML == b.HTML
	}) {
		t.Errorf("got %+v", got)
	}
}

func TestLoadFaultsReportsAll(t *testing.T) {
	const bad = `- kind: explode
  nth: [0]
- kind: "500"
  nht: [1]
  every: many
- kind: hang
  probability: 1.5
  retry_after: date
- 7
- method: put
`
	_, err := LoadScenario(strings.NewReader(bad))
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"1:9: kind: unknown kind", "2:8: nth: numbers start at 1", `4:3: unknown key "nht"`, "5:10: every: wrong type",
		"7:16: probability: must be from 0 to 1", "8:16: retry_after: is for kind 429", "9:3: want a mapping", "10:11: method", "10:3: kind: unknown kind",
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("missing %q in\n%v", w, err)
		}
	}
	for _, text := range []string{"", "kind: hang", "7", "- [", "- kind: null", "- {kind: hang, kind: hang}"} {
		if got, err := LoadScenario(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
	if _, err := Open(t.Context(), Options{Faults: []Fault{{Kind: "nope"}}}); err == nil {
		t.Error("Open takes an unknown kind")
	}
}

func FuzzLoadScenario(f *testing.F) {
	f.Add("- {kind: hang, nth: [1], path: /v2/*}")
	f.Add("- kind: &a 500\n  body: *a")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := LoadScenario(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := newFaults(s.Faults, Rate{}); err != nil {
			t.Errorf("LoadScenario accepts what Open refuses: %v", err)
		}
	})
}
