package credential_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"attio-etl/internal/credential"
)

const (
	attio = "https://api.attio.com"
	other = "http://127.0.0.1:1"
	token = "sentinel-token"
)

// newStore is a store on a system whose keyring works or does not.
func newStore(t *testing.T, hasKeyring bool) *credential.Store {
	t.Helper()
	if hasKeyring {
		keyring.MockInit()
	} else {
		keyring.MockInitWithError(errors.New("no keyring here"))
	}
	return credential.New(filepath.Join(t.TempDir(), "config", "credentials.json"))
}

func load(t *testing.T, s *credential.Store, address string) (string, credential.Place) {
	t.Helper()
	token, from, err := s.Load(address)
	if err != nil && !errors.Is(err, credential.ErrNone) {
		t.Fatal(err)
	}
	return token, from
}

func TestSaveLoadDelete(t *testing.T) {
	for _, tt := range []struct {
		keyring    bool
		want, kept credential.Place
	}{
		{true, credential.Auto, credential.Keyring},
		{true, credential.Keyring, credential.Keyring},
		{true, credential.File, credential.File},
		{false, credential.Auto, credential.File},
		{false, credential.File, credential.File},
	} {
		s := newStore(t, tt.keyring)
		kept, err := s.Save(attio, token, tt.want)
		if err != nil || kept != tt.kept {
			t.Fatalf("%+v: kept in %s, %v", tt, kept, err)
		}
		if got, from := load(t, s, attio); got != token || from != tt.kept {
			t.Errorf("%+v: loaded %q from %s", tt, got, from)
		}
		if got, _ := load(t, s, other); got != "" {
			t.Errorf("%+v: another address has the token", tt)
		}
		if info, err := os.Stat(s.Path()); tt.kept == credential.File && (err != nil || info.Mode().Perm() != 0o600) {
			t.Errorf("%+v: file: %v, %v", tt, info, err)
		}
		if err := s.Delete(attio); err != nil {
			t.Errorf("%+v: %v", tt, err)
		}
		if got, _ := load(t, s, attio); got != "" {
			t.Errorf("%+v: deleted and still there", tt)
		}
		if _, err := os.Stat(s.Path()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%+v: the file is still there: %v", tt, err)
		}
		if err := s.Delete(attio); !errors.Is(err, credential.ErrNone) {
			t.Errorf("%+v: deleted twice: %v", tt, err)
		}
	}
}

// A token that moves to another place is not left behind in the first.
func TestATokenIsInOnePlace(t *testing.T) {
	s := newStore(t, true)
	for _, place := range []credential.Place{credential.File, credential.Keyring, credential.File} {
		if _, err := s.Save(other, "stays", credential.File); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(attio, token+string(place), place); err != nil {
			t.Fatal(err)
		}
		if got, from := load(t, s, attio); got != token+string(place) || from != place {
			t.Errorf("%s: loaded %q from %s", place, got, from)
		}
		if got, _ := load(t, s, other); got != "stays" {
			t.Errorf("%s: the token of another address is gone", place)
		}
		if data, err := os.ReadFile(s.Path()); err != nil || (place == credential.Keyring && strings.Contains(string(data), token)) {
			t.Errorf("%s: the file: %v, %s", place, err, data)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	for name, file := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"readable by others": {`{"version":1,"tokens":{"https://api.attio.com":"sentinel-token"}}`, 0o644, "may be read by others"},
		"no JSON":            {`sentinel-token`, 0o600, "no credentials file"},
		"a later version":    {`{"version":2,"tokens":["sentinel-token"]}`, 0o600, "no credentials file"},
	} {
		s := newStore(t, false)
		if err := os.MkdirAll(filepath.Dir(s.Path()), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.Path(), []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
		_, _, loaded := s.Load(attio)
		_, saved := s.Save(attio, "new", credential.Auto)
		for _, err := range []error{loaded, saved, s.Delete(attio)} {
			if err == nil || !strings.Contains(err.Error(), file.want) || strings.Contains(err.Error(), token) {
				t.Errorf("%s: %v, want %q and no token", name, err, file.want)
			}
		}
		if data, err := os.ReadFile(s.Path()); err != nil || string(data) != file.text {
			t.Errorf("%s: the file was changed: %s, %v", name, data, err)
		}
	}
}

func TestKeyringThatIsNotThere(t *testing.T) {
	s := newStore(t, false)
	if _, err := s.Save(attio, token, credential.Keyring); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("%v, want an error without the token", err)
	}
}
