package pace

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// bodies makes the request body of each attempt; nil is for a request without a body.
type bodies func() (io.ReadCloser, error)

// replay takes a request's body over and closes it, as a RoundTripper has to. A body that cannot be had again is read into
// memory.
func replay(req *http.Request) (bodies, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer req.Body.Close() //nolint:errcheck // a body that was only read has nothing to lose
	if req.GetBody != nil {
		return req.GetBody, nil
	}
	data, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request body: %w", err)
	}
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, nil
}

// request is the request of one attempt; the caller's own stays as it is.
func (b bodies) request(req *http.Request) (*http.Request, error) {
	if b == nil {
		return req, nil
	}
	body, err := b()
	if err != nil {
		return nil, fmt.Errorf("repeat the request body: %w", err)
	}
	attempt := req.WithContext(req.Context())
	attempt.Body, attempt.GetBody = body, b
	return attempt, nil
}
