package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
)

const (
	typeInvalidRequest = "invalid_request_error"
	typeAuth           = "auth_error"
	typeRateLimit      = "rate_limit_error"

	codeValidation    = "validation_type"
	codeValueNotFound = "value_not_found"
	codeMissingValue  = "missing_value"
	codeFilter        = "filter_error"
)

// apiError is the flat error body of contract §3.
type apiError struct {
	Status           int               `json:"status_code"`
	Type             string            `json:"type"`
	Code             string            `json:"code"`
	Message          string            `json:"message"`
	ValidationErrors []validationIssue `json:"validation_errors,omitempty"`
	Path             []string          `json:"path,omitempty"`

	field  string // slug of the attribute that is to blame; the reference contract names it
	syntax bool   // the request cannot be read at all
	camel  bool   // the body has statusCode for status_code
}

// about names the attribute that is to blame.
func (e *apiError) about(slug string) *apiError {
	e.field = slug
	return e
}

// unreadable marks an error as one of the request itself.
func (e *apiError) unreadable() *apiError {
	e.syntax = true
	return e
}

// validationIssue is one zod-style entry of validation_errors.
type validationIssue struct {
	Code     string   `json:"code"`
	Path     []string `json:"path"`
	Message  string   `json:"message"`
	Expected string   `json:"expected,omitempty"`
	Received string   `json:"received,omitempty"`
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

func badRequest(code, format string, args ...any) *apiError {
	return &apiError{Status: http.StatusBadRequest, Type: typeInvalidRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *apiError {
	return &apiError{Status: http.StatusNotFound, Type: typeInvalidRequest, Code: "not_found", Message: fmt.Sprintf(format, args...)}
}

func slugConflict(format string, args ...any) *apiError {
	return &apiError{Status: http.StatusConflict, Type: typeInvalidRequest, Code: "slug_conflict", Message: fmt.Sprintf(format, args...)}
}

func unauthorized(message string) *apiError {
	return &apiError{Status: http.StatusUnauthorized, Type: typeAuth, Code: "unauthorized", Message: message}
}

func rateLimited() *apiError {
	return &apiError{
		Status: http.StatusTooManyRequests, Type: typeRateLimit, Code: "rate_limit_exceeded",
		Message: "Rate limit exceeded, please try again later",
	}
}

// internalError is the reply to a fault of the sandbox itself; the message is for whoever reads the log of a test.
func internalError(err error) *apiError {
	return &apiError{Status: http.StatusInternalServerError, Type: "api_error", Code: "internal_error", Message: err.Error()}
}

func noEndpoint(method, path string) *apiError {
	return notFound("Could not find endpoint %q.", method+" "+path)
}

func badBody(issues ...validationIssue) *apiError {
	e := badRequest(codeValidation, "Body payload validation error.")
	e.ValidationErrors = issues
	return e
}

func badQuery(issues ...validationIssue) *apiError {
	e := badRequest(codeValidation, "Query params validation error.").unreadable()
	e.ValidationErrors = issues
	return e
}

// badValue says that one value of an attribute is not acceptable; paths of the issues are relative to the value.
func badValue(a *attribute, issues ...validationIssue) *apiError {
	e := badRequest(codeValidation, "An invalid value was passed to attribute with slug %q.", a.Slug).about(a.Slug)
	e.ValidationErrors = issues
	return e
}

func wrongType(expected string, got any, path ...string) validationIssue {
	received := jsonType(got)
	return validationIssue{
		Code: "invalid_type", Path: pathOf(path), Expected: expected, Received: received,
		Message: "Expected " + expected + ", received " + received,
	}
}

func requiredIssue(expected string, path ...string) validationIssue {
	return validationIssue{Code: "invalid_type", Path: pathOf(path), Message: "Required", Expected: expected, Received: "undefined"}
}

func unknownKey(path ...string) validationIssue {
	return validationIssue{
		Code: "unrecognized_keys", Path: pathOf(path),
		Message: fmt.Sprintf("Unrecognized key(s) in object: '%s'", path[len(path)-1]),
	}
}

func invalidIssue(message string, path ...string) validationIssue {
	return validationIssue{Code: "invalid", Path: pathOf(path), Message: message}
}

// pathOf keeps an empty path an empty array in JSON, as the API writes it.
func pathOf(path []string) []string {
	if path == nil {
		return []string{}
	}
	return path
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case json.Number, float64:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	default:
		return fmt.Sprintf("%T", v)
	}
}
