package pace

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// course is the way of one request through its attempts.
type course struct {
	transport *Transport
	req       *http.Request
	call      Call
	tries     tries
	throttled time.Time // its first 429
	doubtful  bool      // an attempt may have been processed, and we have no reply that says so
}

// step makes one attempt and waits out what follows from it. Done says that the reply is the answer.
func (c *course) step(ctx context.Context, body bodies) (reply *http.Response, done bool, err error) {
	t := c.transport
	p, err := t.governor.acquire(ctx, t.stop, c.call.Kind)
	if err != nil {
		return nil, false, c.interrupted(err)
	}
	attempt, err := body.request(c.req)
	if err != nil {
		p.finish()
		return nil, false, c.failed(ReasonHopeless, err)
	}
	c.count()
	reply, o := t.attempt(attempt, p)
	if reply != nil {
		reply.Request = c.req
	}
	if o.status == 0 && ctx.Err() != nil {
		c.doubtful = c.doubtful || o.sent
		return nil, false, c.interrupted(ended(ctx, nil))
	}
	return c.follow(ctx, reply, o)
}

// count books an attempt.
func (c *course) count() {
	c.tries.attempts++
	c.transport.counters.attempt(c.call.Kind, c.tries.attempts > 1)
}

// follow does what the policy says about an attempt.
func (c *course) follow(ctx context.Context, reply *http.Response, o outcome) (*http.Response, bool, error) {
	t := c.transport
	o.asked = c.heed(reply, o)
	if c.doubtful && reply != nil {
		doubt(ctx, reply)
	}
	c.record(o)
	d := t.policy.decide(o, c.call, c.tries, t.jitter())
	switch d.action {
	case freeze:
		margin := t.governor.throttled(d.after)
		c.tell(Event{Kind: EventThrottled, Wait: d.after, Margin: margin}, o)
		return nil, false, nil
	case repeat:
		c.tell(Event{Kind: EventRetry, Wait: d.after}, o)
		if err := waitUntil(ctx, t.stop, nil, time.Now().Add(d.after)); err != nil {
			return nil, false, c.interrupted(err)
		}
		return nil, false, nil
	case giveUp:
		c.tell(Event{Kind: EventGaveUp}, o)
		return nil, false, c.failed(d.reason, o.err)
	default:
		if o.status == http.StatusTooManyRequests || faulty(o.status) || conflicting(o) {
			c.tell(Event{Kind: EventGaveUp}, o)
		}
		return reply, true, nil
	}
}

// heed reads what a reply says of the limits, lets everyone wait if the limit is spent, and returns the wait that it asks for.
func (c *course) heed(reply *http.Response, o outcome) time.Duration {
	if reply == nil {
		return 0
	}
	t := c.transport
	h := readHints(reply.Header, time.Now())
	switch {
	case o.status == http.StatusTooManyRequests:
		t.counters.throttled()
		if h.retryAfter == 0 {
			return h.reset
		}
	case h.spent && h.reset > 0 && h.reset <= maxFreeze && !t.governor.expects(h.limit, h.reset):
		t.governor.freeze(h.reset)
		c.tell(Event{Kind: EventPaused, Wait: h.reset}, o)
	}
	return h.retryAfter
}

// record enters an attempt into the history of its request.
func (c *course) record(o outcome) {
	switch {
	case o.status == http.StatusTooManyRequests:
		if c.tries.throttles == 0 {
			c.throttled = time.Now()
		}
		c.tries.throttles++
		c.tries.frozen = time.Since(c.throttled)
	case conflicting(o):
		c.tries.conflicts++
	default:
		c.tries.faults++
		c.doubtful = c.doubtful || o.sent
	}
}

// interrupted is the end of a request whose context ended or whose run is stopping.
func (c *course) interrupted(err error) error {
	if errors.Is(err, ErrStopped) {
		return c.failed(ReasonStopped, err)
	}
	return c.failed(ReasonCanceled, err)
}

// failed is the end of a request without a reply.
func (c *course) failed(reason Reason, err error) error {
	e := &GiveUpError{Attempts: c.tries.attempts, Reason: reason, Processed: ProcessedNo, Err: err}
	if c.doubtful {
		e.Processed = ProcessedUnknown
	}
	return e
}

// tell lets the observer know.
func (c *course) tell(e Event, o outcome) {
	e.Call, e.Method, e.Path = c.call, c.req.Method, c.req.URL.Path
	e.Attempt, e.Status, e.Code, e.Err = c.tries.attempts, o.status, o.code, o.err
	c.transport.observe(e)
}
