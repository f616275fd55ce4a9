package crm

import "time"

// Value is one value of an attribute. Its concrete type follows the attribute's type; the set is closed.
type Value interface {
	// Type is the attribute type the value belongs to.
	Type() Type
}

// Text is the value of a text attribute.
type Text string

// Number is the value of a number attribute: a 64-bit float, as the API stores it.
type Number float64

// Checkbox is the value of a checkbox attribute.
type Checkbox bool

// Currency is the value of a currency attribute. Code comes from the attribute and is never written (contract §9).
type Currency struct {
	Amount string // plain decimal, at most four places, "-1234.5"
	Code   string // ISO 4217, only known when read
}

// Date is the value of a date attribute: a calendar day without a time zone.
type Date struct {
	Year  int // 1 to 9999
	Month time.Month
	Day   int
}

// Timestamp is the value of a timestamp attribute, in UTC.
type Timestamp time.Time

// Rating is the value of a rating attribute, 0 to 5.
type Rating int

// Status is the value of a status attribute. Either part may be empty when written; both are set when read.
type Status struct{ ID, Title string }

// Select is one option of a select attribute. Either part may be empty when written; both are set when read.
type Select struct{ ID, Title string }

// RecordReference points to a record. What a file says is often not the record's id but a key of it, a company's domain say: then ID
// is empty until the reference is resolved.
type RecordReference struct {
	Object string // slug
	ID     string // record id
	Match  string // slug of the unique attribute by which the record is named, empty for one named by id
	Key    string // its value, in canonical form
}

// ActorReference points to who did or owns something. Only workspace members can be written.
type ActorReference struct {
	ActorType string // "workspace-member", "api-token", "system", "app"
	ID        string // empty for the system
	Email     string // a workspace member's address, instead of the id, when written
}

// Location is the value of a location attribute: all ten parts, empty where unknown.
type Location struct {
	Line1, Line2, Line3, Line4 string
	Locality, Region, Postcode string
	CountryCode                string // ISO 3166-1 alpha-2, upper case
	Latitude, Longitude        string // decimal degrees
}

// Domain is the value of a domain attribute: lower case, no scheme, path or trailing dot.
type Domain string

// EmailAddress is the value of an e-mail attribute.
type EmailAddress string

// PhoneNumber is the value of a phone attribute.
type PhoneNumber struct {
	E164        string // "+12125551234"
	Original    string // as it was typed
	CountryCode string // ISO 3166-1 alpha-2
}

// Interaction is the value of an interaction attribute; it is never written.
type Interaction struct {
	Kind  string // "email", "meeting", …: an open set
	At    time.Time
	Owner ActorReference
}

// PersonalName is the value of a personal-name attribute.
type PersonalName struct{ First, Last, Full string }

// Type implements Value.
func (Text) Type() Type { return TypeText }

// Type implements Value.
func (Number) Type() Type { return TypeNumber }

// Type implements Value.
func (Checkbox) Type() Type { return TypeCheckbox }

// Type implements Value.
func (Currency) Type() Type { return TypeCurrency }

// Type implements Value.
func (Date) Type() Type { return TypeDate }

// Type implements Value.
func (Timestamp) Type() Type { return TypeTimestamp }

// Type implements Value.
func (Rating) Type() Type { return TypeRating }

// Type implements Value.
func (Status) Type() Type { return TypeStatus }

// Type implements Value.
func (Select) Type() Type { return TypeSelect }

// Type implements Value.
func (RecordReference) Type() Type { return TypeRecordReference }

// Type implements Value.
func (ActorReference) Type() Type { return TypeActorReference }

// Type implements Value.
func (Location) Type() Type { return TypeLocation }

// Type implements Value.
func (Domain) Type() Type { return TypeDomain }

// Type implements Value.
func (EmailAddress) Type() Type { return TypeEmailAddress }

// Type implements Value.
func (PhoneNumber) Type() Type { return TypePhoneNumber }

// Type implements Value.
func (Interaction) Type() Type { return TypeInteraction }

// Type implements Value.
func (PersonalName) Type() Type { return TypePersonalName }
