// Package credential keeps access tokens between runs: in the system's keyring or, where there is none, in a file that only its owner
// may read.
package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/zalando/go-keyring"

	"attio-etl/internal/atomicfile"
)

// Place is where a token is kept.
type Place string

// The places.
const (
	Keyring Place = "keyring"
	File    Place = "file"
	Auto    Place = "auto" // the keyring where the system has one, else the file; for Save only
)

// ErrNone says that no token is kept for an address.
var ErrNone = errors.New("no token is kept")

// service is what the keyring files the tokens under; the user there is the address that a token is for.
const service = "attio-etl"

// Store keeps one token for each address of an API.
type Store struct{ path string }

// New is a store whose file is at path. Nothing is read or made yet.
func New(path string) *Store { return &Store{path: path} }

// Path is where the file is, if there is one.
func (s *Store) Path() string { return s.path }

// Save keeps a token in a place, and nowhere else. It returns the place, which for Auto is what was chosen.
func (s *Store) Save(address, token string, place Place) (Place, error) {
	if place != File {
		err := keyring.Set(service, address, token)
		if err == nil {
			return Keyring, s.forget(address)
		}
		if place == Keyring {
			return "", fmt.Errorf("keep the token in the keyring: %w", err)
		}
	}
	tokens, err := s.read()
	if err != nil {
		return "", err
	}
	tokens[address] = token
	return File, errors.Join(s.write(tokens), forgetInKeyring(address))
}

// Load finds the token of an address; ErrNone where there is none. A system without a keyring has none in it.
func (s *Store) Load(address string) (token string, from Place, err error) {
	if token, err := keyring.Get(service, address); err == nil {
		return token, Keyring, nil
	}
	tokens, err := s.read()
	if err != nil {
		return "", "", err
	}
	if token, ok := tokens[address]; ok {
		return token, File, nil
	}
	return "", "", ErrNone
}

// Delete forgets the token of an address wherever it is kept; ErrNone where there is none.
func (s *Store) Delete(address string) error {
	if _, _, err := s.Load(address); err != nil {
		return err
	}
	return errors.Join(forgetInKeyring(address), s.forget(address))
}

// forgetInKeyring takes a token out of the keyring. Where there is no keyring there is nothing to take out.
func forgetInKeyring(address string) error {
	if _, err := keyring.Get(service, address); err != nil {
		return nil //nolint:nilerr // not there, or no keyring
	}
	if err := keyring.Delete(service, address); err != nil {
		return fmt.Errorf("take the token out of the keyring: %w", err)
	}
	return nil
}

func (s *Store) forget(address string) error {
	tokens, err := s.read()
	if err != nil {
		return err
	}
	if _, ok := tokens[address]; !ok {
		return nil
	}
	delete(tokens, address)
	if len(tokens) > 0 {
		return s.write(tokens)
	}
	if err := os.Remove(s.path); err != nil {
		return fmt.Errorf("remove the credentials file: %w", err)
	}
	return nil
}

// contents is the file.
type contents struct {
	Version int               `json:"version"`
	Tokens  map[string]string `json:"tokens"` // by address
}

const fileVersion = 1

// read reads the file; one that does not exist has no tokens. A file that others may read is refused: its tokens are to be replaced.
func (s *Store) read() (map[string]string, error) {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the credentials file: %w", err)
	}
	if others := info.Mode().Perm() & 0o077; others != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("credentials file %s may be read by others (mode %04o): revoke its tokens, delete it and log in again", s.path, info.Mode().Perm())
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("read the credentials file: %w", err)
	}
	var c contents
	if err := json.Unmarshal(data, &c); err != nil || c.Version != fileVersion {
		return nil, fmt.Errorf("%s is no credentials file of this version of the program: delete it and log in again", s.path) // the cause would quote it
	}
	if c.Tokens == nil {
		c.Tokens = map[string]string{}
	}
	return c.Tokens, nil
}

func (s *Store) write(tokens map[string]string) error {
	data, err := json.MarshalIndent(contents{Version: fileVersion, Tokens: tokens}, "", "  ")
	if err != nil {
		return fmt.Errorf("write the credentials file: %w", err)
	}
	f, err := atomicfile.Create(s.path)
	if err != nil {
		return fmt.Errorf("write the credentials file: %w", err)
	}
	if _, err := f.Write(append(data, '\n')); err != nil {
		return errors.Join(fmt.Errorf("write the credentials file: %w", err), f.Abort())
	}
	return f.Commit()
}
