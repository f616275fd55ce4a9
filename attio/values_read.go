package attio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"attio-etl/crm"
)

// valueJSON is a value as an API sends it: its envelope and the payloads of all types side by side, so that a page is decoded in
// one pass (contract §9). Where a contract has a name of its own for a part, both stand here.
type valueJSON struct {
	AttributeType scalar `json:"attribute_type"`
	ActiveUntil   scalar `json:"active_until"`

	Value         scalar     `json:"value"` // text, number, checkbox, date, timestamp, rating
	CurrencyValue scalar     `json:"currency_value"`
	CurrencyCode  scalar     `json:"currency_code"`
	Amount        scalar     `json:"amount"`   // reference: of a currency
	Currency      scalar     `json:"currency"` // reference
	Option        choiceJSON `json:"option"`
	Status        choiceJSON `json:"status"`
	TargetObject  scalar     `json:"target_object"`
	TargetID      scalar     `json:"target_record_id"`
	RecordID      scalar     `json:"record_id"` // reference
	ActorType     scalar     `json:"referenced_actor_type"`
	ActorID       scalar     `json:"referenced_actor_id"`
	Line1         scalar     `json:"line_1"`
	Line2         scalar     `json:"line_2"`
	Line3         scalar     `json:"line_3"`
	Line4         scalar     `json:"line_4"`
	Locality      scalar     `json:"locality"`
	Region        scalar     `json:"region"`
	Postcode      scalar     `json:"postcode"`
	CountryCode   scalar     `json:"country_code"` // location, phone number
	Latitude      scalar     `json:"latitude"`
	Longitude     scalar     `json:"longitude"`
	Domain        scalar     `json:"domain"`
	Email         scalar     `json:"email_address"`
	OriginalEmail scalar     `json:"original_email_address"`
	Phone         scalar     `json:"phone_number"`
	OriginalPhone scalar     `json:"original_phone_number"`
	FirstName     scalar     `json:"first_name"`
	LastName      scalar     `json:"last_name"`
	FullName      scalar     `json:"full_name"`
	Interaction   scalar     `json:"interaction_type"`
	InteractedAt  scalar     `json:"interacted_at"`
	Owner         actorJSON  `json:"owner_actor"`

	bare scalar // a value without an envelope, as the reference contract sends those of one part
}

var errNotScalar = errors.New("an object or a list stands where a plain value is expected")

// scalar is a string, number or boolean in its exact spelling. A null or missing one is not set. Anything else is odd rather than
// an error: an attribute of a type that is not known here may hold what it likes.
type scalar struct {
	text     string
	set, odd bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *scalar) UnmarshalJSON(b []byte) error {
	*s = scalar{}
	switch b[0] {
	case 'n':
	case '{', '[':
		*s = scalar{set: true, odd: true}
	case '"':
		s.set = true
		if bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b) { // nothing to decode, as in most
			s.text = string(b[1 : len(b)-1])
			return nil
		}
		return json.Unmarshal(b, &s.text)
	default:
		*s = scalar{text: string(b), set: true}
	}
	return nil
}

// valuesList is the values of one attribute: a list of objects, or whatever else the reference contract sends. What cannot be values at
// all is odd rather than an error, like a scalar.
type valuesList struct {
	values []valueJSON
	odd    bool
}

// UnmarshalJSON implements json.Unmarshaler. The published API's shape, a list of objects, is decoded in one go.
func (l *valuesList) UnmarshalJSON(b []byte) error {
	*l = valuesList{}
	if b[0] == '[' && json.Unmarshal(b, &l.values) == nil {
		return nil
	}
	elements := []json.RawMessage{b}
	if b[0] == '[' {
		elements = nil
		if err := json.Unmarshal(b, &elements); err != nil {
			return err
		}
	}
	l.values = l.values[:0]
	for _, element := range elements {
		if element[0] == 'n' {
			continue
		}
		v, ok := looseValue(element)
		l.values = append(l.values, v)
		l.odd = l.odd || !ok
	}
	return nil
}

// looseValue is one value that may stand without an envelope.
func looseValue(b []byte) (valueJSON, bool) {
	var v valueJSON
	if b[0] == '{' {
		return v, json.Unmarshal(b, &v) == nil
	}
	err := v.bare.UnmarshalJSON(b)
	return v, err == nil && !v.bare.odd
}

// read is the values that hold, and the error of the first that cannot be read. The attribute tells the type of values that do not tell
// it themselves.
func (l *valuesList) read(a crm.Attribute) ([]crm.Value, error) {
	if l.odd {
		return nil, errors.New("the values are not a list of objects")
	}
	var first error
	values := make([]crm.Value, 0, len(l.values))
	for i := range l.values {
		v, err := l.values[i].current(a)
		if v != nil {
			values = append(values, v)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return values, first
}

// current is the value if it still holds, nil when there is none.
func (v *valueJSON) current(a crm.Attribute) (crm.Value, error) {
	if v.ActiveUntil.set {
		return nil, nil // no value is not an error
	}
	return v.read(a)
}

// read is the value, whether it still holds or not.
func (v *valueJSON) read(a crm.Attribute) (crm.Value, error) {
	if !v.AttributeType.set {
		v.AttributeType = scalar{text: string(a.Type), set: a.Type != ""}
	}
	if v.bare.set && v.AttributeType.set {
		v.place(v.bare)
	}
	value, err := v.readValue()
	if ref, ok := value.(crm.RecordReference); ok && ref.Object == "" && len(a.AllowedObjects) == 1 {
		ref.Object = a.AllowedObjects[0]
		return ref, err
	}
	return value, err
}

// place puts a value without an envelope where its type has it.
func (v *valueJSON) place(s scalar) {
	switch crm.Type(v.AttributeType.text) {
	case crm.TypeCurrency:
		v.Amount = s
	case crm.TypeSelect:
		v.Option = bareChoice(s)
	case crm.TypeStatus:
		v.Status = bareChoice(s)
	case crm.TypeDomain:
		v.Domain = s
	case crm.TypeEmailAddress:
		v.Email = s
	case crm.TypePhoneNumber:
		v.Phone = s
	case crm.TypePersonalName:
		v.FullName = s
	case crm.TypeRecordReference:
		v.RecordID = s
	case crm.TypeActorReference:
		v.ActorID = s
	case crm.TypeLocation, crm.TypeInteraction:
		v.Line1.odd, v.InteractedAt.odd = true, true // neither is one text
	default:
		v.Value = s
	}
}

// either is the part that is set.
func either(a, b scalar) scalar {
	if a.set {
		return a
	}
	return b
}

// readValue is the value, nil when there is none: its payload is null, or its type is not known here.
func (v *valueJSON) readValue() (crm.Value, error) {
	switch crm.Type(v.AttributeType.text) {
	case crm.TypeText:
		return parsed(v.Value, func(s string) (crm.Text, error) { return crm.Text(s), nil })
	case crm.TypeNumber:
		return parsed(v.Value, readNumber)
	case crm.TypeCheckbox:
		return parsed(v.Value, readCheckbox)
	case crm.TypeDate:
		return parsed(v.Value, readDate)
	case crm.TypeTimestamp:
		return parsed(v.Value, func(s string) (crm.Timestamp, error) {
			t, err := readTime(s)
			return crm.Timestamp(t), err
		})
	case crm.TypeRating:
		return parsed(v.Value, readRating)
	case crm.TypeCurrency:
		return parsed(either(v.CurrencyValue, v.Amount), func(s string) (crm.Currency, error) {
			amount, err := readAmount(s)
			return crm.Currency{Amount: amount, Code: either(v.CurrencyCode, v.Currency).text}, err
		})
	case crm.TypeDomain:
		return parsed(v.Domain, func(s string) (crm.Domain, error) { return crm.Domain(s), nil })
	case crm.TypeSelect, crm.TypeStatus:
		return v.readChoice()
	default:
		return v.readCompound()
	}
}

func (v *valueJSON) readCompound() (crm.Value, error) {
	switch crm.Type(v.AttributeType.text) {
	case crm.TypeEmailAddress:
		return parsed(either(v.Email, v.OriginalEmail), func(s string) (crm.EmailAddress, error) { return crm.EmailAddress(s), nil })
	case crm.TypeRecordReference:
		id := either(v.TargetID, v.RecordID)
		return unlessEmpty(crm.RecordReference{Object: v.TargetObject.text, ID: id.text}, v.TargetObject, id)
	case crm.TypeActorReference:
		return unlessEmpty(crm.ActorReference{ActorType: v.ActorType.text, ID: v.ActorID.text}, v.ActorType, v.ActorID)
	case crm.TypeLocation:
		return v.readLocation()
	case crm.TypePhoneNumber:
		return unlessEmpty(crm.PhoneNumber{E164: v.Phone.text, Original: v.OriginalPhone.text, CountryCode: v.CountryCode.text},
			v.Phone, v.OriginalPhone, v.CountryCode)
	case crm.TypePersonalName:
		name := crm.PersonalName{First: v.FirstName.text, Last: v.LastName.text, Full: v.FullName.text}
		if !v.FullName.set { // the reference contract has the two parts only
			name.Full = fullName(name)
		}
		return unlessEmpty(name, v.FirstName, v.LastName, v.FullName)
	case crm.TypeInteraction:
		return v.readInteraction()
	case "":
		return nil, errors.New("a value does not say its type")
	default:
		return nil, nil // a type of a newer API: no value that this program could hold
	}
}

// parsed reads a value of one part.
func parsed[V crm.Value](s scalar, parse func(string) (V, error)) (crm.Value, error) {
	switch {
	case s.odd:
		return nil, errNotScalar
	case !s.set:
		return nil, nil // null is no value
	}
	v, err := parse(s.text)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// unlessEmpty is a value of several parts: no value when all are null.
func unlessEmpty[V interface {
	comparable
	crm.Value
}](v V, parts ...scalar) (crm.Value, error) {
	for _, part := range parts {
		if part.odd {
			return nil, errNotScalar
		}
	}
	var none V
	if v == none {
		return nil, nil // null in all parts is no value
	}
	return v, nil
}

func readNumber(s string) (crm.Number, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	return crm.Number(f), nil
}

func readCheckbox(s string) (crm.Checkbox, error) {
	if s != "true" && s != "false" {
		return false, fmt.Errorf("%q is neither true nor false", s)
	}
	return s == "true", nil
}

func readRating(s string) (crm.Rating, error) {
	f, err := readNumber(s)
	if err != nil || float64(f) != math.Trunc(float64(f)) || math.Abs(float64(f)) > 1000 {
		return 0, fmt.Errorf("%q is not a rating", s)
	}
	return crm.Rating(f), nil
}

// readAmount keeps the digits as they are sent. Only an exponent, which a plain decimal has not, is written out.
func readAmount(s string) (string, error) {
	f, err := readNumber(s)
	if err != nil {
		return "", err
	}
	if strings.Trim(s, "-.0123456789") != "" {
		return strconv.FormatFloat(float64(f), 'f', -1, 64), nil
	}
	return s, nil
}

// readDate takes the day of a date that comes with a time as well.
func readDate(s string) (crm.Date, error) {
	day, _, _ := strings.Cut(s, "T")
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return crm.Date{}, fmt.Errorf("%q is not a date", s)
	}
	return crm.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}, nil
}

func readTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a point in time", s)
	}
	return t.UTC(), nil
}

// choiceJSON is a select option or a status: an object with id and title, or the bare id or title (contract §9).
type choiceJSON struct {
	id, title string
	odd       bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *choiceJSON) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return c.unmarshalBare(b)
	}
	var full struct {
		ID struct {
			Option scalar `json:"option_id"`
			Status scalar `json:"status_id"`
		} `json:"id"`
		Title scalar `json:"title"`
	}
	if json.Unmarshal(b, &full) != nil {
		full.Title.odd = true
	}
	*c = choiceJSON{
		id: full.ID.Option.text + full.ID.Status.text, title: full.Title.text,
		odd: full.ID.Option.odd || full.ID.Status.odd || full.Title.odd,
	}
	return nil
}

func (c *choiceJSON) unmarshalBare(b []byte) error {
	var bare scalar
	err := bare.UnmarshalJSON(b)
	*c = bareChoice(bare)
	return err
}

func bareChoice(s scalar) choiceJSON {
	if isUUID(s.text) {
		return choiceJSON{id: s.text, odd: s.odd}
	}
	return choiceJSON{title: s.text, odd: s.odd}
}

func (v *valueJSON) readChoice() (crm.Value, error) {
	choice, selects := v.Option, crm.Type(v.AttributeType.text) == crm.TypeSelect
	if !selects {
		choice = v.Status
	}
	switch {
	case choice.odd:
		return nil, errors.New("an option is neither a text nor an object with id and title")
	case choice == choiceJSON{}:
		return nil, nil // null is no value
	case selects:
		return crm.Select{ID: choice.id, Title: choice.title}, nil
	default:
		return crm.Status{ID: choice.id, Title: choice.title}, nil
	}
}

// isUUID reports whether s has the form of the API's ids.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range []byte(s) {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if r != '-' {
				return false
			}
		case !strings.ContainsRune("0123456789abcdefABCDEF", rune(r)):
			return false
		}
	}
	return true
}

func (v *valueJSON) readLocation() (crm.Value, error) {
	return unlessEmpty(crm.Location{
		Line1: v.Line1.text, Line2: v.Line2.text, Line3: v.Line3.text, Line4: v.Line4.text,
		Locality: v.Locality.text, Region: v.Region.text, Postcode: v.Postcode.text, CountryCode: v.CountryCode.text,
		Latitude: v.Latitude.text, Longitude: v.Longitude.text,
	}, v.Line1, v.Line2, v.Line3, v.Line4, v.Locality, v.Region, v.Postcode, v.CountryCode, v.Latitude, v.Longitude)
}

// actorJSON is who did something. The id of the system is null.
type actorJSON struct {
	kind, id scalar
	odd      bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *actorJSON) UnmarshalJSON(b []byte) error {
	var full struct {
		Type scalar `json:"type"`
		ID   scalar `json:"id"`
	}
	if json.Unmarshal(b, &full) != nil {
		full.Type.odd = true
	}
	*a = actorJSON{kind: full.Type, id: full.ID, odd: full.Type.odd || full.ID.odd}
	return nil
}

func (v *valueJSON) readInteraction() (crm.Value, error) {
	if v.Owner.odd || v.Interaction.odd {
		return nil, errNotScalar
	}
	return parsed(v.InteractedAt, func(s string) (crm.Interaction, error) {
		at, err := readTime(s)
		owner := crm.ActorReference{ActorType: v.Owner.kind.text, ID: v.Owner.id.text}
		return crm.Interaction{Kind: v.Interaction.text, At: at, Owner: owner}, err
	})
}
