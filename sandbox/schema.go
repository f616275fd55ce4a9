package sandbox

import (
	"encoding/json"
	"strings"
	"time"
)

// The attribute types of contract §5.
const (
	typeText            = "text"
	typeNumber          = "number"
	typeCheckbox        = "checkbox"
	typeCurrency        = "currency"
	typeDate            = "date"
	typeTimestamp       = "timestamp"
	typeRating          = "rating"
	typeStatus          = "status"
	typeSelect          = "select"
	typeRecordReference = "record-reference"
	typeActorReference  = "actor-reference"
	typeLocation        = "location"
	typeDomain          = "domain"
	typeEmail           = "email-address"
	typePhone           = "phone-number"
	typeInteraction     = "interaction"
	typePersonalName    = "personal-name"
)

// schema is the shape of the workspace at one moment. It is never changed: a change loads a new one.
type schema struct {
	workspace string // id
	members   []*member
	objects   []*object
}

type member struct {
	Workspace                              string
	ID, FirstName, LastName, Email, Access string
	Created                                int64 // nanoseconds since 1970
}

type object struct {
	row                        int64
	Workspace                  string
	ID, Slug, Singular, Plural string
	Created                    int64
	attributes                 []*attribute
}

type attribute struct {
	row              int64
	object           *object
	choices          []*choice
	rendered         map[string][]byte // stored payload of a choice -> payload as it is read
	ID, Slug, Title  string
	Description      *string
	Type             string
	System, Writable bool
	Required, Unique bool
	Multi, Archived  bool
	Default          json.RawMessage `json:",omitempty"` // the whole default_value, static ones only
	Currency         string          `json:",omitempty"`
	CurrencyDisplay  string          `json:",omitempty"`
	Allowed          []string        `json:",omitempty"` // object ids; empty: any object
	Created          int64
}

// choice is a select option or a status.
type choice struct {
	row       int64
	ID, Title string
	Archived  bool
	Celebrate bool    `json:",omitempty"`
	Target    *string `json:",omitempty"`
}

// object finds an object by slug or id.
func (s *schema) object(key string) (*object, bool) {
	for _, o := range s.objects {
		if o.Slug == key || o.ID == key {
			return o, true
		}
	}
	return nil, false
}

// member finds a member by id or, without regard to case, by e-mail address.
func (s *schema) member(key string) (*member, bool) {
	for _, m := range s.members {
		if m.ID == key || strings.EqualFold(m.Email, key) {
			return m, true
		}
	}
	return nil, false
}

// attribute finds an attribute by slug or id, archived ones too.
func (o *object) attribute(key string) (*attribute, bool) {
	for _, a := range o.attributes {
		if a.Slug == key || a.ID == key {
			return a, true
		}
	}
	return nil, false
}

// choice finds an option or status by its exact title or its id.
func (a *attribute) choice(key string) (*choice, bool) {
	for _, c := range a.choices {
		if c.Title == key || c.ID == key {
			return c, true
		}
	}
	return nil, false
}

// choiceKey is the name under which the API speaks of a choice of this attribute.
func (a *attribute) choiceKey() string {
	if a.Type == typeStatus {
		return "status"
	}
	return "option"
}

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

func (a *attribute) view() any {
	return map[string]any{
		"id": a.id(), "title": a.Title, "description": a.Description, "api_slug": a.Slug, "type": a.Type,
		"is_system_attribute": a.System, "is_writable": a.Writable, "is_required": a.Required, "is_unique": a.Unique,
		"is_multiselect": a.Multi, "is_default_value_enabled": a.Default != nil, "is_archived": a.Archived,
		"default_value": a.Default, "relationship": nil, "created_at": formatTime(a.Created),
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
