package storage

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// web is a file on a web server.
type web struct {
	location  Location
	client    *http.Client
	validator string // what the server told the bytes apart by in its first reply: a strong entity tag or a date; empty for nothing
}

// web prepares to fetch a URL. Nothing is sent along that is not in the URL: no token of Attio's, no cookies, no referring address.
func (a *Access) web(l Location) (*web, error) {
	if !secure(l.url) {
		return nil, l.fault("insecure-url", "the URL is not encrypted: anyone on the way could read and change the rows", "write https://")
	}
	transport := a.transport
	if transport == nil {
		transport = a.newTransport()
	}
	return &web{location: l, client: &http.Client{Transport: transport, CheckRedirect: follow}}, nil
}

// secure reports whether nobody on the way can change what a URL gives: it is encrypted, or does not leave this machine.
func secure(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
}

var (
	errManyRedirects   = errors.New("more than ten redirects")
	errInsecureForward = errors.New("it redirects to an address that is not encrypted")
)

// follow allows a redirect. The address that it comes from may be secret, so it is not told to the next one.
func follow(next *http.Request, before []*http.Request) error {
	switch {
	case len(before) > 10:
		return errManyRedirects
	case !secure(next.URL):
		return errInsecureForward
	}
	next.Header.Del("Referer")
	return nil
}

// newTransport is one that goes through the proxies that the environment names, and gives up on a server that does not answer.
func (a *Access) newTransport() *http.Transport {
	proxies := (&httpproxy.Config{
		HTTPProxy: a.variable("HTTP_PROXY"), HTTPSProxy: a.variable("HTTPS_PROXY"), NoProxy: a.variable("NO_PROXY"),
	}).ProxyFunc()
	return &http.Transport{
		Proxy:                 func(r *http.Request) (*url.URL, error) { return proxies(r.URL) },
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   30 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute,
		ForceAttemptHTTP2:     true,
		DisableKeepAlives:     true, // one file is one request: nothing is left open
	}
}

// variable looks an environment variable up in its usual spelling, or in lower case.
func (a *Access) variable(name string) string {
	if a.Lookup == nil {
		return ""
	}
	if value, ok := a.Lookup(name); ok {
		return value
	}
	value, _ := a.Lookup(strings.ToLower(name))
	return value
}

func (w *web) open(ctx context.Context, offset int64) (part, error) {
	if w.validator == "" {
		offset = 0 // nothing tells whether what follows belongs to what was read
	}
	ctx, end := context.WithCancel(ctx)
	reply, err := w.ask(ctx, offset)
	if err != nil {
		end()
		return part{}, w.sendError(err)
	}
	p, err := w.read(reply, offset)
	if err != nil {
		err = errors.Join(err, reply.Body.Close())
		end()
		return part{}, err
	}
	p.body = newStalling(reply.Body, end)
	return p, nil
}

func (w *web) ask(ctx context.Context, offset int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.location.url.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // the bytes as they are kept there: their number is known then
	request.Header.Set("User-Agent", "attio-etl")
	if offset > 0 {
		request.Header.Set("Range", "bytes="+strconv.FormatInt(offset, 10)+"-")
		request.Header.Set("If-Range", w.validator)
	}
	return w.client.Do(request)
}

// sendError makes what cannot change by itself final.
func (w *web) sendError(err error) error {
	for _, final := range []error{errManyRedirects, errInsecureForward} {
		if errors.Is(err, final) {
			return &refusedError{w.location.faultOf(err, "bad-redirect", "the server cannot be followed: "+final.Error(), "name the address that the file is at")}
		}
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &refusedError{w.location.faultOf(err, "untrusted-server", "the server is not who it says: "+bad.Err.Error(), "check the address and this machine's certificates")}
	}
	return err
}

// read judges the head of a reply.
func (w *web) read(reply *http.Response, offset int64) (part, error) {
	p := part{at: 0, size: reply.ContentLength, packing: w.packing(reply)}
	switch {
	case reply.StatusCode == http.StatusPartialContent && offset > 0:
		at, size, ok := contentRange(reply.Header.Get("Content-Range"))
		if !ok || at != offset {
			w.validator = "" // it cannot be gone on with
			return part{}, errors.New("the server replied with another part of the file than it was asked for")
		}
		p.at, p.size = at, size
	case reply.StatusCode != http.StatusOK:
		return part{}, w.status(reply)
	default:
		w.validator = validatorOf(reply.Header)
	}
	if p.packing == unknownCompression {
		problem := fmt.Sprintf("the server sends the file in the encoding %q", reply.Header.Get("Content-Encoding"))
		return part{}, &refusedError{w.location.fault("unsupported-compression", problem, "download it and name the file")}
	}
	if p.size < 0 && reply.ProtoMajor == 1 && len(reply.TransferEncoding) == 0 {
		return part{}, &refusedError{w.location.fault("unproven-end", // invariant I6
			"the server tells neither how long the file is nor where it ends", "download it and name the file")}
	}
	return p, nil
}

// packing is what the name says, or else the server: servers are set up so that they name the compression of a .gz file as if it were
// one of the transport.
func (w *web) packing(reply *http.Response) compression {
	if c := w.location.compression(); c != uncompressed {
		return c
	}
	return compressionOfReply(reply.Header.Get("Content-Encoding"))
}

// status explains a reply other than the file.
func (w *web) status(reply *http.Response) error {
	problem := "the server replied " + strconv.Itoa(reply.StatusCode) + " " + http.StatusText(reply.StatusCode)
	switch code := reply.StatusCode; {
	case code == http.StatusNotFound, code == http.StatusGone:
		return &refusedError{w.location.fault("no-such-file", problem, "check the address")}
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return &refusedError{w.location.fault("http-status", problem, "a signed address may have expired: make a new one")}
	case code == http.StatusRequestedRangeNotSatisfiable:
		w.validator = "" // from the start, then
		return errors.New(problem)
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		return errors.New(problem)
	default:
		return &refusedError{w.location.fault("http-status", problem, "")}
	}
}

// validatorOf is what If-Range may name (RFC 9110, 13.1.5): a strong entity tag, or a date.
func validatorOf(h http.Header) string {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return h.Get("Last-Modified")
}

// contentRange reads "bytes 5-9/10".
func contentRange(text string) (at, size int64, ok bool) {
	var last int64
	n, err := fmt.Sscanf(text, "bytes %d-%d/%d", &at, &last, &size)
	return at, size, n == 3 && err == nil && last == size-1
}

// netCause is an error of a request without its address, which may be secret.
func netCause(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return Cause(err)
}
