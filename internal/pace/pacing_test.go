package pace

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

var tenPerSecond = Limits{PerSecond: DefaultPerSecond, PerMinute: DefaultPerMinute}

func tester(s *server, l Limits) *Transport {
	return New(Options{Base: s, Limits: l, Jitter: func() float64 { return 0.5 }})
}

// use is the share of ten requests a second that was accepted in the time since start.
func (s *server) use(start time.Time) float64 {
	return float64(s.accepted) / (DefaultPerSecond * time.Since(start).Seconds())
}

func (s *server) rejectedShare() float64 {
	return float64(s.rejected) / float64(s.rejected+s.accepted)
}

// With a steady way to the server the limits are never exceeded and nearly all of them is used, whatever the processing time.
func TestSteadyLatencyIsNeverOverAndNearlyFull(t *testing.T) {
	ways := map[string]time.Duration{"no delay": 0, "40 ms each way": 40 * time.Millisecond}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(7)
				s.out, s.back = between(way, way), between(way, way)
				s.work = between(20*time.Millisecond, 400*time.Millisecond)
				start := time.Now()
				load(tester(s, tenPerSecond), 600*time.Second)
				checkNeverOver(t, s)
				if use := s.use(start); use < 0.985 {
					t.Errorf("used %.2f %% of the limit, want at least 98.5 %%", 100*use)
				}
			})
		})
	}
}

func checkNeverOver(t *testing.T, s *server) {
	t.Helper()
	if n := s.worst(time.Second); n > s.perSecond {
		t.Errorf("%d requests arrived within a second, limit %d", n, s.perSecond)
	}
	if n := s.worst(time.Minute); n > s.perMinute {
		t.Errorf("%d requests arrived within a minute, limit %d", n, s.perMinute)
	}
	if s.rejected > 0 {
		t.Errorf("%d requests were answered with 429", s.rejected)
	}
}

// Where the minute is the narrower limit it is kept as exactly, and used in full.
func TestMinuteLimitAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(3)
		s.perSecond = 30
		s.work = between(20*time.Millisecond, 400*time.Millisecond)
		start := time.Now()
		load(tester(s, Limits{PerSecond: 30, PerMinute: 600}), 10*time.Minute)
		checkNeverOver(t, s)
		if use := s.use(start); use < 0.985 {
			t.Errorf("used %.2f %% of the minute's limit", 100*use)
		}
	})
}

// Jitter on the way draws a few 429, from which the margin learns.
func TestJitterIsLearned(t *testing.T) {
	for seed, took := range []time.Duration{540 * time.Second, 540 * time.Second, 540 * time.Second, 1800 * time.Second} {
		t.Run(fmt.Sprintf("seed %d, %v", seed, took), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := jittery(uint64(seed), 5*time.Millisecond)
				s.countRejected = seed%2 == 1
				start := time.Now()
				load(tester(s, tenPerSecond), took)
				if share := s.rejectedShare(); share >= 0.002 {
					t.Errorf("%.3f %% of the requests drew a 429, want under 0.2 %%", 100*share)
				}
				if use := s.use(start); use < 0.93 {
					t.Errorf("used %.2f %% of the limit, want at least 93 %%", 100*use)
				}
			})
		})
	}
}

// jittery is a server 40 ms away, each way with an exponential jitter on top.
func jittery(seed uint64, mean time.Duration) *server {
	s := newServer(seed)
	s.out, s.back = exponential(40*time.Millisecond, mean), exponential(40*time.Millisecond, mean)
	s.work = between(20*time.Millisecond, 400*time.Millisecond)
	return s
}

// Strict mode is never over, however much the way to the server varies.
func TestStrictIsNeverOver(t *testing.T) {
	strict := tenPerSecond
	strict.Mode = Strict
	for _, most := range []time.Duration{
		0, 5 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 200 * time.Millisecond, time.Second,
	} {
		t.Run(most.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(uint64(most))
				s.out, s.back = between(0, most), between(0, most)
				s.work = between(0, 50*time.Millisecond)
				load(tester(s, strict), 300*time.Second)
				checkNeverOver(t, s)
				if len(s.arrivals) < 300*DefaultPerSecond/3 {
					t.Errorf("only %d requests in 300 s", len(s.arrivals))
				}
			})
		})
	}
}

// At the start, after five idle minutes and after a freeze the requests are spaced as ever: nothing is saved up.
func TestNothingIsSavedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(1)
		tr := tester(s, tenPerSecond)
		load(tr, 3*time.Second)
		if err := rest(t.Context(), 5*time.Minute); err != nil {
			t.Fatal(err)
		}
		load(tr, 3*time.Second)
		tr.governor.freeze(30 * time.Second)
		load(tr, 33*time.Second)
		checkNeverOver(t, s)
		if d := s.closest(1); d < 101*time.Millisecond {
			t.Errorf("two requests arrived %v apart, want 101 ms", d)
		}
		if n := len(s.arrivals); n < 3*30 {
			t.Errorf("%d arrivals, the test needs at least 90", n)
		}
	})
}

// Reads and writes keep budgets of their own under the common one, and neither waits for the other's.
func TestBudgetsByKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(Limits{PerSecond: 125, ReadsPerSecond: 100, WritesPerSecond: 25}, &memory{})
		start := time.Now()
		sent := make(chan Kind)
		for kind, n := range map[Kind]int{Read: 1000, Write: 250} {
			go func() {
				for range n {
					g.use(t, kind)
					sent <- kind
				}
			}()
		}
		last := map[Kind]time.Duration{}
		for range 1250 {
			last[<-sent] = time.Since(start)
		}
		for kind, took := range last {
			if took < 9900*time.Millisecond || took > 10500*time.Millisecond {
				t.Errorf("kind %d took %v for ten seconds of its budget", kind, took)
			}
		}
	})
}

// The table of the package comment, printed with -v; the test sees to it that it does not drift far.
func TestJitterTable(t *testing.T) {
	const seeds, seconds = 2, 540
	for _, row := range []struct {
		mean        time.Duration
		mode        Mode
		use, reject float64 // at least, at most
	}{
		{0, Adaptive, 0.985, 0},
		{1 * time.Millisecond, Adaptive, 0.98, 0.0005},
		{2 * time.Millisecond, Adaptive, 0.965, 0.0008},
		{5 * time.Millisecond, Adaptive, 0.935, 0.001},
		{10 * time.Millisecond, Adaptive, 0.89, 0.0015},
		{20 * time.Millisecond, Adaptive, 0.83, 0.0025},
		{50 * time.Millisecond, Adaptive, 0.72, 0.0045},
		{0, Strict, 0.7, 0},
		{50 * time.Millisecond, Strict, 0.65, 0},
	} {
		var use, reject float64
		for seed := range uint64(seeds) {
			synctest.Test(t, func(t *testing.T) {
				s := jittery(seed, row.mean)
				s.countRejected = true
				limits := tenPerSecond
				limits.Mode = row.mode
				start := time.Now()
				load(tester(s, limits), seconds*time.Second)
				use += s.use(start) / seeds
				reject += s.rejectedShare() / seeds
			})
		}
		t.Logf("mode %d, jitter %v: use %.1f %%, 429 %.3f %%", row.mode, row.mean, 100*use, 100*reject)
		if use < row.use || reject > row.reject {
			t.Errorf("mode %d, jitter %v: use %.4f, want %.4f; 429 %.5f, want %.5f", row.mode, row.mean, use, row.use, reject, row.reject)
		}
	}
}
