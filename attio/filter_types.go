package attio

import (
	"slices"
	"strings"

	"attio-etl/crm"
)

// valueKind is what a property is compared with.
type valueKind uint8

const (
	textKind valueKind = iota
	numberKind
	boolKind
	dateKind
	timeKind
)

// wants says it in messages.
func (k valueKind) wants() string {
	switch k {
	case numberKind:
		return "a number such as 12.5"
	case boolKind:
		return "true or false"
	case dateKind:
		return "a day such as 2024-01-31"
	case timeKind:
		return "a point in time such as 2024-01-31T12:00:00Z, or a day"
	default:
		return "a text; a number or a day in quotes"
	}
}

// property is a part of a value that the published API compares, and how (contract §8).
type property struct {
	name string // empty: the operators stand at the attribute itself
	ops  []crm.Operator
	kind valueKind
}

// has reports whether the API compares the property so, by itself or by what it can be rewritten to: negation, and a choice among
// several.
func (p property) has(o crm.Operator) bool {
	switch o {
	case crm.NotEqual, crm.In, crm.NotIn:
		return slices.Contains(p.ops, crm.Equal)
	case crm.NotExists:
		return slices.Contains(p.ops, crm.Exists)
	default:
		return slices.Contains(p.ops, o)
	}
}

// names lists the operators that the property has, in the order in which messages name them.
func (p property) names() string {
	var names []string
	for _, o := range crm.Operators() {
		if p.has(o) {
			names = append(names, string(o))
		}
	}
	return strings.Join(names, " ")
}

func ops(more ...crm.Operator) []crm.Operator { return append([]crm.Operator{crm.Equal}, more...) }

// of makes one property for each name.
func of(kind valueKind, ops []crm.Operator, names ...string) []property {
	properties := make([]property, len(names))
	for i, name := range names {
		properties[i] = property{name: name, ops: ops, kind: kind}
	}
	return properties
}

// filterable is what the published API compares of a type: the main property first, where the type has one (contract §8). That an
// attribute has a value at all can be asked of every type; on some the server may refuse it, and says so.
func filterable(t crm.Type) (properties []property, main bool) {
	text := []crm.Operator{crm.Contains, crm.StartsWith, crm.EndsWith}
	order := []crm.Operator{crm.Less, crm.LessOrEqual, crm.Greater, crm.GreaterOrEqual}
	exists := crm.Exists
	switch t {
	case crm.TypeText:
		return of(textKind, ops(append(text, exists)...), ""), true
	case crm.TypeNumber, crm.TypeRating, crm.TypeCurrency:
		return of(numberKind, ops(append(order, exists)...), ""), true
	case crm.TypeCheckbox:
		return of(boolKind, ops(exists), ""), true
	case crm.TypeDate:
		return of(dateKind, ops(append(order, exists)...), ""), true
	case crm.TypeTimestamp:
		return of(timeKind, ops(append(order, exists)...), ""), true
	case crm.TypeDomain:
		return of(textKind, ops(append(text, exists)...), "domain", "root_domain"), true
	case crm.TypeEmailAddress:
		return of(textKind, ops(text...), "email_address", "email_domain", "email_root_domain", "email_local_specifier"), true
	case crm.TypePhoneNumber:
		return append(of(textKind, ops(text...), "phone_number"), of(textKind, ops(exists), "country_code")...), true
	case crm.TypePersonalName:
		return of(textKind, ops(append(text, exists)...), "full_name", "first_name", "last_name"), true
	case crm.TypeSelect, crm.TypeStatus:
		return append(of(textKind, ops(exists), ""), of(timeKind, order, "active_from")...), true
	case crm.TypeRecordReference:
		return of(textKind, ops(), "target_record_id", "target_object"), true
	case crm.TypeActorReference:
		return of(textKind, ops(), "referenced_actor_id", "referenced_actor_type"), true
	case crm.TypeLocation:
		parts := of(textKind, ops(text...), "line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode")
		return append(parts, of(textKind, ops(crm.StartsWith), "country_code")...), false
	case crm.TypeInteraction:
		parts := of(textKind, ops(exists), "owner_member_id", "interaction_type")
		return append(parts, of(timeKind, ops(order...), "interacted_at")...), false
	default:
		return of(textKind, ops(exists), ""), true // a type of a newer API: what any type has
	}
}

// takesIn reports whether the API compares with a list itself; elsewhere the list is spelled out (contract §8).
func takesIn(t crm.Type, property string) bool {
	return t == crm.TypeText || (t == crm.TypeRecordReference && property == "target_record_id")
}

// pathName is what a property is called among the constraints of a path, where none can be left out.
func pathName(t crm.Type, property string) string {
	switch {
	case property != "" || t == crm.TypeSelect || t == crm.TypeStatus:
		return property
	default:
		return "value"
	}
}
