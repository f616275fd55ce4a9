package attio

import (
	"net/http"

	"attio-etl/crm"
)

// scope is whom a call serves, which decides how far its refusal reaches.
type scope uint8

const (
	scopeRun    scope = iota // the run as a whole: the schema, a page of a query
	scopeRow                 // one row: create, assert, find by key
	scopeRecord              // one row, by the id of its record: "not found" is the record
	scopeToken               // the token itself
)

// classByCode holds the codes that mean something else than their status says (contract §3).
var classByCode = map[string]crm.FaultClass{
	// Every row would meet it.
	"matching_attribute_definition_not_unique": crm.FaultJob,
	"quota_exceeded":                crm.FaultJob,
	"billing_error":                 crm.FaultJob,
	"particle_gate_violation":       crm.FaultJob,
	"filter_error":                  crm.FaultJob,
	"unknown_filter_attribute_slug": crm.FaultJob,
	"missing_sort_field":            crm.FaultJob,
	"system_edit_unauthorized":      crm.FaultJob,
	CodeRedirect:                    crm.FaultJob,
	CodeUnspoken:                    crm.FaultJob,

	// It passes.
	"merge_in_progress":         crm.FaultTransient,
	"concurrent_write_conflict": crm.FaultTransient,
	"rate_limit_exceeded":       crm.FaultTransient,
	CodeTimeout:                 crm.FaultTransient,
	CodeConnection:              crm.FaultTransient,
	CodeBadReply:                crm.FaultTransient,

	CodeTokenInactive: crm.FaultAuth,

	// The row alone.
	CodeUnwritable: crm.FaultRow,
	CodeUnreadable: crm.FaultRow,
}

// classify is the one place that says what a failed call means for a run. It reads status and code, never the message.
func classify(status int, code string, s scope) crm.FaultClass {
	class, known := classByCode[code]
	if !known {
		class = classByStatus(status, code, s)
	}
	switch {
	case class == crm.FaultRow && s == scopeRun:
		return crm.FaultJob // there is no row to reject
	case class == crm.FaultRow && s == scopeToken:
		return crm.FaultAuth // a malformed token answers 400 (contract §1)
	default:
		return class
	}
}

func classByStatus(status int, code string, s scope) crm.FaultClass {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return crm.FaultAuth
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return crm.FaultTransient
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		if code == statusCode(status) {
			return crm.FaultTransient // without the API's code it is somebody on the way who refuses
		}
		return crm.FaultRow
	case http.StatusNotFound:
		// Without the API's code it is some other server that does not know the path. Which code it is, only the published API says.
		if s == scopeRecord && code != statusCode(status) {
			return crm.FaultRow
		}
		return crm.FaultJob
	}
	if status >= 500 {
		return crm.FaultTransient
	}
	return crm.FaultJob
}

// hint is what a user can do about a refusal, where the API's message leaves it open.
func hint(e *Error) string {
	switch {
	case e.Code == "matching_attribute_definition_not_unique":
		return "match on an attribute that is unique"
	case e.Code == statusCode(http.StatusForbidden):
		return "the reply is not the API's: a firewall or a proxy on the way refused the request"
	case e.Class == crm.FaultAuth && e.Status == http.StatusForbidden:
		return "the token lacks a permission for this; add the scope in Attio under Workspace settings > Developers"
	case e.Class == crm.FaultAuth:
		return "check the token: it may be incomplete, revoked or another workspace's"
	case e.Status == http.StatusNotFound && e.Endpoint == "/v2/self":
		return "check the base URL; a server without this call may speak the reference contract"
	case e.Class == crm.FaultJob && e.Status == http.StatusNotFound:
		return "check the slug and the base URL"
	default:
		return ""
	}
}
