package pace

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func openShared(t *testing.T, path string) *Shared {
	t.Helper()
	s, err := OpenShared(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Three transports that share a file stay within one limit together, and use all of it.
func TestSharedLimit(t *testing.T) {
	for _, mode := range []Mode{Adaptive, Strict} {
		path := filepath.Join(t.TempDir(), "limits", "token")
		synctest.Test(t, func(t *testing.T) {
			s := newServer(1)
			s.work = between(20*time.Millisecond, 400*time.Millisecond)
			limits := tenPerSecond
			limits.Mode = mode
			start := time.Now()
			var all sync.WaitGroup
			for range 3 {
				tr := tester(s, limits)
				tr.governor = newGovernor(limits, openShared(t, path))
				all.Go(func() { load(tr, 2*time.Minute) })
			}
			all.Wait()
			checkNeverOver(t, s)
			if use := s.use(start); mode == Adaptive && use < 0.98 {
				t.Errorf("used %.2f %% of the limit", 100*use)
			}
		})
	}
}

// A 429 to one pauses the others, and they learn its margin.
func TestSharedFreeze(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	synctest.Test(t, func(t *testing.T) {
		one, other := newGovernor(tenPerSecond, openShared(t, path)), newGovernor(tenPerSecond, openShared(t, path))
		start := time.Now()
		one.throttled(30 * time.Second)
		other.use(t, Write)
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("the other one waited %v, want 30 s", took)
		}
		if margin := other.throttled(0); margin < 0.03 {
			t.Errorf("the margin of the other is %v after its first 429: it has not learned from the one's", margin)
		}
	})
}

// A process that is killed while it holds permits does not block the others: they count as sent when it is found dead, or when no permit can be
// held any longer.
func TestSharedPermitsOfTheDead(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	gone := exec.Command(self, "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name        string
		owner       int
		least, most time.Duration
	}{
		{"dead", gone.Process.Pid, time.Minute, time.Minute + time.Second},
		{"alive and silent", os.Getppid(), longestHold + time.Minute, longestHold + time.Minute + time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			synctest.Test(t, func(t *testing.T) {
				shared := openShared(t, path)
				if err := shared.update(func(l *ledger) {
					for range 2 {
						l.hold(time.Now(), Write)
						l.held[len(l.held)-1].owner = tt.owner
					}
				}); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				newGovernor(Limits{PerMinute: 2}, shared).use(t, Write)
				if took := time.Since(start); took < tt.least || took > tt.most {
					t.Errorf("waited %v, want %v to %v", took, tt.least, tt.most)
				}
			})
		})
	}
}

func TestLedgerFile(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := &ledger{
		sent: []mark{{kind: Read, at: now.Add(-time.Second)}, {kind: Write, at: now}}, held: []mark{{id: 7, kind: Write, at: now}},
		slots: [3]time.Time{Read: now, common: now.Add(time.Minute)}, frozen: now.Add(time.Second), nextID: 9,
		margin: margin{value: 0.5, settled: 0.02, lowered: true, raised: now, changed: now},
	}
	data := l.encode()
	if got := decodeLedger(data, now); !reflect.DeepEqual(got, l) {
		t.Errorf("read back:\ngot  %+v\nwant %+v", got, l)
	}
	for cut := 1; cut < len(data); cut++ {
		if got := decodeLedger(data[:cut], now); got.frozen.Sub(now) != 2*time.Second || len(got.sent) > 0 {
			t.Fatalf("cut at %d: %+v, want a pause and nothing else", cut, got)
		}
	}
	for range 1000 {
		broken := bytes.Clone(data)
		broken[rand.IntN(len(broken))] ^= 1 << rand.IntN(8)
		if got := decodeLedger(broken, now); got.frozen.Sub(now) != 2*time.Second {
			t.Fatalf("%x: %+v, want a pause", broken, got)
		}
	}
	// A clock that was set back by a year.
	if got := decodeLedger(data, now.Add(-365*24*time.Hour)); got.frozen.After(now) || got.slots[common].After(now) {
		t.Errorf("after the clock was set back: %+v", got)
	}
}

func TestOpenSharedRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenShared(filepath.Join(file, "token")); err == nil {
		t.Error("a directory that cannot be made is no error")
	}
}

func FuzzDecodeLedger(f *testing.F) {
	f.Add([]byte(nil))
	f.Add((&ledger{}).encode())
	f.Add((&ledger{sent: []mark{{at: time.Unix(1, 1)}}, held: []mark{{id: 1, kind: Read, at: time.Unix(2, 2)}}}).encode())
	now := time.Unix(1_800_000_000, 0)
	f.Fuzz(func(t *testing.T, data []byte) {
		l := decodeLedger(data, now)
		if l.frozen.After(now.Add(maxFreeze)) {
			t.Errorf("frozen until %v", l.frozen)
		}
		l.expire(now, func(int) bool { return false })
	})
}
