package sandbox

import (
	"context"
	"encoding/json"
	"strings"
)

// filterKey turns the value of a comparison into the key under which equal values are found.
func (st *store) filterKey(a *attribute, property int, in any, path []string) (any, error) {
	switch v := in.(type) {
	case string:
		return st.textKey(a, property, v, path)
	case json.Number:
		if n, err := v.Float64(); err == nil && isNumeric(a.Type) {
			return n, nil
		}
	case bool:
		if a.Type == typeCheckbox {
			return termKey(v), nil
		}
	}
	return nil, filterError(path, "Attribute %q of type %s cannot be compared with %s", a.Slug, a.Type, jsonType(in))
}

func isNumeric(typ string) bool { return typ == typeNumber || typ == typeCurrency || typ == typeRating }

func (st *store) textKey(a *attribute, property int, s string, path []string) (any, error) {
	typ := a.Type
	switch kinds[typ].properties[property] {
	case propSince, "interacted_at":
		typ = typeTimestamp
	}
	switch typ {
	case typeSelect, typeStatus:
		c, ok := a.choiceAs(s, st.switches.TitleCase)
		if !ok {
			return nil, unknownChoice(a, s)
		}
		return c.ID, nil
	case typeDate:
		if date, ok := canonicalDate(s); ok {
			return date, nil
		}
	case typeTimestamp:
		if stamp, ok := canonicalTimestamp(s, false); ok {
			return termKey(stamp), nil
		}
	case typeCurrency:
		if numeric(s) {
			return st.filterKey(a, property, json.Number(s), path)
		}
	case typeNumber, typeRating, typeCheckbox:
	default:
		return termKey(s), nil
	}
	return nil, filterError(path, "%q is not a value of attribute %q of type %s", s, a.Slug, a.Type)
}

// reference finds the holders of a reference. The halves belong together: object and id of a record, type and id of an actor.
func (f filtering) reference(ctx context.Context, a *attribute, conditions []condition, path []string) ([]int64, error) {
	kindOf, idOf, known := "target_object", "target_record_id", f.objectOfRecord
	if a.Type == typeActorReference {
		kindOf, idOf, known = "referenced_actor_type", "referenced_actor_id", nil
	}
	var kind string
	var ids []any
	for _, c := range conditions {
		switch c.property {
		case kindOf:
			kind, _ = c.values[0].(string)
		case idOf:
			ids = c.values
		default:
			return nil, filterError(path, "Attribute %q cannot be filtered by property %q", a.Slug, c.property)
		}
	}
	if ids == nil || (kind == "" && known == nil) {
		return nil, filterError(path, "Filtering by attribute %q needs %s and %s", a.Slug, kindOf, idOf)
	}
	var keys []any
	for _, v := range ids {
		id, ok := v.(string)
		if !ok {
			return nil, filterError(path, "%s needs a string, received %s", idOf, jsonType(v))
		}
		of, err := f.kindOfTarget(ctx, kind, id, known)
		if err != nil {
			return nil, err
		}
		keys = append(keys, strings.ToLower(of+":"+id))
	}
	return f.lookup(ctx, a.slot(0), keys)
}

func (f filtering) kindOfTarget(ctx context.Context, given, id string, known func(context.Context, string) (string, error)) (string, error) {
	if given == "" {
		return known(ctx, id)
	}
	if o, ok := f.st.schema.object(given); ok && known != nil {
		return o.Slug, nil
	}
	return given, nil
}

// objectOfRecord is the slug of the object that a record belongs to, empty when there is no such record.
func (f filtering) objectOfRecord(ctx context.Context, id string) (string, error) {
	rows, err := f.st.ids(ctx, "SELECT object FROM records WHERE uuid = ?", id)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	for _, o := range f.st.schema.objects {
		if o.row == rows[0] {
			return o.Slug, nil
		}
	}
	return "", nil
}
