package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attio-etl/internal/atomicfile"
)

// SnapshotHead is what a snapshot is of.
type SnapshotHead struct {
	Run     string `json:"run"`     // that made it
	Columns string `json:"columns"` // what the hashes are of
	Entries int64  `json:"entries"`
}

// SnapshotEntry is the id of a row and the hash of its values.
type SnapshotEntry struct {
	ID   string
	Hash [16]byte
}

// ErrDamagedSnapshot says that a snapshot is not as it was written.
var ErrDamagedSnapshot = errors.New("the snapshot of the last export is damaged")

func (s *Store) snapshotPath(job, workspace string) string {
	return filepath.Join(s.dir, "snapshots", lockName(job+"\x00"+workspace))
}

// Snapshot reads what the last run of a job in a workspace found; false where there is none. Entries are handed on in no order.
func (s *Store) Snapshot(job, workspace string, take func(SnapshotEntry)) (head SnapshotHead, there bool, err error) {
	file, err := os.Open(s.snapshotPath(job, workspace))
	if errors.Is(err, fs.ErrNotExist) {
		return head, false, nil
	}
	if err != nil {
		return head, false, fmt.Errorf("read the snapshot: %w", err)
	}
	spool := &Spool{file: file}
	defer spool.Close() //nolint:errcheck // opened for reading: nothing can be lost
	entries, frames := int64(0), 0
	for frame, err := range spool.read() {
		if err != nil {
			return head, false, err
		}
		if frames++; frames == 1 {
			if err := json.Unmarshal(frame, &head); err != nil {
				return head, false, fmt.Errorf("%w: %w", ErrDamagedSnapshot, err)
			}
			continue
		}
		for len(frame) > 0 {
			size := int(frame[0])
			if len(frame) < 1+size+16 {
				return head, false, ErrDamagedSnapshot
			}
			e := SnapshotEntry{ID: string(frame[1 : 1+size])}
			copy(e.Hash[:], frame[1+size:])
			take(e)
			entries++
			frame = frame[1+size+16:]
		}
	}
	if frames == 0 || entries != head.Entries {
		return head, false, ErrDamagedSnapshot
	}
	return head, true, nil
}

// SnapshotWriter writes a snapshot, which takes the place of the last one on Commit.
type SnapshotWriter struct {
	file  *atomicfile.File
	block []byte
}

// snapshotBlock is how many bytes of entries stand in a frame at least.
const snapshotBlock = 1 << 16

// NewSnapshot starts a snapshot; head.Entries is the number of entries that will be added.
func (s *Store) NewSnapshot(job, workspace string, head SnapshotHead) (*SnapshotWriter, error) {
	text, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("write the snapshot: %w", err)
	}
	file, err := atomicfile.Create(s.snapshotPath(job, workspace))
	if err != nil {
		return nil, err
	}
	w := &SnapshotWriter{file: file, block: text}
	return w, w.flush()
}

// Add adds an entry. An id has at most 255 bytes.
func (w *SnapshotWriter) Add(e SnapshotEntry) error {
	if len(e.ID) > 255 {
		return fmt.Errorf("write the snapshot: an id of %d bytes", len(e.ID))
	}
	w.block = append(append(append(w.block, byte(len(e.ID))), e.ID...), e.Hash[:]...)
	if len(w.block) < snapshotBlock {
		return nil
	}
	return w.flush()
}

func (w *SnapshotWriter) flush() error {
	if len(w.block) == 0 {
		return nil
	}
	if _, err := w.file.Write(framed(w.block)); err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	w.block = w.block[:0]
	return nil
}

// Commit makes it the snapshot, durably.
func (w *SnapshotWriter) Commit() error {
	if err := w.flush(); err != nil {
		return errors.Join(err, w.file.Abort())
	}
	return w.file.Commit()
}

// Abort throws it away. After Commit it does nothing, so it can be deferred.
func (w *SnapshotWriter) Abort() error { return w.file.Abort() }
