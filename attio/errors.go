package attio

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"attio-etl/crm"
)

// Codes of errors that the API did not word itself.
const (
	CodeTimeout       = "timeout"          // no reply in time
	CodeConnection    = "connection"       // no connection, or it broke before the whole reply was there
	CodeBadReply      = "bad_reply"        // a reply that says success and cannot be understood
	CodeRedirect      = "redirect"         // the server points elsewhere, which the API never does
	CodeTokenInactive = "token_inactive"   // the reply to a revoked token
	CodeUnwritable    = "unwritable_value" // a value that the API has no spelling for: nothing was sent
	CodeUnreadable    = "unreadable_value" // a value in a reply that is not of its attribute's type
	CodeUnspoken      = "not_in_contract"  // the contract has no such call: nothing was sent
)

// executionHeader names a request to Attio's support.
const executionHeader = "X-Attio-Execution-Id"

// Error is a refused, lost or unreadable call. It implements crm.Fault.
type Error struct {
	Op          string // what was being done: "assert companies"
	Method      string // as in net/http
	Endpoint    string // path without host and query: "/v2/objects/companies/records"
	Status      int    // of the reply; 0 when there was none
	Type        string // the API's error type: "invalid_request_error"
	Code        string // the API's code, one of this package's, or "http_502" for a reply that carries none
	Message     string // the API's words, on one line and shortened; they often name attributes by id, see In
	Validation  []ValidationError
	Path        []string // the part of a filter at fault
	ExecutionID string   // what Attio's support asks for
	Attribute   string   // slug or id of the attribute at fault, empty where the reply names none
	Hint        string   // what to do, empty where there is nothing to add
	Class       crm.FaultClass
	Err         error // cause, nil when the API refused

	unsent   bool // the request did not leave this machine
	repeated bool // an earlier attempt may have been carried out before this one was refused
}

// ValidationError is one part of a request that the API refused (contract §3).
type ValidationError struct {
	Code     string
	Path     []string
	Message  string
	Expected string
	Received string
}

// FaultClass implements crm.Fault.
func (e *Error) FaultClass() crm.FaultClass { return e.Class }

// FaultCode implements crm.Fault.
func (e *Error) FaultCode() string { return e.Code }

// FaultAttribute implements crm.Fault. It is for display: which attribute it names can come from the message's wording.
func (e *Error) FaultAttribute() string { return e.Attribute }

// Unwrap gives the cause of a lost or unreadable reply.
func (e *Error) Unwrap() error { return e.Err }

// InDoubt reports whether the server may have done what was asked although the call failed. A request that must not be done twice
// may be sent again only when this is false (invariant I4).
func (e *Error) InDoubt() bool {
	if e.unsent {
		return false
	}
	return e.Code == CodeTimeout || e.Code == CodeConnection || e.Code == CodeBadReply ||
		e.Status < 300 || e.Status == http.StatusRequestTimeout || e.Status >= 500
}

// Error says what was being done, the status, the code, the message and the execution id.
func (e *Error) Error() string {
	parts := []string{e.Op + ": " + e.status()}
	if e.Message != "" {
		parts[0] += ": " + strings.TrimSuffix(e.Message, ".")
	}
	for _, v := range e.Validation {
		parts = append(parts, strings.TrimSuffix(v.String(), "."))
	}
	if len(e.Path) > 0 {
		parts = append(parts, "at "+strings.Join(e.Path, "."))
	}
	if e.ExecutionID != "" {
		parts = append(parts, "execution id "+e.ExecutionID)
	}
	if e.Hint != "" {
		parts = append(parts, e.Hint)
	}
	return strings.Join(parts, "; ")
}

func (e *Error) status() string {
	switch {
	case e.Status == 0:
		return e.Code
	case e.Code == statusCode(e.Status):
		return fmt.Sprintf("HTTP %d", e.Status)
	default:
		return fmt.Sprintf("%s (HTTP %d)", e.Code, e.Status)
	}
}

// String is the path, the message and what was expected.
func (v ValidationError) String() string {
	s := v.Message
	if len(v.Path) > 0 {
		s = strings.Join(v.Path, ".") + ": " + s
	}
	switch {
	case v.Expected != "" && v.Received != "":
		s += fmt.Sprintf(" (want %s, got %s)", v.Expected, v.Received)
	case v.Expected != "":
		s += fmt.Sprintf(" (want %s)", v.Expected)
	}
	return s
}

// In is the error in the words of a schema: attributes that the API named by their id are named by their slug. The receiver stays
// as it is.
func (e *Error) In(sch *crm.Schema) *Error {
	var pairs []string
	for _, a := range sch.Attributes {
		if a.ID != "" && a.Slug != "" {
			pairs = append(pairs, `with ID "`+a.ID+`"`, `"`+a.Slug+`"`, a.ID, a.Slug)
		}
	}
	slugs := strings.NewReplacer(pairs...)
	said := *e
	said.Message = slugs.Replace(e.Message)
	said.Attribute = slugs.Replace(e.Attribute)
	said.Path = replaceAll(slugs, e.Path)
	said.Validation = slices.Clone(e.Validation)
	for i, v := range said.Validation {
		said.Validation[i].Message = slugs.Replace(v.Message)
		said.Validation[i].Path = replaceAll(slugs, v.Path)
	}
	return &said
}

func replaceAll(r *strings.Replacer, path []string) []string {
	path = slices.Clone(path)
	for i := range path {
		path[i] = r.Replace(path[i])
	}
	return path
}

// fault is an error of a request, classified.
func (r *request) fault(status int, code, message string) *Error {
	return &Error{
		Op: r.op, Method: r.method, Endpoint: r.escaped, Status: status,
		Code: code, Message: message, Class: classify(status, code, r.scope),
	}
}

// lost is the error of a call whose reply did not arrive, or not whole: then resp is its head.
func (c *Client) lost(ctx context.Context, r *request, resp *http.Response, cause error) error {
	if sent, ok := errors.AsType[*url.Error](cause); ok { // repeats method and URL
		cause = sent.Err
	}
	if ended := ctx.Err(); ended != nil {
		if errors.Is(cause, ended) {
			return fmt.Errorf("%s: %w", r.op, cause)
		}
		return fmt.Errorf("%s: %w (%w)", r.op, ended, cause)
	}
	e := r.fault(0, lossCode(cause), c.clean(cause.Error()))
	e.Err = cause
	// Of a request that may be repeated, an earlier attempt may have got further than the last one.
	dial, ok := errors.AsType[*net.OpError](cause)
	e.unsent = ok && dial.Op == "dial" && !r.call.Repeatable
	if resp != nil {
		e.Status, e.ExecutionID = resp.StatusCode, resp.Header.Get(executionHeader)
		e.Message = "the reply broke off: " + e.Message
	}
	return e
}

func lossCode(cause error) string {
	if slow, ok := errors.AsType[net.Error](cause); ok && slow.Timeout() {
		return CodeTimeout
	}
	return CodeConnection
}

// badReply is the error of a reply that says success and cannot be understood.
func (c *Client) badReply(r *request, resp *http.Response, cause error) *Error {
	e := r.fault(resp.StatusCode, CodeBadReply, c.clean(cause.Error()))
	e.ExecutionID = resp.Header.Get(executionHeader)
	e.Hint = "this is not a reply of the API: something on the way may have changed it, or the base URL is another service's"
	e.Err = cause
	return e
}

// refusal is the error of a reply whose status is not a success.
func (c *Client) refusal(r *request, resp *http.Response, body []byte) *Error {
	var said errorBody
	// A body that is not JSON, or not of this shape, leaves the fields empty that it does not fill.
	_ = json.Unmarshal(body, &said)
	said.open()
	code := c.clean(string(said.Code))
	switch {
	case resp.StatusCode < 400:
		return c.redirected(r, resp)
	case code == "":
		code = statusCode(resp.StatusCode)
	}
	e := r.fault(resp.StatusCode, code, c.clean(string(said.Message)))
	e.Type = c.clean(string(said.Type))
	e.ExecutionID = c.clean(resp.Header.Get(executionHeader))
	e.Path = c.cleanPath(said.Path)
	for _, v := range said.Validation {
		e.Validation = append(e.Validation, v.read(c))
	}
	if e.Message == "" && len(e.Validation) == 0 {
		e.Message = c.clean(c.plainText(body))
	}
	e.Attribute = cmp.Or(c.clean(string(said.field())), attributeAtFault(e))
	e.Hint = hint(e)
	return e
}

// redirected is the error of a redirect: only its host is told, as the rest may be made to carry anything.
func (c *Client) redirected(r *request, resp *http.Response) *Error {
	e := r.fault(resp.StatusCode, CodeRedirect, "the server points elsewhere, and the API never does")
	if to, err := url.Parse(resp.Header.Get("Location")); err == nil && to.Host != "" {
		e.Message = "the server points to " + c.clean(to.Host) + ", and the API never does"
	}
	e.Hint = "check the base URL: its scheme, host and path"
	return e
}

// redact takes the token out of what a server sent back. Tokens are 64 characters (contract §1): a short one is somebody's test,
// and cutting it out would only spoil messages.
func (c *Client) redact(body []byte) []byte {
	const shortest = 16
	if len(*c.token) < shortest {
		return body
	}
	return bytes.ReplaceAll(body, []byte(*c.token), []byte("[token]"))
}
