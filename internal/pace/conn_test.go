package pace

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes in memory, each of which takes its time to open.
type pipes struct {
	open   time.Duration
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes(open time.Duration) *pipes {
	return &pipes{open: open, conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := rest(ctx, p.open); err != nil {
		return nil, err
	}
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// ServeHTTP lets a server be reached over connections.
func (s *server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	got, err := s.RoundTrip(req)
	if err != nil {
		return
	}
	maps.Copy(w.Header(), got.Header)
	w.WriteHeader(got.StatusCode)
	if _, err := io.Copy(w, got.Body); err != nil || got.Body.Close() != nil {
		panic(http.ErrAbortHandler)
	}
}

// serve serves a handler over pipes until the end of the test.
func serve(t *testing.T, h http.Handler, p *pipes) (done func()) {
	t.Helper()
	s := &http.Server{Handler: h}
	ended := make(chan error)
	go func() { ended <- s.Serve(p) }()
	return func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
}

// Opening connections takes far longer than the margin bears, at the start and, as only one is kept idle here, all the time.
// As a permit counts from the moment when its connection is open, the limits hold all the same.
func TestOpeningConnections(t *testing.T) {
	for _, mode := range []Mode{Adaptive, Strict} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newServer(11), newPipes(300*time.Millisecond)
			s.work = between(20*time.Millisecond, 400*time.Millisecond)
			done := serve(t, s, p)
			base := &http.Transport{DialContext: p.DialContext, MaxIdleConnsPerHost: 1}
			limits := tenPerSecond
			limits.Mode = mode
			tr := New(Options{Base: base, Limits: limits})
			start := time.Now()
			load(tr, time.Minute)
			checkNeverOver(t, s)
			if use := s.use(start); mode == Adaptive && use < 0.8 {
				t.Errorf("used %.1f %% of the limit", 100*use)
			}
			tr.CloseIdleConnections()
			done()
		})
	}
}

// A connection that breaks after the request is a request in doubt; it arrived once.
func TestConnectionLostAfterTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrived := 0
		p := newPipes(0)
		done := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			arrived++
			panic(http.ErrAbortHandler)
		}), p)
		tr := New(Options{Base: &http.Transport{DialContext: p.DialContext}, Limits: tenPerSecond})
		reply, err := send(tr, post(t, Call{}, "x"))
		checkReply(t, reply, 0)
		checkGaveUp(t, err, true, GiveUpError{1, ReasonNotRepeatable, ProcessedUnknown, io.EOF})
		if arrived != 1 {
			t.Errorf("the request arrived %d times", arrived)
		}
		tr.CloseIdleConnections()
		done()
	})
}

// A connection that never opened is no doubt at all, whatever the error looks like: any request is tried again.
func TestConnectionNeverOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		strange := errors.New("a strange error of a strange dialer")
		base := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, strange }}
		tr := New(Options{Base: base, Limits: tenPerSecond, MaxAttempts: 3})
		reply, err := send(tr, post(t, Call{}, "x"))
		checkReply(t, reply, 0)
		checkGaveUp(t, err, true, GiveUpError{3, ReasonExhausted, ProcessedNo, strange})
		if held, sent := inLedger(tr); held != 0 || sent != 0 {
			t.Errorf("%d permits held, %d counted; none was used", held, sent)
		}
	})
}

// A connection that takes too long to open is an attempt that timed out before anything was sent.
func TestConnectionTooSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newServer(1), newPipes(time.Minute)
		done := serve(t, s, p)
		base := &http.Transport{DialContext: p.DialContext}
		tr := New(Options{Base: base, MaxAttempts: 2, AttemptTimeout: 5 * time.Second})
		reply, err := send(tr, post(t, Call{}, "x"))
		checkReply(t, reply, 0)
		checkGaveUp(t, err, true, GiveUpError{2, ReasonExhausted, ProcessedNo, errTimeout})
		if err := rest(t.Context(), time.Hour); err != nil { // net/http goes on opening it for whoever comes next
			t.Fatal(err)
		}
		if len(s.arrivals) != 0 {
			t.Errorf("%d requests arrived", len(s.arrivals))
		}
		tr.CloseIdleConnections()
		done()
	})
}

func TestMalformedRequest(t *testing.T) {
	req := post(t, Call{Repeatable: true}, "x")
	req.URL.Scheme = "gopher"
	reply, err := send(New(Options{}), req)
	checkReply(t, reply, 0)
	checkGaveUp(t, err, true, GiveUpError{1, ReasonHopeless, ProcessedNo, errors.Unwrap(err)})
}

// Over HTTP/2, where connections are shared and open elsewhere, a request counts exactly once as well.
func TestHTTP2CountsOnce(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.ProtoMajor != 2 {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	base, ok := s.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("a %T", s.Client().Transport)
	}
	tr := New(Options{Base: base, Limits: Limits{PerMinute: 100}})
	const requests = 5
	for range requests {
		get(t, tr, s.URL, http.StatusOK)
	}
	if held, sent := inLedger(tr); held != 0 || sent != requests {
		t.Errorf("%d permits held, %d counted; want 0 and %d", held, sent, requests)
	}
}

func get(t *testing.T, tr *Transport, url string, status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer top-secret")
	reply, err := send(tr, req)
	if err != nil {
		t.Fatal(err)
	}
	checkReply(t, reply, status)
}

func TestOwnTransport(t *testing.T) {
	s := httptest.NewServer(newServer(1))
	defer s.Close()
	tr := New(Options{})
	defer tr.CloseIdleConnections()
	get(t, tr, s.URL, http.StatusOK)
}

// A certificate that is not trusted will not be trusted at the next attempt either.
func TestUntrustedCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(newServer(1))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	defer s.Close()
	req := post(t, Call{}, "x")
	req.URL.Scheme, req.URL.Host = "https", s.Listener.Addr().String()
	reply, err := send(New(Options{}), req)
	checkReply(t, reply, 0)
	var cert *tls.CertificateVerificationError
	if !errors.As(err, &cert) {
		t.Fatalf("got %v, want a certificate error", err)
	}
	checkGaveUp(t, err, true, GiveUpError{1, ReasonHopeless, ProcessedNo, cert})
}
