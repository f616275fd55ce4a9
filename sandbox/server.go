package sandbox

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say how a sandbox behaves.
type Options struct {
	// Dir is where the state lives (created with mode 0700, files 0600). Empty: in memory, gone after Close.
	Dir string
	// Rate is the limit over arrivals; the zero value is none.
	Rate Rate
	// Faults are tried in order for every request that the limit let through; the first that fires wins.
	Faults []Fault
	// Token, when set, is the only token that is accepted; else every well-formed one is (64 characters, contract §1).
	Token string
}

// Server is the sandbox. It is safe for concurrent use.
type Server struct {
	options   Options
	workspace string // id
	store     *store
	mux       *http.ServeMux
	inspect   *http.ServeMux
	limiter   *limiter
	faults    *faults
	log       *requestLog

	mu       sync.Mutex
	closed   bool
	closing  chan struct{} // closed by Close; releases requests that hang
	inFlight sync.WaitGroup
}

// Open creates the state or reopens it. A directory that another sandbox has open, a rate or a fault that makes no sense is an error.
func Open(ctx context.Context, o Options) (*Server, error) {
	if err := o.Rate.check(); err != nil {
		return nil, err
	}
	faults, err := newFaults(o.Faults)
	if err != nil {
		return nil, err
	}
	st, err := openStore(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: o, workspace: st.schema.workspace, store: st, faults: faults, limiter: newLimiter(o.Rate, time.Now()), log: &requestLog{},
		closing: make(chan struct{}),
	}
	s.mux, s.inspect = s.routes(), s.inspection()
	return s, nil
}

// Close drops the connections of requests that hang, waits for those that are being processed and closes the state. Requests
// that come later are dropped. A second Close does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.closing)
	s.mu.Unlock()
	s.inFlight.Wait()
	return s.store.close()
}

func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.inFlight.Add(1)
	return true
}

// Stats is what was counted since Open.
func (s *Server) Stats() Stats { return s.limiter.stats() }

// ServeHTTP answers one request. It panics with http.ErrAbortHandler where a connection is to be dropped.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.inFlight.Done()
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		out := newReply()
		s.inspect.ServeHTTP(out, r)
		out.sendTo(w)
		return
	}
	now := time.Now()
	x := &exchange{server: s, w: w, r: r, seq: s.log.arrive(now, r)}
	if free, ok := s.limiter.arrive(now); !ok {
		x.outcome = "throttled"
		x.send(throttled(free))
		return
	}
	x.answer(r.Context(), s.faults.choose(r.Method, r.URL.Path))
}

// exchange is one request on its way through the sandbox.
type exchange struct {
	server  *Server
	w       http.ResponseWriter
	r       *http.Request
	seq     int64
	outcome string // for the log: empty, "throttled" or the kind of the fault
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
	default:
		if f.Processed {
			x.process(ctx)
		}
		x.send(f.reply(time.Now()))
	}
}

// process handles the request to its end, commit included. A client that goes away meanwhile changes nothing: what has arrived is
// processed.
func (x *exchange) process(ctx context.Context) *reply {
	body, err := io.ReadAll(io.LimitReader(x.r.Body, maxBody+1))
	if err != nil {
		x.drop()
	}
	x.pause(ctx)
	out := newReply()
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
	d, _ := ctx.Value(processKey{}).(time.Duration)
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.server.closing:
		x.drop()
	}
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
