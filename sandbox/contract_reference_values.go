package sandbox

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// referenceWrite turns the values of a write into what the published API takes. current is the record that is changed, nil for a
// new one: the primary domain goes before the domains that it has.
func (c *call) referenceWrite(ctx context.Context, o *object, in map[string]any, current *record) (map[string]any, error) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if key == primaryDomain && o.Slug == "companies" {
			continue
		}
		a, ok := o.attribute(key)
		if !ok || a.Archived {
			return nil, badRequest(codeValueNotFound, "Cannot find attribute with slug/ID %q.", key).about(key)
		}
		v, err := c.referenceValues(ctx, a, in[key])
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	first, given := in[primaryDomain]
	if !given || o.Slug != "companies" {
		return out, nil
	}
	domains, _ := o.attribute("domains")
	if _, isText := first.(string); !isText {
		return nil, badValue(domains, wrongType("string", first)).about(primaryDomain)
	}
	rest, sent := out["domains"].([]any)
	if !sent && current != nil {
		for _, v := range current.values[domains.row] {
			f, err := v.decode()
			if err != nil {
				return nil, err
			}
			rest = append(rest, f["domain"])
		}
	}
	out["domains"] = append([]any{first}, rest...)
	return out, nil
}

// referenceValues holds the document's rule: a list where the attribute is multiselect, a bare value where it is not, null for none.
func (c *call) referenceValues(ctx context.Context, a *attribute, in any) (any, error) {
	if in == nil {
		return []any{}, nil
	}
	list, isList := in.([]any)
	if isList && !a.Multi {
		return nil, badValue(a, wrongType("a single value", in))
	}
	if !isList {
		if a.Multi {
			return in, nil // refused with the message of the core
		}
		list = []any{in}
	}
	out := []any{}
	for _, element := range list {
		v, err := c.referenceValue(ctx, a, element)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if a.Type == typeEmail {
		return primaryFirst(list, out), nil
	}
	return out, nil
}

// primaryFirst moves the address that is marked as primary to the front, where the first one is read as primary.
func primaryFirst(given, values []any) []any {
	for i, element := range given {
		if m, _ := element.(map[string]any); m["primary"] == true {
			return slices.Concat(values[i:i+1], values[:i], values[i+1:])
		}
	}
	return values
}

// referenceValue turns one value; what has no shape of its own in the document is bare.
func (c *call) referenceValue(ctx context.Context, a *attribute, in any) (any, error) {
	m, isObject := in.(map[string]any)
	closedTo := func(required []string, optional ...string) error {
		if !isObject {
			return badValue(a, wrongType("object", in))
		}
		return closed(a, m, required, optional)
	}
	switch a.Type {
	case typeCurrency:
		if err := closedTo([]string{"amount", "currency"}); err != nil {
			return nil, err
		}
		if m["currency"] != a.Currency {
			return nil, badValue(a, invalidIssue("The currency of this attribute is "+a.Currency, "currency"))
		}
		return m["amount"], nil
	case typeEmail:
		return m["email_address"], closedTo([]string{"email_address"}, "primary")
	case typePhone:
		if err := closedTo([]string{"phone_number"}, "country_code", "type"); err != nil {
			return nil, err
		}
		return map[string]any{"original_phone_number": m["phone_number"], "country_code": m["country_code"]}, nil
	case typeRecordReference:
		if err := closedTo([]string{"record_id"}); err != nil {
			return nil, err
		}
		return c.referenceTarget(ctx, a, m["record_id"])
	case typeActorReference:
		if isObject {
			return m["user_id"], closedTo([]string{"user_id"})
		}
	case typePersonalName:
		return referenceName(a, in)
	case typeLocation:
		return referenceLocation(a, in)
	case typeSelect:
		if title, ok := in.(string); ok {
			return in, c.referenceOption(ctx, a, title)
		}
	}
	if isObject {
		return nil, badValue(a, wrongType("a bare value", in))
	}
	return in, nil
}

// referenceTarget finds the object of a record, which a reference does not name.
func (c *call) referenceTarget(ctx context.Context, a *attribute, in any) (any, error) {
	id, _ := in.(string)
	if uuid.Validate(id) != nil {
		return nil, badValue(a, invalidIssue("Invalid uuid", "record_id"))
	}
	slug, err := (filtering{st: c.st}).objectOfRecord(ctx, id)
	if err != nil {
		return nil, err
	}
	if slug == "" {
		return nil, badRequest(codeValueNotFound, "Record with ID %q not found.", id).about(a.Slug)
	}
	return map[string]any{"target_object": slug, "target_record_id": id}, nil
}

// referenceName reads "First Last", the last word being the last name, or an object with the parts.
func referenceName(a *attribute, in any) (any, error) {
	if s, ok := in.(string); ok {
		s = strings.TrimSpace(s)
		first, last := s, ""
		if i := strings.LastIndex(s, " "); i >= 0 {
			first, last = strings.TrimSpace(s[:i]), s[i+1:]
		}
		return map[string]any{"first_name": first, "last_name": last, "full_name": s}, nil
	}
	m, ok := in.(map[string]any)
	if !ok {
		return nil, badValue(a, wrongType("object", in))
	}
	if err := closed(a, m, []string{"first_name", "last_name"}, []string{"full_name"}); err != nil {
		return nil, err
	}
	out := maps.Clone(m)
	if out["full_name"] == nil {
		first, _ := m["first_name"].(string)
		last, _ := m["last_name"].(string)
		out["full_name"] = strings.TrimSpace(first + " " + last)
	}
	return out, nil
}

// referenceLocation takes any of the ten parts.
func referenceLocation(a *attribute, in any) (any, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return in, nil
	}
	if err := closed(a, m, nil, locationText); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, key := range locationText {
		out[key] = m[key]
	}
	return out, nil
}

// referenceOption creates an option that does not exist: the document has no endpoint for options.
func (c *call) referenceOption(ctx context.Context, a *attribute, title string) error {
	if _, ok := a.choice(title); ok || title == "" {
		return nil
	}
	if err := c.st.addChoice(ctx, a, &choice{ID: uuid.NewString(), Title: title}); err != nil {
		return err
	}
	return c.st.loadSchema(ctx)
}
