package attio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"attio-etl/crm"
)

const secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// serve is a client of a server that answers with h.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return connect(t, server.URL)
}

func connect(t *testing.T, base string) *Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := New(Options{BaseURL: base, Token: secret, Transport: transport, UserAgent: "attio-etl/test"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reply is a handler that always answers the same.
func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestBaseURL(t *testing.T) {
	tests := []struct{ in, want, fault string }{
		{in: "", want: "https://api.attio.com"},
		{in: "https://api.attio.com", want: "https://api.attio.com"},
		{in: "https://api.attio.com/", want: "https://api.attio.com"},
		{in: "https://api.attio.com/v2", want: "https://api.attio.com"},
		{in: "https://api.attio.com/v2//", want: "https://api.attio.com"},
		{in: "https://gateway.example/attio/v2/", want: "https://gateway.example/attio"},
		{in: "https://gateway.example/a%2Fb", want: "https://gateway.example/a%2Fb"},
		{in: "HTTPS://api.attio.com", want: "https://api.attio.com"},
		{in: "http://127.0.0.1:8080/v2", want: "http://127.0.0.1:8080"},
		{in: "http://[::1]:8080", want: "http://[::1]:8080"},
		{in: "http://localhost:8080", want: "http://localhost:8080"},
		{in: "http://api.attio.com", fault: "clear text"},
		{in: "http://localhost.example", fault: "clear text"},
		{in: "ftp://api.attio.com", fault: "scheme"},
		{in: "api.attio.com", fault: "scheme"},
		{in: "https://", fault: "no host"},
		{in: "https:api.attio.com", fault: "no host"},
		{in: "https://:443", fault: "no host"},
		{in: "https://" + secret + "@api.attio.com", fault: "credentials"},
		{in: "https://api.attio.com?token=" + secret, fault: "query"},
		{in: "https://api.attio.com/#x", fault: "fragment"},
		{in: "https://api.attio.com:port" + secret, fault: "parsed"},
	}
	for _, tt := range tests {
		c, err := New(Options{BaseURL: tt.in, Token: secret, Transport: http.DefaultTransport})
		switch {
		case err == nil && tt.fault != "":
			t.Errorf("%q was accepted", tt.in)
		case err == nil && c.BaseURL() != tt.want:
			t.Errorf("%q became %q, want %q", tt.in, c.BaseURL(), tt.want)
		case err != nil && (tt.fault == "" || !strings.Contains(err.Error(), tt.fault)):
			t.Errorf("%q: %v, want %q", tt.in, err, tt.fault)
		case err != nil && strings.Contains(err.Error(), secret):
			t.Errorf("%q: the error repeats the token: %v", tt.in, err)
		}
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for name, o := range map[string]Options{
		"no token":            {Transport: http.DefaultTransport},
		"token and line feed": {Token: secret + "\n", Transport: http.DefaultTransport},
		"token with umlaut":   {Token: "schlüssel", Transport: http.DefaultTransport},
		"no transport":        {Token: secret},
	} {
		_, err := New(o)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error repeats the token: %v", name, err)
		}
	}
}

func TestTokenIsNeverPrinted(t *testing.T) {
	o := Options{Token: secret, Transport: http.DefaultTransport}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	echo := serve(t, reply(400, `{"code":"missing_value","message":"`+strings.Repeat("x", 190)+` `+secret+` is no token",
		"validation_errors":[{"path":["`+secret+`"],"message":"`+secret+`"}]}`))
	_, refused := echo.Self(t.Context())
	page := serve(t, reply(502, "<b>"+strings.Repeat("x", 170)+" "+secret+"</b>"))
	_, broken := page.Objects(t.Context())
	_, unreachable := connect(t, "http://127.0.0.1:1").Objects(t.Context())
	nested := struct {
		hidden *Client
		Shown  *Client
		O      Options
	}{c, c, o}

	values := map[string]any{
		"client": c, "client by value": *c, "options": o, "pointer to options": &o, "nested": nested,
		"refusal": refused, "broken": broken, "unreachable": unreachable,
	}
	for name, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			printed := fmt.Sprintf(verb, v)
			if strings.Contains(printed, secret[:24]) || strings.Contains(printed, fmt.Sprintf("%x", secret[:24])) {
				t.Errorf("%s of %s shows the token: %s", verb, name, printed)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", slog.Any("v", v))
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", slog.Any("v", v))
		if strings.Contains(log.String(), secret[:24]) {
			t.Errorf("a log of %s shows the token: %s", name, &log)
		}
	}
	if b, err := json.Marshal(Options{Token: secret}); err != nil || strings.Contains(string(b), secret) {
		t.Errorf("JSON of the options: %s, %v", b, err)
	}
	if want := "attio.Client(https://api.attio.com)"; fmt.Sprint(c) != want {
		t.Errorf("the client prints as %v, want %s", c, want)
	}
}

func TestHeaders(t *testing.T) {
	var got http.Header
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		_, _ = io.WriteString(w, `{"data":[]}`)
	})
	if _, err := c.FindByKey(t.Context(), "companies", crm.Key{Attribute: "domains", Values: []string{"a.com"}}, 1); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + secret, "Accept": "application/json", "Content-Type": "application/json", "User-Agent": "attio-etl/test",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestRedirectIsRefused(t *testing.T) {
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		_, err := c.AssertRecord(t.Context(), "companies", "domains", nil)
		e := asError(t, err)
		if e.Code != CodeRedirect || e.Status != status || !strings.Contains(e.Error(), strings.TrimPrefix(elsewhere.URL, "http://")) {
			t.Errorf("status %d: %v", status, err)
		}
	}
	same := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/v2/other", http.StatusFound) })
	if e := asError(t, same.DeleteRecord(t.Context(), "companies", "id")); e.Code != CodeRedirect {
		t.Errorf("a redirect on the same host: %v", e)
	}
	if followed {
		t.Error("a redirect was followed")
	}
}
