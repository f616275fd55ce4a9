package pace

import (
	"net/http"
	"time"
)

// The bounds of the retry policy. Together they let a request outlive about a minute of faults and half an hour of throttling.
const (
	DefaultMaxAttempts = 8

	backoffBase = 500 * time.Millisecond // doubled with every fault up to backoffMax, then drawn between 0 and that (full jitter)
	backoffMax  = 30 * time.Second

	conflictBase  = 500 * time.Millisecond // doubled with every conflict, plus up to a quarter
	maxConflicts  = 4                      // tries again (contract §3)
	conflictExtra = 0.25

	minFreeze   = time.Second            // after a 429 without a usable Retry-After, or one shorter than that (contract §2)
	freezeExtra = 100 * time.Millisecond // at most, drawn: so that several processes do not return at one moment
	maxFreeze   = 10 * time.Minute       // a server that wants more than that has not throttled us but shut us out
	maxThrottle = 100                    // 429 to one request
	maxFrozen   = 30 * time.Minute       // of one request, from its first 429 on
)

// outcome is what became of one attempt.
type outcome struct {
	status   int    // of a complete reply, or of a 429 however it ended; 0 = none
	code     string // the reply's error code, where the policy depends on one
	err      error  // why there is no complete reply
	sent     bool   // the request may have reached the server
	hopeless bool   // another attempt would end the same way
	asked    time.Duration
}

// tries is what one request has been through, the last attempt included.
type tries struct {
	attempts  int
	faults    int
	conflicts int
	throttles int
	frozen    time.Duration // since its first 429
}

// action is what to do about an attempt.
type action uint8

const (
	accept action = iota // hand the reply on, as it is
	giveUp               // there is no reply to hand on
	repeat               // this request again, after a wait
	freeze               // everyone waits; then this request again
)

// decision is an action with its wait or its reason.
type decision struct {
	action action
	after  time.Duration
	reason Reason
}

// policy is the retry policy.
type policy struct {
	maxAttempts int // for faults: replies that say nothing about the request, and no replies
}

// decide says what to do about an attempt; draw is random in [0, 1). It is a pure function. A request that may have been
// processed is repeated only if its call is repeatable (I4).
func (p policy) decide(o outcome, c Call, n tries, draw float64) decision {
	switch {
	case o.status == http.StatusTooManyRequests:
		return throttle(o, n, draw)
	case o.hopeless:
		return decision{action: giveUp, reason: ReasonHopeless}
	case o.status == 0 || faulty(o.status):
		return p.fault(o, c, n, draw)
	case conflicting(o) && n.conflicts <= maxConflicts:
		wait := doubled(conflictBase, n.conflicts, backoffMax)
		return decision{action: repeat, after: wait + part(wait, conflictExtra*draw)}
	default:
		return decision{action: accept}
	}
}

// throttle answers a 429, which was not processed: any request may be repeated after it. It does not count as a fault, but
// neither may it go on for ever.
func throttle(o outcome, n tries, draw float64) decision {
	wait := max(o.asked, minFreeze)
	if wait > maxFreeze || n.throttles >= maxThrottle || n.frozen+wait > maxFrozen {
		return decision{action: accept}
	}
	return decision{action: freeze, after: wait + part(freezeExtra, draw)}
}

// fault answers an attempt without a reply, or with one that does not tell whether the request was processed.
func (p policy) fault(o outcome, c Call, n tries, draw float64) decision {
	stop := decision{action: accept}
	if o.status == 0 {
		stop = decision{action: giveUp, reason: ReasonExhausted}
	}
	if o.sent && !c.Repeatable {
		stop.reason = ReasonNotRepeatable
		return stop
	}
	if n.faults >= p.maxAttempts || o.asked > maxFreeze {
		return stop
	}
	return decision{action: repeat, after: max(o.asked, part(doubled(backoffBase, n.faults, backoffMax), draw))}
}

// faulty says whether a status tells of a passing fault: 408, 425 and the server errors, those of the edge (520 to 530) among them.
func faulty(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	default:
		return status >= 500
	}
}

// mayConflict says whether the code of a reply with this status is worth reading.
func mayConflict(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusNotFound || status == http.StatusConflict
}

// conflicting says whether the server turned the request down, unprocessed, only because another one was at the same record
// (contract §3).
func conflicting(o outcome) bool {
	return o.code == "merge_in_progress" && mayConflict(o.status) ||
		o.code == "concurrent_write_conflict" && o.status == http.StatusConflict
}

// doubled is base for the first time, twice that for the second, and so on up to top. cenkalti/backoff has this curve as an
// object with state and a random source of its own; a pure policy needs neither.
func doubled(base time.Duration, nth int, top time.Duration) time.Duration {
	d := base
	for i := 1; i < nth && d < top; i++ {
		d *= 2
	}
	return min(d, top)
}

// part is a share of a duration.
func part(d time.Duration, share float64) time.Duration {
	return time.Duration(float64(d) * share)
}
