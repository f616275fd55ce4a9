package pace

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

type answers func(attempt int) (status int)

func (a answers) transport() http.RoundTripper {
	attempt := 0
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		attempt++
		status := a(attempt)
		if status == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), ContentLength: -1}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestDoubtful tells a reply whose request may have been carried out before from one whose request was not.
func TestDoubtful(t *testing.T) {
	for name, tt := range map[string]struct {
		first    int // status of the first attempt; 0: lost
		doubtful bool
	}{
		"the first reply": {404, false},
		"after a loss":    {0, true},
		"after a fault":   {503, true},
		"after a limit":   {429, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			transport := New(Options{Base: answers(func(attempt int) int {
				if attempt == 1 {
					return tt.first
				}
				return 404
			}).transport()})
			req, err := http.NewRequestWithContext(WithCall(t.Context(), Call{Repeatable: true}), http.MethodDelete, "http://127.0.0.1/", nil)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := (&http.Client{Transport: transport}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if reply.StatusCode != http.StatusNotFound || Doubtful(reply) != tt.doubtful {
				t.Errorf("%s: status %d, doubtful %v", name, reply.StatusCode, Doubtful(reply))
			}
		})
	}
	if Doubtful(&http.Response{}) {
		t.Error("a reply of no request is doubtful")
	}
}
