package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func delays(out, process, back time.Duration) func(*http.Request) (time.Duration, time.Duration, time.Duration) {
	return func(*http.Request) (time.Duration, time.Duration, time.Duration) { return out, process, back }
}

func TestTransportTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{})
		b.line = &Transport{Handler: b.server, Delay: delays(time.Second, 2*time.Second, 4*time.Second)}
		start := time.Now()
		b.ok("GET", "/v2/objects", "")
		if took := time.Since(start); took != 7*time.Second {
			t.Errorf("took %v, want 7s", took)
		}
		if at := b.server.log.since(0)[0].Time.Sub(start); at != time.Second {
			t.Errorf("arrived after %v, want 1s", at)
		}
	})
}

// A request is counted when it arrives, and processed later: until then its effect is not visible.
func TestArrivalIsCountedBeforeProcessing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{})
		slow := &Transport{Handler: b.server, Delay: delays(0, time.Second, 0)}
		done := make(chan error, 1)
		go func() {
			_, err := roundTrip(slow, request(t, "POST", "/v2/objects/companies/records", values(`{}`), "Bearer "+goodToken))
			done <- err
		}()
		synctest.Wait()
		if n := b.server.Stats().Requests; n != 1 {
			t.Errorf("%d arrivals, want 1", n)
		}
		if ids := b.query("companies", ""); ids != nil {
			t.Errorf("processed too early: %v", ids)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if ids := b.query("companies", ""); len(ids) != 1 {
			t.Errorf("%d records, want 1", len(ids))
		}
	})
}

// Whenever the client gives up, it learns at once, and the request is processed nevertheless.
func TestGivingUpDoesNotStopARequest(t *testing.T) {
	for _, after := range []time.Duration{time.Second / 2, 3 * time.Second / 2, 5 * time.Second / 2} { // out, process, back
		synctest.Test(t, func(t *testing.T) {
			b := open(t, Options{})
			line := &Transport{Handler: b.server, Delay: delays(time.Second, time.Second, time.Second)}
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			start := time.Now()
			req := request(t, "POST", "/v2/objects/companies/records", values(`{}`), "Bearer "+goodToken)
			_, err := roundTrip(line, req.WithContext(ctx))
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != after {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
			line.Wait()
			if ids := b.query("companies", ""); len(ids) != 1 {
				t.Errorf("gave up after %v: %d records, want 1", after, len(ids))
			}
		})
	}
}

func TestCancelledBeforeItIsSent(t *testing.T) {
	b := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := roundTrip(b.line, request(t, "GET", "/v2/objects", "", "").WithContext(ctx))
	if !errors.Is(err, context.Canceled) || b.server.Stats().Requests != 0 {
		t.Errorf("%v, %d requests", err, b.server.Stats().Requests)
	}
}

func TestHangInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{Faults: []Fault{{Kind: FaultHang}}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := roundTrip(b.line, request(t, "GET", "/v2/objects", "", "").WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after an hour: %v", err)
		}
	})
}

func TestAbortedReplies(t *testing.T) {
	handler := func(flush bool) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "6")
			_, _ = io.WriteString(w, "abc")
			if flush {
				_ = http.NewResponseController(w).Flush()
			}
			panic(http.ErrAbortHandler)
		})
	}
	req := request(t, "GET", "/", "", "")
	if x, err := roundTrip(&Transport{Handler: handler(false)}, req); !errors.Is(err, io.ErrUnexpectedEOF) || x.status != 0 {
		t.Errorf("nothing flushed: %v, %v", x, err)
	}
	if x, err := roundTrip(&Transport{Handler: handler(true)}, req); !errors.Is(err, io.ErrUnexpectedEOF) || x.v != "abc" {
		t.Errorf("flushed: %v, %v", x, err)
	}
}

func TestInspection(t *testing.T) {
	b := open(t, Options{})
	b.ok("GET", "/v2/objects?x=1", "")
	b.refused(404, "not_found", "GET", "/v2/objects/nothing", "")
	if x := b.ok("GET", "/_sandbox/health", ""); x.text("status") != "ok" {
		t.Errorf("health: %v", x.v)
	}
	if x := b.ok("GET", "/_sandbox/stats", ""); x.get("requests") != 2.0 || x.get("max_per_second") != 2.0 {
		t.Errorf("stats: %v", x.v)
	}
	x := b.ok("GET", "/_sandbox/requests?since=1", "")
	if x.len("data") != 1 || x.get("data", 0, "seq") != 2.0 || x.get("data", 0, "status") != 404.0 || x.text("data", 0, "path") != "/v2/objects/nothing" || x.text("data", 0, "outcome") != "answered" {
		t.Errorf("requests: %v", x.v)
	}
	b.refused(400, codeValidation, "GET", "/_sandbox/requests?since=x", "")
}

func TestRequestLogForgets(t *testing.T) {
	var l requestLog
	r := request(t, "GET", "/", "", "")
	for range logSize + 5 {
		l.arrive(time.Unix(0, 0), r)
	}
	l.finish(3, 200, "") // forgotten: must not touch the one that took its place
	l.finish(logSize+5, 200, "")
	all := l.since(0)
	if len(all) != logSize || all[0].Seq != 6 || all[logSize-1].Status != 200 || all[logSize-3].Outcome != "pending" {
		t.Errorf("%d entries from %d", len(all), all[0].Seq)
	}
}
