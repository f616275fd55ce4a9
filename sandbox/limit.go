package sandbox

import (
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

// limiter counts arrivals and refuses those over the limit. A refused one does not count against the limit.
type limiter struct {
	mu                             sync.Mutex
	rate                           Rate
	start                          time.Time // arrivals are kept as time since then: monotonic
	admittedSecond, admittedMinute window
	arrivedSecond, arrivedMinute   window
	counted                        Stats
}

func newLimiter(rate Rate, start time.Time) *limiter {
	return &limiter{
		rate: rate, start: start,
		admittedSecond: window{span: time.Second}, admittedMinute: window{span: time.Minute},
		arrivedSecond: window{span: time.Second}, arrivedMinute: window{span: time.Minute},
	}
}

// arrive counts one arrival and says whether it is within the limit; if not, free is when there will be room.
func (l *limiter) arrive(now time.Time) (free time.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := now.Sub(l.start)
	l.counted.Requests++
	l.counted.MaxPerSecond = max(l.counted.MaxPerSecond, l.arrivedSecond.add(at))
	l.counted.MaxPerMinute = max(l.counted.MaxPerMinute, l.arrivedMinute.add(at))
	wait := max(l.admittedSecond.room(at, l.rate.PerSecond), l.admittedMinute.room(at, l.rate.PerMinute))
	if wait > 0 {
		l.counted.Throttled++
		return now.Add(wait), false
	}
	l.admittedSecond.add(at)
	l.admittedMinute.add(at)
	return time.Time{}, true
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
