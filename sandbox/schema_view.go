package sandbox

import (
	"strings"
	"time"
)

// formatTime writes nanoseconds since 1970 as the API does: nine digits and Z.
func formatTime(ns int64) string {
	return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000000Z")
}

func (m *member) view() any {
	return map[string]any{
		"id":         map[string]string{"workspace_id": m.Workspace, "workspace_member_id": m.ID},
		"first_name": m.FirstName, "last_name": m.LastName, "avatar_url": nil, "email_address": m.Email,
		"access_level": m.Access, "created_at": formatTime(m.Created),
	}
}

func (o *object) view() any {
	return map[string]any{
		"id":       map[string]string{"workspace_id": o.Workspace, "object_id": o.ID},
		"api_slug": o.Slug, "singular_noun": o.Singular, "plural_noun": o.Plural, "created_at": formatTime(o.Created),
	}
}

func (a *attribute) id() map[string]string {
	return map[string]string{"workspace_id": a.object.Workspace, "object_id": a.object.ID, "attribute_id": a.ID}
}

// relationship shows the other end.
func (a *attribute) relationship() any {
	if a.other == nil {
		return nil
	}
	o := a.other
	return map[string]any{"id": o.id(), "object_slug": o.object.Slug, "title": o.Title, "api_slug": o.Slug, "is_multiselect": o.Multi}
}

func (a *attribute) view() map[string]any {
	return map[string]any{
		"id": a.id(), "title": a.Title, "description": a.Description, "api_slug": a.Slug, "type": a.Type,
		"is_system_attribute": a.System, "is_writable": a.Writable, "is_required": a.Required, "is_unique": a.Unique,
		"is_multiselect": a.Multi, "is_default_value_enabled": a.Default != nil, "is_archived": a.Archived,
		"default_value": a.defaultView(), "relationship": a.relationship(), "created_at": formatTime(a.Created),
		"config": map[string]any{
			"currency":         map[string]any{"default_currency_code": orNull(a.Currency), "display_type": orNull(a.CurrencyDisplay)},
			"record_reference": map[string]any{"allowed_object_ids": a.Allowed},
		},
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// choiceView is an option or status as its own endpoint and as a value show it.
func (a *attribute) choiceView(c *choice) any {
	id := a.id()
	id[a.choiceKey()+"_id"] = c.ID
	v := map[string]any{"id": id, "title": c.Title, "is_archived": c.Archived}
	if a.Type == typeStatus {
		v["celebration_enabled"], v["target_time_in_status"] = c.Celebrate, c.Target
	}
	return v
}

// webURL points where the record would be in the app.
func (o *object) webURL(recordID string) string {
	noun := strings.ToLower(o.Singular)
	if _, standard := referenceKeys[o.Slug]; !standard && o.Slug != "deals" {
		noun = "custom/" + o.Slug
	}
	return "https://app.attio.com/" + workspaceSlug + "/" + noun + "/" + recordID
}
