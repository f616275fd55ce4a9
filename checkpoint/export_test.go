package checkpoint

import (
	"fmt"
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
