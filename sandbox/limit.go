package sandbox

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rate is a limit over the arrivals of requests, counted in strict sliding windows (t-1s, t] and (t-60s, t]. 0 is no limit.
type Rate struct{ PerSecond, PerMinute int }

// ParseRate reads "10/s,600/m", one of the two, or "off".
func ParseRate(s string) (Rate, error) {
	var r Rate
	if s == "off" {
		return r, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		number, unit, _ := strings.Cut(strings.TrimSpace(part), "/")
		n, err := strconv.Atoi(number)
		into := map[string]*int{"s": &r.PerSecond, "m": &r.PerMinute}[unit]
		if err != nil || n < 1 || into == nil || *into != 0 {
			return Rate{}, fmt.Errorf("rate %q: want a form like 10/s,600/m or off", s)
		}
		*into = n
	}
	return r, nil
}

// String is what ParseRate reads.
func (r Rate) String() string {
	var parts []string
	if r.PerSecond > 0 {
		parts = append(parts, fmt.Sprintf("%d/s", r.PerSecond))
	}
	if r.PerMinute > 0 {
		parts = append(parts, fmt.Sprintf("%d/m", r.PerMinute))
	}
	if parts == nil {
		return "off"
	}
	return strings.Join(parts, ",")
}

func (r Rate) check() error {
	if r.PerSecond < 0 || r.PerMinute < 0 {
		return fmt.Errorf("rate limit %d/s, %d/m is negative", r.PerSecond, r.PerMinute)
	}
	return nil
}

// Stats counts the requests to the API since Open. The maxima are the largest numbers of arrivals, refused ones included, in any
// half-open sliding window of 1 s and of 60 s.
type Stats struct {
	Requests     int64 `json:"requests"`
	Throttled    int64 `json:"throttled"`
	MaxPerSecond int   `json:"max_per_second"`
	MaxPerMinute int   `json:"max_per_minute"`
}

// Rates are the limits that a sandbox enforces: over all requests, and over those that read and those that write alone.
type Rates struct{ All, Reads, Writes Rate }

func (r Rates) check() error { return errors.Join(r.All.check(), r.Reads.check(), r.Writes.check()) }

// limiter counts arrivals and refuses those over the limit. A refused one does not count against the limit.
type limiter struct {
	mu                           sync.Mutex
	start                        time.Time // arrivals are kept as time since then: monotonic
	all, reads, writes           budget
	arrivedSecond, arrivedMinute window
	counted                      Stats
}

// budget is one limit and what was admitted under it.
type budget struct {
	rate           Rate
	second, minute window
}

func newBudget(rate Rate) budget {
	return budget{rate: rate, second: window{span: time.Second}, minute: window{span: time.Minute}}
}

func (b *budget) room(at time.Duration) time.Duration {
	return max(b.second.room(at, b.rate.PerSecond), b.minute.room(at, b.rate.PerMinute))
}

func (b *budget) add(at time.Duration) {
	b.second.add(at)
	b.minute.add(at)
}

func newLimiter(rates Rates, start time.Time) *limiter {
	return &limiter{
		start: start, all: newBudget(rates.All), reads: newBudget(rates.Reads), writes: newBudget(rates.Writes),
		arrivedSecond: window{span: time.Second}, arrivedMinute: window{span: time.Minute},
	}
}

// admission is what became of one arrival, and what is left of the limit over all requests for the next.
type admission struct {
	ok   bool
	free time.Time // not ok: when there will be room
	// limit, remaining and reset are of the window that will be full first; limit 0: there is no limit.
	limit, remaining int
	reset            time.Time
}

// arrive counts one arrival and says whether it is within the limits.
func (l *limiter) arrive(now time.Time, write bool) admission {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := now.Sub(l.start)
	l.counted.Requests++
	l.counted.MaxPerSecond = max(l.counted.MaxPerSecond, l.arrivedSecond.add(at))
	l.counted.MaxPerMinute = max(l.counted.MaxPerMinute, l.arrivedMinute.add(at))
	own := &l.reads
	if write {
		own = &l.writes
	}
	if wait := max(l.all.room(at), own.room(at)); wait > 0 {
		l.counted.Throttled++
		return l.all.left(admission{free: now.Add(wait)}, now, at)
	}
	l.all.add(at)
	own.add(at)
	return l.all.left(admission{ok: true}, now, at)
}

// use replaces the limit over all requests; what was admitted already counts against the new one.
func (l *limiter) use(rate Rate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.rate = rate
}

// left completes an admission with the tighter of the two windows.
func (b *budget) left(a admission, now time.Time, at time.Duration) admission {
	for _, w := range []struct {
		limit  int
		window *window
	}{{b.rate.PerSecond, &b.second}, {b.rate.PerMinute, &b.minute}} {
		remaining := max(0, w.limit-len(w.window.at))
		if w.limit == 0 || (a.limit > 0 && remaining >= a.remaining) {
			continue
		}
		a.limit, a.remaining, a.reset = w.limit, remaining, now
		if n := len(w.window.at); n > 0 {
			a.reset = now.Add(w.window.at[0] + w.window.span - at)
		}
	}
	return a
}

func (l *limiter) stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counted
}

// window holds the moments in (now-span, now], oldest first.
type window struct {
	span time.Duration
	at   []time.Duration
}

func (w *window) trim(now time.Duration) {
	old := 0
	for old < len(w.at) && w.at[old] <= now-w.span {
		old++
	}
	w.at = w.at[old:]
}

// add counts a moment and returns how many the window holds. Requests can reach the lock a little out of order: a moment is
// never put before the one that was counted last.
func (w *window) add(now time.Duration) int {
	if n := len(w.at); n > 0 {
		now = max(now, w.at[n-1])
	}
	w.trim(now)
	w.at = append(w.at, now)
	return len(w.at)
}

// room is how long it takes until the window holds fewer than limit moments; limit 0 is none.
func (w *window) room(now time.Duration, limit int) time.Duration {
	w.trim(now)
	if limit == 0 || len(w.at) < limit {
		return 0
	}
	return w.at[len(w.at)-limit] + w.span - now
}
