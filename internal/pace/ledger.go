package pace

import (
	"os"
	"slices"
	"sync"
	"time"
)

// ledger is what is remembered of a token's requests: those of this process, or those of all processes that share a file.
type ledger struct {
	sent   []mark       // requests that count from a known moment, oldest first
	held   []mark       // permits whose request may still have to arrive at the server, with the moment they were taken
	slots  [3]time.Time // the last one booked: by Kind, and common to both
	margin margin
	frozen time.Time // no request leaves before
	nextID uint64
}

// common is the slot of the budgets that all requests draw on.
const common = 2

// mark is a request in the ledger.
type mark struct {
	id    uint64 // of its permit
	owner int    // process that took it
	kind  Kind
	at    time.Time
}

// hold enters a permit that is taken now.
func (l *ledger) hold(now time.Time, kind Kind) (id uint64) {
	l.nextID++
	l.held = append(l.held, mark{id: l.nextID, owner: os.Getpid(), kind: kind, at: now})
	return l.nextID
}

// release takes a held permit out, if it still is held.
func (l *ledger) release(id uint64) {
	l.held = slices.DeleteFunc(l.held, func(m mark) bool { return m.id == id })
}

// note enters n sends of a kind that count from now on.
func (l *ledger) note(now time.Time, kind Kind, n int) {
	for range n {
		l.sent = append(l.sent, mark{kind: kind, at: now})
	}
}

// forget drops the sends that no window reaches back to.
func (l *ledger) forget(before time.Time) {
	gone := 0
	for gone < len(l.sent) && l.sent[gone].at.Before(before) {
		gone++
	}
	l.sent = l.sent[gone:]
}

// slack is what the windows add to their spans: what the margin adds to a second of paced requests, less an ordinary lateness.
func (l *ledger) slack(now time.Time) time.Duration {
	return time.Duration(l.margin.at(now)*float64(time.Second)) - ordinaryLateness
}

// keeper is where a ledger is kept. update runs f on it, alone; an error says that f did not run, or that what it did is lost.
type keeper interface {
	update(f func(l *ledger)) error
	// poll is how long to wait for a permit that only another process can let go, 0 if none can.
	poll() time.Duration
}

// memory keeps the ledger of this process alone.
type memory struct {
	mu     sync.Mutex
	ledger ledger
}

func (m *memory) update(f func(l *ledger)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.ledger)
	return nil
}

func (m *memory) poll() time.Duration { return 0 }
