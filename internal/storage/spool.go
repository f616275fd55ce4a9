package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// spool is the directory of one process for the files that it brings to this machine. It is locked as long as the process lives, so
// that others can tell it from what a killed process left behind: a process id would be given again.
type spool struct {
	dir   string
	alive *flock.Flock
}

// ownerFile is the file in a process's directory that it holds a lock on.
const ownerFile = "owner"

// openSpool makes a directory for this process under root, which is made too (0700: the files hold customers' data).
func openSpool(root string) (_ *spool, err error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the spool: %w", err)
	}
	leave, err := enter(root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	dir, err := os.MkdirTemp(root, "") // 0700
	if err != nil {
		return nil, fmt.Errorf("make the spool: %w", err)
	}
	s := &spool{dir: dir, alive: flock.New(filepath.Join(dir, ownerFile), flock.SetPermissions(0o600))}
	if err := s.alive.Lock(); err != nil {
		return nil, fmt.Errorf("lock the spool: %w", err)
	}
	return s, nil
}

// enter keeps other processes from making or sweeping directories under root until leave is called.
func enter(root string) (leave func() error, err error) {
	door := flock.New(filepath.Join(root, "lock"), flock.SetPermissions(0o600))
	if err := door.Lock(); err != nil {
		return nil, fmt.Errorf("lock the spool: %w", err)
	}
	return door.Unlock, nil
}

func (s *spool) create() (*os.File, error) {
	f, err := os.CreateTemp(s.dir, "") // 0600
	if err != nil {
		return nil, fmt.Errorf("make a file in the spool: %w", err)
	}
	return f, nil
}

func (s *spool) close() error {
	return errors.Join(s.alive.Unlock(), os.RemoveAll(s.dir))
}

// sweep removes what processes left behind under root that no longer live.
func sweep(root string) (err error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sweep the spool: %w", err)
	}
	leave, err := enter(root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, leave()) }()
	for _, e := range entries {
		if e.IsDir() {
			err = errors.Join(err, sweepDir(filepath.Join(root, e.Name())))
		}
	}
	return err
}

func sweepDir(dir string) error {
	owner := flock.New(filepath.Join(dir, ownerFile), flock.SetFlag(os.O_RDWR))
	free, err := owner.TryLock()
	switch {
	case errors.Is(err, os.ErrNotExist): // killed before it had a lock, or already gone
	case err != nil:
		return fmt.Errorf("sweep the spool: %w", err)
	case !free:
		return nil
	default:
		if err := owner.Unlock(); err != nil {
			return fmt.Errorf("sweep the spool: %w", err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("sweep the spool: %w", err)
	}
	return nil
}
