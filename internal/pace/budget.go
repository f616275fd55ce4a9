package pace

import (
	"math"
	"time"
)

// A waiting request is always woken a little late. Its successors keep to the schedule all the same, so that nothing of the
// limit is lost, up to a lateness of forgiven; it is the window that sees to it that what then comes closer together than it
// should stays within the limit. Up to an ordinary lateness the window has nothing to hold back.
const (
	forgiven         = 50 * time.Millisecond
	ordinaryLateness = 5 * time.Millisecond // below minMargin of a second
)

// pacer spaces requests evenly: GCRA with burst 1. A budget that is idle gathers no credit.
type pacer struct {
	interval time.Duration // 1/rate, before the margin; 0 = no spacing
	next     time.Time     // the earliest moment of the next request
}

// take books the slot of a request that leaves now and was ready to since.
func (p *pacer) take(now, since time.Time, margin float64) {
	slot := now.Add(-forgiven)
	if since.After(slot) {
		slot = since
	}
	if p.next.After(slot) {
		slot = p.next
	}
	p.next = slot.Add(time.Duration(float64(p.interval) * (1 + margin)))
}

// window allows limit requests in any span, however late the requests really leave. A permit is held while its request may
// still have to arrive at the server; when it is let go, its time enters the log and counts for one more span.
type window struct {
	limit int
	span  time.Duration
	held  int
	log   []time.Time // oldest first
}

// newWindow is the window of a rate per unit. Of a rate that is no whole number the span is shortened or stretched to hold one.
func newWindow(rate float64, unit time.Duration) window {
	limit := max(1, math.Floor(rate))
	return window{limit: int(limit), span: time.Duration(float64(unit) * limit / rate)}
}

// free says when the window has room, the zero time if it has already. Not known is a time that depends on a permit being held.
func (w *window) free(now time.Time, slack time.Duration) (at time.Time, known bool) {
	span := w.span + slack
	gone := 0
	for gone < len(w.log) && !w.log[gone].Add(span).After(now) {
		gone++
	}
	w.log = w.log[gone:]
	tooMany := w.held + len(w.log) - w.limit + 1
	switch {
	case tooMany <= 0:
		return time.Time{}, true
	case tooMany > len(w.log):
		return time.Time{}, false
	default:
		return w.log[tooMany-1].Add(span), true
	}
}

// note enters n sends that count from now on.
func (w *window) note(now time.Time, n int) {
	for range n {
		w.log = append(w.log, now)
	}
}

// spentSince says whether the requests that were let go since a moment, and those being held, fill the window by themselves.
func (w *window) spentSince(from time.Time) bool {
	n := w.held
	for i := len(w.log) - 1; i >= 0 && w.log[i].After(from); i-- {
		n++
	}
	return n >= w.limit
}

// budget is one limit that requests draw on.
type budget struct {
	pacer
	window
}

// perSecond is a budget whose requests are spaced evenly.
func perSecond(rate float64) *budget {
	return &budget{
		pacer:  pacer{interval: time.Duration(float64(time.Second) / rate)},
		window: newWindow(rate, time.Second),
	}
}

// perMinute is a budget that only counts: the spacing is that of the budget per second.
func perMinute(rate float64) *budget {
	return &budget{window: newWindow(rate, time.Minute)}
}

// ready says when the budget lets the next request go. Not known is a time that depends on a permit being held.
func (b *budget) ready(now time.Time, slack time.Duration) (at time.Time, known bool) {
	at, known = b.free(now, slack)
	if b.next.After(at) {
		at = b.next
	}
	return at, known
}
