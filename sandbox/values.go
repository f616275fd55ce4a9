package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// fields is the payload of one value as it is read (contract §9), without the envelope; a select or status keeps the id of
// its choice alone, because titles can change.
type fields map[string]any

// value is one current value as it is stored.
type value struct {
	From  int64           `json:"f"`           // active_from, nanoseconds since 1970
	Until int64           `json:"u,omitempty"` // active_until; 0: current
	By    string          `json:"b,omitempty"` // id of the token that wrote it; empty: the default token
	Raw   json.RawMessage `json:"v"`           // fields with sorted keys: equal values have equal bytes

	fields fields // what Raw says, for a value that was not read from the state
}

// kind is how values of an attribute type are found and told apart.
type kind struct {
	// properties can be filtered and sorted by; the first is what the shorthand means. The order is part of the state
	// (slots of terms): append only.
	properties []string
	// identity is the property by which two values of one attribute are the same; empty: all fields.
	identity string
	// noShorthand: a filter has to name a property.
	noShorthand bool
	// main: the first property is what a sort without a field means.
	main bool
}

// slotsPerAttribute bounds the properties of a kind.
const slotsPerAttribute = 16

// Properties that exist in terms only: a reference is looked up by both of its halves at once, a choice by its envelope too.
const (
	propRecord = "record"
	propActor  = "actor"
	propSince  = "active_from" // since when a choice is the current one
)

var kinds = map[string]kind{
	typeText:            {properties: []string{"value"}, identity: "value"},
	typeNumber:          {properties: []string{"value"}, identity: "value"},
	typeCheckbox:        {properties: []string{"value"}, identity: "value"},
	typeCurrency:        {properties: []string{"currency_value"}, identity: "currency_value"},
	typeDate:            {properties: []string{"value"}, identity: "value"},
	typeTimestamp:       {properties: []string{"value"}, identity: "value"},
	typeRating:          {properties: []string{"value"}, identity: "value"},
	typeSelect:          {properties: []string{"option", propSince}, identity: "option", main: true},
	typeStatus:          {properties: []string{"status", propSince}, identity: "status", main: true},
	typeRecordReference: {properties: []string{propRecord}, identity: "target_record_id"},
	typeActorReference:  {properties: []string{propActor}, identity: "referenced_actor_id"},
	typeDomain:          {properties: []string{"domain", "root_domain"}, identity: "domain"},
	typeEmail: {
		properties: []string{"email_address", "email_domain", "email_root_domain", "email_local_specifier"},
		identity:   "email_address",
	},
	typePhone:        {properties: []string{"phone_number", "country_code"}, identity: "phone_number"},
	typePersonalName: {properties: []string{"full_name", "first_name", "last_name"}},
	typeLocation: {
		properties:  []string{"line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code"},
		noShorthand: true,
	},
	typeInteraction: {properties: []string{"interaction_type", "owner_member_id", "interacted_at"}, noShorthand: true},
}

// parser checks one written value strictly and returns its canonical payload.
type parser func(ctx context.Context, w *writer, a *attribute, in any) (fields, error)

// parserOf is the parser of an attribute type, nil for a type that cannot be written.
func parserOf(typ string) parser {
	switch typ {
	case typeText:
		return parseText
	case typeNumber:
		return parseNumber
	case typeCheckbox:
		return parseCheckbox
	case typeCurrency:
		return parseCurrency
	case typeDate:
		return parseDate
	case typeTimestamp:
		return parseTimestamp
	case typeRating:
		return parseRating
	case typeSelect, typeStatus:
		return parseChoice
	case typeRecordReference:
		return parseReference
	case typeActorReference:
		return parseActor
	case typeLocation:
		return parseLocation
	case typeDomain:
		return parseDomainValue
	case typeEmail:
		return parseEmail
	case typePhone:
		return parsePhone
	case typePersonalName:
		return parseName
	default:
		return nil
	}
}

// term is one entry of the terms table.
type term struct {
	slot int64
	key  any // string or float64
}

func (v value) decode() (fields, error) {
	if v.fields != nil {
		return v.fields, nil
	}
	var f fields
	if err := json.Unmarshal(v.Raw, &f); err != nil {
		return nil, fmt.Errorf("decode stored value: %w", err)
	}
	return f, nil
}

func newValue(f fields, from int64) (value, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return value{}, fmt.Errorf("encode value: %w", err)
	}
	return value{From: from, Raw: raw, fields: f}, nil
}

// slot is where the terms of one property of the attribute are.
func (a *attribute) slot(property int) int64 { return a.row*slotsPerAttribute + int64(property) }

// terms lists what a value with that payload, current since from, can be found by.
func (a *attribute) terms(f fields, from int64) []term {
	var out []term
	for i, property := range kinds[a.Type].properties {
		of := f.property(property)
		if property == propSince {
			of = formatTime(from)
		}
		if key := termKey(of); key != nil {
			out = append(out, term{a.slot(i), key})
		}
	}
	return out
}

func (f fields) property(name string) any {
	switch name {
	case propRecord:
		return fmt.Sprintf("%v:%v", f["target_object"], f["target_record_id"])
	case "owner_member_id":
		owner, _ := f["owner_actor"].(map[string]any)
		return owner["id"]
	case propActor:
		return fmt.Sprintf("%v:%v", f["referenced_actor_type"], f["referenced_actor_id"])
	default:
		return f[name]
	}
}

// maxKey keeps the index small: a longer text is indexed by its beginning and a hash of the whole.
const maxKey = 200

// termKey folds a property to what the index compares: text without case (contract §8), truth as text; nil for no value.
func termKey(v any) any {
	switch v := v.(type) {
	case string:
		return shorten(strings.ToLower(v))
	case bool:
		return fmt.Sprint(v)
	case float64:
		return v
	default:
		return nil
	}
}

func shorten(s string) string {
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return strings.ToValidUTF8(s[:maxKey], "") + "\x00" + hex.EncodeToString(sum[:])
}

// identityOf tells values of one attribute apart, with regard to case: the key of uniqueness (contract §9) and of merging.
func (a *attribute) identityOf(v value) (string, error) {
	name := kinds[a.Type].identity
	if name == "" {
		return shorten(string(v.Raw)), nil
	}
	f, err := v.decode()
	if err != nil {
		return "", err
	}
	return shorten(fmt.Sprint(f[name])), nil
}

// single opens the two shapes that most types are written in: the bare value, or a closed object with it under key.
func single(a *attribute, in any, key string) (any, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return in, nil
	}
	if err := closed(a, m, []string{key}, nil); err != nil {
		return nil, err
	}
	return m[key], nil
}

// closed refuses unknown keys and missing required ones, naming all of them.
func closed(a *attribute, m map[string]any, required, optional []string) error {
	var issues []validationIssue
	for _, k := range required {
		if _, ok := m[k]; !ok {
			issues = append(issues, requiredIssue("string", k))
		}
	}
	issues = append(issues, unknownKeys(m, append(append([]string{}, required...), optional...))...)
	if issues != nil {
		return badValue(a, issues...)
	}
	return nil
}
