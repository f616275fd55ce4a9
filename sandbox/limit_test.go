package sandbox

import (
	"context"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseRate(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want Rate
		ok   bool
	}{
		{"10/s,600/m", Rate{10, 600}, true},
		{"600/m, 10/s", Rate{10, 600}, true},
		{"10/s", Rate{10, 0}, true},
		{"600/m", Rate{0, 600}, true},
		{"off", Rate{}, true},
		{"", Rate{}, false},
		{"10", Rate{}, false},
		{"0/s", Rate{}, false},
		{"-1/s", Rate{}, false},
		{"10/h", Rate{}, false},
		{"10/s,20/s", Rate{}, false},
		{"ten/s", Rate{}, false},
	} {
		got, err := ParseRate(tc.in)
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("ParseRate(%q) = %v, %v", tc.in, got, err)
		}
		if again, err := ParseRate(got.String()); tc.ok && (err != nil || again != got) {
			t.Errorf("%q does not read back: %v, %v", got.String(), again, err)
		}
	}
}

// slowLimiter decides by the definition: nothing admitted is forgotten.
type slowLimiter struct {
	rate     Rate
	admitted []time.Duration
}

func (l *slowLimiter) arrive(now time.Duration) bool {
	second, minute := 0, 0
	for _, at := range l.admitted {
		if at > now-time.Second {
			second++
		}
		if at > now-time.Minute {
			minute++
		}
	}
	if (l.rate.PerSecond > 0 && second >= l.rate.PerSecond) || (l.rate.PerMinute > 0 && minute >= l.rate.PerMinute) {
		return false
	}
	l.admitted = append(l.admitted, now)
	return true
}

func TestLimiterAgainstDefinition(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		rate := Rate{PerSecond: rng.IntN(5), PerMinute: rng.IntN(60)}
		start := time.Unix(1000, 0)
		limit, slow, now := newLimiter(Rates{All: rate}, start), &slowLimiter{rate: rate}, time.Duration(0)
		refused := int64(0)
		for i := range 500 {
			now += time.Duration(rng.IntN(8)) * 50 * time.Millisecond
			got := limit.arrive(start.Add(now), i%2 == 0)
			free, ok := got.free, got.ok
			if want := slow.arrive(now); ok != want {
				t.Fatalf("seed %d, %v at %v: admitted %t, want %t", seed, rate, now, ok, want)
			}
			if !ok {
				refused++
				if probe := (&slowLimiter{rate, slow.admitted}); !probe.arrive(free.Sub(start)) {
					t.Fatalf("seed %d: at %v there was to be room at %v", seed, now, free.Sub(start))
				}
				if probe := (&slowLimiter{rate, slow.admitted}); probe.arrive(free.Sub(start) - 1) {
					t.Fatalf("seed %d: at %v there was room before %v", seed, now, free.Sub(start))
				}
			}
		}
		if got := limit.stats(); got.Requests != 500 || got.Throttled != refused {
			t.Fatalf("stats %+v, want 500 requests, %d throttled", got, refused)
		}
	}
}

// The windows are half-open: a request exactly one second after the first of ten finds room again.
func TestWindowEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{Rate: Rate{PerSecond: 10, PerMinute: 15}})
		get := func() answer {
			resp, err := roundTrip(b.line, request(t, "GET", "/v2/objects", "", "Bearer "+goodToken))
			if err != nil {
				t.Fatal(err)
			}
			return resp
		}
		pass := func(n, want int) {
			t.Helper()
			for range n {
				if resp := get(); resp.status != want {
					t.Fatalf("at %v: %d, want %d", time.Now(), resp.status, want)
				}
			}
		}
		nap(t, 300*time.Millisecond)
		pass(10, 200)
		nap(t, time.Second-1)
		pass(1, 429)
		nap(t, 1)
		pass(5, 200)
		nap(t, time.Second)
		refused := get()
		if refused.status != http.StatusTooManyRequests {
			t.Fatalf("the sixteenth in a minute: %d", refused.status)
		}
		date, err := http.ParseTime(refused.header.Get("Date"))
		if err != nil || !date.Equal(time.Now().Truncate(time.Second)) {
			t.Errorf("Date = %v, %v, now is %v", date, err, time.Now())
		}
		until, err := http.ParseTime(refused.header.Get("Retry-After"))
		if err != nil {
			t.Fatal(err)
		}
		// There is room 60.3 s after the start; the header says the next whole second.
		if wait := time.Until(until); wait != 61*time.Second-2300*time.Millisecond {
			t.Errorf("Retry-After is %v away", wait)
		}
		if x := refused; x.text("code") != "rate_limit_exceeded" || x.text("type") != "rate_limit_error" {
			t.Errorf("body %v", x.v)
		}
		nap(t, time.Until(until))
		pass(10, 200)
		want := Stats{Requests: 27, Throttled: 2, MaxPerSecond: 11, MaxPerMinute: 17}
		if got := b.server.Stats(); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
	})
}

// nap lets virtual time pass.
func nap(t *testing.T, d time.Duration) {
	t.Helper()
	if err := wait(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}
