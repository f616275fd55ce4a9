package exporter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"attio-etl/crm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a list that may change between two requests. Its items stand in the order of their numbers, which is that of their creation.
type shelf struct {
	mu       sync.Mutex
	numbers  []int
	next     int
	change   func(s *shelf) // before each page is answered
	latency  func() time.Duration
	requests int
	fail     map[int]error // by the number of the request
}

func newShelf(n int) *shelf {
	s := &shelf{next: n}
	for i := range n {
		s.numbers = append(s.numbers, i)
	}
	return s
}

var epoch = time.Unix(1_700_000_000, 0).UTC()

func (s *shelf) Page(ctx context.Context, offset, limit int) ([]crm.Record, error) {
	if s.latency != nil {
		s.mu.Lock()
		wait := s.latency()
		s.mu.Unlock()
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if err := s.fail[s.requests]; err != nil {
		return nil, err
	}
	if s.change != nil {
		s.change(s)
	}
	var page []crm.Record
	for i := offset; i < len(s.numbers) && len(page) < limit; i++ {
		page = append(page, crm.Record{ID: fmt.Sprint(s.numbers[i]), CreatedAt: epoch.Add(time.Duration(s.numbers[i]/3) * time.Second)})
	}
	return page, nil
}

// readAll reads a list and returns the ids in the order in which they were emitted.
func readAll(ctx context.Context, p *pager, at Position) (got []string, last bool, err error) {
	p.seen = ids{}
	err = p.read(ctx, at, func(b Batch) error {
		for _, item := range b.Items {
			got = append(got, item.ID)
		}
		last = last || b.Last
		return nil
	})
	return got, last, err
}

func TestListThatStandsStill(t *testing.T) {
	for _, n := range []int{0, 1, 9, 10, 11, 18, 19, 20, 1000} {
		s := newShelf(n)
		p := &pager{lister: s, size: 10, ahead: 4}
		got, last, err := readAll(t.Context(), p, Position{})
		if err != nil || !last || len(got) != n {
			t.Fatalf("%d items: got %d, last %v, %v", n, len(got), last, err)
		}
		for i, id := range got {
			if id != fmt.Sprint(i) {
				t.Fatalf("%d items: item %d is %s", n, i, id)
			}
		}
		if p.pages.Bridges > 0 {
			t.Errorf("%d items: %d bridges", n, p.pages.Bridges)
		}
		if most := n/9 + 2 + p.ahead + 1; s.requests > most {
			t.Errorf("%d items: %d requests, want at most %d", n, s.requests, most)
		}
	}
}

// Whatever is created, deleted, hidden and shown again while a list is read: every item that was there throughout comes exactly once, and
// none comes twice.
func TestListThatMoves(t *testing.T) {
	bridges := int64(0)
	for seed := range uint64(2000) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			s := newShelf(rng.IntN(300))
			s.latency = func() time.Duration { return time.Duration(1+rng.IntN(300)) * time.Millisecond }
			throughout := map[int]bool{}
			for _, n := range s.numbers {
				throughout[n] = true
			}
			busy := rng.IntN(4)
			var hidden []int
			s.change = func(s *shelf) {
				if s.requests > 200 {
					return // a list that grows faster than it is read has no end
				}
				for range rng.IntN(1 + 4*busy) {
					switch kind := rng.IntN(4); {
					case kind == 0: // created
						s.numbers = append(s.numbers, s.next)
						s.next++
					case kind == 3 && len(hidden) > 0: // the filter of the list holds for it again
						s.numbers = append(s.numbers, hidden[0])
						hidden = hidden[1:]
						slices.Sort(s.numbers)
					case len(s.numbers) > 0: // deleted, often at the front
						i := rng.IntN(len(s.numbers))
						if kind == 1 {
							i = min(i, rng.IntN(len(s.numbers)))
						}
						delete(throughout, s.numbers[i])
						hidden = append(hidden, s.numbers[i])
						s.numbers = slices.Delete(s.numbers, i, i+1)
					}
				}
			}
			p := &pager{lister: s, size: 2 + rng.IntN(20), ahead: 1 + rng.IntN(8)}
			got, last, err := readAll(t.Context(), p, Position{})
			if err != nil || !last {
				t.Fatalf("seed %d: last %v, %v", seed, last, err)
			}
			count := map[string]int{}
			for _, id := range got {
				if count[id]++; count[id] > 1 {
					t.Fatalf("seed %d: %s came twice", seed, id)
				}
			}
			for n := range throughout {
				if count[fmt.Sprint(n)] != 1 {
					t.Fatalf("seed %d: %d was there throughout and is missing", seed, n)
				}
			}
			bridges += p.pages.Bridges
		})
	}
	if bridges < 100 {
		t.Errorf("%d bridges in all: the test does not meet what it is for", bridges)
	}
}

// A run that was killed after any batch goes on from there, also where the list has shrunk meanwhile.
func TestReadingGoesOn(t *testing.T) {
	for stop := range 12 {
		for _, deleted := range []int{0, 1, 7, 95} {
			s := newShelf(100)
			var got []string
			var at Position
			first := &pager{lister: s, size: 10, ahead: 3, seen: ids{}}
			died := errors.New("killed")
			batches := 0
			err := first.read(t.Context(), Position{}, func(b Batch) error {
				for _, item := range b.Items {
					got = append(got, item.ID)
				}
				at = b.Next
				if batches++; batches > stop {
					return died
				}
				return nil
			})
			if !errors.Is(err, died) && err != nil {
				t.Fatal(err)
			}
			s.numbers = s.numbers[deleted:]
			second := &pager{lister: s, size: 10, ahead: 3, seen: ids{}}
			for _, id := range got {
				second.saw(id)
			}
			if err := second.read(t.Context(), at, func(b Batch) error {
				for _, item := range b.Items {
					got = append(got, item.ID)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			for _, n := range s.numbers {
				if c := countOf(got, fmt.Sprint(n)); c != 1 {
					t.Fatalf("stopped after batch %d, %d deleted: %d came %d times", stop, deleted, n, c)
				}
			}
		}
	}
}

func countOf(list []string, want string) (n int) {
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

func TestListOutOfOrder(t *testing.T) {
	s := newShelf(30)
	s.numbers[25], s.numbers[3] = s.numbers[3], s.numbers[25]
	if _, _, err := readAll(t.Context(), &pager{lister: s, size: 10, ahead: 2}, Position{}); !errors.Is(err, ErrOrder) {
		t.Errorf("got %v, want ErrOrder", err)
	}
}

func TestPageThatFails(t *testing.T) {
	broken := errors.New("broken")
	for n := 1; n < 8; n++ {
		s := newShelf(100)
		s.fail = map[int]error{n: broken}
		_, last, err := readAll(t.Context(), &pager{lister: s, size: 10, ahead: 3}, Position{})
		if !errors.Is(err, broken) || last {
			t.Errorf("request %d fails: last %v, %v", n, last, err)
		}
	}
}

func TestReadingIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newShelf(1000)
	s.change = func(s *shelf) {
		if s.requests == 5 {
			cancel()
		}
	}
	if _, last, err := readAll(ctx, &pager{lister: s, size: 10, ahead: 3}, Position{}); !errors.Is(err, context.Canceled) || last {
		t.Errorf("last %v, %v", last, err)
	}
}
