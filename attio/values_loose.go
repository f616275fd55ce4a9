package attio

import (
	"encoding/json"
	"errors"

	"attio-etl/crm"
)

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
