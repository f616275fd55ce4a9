package pace

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A waiter that is woken late does not shift the schedule, as long as it is only a little late.
func TestLateWaking(t *testing.T) {
	start := time.Unix(0, 0)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	for _, tt := range []struct {
		name       string
		now, since time.Duration
		want       time.Duration
	}{
		{"in time", time.Second, 0, 1101 * time.Millisecond},
		{"20 ms late", 1020 * time.Millisecond, 0, 1101 * time.Millisecond},
		{"80 ms late", 1080 * time.Millisecond, 0, 1131 * time.Millisecond},
		{"came 20 ms after its slot", 1020 * time.Millisecond, 1020 * time.Millisecond, 1121 * time.Millisecond},
		{"after an idle hour", time.Hour, time.Hour, time.Hour + 101*time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := perSecond(10, common)
			l := &ledger{}
			l.slots[common] = at(899 * time.Millisecond) // so that the next one is a second after start
			b.book(l, at(tt.now), at(tt.since))
			if next := b.next(l, at(tt.now)); !next.Equal(at(tt.want)) {
				t.Errorf("next at %v, want %v", next.Sub(start), tt.want)
			}
		})
	}
}

// On a busy machine every request leaves late, some very late: the limit holds, and what is forgiven is not lost.
func TestBusyMachine(t *testing.T) {
	for _, tt := range []struct {
		name string
		late func(*rand.Rand) time.Duration
		use  float64
	}{
		{"up to 5 ms", between(0, 5*time.Millisecond), 0.985},
		{"up to 40 ms", between(0, 40*time.Millisecond), 0.95},
		{"up to 300 ms", between(0, 300*time.Millisecond), 0.45},
		{"now and then 2 s", func(r *rand.Rand) time.Duration {
			return time.Duration(r.IntN(100)/99) * 2 * time.Second
		}, 0.83},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := perSecond(10, common)
			l := &ledger{}
			draw := rand.New(rand.NewPCG(1, 1))
			start := time.Unix(0, 0)
			slack := 5 * time.Millisecond
			var sent []time.Time
			for now := start; now.Sub(start) < 10*time.Minute; {
				if at, known := b.ready(l, now); !known {
					t.Fatal("no permit is held")
				} else if at.After(now) {
					now = at.Add(tt.late(draw))
					continue
				}
				b.book(l, now, start)
				l.note(now, Write, 1)
				sent = append(sent, now)
			}
			for i := 10; i < len(sent); i++ {
				if span := sent[i].Sub(sent[i-10]); span < time.Second+slack {
					t.Fatalf("eleven requests within %v", span)
				}
			}
			use := float64(len(sent)) / 6000
			t.Logf("used %.1f %% of the limit", 100*use)
			if use < tt.use {
				t.Errorf("want %.1f %%", 100*tt.use)
			}
		})
	}
}
