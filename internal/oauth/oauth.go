// Package oauth gets an access token by the authorization-code flow of OAuth 2.0: the user allows it in a browser, which then comes
// back to a port of this machine.
package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// Attio's endpoints (contract §1).
const (
	AuthorizeURL = "https://app.attio.com/authorize"
	TokenURL     = "https://app.attio.com/oauth/token"
)

// Options is the application that asks, and where.
type Options struct {
	ClientID     string
	ClientSecret string `json:"-"`
	AuthorizeURL string
	TokenURL     string
	// Address is what to listen on for the browser, "127.0.0.1:8976": the application must have http://ADDRESS/callback among its
	// redirect URIs. Port 0 takes any.
	Address string
	Client  *http.Client // exchanges the code for the token
}

// ErrDenied says that the user did not allow it.
var ErrDenied = errors.New("the authorization was denied")

// The words of a callback are the server's and come by way of a browser: an error shows no more of them.
const maxShown = 200

// Login shows the address that the user has to open and waits until the browser comes back from it, or ctx ends. The code that it
// brings counts only with the state that was sent along, and can be used only by who knows the verifier (PKCE; a server that does
// not offer it ignores the challenge). No error holds the code, the secret or the token.
func Login(ctx context.Context, o Options, show func(address string)) (token string, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return "", fmt.Errorf("wait for the browser: %w", err)
	}
	config := oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: "http://" + listener.Addr().String() + "/callback",
		// Attio takes the client's credentials in the body. Trying both ways would use the code up.
		Endpoint: oauth2.Endpoint{AuthURL: o.AuthorizeURL, TokenURL: o.TokenURL, AuthStyle: oauth2.AuthStyleInParams},
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	back := make(chan answer, 1) // the first answer counts; a browser that asks again must not wait
	server := &http.Server{Handler: callback(state, back), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1) // one value, so that the goroutine ends even when nobody waits
	go func() { served <- server.Serve(listener) }()
	defer func() {
		// The page that tells the user how it ended is let out first.
		err = errors.Join(err, server.Shutdown(context.WithoutCancel(ctx)))
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
	}()
	show(config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))
	select {
	case a := <-back:
		if a.err != nil {
			return "", a.err
		}
		return exchange(ctx, &config, o.Client, a.code, verifier)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// answer is what the browser brought.
type answer struct {
	code string
	err  error
}

// callback takes the browser's way back. Whatever does not know the state is none of ours and changes nothing.
func callback(state string, back chan<- answer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
			page(w, http.StatusBadRequest, "This is not the login that was begun here. Go back to the terminal and use its address.")
			return
		}
		a, text := answer{code: q.Get("code")}, "Logged in. You can close this window."
		if problem := denied(q); problem != nil {
			a, text = answer{err: problem}, "Not logged in: "+problem.Error()+"."
		}
		select {
		case back <- a:
			page(w, http.StatusOK, text)
		default:
			page(w, http.StatusConflict, "This login has ended already.")
		}
	})
	return mux
}

// denied is why a callback has no code.
func denied(q url.Values) error {
	switch problem := q.Get("error"); {
	case problem == "access_denied":
		return ErrDenied
	case problem != "":
		return fmt.Errorf("the authorization failed: %.*q", maxShown, problem)
	case q.Get("code") == "":
		return errors.New("the authorization came back without a code")
	}
	return nil
}

func page(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// A browser that has gone reads nothing.
	_, _ = fmt.Fprintf(w, "<!doctype html><title>attio-etl</title><p>%s</p>\n", html.EscapeString(text))
}

func exchange(ctx context.Context, config *oauth2.Config, client *http.Client, code, verifier string) (string, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		// Its own text quotes the whole reply.
		return "", fmt.Errorf("exchange the code for a token: %s %.*q", refused.Response.Status, maxShown, refused.ErrorCode)
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return "", fmt.Errorf("exchange the code for a token: %w", failed.Err)
	}
	if err != nil {
		return "", errors.New("exchange the code for a token: the reply cannot be read") // the cause may quote it
	}
	return token.AccessToken, nil
}
