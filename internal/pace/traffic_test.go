package pace

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestTrafficIsFoldedAndLosesNothing counts a request a second for longer than there are intervals.
func TestTrafficIsFoldedAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounters(time.Now())
		wait := func(d time.Duration) { <-time.NewTimer(d).C }
		for i := range 3000 {
			c.attempt(Kind(i%2), i%10 == 0)
			if i%100 == 0 {
				c.throttled()
			}
			wait(time.Second)
		}
		got := c.traffic()
		if got.Width != 8*time.Second || len(got.Intervals) != 375 {
			t.Fatalf("%d intervals of %v, want 375 of 8s", len(got.Intervals), got.Width)
		}
		sum := Stats{}
		for i, s := range got.Intervals {
			if s.Read != 4 || s.Write != 4 {
				t.Errorf("interval %d: %+v, want 4 of each kind", i, s)
			}
			sum = sum.add(s)
		}
		if want := (Stats{Read: 1500, Write: 1500, Retried: 300, Throttled: 30}); sum != want || c.stats() != want {
			t.Errorf("intervals %+v, in all %+v, want %+v", sum, c.stats(), want)
		}

		// A long silence folds several times at once, and stays in it.
		wait(24 * time.Hour)
		c.attempt(Read, false)
		got = c.traffic()
		if n := len(got.Intervals); n > maxIntervals || got.Width != 256*time.Second || got.Intervals[n-1] != (Stats{Read: 1}) || got.Intervals[n-2] != (Stats{}) {
			t.Errorf("%d intervals of %v, the last %+v", n, got.Width, got.Intervals[max(0, n-2):])
		}
		if c.stats().Read != 1501 {
			t.Errorf("%+v", c.stats())
		}
	})
}
