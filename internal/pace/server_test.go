package pace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// server is a RoundTripper that answers as a server with strict sliding windows over arrivals does, at the end of a network
// with delays.
type server struct {
	perSecond, perMinute int
	out, work, back      func(*rand.Rand) time.Duration // the way there, the processing, the way back; nil = none
	countRejected        bool                           // a request answered with 429 fills the windows too
	quota                bool                           // X-RateLimit-* on every reply

	mu       sync.Mutex
	draw     *rand.Rand
	counted  []time.Time // what fills the windows
	arrivals []time.Time // everything
	accepted int
	rejected int
}

func newServer(seed uint64) *server {
	return &server{perSecond: 10, perMinute: 600, draw: rand.New(rand.NewPCG(seed, 1))}
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := s.spend(req.Context(), s.out); err != nil {
		return nil, err
	}
	reply := s.arrive(time.Now())
	if err := s.spend(req.Context(), s.work); err != nil {
		return nil, err
	}
	return reply, s.spend(req.Context(), s.back)
}

// spend lets the time of a delay pass.
func (s *server) spend(ctx context.Context, delay func(*rand.Rand) time.Duration) error {
	if delay == nil {
		return nil
	}
	s.mu.Lock()
	d := delay(s.draw)
	s.mu.Unlock()
	return rest(ctx, d)
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *server) arrive(now time.Time) *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrivals = append(s.arrivals, now)
	wait := max(s.full(now, s.perSecond, time.Second), s.full(now, s.perMinute, time.Minute))
	if wait == 0 || s.countRejected {
		s.counted = append(s.counted, now)
	}
	h := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}}
	if s.quota {
		s.sayQuota(h, now)
	}
	if wait > 0 {
		s.rejected++
		h.Set("Retry-After", now.Add(wait+time.Second-1).Truncate(time.Second).UTC().Format(http.TimeFormat))
		return reply(http.StatusTooManyRequests, h, `{"status_code":429,"type":"rate_limit_error","code":"rate_limit_exceeded"}`)
	}
	s.accepted++
	return reply(http.StatusOK, h, `{"data":{}}`)
}

// full says how long a window is full, 0 if it is not: it counts what came less than a span ago.
func (s *server) full(now time.Time, limit int, span time.Duration) time.Duration {
	n := len(s.counted)
	if limit == 0 || n < limit {
		return 0
	}
	return max(0, s.counted[n-limit].Add(span).Sub(now))
}

func (s *server) sayQuota(h http.Header, now time.Time) {
	recent := 0
	for i := len(s.counted) - 1; i >= 0 && now.Sub(s.counted[i]) < time.Second; i-- {
		recent++
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.perSecond))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, s.perSecond-recent)))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(2*time.Second-1).Unix(), 10))
}

// worst is the largest number of arrivals in any half-open span.
func (s *server) worst(span time.Duration) int {
	most, from := 0, 0
	for to := range s.arrivals {
		for s.arrivals[to].Sub(s.arrivals[from]) >= span {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// closest is the shortest time in which n+1 requests arrived.
func (s *server) closest(n int) time.Duration {
	least := time.Duration(1<<63 - 1)
	for i := n; i < len(s.arrivals); i++ {
		least = min(least, s.arrivals[i].Sub(s.arrivals[i-n]))
	}
	return least
}

func reply(status int, h http.Header, body string) *http.Response {
	return &http.Response{
		Status: fmt.Sprint(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// received is a reply whose body has been read and closed.
type received struct {
	status  int
	body    string
	length  int64
	request *http.Request
}

// send makes a request and reads the reply; nil is no reply.
func send(t http.RoundTripper, req *http.Request) (*received, error) {
	reply, err := t.RoundTrip(req)
	if reply == nil {
		return nil, err
	}
	body, readErr := io.ReadAll(reply.Body)
	got := &received{reply.StatusCode, string(body), reply.ContentLength, reply.Request}
	return got, errors.Join(err, readErr, reply.Body.Close())
}

// load has 16 workers send reads one after the other for a time and waits for them.
func load(t *Transport, d time.Duration) {
	ctx := WithCall(context.Background(), Call{Kind: Read, Repeatable: true})
	end := time.Now().Add(d)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for time.Now().Before(end) {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/v2/self", nil)
				if err != nil {
					panic(err)
				}
				if _, err := send(t, req); err != nil {
					panic(err)
				}
			}
		})
	}
	all.Wait()
}

// exponential is a delay of at least least whose excess is distributed exponentially.
func exponential(least, mean time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return least + time.Duration(r.ExpFloat64()*float64(mean)) }
}

// between is a delay distributed evenly.
func between(from, to time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return from + time.Duration(r.Int64N(int64(to-from)+1)) }
}
