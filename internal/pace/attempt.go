package pace

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

var (
	errTimeout  = error(timeoutError{})
	errTooLarge = errors.New("the reply is larger than allowed")
)

// attempt sends the request once under a permit and reads the reply to its end. The reply is nil unless the outcome has a
// status. An attempt that the caller's own context ended comes back as a fault; the caller looks at the context.
func (t *Transport) attempt(req *http.Request, p *permit) (*http.Response, outcome) {
	ctx, cancel := context.WithTimeout(req.Context(), t.attemptTimeout)
	defer cancel()
	defer p.finish()

	var way route
	if t.traced {
		ctx = way.trace(ctx, p)
	} else {
		way = route{asked: true, open: true}
		p.sent()
	}
	reply, err := t.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, t.lost(ctx, way, err)
	}
	o := outcome{status: reply.StatusCode, sent: true}
	body, err := readBody(reply, req.Method, t.maxBody)
	if err != nil && reply.StatusCode != http.StatusTooManyRequests {
		return nil, t.lost(ctx, way, fmt.Errorf("read the reply: %w", err))
	}
	reply.Body = wholeBody{bytes.NewReader(body), body}
	if req.Method != http.MethodHead {
		reply.ContentLength = int64(len(body))
	}
	if mayConflict(o.status) {
		o.code = errorCode(body)
	}
	return reply, o
}

// lost is the outcome of an attempt that has no complete reply.
func (t *Transport) lost(ctx context.Context, way route, err error) outcome {
	var (
		dial *net.OpError
		cert *tls.CertificateVerificationError
		text tls.RecordHeaderError // the other side does not speak TLS
		deny *refusedByProxyError
	)
	o := outcome{err: err, sent: way.open}
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		o.sent = false
	case errors.As(err, &cert), errors.As(err, &text), errors.As(err, &deny):
		o.sent, o.hopeless = false, true
	case errors.Is(err, errTooLarge), !way.asked:
		o.hopeless = true
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		o.err = fmt.Errorf("%w (%v)", errTimeout, t.attemptTimeout)
	}
	return o
}

// route is how far an attempt has come, as the Go transport tells it.
type route struct {
	asked bool // for a connection; if not, the request itself was refused
	open  bool // the connection is there: from here on the request may have been sent
}

// trace follows an attempt. The permit counts from the moment when the connection is open, so that the time that it takes to
// open one brings no two requests closer together than the limit allows.
func (r *route) trace(ctx context.Context, p *permit) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { r.asked = true },
		GotConn: func(httptrace.GotConnInfo) {
			r.open = true
			p.sent()
		},
	})
}

// readBody reads a reply's body to its end, closes it and proves that it is complete as far as the reply says how long it is.
func readBody(reply *http.Response, method string, limit int64) ([]byte, error) {
	defer reply.Body.Close() //nolint:errcheck // nothing is lost: the body has been read, or the attempt is lost anyway
	body, err := io.ReadAll(io.LimitReader(reply.Body, limit+1))
	switch want := reply.ContentLength; {
	case err != nil:
		return body, err
	case int64(len(body)) > limit:
		return nil, fmt.Errorf("%w (%d bytes)", errTooLarge, limit)
	case want >= 0 && want != int64(len(body)) && method != http.MethodHead:
		return body, io.ErrUnexpectedEOF
	}
	return body, nil
}

// wholeBody is a reply's body that has been read.
type wholeBody struct {
	*bytes.Reader
	bytes []byte
}

// Close implements io.Closer.
func (wholeBody) Close() error { return nil }

// Whole is the body of a reply of a Transport as it came, so that who reads pages of megabytes needs no copy of each; false for any other reply.
// It must not be changed.
func Whole(reply *http.Response) ([]byte, bool) {
	body, ok := reply.Body.(wholeBody)
	return body.bytes, ok
}

// errorCode is the code of an error body, in the form of either contract; "" if there is none.
func errorCode(body []byte) string {
	var flat struct {
		Code  string `json:"code"`
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &flat) != nil {
		return ""
	}
	if flat.Code != "" {
		return flat.Code
	}
	return flat.Error.Code
}

// dialled is the transport of our own: many idle connections to the one host, and a dead HTTP/2 connection is noticed.
func dialled(proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	const dialTimeout, idle, ping = 10 * time.Second, 90 * time.Second, 15 * time.Second
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:               proxy,
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: dialTimeout,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idle,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: ping, PingTimeout: ping},

		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, reply *http.Response) error {
			return refusalOf(reply)
		},
	}
}

// refusedByProxyError says that a proxy does not lead to the server, and will not the next time either.
type refusedByProxyError struct{ status string }

func (e *refusedByProxyError) Error() string { return "the proxy refuses to connect: " + e.status }

// refusalOf is a proxy's reply to the request for a way to the server, as far as it is final. What may pass, such as a server that the
// proxy does not reach now, is left to the caller, for whom that is a lost attempt.
func refusalOf(reply *http.Response) error {
	switch s := reply.StatusCode; {
	case s < http.StatusBadRequest, s >= http.StatusInternalServerError, s == http.StatusRequestTimeout, s == http.StatusTooManyRequests:
		return nil
	}
	return &refusedByProxyError{status: reply.Status}
}

// timeoutError is a net.Error, so that whoever names the fault to a user can tell a time-out from a lost connection.
type timeoutError struct{}

func (timeoutError) Error() string   { return "no complete reply in time" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
