package attio

import (
	"fmt"
	"net/http"

	"attio-etl/crm"
)

// Objects (contract §4). Creating one that exists is refused as a conflict (slug_conflict), so it may be repeated.

func (current) objects() *request { return get("read the objects", scopeRun, "objects") }

func (current) object(slug string) *request {
	return get("read the object "+slug, scopeRun, "objects", slug)
}

func objectBody(o crm.Object) given {
	body := given{}
	body.text("api_slug", o.Slug)
	body.text("singular_noun", o.Singular)
	body.text("plural_noun", o.Plural)
	return body
}

func (current) createObject(o crm.Object) *request {
	return &request{
		op: "create the object " + o.Slug, method: http.MethodPost, path: []string{"objects"},
		body: enveloped(objectBody(o)), call: rewriting, scope: scopeRun,
	}
}

func (current) updateObject(slug string, o crm.Object) *request {
	return &request{
		op: "change the object " + slug, method: http.MethodPatch, path: []string{"objects", slug},
		body: enveloped(objectBody(o)), call: rewriting, scope: scopeRun,
	}
}

// targetPath is the path of an object's or a list's attributes.
func targetPath(t crm.Target, more ...string) []string {
	path := []string{"objects", t.Object, "attributes"}
	if t.List != "" {
		path = []string{"lists", t.List, "attributes"}
	}
	return append(path, more...)
}

// Attributes (contract §5). Creating one that exists is refused as a conflict.

func (current) attributes(t crm.Target, limit int, at crm.Position) *request {
	return get("read the attributes of "+t.String(), scopeRun, targetPath(t)...).page(limit, at.Offset).with("show_archived", "true")
}

func (current) attributeOf(t crm.Target, attribute string) *request {
	return get(fmt.Sprintf("read the attribute %s.%s", t, attribute), scopeRun, targetPath(t, attribute)...)
}

// newAttributeJSON has every key that the API demands of a new attribute.
type newAttributeJSON struct {
	Title       string   `json:"title"`
	Description *string  `json:"description"`
	Slug        string   `json:"api_slug"`
	Type        crm.Type `json:"type"`
	Required    bool     `json:"is_required"`
	Unique      bool     `json:"is_unique"`
	Multi       bool     `json:"is_multiselect"`
	Config      given    `json:"config"`
}

func (current) createAttribute(t crm.Target, a crm.Attribute) *request {
	body := newAttributeJSON{
		Title: a.Title, Description: orNull(a.Description), Slug: a.Slug, Type: a.Type,
		Required: a.Required, Unique: a.Unique, Multi: a.Multi, Config: given{},
	}
	switch {
	case a.Type == crm.TypeCurrency:
		style := a.CurrencyStyle
		if style == "" {
			style = "symbol"
		}
		body.Config["currency"] = given{"default_currency_code": a.Currency, "display_type": style}
	case a.Type == crm.TypeRecordReference && len(a.AllowedObjects) > 0:
		body.Config["record_reference"] = given{"allowed_objects": a.AllowedObjects} // read back under another key
	}
	return &request{
		op: fmt.Sprintf("create the attribute %s.%s", t, a.Slug), method: http.MethodPost, path: targetPath(t),
		body: enveloped(body), call: rewriting, scope: scopeRun,
	}
}

func (current) updateAttribute(t crm.Target, attribute string, change crm.AttributeChange) *request {
	body := given{}
	set(body, "title", change.Title)
	set(body, "api_slug", change.Slug)
	set(body, "description", change.Description)
	set(body, "is_required", change.Required)
	set(body, "is_unique", change.Unique)
	set(body, "is_archived", change.Archived)
	return &request{
		op: fmt.Sprintf("change the attribute %s.%s", t, attribute), method: http.MethodPatch, path: targetPath(t, attribute),
		body: enveloped(body), call: rewriting, scope: scopeRun,
	}
}

// choices come all at once.
func (current) choices(t crm.Target, attribute, kind string) *request {
	return get(fmt.Sprintf("read the %s of %s.%s", kind, t, attribute), scopeRun, targetPath(t, attribute, kind)...).with("show_archived", "true")
}

// createChoice asks for a new option or status. A title that exists is refused as a conflict, so sending it twice does no more than
// sending it once.
func (current) createChoice(t crm.Target, attribute, kind, title string) *request {
	return &request{
		op: fmt.Sprintf("create %q among the %s of %s.%s", title, kind, t, attribute), method: http.MethodPost,
		path: targetPath(t, attribute, kind), body: enveloped(given{"title": title}), call: rewriting, scope: scopeRun,
	}
}

func (current) updateChoice(t crm.Target, attribute, kind, choice string, change crm.ChoiceChange) *request {
	body := given{}
	set(body, "title", change.Title)
	set(body, "is_archived", change.Archived)
	return &request{
		op: fmt.Sprintf("change %q among the %s of %s.%s", choice, kind, t, attribute), method: http.MethodPatch,
		path: targetPath(t, attribute, kind, choice), body: enveloped(body), call: rewriting, scope: scopeRun,
	}
}

// attribute takes the flags as they are: the API sends all of them. AllowedObjects holds ids.
func (current) attribute(j *attributeJSON) crm.Attribute {
	a := j.read()
	a.Writable = j.Writable != nil && *j.Writable && !a.Archived && a.Type != crm.TypeInteraction
	a.Unique = j.Unique != nil && *j.Unique
	return a
}
