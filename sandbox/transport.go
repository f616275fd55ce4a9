package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Transport is an http.RoundTripper that calls a handler in the process, with the ways of a network: the handler runs on its own
// time, a client that gives up does not stop a request that is on its way, and a handler that panics with
// http.ErrAbortHandler drops the connection. It waits on channels and timers only, so that in a testing/synctest bubble
// everything that waits is durably blocked. It must not be copied after use.
type Transport struct {
	// Handler is called once for each request.
	Handler http.Handler
	// Delay is the time a request needs on its way out, being processed, and on its way back. nil: none. The handler sees the
	// request after out; a Server counts it as arrived then and handles it process later (other handlers know no process).
	Delay func(*http.Request) (out, process, back time.Duration)

	running sync.WaitGroup
}

type processKey struct{}

// Wait returns when every request that was sent has been processed, also those whose clients gave up.
func (t *Transport) Wait() { t.running.Wait() }

// RoundTrip sends one request. When its context ends it returns the error of the context at once; the request goes on.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out, process, back time.Duration
	if t.Delay != nil {
		out, process, back = t.Delay(req)
	}
	remote, stop := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), processKey{}, process))
	done := make(chan *connection, 1) // 1: the handler's end never waits for a client that has given up
	t.running.Go(func() {
		_ = wait(context.WithoutCancel(ctx), out) // cannot end early
		done <- t.handle(incoming(remote, req, body))
	})
	select {
	case c := <-done:
		stop()
		if err := wait(ctx, back); err != nil {
			return nil, err
		}
		return c.response(req)
	case <-ctx.Done():
		stop()
		return nil, ctx.Err()
	}
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	return body, errors.Join(err, req.Body.Close())
}

// wait takes d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// incoming is the request as a server sees it.
func incoming(ctx context.Context, req *http.Request, body []byte) *http.Request {
	in := req.Clone(ctx)
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "in-process"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	return in
}

func (t *Transport) handle(req *http.Request) (c *connection) {
	c = &connection{header: http.Header{}}
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			c.aborted = true
		}
	}()
	t.Handler.ServeHTTP(c, req)
	return c
}

// connection is the http.ResponseWriter of one request, and what reaches the client of it.
type connection struct {
	header  http.Header
	sent    http.Header // the header when WriteHeader was called
	status  int
	body    bytes.Buffer
	flushed int // bytes of the body that are on the wire whatever happens
	onWire  bool
	aborted bool
}

// Header is the header to be sent.
func (c *connection) Header() http.Header { return c.header }

// WriteHeader fixes status and header.
func (c *connection) WriteHeader(status int) {
	if c.status == 0 {
		c.status, c.sent = status, c.header.Clone()
	}
}

func (c *connection) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(p)
}

// Flush puts what was written on the wire: what an abort does not take back.
func (c *connection) Flush() {
	c.WriteHeader(http.StatusOK)
	c.onWire, c.flushed = true, c.body.Len()
}

// response is what the client reads.
func (c *connection) response(req *http.Request) (*http.Response, error) {
	if c.aborted && !c.onWire {
		return nil, fmt.Errorf("connection closed before a reply: %w", io.ErrUnexpectedEOF)
	}
	c.WriteHeader(http.StatusOK)
	var body io.Reader = bytes.NewReader(c.body.Bytes())
	if c.aborted {
		body = io.MultiReader(bytes.NewReader(c.body.Bytes()[:c.flushed]), brokenReader{})
	}
	length, err := strconv.ParseInt(c.sent.Get("Content-Length"), 10, 64)
	if err != nil {
		length = -1
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", c.status, http.StatusText(c.status)), StatusCode: c.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: c.sent, Body: io.NopCloser(body), ContentLength: length, Request: req,
	}, nil
}

// brokenReader is the end of a connection that was dropped.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
