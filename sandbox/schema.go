package sandbox

import (
	"encoding/json"
	"strings"
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
	lists     []*object
}

type member struct {
	Workspace string `json:"workspace"`
	ID        string `json:"id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
	Access    string `json:"access"`
	Created   int64  `json:"created"` // nanoseconds since 1970
}

// object is what has attributes: an object of the workspace, or a list.
type object struct {
	row        int64
	parent     *object // of a list: the object that its entries are records of
	attributes []*attribute
	Workspace  string   `json:"workspace"`
	ID         string   `json:"id"`
	Slug       string   `json:"slug"`
	Singular   string   `json:"singular,omitempty"`
	Plural     string   `json:"plural,omitempty"`
	Created    int64    `json:"created"`
	List       *listing `json:"list,omitempty"` // nil: an object
}

// listing is what a list has and an object has not (contract §7).
type listing struct {
	Name    string         `json:"name"`
	Parent  string         `json:"parent"`           // id of the object
	Access  *string        `json:"access,omitempty"` // nil: none for the workspace as a whole
	Members []memberAccess `json:"members,omitempty"`
	By      string         `json:"by"` // id of the token that created it
}

type memberAccess struct {
	Level  string `json:"level"`
	Member string `json:"workspace_member_id"`
}

type attribute struct {
	row             int64
	object          *object
	choices         []*choice
	other           *attribute        // at the other end of a relationship
	rendered        map[string][]byte // stored payload of a choice -> payload as it is read
	ID              string            `json:"id"`
	Slug            string            `json:"slug"`
	Title           string            `json:"title"`
	Description     *string           `json:"description,omitempty"`
	Type            string            `json:"type"`
	System          bool              `json:"system,omitempty"`
	Writable        bool              `json:"writable,omitempty"`
	Required        bool              `json:"required,omitempty"`
	Unique          bool              `json:"unique,omitempty"`
	Multi           bool              `json:"multi,omitempty"`
	Archived        bool              `json:"archived,omitempty"`
	Default         json.RawMessage   `json:"default,omitempty"`       // the whole default_value as it was written
	DefaultShown    json.RawMessage   `json:"default_shown,omitempty"` // a static one as it is read
	Currency        string            `json:"currency,omitempty"`
	CurrencyDisplay string            `json:"currency_display,omitempty"`
	Allowed         []string          `json:"allowed,omitempty"` // object ids; empty: any object
	Other           string            `json:"other,omitempty"`   // id of the attribute at the other end of a relationship
	Created         int64             `json:"created"`
}

// choice is a select option or a status.
type choice struct {
	row       int64
	ID        string  `json:"id"`
	Title     string  `json:"title"`
	Archived  bool    `json:"archived,omitempty"`
	Celebrate bool    `json:"celebrate,omitempty"`
	Target    *string `json:"target,omitempty"`
}

// object finds an object by slug or id.
func (s *schema) object(key string) (*object, bool) { return find(s.objects, key) }

// list finds a list by slug or id.
func (s *schema) list(key string) (*object, bool) { return find(s.lists, key) }

func find(in []*object, key string) (*object, bool) {
	for _, o := range in {
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

// choiceAs is choice under the rule for the case of titles.
func (a *attribute) choiceAs(key string, rule TitleCase) (*choice, bool) {
	if c, ok := a.choice(key); ok || rule == TitleExact {
		return c, ok
	}
	for _, c := range a.choices {
		if strings.EqualFold(c.Title, key) {
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
