package sandbox

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// reference is the API document that attio-etl was specified from, taken at its word. Where it is silent, docs/sandbox.md says
// what was chosen. The state is the same as that of the published API; what differs is in the files contract_reference*.go.
type reference struct{}

func (reference) routes() []route {
	return []route{
		{"GET /v2/objects", false, readConfig, listObjects},
		{"POST /v2/objects", true, writeConfig, createReferenceObject},
		{"GET /v2/objects/{object}", false, readConfig, getObject},
		{"PUT /v2/objects/{object}", true, writeConfig, putReferenceObject},
		{"GET /v2/objects/{object}/attributes", false, readConfig, listReferenceAttributes},
		{"POST /v2/objects/{object}/attributes", true, writeConfig, createReferenceAttribute},
		{"GET /v2/attributes/{attribute}", false, readConfig, getReferenceAttribute},

		{"POST /v2/objects/{object}/records/query", false, readRecord, queryReferenceRecords},
		{"GET /v2/objects/{object}/records", false, readRecord, listReferenceRecords},
		{"POST /v2/objects/{object}/records", true, writeRecord, createReferenceRecord},
		{"PUT /v2/objects/{object}/records", true, writeRecord, assertReferenceRecord},
		{"GET /v2/objects/{object}/records/{record}", false, readRecord, getReferenceRecord},
		{"PATCH /v2/objects/{object}/records/{record}", true, writeRecord, patchReferenceRecord},
		{"DELETE /v2/objects/{object}/records/{record}", true, writeRecord, deleteRecord},

		{"GET /v2/lists", false, "list_entry:read", listReferenceLists},
		{"POST /v2/lists", true, "list_entry:read-write", createReferenceList},
		{"GET /v2/lists/{list}", false, "list_entry:read", getReferenceList},
		{"GET /v2/lists/{list}/entries", false, "list_entry:read", listReferenceEntries},
		{"POST /v2/lists/{list}/entries", true, "list_entry:read-write", createReferenceEntry},
		{"PUT /v2/lists/{list}/entries", true, "list_entry:read-write", assertReferenceEntry},

		{"GET /v2/notes", false, "note:read", listReferenceNotes},
		{"POST /v2/notes", true, "note:read-write", createReferenceNote},
		{"GET /v2/tasks", false, "task:read", listReferenceTasks},
		{"POST /v2/tasks", true, "task:read-write", createReferenceTask},
		{"GET /v2/webhooks", false, "webhook:read", listReferenceWebhooks},
		{"POST /v2/webhooks", true, "webhook:read-write", createReferenceWebhook},
	}
}

// referenceError is its error body.
type referenceError struct {
	Error struct {
		Code    string            `json:"code"`
		Message string            `json:"message"`
		Details map[string]string `json:"details,omitempty"`
	} `json:"error"`
}

// failure maps an error to the statuses that the document lists: it knows no 409 and no 413, and 422 is for what cannot be
// processed although it is well formed.
func (reference) failure(e *apiError) (int, any) {
	var body referenceError
	body.Error.Code, body.Error.Message = e.Code, e.Message
	status := e.Status
	switch e.Status {
	case http.StatusBadRequest:
		if !e.malformed() {
			status = http.StatusUnprocessableEntity
		}
	case http.StatusConflict, http.StatusRequestEntityTooLarge:
		status = http.StatusUnprocessableEntity
	case http.StatusForbidden:
		body.Error.Code = "forbidden"
	case http.StatusInternalServerError:
		body.Error.Code = "internal_server_error"
	}
	if e.Code == codeValidation {
		body.Error.Code = map[int]string{http.StatusBadRequest: "bad_request"}[status]
		body.Error.Code = cmp.Or(body.Error.Code, "validation_error")
	}
	if status == http.StatusUnprocessableEntity || status == http.StatusBadRequest {
		body.Error.Details = e.details()
	}
	return status, body
}

// malformed says whether the request itself is wrong, and not one of its values.
func (e *apiError) malformed() bool {
	return e.syntax || slices.Contains([]string{codeFilter, "unknown_filter_attribute_slug", "missing_sort_field"}, e.Code)
}

// details names the field that is to blame, as far as one is.
func (e *apiError) details() map[string]string {
	field, reason := e.field, e.Message
	if len(e.ValidationErrors) > 0 {
		issue := e.ValidationErrors[0]
		reason = issue.Message
		if field == "" {
			field = strings.TrimPrefix(strings.Join(issue.Path, "."), "data.")
		}
	}
	if len(e.Path) > 0 {
		field = strings.Join(e.Path, ".")
	}
	return map[string]string{"field": field, "reason": reason}
}

// label counts what is left of the tighter of the two limits; the reset is in seconds since 1970, rounded up.
func (reference) label(h http.Header, a admission) {
	if a.limit == 0 {
		return
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(a.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(a.remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(ceilSecond(a.reset).Unix(), 10))
}

// referenceAttributes are what the document has as standard and the published API has not.
var referenceAttributes = []struct {
	object string
	seedAttribute
}{
	{"companies", seedAttribute{"industry", "Industry", typeText, 0, "", nil}},
	{"companies", seedAttribute{"employee_count", "Employee count", typeNumber, 0, "", nil}},
	{"deals", seedAttribute{"close_date", "Close date", typeDate, 0, "", nil}},
	{"deals", seedAttribute{"probability", "Probability", typeNumber, 0, "", nil}},
}

// addReferenceAttributes adds them to a state that has been served under the other contract only.
func (st *store) addReferenceAttributes(ctx context.Context) error {
	for _, ra := range referenceAttributes {
		o, ok := st.schema.object(ra.object)
		if !ok {
			continue
		}
		if _, exists := o.attribute(ra.slug); exists {
			continue
		}
		a := ra.build(o)
		a.System = false
		if err := st.addAttribute(ctx, a); err != nil {
			return err
		}
	}
	return st.loadSchema(ctx)
}

// primaryDomain is an attribute that the document alone has: the first of a company's domains.
const primaryDomain = "domain"

// referenceAttribute finds an attribute by its name there.
func referenceAttribute(o *object, key string) (*attribute, bool) {
	if o.Slug == "companies" && key == primaryDomain {
		key = "domains"
	}
	return o.attribute(key)
}
