package attio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// decided says which contract a client speaks when it is made; nil: the server has to be asked.
func decided(k Contract, base string) contract {
	switch {
	case k == Reference:
		return reference{}
	case k == Auto && !isAttio(base):
		return nil
	default:
		return current{}
	}
}

func isAttio(base string) bool {
	u, err := url.Parse(base)
	return err == nil && u.Host == "api.attio.com"
}

// Contract is which contract the client speaks; it asks the server if that is not settled yet.
func (c *Client) Contract(ctx context.Context) (Contract, error) {
	s, err := c.speak(ctx)
	if err != nil {
		return Auto, err
	}
	return s.kind(), nil
}

// speak is the contract to speak. The server is asked once.
func (c *Client) speak(ctx context.Context) (contract, error) {
	c.learning.Lock()
	defer c.learning.Unlock()
	if c.spoken != nil {
		return c.spoken, nil
	}
	var self selfJSON
	spoken, err := settle(c.do(ctx, current{}.self(), &self))
	c.spoken = spoken
	return spoken, err
}

// settle tells the contract by how GET /v2/self went: only the published API has it.
func settle(err error) (contract, error) {
	switch e, refused := errors.AsType[*Error](err); {
	case err == nil:
		return current{}, nil
	case refused && e.Status == http.StatusNotFound:
		return reference{}, nil
	default:
		return nil, err
	}
}

// ask makes the call that the contract has for it, and returns what its reply's envelope holds.
func ask[J any](ctx context.Context, c *Client, call func(contract) *request) (J, error) {
	s, err := c.speak(ctx)
	if err != nil {
		var none J
		return none, err
	}
	return data[J](ctx, c, call(s))
}

// data makes a call and returns what its reply's envelope holds.
func data[J any](ctx context.Context, c *Client, r *request) (J, error) {
	var reply dataJSON[J]
	var none J
	if err := c.do(ctx, r, &reply); err != nil {
		return none, err
	}
	if reply.Data == nil {
		return none, r.fault(http.StatusOK, CodeBadReply, "the reply has no data")
	}
	return *reply.Data, nil
}

// remove deletes. The transport repeats it when the reply is lost; a repetition that finds nothing left was done before.
func (c *Client) remove(ctx context.Context, call func(contract) *request) error {
	s, err := c.speak(ctx)
	if err != nil {
		return err
	}
	err = c.do(ctx, call(s), nil)
	if e, ok := errors.AsType[*Error](err); ok && e.repeated && e.Status == http.StatusNotFound && e.Code != statusCode(e.Status) {
		return nil
	}
	return err
}
