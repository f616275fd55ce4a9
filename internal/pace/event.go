package pace

import "time"

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
