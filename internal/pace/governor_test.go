package pace

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// use takes a permit and uses it at once.
func (g *governor) use(t *testing.T, kind Kind) {
	t.Helper()
	p, err := g.acquire(t.Context(), nil, kind)
	if err != nil {
		t.Error(err)
		return
	}
	p.sent()
	p.finish()
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(tenPerSecond, &memory{})
		var (
			mu  sync.Mutex
			got []int
			all sync.WaitGroup
		)
		for i := range 50 {
			all.Go(func() {
				g.use(t, Kind(i%2))
				mu.Lock()
				defer mu.Unlock()
				got = append(got, i)
			})
			synctest.Wait() // it waits in the line now
		}
		all.Wait()
		if !slices.IsSorted(got) || len(got) != 50 {
			t.Errorf("served in the order %v", got)
		}
	})
}

// A waiter that gives up costs those behind it nothing.
func TestWaitersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(Limits{PerSecond: 0.1}, &memory{})
		g.use(t, Write)
		start := time.Now()
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("second interrupt")
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := g.acquire(ctx, nil, Write); !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
					t.Errorf("got %v, want the context's error and its cause", err)
				}
			})
		}
		synctest.Wait()
		all.Go(func() { g.use(t, Write) })
		synctest.Wait()
		cancel(cause)
		all.Wait()
		if took := time.Since(start); took != 10100*time.Millisecond {
			t.Errorf("the one that stayed waited %v, want 10.1 s", took)
		}
	})
}

func TestStopEndsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(tenPerSecond, &memory{})
		g.freeze(time.Hour)
		stop := make(chan struct{})
		start := time.Now()
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if _, err := g.acquire(t.Context(), stop, Read); !errors.Is(err, ErrStopped) {
					t.Errorf("got %v, want ErrStopped", err)
				}
			})
		}
		synctest.Wait()
		close(stop)
		all.Wait()
		if took := time.Since(start); took != 0 {
			t.Errorf("stopping took %v", took)
		}
	})
}

// A permit whose request never left is given back: it counts in no window.
func TestUnusedPermitIsGivenBack(t *testing.T) {
	for _, mode := range []Mode{Adaptive, Strict} {
		synctest.Test(t, func(t *testing.T) {
			g := newGovernor(Limits{PerMinute: 1, Mode: mode}, &memory{})
			start := time.Now()
			p, err := g.acquire(t.Context(), nil, Write)
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(3*time.Second, p.finish)
			g.use(t, Write)
			if took := time.Since(start); took != 3*time.Second {
				t.Errorf("mode %d: the next one waited %v, want 3 s", mode, took)
			}
		})
	}
}

// From when on a request counts: adaptive from when it is sent, strict from when its reply is here.
func TestHowLongARequestCounts(t *testing.T) {
	for mode, want := range map[Mode]time.Duration{Adaptive: 61 * time.Second, Strict: 65 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			g := newGovernor(Limits{PerMinute: 1, Mode: mode}, &memory{})
			start := time.Now()
			p, err := g.acquire(t.Context(), nil, Write)
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(time.Second, p.sent)
			time.AfterFunc(5*time.Second, p.finish)
			g.use(t, Write)
			want += 5 * time.Millisecond // the margin of 1 % of a second, less an ordinary lateness
			if took := time.Since(start); took != want {
				t.Errorf("mode %d: the next one waited %v, want %v", mode, took, want)
			}
		})
	}
}

// What the Go transport sends again by itself counts as well.
func TestSecondSendCounts(t *testing.T) {
	for _, mode := range []Mode{Adaptive, Strict} {
		synctest.Test(t, func(t *testing.T) {
			g := newGovernor(Limits{PerMinute: 2, Mode: mode}, &memory{})
			start := time.Now()
			p, err := g.acquire(t.Context(), nil, Write)
			if err != nil {
				t.Fatal(err)
			}
			p.sent()
			p.sent()
			p.finish()
			g.use(t, Write)
			if took := time.Since(start); took < time.Minute {
				t.Errorf("mode %d: the next one waited %v, want a minute", mode, took)
			}
		})
	}
}

func TestRatesThatAreNoWholeNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(Limits{PerSecond: 2.5, PerMinute: 0.5}, &memory{})
		start := time.Now()
		g.use(t, Read)
		g.use(t, Write)
		if took := time.Since(start); took < 2*time.Minute || took > 2*time.Minute+time.Second {
			t.Errorf("two requests at half a request a minute took %v", took)
		}
	})
}

func TestLongerFreezeStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(Limits{}, &memory{})
		start := time.Now()
		g.freeze(time.Minute)
		g.freeze(time.Second)
		g.use(t, Write)
		if took := time.Since(start); took != time.Minute {
			t.Errorf("the freeze lasted %v, want a minute", took)
		}
	})
}

// Only a limit that we know, that our own requests fill and that is free again in its time is ours alone.
func TestExpects(t *testing.T) {
	for _, tt := range []struct {
		name       string
		sent, held int
		limit      int
		reset      time.Duration
		want       bool
	}{
		{"ours", 10, 0, 10, time.Second, true},
		{"ours, on the way", 7, 3, 10, time.Second, true},
		{"clocks of whole seconds", 10, 0, 10, 2 * time.Second, true},
		{"somebody else's too", 9, 0, 10, time.Second, false},
		{"it lasts longer than its span", 10, 0, 10, 3 * time.Second, false},
		{"a limit that we do not know", 10, 0, 5, time.Second, false},
		{"a limit that is not named", 10, 0, 0, time.Second, false},
		{"the minute's", 300, 0, 300, time.Minute, true},
		{"the minute's, not by us alone", 299, 0, 300, time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGovernor(Limits{PerSecond: 10, PerMinute: 300}, &memory{})
				for range tt.sent {
					g.use(t, Write)
				}
				for range tt.held {
					if _, err := g.acquire(t.Context(), nil, Read); err != nil {
						t.Fatal(err)
					}
				}
				if got := g.expects(tt.limit, tt.reset); got != tt.want {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			})
		})
	}
}

func TestNoLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(Limits{}, &memory{})
		start := time.Now()
		for range 1000 {
			g.use(t, Write)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("1000 requests without a limit took %v", took)
		}
		g.freeze(time.Minute)
		g.use(t, Write)
		if took := time.Since(start); took != time.Minute {
			t.Errorf("the freeze lasted %v, want a minute", took)
		}
	})
}

func TestMargin(t *testing.T) {
	start := time.Unix(0, 0)
	m := margin{}
	for _, step := range []struct {
		after time.Duration
		raise bool
		want  float64
	}{
		{0, false, 0.01},
		{0, true, 0.023},
		{time.Second, true, 0.023}, // the same collision
		{3 * time.Second, true, 0.0399},
		{62 * time.Second, false, 0.0399},
		{63 * time.Second, false, 0.0399 * 0.98},
		{10 * time.Hour, false, 0.01},
	} {
		now := start.Add(step.after)
		if step.raise {
			m.raise(now)
		}
		if got := m.at(now); got < step.want-1e-9 || got > step.want+1e-9 {
			t.Errorf("after %v: %v, want %v", step.after, got, step.want)
		}
	}
	// Up to maxMargin it is jitter, beyond that the limit is a lower one.
	later := start.Add(11 * time.Hour)
	for i := range 100 {
		if m.lowered {
			t.Fatalf("a lower limit after %d 429, at a margin of %v", i, m.value)
		}
		if m.value == maxMargin {
			break
		}
		later = later.Add(3 * time.Second)
		m.raise(later)
	}
	later = later.Add(3 * time.Second)
	if m.raise(later); !m.lowered || m.value < 0.46 || m.value > 0.47 {
		t.Errorf("a 429 at the largest margin: %v, lowered %v", m.value, m.lowered)
	}
	if got := m.at(later.Add(15 * time.Second)); got < 0.41 || got > 0.42 {
		t.Errorf("after 15 quiet seconds: %v, want a tenth less", got)
	}
	if got := m.at(later.Add(10 * time.Minute)); got != minMargin || m.lowered {
		t.Errorf("once the limit is back: %v, lowered %v; want what was settled before", got, m.lowered)
	}
	for i := range 1000 {
		m.raise(later.Add(time.Hour + time.Duration(i)*3*time.Second))
	}
	if m.value != maxLowered {
		t.Errorf("after a thousand 429: %v, want %v", m.value, maxLowered)
	}
}
