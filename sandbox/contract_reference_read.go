package sandbox

import (
	"time"
)

// referenceRead shows the values of one attribute: a list, or the bare value.
func referenceRead(a *attribute, values []value) (any, error) {
	list := []any{}
	for i, v := range values {
		f, err := v.decode()
		if err != nil {
			return nil, err
		}
		list = append(list, referenceShape(a, f, i))
	}
	switch {
	case a.Multi:
		return list, nil
	case len(list) == 0:
		return nil, nil //nolint:nilnil // null is how an empty attribute is read
	default:
		return list[0], nil
	}
}

// referenceShape is one value as the document has it; number i of its attribute.
func referenceShape(a *attribute, f fields, i int) any {
	switch a.Type {
	case typeCurrency:
		return map[string]any{"amount": f["currency_value"], "currency": f["currency_code"]}
	case typeSelect, typeStatus:
		id, _ := f[a.choiceKey()].(string)
		if ch, ok := a.choice(id); ok {
			return ch.Title
		}
		return id
	case typeRecordReference:
		return map[string]any{"record_id": f["target_record_id"]}
	case typeActorReference:
		if f["referenced_actor_type"] == "workspace-member" {
			return map[string]any{"user_id": f["referenced_actor_id"]}
		}
		return f
	case typeDomain:
		return f["domain"]
	case typeEmail:
		return map[string]any{"email_address": f["email_address"], "primary": i == 0}
	case typePhone:
		return map[string]any{"phone_number": f["phone_number"], "country_code": f["country_code"]}
	case typePersonalName, typeLocation, typeInteraction:
		return f
	default:
		return f["value"]
	}
}

// referenceRecord is a record as the document shows it.
func referenceRecord(rec *record) (map[string]any, error) {
	values, err := referenceAll(rec)
	return map[string]any{
		"id": map[string]string{"record_id": rec.id}, "values": values, "created_at": referenceTime(rec.created), "updated_at": referenceTime(rec.updated),
	}, err
}

// referenceAll shows all values but those that the record itself says.
func referenceAll(rec *record) (map[string]any, error) {
	out := map[string]any{}
	for _, a := range rec.object.attributes {
		if a.Archived || derived(a) || a.Slug == "created_by" {
			continue
		}
		v, err := referenceRead(a, rec.values[a.row])
		if err != nil {
			return nil, err
		}
		out[a.Slug] = v
		if a.Slug == "domains" && rec.object.Slug == "companies" {
			out[primaryDomain] = nil
			if list, _ := v.([]any); len(list) > 0 {
				out[primaryDomain] = list[0]
			}
		}
	}
	return out, nil
}

func referenceTime(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }
