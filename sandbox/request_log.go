package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// logSize is how many requests are remembered.
const logSize = 10_000

// loggedRequest is one line of the request log. Status is 0 while the request is under way and when there was no reply.
type loggedRequest struct {
	Seq     int64     `json:"seq"`
	Time    time.Time `json:"time"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Query   string    `json:"query,omitempty"`
	Body    string    `json:"body,omitempty"` // its first 16 KiB
	Status  int       `json:"status"`
	Outcome string    `json:"outcome"`
}

// requestLog remembers the last requests, numbered from 1.
type requestLog struct {
	mu   sync.Mutex
	last int64
	ring []loggedRequest
}

func (l *requestLog) arrive(now time.Time, r *http.Request) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	entry := loggedRequest{Seq: l.last, Time: now.UTC(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Outcome: "pending"}
	if len(l.ring) < logSize {
		l.ring = append(l.ring, entry)
	} else {
		l.ring[(l.last-1)%logSize] = entry
	}
	return l.last
}

// maxLoggedBody is how much of a body is remembered.
const maxLoggedBody = 16 << 10

// keep remembers the body of a request.
func (l *requestLog) keep(seq int64, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := &l.ring[(seq-1)%logSize]; e.Seq == seq {
		e.Body = string(body[:min(len(body), maxLoggedBody)])
	}
}

// finish records how a request ended; without an outcome of its own it was answered.
func (l *requestLog) finish(seq int64, status int, outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if outcome == "" && status != 0 {
		outcome = "answered"
	} else if outcome == "" {
		outcome = "dropped"
	}
	if e := &l.ring[(seq-1)%logSize]; e.Seq == seq {
		e.Status, e.Outcome = status, outcome
	}
}

// since lists what is remembered of the requests with a number above seq, in order.
func (l *requestLog) since(seq int64) []loggedRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []loggedRequest{}
	for n := max(seq, l.last-int64(len(l.ring))) + 1; n <= l.last; n++ {
		out = append(out, l.ring[(n-1)%logSize])
	}
	return out
}
