package pace

import (
	"slices"
	"sync"
	"time"
)

// Stats counts what a Transport has done.
type Stats struct {
	Read, Write int64 // attempts by kind
	Retried     int64 // attempts beyond the first of their request
	Throttled   int64 // replies with 429
}

// add is the sum of both.
func (s Stats) add(o Stats) Stats {
	return Stats{Read: s.Read + o.Read, Write: s.Write + o.Write, Retried: s.Retried + o.Retried, Throttled: s.Throttled + o.Throttled}
}

// Traffic is Stats over time: one of each interval since Start, all of one Width. The last interval is that of the last request.
type Traffic struct {
	Start     time.Time
	Width     time.Duration
	Intervals []Stats
}

// maxIntervals bounds them. Where a run takes longer, two become one: a second is the width for ten minutes, a minute and four seconds for ten hours.
const maxIntervals = 600

// counters are Stats and Traffic in the making. What one of them counts the other counts too.
type counters struct {
	mu        sync.Mutex
	total     Stats
	start     time.Time
	width     time.Duration
	intervals []Stats
}

func newCounters(now time.Time) *counters { return &counters{start: now, width: time.Second} }

// attempt books an attempt that is sent now.
func (c *counters) attempt(kind Kind, again bool) {
	s := Stats{}
	if kind == Read {
		s.Read = 1
	} else {
		s.Write = 1
	}
	if again {
		s.Retried = 1
	}
	c.book(time.Now(), s)
}

// throttled books a 429 that comes in now.
func (c *counters) throttled() { c.book(time.Now(), Stats{Throttled: 1}) }

func (c *counters) book(now time.Time, s Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total = c.total.add(s)
	at := int(max(0, now.Sub(c.start)) / c.width)
	for ; at >= maxIntervals; at /= 2 {
		c.fold()
	}
	if missing := at + 1 - len(c.intervals); missing > 0 {
		c.intervals = append(c.intervals, make([]Stats, missing)...)
	}
	c.intervals[at] = c.intervals[at].add(s)
}

// fold makes one interval of two.
func (c *counters) fold() {
	c.width *= 2
	folded := make([]Stats, 0, maxIntervals)
	for pair := range slices.Chunk(c.intervals, 2) {
		sum := Stats{}
		for _, s := range pair {
			sum = sum.add(s)
		}
		folded = append(folded, sum)
	}
	c.intervals = folded
}

func (c *counters) stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

func (c *counters) traffic() Traffic {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Traffic{Start: c.start, Width: c.width, Intervals: slices.Clone(c.intervals)}
}
