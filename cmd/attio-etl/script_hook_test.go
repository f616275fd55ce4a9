package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// receiver is who is told how exports end.
type receiver struct {
	secret string

	mu       sync.Mutex
	messages []string // those whose signature is right
	refused  int
}

type receiverKey struct{}

func receiverOf(ts *testscript.TestScript) *receiver {
	r, ok := ts.Value(receiverKey{}).(*receiver)
	if !ok {
		ts.Fatalf("the script was not set up")
	}
	return r
}

// startReceiver starts a receiver of messages that are signed with a secret, and sets the variable HOOK to its address: receiver SECRET.
func startReceiver(ts *testscript.TestScript, _ bool, args []string) {
	r := receiverOf(ts)
	r.secret = args[0]
	server := httptest.NewServer(r)
	ts.Defer(server.Close)
	ts.Setenv("HOOK", server.URL+"/hook")
}

// ServeHTTP implements http.Handler: it takes what is signed, and nothing else.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	mac := hmac.New(sha256.New, []byte(r.secret))
	mac.Write(body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || req.Method != http.MethodPost || req.Header.Get("X-Attio-Etl-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
		r.refused++
		w.WriteHeader(http.StatusForbidden)
		return
	}
	r.messages = append(r.messages, string(body))
}

// expectMessage requires that the receiver has taken exactly one message since the last time, of a pattern: received PATTERN; with ! that it
// has taken none and refused one.
func expectMessage(ts *testscript.TestScript, neg bool, args []string) {
	r := receiverOf(ts)
	r.mu.Lock()
	defer r.mu.Unlock()
	messages, refused := r.messages, r.refused
	r.messages, r.refused = nil, 0
	if neg {
		if len(messages) > 0 || refused != 1 {
			ts.Fatalf("%d were refused, received %q", refused, messages)
		}
		return
	}
	if len(messages) != 1 || refused > 0 || !regexp.MustCompile(args[0]).MatchString(messages[0]) {
		ts.Fatalf("%d were refused, received %q, want one of %s", refused, messages, args[0])
	}
}
