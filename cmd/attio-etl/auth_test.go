package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"attio-etl/internal/exit"
	"attio-etl/sandbox"
)

// TestLoginStatusLogout logs in with a browser that allows everything, imports nothing, and logs out again. The token and the secret must be seen nowhere.
func TestLoginStatusLogout(t *testing.T) {
	token, secret := strings.Repeat("s", 64), "sentinel-secret"
	server, err := sandbox.Open(t.Context(), sandbox.Options{Tokens: []sandbox.Token{{Key: token}}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	mux := http.NewServeMux()
	mux.Handle("/v2/", server)
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) {
		given := token
		if r.FormValue("code") == "revoked" {
			given = strings.Repeat("x", 64)
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]string{"access_token": given, "token_type": "Bearer"}); err != nil {
			t.Error(err)
		}
	})
	api := httptest.NewServer(mux)
	defer api.Close()
	dir := t.TempDir()
	environment := map[string]string{
		"ATTIO_CLIENT_ID": "app", "ATTIO_CLIENT_SECRET": secret, "ATTIO_ETL_BASE_URL": api.URL,
		"ATTIO_ETL_CREDENTIALS": filepath.Join(dir, "credentials.json"), "ATTIO_ETL_STATE": filepath.Join(dir, "state"),
	}
	code := "allowed"
	program := func(args ...string) (exit.Code, string) {
		var stdout, all bytes.Buffer
		in, out := io.Pipe()
		visited := make(chan struct{})
		go func() {
			defer close(visited)
			lines := bufio.NewScanner(io.TeeReader(in, &all))
			for lines.Scan() {
				if address := strings.TrimSpace(lines.Text()); strings.Contains(address, "/authorize?") {
					visit(t, address, code)
				}
			}
		}()
		status := run(env{args: args, stdout: &stdout, stderr: out, lookup: func(name string) (string, bool) {
			v, ok := environment[name]
			return v, ok
		}})
		if err := out.Close(); err != nil {
			t.Error(err)
		}
		<-visited
		text := stdout.String() + all.String()
		if strings.Contains(text, token) || strings.Contains(text, secret) {
			t.Errorf("%v shows a secret:\n%s", args, text)
		}
		return status, text
	}
	login := []string{"auth", "login", "--port", "0", "--keep", "file", "--authorize-url", api.URL + "/authorize", "--token-url", api.URL + "/oauth/token"}
	for _, step := range []struct {
		args []string
		code string
		want exit.Code
		says string
	}{
		{[]string{"auth", "status"}, "", exit.Auth, "attio-etl auth login"},
		{[]string{"auth", "logout"}, "", exit.Auth, "no token is kept"},
		{login, "", exit.Auth, "without a code"},
		{login, "revoked", exit.Auth, ""}, // and nothing is kept
		{[]string{"auth", "status"}, "", exit.Auth, "attio-etl auth login"},
		{login, "allowed", exit.OK, "opens workspace Sandbox (token from file)"},
		{[]string{"auth", "status", "--json"}, "", exit.OK, `"token_from":"file"`},
		{[]string{"auth", "logout"}, "", exit.OK, "forgotten"},
		{[]string{"auth", "status"}, "", exit.Auth, "attio-etl auth login"},
		{[]string{"auth", "login", "--token-url", "http://example.com"}, "", exit.Usage, "clear text"},
		{[]string{"auth", "login", "--keep", "pocket"}, "", exit.Usage, "auto, keyring or file"},
		{[]string{"auth", "login", "--port", "70000"}, "", exit.Usage, "65535"},
	} {
		code = step.code
		if got, text := program(step.args...); got != step.want || !strings.Contains(text, step.says) {
			t.Errorf("%v with %q: exit %d, want %d and %q\n%s", step.args, step.code, got, step.want, step.says, text)
		}
	}
	delete(environment, "ATTIO_CLIENT_SECRET")
	if got, text := program(login...); got != exit.Usage || !strings.Contains(text, "ATTIO_CLIENT_SECRET") {
		t.Errorf("without a secret: exit %d\n%s", got, text)
	}
}

// visit is a user who allows the access: the authorization server sends the browser back with a code.
func visit(t *testing.T, address, code string) {
	t.Helper()
	asked, err := url.Parse(address)
	if err != nil {
		t.Error(err)
		return
	}
	q := url.Values{"state": {asked.Query().Get("state")}}
	if code != "" {
		q.Set("code", code)
	}
	resp, err := http.Get(asked.Query().Get("redirect_uri") + "?" + q.Encode())
	if err != nil {
		t.Error(err)
		return
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}
