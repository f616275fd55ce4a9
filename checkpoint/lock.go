package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// LockedError says that another process is running the job.
type LockedError struct {
	Job   string
	Owner string // what that process said of itself
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("job %s is being run by %s", e.Job, e.Owner)
}

// Lock keeps other processes from running the job in this state directory until release is called or the process ends in any way.
// owner describes this process to whoever is refused. It returns a *LockedError when another process holds the lock.
func (s *Store) Lock(job, owner string) (release func() error, err error) {
	dir := filepath.Join(s.dir, "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the lock directory: %w", err)
	}
	path := filepath.Join(dir, lockName(job))
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock job %s: %w", job, err)
	}
	// The owner stands in a file of its own: on some systems a locked file cannot be read.
	if !ok {
		said, err := os.ReadFile(path + ".owner")
		if err != nil || len(said) == 0 {
			said = []byte("another process")
		}
		return nil, &LockedError{Job: job, Owner: strings.TrimSpace(string(said))}
	}
	if err := os.WriteFile(path+".owner", []byte(owner+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("lock job %s: %w", job, err), lock.Unlock())
	}
	return func() error {
		if err := lock.Unlock(); err != nil {
			return fmt.Errorf("unlock job %s: %w", job, err)
		}
		return nil
	}, nil
}

// lockName is a file name for a job of any name: readable, and distinct for distinct names.
func lockName(job string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') {
			return r
		}
		return '_'
	}, job)
	sum := sha256.Sum256([]byte(job))
	return safe[:min(len(safe), 60)] + "-" + hex.EncodeToString(sum[:4])
}
