package sandbox

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// ScoreLimit bounds what queries may cost (contract §2). A query scores (comparisons + 2 × sorts) × the digits of the number of records:
// the real formula is not published. The zero value is no limit.
type ScoreLimit struct {
	// PerQuery is the most that one query may score; no wait helps one that is above it.
	PerQuery int
	// PerWindow is the most that all queries of any 10 seconds may score together.
	PerWindow int
}

const scoreSpan = 10 * time.Second

// scoring remembers the scores of the last 10 seconds.
type scoring struct {
	limit ScoreLimit
	mu    sync.Mutex
	spent []spending
}

type spending struct {
	at    time.Time
	score int
}

// charge scores a query, says so in the header and refuses it when it is too much.
func (c *call) charge(ctx context.Context, o *object, p page) error {
	score := 0
	if c.scores.limit != (ScoreLimit{}) {
		n, err := c.st.countAll(ctx, o)
		if err != nil {
			return err
		}
		digits := int(math.Log10(float64(n+1))) + 1
		score = (comparisons(p.filter) + 2*len(p.sorts)) * digits
	}
	c.out.header.Set("x-attio-record-query-score", strconv.Itoa(score))
	now := time.Now()
	free, ok := c.scores.spend(now, score)
	if ok {
		return nil
	}
	c.out.header.Set("Retry-After", retryAfter(free, now, c.st.switches.RetryAfter))
	e := rateLimited()
	e.Status = http.StatusTooManyRequests
	return e
}

// spend counts a score unless it is too much; free is when there will be room, if ever.
func (s *scoring) spend(now time.Time, score int) (free time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limit.PerQuery > 0 && score > s.limit.PerQuery {
		return now.Add(scoreSpan), false
	}
	if s.limit.PerWindow == 0 {
		return now, true
	}
	for len(s.spent) > 0 && !s.spent[0].at.After(now.Add(-scoreSpan)) {
		s.spent = s.spent[1:]
	}
	total := score
	for _, old := range s.spent {
		total += old.score
	}
	if total <= s.limit.PerWindow {
		s.spent = append(s.spent, spending{now, score})
		return now, true
	}
	for _, old := range s.spent {
		if total -= old.score; total <= s.limit.PerWindow {
			return old.at.Add(scoreSpan), false
		}
	}
	return now.Add(scoreSpan), false
}

// comparisons counts the leaves of a filter.
func comparisons(in any) int {
	switch v := in.(type) {
	case nil:
		return 0
	case map[string]any:
		n := 0
		for key, part := range v {
			if key != "path" {
				n += comparisons(part)
			}
		}
		return n
	case []any:
		n := 0
		for _, part := range v {
			n += comparisons(part)
		}
		return n
	default:
		return 1
	}
}
