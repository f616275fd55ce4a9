package attio

import (
	"fmt"
	"net/http"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

// Records and entries (contract §6 and §7).

// sortJSON is one key of an order.
type sortJSON struct {
	Direction string `json:"direction"`
	Attribute string `json:"attribute"`
	Field     string `json:"field,omitempty"`
}

// queryJSON is the body of a query, the one body without an envelope.
type queryJSON struct {
	Filter any        `json:"filter,omitempty"`
	Sorts  []sortJSON `json:"sorts,omitempty"`
	Limit  int        `json:"limit"`
	Offset int        `json:"offset"`
}

// find is a read although it is a POST (contract §2).
func (current) find(t crm.Target, q queryJSON, s scope) *request {
	path := []string{"objects", t.Object, "records", "query"}
	if t.List != "" {
		path = []string{"lists", t.List, "entries", "query"}
	}
	return &request{op: "query " + t.String(), method: http.MethodPost, path: path, body: q, call: reading, scope: s}
}

// recordValues is the body of a write of a record.
func recordValues(values map[string]any) any { return enveloped(given{"values": values}) }

// createRecord must not be sent twice: without a unique attribute among its values it would make two records.
func (current) createRecord(object string) *request {
	return &request{
		op: "create " + object, method: http.MethodPost, path: []string{"objects", object, "records"},
		fill: recordValues, call: writing, scope: scopeRow,
	}
}

func (current) assertRecord(object, match string) *request {
	r := &request{
		op: "assert " + object, method: http.MethodPut, path: []string{"objects", object, "records"},
		fill: recordValues, call: rewriting, scope: scopeRow,
	}
	return r.with("matching_attribute", match)
}

// recordCall is a call of one record: op says what is done to it.
func recordCall(op, method, object, id string, call pace.Call) *request {
	return &request{
		op: op + " " + object + "/" + id, method: method, path: []string{"objects", object, "records", id},
		call: call, scope: scopeRecord,
	}
}

func (current) getRecord(object, id string) *request {
	return recordCall("read", http.MethodGet, object, id, reading)
}

func (current) patchRecord(object, id string, fields []crm.Field) *request {
	r := recordCall("update", http.MethodPatch, object, id, patching(fields))
	r.fill = recordValues
	return r
}

func (current) putRecord(object, id string) *request {
	r := recordCall("overwrite", http.MethodPut, object, id, rewriting)
	r.fill = recordValues
	return r
}

func (current) deleteRecord(object, id string) *request {
	return recordCall("delete", http.MethodDelete, object, id, rewriting)
}

func (current) versions(t crm.Target, id, attribute string, limit, offset int) *request {
	path := []string{"objects", t.Object, "records", id, "attributes", attribute, "values"}
	if t.List != "" {
		path = []string{"lists", t.List, "entries", id, "attributes", attribute, "values"}
	}
	op := fmt.Sprintf("read the history of %s/%s.%s", t, id, attribute)
	return get(op, scopeRecord, path...).page(limit, offset).with("show_historic", "true")
}

func (current) memberships(object, id string, limit, offset int) *request {
	return get("read the entries of "+object+"/"+id, scopeRecord, "objects", object, "records", id, "entries").page(limit, offset)
}
