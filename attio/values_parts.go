package attio

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"attio-etl/crm"
)

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
