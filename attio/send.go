package attio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"attio-etl/internal/pace"
)

// maxReply bounds what is read of a reply, in bytes. A page of 500 records is about one megabyte.
const maxReply = 256 << 20

// errReplyTooLarge stands in for the rest of a reply that goes on after that.
var errReplyTooLarge = errors.New("the reply is larger than allowed")

// request is one call of the API, before it is bytes.
type request struct {
	op     string   // what is being done, for messages: "assert companies"
	method string   // as in net/http
	path   []string // segments after "/v2", not yet escaped
	query  url.Values
	body   any // nil: none
	call   pace.Call
	scope  scope

	// fill makes the body of the values that it is given; nil where a request holds no fields.
	fill func(values map[string]any) any
	// once is the key by which a server may know a request that it has seen before; empty: none is sent.
	once string
	// refused says that the contract has no such call: nothing is sent.
	refused *Error

	escaped string // the path as it is sent, with "/v2"; set by prepare
}

// escape makes the path. A segment that is empty or dots would call another endpoint than the one that is meant.
func (r *request) escape() error {
	var b strings.Builder
	b.WriteString("/v2")
	for _, segment := range r.path {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("%s: %q cannot stand in a path", r.op, segment)
		}
		b.WriteString("/" + url.PathEscape(segment))
	}
	r.escaped = b.String()
	return nil
}

// maxTries is how often a request is sent whose reply is one of those that again knows. The transport repeats what it can see itself.
const maxTries = 3

// do sends a request and decodes the reply into reply, unless that is nil. A refusal, a lost reply and an unreadable one are an
// *Error; an ended context is its own error, wrapped.
func (c *Client) do(ctx context.Context, r *request, reply any) error {
	for try := 1; ; try++ {
		err := c.send(ctx, r, reply)
		if try == maxTries || !c.again(ctx, r, err) {
			return err
		}
	}
}

// again reports whether a request that failed so is worth sending once more: a success that cannot be understood, as what stands
// between here and the API answers now and then, of a request that may be repeated; and a 401 to a token that the API calls active,
// which it gives under load (contract §2) and which says that the request was not processed.
func (c *Client) again(ctx context.Context, r *request, err error) bool {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok || r.refused != nil:
		return false
	case e.Code == CodeBadReply:
		return r.call.Repeatable
	case e.Status == http.StatusUnauthorized && r.scope != scopeToken:
		return c.active(ctx)
	default:
		return false
	}
}

// active asks the API whether the token is alive. A contract without that question counts as no.
func (c *Client) active(ctx context.Context) bool {
	s, err := c.speak(ctx)
	if err != nil || !s.tellsSelf() {
		return false
	}
	var self selfJSON
	return c.send(ctx, s.self(), &self) == nil && self.Active
}

func (c *Client) send(ctx context.Context, r *request, reply any) error {
	req, err := c.prepare(ctx, r)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.lost(ctx, r, nil, err)
	}
	defer resp.Body.Close() //nolint:errcheck // the reply is read to its end or given up: closing tells nothing new
	body, err := c.readAll(resp)
	if err != nil {
		return c.lost(ctx, r, resp, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e := c.refusal(r, resp, body)
		e.repeated = pace.Doubtful(resp)
		return e
	}
	if reply == nil {
		return nil
	}
	if err := json.Unmarshal(body, reply); err != nil {
		return c.badReply(r, resp, err)
	}
	return nil
}

func (c *Client) prepare(ctx context.Context, r *request) (*http.Request, error) {
	if r.refused != nil {
		return nil, r.refused
	}
	if err := r.escape(); err != nil {
		return nil, err
	}
	var body io.Reader
	if r.body != nil {
		b, err := encode(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.op, err)
		}
		body = bytes.NewReader(b) // one that net/http can rewind, should the transport repeat the request
	}
	target := c.base + r.escaped
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(pace.WithCall(ctx, r.call), r.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.op, err)
	}
	req.Header.Set("Authorization", "Bearer "+*c.token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.once != "" {
		req.Header.Set("Idempotency-Key", r.once)
	}
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	return req, nil
}

func (c *Client) readAll(resp *http.Response) ([]byte, error) {
	body, whole := pace.Whole(resp)
	var err error
	if !whole {
		body, err = io.ReadAll(io.LimitReader(resp.Body, c.maxReply+1))
	}
	if err == nil && int64(len(body)) > c.maxReply {
		err = errReplyTooLarge
	}
	return body, err
}
