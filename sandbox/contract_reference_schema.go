package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
)

func encodeObject(m map[string]any) ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return body, nil
}

// wrapped puts the body of an object, which the document does not wrap, into the envelope of the published API.
func (c *call) wrapped() error {
	m, err := decodeObject(c.body)
	if err != nil {
		return err
	}
	c.body, err = encodeObject(map[string]any{"data": m})
	return err
}

func createReferenceObject(ctx context.Context, c *call) (any, error) {
	if err := c.wrapped(); err != nil {
		return nil, err
	}
	made, err := createObject(ctx, c)
	return created{made}, err
}

func putReferenceObject(ctx context.Context, c *call) (any, error) {
	if err := c.wrapped(); err != nil {
		return nil, err
	}
	return patchObject(ctx, c)
}

// referenceAttributeView has the seven members of the document.
func referenceAttributeView(id, slug, title, typ string, a *attribute, multi bool) any {
	return map[string]any{
		"id": map[string]string{"attribute_id": id}, "name": title, "api_slug": slug, "type": typ,
		"is_required": a.Required, "is_unique": a.Unique, "is_multiselect": multi,
	}
}

// referenceViews is an attribute, and with a company's domains the primary domain before them.
func referenceViews(a *attribute) []any {
	own := referenceAttributeView(a.ID, a.Slug, a.Title, a.Type, a, a.Multi)
	if a.object.Slug != "companies" || a.Slug != "domains" {
		return []any{own}
	}
	return []any{referenceAttributeView(seedID("attribute", "companies", primaryDomain), primaryDomain, "Domain", typeText, a, false), own}
}

func listReferenceAttributes(_ context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	views := []any{}
	for _, a := range o.attributes {
		if !a.Archived {
			views = append(views, referenceViews(a)...)
		}
	}
	return data{views}, nil
}

// createReferenceAttribute reads the members of the document; a currency is in USD, a reference may lead to every object.
func createReferenceAttribute(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	whole := map[string]any{
		"title": f.text("name"), "api_slug": f.text("api_slug"), "type": f.text("type"), "description": nil, "config": map[string]any{},
		"is_required": false, "is_unique": false, "is_multiselect": false,
	}
	for _, key := range []string{"is_required", "is_unique", "is_multiselect"} {
		if _, given := in[key]; given {
			whole[key] = f.flag(key)
		}
	}
	if whole["type"] == typeCurrency {
		whole["config"] = map[string]any{"currency": map[string]any{"default_currency_code": "USD", "display_type": "symbol"}}
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if c.body, err = encodeObject(map[string]any{"data": whole}); err != nil {
		return nil, err
	}
	if _, err := createAttribute(ctx, c); err != nil {
		return nil, err
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	slug, _ := whole["api_slug"].(string)
	a, _ := o.attribute(slug)
	return created{data{referenceViews(a)[0]}}, nil
}

// getReferenceAttribute finds an attribute of any object by its id.
func getReferenceAttribute(_ context.Context, c *call) (any, error) {
	id := c.r.PathValue("attribute")
	for _, o := range c.st.schema.objects {
		for _, a := range o.attributes {
			for i, view := range referenceViews(a) {
				m, _ := view.(map[string]any)
				if ids, _ := m["id"].(map[string]string); ids["attribute_id"] == id {
					return data{referenceViews(a)[i]}, nil
				}
			}
		}
	}
	return nil, notFound("Could not find attribute with ID %q.", id)
}

func referenceListView(l *object) any {
	return map[string]any{
		"id": map[string]string{"list_id": l.ID}, "name": l.List.Name, "api_slug": l.Slug,
		"object_id": map[string]string{"object_id": l.parent.Slug}, "created_at": referenceTime(l.Created),
	}
}

func listReferenceLists(_ context.Context, c *call) (any, error) {
	views := []any{}
	for _, l := range c.st.schema.lists {
		views = append(views, referenceListView(l))
	}
	return data{views}, nil
}

func getReferenceList(_ context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return data{referenceListView(l)}, nil
}

func createReferenceList(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	l := c.newList(f.text("name"), f.slug())
	parent := f.nested("object_id", "object_id")
	if err := f.done(); err != nil {
		return nil, err
	}
	if _, err := c.addList(ctx, l, parent); err != nil {
		return nil, err
	}
	return created{data{referenceListView(l)}}, nil
}
