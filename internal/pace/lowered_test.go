package pace

import (
	"testing"
	"testing/synctest"
	"time"
)

// The server lowers its limit to a third for twenty minutes and then raises it again: we slow down to what it allows, and come back.
func TestLoweredLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(1)
		s.work = between(20*time.Millisecond, 400*time.Millisecond)
		tr := tester(s, tenPerSecond)
		phase := func(perSecond int, took time.Duration) (use, rejected float64) {
			s.mu.Lock()
			s.perSecond, s.perMinute = perSecond, 60*perSecond
			accepted, refused := s.accepted, s.rejected
			s.mu.Unlock()
			load(tr, took)
			s.mu.Lock()
			defer s.mu.Unlock()
			n := float64(s.accepted - accepted)
			return n / (float64(perSecond) * took.Seconds()), float64(s.rejected-refused) / (n + float64(s.rejected-refused))
		}
		for _, p := range []struct {
			name      string
			perSecond int
			took      time.Duration
			use       float64 // at least
			rejected  float64 // at most
		}{
			{"as configured", 10, 5 * time.Minute, 0.98, 0},
			{"lowered, being learned", 3, 2 * time.Minute, 0.4, 0.25},
			{"lowered", 3, 18 * time.Minute, 0.8, 0.02},
			{"raised again, being learned", 10, 10 * time.Minute, 0.6, 0.001},
			{"as configured again", 10, 10 * time.Minute, 0.98, 0},
		} {
			use, rejected := phase(p.perSecond, p.took)
			t.Logf("%s: used %.1f %%, %.2f %% refused", p.name, 100*use, 100*rejected)
			if use < p.use || rejected > p.rejected {
				t.Errorf("%s: used %.1f %%, want at least %.1f; %.2f %% refused, want at most %.2f", p.name, 100*use, 100*p.use, 100*rejected, 100*p.rejected)
			}
		}
	})
}
