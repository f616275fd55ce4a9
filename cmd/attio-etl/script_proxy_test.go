package main

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// startProxy puts the script's sandbox behind TLS at https://example.com, which only the proxy knows the way to, and points the program
// and its environment there: proxied. The certificate that makes it trusted is in cert.pem. The script fails when nothing came by way of
// the proxy, or when the proxy was shown a token.
func startProxy(ts *testscript.TestScript, _ bool, _ []string) {
	target, err := url.Parse(ts.Getenv("ATTIO_ETL_BASE_URL"))
	ts.Check(err)
	secure := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(target)) // its certificate is for example.com
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	ts.Check(os.WriteFile(ts.MkAbs("cert.pem"), certificate, 0o600))

	var tunnels, tokens atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			tokens.Add(1)
		}
		if r.Method != http.MethodConnect || r.Host != "example.com:443" {
			http.Error(w, "only to example.com", http.StatusForbidden)
			return
		}
		tunnels.Add(1)
		tunnel(w, secure.Listener.Addr().String())
	}))
	ts.Defer(func() {
		proxy.CloseClientConnections()
		secure.Close()
		proxy.Close()
		if tunnels.Load() == 0 || tokens.Load() > 0 {
			ts.Fatalf("the proxy had %d tunnels and saw %d tokens", tunnels.Load(), tokens.Load())
		}
	})
	ts.Setenv("HTTPS_PROXY", proxy.URL)
	ts.Setenv("ATTIO_ETL_BASE_URL", "https://example.com")
}

// tunnel joins a client that asked for it with an address, until either ends.
func tunnel(w http.ResponseWriter, address string) {
	server, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, client) // the other direction ends it
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server) // either side may leave at any time
}
