package crm

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Type is the type of an attribute, spelled as the API spells it.
type Type string

// The attribute types of Attio's published API (contract §5).
const (
	TypeText            Type = "text"
	TypeNumber          Type = "number"
	TypeCheckbox        Type = "checkbox"
	TypeCurrency        Type = "currency"
	TypeDate            Type = "date"
	TypeTimestamp       Type = "timestamp"
	TypeRating          Type = "rating"
	TypeStatus          Type = "status"
	TypeSelect          Type = "select"
	TypeRecordReference Type = "record-reference"
	TypeActorReference  Type = "actor-reference"
	TypeLocation        Type = "location"
	TypeDomain          Type = "domain"
	TypeEmailAddress    Type = "email-address"
	TypePhoneNumber     Type = "phone-number"
	TypeInteraction     Type = "interaction"
	TypePersonalName    Type = "personal-name"
)

// Target names what rows are written to or read from. Exactly one field is set.
type Target struct {
	Object   string   // slug of an object: "companies"
	List     string   // slug of a list, of which the entries are meant: "sales_pipeline"
	Activity Activity // what is kept beside records
}

// Activity is what a workspace keeps beside records and entries, without attributes of its own choosing.
type Activity string

// The activities that can be written in bulk.
const (
	Notes Activity = "notes"
	Tasks Activity = "tasks"
)

// What is only read in bulk.
const (
	Comments  Activity = "comments"
	Members   Activity = "members"
	Structure Activity = "schema" // objects, lists, attributes and choices
)

// String is the slug of the target, or the name of the activity.
func (t Target) String() string { return cmp.Or(t.List, string(t.Activity), t.Object) }

// Prefixes of targets that are no object, as they are stored; no slug has a colon.
const (
	listPrefix     = "list:"
	activityPrefix = "activity:"
)

// MarshalText is the target as it is stored: "companies", "list:sales_pipeline", "activity:notes".
func (t Target) MarshalText() ([]byte, error) {
	switch {
	case t.List != "":
		return []byte(listPrefix + t.List), nil
	case t.Activity != "":
		return []byte(activityPrefix + string(t.Activity)), nil
	}
	return []byte(t.Object), nil
}

// UnmarshalText reads what MarshalText writes.
func (t *Target) UnmarshalText(text []byte) error {
	s := string(text)
	if list, ok := strings.CutPrefix(s, listPrefix); ok {
		*t = Target{List: list}
		return nil
	}
	name, ok := strings.CutPrefix(s, activityPrefix)
	if !ok {
		*t = Target{Object: s}
		return nil
	}
	switch a := Activity(name); a {
	case Notes, Tasks, Comments, Members, Structure:
		*t = Target{Activity: a}
		return nil
	}
	return fmt.Errorf("no activity is called %q", name)
}

// Workspace is the account that a token opens.
type Workspace struct {
	ID     string
	Name   string
	Slug   string
	Scopes []string // "record_permission:read-write", …
}

// Object is a kind of record, standard or custom.
type Object struct {
	ID       string
	Slug     string
	Singular string
	Plural   string
}

// Schema is a target with its attributes, in the order in which the workspace lists them.
type Schema struct {
	Target     Target
	Attributes []Attribute
}

// Attribute finds an attribute by its slug, or by its id.
func (s *Schema) Attribute(slug string) (Attribute, bool) {
	for _, a := range s.Attributes {
		if a.Slug == slug || (a.ID != "" && a.ID == slug) {
			return a, true
		}
	}
	return Attribute{}, false
}

// Slugs lists the attributes' slugs in schema order.
func (s *Schema) Slugs() []string {
	slugs := make([]string, len(s.Attributes))
	for i, a := range s.Attributes {
		slugs[i] = a.Slug
	}
	return slugs
}

// Attribute describes one attribute of a target (contract §5).
type Attribute struct {
	ID       string
	Slug     string
	Title    string
	Type     Type
	Writable bool // may be written: the API's is_writable, not archived, and not an interaction
	Required bool
	Unique   bool
	Multi    bool
	Archived bool
	System   bool

	Description string

	// What a server may keep to itself.
	UniqueAssumed  bool // it does not say whether values are unique: Unique is set, and a write shows whether that is so
	ChoicesUnknown bool // it does not list the choices: any title may be one, and a write shows whether it is

	Choices        []Choice // the options of a select, the statuses of a status attribute, archived ones included
	Currency       string   // ISO code of a currency attribute
	CurrencyStyle  string   // how the amounts are shown: "code", "name", "narrowSymbol" or "symbol"
	AllowedObjects []string // slugs that a record reference may point to; empty means any
	Other          *End     // that a record reference sets too; nil where it is none of a relationship, or the server does not tell
	Members        []Member // of the workspace: whom an actor reference may point to
}

// End is the other end of a relationship: a reference on the records that are referred to. Who sets one end sets the other (contract §9).
type End struct {
	Object    string // slug
	Attribute string // slug, or the id where the server tells only that
	Multi     bool   // may hold several records; one that holds a single record lets go of it when it is given another
}

// AttributeChange is what to change of an attribute; nil leaves as it is. An attribute cannot be deleted, only archived.
type AttributeChange struct {
	Title       *string
	Slug        *string
	Description *string
	Required    *bool
	Unique      *bool // values that are there already are not checked
	Archived    *bool
}

// Member is a user of the workspace.
type Member struct {
	ID        string
	First     string
	Last      string
	Email     string
	Suspended bool
	Access    string    // "admin", "member", "suspended": an open set
	CreatedAt time.Time // zero where the server does not say
}

// Choice is an option of a select attribute or a status of a status attribute.
type Choice struct {
	ID       string
	Title    string
	Archived bool
}

// ChoiceChange is what to change of a choice; nil leaves as it is.
type ChoiceChange struct {
	Title    *string
	Archived *bool
}
