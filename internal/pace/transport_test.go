package pace

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// script is a RoundTripper that answers the nth attempt with the nth step, and further ones with the last.
type script struct {
	mu     sync.Mutex
	steps  []step
	bodies []string    // of the attempts
	times  []time.Time // of the attempts
}

type step func(*http.Request) (*http.Response, error)

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	n := len(s.bodies)
	s.bodies = append(s.bodies, body)
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	return s.steps[min(n, len(s.steps)-1)](req)
}

func answer(status int, header ...string) step {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return reply(status, h, fmt.Sprintf(`{"status_code":%d}`, status)), nil
	}
}

func refuse(status int, code string) step {
	return func(*http.Request) (*http.Response, error) {
		return reply(status, http.Header{}, `{"code":"`+code+`"}`), nil
	}
}

func fail(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hang is a server that never answers.
func hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// broken is a reply whose body ends with an error.
func broken(*http.Request) (*http.Response, error) {
	r := reply(http.StatusOK, http.Header{}, "")
	r.ContentLength = -1
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"da`), iotest.ErrReader(errReset)))
	return r, nil
}

// short is a reply whose body ends before the length that it states.
func short(*http.Request) (*http.Response, error) {
	r := reply(http.StatusOK, http.Header{}, `{"da`)
	r.ContentLength = 12
	return r, nil
}

// cutShort is a 429 whose body ends before its length.
func cutShort(*http.Request) (*http.Response, error) {
	r := reply(http.StatusTooManyRequests, http.Header{}, "{")
	r.ContentLength = 12
	return r, nil
}

// nested is a conflict as the reference contract words it.
func nested(*http.Request) (*http.Response, error) {
	return reply(http.StatusConflict, http.Header{}, `{"error":{"code":"concurrent_write_conflict"}}`), nil
}

var (
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
)

func post(t *testing.T, c Call, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(WithCall(t.Context(), c), http.MethodPost, "http://api.test/v2/notes?secret=query", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer top-secret")
	return req
}

func TestRoundTrip(t *testing.T) {
	once, again := Call{}, Call{Kind: Read, Repeatable: true}
	for _, tt := range []struct {
		name      string
		steps     []step
		call      Call
		attempts  int
		status    int // 0: an error
		reason    Reason
		processed Processed
		is        error
	}{
		{"the first answers", []step{answer(200)}, once, 1, 200, 0, 0, nil},
		{"a 400 is an answer", []step{answer(400)}, again, 1, 400, 0, 0, nil},
		{"429 and then", []step{answer(429), answer(429), answer(200)}, once, 3, 200, 0, 0, nil},
		{"429 that shuts out", []step{answer(429, "Retry-After", "3600")}, again, 1, 429, 0, 0, nil},
		{"429 for more than half an hour", []step{answer(429, "Retry-After", "500")}, again, 4, 429, 0, 0, nil},
		{"429 for ever", []step{answer(429)}, once, 100, 429, 0, 0, nil},
		{"500 and then", []step{answer(500), answer(503), answer(200)}, again, 3, 200, 0, 0, nil},
		{"500 once", []step{answer(500), answer(200)}, once, 1, 500, 0, 0, nil},
		{"500 for ever", []step{answer(500)}, again, 8, 500, 0, 0, nil},
		{"429 does not count against the attempts", []step{answer(429), answer(429), answer(500)}, again, 10, 500, 0, 0, nil},
		{"reset and then", []step{fail(errReset), answer(200)}, again, 2, 200, 0, 0, nil},
		{"reset once", []step{fail(errReset), answer(200)}, once, 1, 0, ReasonNotRepeatable, ProcessedUnknown, errReset},
		{"reset for ever", []step{fail(errReset)}, again, 8, 0, ReasonExhausted, ProcessedUnknown, errReset},
		{"no connection and then", []step{fail(errDial), answer(200)}, once, 2, 200, 0, 0, nil},
		{"no connection ever", []step{fail(errDial)}, once, 8, 0, ReasonExhausted, ProcessedNo, errDial},
		{"no connection after a reset", []step{fail(errReset), fail(errDial)}, again, 8, 0, ReasonExhausted, ProcessedUnknown, errDial},
		{"no connection after 429", []step{answer(429), fail(errDial)}, once, 9, 0, ReasonExhausted, ProcessedNo, errDial},
		{"hangs once", []step{hang, answer(200)}, again, 2, 200, 0, 0, nil},
		{"hangs", []step{hang, answer(200)}, once, 1, 0, ReasonNotRepeatable, ProcessedUnknown, errTimeout},
		{"broken body once", []step{broken, answer(200)}, again, 2, 200, 0, 0, nil},
		{"broken body", []step{broken}, once, 1, 0, ReasonNotRepeatable, ProcessedUnknown, errReset},
		{"short body once", []step{short, answer(200)}, again, 2, 200, 0, 0, nil},
		{"short body", []step{short}, once, 1, 0, ReasonNotRepeatable, ProcessedUnknown, io.ErrUnexpectedEOF},
		{"conflict", []step{refuse(409, "concurrent_write_conflict"), answer(200)}, once, 2, 200, 0, 0, nil},
		{"conflict in the other form", []step{nested, answer(200)}, once, 2, 200, 0, 0, nil},
		{"429 cut short", []step{cutShort, answer(200)}, once, 2, 200, 0, 0, nil},
		{"conflict for ever", []step{refuse(409, "concurrent_write_conflict")}, once, 5, 409, 0, 0, nil},
		{"merge", []step{refuse(404, "merge_in_progress"), answer(200)}, once, 2, 200, 0, 0, nil},
		{"another conflict", []step{refuse(409, "slug_conflict"), answer(200)}, again, 1, 409, 0, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: tt.steps}
				tr := New(Options{Base: s, Limits: tenPerSecond})
				got, err := send(tr, post(t, tt.call, "body"))
				checkReply(t, got, tt.status)
				checkGaveUp(t, err, tt.status == 0, GiveUpError{tt.attempts, tt.reason, tt.processed, tt.is})
				if n := len(s.bodies); n != tt.attempts {
					t.Errorf("%d attempts, want %d", n, tt.attempts)
				}
				for i, body := range s.bodies {
					if body != "body" {
						t.Errorf("attempt %d had the body %q", i+1, body)
					}
				}
			})
		})
	}
}

// checkReply checks a reply; status 0 is none.
func checkReply(t *testing.T, got *received, status int) {
	t.Helper()
	switch {
	case status == 0 && got != nil:
		t.Errorf("a reply with status %d beside the error", got.status)
	case status == 0:
	case got == nil:
		t.Error("no reply")
	case got.status != status || int64(len(got.body)) != got.length:
		t.Errorf("status %d, body %q of %d bytes; want status %d", got.status, got.body, got.length, status)
	case got.request == nil || got.request.Header.Get("Authorization") == "":
		t.Error("the reply does not name the request that was given")
	}
}

func checkGaveUp(t *testing.T, err error, wanted bool, want GiveUpError) {
	t.Helper()
	if !wanted {
		if err != nil {
			t.Errorf("error %v", err)
		}
		return
	}
	var got *GiveUpError
	if !errors.As(err, &got) {
		t.Errorf("error %v, want a GiveUpError", err)
		return
	}
	if got.Attempts != want.Attempts || got.Reason != want.Reason || got.Processed != want.Processed || !errors.Is(err, want.Err) {
		t.Errorf("got %v, want %v", got, &want)
	}
	for _, secret := range []string{"top-secret", "secret=query"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
}

// A failed certificate or a reply beyond the bound would be the same again.
func TestHopeless(t *testing.T) {
	for name, tt := range map[string]struct {
		step      step
		processed Processed
		is        error
	}{
		"certificate": {fail(fmt.Errorf("tls: %w", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})), ProcessedNo, x509.UnknownAuthorityError{}},
		"large reply": {func(*http.Request) (*http.Response, error) {
			return reply(http.StatusOK, http.Header{}, strings.Repeat("x", 101)), nil
		}, ProcessedUnknown, errTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{steps: []step{tt.step}}
			got, err := send(New(Options{Base: s, MaxBody: 100}), post(t, Call{Repeatable: true}, "x"))
			checkReply(t, got, 0)
			checkGaveUp(t, err, true, GiveUpError{1, ReasonHopeless, tt.processed, tt.is})
		})
	}
}

func TestLargestReply(t *testing.T) {
	s := &script{steps: []step{func(*http.Request) (*http.Response, error) {
		return reply(http.StatusOK, http.Header{}, strings.Repeat("x", 100)), nil
	}}}
	got, err := send(New(Options{Base: s, MaxBody: 100}), post(t, Call{}, "x"))
	if err != nil {
		t.Fatal(err)
	}
	checkReply(t, got, http.StatusOK)
}

// A reply to HEAD states a length and has no body.
func TestHead(t *testing.T) {
	s := &script{steps: []step{func(*http.Request) (*http.Response, error) {
		r := reply(http.StatusOK, http.Header{}, "")
		r.ContentLength = 1234
		return r, nil
	}}}
	req := post(t, Call{}, "")
	req.Method = http.MethodHead
	got, err := send(New(Options{Base: s}), req)
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusOK || got.length != 1234 {
		t.Errorf("status %d, length %d", got.status, got.length)
	}
}

// A 429 holds everyone back until its Retry-After, and nobody bursts out afterwards.
func TestThrottledTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		throttle := answer(429, "Date", "Tue, 06 Oct 2026 10:00:00 GMT", "Retry-After", "Tue, 06 Oct 2026 10:00:20 GMT")
		s := &script{steps: []step{answer(200), throttle, answer(200)}}
		var events []Event
		tr := New(Options{Base: s, Limits: tenPerSecond, Observe: func(e Event) { events = append(events, e) }})
		load(tr, 30*time.Second)
		for i, at := range s.times[1:] {
			gap, want := at.Sub(s.times[i]), 101*time.Millisecond
			if i == 1 {
				want = 20 * time.Second
			}
			if gap < want {
				t.Errorf("%v after the start: %v after the one before, want %v", at.Sub(start), gap, want)
			}
		}
		if n := len(s.times); n < 90 {
			t.Errorf("only %d requests in ten seconds", n)
		}
		want := Stats{Read: int64(len(s.times)), Retried: 1, Throttled: 1}
		if got := tr.Stats(); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
		if len(events) != 1 || events[0].Kind != EventThrottled || events[0].Wait < 20*time.Second || events[0].Margin < 0.02 {
			t.Errorf("events %+v", events)
		}
	})
}

// How long a 429 holds back, by what it says.
func TestThrottleWait(t *testing.T) {
	for name, tt := range map[string]struct {
		header []string
		want   time.Duration
	}{
		"nothing":           {nil, 1050 * time.Millisecond},
		"seconds":           {[]string{"Retry-After", "3"}, 3050 * time.Millisecond},
		"nonsense":          {[]string{"Retry-After", "later"}, 1050 * time.Millisecond},
		"X-RateLimit-Reset": {[]string{"X-RateLimit-Reset", "4"}, 4050 * time.Millisecond},
		"both":              {[]string{"Retry-After", "3", "X-RateLimit-Reset", "4"}, 3050 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{answer(429, tt.header...), answer(200)}}
				got, err := send(New(Options{Base: s, Jitter: func() float64 { return 0.5 }}), post(t, Call{}, "x"))
				if err != nil {
					t.Fatal(err)
				}
				checkReply(t, got, http.StatusOK)
				if gap := s.times[1].Sub(s.times[0]); gap != tt.want {
					t.Errorf("sent again after %v, want %v", gap, tt.want)
				}
			})
		})
	}
}

// Events tell what happened and nothing that is secret.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{fail(errReset), refuse(409, "concurrent_write_conflict"), answer(500)}}
		var got []string
		tr := New(Options{Base: s, MaxAttempts: 2, Jitter: func() float64 { return 0.5 }, Observe: func(e Event) {
			got = append(got, fmt.Sprintf("%+v", e))
		}})
		reply, err := send(tr, post(t, Call{Repeatable: true}, "secret-body"))
		checkReply(t, reply, http.StatusInternalServerError)
		if err != nil {
			t.Error(err)
		}
		const head = "Call:{Kind:0 Repeatable:true} Method:POST Path:/v2/notes"
		want := []string{
			"{Kind:0 " + head + " Attempt:1 Status:0 Code: Err:read tcp: connection reset by peer Wait:250ms Margin:0}",
			"{Kind:0 " + head + " Attempt:2 Status:409 Code:concurrent_write_conflict Err:<nil> Wait:562.5ms Margin:0}",
			"{Kind:3 " + head + " Attempt:3 Status:500 Code: Err:<nil> Wait:0s Margin:0}",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%v\nwant\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// X-RateLimit-Remaining: 0 lets everyone wait until X-RateLimit-Reset.
func TestQuotaSpentByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spent := answer(200, "X-RateLimit-Limit", "10", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "5")
		s := &script{steps: []step{answer(200), spent, answer(200)}}
		var events []Event
		load(New(Options{Base: s, Limits: tenPerSecond, Observe: func(e Event) { events = append(events, e) }}), 8*time.Second)
		if gap := s.times[2].Sub(s.times[1]); gap != 5*time.Second {
			t.Errorf("the next request came after %v, want 5 s", gap)
		}
		if len(events) != 1 || events[0].Kind != EventPaused || events[0].Wait != 5*time.Second {
			t.Errorf("events %+v", events)
		}
	})
}

// A limit that our own requests have spent needs no waiting for a clock of whole seconds: the spacing frees it in time.
func TestQuotaSpentByUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(5)
		s.quota = true
		s.work = between(20*time.Millisecond, 400*time.Millisecond)
		start := time.Now()
		load(tester(s, tenPerSecond), 2*time.Minute)
		checkNeverOver(t, s)
		if use := s.use(start); use < 0.98 {
			t.Errorf("used %.1f %% of the limit", 100*use)
		}
	})
}

func TestStopLetsAttemptsFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(1)
		s.work = between(time.Second, time.Second)
		stop := make(chan struct{})
		tr := New(Options{Base: s, Limits: tenPerSecond, Stop: stop})
		var (
			all              sync.WaitGroup
			mu               sync.Mutex
			answered, waived int
		)
		for range 16 {
			all.Go(func() {
				reply, err := send(tr, post(t, Call{}, "x"))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					checkGaveUp(t, err, true, GiveUpError{0, ReasonStopped, ProcessedNo, ErrStopped})
					waived++
					return
				}
				checkReply(t, reply, http.StatusOK)
				answered++
			})
		}
		if err := rest(t.Context(), 350*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		close(stop)
		all.Wait()
		if answered != 4 || waived != 12 || len(s.arrivals) != 4 {
			t.Errorf("%d answered, %d stopped, %d arrived; want 4, 12, 4", answered, waived, len(s.arrivals))
		}
	})
}

// Stop and the context end a back-off and a freeze at once, and say what is known of the request.
func TestInterruptedWait(t *testing.T) {
	for name, tt := range map[string]struct {
		first     step
		stop      bool
		processed Processed
		call      Call
	}{
		"stop in a back-off":      {answer(500, "Retry-After", "60"), true, ProcessedUnknown, Call{Repeatable: true}},
		"context in a back-off":   {answer(500, "Retry-After", "60"), false, ProcessedUnknown, Call{Repeatable: true}},
		"stop in a freeze":        {answer(429, "Retry-After", "60"), true, ProcessedNo, Call{}},
		"context in a freeze":     {answer(429, "Retry-After", "60"), false, ProcessedNo, Call{}},
		"context in an attempt":   {hang, false, ProcessedUnknown, Call{}},
		"stop without connection": {fail(errDial), true, ProcessedNo, Call{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stop := make(chan struct{})
				want := GiveUpError{1, ReasonCanceled, tt.processed, context.Canceled}
				interrupt := cancel
				if tt.stop {
					want.Reason, want.Err = ReasonStopped, ErrStopped
					interrupt = func() { close(stop) }
				}
				const when = 200 * time.Millisecond // within the first back-off, which is half a second here
				time.AfterFunc(when, interrupt)
				start := time.Now()
				tr := New(Options{Base: &script{steps: []step{tt.first}}, Stop: stop, Jitter: func() float64 { return 0.99 }})
				req := post(t, tt.call, "x")
				reply, err := send(tr, req.WithContext(WithCall(ctx, tt.call)))
				checkReply(t, reply, 0)
				checkGaveUp(t, err, true, want)
				if took := time.Since(start); took != when {
					t.Errorf("ended after %v, want %v", took, when)
				}
			})
		})
	}
}

// A body that cannot be had twice is read once, repeated from memory and closed; the caller's request stays as it is.
func TestBodyWithoutGetBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{answer(500), func(req *http.Request) (*http.Response, error) {
			if req.GetBody == nil {
				t.Error("the Go transport cannot rewind the body when a connection turns out to be dead")
			}
			return answer(200)(req)
		}}}
		body := &closable{Reader: iotest.OneByteReader(strings.NewReader("once"))}
		req := post(t, Call{Repeatable: true}, "")
		req.Body, req.GetBody, req.ContentLength = body, nil, 4
		reply, err := send(New(Options{Base: s}), req)
		if err != nil {
			t.Fatal(err)
		}
		checkReply(t, reply, http.StatusOK)
		if strings.Join(s.bodies, ",") != "once,once" || !body.closed || req.Body != io.ReadCloser(body) || req.GetBody != nil {
			t.Errorf("bodies %q, closed %v", s.bodies, body.closed)
		}
	})
}

// The body is closed even if nothing is ever sent.
func TestBodyIsClosed(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	body := &closable{Reader: strings.NewReader("x")}
	req := post(t, Call{}, "x")
	req.Body = body
	reply, err := send(New(Options{Base: &script{}, Stop: stop}), req)
	checkReply(t, reply, 0)
	checkGaveUp(t, err, true, GiveUpError{0, ReasonStopped, ProcessedNo, ErrStopped})
	if !body.closed {
		t.Error("the body was not closed")
	}
}

func TestBodyThatCannotBeRead(t *testing.T) {
	broken := errors.New("disk error")
	req := post(t, Call{}, "x")
	req.Body, req.GetBody = io.NopCloser(iotest.ErrReader(broken)), nil
	reply, err := send(New(Options{Base: &script{}}), req)
	checkReply(t, reply, 0)
	checkGaveUp(t, err, true, GiveUpError{0, ReasonHopeless, ProcessedNo, broken})
}

// A body that cannot be had again ends the request, and the permit is given back.
func TestBodyThatCannotBeRepeated(t *testing.T) {
	gone := errors.New("file is gone")
	req := post(t, Call{}, "x")
	req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
	tr := New(Options{Base: &script{}, Limits: tenPerSecond})
	got, err := send(tr, req)
	checkReply(t, got, 0)
	checkGaveUp(t, err, true, GiveUpError{0, ReasonHopeless, ProcessedNo, gone})
	if held, _ := inLedger(tr); held != 0 {
		t.Errorf("%d permits held", held)
	}
}

// inLedger is how many permits are held and how many requests count.
func inLedger(t *Transport) (held, sent int) {
	_ = t.governor.keeper.update(func(l *ledger) { held, sent = len(l.held), len(l.sent) }) // in memory: it cannot fail
	return held, sent
}

type closable struct {
	io.Reader
	closed bool
}

func (c *closable) Close() error {
	c.closed = true
	return nil
}

// TestTimeoutIsANetError keeps what the client names its code by.
func TestTimeoutIsANetError(t *testing.T) {
	var slow net.Error
	if !errors.As(fmt.Errorf("wrapped: %w", errTimeout), &slow) || !slow.Timeout() {
		t.Error("a time-out does not say that it is one")
	}
}
