package attio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"attio-etl/crm"
)

// writeFields is the "values" of a request in the contract's spelling. Its error is an *Error of code CodeUnwritable that names the
// attribute. attribute tells what the schema says of one, where the contract needs to know.
func (r *request) writeFields(s spelling, attribute func(slug string) crm.Attribute, fields []crm.Field) (map[string]any, error) {
	values := make(map[string]any, len(fields))
	for _, f := range fields {
		if _, twice := values[f.Attribute]; twice || f.Attribute == "" {
			return nil, r.unwritable(f.Attribute, errors.New("an attribute must be named, and only once"))
		}
		written, err := s.value(attribute(f.Attribute), f.Values)
		if err == nil && !validText(reflect.ValueOf(written)) {
			err = errNotUTF8
		}
		if err != nil {
			return nil, r.unwritable(f.Attribute, err)
		}
		values[f.Attribute] = written
	}
	return values, nil
}

// untold is an attribute of which nothing is known but its slug.
func untold(slug string) crm.Attribute { return crm.Attribute{Slug: slug} }

// value is always an array, empty to clear the attribute (contract §9).
func (current) value(_ crm.Attribute, values []crm.Value) (any, error) {
	return writeEach(values, writeValue)
}

func writeEach(values []crm.Value, write func(crm.Value) (any, error)) ([]any, error) {
	elements := make([]any, 0, len(values))
	for _, v := range values {
		element, err := write(v)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	return elements, nil
}

// WriteValues is what a request would hold as its values for the fields in the published API, in plain JSON types: numbers as
// json.Number. A reference that is not resolved yet has the key in the place of the id.
func WriteValues(fields []crm.Field) (map[string]any, error) {
	r := &request{op: "write values"}
	values, err := r.writeFields(current{}, untold, withPlaceholders(fields))
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		elements, _ := values[f.Attribute].([]any)
		for i, v := range f.Values {
			if ref, ok := v.(crm.RecordReference); ok && ref.ID == "" {
				elements[i] = map[string]any{"target_object": ref.Object, ref.Match: ref.Key}
			}
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("write values: %w", err)
	}
	var plain map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&plain); err != nil {
		return nil, fmt.Errorf("write values: %w", err)
	}
	return plain, nil
}

// withPlaceholders gives references that have no id one, so that the rest of them is checked.
func withPlaceholders(fields []crm.Field) []crm.Field {
	out := slices.Clone(fields)
	for i, f := range out {
		out[i].Values = slices.Clone(f.Values)
		for j, v := range f.Values {
			if ref, ok := v.(crm.RecordReference); ok && ref.ID == "" {
				out[i].Values[j] = crm.RecordReference{Object: ref.Object, ID: "00000000-0000-0000-0000-000000000000"}
			}
		}
	}
	return out
}

// refuse makes a request carry an error instead of being sent: a part of it cannot be written.
func (r *request) refuse(part string, cause error) *request {
	r.refused = r.unwritable(part, cause)
	return r
}

func (r *request) unwritable(attribute string, cause error) *Error {
	e := r.fault(0, CodeUnwritable, fmt.Sprintf("attribute %q: %s", attribute, cause))
	e.Attribute, e.Err, e.unsent = attribute, cause, true
	return e
}

// writeValue is one element of an attribute's array. Where the API takes a bare value or an object, the bare value is sent;
// numbers are sent in plain decimal, digit for digit.
func writeValue(v crm.Value) (any, error) {
	switch v := v.(type) {
	case crm.Text:
		return someText(string(v))
	case crm.Number:
		return writeNumber(float64(v))
	case crm.Checkbox:
		return bool(v), nil
	case crm.Currency:
		return writeAmount(v.Amount)
	case crm.Date:
		return writeDate(v)
	case crm.Timestamp:
		return writeTimestamp(time.Time(v))
	case crm.Rating:
		if v < 0 || v > 5 {
			return nil, fmt.Errorf("rating %d is not between 0 and 5", int(v))
		}
		return int(v), nil
	case crm.Select:
		return writeChoice(v.ID, v.Title)
	case crm.Status:
		return writeChoice(v.ID, v.Title)
	case crm.RecordReference:
		return writeReference(v)
	case crm.ActorReference:
		return writeActor(v)
	case crm.Location:
		return writeLocation(v)
	case crm.Domain:
		return someText(string(v))
	case crm.EmailAddress:
		return someText(string(v))
	case crm.PhoneNumber:
		return writePhone(v)
	case crm.PersonalName:
		return writeName(v)
	case crm.Interaction:
		return nil, errors.New("an interaction can only be read")
	default:
		return nil, fmt.Errorf("%T is not a value", v)
	}
}

// someText refuses the empty text: what the API makes of it is not documented, and clearing is a field without values.
func someText(s string) (any, error) {
	if s == "" {
		return nil, errors.New("an empty text is not a value; a field without values clears the attribute")
	}
	return s, nil
}

func writeNumber(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v is not a number", f)
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), nil
}

// plainAmount is what JSON takes as a number with at most the four decimals that a currency has.
var plainAmount = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?$`)

// writeAmount leaves the currency's code out: it is the attribute's and cannot be written.
func writeAmount(amount string) (any, error) {
	if !plainAmount.MatchString(amount) {
		return nil, fmt.Errorf("amount %q is not a plain decimal of at most four places", amount)
	}
	return json.Number(amount), nil
}

func writeDate(d crm.Date) (any, error) {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	if year, month, day := t.Date(); year != d.Year || month != d.Month || day != d.Day || year < 1 || year > 9999 {
		return nil, fmt.Errorf("%d-%02d-%02d is not a date between the years 1 and 9999", d.Year, int(d.Month), d.Day)
	}
	return t.Format(time.DateOnly), nil
}

// timestampLayout is how the API itself spells a timestamp.
const timestampLayout = "2006-01-02T15:04:05.000000000Z"

func writeTimestamp(t time.Time) (any, error) {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, fmt.Errorf("%s is not between the years 1 and 9999", t)
	}
	return t.Format(timestampLayout), nil
}

// writeChoice prefers the id: a title can be renamed, and two options can differ by case alone.
func writeChoice(id, title string) (any, error) {
	if id != "" {
		return id, nil
	}
	if title == "" {
		return nil, errors.New("an option has neither id nor title")
	}
	return title, nil
}

type referenceJSON struct {
	Object string `json:"target_object"`
	ID     string `json:"target_record_id"`
}

func writeReference(v crm.RecordReference) (any, error) {
	if v.Object == "" || v.ID == "" {
		return nil, errors.New("a record reference needs an object and a record id")
	}
	return referenceJSON{Object: v.Object, ID: v.ID}, nil
}

const workspaceMember = "workspace-member"

type memberByID struct {
	Type string `json:"referenced_actor_type"`
	ID   string `json:"referenced_actor_id"`
}

type memberByEmail struct {
	Email string `json:"workspace_member_email_address"`
}

func writeActor(v crm.ActorReference) (any, error) {
	switch {
	case v.ActorType != "" && v.ActorType != workspaceMember:
		return nil, fmt.Errorf("only a workspace member can be referred to, not an actor of type %q", v.ActorType)
	case v.ID != "":
		return memberByID{Type: workspaceMember, ID: v.ID}, nil
	case v.Email != "":
		return memberByEmail{Email: v.Email}, nil
	default:
		return nil, errors.New("a workspace member needs an id or an e-mail address")
	}
}

// locationJSON has no omitempty: the API refuses a location with less than its ten keys.
type locationJSON struct {
	Line1       *string `json:"line_1"`
	Line2       *string `json:"line_2"`
	Line3       *string `json:"line_3"`
	Line4       *string `json:"line_4"`
	Locality    *string `json:"locality"`
	Region      *string `json:"region"`
	Postcode    *string `json:"postcode"`
	CountryCode *string `json:"country_code"`
	Latitude    *string `json:"latitude"`
	Longitude   *string `json:"longitude"`
}

func writeLocation(v crm.Location) (any, error) {
	if v == (crm.Location{}) {
		return nil, errors.New("a location without any part is not a value; a field without values clears the attribute")
	}
	return locationJSON{
		Line1: orNull(v.Line1), Line2: orNull(v.Line2), Line3: orNull(v.Line3), Line4: orNull(v.Line4),
		Locality: orNull(v.Locality), Region: orNull(v.Region), Postcode: orNull(v.Postcode),
		CountryCode: orNull(v.CountryCode), Latitude: orNull(v.Latitude), Longitude: orNull(v.Longitude),
	}, nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

type phoneJSON struct {
	Number      string  `json:"original_phone_number"`
	CountryCode *string `json:"country_code"`
}

// writePhone sends the international form where it is known: it means the same number to any numbering plan. A number as typed
// needs its country.
func writePhone(v crm.PhoneNumber) (any, error) {
	number := v.E164
	if number == "" {
		number = v.Original
	}
	if number == "" || (v.CountryCode == "" && !strings.HasPrefix(number, "+")) {
		return nil, fmt.Errorf("phone number %q has neither a leading + nor a country", number)
	}
	return phoneJSON{Number: number, CountryCode: orNull(v.CountryCode)}, nil
}

type nameJSON struct {
	First string `json:"first_name"`
	Last  string `json:"last_name"`
	Full  string `json:"full_name"`
}

// writeName sends all three parts, as the API demands, and makes a full name that is missing of the other two.
func writeName(v crm.PersonalName) (any, error) {
	if v == (crm.PersonalName{}) {
		return nil, errors.New("a name without any part is not a value; a field without values clears the attribute")
	}
	if v.Full == "" {
		v.Full = fullName(v)
	}
	return nameJSON{First: v.First, Last: v.Last, Full: v.Full}, nil
}

// fullName is the full name that first and last name make.
func fullName(v crm.PersonalName) string { return strings.TrimSpace(v.First + " " + v.Last) }
