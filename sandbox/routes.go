package sandbox

import (
	"context"
	"net/http"
	"strings"
)

// face is one of the two contracts over the one state.
type face interface {
	// routes are the endpoints that are served; every other path is the 404 of contract §3.
	routes() []route
	// failure is the status and the body of an error.
	failure(*apiError) (status int, body any)
	// label sets the headers that replies have for the state of the limits.
	label(http.Header, admission)
}

// route is one endpoint.
type route struct {
	pattern string // of http.ServeMux
	change  bool   // runs in a transaction
	scopes  string // all that are needed, separated by spaces
	serve   endpoint
}

// call is one request inside the lock of the store.
type call struct {
	st     *store
	r      *http.Request
	body   []byte
	by     string // id of the token, empty for the default one
	out    *reply // for headers
	scores *scoring
}

// endpoint answers a call with what is to be written as JSON. Whatever it changed is undone when it returns an error.
type endpoint func(ctx context.Context, c *call) (any, error)

// created is a result that is answered with 201.
type created struct{ body any }

func (s *Server) handlers() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, noEndpoint(r.Method, r.URL.Path)) })
	for _, rt := range s.face.routes() {
		mux.HandleFunc(rt.pattern, s.serve(rt))
	}
	if s.options.Contract == Current {
		mux.HandleFunc("GET /v2/self", s.self)
	}
	return mux
}

// serve checks the token and runs the endpoint under the lock, for a change inside a transaction.
func (s *Server) serve(rt route) http.HandlerFunc {
	locked := s.store.view
	if rt.change {
		locked = s.store.update
	}
	scopes := strings.Fields(rt.scopes)
	return func(w http.ResponseWriter, r *http.Request) {
		t, err := s.authorize(r, scopes)
		if err != nil {
			s.fail(w, err)
			return
		}
		body, _ := r.Context().Value(bodyKey{}).([]byte)
		out := s.newReply()
		c := &call{st: s.store, r: r, body: body, by: t.actor(), out: out, scores: s.scores}
		var result any
		err = locked(r.Context(), func(ctx context.Context) (err error) {
			if key := r.Header.Get("Idempotency-Key"); rt.change && key != "" && s.options.Contract == Reference {
				result, err = c.once(ctx, key, rt.serve)
			} else {
				result, err = rt.serve(ctx, c)
			}
			return err
		})
		out.answer(result, err)
		out.copyTo(w)
	}
}

func send(w http.ResponseWriter, v any) {
	out := newReply(current{})
	out.json(http.StatusOK, v)
	out.copyTo(w)
}

func (s *Server) fail(w http.ResponseWriter, err error) {
	out := s.newReply()
	out.fail(err)
	out.copyTo(w)
}

func (s *Server) newReply() *reply { return newReply(s.face) }

// answer is what an endpoint returned.
func (out *reply) answer(result any, err error) {
	if err != nil {
		out.fail(err)
		return
	}
	switch result := result.(type) {
	case created:
		out.json(http.StatusCreated, result.body)
	case replay:
		out.json(result.Status, finished(result.Body))
	default:
		out.json(http.StatusOK, result)
	}
}
