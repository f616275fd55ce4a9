package attio

import (
	"bytes"
	"encoding/json"
	"errors"
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
