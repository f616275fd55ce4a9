package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path/filepath"

	"golang.org/x/net/http/httpproxy"

	"attio-etl/internal/exit"
	"attio-etl/internal/pace"
)

// sharedLimits is where all processes of this state directory that use a token count their requests: together they keep its limits. The file's
// name is made from a digest: neither the token nor the address stands in it.
func (a *app) sharedLimits(baseURL, token string) (*pace.Shared, error) {
	sum := sha256.Sum256([]byte("limits of " + baseURL + " for " + token))
	shared, err := pace.OpenShared(filepath.Join(a.global.state, "limits", hex.EncodeToString(sum[:16])))
	if err != nil {
		return nil, exit.With(exit.Conflict, err, "another state directory: --state DIR")
	}
	return shared, nil
}

// proxy is the proxy that the environment names: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in capitals or not.
func (a *app) proxy() func(*http.Request) (*url.URL, error) {
	named := func(upper, lower string) string {
		if v, ok := a.lookup(upper); ok && v != "" {
			return v
		}
		v, _ := a.lookup(lower)
		return v
	}
	config := httpproxy.Config{
		HTTPProxy: named("HTTP_PROXY", "http_proxy"), HTTPSProxy: named("HTTPS_PROXY", "https_proxy"), NoProxy: named("NO_PROXY", "no_proxy"),
	}
	proxyOf := config.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxyOf(r.URL) }
}
