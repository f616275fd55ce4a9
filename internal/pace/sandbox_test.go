package pace_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attio-etl/internal/pace"
	"attio-etl/sandbox"
)

// load is what 16 workers did to a sandbox in a span of virtual time.
type load struct {
	replies int64 // with status 200
	span    time.Duration
	stats   sandbox.Stats
}

// use is the share of 10 requests a second that was made use of.
func (l load) use() float64 { return float64(l.replies) / (10 * l.span.Seconds()) }

func (l load) String() string {
	return fmt.Sprintf("%.2f %% of the limit used, %d of %d requests throttled, at most %d in 1 s and %d in 60 s",
		100*l.use(), l.stats.Throttled, l.stats.Requests, l.stats.MaxPerSecond, l.stats.MaxPerMinute)
}

// work lets 16 workers send for the span, over a network with the given delays, to a sandbox that allows 10/s and 600/m.
func work(t *testing.T, span time.Duration, limits pace.Limits, delay func(*http.Request) (out, process, back time.Duration)) load {
	t.Helper()
	server, err := sandbox.Open(t.Context(), sandbox.Options{Rate: sandbox.Rate{PerSecond: 10, PerMinute: 600}})
	if err != nil {
		t.Fatal(err)
	}
	network := &sandbox.Transport{Handler: server, Delay: delay}
	client := http.Client{Transport: pace.New(pace.Options{Base: network, Limits: limits})}
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	var replies atomic.Int64
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for request(ctx, &client) {
				replies.Add(1)
			}
		})
	}
	workers.Wait()
	network.Wait()
	result := load{replies: replies.Load(), span: span, stats: server.Stats()}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	t.Log(result)
	return result
}

// request sends one request; false when there was no reply of success, which here only the end of the time brings about.
func request(ctx context.Context, client *http.Client) bool {
	ctx = pace.WithCall(ctx, pace.Call{Kind: pace.Read, Repeatable: true})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://sandbox/v2/self", nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 64))
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

// delays draws from one source for all requests.
func delays(seed uint64, draw func(*rand.Rand) (out, process, back time.Duration)) func(*http.Request) (out, process, back time.Duration) {
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, 7))
	return func(*http.Request) (out, process, back time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		return draw(rng)
	}
}

func between(rng *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(rng.Int64N(int64(high-low)))
}

// TestSandboxNeverSeesTooMany is the promise for a network with steady latency: never over 10 in a second or 600 in a minute by the
// sandbox's own count, no 429, and at least 98.5 % of the limit used, however long the server takes.
func TestSandboxNeverSeesTooMany(t *testing.T) {
	for _, latency := range []time.Duration{0, 40 * time.Millisecond} {
		t.Run(latency.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limits := pace.Limits{PerSecond: 10, PerMinute: 600}
				l := work(t, 600*time.Second, limits, delays(1, func(rng *rand.Rand) (out, process, back time.Duration) {
					return latency, between(rng, 20*time.Millisecond, 400*time.Millisecond), latency
				}))
				if l.stats.MaxPerSecond > 10 || l.stats.MaxPerMinute > 600 || l.stats.Throttled > 0 || l.use() < 0.985 {
					t.Error(l)
				}
			})
		})
	}
}

// jitter is a one-way delay of 40 ms and an exponential part of the given mean; processing takes 20 to 400 ms.
func jitter(mean time.Duration) func(*rand.Rand) (out, process, back time.Duration) {
	return func(rng *rand.Rand) (out, process, back time.Duration) {
		wire := func() time.Duration { return 40*time.Millisecond + time.Duration(rng.ExpFloat64()*float64(mean)) }
		return wire(), between(rng, 20*time.Millisecond, 400*time.Millisecond), wire()
	}
}

// TestSandboxUnderJitter is the promise for a network whose delay varies by 5 ms: fewer than 0.2 % of requests throttled at 93 % use or more.
func TestSandboxUnderJitter(t *testing.T) {
	seeds := uint64(5)
	if testing.Short() {
		seeds = 1 // for the race detector
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := work(t, 1800*time.Second, pace.Limits{PerSecond: 10, PerMinute: 600}, delays(seed, jitter(5*time.Millisecond)))
				if float64(l.stats.Throttled) >= 0.002*float64(l.stats.Requests) || l.use() < 0.93 {
					t.Error(l)
				}
			})
		})
	}
}

// TestSandboxStrict is the promise of the strict mode: never over, whatever the jitter.
func TestSandboxStrict(t *testing.T) {
	for _, mean := range []time.Duration{0, 5 * time.Millisecond, 50 * time.Millisecond, 200 * time.Millisecond} {
		t.Run(mean.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limits := pace.Limits{PerSecond: 10, PerMinute: 600, Mode: pace.Strict}
				l := work(t, 600*time.Second, limits, delays(3, jitter(mean)))
				if l.stats.MaxPerSecond > 10 || l.stats.MaxPerMinute > 600 || l.stats.Throttled > 0 || l.replies == 0 {
					t.Error(l)
				}
			})
		})
	}
}

// TestSandboxScores lets 16 workers query a sandbox whose queries may cost only so much in any 10 seconds: each is answered in the end,
// refused or not at first. One that costs more than any query may is handed back refused, not tried for ever.
func TestSandboxScores(t *testing.T) {
	const query = `{"filter":{"$and":[{"name":"a"},{"name":"b"}]}}` // 2 comparisons, of 0 records: a score of 2
	synctest.Test(t, func(t *testing.T) {
		server, err := sandbox.Open(t.Context(), sandbox.Options{Scores: sandbox.ScoreLimit{PerQuery: 2, PerWindow: 20}})
		if err != nil {
			t.Fatal(err)
		}
		network := &sandbox.Transport{Handler: server}
		client := http.Client{Transport: pace.New(pace.Options{Base: network, Limits: pace.Limits{PerSecond: 10, PerMinute: 600}})}
		var workers sync.WaitGroup
		for range 16 {
			workers.Go(func() {
				for range 3 {
					if status := ask(t, &client, query); status != http.StatusOK {
						t.Errorf("a query was answered %d", status)
					}
				}
			})
		}
		workers.Wait()
		if stats := server.Stats(); stats.Requests <= 48 {
			t.Errorf("the scores refused none of %d requests", stats.Requests)
		}
		if status := ask(t, &client, `{"filter":{"name":"a"},"sorts":[{"attribute":"name","direction":"asc"}]}`); status != http.StatusTooManyRequests {
			t.Errorf("a query above what one may cost was answered %d", status)
		}
		network.Wait()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

// ask sends a query and returns the status of the last reply to it.
func ask(t *testing.T, client *http.Client, query string) int {
	t.Helper()
	ctx := pace.WithCall(t.Context(), pace.Call{Kind: pace.Read, Repeatable: true})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://sandbox/v2/objects/companies/records/query", strings.NewReader(query))
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 64))
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	return resp.StatusCode
}
