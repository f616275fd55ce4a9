package attio

import (
	"crypto/rand"
	"net/http"

	"attio-etl/crm"
)

// reference speaks the API document that the published API came after, to the letter. What both have in common it takes from current;
// what the document does not have it refuses. Its requests are in reference_*.go, its values in reference_values.go, its filters in
// reference_filter.go.
type reference struct{ current }

func (reference) kind() Contract { return Reference }

// typed: a bare value does not name its type. Entries have no values.
func (reference) typed(t crm.Target) bool { return t.List != "" }

func (reference) listsChoices() bool { return false }

func (reference) tellsSelf() bool { return false }

// patchAdds: the document does not say, so that it must not be counted on.
func (reference) patchAdds() bool { return false }

func (reference) linksTasks() bool { return false }

// The problems of what the document does not have.
const (
	noCall     = "has no such call"
	noValues   = "has no values on entries"
	noBackdate = "cannot set when something was created"
)

func lacking(op string) *request { return unspoken(Reference, op, noCall) }

// self is asked for only to find out that it is not there.
func (reference) self() *request { return lacking("check the token") }

// oncely gives a request that must not be sent twice a key by which the server may know it again ("Best Practices", 5). It is not
// repeated all the same: that the server heeds the key is nowhere promised, nor that it refuses what exists.
func oncely(r *request) *request {
	r.once, r.call = rand.Text(), writing
	return r
}

// Objects ("Objects API"): the bodies have no envelope, and an update is a PUT.

func (reference) createObject(o crm.Object) *request {
	r := current{}.createObject(o)
	r.body = objectBody(o)
	return oncely(r)
}

func (reference) updateObject(slug string, o crm.Object) *request {
	r := current{}.updateObject(slug, o)
	r.method, r.body = http.MethodPut, objectBody(o)
	return r
}

// Attributes ("Attributes API"): those of objects only; one is read by its id.

func (reference) attributes(t crm.Target, limit int, at crm.Position) *request {
	op := "read the attributes of " + t.String()
	if t.List != "" {
		return unspoken(Reference, op, "has no attributes of lists")
	}
	return get(op, scopeRun, targetPath(t)...).page(limit, at.Offset)
}

func (reference) attributeOf(_ crm.Target, attribute string) *request {
	return get("read the attribute "+attribute, scopeRun, "attributes", attribute)
}

func (reference) createAttribute(t crm.Target, a crm.Attribute) *request {
	r := current{}.createAttribute(t, a)
	if t.List != "" {
		return unspoken(Reference, r.op, "has no attributes of lists")
	}
	body := given{"name": a.Title, "api_slug": a.Slug, "type": a.Type, "is_required": a.Required, "is_unique": a.Unique}
	if a.Multi {
		body["is_multiselect"] = true // replies have it
	}
	r.body = enveloped(body)
	return oncely(r)
}

func (reference) updateAttribute(t crm.Target, attribute string, _ crm.AttributeChange) *request {
	return lacking("change the attribute " + t.String() + "." + attribute)
}

func (reference) choices(t crm.Target, attribute, kind string) *request {
	return lacking("read the " + kind + " of " + t.String() + "." + attribute)
}

func (reference) createChoice(t crm.Target, attribute, kind, _ string) *request {
	return lacking("add to the " + kind + " of " + t.String() + "." + attribute)
}

func (reference) updateChoice(t crm.Target, attribute, kind, _ string, _ crm.ChoiceChange) *request {
	return lacking("change the " + kind + " of " + t.String() + "." + attribute)
}

// attribute takes what the document does not describe for granted: that an attribute may be written, and that one which does not say
// whether it is unique is. The server refuses where that is wrong.
func (reference) attribute(j *attributeJSON) crm.Attribute {
	a := j.read()
	a.Writable = (j.Writable == nil || *j.Writable) && !a.Archived && a.Type != crm.TypeInteraction
	a.Unique, a.UniqueAssumed = j.Unique == nil || *j.Unique, j.Unique == nil
	a.ChoicesUnknown = a.Type == crm.TypeSelect || a.Type == crm.TypeStatus
	return a
}
