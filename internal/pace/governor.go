package pace

import (
	"context"
	"sync/atomic"
	"time"
)

// governor hands out the permits of one token, first come first served within a line: one line for everybody, or one for each
// kind when reads and writes have budgets of their own. Processes that share a ledger have lines of their own and take turns as they come.
type governor struct {
	strict  bool
	lines   [2]*line     // by Kind
	budgets [2][]*budget // by Kind: those that it draws on
	shared  []*budget    // those that all requests draw on
	keeper  keeper
}

// line is a queue of waiters. A channel hands its slot on in the order of arrival; who has it is the head of the line and waits
// for the clock.
type line struct {
	head chan struct{} // capacity 1: the slot
	wake chan struct{} // capacity 1: a note to the head that a permit was let go; a second one would say nothing more
}

func newLine() *line {
	return &line{head: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

func newGovernor(l Limits, k keeper) *governor {
	g := &governor{strict: l.Mode == Strict, keeper: k}
	if l.PerSecond > 0 {
		g.shared = append(g.shared, perSecond(l.PerSecond, common))
	}
	if l.PerMinute > 0 {
		g.shared = append(g.shared, perMinute(l.PerMinute))
	}
	g.budgets = [2][]*budget{Write: g.shared, Read: g.shared}
	g.lines[Write] = newLine()
	g.lines[Read] = g.lines[Write]
	if l.ReadsPerSecond > 0 || l.WritesPerSecond > 0 {
		g.lines[Read] = newLine()
	}
	for kind, rate := range map[Kind]float64{Read: l.ReadsPerSecond, Write: l.WritesPerSecond} {
		if rate > 0 {
			own := []*budget{perSecond(rate, int(kind))}
			g.budgets[kind] = append(own, g.shared...)
		}
	}
	return g
}

// acquire waits for the permit of one attempt; the caller owes it a finish.
func (g *governor) acquire(ctx context.Context, stop <-chan struct{}, kind Kind) (*permit, error) {
	since := time.Now()
	l := g.lines[kind]
	if err := ended(ctx, stop); err != nil {
		return nil, err
	}
	select {
	case l.head <- struct{}{}:
		defer func() { <-l.head }()
	case <-ctx.Done():
		return nil, ended(ctx, stop)
	case <-stop:
		return nil, ended(ctx, stop)
	}
	for {
		if err := ended(ctx, stop); err != nil {
			return nil, err
		}
		p, at, err := g.take(kind, since)
		if p != nil || err != nil {
			return p, err
		}
		if err := waitUntil(ctx, stop, l.wake, at); err != nil {
			return nil, err
		}
	}
}

// take hands out a permit if there is one, else says when it is worth to ask again: the zero time if that depends on a permit
// being let go by this process.
func (g *governor) take(kind Kind, since time.Time) (p *permit, at time.Time, err error) {
	err = g.keeper.update(func(l *ledger) {
		now := time.Now()
		at = l.frozen
		for _, b := range g.budgets[kind] {
			free, known := b.ready(l, now)
			if !known {
				if at = (time.Time{}); g.keeper.poll() > 0 {
					at = now.Add(g.keeper.poll())
				}
				return
			}
			if free.After(at) {
				at = free
			}
		}
		if at.After(now) {
			return
		}
		if l.frozen.After(since) {
			since = l.frozen
		}
		for _, b := range g.budgets[kind] {
			b.book(l, now, since)
		}
		l.forget(now.Add(-g.longest(l, now)))
		p = &permit{governor: g, kind: kind, id: l.hold(now, kind)}
	})
	return p, at, err
}

// leastReach is how far back a ledger is kept at least: for processes that share it and have a limit per minute, where this one has none.
const leastReach = 90 * time.Second

// longest is how far back anything that is asked of the ledger reaches.
func (g *governor) longest(l *ledger, now time.Time) time.Duration {
	reach := leastReach
	for _, budgets := range g.budgets {
		for _, b := range budgets {
			reach = max(reach, b.span+l.slack(now)+forgiven+2*b.interval)
		}
	}
	return reach
}

// throttled answers a 429: everyone is frozen for d and the margin grows.
func (g *governor) throttled(d time.Duration) (margin float64) {
	_ = g.keeper.update(func(l *ledger) { // the attempt that follows meets the same error and tells of it
		now := time.Now()
		l.freeze(now.Add(d))
		l.margin.raise(now)
		margin = l.margin.at(now)
	})
	return margin
}

// freeze holds every request back for d; a longer freeze under way stays.
func (g *governor) freeze(d time.Duration) {
	_ = g.keeper.update(func(l *ledger) { l.freeze(time.Now().Add(d)) }) // as in throttled
}

func (l *ledger) freeze(until time.Time) {
	if until.After(l.frozen) {
		l.frozen = until
	}
}

// expects says whether our own requests explain that a limit of that many is spent and is free again after reset. If so,
// the spacing already does what the server asks for, and more exactly than its clock of whole seconds can say it. Otherwise
// somebody else draws on the limit too, or it is one that we do not know.
func (g *governor) expects(limit int, reset time.Duration) (ours bool) {
	_ = g.keeper.update(func(l *ledger) { // as in throttled
		now := time.Now()
		for _, b := range g.shared {
			if b.limit != limit || reset > b.span+time.Second {
				continue
			}
			// The reply speaks of its request's arrival: one interval earlier, or two, nothing may have been sent since.
			reach := b.span + l.slack(now) + forgiven + 2*b.interval
			if b.spentSince(l, now.Add(-reach)) {
				ours = true
				return
			}
		}
	})
	return ours
}

// permit is the right to send one attempt.
type permit struct {
	governor *governor
	kind     Kind
	id       uint64
	sends    atomic.Int32 // counted by whoever sends, read by whoever waits for the reply
}

// sent says that the request leaves now. The Go transport may send it once more by itself when the connection turns out to be
// dead; that counts too.
func (p *permit) sent() {
	p.sends.Add(1)
	if p.governor.strict {
		return // the request may arrive as late as its reply leaves: finish lets go
	}
	p.settle(1)
}

// finish says that the attempt is over. A permit that was not used counts no longer.
func (p *permit) finish() {
	if sends := int(p.sends.Load()); p.governor.strict || sends == 0 {
		p.settle(sends)
	}
}

// settle enters sends into the ledger, lets the permit go, and wakes the heads: there may be a time now to wait for.
func (p *permit) settle(sends int) {
	// Where the ledger is lost the permit counts as held for as long as one can be: too much, and never too little.
	_ = p.governor.keeper.update(func(l *ledger) {
		l.note(time.Now(), p.kind, sends)
		l.release(p.id)
	})
	for _, l := range p.governor.lines {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}
