package attio

import (
	"net/http"

	"attio-etl/crm"
)

// Lists and entries ("Lists API"). An entry has no values of its own, and is not found again by its parent.

func (reference) createList(l crm.List) *request {
	op := "create the list " + l.Slug
	switch {
	case len(l.ParentObjects) != 1:
		return unspoken(Reference, op, "takes exactly one parent object for a list")
	case l.Access != "" || len(l.MemberAccess) > 0:
		return unspoken(Reference, op, "has no access rights of lists")
	}
	body := given{"name": l.Name, "api_slug": l.Slug, "object_id": given{"object_id": l.ParentObjects[0]}}
	return oncely(&request{
		op: op, method: http.MethodPost, path: []string{"lists"}, body: enveloped(body), call: rewriting, scope: scopeRun,
	})
}

func (reference) updateList(slug string, _ crm.List) *request {
	return lacking("change the list " + slug)
}

func (reference) createEntry(list string, parent crm.RecordLink) *request {
	r := oncely(current{}.createEntry(list, parent))
	r.fill = func(values map[string]any) any {
		if len(values) > 0 {
			r.refused = unspoken(Reference, r.op, noValues).refused
		}
		return enveloped(given{"record_id": given{"record_id": parent.RecordID}})
	}
	return r
}

// assertEntry: the document asserts an entry by a key of its record, which it creates, and not by the record.
func (reference) assertEntry(list string, parent crm.RecordLink) *request {
	return lacking("assert the entry of " + parent.RecordID + " in " + list)
}

func (reference) getEntry(list, id string) *request { return lacking("read " + list + "/" + id) }

func (reference) patchEntry(list, id string, _ []crm.Field) *request {
	return lacking("update " + list + "/" + id)
}

func (reference) putEntry(list, id string) *request { return lacking("overwrite " + list + "/" + id) }

func (reference) deleteEntry(list, id string) *request { return lacking("delete " + list + "/" + id) }
