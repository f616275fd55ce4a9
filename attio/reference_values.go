package attio

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"attio-etl/crm"
)

// value is a list where the attribute holds several values, else the bare value; null clears it ("Value Formats").
func (reference) value(a crm.Attribute, values []crm.Value) (any, error) {
	write := func(v crm.Value) (any, error) {
		if amount, ok := v.(crm.Currency); ok {
			amount.Code = cmp.Or(amount.Code, a.Currency)
			v = amount
		}
		return plainValue(v)
	}
	if a.Multi {
		return writeEach(values, write)
	}
	switch len(values) {
	case 0:
		return nil, nil // null
	case 1:
		return write(values[0])
	default:
		return nil, fmt.Errorf("%d values for an attribute that holds one", len(values))
	}
}

// plainValue is a value as the document spells it. It describes neither location, rating, status, checkbox nor actors: they are spelled
// as in the published API.
func plainValue(v crm.Value) (any, error) {
	switch v := v.(type) {
	case crm.Currency:
		return plainAmountOf(v)
	case crm.Timestamp:
		if _, err := writeTimestamp(time.Time(v)); err != nil {
			return nil, err
		}
		return plainTime(time.Time(v)), nil
	case crm.Select:
		return plainChoice(v.ID, v.Title)
	case crm.Status:
		return plainChoice(v.ID, v.Title)
	case crm.RecordReference:
		if v.ID == "" {
			return nil, errors.New("a record reference needs a record id")
		}
		return given{"record_id": v.ID}, nil
	case crm.EmailAddress:
		if _, err := someText(string(v)); err != nil {
			return nil, err
		}
		return given{"email_address": string(v)}, nil
	case crm.PhoneNumber:
		return plainPhone(v)
	case crm.PersonalName:
		return plainName(v)
	default:
		return writeValue(v)
	}
}

// plainAmountOf sends the currency with the amount: here it belongs to the value and not to the attribute, and is not guessed.
func plainAmountOf(v crm.Currency) (any, error) {
	amount, err := writeAmount(v.Amount)
	if err != nil {
		return nil, err
	}
	if v.Code == "" {
		return nil, errors.New("the reference contract wants the currency with the amount, and neither value nor attribute tells it")
	}
	return given{"amount": amount, "currency": v.Code}, nil
}

// plainChoice prefers the title: the document knows options by nothing else.
func plainChoice(id, title string) (any, error) {
	if title != "" {
		return title, nil
	}
	return writeChoice(id, title)
}

func plainPhone(v crm.PhoneNumber) (any, error) {
	if _, err := writePhone(v); err != nil {
		return nil, err
	}
	body := given{"phone_number": v.E164}
	if v.E164 == "" {
		body["phone_number"] = v.Original
	}
	body.text("country_code", v.CountryCode)
	return body, nil
}

// plainName has the full name only where the other two do not make it, so that it is not lost.
func plainName(v crm.PersonalName) (any, error) {
	if v == (crm.PersonalName{}) {
		return writeName(v)
	}
	body := given{"first_name": v.First, "last_name": v.Last}
	if v.Full != fullName(v) {
		body.text("full_name", v.Full)
	}
	return body, nil
}

// plainTime is a point in time as the document spells it: no more digits than there are.
func plainTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// union is the values that are there and those that are new, told apart by how the document spells them.
func union(have, more []crm.Value) ([]crm.Value, error) {
	var all []crm.Value
	seen := map[string]bool{}
	for i, v := range slices.Concat(have, more) {
		spelled, err := plainValue(v)
		if err != nil {
			return nil, err
		}
		text, err := encode(spelled)
		if err != nil {
			return nil, err
		}
		key := string(text)
		if i < len(have) || !seen[key] {
			all = append(all, v)
		}
		seen[key] = true
	}
	return all, nil
}
