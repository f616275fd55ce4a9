package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	for path, code := range map[string]string{
		dir:                           "not-a-file",
		filepath.Join(dir, "nothing"): "no-such-file",
	} {
		_, err := storage.File{Path: path, Name: "as named"}.Open()
		fe, ok := errors.AsType[*tabular.FileError](err)
		if !ok || fe.Code != code || fe.Path != "as named" || fe.Err == nil {
			t.Errorf("%s: got %v, want %s", path, err, code)
		}
	}
}

func TestFingerprint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := tabular.Fingerprint{Size: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
	if got, err := storage.Local(path).Fingerprint(t.Context()); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	known := tabular.Fingerprint{Size: 9, SHA256: "of what was named"}
	if got, err := (storage.File{Path: path, Print: known}).Fingerprint(t.Context()); err != nil || got != known {
		t.Errorf("of what was named: got %v, %v", got, err)
	}
}
