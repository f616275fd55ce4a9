package sandbox

import (
	"context"
	"net/http"
)

type reference struct{}

func (reference) routes() []route                { return nil }
func (reference) failure(e *apiError) (int, any) { return e.Status, e }
func (reference) label(http.Header, admission)   {}

type storedReply struct {
	Status int
	Body   []byte
}

func (*storedReply) Error() string                                             { return "" }
func (st *store) addReferenceAttributes(ctx context.Context) error             { return nil }
func (c *call) once(ctx context.Context, key string, fn endpoint) (any, error) { return fn(ctx, c) }
