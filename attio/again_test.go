package attio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

// script is a server that answers with one reply after the other, the last one for ever; GET /v2/self has an answer of its own.
type script struct {
	replies []scripted
	self    scripted
	sent    []string
}

// scripted is a reply, or the loss of one.
type scripted struct {
	status int // 0: lost
	body   string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.sent = append(s.sent, r.Method+" "+r.URL.Path)
	next := s.self
	if r.URL.Path != "/v2/self" {
		next = s.replies[0]
		if len(s.replies) > 1 {
			s.replies = s.replies[1:]
		}
	}
	if next.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return respond(r, next.status, next.body), nil
}

var (
	unauthorized = scripted{401, `{"status_code":401,"type":"auth_error","code":"unauthorized","message":"m"}`}
	notFound     = scripted{404, `{"status_code":404,"type":"invalid_request_error","code":"not_found","message":"m"}`}
	alive        = scripted{200, `{"active":true,"workspace_id":"w"}`}
	dead         = scripted{200, `{"active":false}`}
	made         = scripted{200, `{"data":{"id":{"record_id":"r"}}}`}
	lost         = scripted{}
)

// TestSpuriousUnauthorized: under load the API refuses a valid token now and then (contract §2). A refused request was not processed, so
// even a creation is sent again, while the API calls the token active, and not for ever.
func TestSpuriousUnauthorized(t *testing.T) {
	const call, self = "POST /v2/objects/companies/records", "GET /v2/self"
	for name, tt := range map[string]struct {
		replies []scripted
		self    scripted
		k       Contract
		ok      bool
		sent    []string
	}{
		"once":               {[]scripted{unauthorized, made}, alive, Current, true, []string{call, self, call}},
		"twice":              {[]scripted{unauthorized, unauthorized, made}, alive, Current, true, []string{call, self, call, self, call}},
		"always":             {[]scripted{unauthorized}, alive, Current, false, []string{call, self, call, self, call}},
		"a dead token":       {[]scripted{unauthorized, made}, dead, Current, false, []string{call, self}},
		"nobody can tell":    {[]scripted{unauthorized, made}, unauthorized, Current, false, []string{call, self}},
		"the reply was lost": {[]scripted{lost, made}, alive, Current, false, []string{call}},
		"no such question":   {[]scripted{unauthorized, made}, alive, Reference, false, []string{call}},
	} {
		s := &script{replies: tt.replies, self: tt.self}
		c := connectTo(t, s, tt.k)
		c.schemas.keep(companies, nil)
		_, err := c.CreateRecord(t.Context(), "companies", nil)
		if (err == nil) != tt.ok || strings.Join(s.sent, ", ") != strings.Join(tt.sent, ", ") {
			t.Errorf("%s: %v, sent %v, want %v", name, err, s.sent, tt.sent)
		}
		if !tt.ok && tt.replies[0] == unauthorized && asError(t, err).Class != crm.FaultAuth {
			t.Errorf("%s: class %s", name, asError(t, err).Class)
		}
	}
}

// TestRepeatedDelete: a deletion whose reply was lost, and whose repetition finds nothing, is done; one that finds nothing at once is not.
func TestRepeatedDelete(t *testing.T) {
	deletions := map[string]func(context.Context, *Client) error{
		"record":  func(x context.Context, c *Client) error { return c.DeleteRecord(x, "companies", "r") },
		"entry":   func(x context.Context, c *Client) error { return c.DeleteEntry(x, "sales", "e") },
		"note":    func(x context.Context, c *Client) error { return c.DeleteNote(x, "n") },
		"task":    func(x context.Context, c *Client) error { return c.DeleteTask(x, "t") },
		"comment": func(x context.Context, c *Client) error { return c.DeleteComment(x, "c") },
		"webhook": func(x context.Context, c *Client) error { return c.DeleteWebhook(x, "w") },
	}
	for name, tt := range map[string]struct {
		replies []scripted
		ok      bool
	}{
		"done":                     {[]scripted{{200, `{}`}}, true},
		"lost and done":            {[]scripted{lost, {200, `{}`}}, true},
		"lost and gone":            {[]scripted{lost, notFound}, true},
		"a fault and gone":         {[]scripted{{502, `<h1>502</h1>`}, notFound}, true},
		"never there":              {[]scripted{notFound}, false},
		"limited and never there":  {[]scripted{{429, ``}, notFound}, false},
		"lost, and no such server": {[]scripted{lost, {404, `<h1>404</h1>`}}, false},
	} {
		for what, remove := range deletions {
			synctest.Test(t, func(t *testing.T) {
				c := connectTo(t, pace.New(pace.Options{Base: &script{replies: tt.replies}}), Current)
				if err := remove(t.Context(), c); (err == nil) != tt.ok {
					t.Errorf("%s, %s: %v", what, name, err)
				}
			})
		}
	}
}

// TestRepeatedCreation: what may be created again, because what exists is refused, is read when it was created before.
func TestRepeatedCreation(t *testing.T) {
	exists := scripted{409, `{"status_code":409,"type":"invalid_request_error","code":"slug_conflict","message":"m"}`}
	found := scripted{200, `{"data":{"id":{"object_id":"o","list_id":"l","attribute_id":"a"},"api_slug":"new"}}`}
	creations := map[string]func(context.Context, *Client) (string, error){
		"object": func(x context.Context, c *Client) (string, error) {
			o, err := c.CreateObject(x, crm.Object{Slug: "new", Singular: "New", Plural: "New"})
			return o.Slug, err
		},
		"attribute": func(x context.Context, c *Client) (string, error) {
			a, err := c.CreateAttribute(x, companies, crm.Attribute{Slug: "new", Title: "New", Type: crm.TypeText})
			return a.Slug, err
		},
		"list": func(x context.Context, c *Client) (string, error) {
			l, err := c.CreateList(x, crm.List{Slug: "new", ParentObjects: []string{"companies"}})
			return l.Slug, err
		},
	}
	for what, create := range creations {
		synctest.Test(t, func(t *testing.T) {
			again := connectTo(t, pace.New(pace.Options{Base: &script{replies: []scripted{lost, exists, found}}}), Current)
			if slug, err := create(t.Context(), again); err != nil || slug != "new" {
				t.Errorf("%s, created before: %q, %v", what, slug, err)
			}
			there := connectTo(t, pace.New(pace.Options{Base: &script{replies: []scripted{exists, found}}}), Current)
			if _, err := create(t.Context(), there); asError(t, err).Code != "slug_conflict" {
				t.Errorf("%s, there already: %v", what, err)
			}
		})
	}
}

// TestConflictsPass: a record that is being merged or written is asked again, by the transport, and not for ever (contract §3).
func TestConflictsPass(t *testing.T) {
	for code, status := range map[string]int{"merge_in_progress": 400, "concurrent_write_conflict": 409} {
		busy := scripted{status, fmt.Sprintf(`{"status_code":%d,"type":"invalid_request_error","code":%q,"message":"m"}`, status, code)}
		synctest.Test(t, func(t *testing.T) {
			s := &script{replies: []scripted{busy, busy, made}}
			if _, err := connectTo(t, pace.New(pace.Options{Base: s}), Current).CreateRecord(t.Context(), "companies", nil); err != nil || len(s.sent) != 3 {
				t.Errorf("%s: %v after %d requests", code, err, len(s.sent))
			}
			s = &script{replies: []scripted{busy}}
			_, err := connectTo(t, pace.New(pace.Options{Base: s}), Current).CreateRecord(t.Context(), "companies", nil)
			if e := asError(t, err); e.Class != crm.FaultTransient || e.Code != code || e.InDoubt() || len(s.sent) > 6 {
				t.Errorf("%s for ever: %v after %d requests", code, err, len(s.sent))
			}
		})
	}
}

// TestReplyIsBounded: a server that sends without end costs a bounded memory.
func TestReplyIsBounded(t *testing.T) {
	c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(endless{}), Request: r}, nil
	}), Current)
	c.maxReply = 1 << 16
	_, err := c.Objects(t.Context())
	if e := asError(t, err); !errors.Is(err, errReplyTooLarge) || e.Class != crm.FaultTransient {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestTokenIsInNoError has each operation fail in each way, with a server that repeats the token wherever it can.
func TestTokenIsInNoError(t *testing.T) {
	page := fmt.Sprintf("<h1>%s</h1>", secret)
	flat := fmt.Sprintf(`{"type":%[1]q,"code":%[1]q,"message":%[1]q,"path":[%[1]q],"validation_errors":[{"code":%[1]q,"path":[%[1]q],"message":%[1]q,"expected":%[1]q,"received":%[1]q}]}`, secret)
	deep := fmt.Sprintf(`{"error":{"code":%[1]q,"message":%[1]q,"details":{"field":%[1]q,"reason":%[1]q}}}`, secret)
	ways := map[string]roundTrip{
		"lost": func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("dial with %s: %w", r.Header.Get("Authorization"), io.ErrUnexpectedEOF)
		},
		"redirect": func(r *http.Request) (*http.Response, error) {
			resp := respond(r, 302, page)
			resp.Header.Set("Location", "https://"+secret+".example/?"+secret)
			return resp, nil
		},
		"not JSON": func(r *http.Request) (*http.Response, error) { return respond(r, 200, page), nil },
		"a shape":  func(r *http.Request) (*http.Response, error) { return respond(r, 200, `{"data":"`+secret+`"}`), nil },
	}
	for _, status := range []int{400, 401, 403, 404, 409, 413, 422, 429, 500, 502} {
		for kind, body := range map[string]string{"flat": flat, "deep": deep, "page": page} {
			ways[fmt.Sprint(status, kind)] = func(r *http.Request) (*http.Response, error) {
				resp := respond(r, status, body)
				resp.Header.Set(executionHeader, secret)
				return resp, nil
			}
		}
	}
	for way, transport := range ways {
		for _, op := range operations() {
			for _, k := range []Contract{Current, Reference, Auto} {
				err := op.do(t.Context(), connectTo(t, transport, k))
				if err == nil {
					continue // the contract has nothing to send, or the body says nothing wrong
				}
				if said := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(said, secret[:24]) && way != "lost" {
					t.Fatalf("%s, %s, %s: the error tells the token: %s", op.name, way, k, said)
				}
				if strings.Contains(err.Error(), secret[:24]) {
					t.Fatalf("%s, %s, %s: the message tells the token: %s", op.name, way, k, err)
				}
			}
		}
	}
}

// TestRedirectCarriesNoToken has each operation meet a redirect to another host, through the transport that is used for real.
func TestRedirectCarriesNoToken(t *testing.T) {
	reached := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer elsewhere.Close()
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer here.Close()
	transport := pace.New(pace.Options{})
	defer transport.CloseIdleConnections()
	c, err := New(Options{BaseURL: here.URL, Token: secret, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations() {
		var e *Error
		if err := op.do(t.Context(), c); !errors.As(err, &e) || (e.Code != CodeRedirect && !e.unsent) {
			t.Errorf("%s: %v", op.name, err)
		}
	}
	if reached > 0 {
		t.Errorf("the other host was asked %d times", reached)
	}
}
