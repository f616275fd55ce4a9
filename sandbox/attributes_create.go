package sandbox

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

func createAttribute(ctx context.Context, c *call) (any, error) {
	o, err := c.target()
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	a := &attribute{
		object: o, ID: uuid.NewString(), Created: time.Now().UnixNano(), Writable: true,
		Title: f.text("title"), Description: f.textOrNull("description", true), Slug: f.slug(), Type: f.text("type"),
		Required: f.flag("is_required"), Unique: f.flag("is_unique"), Multi: f.flag("is_multiselect"),
	}
	f.configure(c.st.schema, a)
	f.defaultValue(a)
	f.creatable(a)
	other := f.relationship(c.st.schema, a)
	if err := f.done(); err != nil {
		return nil, err
	}
	if _, exists := o.attribute(a.Slug); exists {
		return nil, slugConflict("An attribute with the slug %q already exists on object %q.", a.Slug, o.Slug)
	}
	if err := c.writer(o).checkDefault(ctx, a); err != nil {
		return nil, err
	}
	if err := c.st.addAttribute(ctx, a); err != nil {
		return nil, err
	}
	if other != nil {
		if err := c.st.addOther(ctx, a, other); err != nil {
			return nil, err
		}
	}
	if err := c.st.loadSchema(ctx); err != nil {
		return nil, err
	}
	return c.oneAttribute(a.ID)
}

// relationship reads the member of that name: the attribute at the other end, which is created together with a.
func (f *form) relationship(s *schema, a *attribute) *attribute {
	v, given := f.get("relationship")
	if !given || v == nil {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		f.bad(wrongType("object", v, "data", "relationship"))
		return nil
	}
	end := &form{in: m}
	other := &attribute{
		ID: uuid.NewString(), Created: a.Created, Writable: true, Type: typeRecordReference, Title: end.text("title"), Slug: end.slug(),
		Multi: end.flag("is_multiselect"), Other: a.ID, Allowed: []string{a.object.ID},
	}
	key := end.text("object")
	other.object, ok = s.object(key)
	switch {
	case !ok:
		end.bad(invalidIssue("Unknown object "+strconv.Quote(key), "data", "relationship", "object"))
	case a.Type != typeRecordReference || a.object.List != nil:
		end.bad(invalidIssue("Only record references of objects have a relationship", "data", "relationship"))
	case len(a.Allowed) > 1 || len(a.Allowed) == 1 && a.Allowed[0] != other.object.ID:
		end.bad(invalidIssue("The relationship and allowed_objects name different objects", "data", "relationship", "object"))
	}
	f.issues = slices.Concat(f.issues, end.issues, unknownKeys(m, end.seen, "data", "relationship"))
	return other
}

// addOther stores the attribute at the other end of a.
func (st *store) addOther(ctx context.Context, a, other *attribute) error {
	if _, exists := other.object.attribute(other.Slug); exists {
		return slugConflict("An attribute with the slug %q already exists on object %q.", other.Slug, other.object.Slug)
	}
	a.Other, a.Allowed = other.ID, []string{other.object.ID}
	if err := st.saveAttribute(ctx, a); err != nil {
		return err
	}
	return st.addAttribute(ctx, other)
}

// creatable holds the limits of contract §5 on what an attribute may be.
func (f *form) creatable(a *attribute) {
	_, known := kinds[a.Type]
	switch {
	case !known && a.Type != "":
		f.bad(invalidIssue("Unknown attribute type "+a.Type, "data", "type"))
	case known && (parserOf(a.Type) == nil || a.Type == typePersonalName || a.Type == typeStatus && a.object.List == nil):
		f.bad(invalidIssue("Attributes of type "+a.Type+" cannot be created on objects", "data", "type"))
	}
	if a.Unique && a.Type == typeSelect {
		f.bad(invalidIssue("Select attributes cannot be unique", "data", "is_unique"))
	}
	if a.Unique && a.object.Slug == "companies" {
		f.bad(invalidIssue("Companies cannot have custom unique attributes", "data", "is_unique"))
	}
	if a.Multi && (a.Type == typeCheckbox || a.Type == typeStatus) {
		f.bad(invalidIssue("Attributes of type "+a.Type+" cannot be multiselect", "data", "is_multiselect"))
	}
}

// configure reads config. The write key of a reference is allowed_objects, the read key allowed_object_ids (contract §5).
func (f *form) configure(s *schema, a *attribute) {
	v, ok := f.get("config")
	config, isObject := v.(map[string]any)
	if !ok || !isObject {
		f.bad(requiredIssue("object", "data", "config"))
		return
	}
	f.issues = append(f.issues, unknownKeys(config, []string{"currency", "record_reference"}, "data", "config")...)
	currency := f.configPart(config, "currency", "default_currency_code", "display_type")
	a.Currency, _ = currency["default_currency_code"].(string)
	a.CurrencyDisplay, _ = currency["display_type"].(string)
	if a.Type == typeCurrency && (len(a.Currency) != 3 || a.CurrencyDisplay == "") {
		f.bad(requiredIssue("object", "data", "config", "currency"))
	}
	allowed, _ := f.configPart(config, "record_reference", "allowed_objects")["allowed_objects"].([]any)
	a.Allowed = nil
	for _, key := range allowed {
		slug, _ := key.(string)
		o, ok := s.object(slug)
		if !ok {
			f.bad(invalidIssue("Unknown object "+strconv.Quote(slug), "data", "config", "record_reference", "allowed_objects"))
			continue
		}
		a.Allowed = append(a.Allowed, o.ID)
	}
}

// configPart is one closed object of config, nil when it is absent or null.
func (f *form) configPart(config map[string]any, key string, members ...string) map[string]any {
	v := config[key]
	part, ok := v.(map[string]any)
	if !ok && v != nil {
		f.bad(wrongType("object", v, "data", "config", key))
	}
	f.issues = append(f.issues, unknownKeys(part, members, "data", "config", key)...)
	return part
}

// defaultValue reads default_value: null, a static template or a dynamic one, which defaultOf checks.
func (f *form) defaultValue(a *attribute) {
	v, ok := f.get("default_value")
	if !ok {
		return
	}
	if v == nil {
		a.Default = nil
		return
	}
	m, isObject := v.(map[string]any)
	list, _ := m["template"].([]any)
	text, _ := m["template"].(string)
	whole := m["type"] == "static" && len(list) > 0 || m["type"] == "dynamic" && text != ""
	if !isObject || !whole || slices.Contains([]string{"people", "companies"}, a.object.Slug) {
		f.bad(invalidIssue("Expected a static or dynamic default value, and none on people and companies", "data", "default_value"))
		return
	}
	doc, err := json.Marshal(m)
	if err != nil {
		f.bad(invalidIssue(err.Error(), "data", "default_value"))
	}
	a.Default = doc
}
