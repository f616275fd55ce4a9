package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"modernc.org/sqlite" // registers the driver too
	sqlite3 "modernc.org/sqlite/lib"
)

// schemaVersion is kept in user_version; a file of another version is refused rather than guessed at.
const schemaVersion = 2

// An object and a list are both a row of objects, a record and an entry both a row of records (an entry has the row of its parent
// record): what has attributes and what has values is stored, found and changed by one code. Notes, tasks, comments, threads and
// webhooks are documents.
//
// terms holds one row for each filterable property of each current value: slot is attribute*slotsPerAttribute+property.
// Reading never joins: the current values of a record live in its doc, those that were replaced in history; the other tables only
// find records.
const ddl = `
CREATE TABLE members    (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE objects    (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE attributes (id INTEGER PRIMARY KEY, object INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE TABLE choices    (id INTEGER PRIMARY KEY, attribute INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE TABLE records    (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, object INTEGER NOT NULL, parent INTEGER NOT NULL, created INTEGER NOT NULL,
                         updated INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX records_by_object ON records (object);
CREATE INDEX records_by_parent ON records (parent) WHERE parent <> 0;
CREATE TABLE history    (record INTEGER NOT NULL, attribute INTEGER NOT NULL, seq INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (record, attribute, seq)) WITHOUT ROWID;
CREATE TABLE documents  (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parent INTEGER NOT NULL, created INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX documents_by_kind ON documents (kind, created, id);
CREATE INDEX documents_by_parent ON documents (parent) WHERE parent <> 0;
CREATE TABLE terms      (slot INTEGER NOT NULL, key NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (slot, key, record)) WITHOUT ROWID;
CREATE TABLE uniques    (attribute INTEGER NOT NULL, key TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (attribute, key)) WITHOUT ROWID;
`

// store is the state: one SQLite connection behind one lock. Every method but view, update and close needs the lock.
type store struct {
	mu     sync.Mutex
	db     *sql.DB
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	schema *schema // immutable; replaced as a whole
	// positions shorten the way to an offset, by object row. They are no part of the state and may be forgotten at any time.
	positions map[int64]*positions
	switches  Switches
}

// openStore opens or creates the state in dir, or in memory when dir is empty.
func openStore(ctx context.Context, dir string, switches Switches) (*store, error) {
	name := ":memory:"
	if dir != "" {
		var err error
		if name, err = prepareFile(dir); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("open sandbox state: %w", err)
	}
	st := &store{db: db, stmts: map[string]*sql.Stmt{}, positions: map[int64]*positions{}, switches: switches}
	if err := st.init(ctx); err != nil {
		return nil, errors.Join(describeOpen(dir, err), st.close())
	}
	return st, nil
}

// prepareFile creates directory and file with private modes (SQLite gives its WAL the mode of the file) and returns a URI,
// because a plain name would take a '?' in the path for options.
func prepareFile(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("sandbox state directory: %w", err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", fmt.Errorf("sandbox state directory: %w", err)
	}
	path := filepath.Join(abs, "sandbox.sqlite")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("sandbox state: %w", err)
	}
	if err := f.Close(); err != nil {
		return "", fmt.Errorf("sandbox state: %w", err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String(), nil
}

func describeOpen(dir string, err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_BUSY {
		return fmt.Errorf("sandbox state %s is in use by another sandbox: %w", dir, err)
	}
	return fmt.Errorf("open sandbox state: %w", err)
}

// init pins the one connection, sets it up and makes sure that tables, seed and schema are there.
func (st *store) init(ctx context.Context) error {
	conn, err := st.db.Conn(ctx)
	if err != nil {
		return err
	}
	st.conn = conn
	// EXCLUSIVE before WAL: a second sandbox on the same directory is refused, and no shared-memory file is needed.
	// synchronous=NORMAL loses nothing when the process is killed, because a commit is in the operating system's cache by
	// then; only a crash of the machine could take the last commits back.
	for _, pragma := range []string{
		"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
		"PRAGMA cache_size=-65536", "PRAGMA temp_store=MEMORY", "PRAGMA wal_autocheckpoint=4000",
	} {
		if _, err := conn.ExecContext(ctx, pragma); err != nil {
			return err
		}
	}
	return st.update(ctx, st.ensureTables)
}

func (st *store) ensureTables(ctx context.Context) error {
	var version int
	if err := st.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch version {
	case schemaVersion:
	case 0:
		if _, err := st.conn.ExecContext(ctx, ddl+fmt.Sprintf("PRAGMA user_version=%d", schemaVersion)); err != nil {
			return err
		}
		if err := st.seed(ctx); err != nil {
			return err
		}
	default:
		return fmt.Errorf("the state has version %d, this program knows %d: begin a new one in another directory", version, schemaVersion)
	}
	return st.loadSchema(ctx)
}

func (st *store) close() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	var errs []error
	for _, stmt := range st.stmts {
		errs = append(errs, stmt.Close())
	}
	if st.conn != nil {
		errs = append(errs, st.conn.Close())
	}
	return errors.Join(append(errs, st.db.Close())...)
}

// view runs fn with the lock held.
func (st *store) view(ctx context.Context, fn func(context.Context) error) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	return fn(ctx)
}

// update runs fn in a transaction; when it returns nil its changes are committed, else none of them remains.
func (st *store) update(ctx context.Context, fn func(context.Context) error) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.transact(ctx, fn)
}

// transact is update for who has the lock.
func (st *store) transact(ctx context.Context, fn func(context.Context) error) error {
	if _, err := st.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	before := st.schema
	err := fn(ctx)
	if err == nil {
		_, err = st.exec(ctx, "COMMIT")
	}
	if err != nil {
		st.schema = before
		if _, undo := st.exec(ctx, "ROLLBACK"); undo != nil {
			return errors.Join(err, undo)
		}
	}
	return err
}
