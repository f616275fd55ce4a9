package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"attio-etl/internal/oauth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret, code, token = "sentinel-secret", "sentinel-code", "sentinel-token"

// authority is an authorization server with one client and one code.
type authority struct {
	*httptest.Server
	challenge string
	reply     func(w http.ResponseWriter) // of the token endpoint, nil for a token
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if a.reply != nil {
			a.reply(w)
			return
		}
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		for field, want := range map[string]string{
			"client_id": "app", "client_secret": secret, "code": code, "grant_type": "authorization_code",
		} {
			if got := r.FormValue(field); got != want {
				t.Errorf("%s is %q, want %q", field, got, want)
			}
		}
		if got := base64.RawURLEncoding.EncodeToString(sum[:]); got != a.challenge {
			t.Errorf("the verifier does not fit the challenge: %q, %q", got, a.challenge)
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]string{"access_token": token, "token_type": "Bearer"}); err != nil {
			t.Error(err)
		}
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// login runs a login; browse is what the user's browser does with the address.
func (a *authority) login(ctx context.Context, t *testing.T, browse func(q url.Values)) (string, error) {
	t.Helper()
	client := a.Client()
	defer client.CloseIdleConnections()
	return oauth.Login(ctx, oauth.Options{
		ClientID: "app", ClientSecret: secret, AuthorizeURL: a.URL + "/authorize", TokenURL: a.URL + "/token", Address: "127.0.0.1:0", Client: client,
	}, func(address string) {
		u, err := url.Parse(address)
		if err != nil {
			t.Error(err)
			return
		}
		q := u.Query()
		if q.Get("response_type") != "code" || q.Get("client_id") != "app" || q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 20 {
			t.Errorf("asks for %s", address)
		}
		if strings.Contains(address, secret) {
			t.Error("the address holds the secret")
		}
		a.challenge = q.Get("code_challenge")
		browse(q)
	})
}

// visit is a browser that is sent back.
func visit(t *testing.T, back string, q url.Values) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, back+"?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(body)
}

func TestLogin(t *testing.T) {
	a := newAuthority(t)
	got, err := a.login(t.Context(), t, func(q url.Values) {
		// Somebody else's callback, without the state, ends nothing.
		if status, _ := visit(t, q.Get("redirect_uri"), url.Values{"code": {"stolen"}, "state": {"guessed"}}); status != http.StatusBadRequest {
			t.Errorf("a callback with a wrong state: %d", status)
		}
		status, text := visit(t, q.Get("redirect_uri"), url.Values{"code": {code}, "state": {q.Get("state")}})
		if status != http.StatusOK || !strings.Contains(text, "Logged in") {
			t.Errorf("%d %s", status, text)
		}
		if status, _ := visit(t, q.Get("redirect_uri"), url.Values{"code": {code}, "state": {q.Get("state")}}); status != http.StatusConflict {
			t.Errorf("a second callback: %d", status)
		}
	})
	if err != nil || got != token {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestLoginThatFails(t *testing.T) {
	for _, tt := range []struct {
		name string
		q    url.Values
		want string
	}{
		{"denied", url.Values{"error": {"access_denied"}}, "denied"},
		{"refused", url.Values{"error": {"<script>" + strings.Repeat("x", 1000)}}, "authorization failed"},
		{"no code", url.Values{}, "without a code"},
	} {
		a := newAuthority(t)
		got, err := a.login(t.Context(), t, func(q url.Values) {
			tt.q.Set("state", q.Get("state"))
			if _, text := visit(t, q.Get("redirect_uri"), tt.q); strings.Contains(text, "<script>") || !strings.Contains(text, "Not logged in") {
				t.Errorf("%s: the page is %s", tt.name, text)
			}
		})
		if got != "" || err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 400 {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
		if denied := errors.Is(err, oauth.ErrDenied); denied != (tt.name == "denied") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestTokenThatIsNotGiven(t *testing.T) {
	for name, reply := range map[string]func(w http.ResponseWriter){
		"refused": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"`+secret+`"}`)
		},
		"no JSON":  func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>"+token) },
		"no token": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{}`) },
		"lost":     func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		a := newAuthority(t)
		a.reply = reply
		got, err := a.login(t.Context(), t, func(q url.Values) {
			visit(t, q.Get("redirect_uri"), url.Values{"code": {code}, "state": {q.Get("state")}})
		})
		if got != "" || err == nil || !strings.Contains(err.Error(), "exchange the code") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		for _, hidden := range []string{secret, code, token} {
			if err != nil && strings.Contains(err.Error(), hidden) {
				t.Errorf("%s: the error shows %s: %v", name, hidden, err)
			}
		}
	}
}

func TestLoginIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := newAuthority(t).login(ctx, t, func(url.Values) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
