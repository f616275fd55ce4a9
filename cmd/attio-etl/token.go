package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"attio-etl/internal/credential"
	"attio-etl/internal/exit"
)

// token is the token to use.
func (a *app) token() (string, error) {
	token, _, err := a.findToken()
	return token, err
}

// findToken takes the token from the file that is named, else the environment, else what auth login has kept for the address; from says which.
func (a *app) findToken() (token, from string, err error) {
	if a.global.keyFile != "" {
		data, err := os.ReadFile(a.global.keyFile)
		if err != nil {
			return "", "", exit.With(exit.Auth, fmt.Errorf("read the API key: %w", err), "")
		}
		return strings.TrimSpace(string(data)), a.global.keyFile, nil
	}
	for _, name := range []string{"ATTIO_API_KEY", "ATTIO_ACCESS_TOKEN"} {
		if token, ok := a.lookup(name); ok && strings.TrimSpace(token) != "" {
			return strings.TrimSpace(token), name, nil
		}
	}
	token, place, err := a.credentials().Load(a.global.baseURL)
	if errors.Is(err, credential.ErrNone) {
		return "", "", exit.With(exit.Auth, errors.New("no API key"),
			"set ATTIO_API_KEY, give --api-key-file or log in with attio-etl auth login; or add --sandbox to try without a workspace")
	}
	if err != nil {
		return "", "", exit.With(exit.Auth, err, "")
	}
	return token, string(place), nil
}

// credentials is where auth login keeps tokens: beside the user's other settings, not in a state directory, which may be shared or thrown away.
func (a *app) credentials() *credential.Store {
	path, ok := a.lookup("ATTIO_ETL_CREDENTIALS")
	if !ok || path == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			// Without a home there is no login either; the keyring may still have one.
			dir = a.global.state
		}
		path = filepath.Join(dir, "attio-etl", "credentials.json")
	}
	return credential.New(path)
}
