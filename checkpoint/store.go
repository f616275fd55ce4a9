package checkpoint

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Store is an open state directory.
type Store struct {
	dir string
	db  *sql.DB
}

// Open opens the state directory, making it (0700) and its file (0600) when they do not exist. Several processes may have it open.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state directory: %w", err)
	}
	path, err := filepath.Abs(filepath.Join(dir, "state.db"))
	if err != nil {
		return nil, fmt.Errorf("state directory %s: %w", dir, err)
	}
	// SQLite would make the file with the process's umask, readable by others.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	db, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, fmt.Errorf("open the state file %s: %w", path, err)
	}
	// One connection: SQLite has one writer anyway, and transactions then wait in order instead of failing as busy.
	db.SetMaxOpenConns(1)
	s := &Store{dir: dir, db: db}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("state file %s: %w", path, err), db.Close())
	}
	return s, nil
}

func dataSource(path string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(15000)") // first, so that it holds for the others
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)") // a commit is on disk when it returns: I2 rests on it
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_txlock", "immediate") // a transaction that will write takes its lock at once and cannot fail half-way as busy
	u.RawQuery = q.Encode()
	return u.String()
}

// tx runs f in one transaction, durable when tx returns nil and without effect when it returns an error.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// Close closes the state file.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close the state file: %w", err)
	}
	return nil
}
