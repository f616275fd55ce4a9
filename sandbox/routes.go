package sandbox

import (
	"context"
	"net/http"
)

// call is one request inside the lock of the store.
type call struct {
	st   *store
	r    *http.Request
	body []byte
}

// endpoint answers a call with what is to be written as JSON. Whatever it changed is undone when it returns an error.
type endpoint func(ctx context.Context, c *call) (any, error)

// routes are the endpoints that are served; every other path is the 404 of contract §3.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fail(w, noEndpoint(r.Method, r.URL.Path)) })
	mux.HandleFunc("GET /v2/self", s.self)
	for pattern, fn := range map[string]endpoint{
		"GET /v2/workspace_members":                                listMembers,
		"GET /v2/workspace_members/{member}":                       getMember,
		"GET /v2/objects":                                          listObjects,
		"GET /v2/objects/{object}":                                 getObject,
		"GET /v2/objects/{object}/attributes":                      listAttributes,
		"GET /v2/objects/{object}/attributes/{attribute}":          getAttribute,
		"GET /v2/objects/{object}/attributes/{attribute}/options":  listOptions,
		"GET /v2/objects/{object}/attributes/{attribute}/statuses": listStatuses,
		"POST /v2/objects/{object}/records/query":                  queryRecords,
		"GET /v2/objects/{object}/records/{record}":                getRecord,
	} {
		mux.HandleFunc(pattern, s.serve(s.store.view, fn))
	}
	for pattern, fn := range map[string]endpoint{
		"POST /v2/objects":                                                    createObject,
		"POST /v2/objects/{object}/attributes":                                createAttribute,
		"PATCH /v2/objects/{object}/attributes/{attribute}":                   patchAttribute,
		"POST /v2/objects/{object}/attributes/{attribute}/options":            createOption,
		"PATCH /v2/objects/{object}/attributes/{attribute}/options/{choice}":  patchOption,
		"POST /v2/objects/{object}/attributes/{attribute}/statuses":           createStatus,
		"PATCH /v2/objects/{object}/attributes/{attribute}/statuses/{choice}": patchStatus,
		"POST /v2/objects/{object}/records":                                   createRecord,
		"PUT /v2/objects/{object}/records":                                    assertRecord,
		"PATCH /v2/objects/{object}/records/{record}":                         patchRecord,
		"PUT /v2/objects/{object}/records/{record}":                           putRecord,
		"DELETE /v2/objects/{object}/records/{record}":                        deleteRecord,
	} {
		mux.HandleFunc(pattern, s.serve(s.store.update, fn))
	}
	return mux
}

// serve checks the token and runs fn under the lock, for a change inside a transaction.
func (s *Server) serve(locked func(context.Context, func(context.Context) error) error, fn endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.authorize(r); err != nil {
			fail(w, err)
			return
		}
		body, _ := r.Context().Value(bodyKey{}).([]byte)
		var result any
		err := locked(r.Context(), func(ctx context.Context) (err error) {
			result, err = fn(ctx, &call{st: s.store, r: r, body: body})
			return err
		})
		if err != nil {
			fail(w, err)
			return
		}
		send(w, result)
	}
}

func send(w http.ResponseWriter, v any) {
	out := newReply()
	out.json(http.StatusOK, v)
	out.copyTo(w)
}

func fail(w http.ResponseWriter, err error) {
	out := newReply()
	out.fail(err)
	out.copyTo(w)
}
