package attio

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

// current speaks Attio's published API. Its requests are in current_*.go, its values in current_values.go, its filters in
// current_filter.go.
type current struct{}

func (current) kind() Contract { return Current }

func (current) typed(crm.Target) bool { return true }

func (current) listsChoices() bool { return true }

func (current) tellsSelf() bool { return true }

func (current) patchAdds() bool { return true }

func (current) linksTasks() bool { return true }

// reading, rewriting and writing are how a call is paced: what draws on the read budget, and what may be sent twice (contract §2
// and §3).
var (
	reading   = pace.Call{Kind: pace.Read, Repeatable: true}
	rewriting = pace.Call{Kind: pace.Write, Repeatable: true}
	writing   = pace.Call{Kind: pace.Write}
)

func get(op string, s scope, path ...string) *request {
	return &request{op: op, method: http.MethodGet, path: path, call: reading, scope: s}
}

// page adds limit and offset to the query string.
func (r *request) page(limit, offset int) *request {
	return r.with("limit", strconv.Itoa(limit)).with("offset", strconv.Itoa(offset))
}

// with adds to the query string what has a value.
func (r *request) with(key, value string) *request {
	if value == "" {
		return r
	}
	if r.query == nil {
		r.query = url.Values{}
	}
	r.query.Set(key, value)
	return r
}

// dataJSON is the envelope around almost every body and reply.
type dataJSON[T any] struct {
	Data *T `json:"data"`
}

// enveloped is a body in its envelope.
func enveloped(body any) any { return dataJSON[any]{Data: &body} }

// self has no envelope in its reply (contract §1).
func (current) self() *request { return get("check the token", scopeToken, "self") }

// patching is how a PATCH is paced. It adds to an attribute of several values, and what a second one adds is not documented
// (contract §13): only fields that can hold one value at most may be patched twice.
func patching(fields []crm.Field) pace.Call {
	for _, f := range fields {
		if len(f.Values) > 1 {
			return writing
		}
		for _, v := range f.Values {
			switch v.(type) {
			case crm.Select, crm.RecordReference, crm.ActorReference, crm.Domain, crm.EmailAddress, crm.PhoneNumber:
				return writing
			}
		}
	}
	return rewriting
}

// given is a body of those parts that are not nil, for calls that change only what they are sent.
type given map[string]any

// set adds the value that p points to, unless p is nil.
func set[T any](g given, key string, p *T) {
	if p != nil {
		g[key] = *p
	}
}

// text adds a text that is not empty.
func (g given) text(key, value string) {
	if value != "" {
		g[key] = value
	}
}

// wireTime is a point in time as the API spells it, nil for the zero time.
func wireTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(timestampLayout)
}
