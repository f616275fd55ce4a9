package pace

import "context"

// Kind is which budget a request draws on.
type Kind uint8

// The kinds of requests.
const (
	Write Kind = iota // changes something; the default, as it is the scarcer budget
	Read              // changes nothing; a query by POST is a Read too (contract §2)
)

// Call is what the transport has to know of a request and cannot see from its method.
type Call struct {
	Kind Kind
	// Repeatable says that sending the request twice does no more than sending it once, so that it may be sent again when the
	// reply was lost. A request that is not repeatable is sent again only when it is known not to have been processed (429,
	// or the connection could not be opened): invariant I4.
	Repeatable bool
}

type callKey struct{}

// WithCall says what kind of call the requests made under the context are.
func WithCall(ctx context.Context, c Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallOf is what WithCall has said of a context; without it a request is a write that must not be repeated.
func CallOf(ctx context.Context) Call {
	c, _ := ctx.Value(callKey{}).(Call)
	return c
}
