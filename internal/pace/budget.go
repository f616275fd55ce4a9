package pace

import (
	"math"
	"sort"
	"time"
)

// A waiting request is always woken a little late. Its successors keep to the schedule all the same, so that nothing of the
// limit is lost, up to a lateness of forgiven; it is the window that sees to it that what then comes closer together than it
// should stays within the limit. Up to an ordinary lateness the window has nothing to hold back.
const (
	forgiven         = 50 * time.Millisecond
	ordinaryLateness = 5 * time.Millisecond // below minMargin of a second
)

// budget is one limit that requests draw on: how they are spaced, and how many may count in any span of time. What counts stands in
// the ledger; a budget has no state.
type budget struct {
	slot     int           // of the ledger: a Kind, whose requests alone draw on it, or common
	interval time.Duration // between two requests, before the margin (GCRA with burst 1: idling gathers no credit); 0: no spacing
	limit    int           // requests in any span, however late they really leave
	span     time.Duration
}

// perSecond is a budget whose requests are spaced evenly.
func perSecond(rate float64, slot int) *budget {
	b := window(rate, time.Second, slot)
	b.interval = time.Duration(float64(time.Second) / rate)
	return b
}

// perMinute is a budget that only counts: the spacing is that of the budget per second.
func perMinute(rate float64) *budget { return window(rate, time.Minute, common) }

// window is the budget of a rate per unit. Of a rate that is no whole number the span is shortened or stretched to hold one.
func window(rate float64, unit time.Duration, slot int) *budget {
	limit := max(1, math.Floor(rate))
	return &budget{slot: slot, limit: int(limit), span: time.Duration(float64(unit) * limit / rate)}
}

func (b *budget) draws(kind Kind) bool { return b.slot == common || b.slot == int(kind) }

// ready says when the budget lets the next request go. Not known is a time that depends on a permit being held.
func (b *budget) ready(l *ledger, now time.Time) (at time.Time, known bool) {
	at, known = b.free(l, now)
	if next := b.next(l, now); next.After(at) {
		at = next
	}
	return at, known
}

// next is the earliest moment of the next request by the spacing.
func (b *budget) next(l *ledger, now time.Time) time.Time {
	slot := l.slots[b.slot]
	if slot.IsZero() || b.interval == 0 {
		return time.Time{}
	}
	return slot.Add(time.Duration(float64(b.interval) * (1 + l.margin.at(now))))
}

// book takes the slot of a request that leaves now and was ready to since.
func (b *budget) book(l *ledger, now, since time.Time) {
	if b.interval == 0 {
		return
	}
	slot := now.Add(-forgiven)
	if since.After(slot) {
		slot = since
	}
	if next := b.next(l, now); next.After(slot) {
		slot = next
	}
	l.slots[b.slot] = slot
}

// free says when the window has room, the zero time if it has already. Not known is a time that depends on a permit being held.
func (b *budget) free(l *ledger, now time.Time) (at time.Time, known bool) {
	span := b.span + l.slack(now)
	counted := b.sentAfter(l, now.Add(-span))
	tooMany := b.holding(l) + len(counted) - b.limit + 1
	switch {
	case tooMany <= 0:
		return time.Time{}, true
	case tooMany > len(counted):
		return time.Time{}, false
	default:
		return counted[tooMany-1].at.Add(span), true
	}
}

// sentAfter is the sends that draw on the budget since a moment, that moment itself left out, oldest first.
func (b *budget) sentAfter(l *ledger, from time.Time) []mark {
	first := sort.Search(len(l.sent), func(i int) bool { return l.sent[i].at.After(from) })
	since := l.sent[first:]
	if b.slot == common {
		return since
	}
	var own []mark
	for _, m := range since {
		if b.draws(m.kind) {
			own = append(own, m)
		}
	}
	return own
}

func (b *budget) holding(l *ledger) int {
	n := 0
	for _, m := range l.held {
		if b.draws(m.kind) {
			n++
		}
	}
	return n
}

// spentSince says whether the requests that were let go since a moment, and those being held, fill the window by themselves.
func (b *budget) spentSince(l *ledger, from time.Time) bool {
	return b.holding(l)+len(b.sentAfter(l, from)) >= b.limit
}
