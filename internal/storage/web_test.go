package storage

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const rows = "a,b\n1,2\n3,4\n"

// send replies; whether that arrives is what the other side tells.
func send(w http.ResponseWriter, text string) { _, _ = io.WriteString(w, text) }

// served starts a server and fetches a name of it.
func served(t *testing.T, name string, handle http.HandlerFunc) ([]byte, error) {
	t.Helper()
	server := httptest.NewServer(handle)
	defer server.Close()
	got, _, err := fetched(t, newAccess(t), at(t, server.URL+"/"+name))
	return got, err
}

func TestDownload(t *testing.T) {
	got, err := served(t, "a.csv", func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Authorization", "Cookie", "Referer", "Range"} {
			if value := r.Header.Get(name); value != "" {
				t.Errorf("sent along: %s: %s", name, value)
			}
		}
		send(w, rows)
	})
	if err != nil || string(got) != rows {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDownloadCompressed(t *testing.T) {
	data := packed(t, gzipped, rows)
	for name, encoding := range map[string]string{"a.csv.gz": "", "a.csv": "gzip", "both.csv.gz": "gzip"} {
		got, err := served(t, name, func(w http.ResponseWriter, _ *http.Request) {
			if encoding != "" {
				w.Header().Set("Content-Encoding", encoding)
			}
			_, _ = w.Write(data)
		})
		if err != nil || string(got) != rows {
			t.Errorf("%s sent as %q: got %q, %v", name, encoding, got, err)
		}
	}
	_, err := served(t, "a.csv", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		_, _ = w.Write(data)
	})
	if code(err) != "unsupported-compression" {
		t.Errorf("brotli: %v", err)
	}
}

// cut sends part of a reply and breaks the connection.
func cut(t *testing.T, w http.ResponseWriter, head, body string) {
	t.Helper()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %s\r\n\r\n%s", head, body)
	_ = conn.Close()
}

// TestDownloadGoesOn: a reply that breaks off is gone on with where the server can tell that the file is still the same, and begun again
// where it cannot. In no case does half a file, or a file of two halves, pass for a whole one.
func TestDownloadGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		first  string // head of the reply that breaks off after five bytes
		asked  string // Range of the next request
		second func(w http.ResponseWriter)
	}{
		"same entity tag": {"200 OK\r\nETag: \"v1\"\r\nContent-Length: 12", "bytes=5-", func(w http.ResponseWriter) {
			w.Header().Set("Content-Range", "bytes 5-11/12")
			w.WriteHeader(http.StatusPartialContent)
			send(w, rows[5:])
		}},
		"the file changed": {"200 OK\r\nETag: \"v0\"\r\nContent-Length: 99", "bytes=5-", func(w http.ResponseWriter) { send(w, rows) }},
		"no tag":           {"200 OK\r\nContent-Length: 12", "", func(w http.ResponseWriter) { send(w, rows) }},
		"weak tag":         {"200 OK\r\nETag: W/\"v1\"\r\nContent-Length: 12", "", func(w http.ResponseWriter) { send(w, rows) }},
		"unavailable":      {"503 Service Unavailable\r\nContent-Length: 5", "", func(w http.ResponseWriter) { send(w, rows) }},
		"chunks break off": {"200 OK\r\nETag: \"v1\"\r\nTransfer-Encoding: chunked", "", func(w http.ResponseWriter) { send(w, rows) }},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			got, err := served(t, "a.csv", func(w http.ResponseWriter, r *http.Request) {
				if requests++; requests == 1 {
					cut(t, w, c.first, rows[:5])
					return
				}
				if got := r.Header.Get("Range"); got != c.asked {
					t.Errorf("asked for %q, want %q", got, c.asked)
				}
				c.second(w)
			})
			if err != nil || string(got) != rows || requests != 2 {
				t.Errorf("got %q after %d requests, %v", got, requests, err)
			}
		})
	}
}

func TestDownloadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		handle   http.HandlerFunc
		want     string
		requests int
	}{
		"not found": {http.NotFound, "no-such-file", 1},
		"forbidden": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "http-status", 1},
		"teapot":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }, "http-status", 1},
		"down":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "unreadable-file", maxTries},
		"never whole": {
			func(w http.ResponseWriter, _ *http.Request) { cut(t, w, "200 OK\r\nContent-Length: 12", rows[:5]) }, "unreadable-file", maxTries + 1, // the first of them brought something
		},
		"an end that proves nothing": {
			func(w http.ResponseWriter, _ *http.Request) { cut(t, w, "200 OK\r\nConnection: close", rows) }, "unproven-end", 1,
		},
		"to an open address": {
			func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://192.0.2.1/a.csv", http.StatusFound)
			}, "bad-redirect", 1,
		},
		"in circles": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "bad-redirect", 11},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			_, err := served(t, "a.csv", func(w http.ResponseWriter, r *http.Request) {
				requests++
				c.handle(w, r)
			})
			if code(err) != c.want || requests != c.requests {
				t.Errorf("got %v after %d requests, want %s after %d", err, requests, c.want, c.requests)
			}
		})
	}
	for _, text := range []string{"http://h.example/a.csv", "http://192.0.2.1/a.csv"} {
		if _, _, err := fetched(t, newAccess(t), at(t, text)); code(err) != "insecure-url" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestSecretsOfAnAddress: what a URL may hold that is secret is sent to its host alone and stands in no message.
func TestSecretsOfAnAddress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a.csv" {
			http.Redirect(w, r, "/moved.csv", http.StatusFound)
			return
		}
		if referer := r.Header.Get("Referer"); referer != "" {
			t.Errorf("told to the next address: %s", referer)
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{strings.TrimPrefix(server.URL, "http://"), closed} {
		_, _, err := fetched(t, newAccess(t), at(t, "http://me:s3cret@"+host+"/a.csv?signature=s3cret"))
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v", err)
		}
	}
}

func TestDownloadChecksCertificates(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { send(w, rows) }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	a := newAccess(t)
	if _, _, err := fetched(t, a, at(t, server.URL+"/a.csv")); code(err) != "untrusted-server" {
		t.Errorf("a certificate of nobody: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	a.transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
	if got, _, err := fetched(t, a, at(t, server.URL+"/a.csv")); err != nil || string(got) != rows {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestProxyOfTheEnvironment(t *testing.T) {
	asked := ""
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	a := newAccess(t)
	a.Lookup = func(name string) (string, bool) { return proxy.URL, name == "https_proxy" }
	if _, _, err := fetched(t, a, at(t, "https://h.example/a.csv")); err == nil || asked != "h.example:443" {
		t.Errorf("the proxy was asked for %q, %v", asked, err)
	}
}
