package pace

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestRefusedByTheProxy: a proxy that does not lead to the server is not asked again.
func TestRefusedByTheProxy(t *testing.T) {
	asked := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy got %s", r.Method)
		}
		asked++
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	req := post(t, Call{Repeatable: true}, "x")
	req.URL = &url.URL{Scheme: "https", Host: "server.example"}
	got, err := send(New(Options{Proxy: http.ProxyURL(address)}), req)
	checkReply(t, got, 0)
	var gaveUp *GiveUpError
	if !errors.As(err, &gaveUp) || gaveUp.Attempts != 1 || gaveUp.Reason != ReasonHopeless || gaveUp.Processed != ProcessedNo || asked != 1 {
		t.Errorf("after %d requests: %v", asked, err)
	}
	if err == nil || !strings.Contains(err.Error(), "the proxy refuses to connect: 403 Forbidden") {
		t.Errorf("error %v", err)
	}
}

func TestWhatAProxyRefusesForGood(t *testing.T) {
	for status, final := range map[int]bool{200: false, 403: true, 404: true, 407: true, 408: false, 429: false, 500: false, 502: false, 503: false, 504: false} {
		if got := refusalOf(&http.Response{StatusCode: status, Status: http.StatusText(status)}) != nil; got != final {
			t.Errorf("%d is final: %v, want %v", status, got, final)
		}
	}
}
