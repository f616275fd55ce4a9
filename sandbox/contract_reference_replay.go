package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// replay is an answer that is kept under an Idempotency-Key, with what it was the answer to.
type replay struct {
	Request string          `json:"request"`
	Status  int             `json:"status"`
	Body    json.RawMessage `json:"body"`
}

// once processes a request with an Idempotency-Key: the same request again gets the first answer again and changes nothing,
// another one with the same key is refused. A request that failed is not remembered. All of it is one transaction.
func (c *call) once(ctx context.Context, key string, serve endpoint) (any, error) {
	sum := sha256.Sum256([]byte(c.r.Method + " " + c.r.URL.RequestURI() + "\n" + string(c.body)))
	request, id := hex.EncodeToString(sum[:]), seedID("idempotency", c.by, key)
	var kept replay
	_, found, err := c.st.document(ctx, kindReply, id, &kept)
	if err != nil {
		return nil, err
	}
	if found && kept.Request != request {
		return nil, badRequest("idempotency_key_reused", "The Idempotency-Key was used for another request.")
	}
	if found {
		return kept, nil
	}
	result, err := serve(ctx, c)
	if err != nil {
		return nil, err
	}
	out := newReply(reference{})
	out.answer(result, nil)
	kept = replay{Request: request, Status: out.status, Body: out.body.Bytes()}
	return kept, c.st.addDocument(ctx, &document{kind: kindReply, id: id}, kept)
}
