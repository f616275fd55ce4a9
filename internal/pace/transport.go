package pace

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// Mode is how the limits are kept.
type Mode uint8

// The modes.
const (
	Adaptive Mode = iota // a margin that grows with every 429: nearly the whole limit is used, a few 429 may come
	Strict               // a request counts until its reply plus the limit's span: never over, whatever the network does, but slower
)

// Limits are the budgets of a token. 0 is no limit.
type Limits struct {
	PerSecond, PerMinute            float64 // over all requests
	ReadsPerSecond, WritesPerSecond float64 // on top, for the kinds
	Mode                            Mode
}

// The limits that are safe where nothing else is known.
const (
	DefaultPerSecond = 10
	DefaultPerMinute = 600
)

// The other defaults of Options.
const (
	DefaultAttemptTimeout = 60 * time.Second
	DefaultMaxBody        = 64 << 20

	maxIdle = 256 // idle connections kept, of our own transport: not fewer than there are workers
)

// Options are the choices of a Transport; the zero value of each but Limits means its default.
type Options struct {
	// Base sends the attempts; nil is a transport of our own. For a *http.Transport a permit counts from the moment when the
	// connection is open, for any other from the call.
	Base http.RoundTripper
	// Proxy is the proxy of the transport of our own; nil is none.
	Proxy  func(*http.Request) (*url.URL, error)
	Limits Limits
	// Shared, if set, is where other processes count their requests too: all of them together keep the limits. It must outlive
	// the Transport.
	Shared *Shared
	// Stop, once closed, lets no further attempt start: whoever waits for a permit, a freeze or a back-off gets ErrStopped.
	// Attempts in flight go on, and their replies are returned.
	Stop <-chan struct{}
	// AttemptTimeout bounds one attempt, from the connection to the end of the reply's body.
	AttemptTimeout time.Duration
	// MaxAttempts bounds the attempts of one request that meet a passing fault; 429 and conflicts have bounds of their own.
	MaxAttempts int
	// MaxBody bounds a reply's body, in bytes: it is read into memory. A larger one is an error.
	MaxBody int64
	// Observe hears of retries, freezes and give-ups. It is called from the goroutines of the requests, several at a time.
	Observe func(Event)
	// Jitter draws from [0, 1), from several goroutines at a time.
	Jitter func() float64
}

// Transport is the http.RoundTripper of one token. It is safe for concurrent use; requests beyond the limits wait their turn.
type Transport struct {
	base           http.RoundTripper
	traced         bool // base tells when it has a connection
	stop           <-chan struct{}
	attemptTimeout time.Duration
	maxBody        int64
	observe        func(Event)
	jitter         func() float64

	policy   policy
	governor *governor
	counters *counters
}

// New makes a Transport; nothing is sent yet.
func New(o Options) *Transport {
	t := &Transport{
		base:           o.Base,
		stop:           o.Stop,
		attemptTimeout: positive(o.AttemptTimeout, DefaultAttemptTimeout),
		maxBody:        positive(o.MaxBody, DefaultMaxBody),
		observe:        o.Observe,
		jitter:         o.Jitter,
		counters:       newCounters(time.Now()),
		policy:         policy{maxAttempts: positive(o.MaxAttempts, DefaultMaxAttempts)},
	}
	if o.Shared != nil {
		t.governor = newGovernor(o.Limits, o.Shared)
	} else {
		t.governor = newGovernor(o.Limits, &memory{})
	}
	if t.base == nil {
		t.base = dialled(o.Proxy)
	}
	_, t.traced = t.base.(*http.Transport)
	if t.observe == nil {
		t.observe = func(Event) {}
	}
	if t.jitter == nil {
		t.jitter = rand.Float64
	}
	return t
}

// positive is v, or the default when v is not set.
func positive[T int | int64 | time.Duration](v, byDefault T) T {
	if v <= 0 {
		return byDefault
	}
	return v
}

// Stats counts what has been done so far.
func (t *Transport) Stats() Stats { return t.counters.stats() }

// Traffic is Stats over time, from New on.
func (t *Transport) Traffic() Traffic { return t.counters.traffic() }

// CloseIdleConnections closes the connections that no attempt uses.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip sends the request, as often as the limits and the policy ask for, and returns a reply whose body is complete and in
// memory. When it gives up, that is the last attempt's reply (a 429, a 500) if there was one, else a *GiveUpError.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c := &course{transport: t, req: req, call: CallOf(ctx)}
	body, err := replay(req)
	if err != nil {
		return nil, &GiveUpError{Reason: ReasonHopeless, Processed: ProcessedNo, Err: err}
	}
	for {
		reply, done, err := c.step(ctx, body)
		if done || err != nil {
			return reply, err
		}
	}
}
