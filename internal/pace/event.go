package pace

import (
	"sync/atomic"
	"time"
)

// EventKind is what happened.
type EventKind uint8

// What is told.
const (
	EventRetry     EventKind = iota // an attempt met a passing fault or a conflict; the request is sent again after Wait
	EventThrottled                  // 429: everyone waits for Wait, then the request is sent again
	EventPaused                     // a reply said that the limit is spent: everyone waits for Wait
	EventGaveUp                     // no attempt more; the last reply or a GiveUpError is returned
)

// Event is something worth a line in a log. It holds no header, no body and no query string.
type Event struct {
	Kind    EventKind
	Call    Call
	Method  string
	Path    string
	Attempt int    // of this request, from 1
	Status  int    // of the reply; 0 = none
	Code    string // of a conflict
	Err     error  // why there was no reply
	Wait    time.Duration
	Margin  float64 // EventThrottled: the safety margin from now on, 0.01 is 1 %
}

// Stats counts what a Transport has done.
type Stats struct {
	Read, Write int64 // attempts by kind
	Retried     int64 // attempts beyond the first of their request
	Throttled   int64 // replies with 429
}

// counters are Stats in the making.
type counters struct {
	attempts  [2]atomic.Int64 // by Kind
	retried   atomic.Int64
	throttled atomic.Int64
}

func (c *counters) stats() Stats {
	return Stats{
		Read:      c.attempts[Read].Load(),
		Write:     c.attempts[Write].Load(),
		Retried:   c.retried.Load(),
		Throttled: c.throttled.Load(),
	}
}
