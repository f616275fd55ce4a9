package attio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"attio-etl/crm"
)

var _ crm.Fault = (*Error)(nil)

func asError(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%v (%T) is not an *Error", err, err)
	}
	return e
}

// refuse is what a client makes of a reply to a call.
func refuse(t *testing.T, r *request, status int, body string) *Error {
	t.Helper()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-attio-execution-id", "x-1")
		reply(status, body)(w, nil)
	})
	return asError(t, c.do(t.Context(), r, nil))
}

func TestErrorBodies(t *testing.T) {
	create, byID := current{}.createRecord("people"), current{}.patchRecord("people", "r", nil)
	self, query, objects := get("check", scopeToken, "self"), current{}.find(crm.Target{Object: "people"}, queryJSON{}, scopeRun), get("list", scopeRun, "objects")
	const refused = `"type":"invalid_request_error","code":`
	tests := []struct {
		name      string
		call      *request
		status    int
		body      string
		class     crm.FaultClass
		code      string
		attribute string
		says      string
	}{
		{
			"value of a name", create, 400, `{"status_code":400,` + refused + `"validation_type","message":"An invalid value was passed to attribute with slug \"name\".",
			"validation_errors":[{"code":"invalid_type","path":["first_name"],"message":"Required","expected":"string","received":"undefined"}]}`,
			crm.FaultRow, "validation_type", "name", "first_name: Required (want string, got undefined)",
		},
		{
			"body of another request", create, 400, `{"status_code":400,` + refused + `"validation_type","message":"Body payload validation error.",
			"validation_errors":[{"code":"invalid","path":["request_as"],"message":"Invalid input"}]}`,
			crm.FaultRow, "validation_type", "", "request_as: Invalid input",
		},
		{
			"path into the values", create, 400, `{"statusCode":400,` + refused + `"validation_type","message":"Body payload validation error.",
			"validation_errors":[{"code":"invalid","path":["data","values","domains",0,"domain"],"message":"Invalid input"}]}`,
			crm.FaultRow, "validation_type", "domains", "data.values.domains.0.domain: Invalid input",
		},
		{
			"phone", create, 400, `{` + refused + `"validation_type","message":"An invalid value was passed to attribute with ID \"a-1\".",
			"validation_errors":[{"code":"invalid","path":["original_phone_number"],"message":"Invalid phone number, possibly due to missing country information"}]}`,
			crm.FaultRow, "validation_type", "a-1", "missing country",
		},
		{
			"unique value taken", create, 400, `{` + refused + `"uniqueness_conflict","message":"The value \"{\\\"email_address\\\":\\\"attribute with slug \\\"no\\\"\\\"}\" provided for attribute with ID \"a-1\" conflicts with one already in the system."}`,
			crm.FaultRow, "uniqueness_conflict", "a-1", "conflicts with one",
		},
		{"unknown attribute", create, 400, `{` + refused + `"value_not_found","message":"Cannot find attribute with slug/ID \"x\"."}`, crm.FaultRow, "value_not_found", "x", ""},
		{
			"unknown option", create, 400, `{` + refused + `"value_not_found","message":"Cannot find select attribute with select option title \"In Progress\"."}`,
			crm.FaultRow, "value_not_found", "", "In Progress",
		},
		{"unknown parent", create, 400, `{` + refused + `"value_not_found","message":"Parent record with slug/ID \"p\" not found."}`, crm.FaultRow, "value_not_found", "", ""},
		{"required value", create, 400, `{` + refused + `"missing_value","message":"Required value for attribute with ID \"a-1\" was not provided."}`, crm.FaultRow, "missing_value", "a-1", ""},
		{
			"unknown match", create, 400, `{` + refused + `"value_not_found","message":"No attribute was found for matching_attribute slug/ID \"my-attribute\"."}`,
			crm.FaultRow, "value_not_found", "my-attribute", "",
		},
		{"match not unique", create, 400, `{` + refused + `"matching_attribute_definition_not_unique","message":"m"}`, crm.FaultJob, "matching_attribute_definition_not_unique", "", "is unique"},
		{"several entries", create, 400, `{` + refused + `"multiple_match_results","message":"m"}`, crm.FaultRow, "multiple_match_results", "", ""},
		{"parent fixed", create, 400, `{` + refused + `"immutable_value","message":"m"}`, crm.FaultRow, "immutable_value", "", ""},
		{
			"filter", query, 400, `{` + refused + `"filter_error","message":"Invalid operator \"$contains\"","path":["$or","1","email"]}`,
			crm.FaultJob, "filter_error", "email", "at $or.1.email",
		},
		{
			"filter attribute", query, 400, `{` + refused + `"unknown_filter_attribute_slug","message":"Unknown attribute slug: email."}`,
			crm.FaultJob, "unknown_filter_attribute_slug", "email", "",
		},
		{"sort field", query, 400, `{` + refused + `"missing_sort_field","message":"m"}`, crm.FaultJob, "missing_sort_field", "", ""},
		{"query body", query, 400, `{` + refused + `"validation_type","message":"m"}`, crm.FaultJob, "validation_type", "", ""},
		{"system attribute", byID, 400, `{` + refused + `"system_edit_unauthorized","message":"m"}`, crm.FaultJob, "system_edit_unauthorized", "", ""},
		{"gate", create, 400, `{` + refused + `"particle_gate_violation","message":"m"}`, crm.FaultJob, "particle_gate_violation", "", ""},
		{"quota", create, 403, `{` + refused + `"quota_exceeded","message":"m"}`, crm.FaultJob, "quota_exceeded", "", ""},
		{"quota, 400", create, 400, `{` + refused + `"quota_exceeded","message":"m"}`, crm.FaultJob, "quota_exceeded", "", ""},
		{"plan", create, 403, `{"type":"auth_error","code":"billing_error","message":"m"}`, crm.FaultJob, "billing_error", "", ""},
		{"bad key", create, 401, `{"status_code":401,"type":"auth_error","code":"unauthorized","message":"The API Key provided was invalid"}`, crm.FaultAuth, "unauthorized", "", "check the token"},
		{"no scope", query, 403, `{"type":"auth_error","code":"unauthorized","message":"m"}`, crm.FaultAuth, "unauthorized", "", "add the scope"},
		{"firewall", create, 403, `<h1>Blocked</h1>`, crm.FaultAuth, "http_403", "", "HTTP 403: Blocked; execution id x-1; the reply is not the API's"},
		{"malformed token", self, 400, `{"code":"missing_value","message":"Token was not recognised"}`, crm.FaultAuth, "missing_value", "", "check the token"},
		{"record gone", byID, 404, `{` + refused + `"not_found","message":"m"}`, crm.FaultRow, "not_found", "", ""},
		{"object gone", create, 404, `{` + refused + `"not_found","message":"m"}`, crm.FaultJob, "not_found", "", "check the slug"},
		{"no such route", objects, 404, `{"status_code":404,` + refused + `"not_found","message":"Could not find endpoint \"GET /v2/objects\"."}`, crm.FaultJob, "not_found", "", ""},
		{"another server", byID, 404, `<html><head><title>404</title></head><body>no such page</body></html>`, crm.FaultJob, "http_404", "", "no such page"},
		{"merging", byID, 404, `{` + refused + `"merge_in_progress","message":"m"}`, crm.FaultTransient, "merge_in_progress", "", ""},
		{"merging, write", create, 400, `{` + refused + `"merge_in_progress","message":"m"}`, crm.FaultTransient, "merge_in_progress", "", ""},
		{"written at once", create, 409, `{` + refused + `"concurrent_write_conflict","message":"m"}`, crm.FaultTransient, "concurrent_write_conflict", "", ""},
		{"other conflict", create, 409, `{` + refused + `"slug_conflict","message":"m"}`, crm.FaultRow, "slug_conflict", "", ""},
		{"too large", create, 413, `{` + refused + `"validation_type","message":"m"}`, crm.FaultRow, "validation_type", "", ""},
		{"limit", create, 429, `{"status_code":429,"type":"rate_limit_error","code":"rate_limit_exceeded","message":"m"}`, crm.FaultTransient, "rate_limit_exceeded", "", ""},
		{"limit, bare", create, 429, ``, crm.FaultTransient, "http_429", "", ""},
		{"slow", create, 408, ``, crm.FaultTransient, "http_408", "", ""},
		{"edge", create, 502, "<html>\r\n<style>a{}</style><h1>502 Bad&nbsp;Gateway</h1>\n<script>x()</script></html>", crm.FaultTransient, "http_502", "", "HTTP 502: 502 Bad Gateway"},
		{"edge, empty", query, 503, ``, crm.FaultTransient, "http_503", "", "HTTP 503"},
		{"edge, cut", create, 500, `{"message":"In`, crm.FaultTransient, "http_500", "", ""},
		{"odd body", create, 400, `{"code":7,"message":{"a":1},"path":"x","validation_errors":[{"path":null,"message":null},3]}`, crm.FaultRow, "7", "x", ""},
		{"a list", create, 418, `[]`, crm.FaultJob, "http_418", "", "HTTP 418"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := refuse(t, tt.call, tt.status, tt.body)
			if e.FaultClass() != tt.class || e.FaultCode() != tt.code || e.FaultAttribute() != tt.attribute || e.Status != tt.status {
				t.Errorf("class %s, code %q, attribute %q, want %s, %q, %q", e.FaultClass(), e.FaultCode(), e.FaultAttribute(), tt.class, tt.code, tt.attribute)
			}
			text := e.Error()
			if !strings.HasPrefix(text, tt.call.op+": ") || !strings.Contains(text, tt.says) || !strings.Contains(text, "execution id x-1") {
				t.Errorf("says %q, want %q", text, tt.says)
			}
			if want := tt.status == 408 || tt.status >= 500; e.InDoubt() != want {
				t.Errorf("in doubt: %v, want %v", e.InDoubt(), want)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	e := refuse(t, current{}.assertRecord("people", "email_addresses"), 400, `{"code":"validation_type","message":"An invalid value\nwas  passed.\u001b[31m",
		"validation_errors":[{"path":["first_name"],"message":"Required","expected":"string"}]}`)
	want := "assert people: validation_type (HTTP 400): An invalid value was passed. [31m; first_name: Required (want string); execution id x-1"
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e, want)
	}
	long := refuse(t, current{}.createRecord("people"), 400, `{"code":"validation_type","message":"`+strings.Repeat("é", 10000)+`"}`)
	if n := len([]rune(long.Error())); n > longestMessage+100 {
		t.Errorf("a message of 10,000 characters is told in %d", n)
	}
}

func TestErrorInSchema(t *testing.T) {
	sch := &crm.Schema{Attributes: []crm.Attribute{{ID: "a-1", Slug: "email_addresses"}, {ID: "a-2", Slug: "name"}, {Slug: "no_id"}}}
	e := &Error{
		Op: "create people", Status: 400, Code: "uniqueness_conflict", Attribute: "a-1", Path: []string{"$or", "a-2"},
		Message:    `The value "x" provided for attribute with ID "a-1" conflicts; see a-2.`,
		Validation: []ValidationError{{Path: []string{"values", "a-2"}, Message: "a-2 is bad"}},
	}
	before := e.Error()
	said := e.In(sch)
	want := `create people: uniqueness_conflict (HTTP 400): The value "x" provided for attribute "email_addresses" conflicts; see name; ` +
		`values.name: name is bad; at $or.name`
	if said.Error() != want || said.Attribute != "email_addresses" {
		t.Errorf("got  %s\nwant %s", said, want)
	}
	if e.Error() != before || e.Attribute != "a-1" {
		t.Errorf("the error itself was changed: %s", e)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func through(t *testing.T, f roundTrip) *Client {
	t.Helper()
	c, err := New(Options{Token: secret, Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTransportErrors(t *testing.T) {
	stop := errors.New("stopped")
	tests := []struct {
		name    string
		cause   error
		code    string
		inDoubt bool
	}{
		{"reset", &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, CodeConnection, true},
		{"refused", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, CodeConnection, false},
		{"end of file", io.EOF, CodeConnection, true},
		{"deadline of an attempt", fmt.Errorf("attempt 4: %w", context.DeadlineExceeded), CodeTimeout, true},
		{"deadline of the socket", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, CodeTimeout, true},
		{"stop of the transport", fmt.Errorf("rate limit: %w", stop), CodeConnection, true},
	}
	for _, tt := range tests {
		c := through(t, func(*http.Request) (*http.Response, error) { return nil, tt.cause })
		_, err := c.CreateRecord(t.Context(), "companies", nil)
		e := asError(t, err)
		if e.Class != crm.FaultTransient || e.Code != tt.code || e.InDoubt() != tt.inDoubt || !errors.Is(err, tt.cause) {
			t.Errorf("%s: %v (class %s, in doubt %v)", tt.name, err, e.Class, e.InDoubt())
		}
		if e.Endpoint != "/v2/objects/companies/records" || e.Method != http.MethodPost {
			t.Errorf("%s: %s %s", tt.name, e.Method, e.Endpoint)
		}
	}
}

// TestDialErrorOfRepeatedCall: an earlier attempt may have been processed, so that the last one's failure to connect proves nothing.
func TestDialErrorOfRepeatedCall(t *testing.T) {
	c := through(t, func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	})
	if _, err := c.AssertRecord(t.Context(), "companies", "domains", nil); !asError(t, err).InDoubt() {
		t.Errorf("%v is not in doubt", err)
	}
}

func TestEndedContextIsNoFault(t *testing.T) {
	stop := errors.New("stopped")
	for _, cause := range []error{context.Canceled, stop} {
		ctx, cancel := context.WithCancel(t.Context())
		c := through(t, func(r *http.Request) (*http.Response, error) {
			cancel()
			<-r.Context().Done()
			return nil, cause
		})
		err := c.DeleteRecord(ctx, "companies", "r")
		var fault crm.Fault
		if errors.As(err, &fault) || !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "delete companies/r: ") {
			t.Errorf("%v became %v", cause, err)
		}
	}
}

func TestBrokenReplies(t *testing.T) {
	broken := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"data":`)
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		code    string
	}{
		{"cut off", broken, CodeConnection},
		{"cut off, yet whole to HTTP", reply(200, `{"data":{"id":`), CodeBadReply},
		{"page of a proxy", reply(200, `<html>sign in</html>`), CodeBadReply},
		{"empty", reply(200, ``), CodeBadReply},
		{"more after the end", reply(200, `{"data":{"id":{"record_id":"r"}}}{}`), CodeBadReply},
		{"no data", reply(200, `{}`), CodeBadReply},
		{"no id", reply(200, `{"data":{"values":{}}}`), CodeBadReply},
		{"another shape", reply(200, `{"data":[1]}`), CodeBadReply},
	}
	for _, tt := range tests {
		_, err := serve(t, tt.handler).CreateRecord(t.Context(), "companies", nil)
		e := asError(t, err)
		if e.Class != crm.FaultTransient || e.Code != tt.code || !e.InDoubt() {
			t.Errorf("%s: %v (class %s, in doubt %v)", tt.name, err, e.Class, e.InDoubt())
		}
	}
}

func TestClassNeverReadsText(t *testing.T) {
	for _, message := range []string{"", "rate limit exceeded", "unauthorized", "not_found"} {
		e := refuse(t, current{}.createRecord("people"), 400, `{"code":"some_new_code","message":"`+message+`"}`)
		if e.Class != crm.FaultRow {
			t.Errorf("%q made the class %s", message, e.Class)
		}
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add(400, `{"status_code":400,"type":"invalid_request_error","code":"validation_type","message":"m","validation_errors":[{"path":["a",0]}]}`)
	f.Add(502, "<html><h1>502</h1></html>")
	f.Add(400, `{"path":["$or","1","email"],"message":"attribute with slug \"x\""}`)
	transport := &http.Transport{}
	c, err := New(Options{Token: secret, Transport: transport})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 300 + (status%300+300)%300
		w := httptest.NewRecorder()
		e := c.refusal(current{}.createRecord("people"), &http.Response{StatusCode: status, Header: w.Header()}, []byte(body))
		text := e.In(&crm.Schema{Attributes: []crm.Attribute{{ID: "a", Slug: "b"}}}).Error()
		if e.Class == 0 || e.Code == "" || !strings.HasPrefix(text, "create people: ") {
			t.Errorf("class %s, code %q: %s", e.Class, e.Code, text)
		}
		if i := slices.IndexFunc([]rune(e.Error()), unicode.IsControl); i >= 0 {
			t.Errorf("a control character in %q", e)
		}
	})
}
