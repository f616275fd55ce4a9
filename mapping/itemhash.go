package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"attio-etl/crm"
)

// usualSize is what the content of most items fits into, so that hashing them allocates nothing.
const usualSize = 1024

// itemHash is the SHA-256 of everything that would be written. The encoding is unambiguous: texts and lists are preceded by
// their length, values by their type.
func (p *Plan) itemHash(key crm.Key, fields []crm.Field) [32]byte {
	var usual [usualSize]byte
	b := append(usual[:0], p.prefix...)
	b = appendCount(b, len(key.Values))
	for _, v := range key.Values {
		b = appendText(b, v)
	}
	b = appendCount(b, len(fields))
	for _, f := range fields {
		b = append(appendText(b, f.Attribute), byte(f.Write))
		b = appendText(b, p.missing[f.Attribute]) // what becomes of a reference to nothing is part of what is written
		b = appendCount(b, len(f.Values))
		for _, v := range f.Values {
			b = appendValue(b, v)
		}
	}
	return sha256.Sum256(b)
}

func appendCount(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func appendText(b []byte, s string) []byte { return append(appendCount(b, len(s)), s...) }

func appendTexts(b []byte, texts ...string) []byte {
	for _, s := range texts {
		b = appendText(b, s)
	}
	return b
}

// appendValue encodes a value: its type, then each of its parts.
func appendValue(b []byte, v crm.Value) []byte {
	b = appendText(b, string(v.Type()))
	switch v := v.(type) {
	case crm.Text:
		return appendText(b, string(v))
	case crm.Number:
		return binary.BigEndian.AppendUint64(b, math.Float64bits(float64(v)))
	case crm.Checkbox:
		if v {
			return append(b, 1)
		}
		return append(b, 0)
	case crm.Currency:
		return appendTexts(b, v.Amount, v.Code)
	case crm.Date:
		return binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(b, int64(v.Year)), int64(v.Month)), int64(v.Day))
	case crm.Timestamp:
		t := time.Time(v)
		return binary.AppendVarint(binary.AppendVarint(b, t.Unix()), int64(t.Nanosecond()))
	case crm.Rating:
		return binary.AppendVarint(b, int64(v))
	case crm.Status:
		return appendChoice(b, v.ID, v.Title)
	case crm.Select:
		return appendChoice(b, v.ID, v.Title)
	case crm.RecordReference:
		return appendTexts(b, v.Object, v.ID, v.Match, v.Key)
	case crm.ActorReference:
		return appendTexts(b, v.ActorType, v.ID, v.Email)
	case crm.Location:
		return appendTexts(b, v.Line1, v.Line2, v.Line3, v.Line4, v.Locality, v.Region, v.Postcode, v.CountryCode, v.Latitude, v.Longitude)
	case crm.Domain:
		return appendText(b, string(v))
	case crm.EmailAddress:
		return appendText(b, string(v))
	case crm.PhoneNumber:
		return appendTexts(b, v.E164, v.Original, v.CountryCode)
	case crm.PersonalName:
		return appendTexts(b, v.First, v.Last, v.Full)
	default:
		// An interaction, the one type that is never written and that no parser makes.
		panic(fmt.Sprintf("mapping: a value of type %T cannot be written", v))
	}
}

// appendChoice encodes an option by its title, if it has one. An option that is created during a run has no id before and one
// afterwards, and a resumed run must know its rows again.
func appendChoice(b []byte, id, title string) []byte {
	if title != "" {
		return appendText(append(b, 't'), title)
	}
	return appendText(append(b, 'i'), id)
}
