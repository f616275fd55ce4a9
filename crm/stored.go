package crm

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Values is the values of some attributes, by slug. Its JSON form keeps all that a value has, so that what a record held can be put back.
type Values map[string][]Value

// storedValue is one value in JSON.
type storedValue struct {
	Type  Type            `json:"t"`
	Value json.RawMessage `json:"v"`
}

// MarshalJSON implements json.Marshaler.
func (v Values) MarshalJSON() ([]byte, error) {
	all := make(map[string][]storedValue, len(v))
	for slug, values := range v {
		list := make([]storedValue, len(values))
		for i, value := range values {
			var plain any = value
			if t, ok := value.(Timestamp); ok {
				plain = time.Time(t) // the methods of a time, its JSON form among them, are not those of the type made from it
			}
			data, err := json.Marshal(plain)
			if err != nil {
				return nil, fmt.Errorf("values of %s: %w", slug, err)
			}
			list[i] = storedValue{Type: value.Type(), Value: data}
		}
		all[slug] = list
	}
	return json.Marshal(all)
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Values) UnmarshalJSON(data []byte) error {
	var all map[string][]storedValue
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*v = make(Values, len(all))
	for slug, list := range all {
		values := make([]Value, len(list))
		for i, s := range list {
			restore, ok := restores[s.Type]
			if !ok {
				return fmt.Errorf("values of %s: %w %q", slug, errUnknownType, s.Type)
			}
			var err error
			if values[i], err = restore(s.Value); err != nil {
				return fmt.Errorf("values of %s: %w", slug, err)
			}
		}
		(*v)[slug] = values
	}
	return nil
}

var errUnknownType = errors.New("no attribute has the type")

// restores reads a value of each type.
var restores = map[Type]func(json.RawMessage) (Value, error){
	TypeText:            restored[Text],
	TypeNumber:          restored[Number],
	TypeCheckbox:        restored[Checkbox],
	TypeCurrency:        restored[Currency],
	TypeDate:            restored[Date],
	TypeTimestamp:       restoredTimestamp,
	TypeRating:          restored[Rating],
	TypeStatus:          restored[Status],
	TypeSelect:          restored[Select],
	TypeRecordReference: restored[RecordReference],
	TypeActorReference:  restored[ActorReference],
	TypeLocation:        restored[Location],
	TypeDomain:          restored[Domain],
	TypeEmailAddress:    restored[EmailAddress],
	TypePhoneNumber:     restored[PhoneNumber],
	TypeInteraction:     restored[Interaction],
	TypePersonalName:    restored[PersonalName],
}

func restored[V Value](data json.RawMessage) (Value, error) {
	var v V
	err := json.Unmarshal(data, &v)
	return v, err
}

func restoredTimestamp(data json.RawMessage) (Value, error) {
	var t time.Time
	err := json.Unmarshal(data, &t)
	return Timestamp(t), err
}
