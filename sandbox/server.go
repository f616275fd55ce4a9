package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say how a sandbox behaves.
type Options struct {
	// Dir is where the state lives (created with mode 0700, files 0600). Empty: in memory, gone after Close.
	Dir string
	// Contract is the API that is spoken; empty: Current. The state is the same for both.
	Contract Contract
	// Rate is the limit over all arrivals, Reads and Writes are limits beside it; the zero value is none.
	Rate, Reads, Writes Rate
	// Scores bound what queries may cost.
	Scores ScoreLimit
	// Faults are tried in order for every request that the limit let through; the first that fires wins.
	Faults []Fault
	// Tokens are the only tokens that are accepted; without any every well-formed one is (64 characters, contract §1).
	Tokens []Token
	// Scopes are those of tokens for which none are given, separated by spaces; empty: AllScopes.
	Scopes string
	// Switches decide what the contract leaves open.
	Switches Switches
}

// Check refuses options that make no sense, as Open does.
func (o Options) Check() error {
	_, err := newFaults(o.Faults, o.Rate)
	return errors.Join(o.settle(), err)
}

// settle puts defaults where nothing is said and refuses what makes no sense.
func (o *Options) settle() error {
	switch o.Contract {
	case "":
		o.Contract = Current
	case Current, Reference:
	default:
		return fmt.Errorf("contract %q: want current or reference", o.Contract)
	}
	if o.Scopes == "" {
		o.Scopes = AllScopes
	}
	o.Tokens = slices.Clone(o.Tokens)
	for i, t := range o.Tokens {
		if t.Scopes == "" {
			o.Tokens[i].Scopes = o.Scopes
		}
	}
	if o.Contract == Reference {
		o.Switches.InOperator = InEverywhere // its $in has no exceptions
	}
	return errors.Join(o.checkTokens(), o.Switches.settle(), o.rates().check())
}

func (o *Options) rates() Rates { return Rates{o.Rate, o.Reads, o.Writes} }

// Server is the sandbox. It is safe for concurrent use.
type Server struct {
	options   Options
	workspace string // id; an import replaces it, under mu
	face      face
	store     *store
	scores    *scoring
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
	if err := o.settle(); err != nil {
		return nil, err
	}
	faults, err := newFaults(o.Faults, o.Rate)
	if err != nil {
		return nil, err
	}
	st, err := openStore(ctx, o.Dir, o.Switches)
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: o, workspace: st.schema.workspace, face: current{}, store: st, scores: &scoring{limit: o.Scores}, faults: faults,
		limiter: newLimiter(o.rates(), time.Now()), log: &requestLog{}, closing: make(chan struct{}),
	}
	if o.Contract == Reference {
		s.face = reference{}
		if err := st.update(ctx, st.addReferenceAttributes); err != nil {
			return nil, errors.Join(err, st.close())
		}
	}
	s.mux, s.inspect = s.handlers(), s.inspection()
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
		out := newReply(current{})
		s.inspect.ServeHTTP(out, r)
		out.sendTo(w)
		return
	}
	now := time.Now()
	x := &exchange{server: s, w: w, r: r, seq: s.log.arrive(now, r)}
	x.admission = s.limiter.arrive(now, s.writes(r))
	if !x.admission.ok {
		x.outcome = "throttled"
		out := s.newReply()
		out.throttle(x.admission.free, now, s.options.Switches.RetryAfter)
		x.send(out)
		return
	}
	f, rate := s.faults.choose(r.Method, r.URL.Path)
	if rate != nil {
		s.limiter.use(*rate)
	}
	x.answer(r.Context(), f)
}

// writes says which of the two limits a request counts against. A query is a read that is sent as a POST (contract §2).
func (s *Server) writes(r *http.Request) bool {
	if strings.HasSuffix(r.URL.Path, "/query") {
		return s.options.Switches.QueryCounts == QueryIsWrite
	}
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}
