package pace

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is what a wait stated by a header is cut to: far more than anyone waits for, and safe to calculate with.
const longest = 366 * 24 * time.Hour

// hints is what the headers of a reply say of the server's limits.
type hints struct {
	retryAfter time.Duration // of Retry-After; 0 = not said or nonsense
	spent      bool          // X-RateLimit-Remaining is 0
	limit      int           // X-RateLimit-Limit; 0 = not said
	reset      time.Duration // until X-RateLimit-Reset; 0 = not said or past
}

// readHints reads Retry-After (an HTTP date or seconds, contract §2) and X-RateLimit-*. Dates are measured against the reply's
// own Date, so that neither clock has to be right; now stands in for a missing one.
func readHints(h http.Header, now time.Time) hints {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	out := hints{
		retryAfter: readWait(h.Get("Retry-After"), now),
		spent:      strings.TrimSpace(h.Get("X-RateLimit-Remaining")) == "0",
		reset:      readWait(h.Get("X-RateLimit-Reset"), now),
	}
	if n, err := strconv.Atoi(strings.TrimSpace(h.Get("X-RateLimit-Limit"))); err == nil && n > 0 {
		out.limit = n
	}
	return out
}

// readWait reads how long to wait from now: an HTTP date, a Unix time in seconds or milliseconds, or seconds. 0 is what is
// absent, past or nonsense.
func readWait(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if date, err := http.ParseTime(s); err == nil {
		return bounded(date.Sub(now).Seconds())
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) {
		return 0
	}
	const unixTime, unixMilli = 1e9, 1e12 // seconds since 2001, milliseconds since 2001: no wait is as long as that
	unixNow := float64(now.UnixMilli()) / 1e3
	switch {
	case n >= unixMilli:
		return bounded(n/1e3 - unixNow)
	case n >= unixTime:
		return bounded(n - unixNow)
	default:
		return bounded(n)
	}
}

// bounded is a number of seconds as a duration from 0 to longest.
func bounded(seconds float64) time.Duration {
	return time.Duration(min(max(seconds, 0), longest.Seconds()) * float64(time.Second))
}
