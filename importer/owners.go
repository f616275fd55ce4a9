package importer

import (
	"context"
	"crypto/sha256"
	"sync"
)

// owners knows, for each record that the run wrote, which row or group of rows did. Two of them on one record have overwritten each
// other. Its zero value is ready.
type owners struct {
	mu sync.Mutex
	of map[digest]uint32
}

// owner is who a row writes for: its group, which is named by its first row, or itself.
func owner(group, ordinal int64) int64 {
	if group != 0 {
		return group
	}
	return ordinal
}

// claim notes that a row or group wrote a record. When another one did before, that is returned, with false.
func (o *owners) claim(record string, owner int64) (other int64, ok bool) {
	if record == "" {
		return 0, true
	}
	sum := sha256.Sum256([]byte(record))
	key := digest(sum[:16])
	o.mu.Lock()
	defer o.mu.Unlock()
	if before, taken := o.of[key]; taken {
		return int64(before), int64(before) == owner
	}
	if o.of == nil {
		o.of = map[digest]uint32{}
	}
	o.of[key] = uint32(owner) // ordinals fit: the index of keys refuses more
	return owner, true
}

// locks are locks by record. Its zero value is ready.
type locks struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the lock is given back
}

// lock waits until no other row holds the record, or the context ends.
func (l *locks) lock(ctx context.Context, record string) (unlock func(), err error) {
	for {
		l.mu.Lock()
		wait, taken := l.held[record]
		if !taken {
			if l.held == nil {
				l.held = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			l.held[record] = mine
			l.mu.Unlock()
			return func() {
				l.mu.Lock()
				delete(l.held, record)
				l.mu.Unlock()
				close(mine)
			}, nil
		}
		l.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
