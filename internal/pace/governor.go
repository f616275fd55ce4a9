package pace

import (
	"context"
	"sync"
	"time"
)

// governor hands out the permits of one token, first come first served within a line: one line for everybody, or one for each
// kind when reads and writes have budgets of their own.
type governor struct {
	strict bool
	lines  [2]*line // by Kind

	mu      sync.Mutex
	budgets [2][]*budget // by Kind: those that it draws on
	shared  []*budget    // those that all requests draw on
	margin  margin
	frozen  time.Time // no request leaves before
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

func newGovernor(l Limits) *governor {
	g := &governor{strict: l.Mode == Strict}
	if l.PerSecond > 0 {
		g.shared = append(g.shared, perSecond(l.PerSecond))
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
			own := []*budget{perSecond(rate)}
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
		p, at := g.take(kind, since)
		if p != nil {
			return p, nil
		}
		if err := waitUntil(ctx, stop, l.wake, at); err != nil {
			return nil, err
		}
	}
}

// take hands out a permit if there is one, else says when it is worth to ask again: the zero time if that depends on a permit
// being let go.
func (g *governor) take(kind Kind, since time.Time) (*permit, time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	at := g.frozen
	for _, b := range g.budgets[kind] {
		free, known := b.ready(now, g.slack(now))
		if !known {
			return nil, time.Time{}
		}
		if free.After(at) {
			at = free
		}
	}
	if at.After(now) {
		return nil, at
	}
	if g.frozen.After(since) {
		since = g.frozen
	}
	for _, b := range g.budgets[kind] {
		b.take(now, since, g.margin.at(now))
		b.held++
	}
	return &permit{governor: g, kind: kind}, time.Time{}
}

// slack is what the windows add to their spans: what the margin adds to a second of paced requests, less an ordinary lateness.
func (g *governor) slack(now time.Time) time.Duration {
	return time.Duration(g.margin.at(now)*float64(time.Second)) - ordinaryLateness
}

// throttled answers a 429: everyone is frozen for d and the margin grows.
func (g *governor) throttled(d time.Duration) (margin float64) {
	g.freeze(d)
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.margin.raise(now)
	return g.margin.at(now)
}

// freeze holds every request back for d; a longer freeze under way stays.
func (g *governor) freeze(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.frozen) {
		g.frozen = until
	}
}

// expects says whether our own requests explain that a limit of that many is spent and is free again after reset. If so,
// the spacing already does what the server asks for, and more exactly than its clock of whole seconds can say it. Otherwise
// somebody else draws on the limit too, or it is one that we do not know.
func (g *governor) expects(limit int, reset time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	for _, b := range g.shared {
		if b.limit != limit || reset > b.span+time.Second {
			continue
		}
		// The reply speaks of its request's arrival: one interval earlier, or two, nothing may have been sent since.
		reach := b.span + g.slack(now) + forgiven + 2*b.interval
		if b.spentSince(now.Add(-reach)) {
			return true
		}
	}
	return false
}

// permit is the right to send one attempt.
type permit struct {
	governor *governor
	kind     Kind
	sends    int
}

// sent says that the request leaves now. The Go transport may send it once more by itself when the connection turns out to be
// dead; that counts too.
func (p *permit) sent() {
	g := p.governor
	g.mu.Lock()
	defer g.mu.Unlock()
	p.sends++
	if g.strict {
		return // the request may arrive as late as its reply leaves: finish lets go
	}
	g.settle(p.kind, p.sends == 1, 1)
}

// finish says that the attempt is over. A permit that was not used counts no longer.
func (p *permit) finish() {
	g := p.governor
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.strict || p.sends == 0 {
		g.settle(p.kind, true, p.sends)
	}
}

// settle enters sends into the windows, lets a held permit go if asked, and wakes the heads: there may be a time now to wait for.
func (g *governor) settle(kind Kind, release bool, sends int) {
	now := time.Now()
	for _, b := range g.budgets[kind] {
		b.note(now, sends)
		if release {
			b.held--
		}
	}
	for _, l := range g.lines {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}
