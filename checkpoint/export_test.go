package checkpoint

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// SetVersion makes a state file that claims to be of the given version.
func SetVersion(t *testing.T, dir string, version int) {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(t.Context(), fmt.Sprintf("pragma user_version = %d", version)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// MakeFile makes a state file by statements, past the store.
func MakeFile(t *testing.T, dir, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", dataSource(filepath.Join(dir, "state.db")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
