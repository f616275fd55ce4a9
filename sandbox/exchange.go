package sandbox

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// exchange is one request on its way through the sandbox.
type exchange struct {
	server  *Server
	w       http.ResponseWriter
	r       *http.Request
	seq     int64
	outcome string // for the log: empty, "throttled" or the kind of the fault

	admission admission
}

// answer processes the request and sends the reply, or does what the fault wants instead.
func (x *exchange) answer(ctx context.Context, f *Fault) {
	if f == nil {
		x.send(x.process(ctx))
		return
	}
	x.outcome = string(f.Kind)
	switch f.Kind {
	case FaultDropBefore:
		x.drop()
	case FaultDropAfter:
		x.process(ctx)
		x.drop()
	case FaultHang:
		if f.Processed {
			x.process(ctx)
		}
		x.hang(ctx)
	case FaultTruncate:
		x.truncate(x.process(ctx))
	case FaultSlowBody:
		x.trickle(ctx, x.process(ctx), f.Delay)
	default:
		if f.Processed {
			x.process(ctx)
		}
		out := x.server.newReply()
		f.answer(out, x.r.Method, time.Now())
		x.send(out)
	}
}

// process handles the request to its end, commit included. A client that goes away meanwhile changes nothing: what has arrived is
// processed.
func (x *exchange) process(ctx context.Context) *reply {
	body, err := io.ReadAll(io.LimitReader(x.r.Body, maxBody+1))
	if err != nil {
		x.drop()
	}
	x.server.log.keep(x.seq, body)
	x.pause(ctx)
	out := x.server.newReply()
	if len(body) > maxBody {
		out.fail(&apiError{
			Status: http.StatusRequestEntityTooLarge, Type: typeInvalidRequest, Code: codeValidation, Message: "Request body is too large.",
		})
		return out
	}
	ctx = context.WithValue(context.WithoutCancel(ctx), bodyKey{}, body)
	x.server.mux.ServeHTTP(out, x.r.WithContext(ctx))
	return out
}

// maxBody is a text value of the largest size, doubled for escapes.
const maxBody = 2*maxText + 1<<20

type bodyKey struct{}

// pause is the processing time that a Transport asked for.
func (x *exchange) pause(ctx context.Context) {
	if d, _ := ctx.Value(processKey{}).(time.Duration); d > 0 && !x.wait(nil, d) {
		x.drop()
	}
}

// wait takes d; false when the client left or the server closes before.
func (x *exchange) wait(left <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-left:
	case <-x.server.closing:
	}
	return false
}

// hang holds the connection until the client goes away or the server closes. The body is read first, because net/http notices
// a client that leaves only after that.
func (x *exchange) hang(ctx context.Context) {
	_, _ = io.Copy(io.Discard, x.r.Body) // an error here is the client leaving
	select {
	case <-ctx.Done():
	case <-x.server.closing:
	}
	x.drop()
}

func (x *exchange) drop() {
	x.server.log.finish(x.seq, 0, x.outcome)
	panic(http.ErrAbortHandler)
}

func (x *exchange) send(out *reply) {
	x.server.face.label(out.header, x.admission)
	x.server.log.finish(x.seq, out.status, x.outcome)
	out.sendTo(x.w)
}

// truncate promises the whole body and sends half of it.
func (x *exchange) truncate(out *reply) {
	out.writeHeader(x.w)
	_, err := x.w.Write(out.body.Bytes()[:out.body.Len()/2])
	_ = errors.Join(err, http.NewResponseController(x.w).Flush()) // nobody is left to tell
	x.server.log.finish(x.seq, out.status, x.outcome)
	panic(http.ErrAbortHandler)
}

// trickle sends the reply in pieces that take d together.
func (x *exchange) trickle(ctx context.Context, out *reply, d time.Duration) {
	x.server.log.finish(x.seq, out.status, x.outcome)
	out.writeHeader(x.w)
	const pieces = 10
	for piece := range slices.Chunk(out.body.Bytes(), out.body.Len()/pieces+1) {
		if !x.wait(ctx.Done(), d/pieces) {
			panic(http.ErrAbortHandler)
		}
		_, err := x.w.Write(piece)
		_ = errors.Join(err, http.NewResponseController(x.w).Flush()) // a client that left is noticed by the context
	}
}

func (out *reply) sendTo(w http.ResponseWriter) {
	out.writeHeader(w)
	_, _ = w.Write(out.body.Bytes()) // nobody is left to tell
}

// writeHeader sends status and header. Date is set here and not by net/http, so that it comes from the clock of the limits.
func (out *reply) writeHeader(w http.ResponseWriter) {
	h := w.Header()
	maps.Copy(h, out.header)
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("Content-Length", strconv.Itoa(out.body.Len()))
	w.WriteHeader(out.status)
}
