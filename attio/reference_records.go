package attio

import (
	"net/http"
	"slices"
	"strconv"

	"attio-etl/crm"
)

// Records ("Records API"): as in the published API, but for the place of the matching attribute, and with PATCH as the only update.

// find: entries are listed by GET and cannot be filtered or sorted ("List Entries").
func (reference) find(t crm.Target, q queryJSON, s scope) *request {
	if t.List == "" {
		return current{}.find(t, q, s)
	}
	op := "list the entries of " + t.List
	if q.Filter != nil || !slices.Equal(q.Sorts, sorts(nil)) {
		return unspoken(Reference, op, "cannot filter or sort entries")
	}
	r := get(op, s, "lists", t.List, "entries")
	return r.with("limit", strconv.Itoa(q.Limit)).with("offset", strconv.Itoa(q.Offset))
}

func (reference) createRecord(object string) *request { return oncely(current{}.createRecord(object)) }

func matching(match string) func(map[string]any) any {
	return func(values map[string]any) any {
		return enveloped(given{"matching_attribute": match, "values": values})
	}
}

func (reference) assertRecord(object, match string) *request {
	r := current{}.assertRecord(object, match)
	r.query, r.fill = nil, matching(match)
	return r
}

// patchRecord may be repeated: it is sent all values that an attribute is to hold.
func (reference) patchRecord(object, id string, fields []crm.Field) *request {
	r := current{}.patchRecord(object, id, fields)
	r.call = rewriting
	return r
}

// putRecord is a PATCH, which "updates an existing record".
func (reference) putRecord(object, id string) *request {
	r := current{}.putRecord(object, id)
	r.method = http.MethodPatch
	return r
}

func (reference) versions(t crm.Target, id, _ string, _, _ int) *request {
	return lacking("read the history of " + t.String() + "/" + id)
}

func (reference) memberships(object, id string, _, _ int) *request {
	return lacking("read the entries of " + object + "/" + id)
}
