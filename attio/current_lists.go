package attio

import (
	"net/http"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

// Lists and entries (contract §7).

func (current) lists() *request { return get("read the lists", scopeRun, "lists") }

func (current) list(slug string) *request { return get("read the list "+slug, scopeRun, "lists", slug) }

// memberAccessJSON is what one member may do with a list, written and read.
type memberAccessJSON struct {
	Member string     `json:"workspace_member_id"`
	Level  crm.Access `json:"level"`
}

func memberAccess(all []crm.MemberAccess) []memberAccessJSON {
	list := make([]memberAccessJSON, len(all))
	for i, m := range all {
		list[i] = memberAccessJSON{Member: m.MemberID, Level: m.Access}
	}
	return list
}

// newListJSON has every key that the API demands of a new list; the parent object is a text here and a list in replies.
type newListJSON struct {
	Name    string             `json:"name"`
	Slug    string             `json:"api_slug"`
	Parent  string             `json:"parent_object"`
	Access  *string            `json:"workspace_access"`
	Members []memberAccessJSON `json:"workspace_member_access"`
}

// createList is refused as a conflict when the list exists, so it may be repeated.
func (current) createList(l crm.List) *request {
	op := "create the list " + l.Slug
	if len(l.ParentObjects) != 1 {
		return unspoken(Current, op, "takes exactly one parent object for a list")
	}
	body := newListJSON{
		Name: l.Name, Slug: l.Slug, Parent: l.ParentObjects[0],
		Access: orNull(string(l.Access)), Members: memberAccess(l.MemberAccess),
	}
	return &request{op: op, method: http.MethodPost, path: []string{"lists"}, body: enveloped(body), call: rewriting, scope: scopeRun}
}

func (current) updateList(slug string, l crm.List) *request {
	body := given{}
	body.text("name", l.Name)
	body.text("api_slug", l.Slug)
	body.text("workspace_access", string(l.Access))
	if l.MemberAccess != nil {
		body["workspace_member_access"] = memberAccess(l.MemberAccess)
	}
	return &request{
		op: "change the list " + slug, method: http.MethodPatch, path: []string{"lists", slug},
		body: enveloped(body), call: rewriting, scope: scopeRun,
	}
}

// newEntryJSON has every key that the API demands of a new entry.
type newEntryJSON struct {
	Record string         `json:"parent_record_id"`
	Object string         `json:"parent_object"`
	Values map[string]any `json:"entry_values"`
}

func newEntry(op, method, list string, parent crm.RecordLink, call pace.Call) *request {
	return &request{
		op: op, method: method, path: []string{"lists", list, "entries"}, call: call, scope: scopeRow,
		fill: func(values map[string]any) any {
			return enveloped(newEntryJSON{Record: parent.RecordID, Object: parent.Object, Values: values})
		},
	}
}

// createEntry must not be sent twice: a record may stand on a list any number of times.
func (current) createEntry(list string, parent crm.RecordLink) *request {
	return newEntry("add "+parent.RecordID+" to "+list, http.MethodPost, list, parent, writing)
}

func (current) assertEntry(list string, parent crm.RecordLink) *request {
	return newEntry("assert the entry of "+parent.RecordID+" in "+list, http.MethodPut, list, parent, rewriting)
}

// entryCall is a call of one entry: op says what is done to it.
func entryCall(op, method, list, id string, call pace.Call) *request {
	return &request{
		op: op + " " + list + "/" + id, method: method, path: []string{"lists", list, "entries", id},
		call: call, scope: scopeRecord,
	}
}

func entryValues(values map[string]any) any { return enveloped(given{"entry_values": values}) }

func (current) getEntry(list, id string) *request {
	return entryCall("read", http.MethodGet, list, id, reading)
}

func (current) patchEntry(list, id string, fields []crm.Field) *request {
	r := entryCall("update", http.MethodPatch, list, id, patching(fields))
	r.fill = entryValues
	return r
}

func (current) putEntry(list, id string) *request {
	r := entryCall("overwrite", http.MethodPut, list, id, rewriting)
	r.fill = entryValues
	return r
}

func (current) deleteEntry(list, id string) *request {
	return entryCall("delete", http.MethodDelete, list, id, rewriting)
}
