package pace

import (
	"context"
	"net/http"
)

type doubtKey struct{}

// Doubtful reports whether an earlier attempt of the request that a reply of a Transport answers may have been carried out: its own
// reply was lost, or told of a fault. Of a deletion that finds nothing it tells whether there ever was something.
func Doubtful(reply *http.Response) bool {
	if reply.Request == nil {
		return false
	}
	doubtful, _ := reply.Request.Context().Value(doubtKey{}).(bool)
	return doubtful
}

// doubt marks the reply of a request whose earlier attempts left a doubt.
func doubt(ctx context.Context, reply *http.Response) {
	reply.Request = reply.Request.WithContext(context.WithValue(ctx, doubtKey{}, true))
}
