package pace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Shared is the ledger of a token that several processes of one machine keep together, in a file: together they stay within the limits,
// a 429 to one of them pauses all, and what one learns of the network or of a lowered limit holds for the others. The permits of a
// process that was killed count as requests that were sent when it is found dead, at the latest when no permit can be held any longer.
//
// It takes a lock on the file for some microseconds a permit, and is for processes of one machine: it goes by that machine's clock.
type Shared struct {
	mu   sync.Mutex
	lock *flock.Flock
	file *os.File
}

// How other processes' permits are waited for.
const (
	// longestHold is more than any attempt takes, from its permit to the end of its reply.
	longestHold = DefaultAttemptTimeout + 15*time.Second
	pollEvery   = 20 * time.Millisecond
)

// OpenShared opens the file, making it (0600) and its directory (0700) where they do not exist.
func OpenShared(path string) (*Shared, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("share the limits: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("share the limits: %w", err)
	}
	// The lock has a file of its own: on some systems a locked file cannot be read.
	return &Shared{lock: flock.New(path+".lock", flock.SetPermissions(0o600)), file: file}, nil
}

// Close closes the file; requests that still are in flight go on and count as held.
func (s *Shared) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(s.lock.Close(), s.file.Close()); err != nil {
		return fmt.Errorf("close the shared limits: %w", err)
	}
	return nil
}

func (s *Shared) poll() time.Duration { return pollEvery }

func (s *Shared) update(f func(l *ledger)) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lock.Lock(); err != nil {
		return fmt.Errorf("lock the shared limits: %w", err)
	}
	defer func() { err = errors.Join(err, s.lock.Unlock()) }()
	data, err := io.ReadAll(io.NewSectionReader(s.file, 0, maxLedger))
	if err != nil {
		return fmt.Errorf("read the shared limits: %w", err)
	}
	now := time.Now()
	l := decodeLedger(data, now)
	l.expire(now, dead)
	f(l)
	data = l.encode()
	// It is not synced: after a crash of the machine no server remembers the requests either.
	_, err = s.file.WriteAt(data, 0)
	if err := errors.Join(err, s.file.Truncate(int64(len(data)))); err != nil {
		return fmt.Errorf("write the shared limits: %w", err)
	}
	return nil
}

// expire counts permits as sent that nobody holds any more.
func (l *ledger) expire(now time.Time, dead func(owner int) bool) {
	kept := l.held[:0]
	for _, m := range l.held {
		if now.Sub(m.at) < longestHold && !dead(m.owner) {
			kept = append(kept, m)
			continue
		}
		l.note(now, m.kind, 1)
	}
	l.held = kept
}

// maxLedger bounds what is read of the file, in bytes: the requests of the longest window at thousands a second.
const maxLedger = 16 << 20

// ledgerVersion stands first in the file. Programs that write other versions share nothing with this one.
const ledgerVersion = 1

// fixed is what a ledger file holds in front of its marks. Times are Unix nanoseconds, 0 for none.
type fixed struct {
	Version                   uint32
	Sum                       uint32 // CRC-32 of all that follows
	NextID                    uint64
	Slots                     [3]int64
	Frozen                    int64
	Margin, Settled           float64
	Lowered                   bool
	MarginRaised, MarginMoved int64
	Sent, Held                uint32
}

// filed is a mark in the file.
type filed struct {
	ID    uint64
	At    int64
	Owner uint32
	Kind  uint8
}

// summed is where the part of the file begins that its checksum covers.
const summed = 8

func (l *ledger) encode() []byte {
	head := fixed{
		Version: ledgerVersion, NextID: l.nextID, Frozen: nanos(l.frozen), Margin: l.margin.value, Settled: l.margin.settled,
		Lowered: l.margin.lowered, MarginRaised: nanos(l.margin.raised), MarginMoved: nanos(l.margin.changed),
		Sent: uint32(len(l.sent)), Held: uint32(len(l.held)),
	}
	for i, slot := range l.slots {
		head.Slots[i] = nanos(slot)
	}
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // of fixed size, into memory: it cannot fail
	put(head)
	for _, m := range append(append([]mark(nil), l.sent...), l.held...) {
		put(filed{ID: m.id, At: nanos(m.at), Owner: uint32(m.owner), Kind: uint8(m.kind)})
	}
	data := b.Bytes()
	binary.LittleEndian.PutUint32(data[4:], crc32.ChecksumIEEE(data[summed:]))
	return data
}

// decodeLedger reads a ledger file. One that is new is empty. Of one that a process was killed at while writing, or that another version wrote,
// nothing is known but that requests may have been sent up to now: everybody waits for as long as the shorter windows reach.
func decodeLedger(data []byte, now time.Time) *ledger {
	if len(data) == 0 {
		return &ledger{}
	}
	unknown := &ledger{frozen: now.Add(2 * time.Second)}
	r := bytes.NewReader(data)
	var head fixed
	if err := binary.Read(r, binary.LittleEndian, &head); err != nil || head.Version != ledgerVersion ||
		head.Sum != crc32.ChecksumIEEE(data[summed:]) {
		return unknown
	}
	marks := make([]filed, int(head.Sent)+int(head.Held))
	if r.Len() != binary.Size(marks) {
		return unknown
	}
	if err := binary.Read(r, binary.LittleEndian, marks); err != nil {
		return unknown
	}
	l := &ledger{
		nextID: head.NextID, frozen: bound(head.Frozen, now),
		margin: margin{
			value: head.Margin, settled: head.Settled, lowered: head.Lowered,
			raised: bound(head.MarginRaised, now), changed: bound(head.MarginMoved, now),
		},
	}
	for i, slot := range head.Slots {
		l.slots[i] = bound(slot, now)
	}
	for i, m := range marks {
		entered := mark{id: m.ID, owner: int(m.Owner), kind: Kind(m.Kind & 1), at: bound(m.At, now)}
		if i < int(head.Sent) {
			l.sent = append(l.sent, entered)
		} else {
			l.held = append(l.held, entered)
		}
	}
	return l
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// bound is a time of the file. A clock that was set back must not keep everybody waiting until it has caught up.
func bound(n int64, now time.Time) time.Time {
	if n == 0 {
		return time.Time{}
	}
	if t, latest := time.Unix(0, n), now.Add(maxFreeze); t.Before(latest) {
		return t
	}
	return now
}
