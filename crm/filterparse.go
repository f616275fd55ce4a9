package crm

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxDepth bounds how deep a filter may be nested: nobody writes one by hand that comes near.
const maxDepth = 64

// ParseFilter reads a filter as job files spell it, from the plain types that YAML and JSON decode to. The language is the union of what
// the two API contracts have: equality in short form ({name: Ada}), operators ({created_at: {$gte: 2024-01-01}}), properties
// ({name: {last_name: {$eq: Lovelace}}}), $and, $or, $not, dotted paths along references ({company.categories: SaaS}), and path with
// constraints. Several conditions of one mapping must all hold. Nothing, and an empty mapping, is no filter: nil. An error is a
// *FilterError. Whether an attribute exists and its type can be compared so is seen later, against the schema.
func ParseFilter(v any) (Filter, error) {
	if v == nil {
		return nil, nil
	}
	m, err := mapping(nil, v, "a mapping such as {name: Ada}")
	if err != nil || len(m) == 0 {
		return nil, err
	}
	return parseConditions(nil, m)
}

// mapping is v as a mapping with text keys.
func mapping(at place, v any, want string) (map[string]any, error) {
	switch m := v.(type) {
	case map[string]any:
		return m, nil
	case map[any]any: // what YAML decodes to where a key is no text
		texts := make(map[string]any, len(m))
		for key, value := range m {
			text, ok := key.(string)
			if !ok {
				return nil, at.wrong(fmt.Sprintf("the key %v is not a text", key), "the slug of an attribute, in quotes")
			}
			texts[text] = value
		}
		return texts, nil
	default:
		return nil, at.wrong(fmt.Sprintf("%s is no condition", kindOf(v)), want)
	}
}

// parseConditions reads a mapping of conditions, all of which must hold.
func parseConditions(at place, m map[string]any) (Filter, error) {
	if len(at) > maxDepth {
		return nil, at[:3].wrong("the filter is nested too deep", fmt.Sprintf("at most %d levels", maxDepth))
	}
	if len(m) == 0 {
		return nil, at.wrong("an empty condition", "at least one attribute")
	}
	if _, ok := m["path"]; ok && has(m, "constraints") {
		return parsePath(at, m)
	}
	all := make(And, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		f, err := parseCondition(at.at(key), key, m[key])
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return one(all), nil
}

func has(m map[string]any, key string) bool {
	_, ok := m[key]
	return ok
}

// one is a conjunction without the need of one.
func one(all And) Filter {
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func parseCondition(at place, key string, v any) (Filter, error) {
	switch {
	case key == "$and":
		parts, err := parseList(at, v)
		return And(parts), err
	case key == "$or":
		parts, err := parseList(at, v)
		return Or(parts), err
	case key == "$not":
		m, err := mapping(at, v, "a condition to negate")
		if err != nil {
			return nil, err
		}
		part, err := parseConditions(at, m)
		return Not{Filter: part}, err
	case strings.HasPrefix(key, "$"):
		return nil, at.wrong(fmt.Sprintf("%q stands where an attribute is expected", key), "the slug of an attribute, $and, $or or $not")
	}
	path, err := parseDotted(at, key)
	if err != nil {
		return nil, err
	}
	return parseConstraint(at, path, v)
}

func parseList(at place, v any) ([]Filter, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, at.wrong(kindOf(v)+" stands where a list of conditions is expected", "a list such as [{name: Ada}, {name: Bea}]")
	}
	parts := make([]Filter, len(list))
	for i, item := range list {
		m, err := mapping(at.index(i), item, "a condition such as {name: Ada}")
		if err != nil {
			return nil, err
		}
		if parts[i], err = parseConditions(at.index(i), m); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func parseDotted(at place, key string) ([]Step, error) {
	names := strings.Split(key, ".")
	path := make([]Step, len(names))
	for i, name := range names {
		if name == "" || strings.HasPrefix(name, "$") {
			return nil, at.wrong(fmt.Sprintf("%q is no path of attributes", key), "slugs joined by dots, such as company.categories")
		}
		path[i] = Step{Attribute: name}
	}
	return path, nil
}

// parsePath reads {path: [[people, company], [companies, name]], constraints: {...}}.
func parsePath(at place, m map[string]any) (Filter, error) {
	if len(m) > 2 {
		return nil, at.wrong("other keys stand beside path and constraints", "path and constraints alone; join conditions with $and")
	}
	const want = "a list of pairs [object or list, attribute]"
	list, ok := m["path"].([]any)
	if !ok || len(list) == 0 {
		return nil, at.at("path").wrong(kindOf(m["path"])+" is no path", want)
	}
	path := make([]Step, len(list))
	for i, item := range list {
		pair, _ := item.([]any)
		if len(pair) != 2 {
			return nil, at.at("path").index(i).wrong(kindOf(item)+" is no step", want)
		}
		target, okTarget := pair[0].(string)
		attribute, okAttribute := pair[1].(string)
		if !okTarget || !okAttribute || target == "" || attribute == "" {
			return nil, at.at("path").index(i).wrong("a step is not two texts", want)
		}
		path[i] = Step{Target: target, Attribute: attribute}
	}
	return parseConstraint(at.at("constraints"), path, m["constraints"])
}

// parseConstraint reads what an attribute is compared with: a plain value, operators, or properties with either.
func parseConstraint(at place, path []Step, v any) (Filter, error) {
	if m, err := mapping(at, v, ""); err == nil {
		together, err := parseOperators(at, path, m)
		if err != nil {
			return nil, err
		}
		if len(together) == 1 {
			return together[0], nil
		}
		return together, nil
	}
	return parseComparison(at, Compare{Path: path, Operator: Equal}, v)
}

func parseOperators(at place, path []Step, m map[string]any) (Together, error) {
	if len(m) == 0 {
		return nil, at.wrong("an empty comparison", "a value or an operator such as {$gte: 5}")
	}
	var together Together
	for _, key := range slices.Sorted(maps.Keys(m)) {
		below, err := parseProperty(at.at(key), Compare{Path: path}, key, m[key])
		if err != nil {
			return nil, err
		}
		together = append(together, below...)
	}
	return together, nil
}

// parseProperty reads one key of a comparison: an operator, or a property with operators or a plain value.
func parseProperty(at place, c Compare, key string, v any) (Together, error) {
	if strings.HasPrefix(key, "$") {
		c, err := parseOperator(at, c, key, v)
		return Together{c}, err
	}
	if c.Property = key; key == "" {
		return nil, at.wrong("a property without a name", "one such as last_name")
	}
	m, err := mapping(at, v, "")
	if err != nil {
		c.Operator = Equal
		c, err := parseComparison(at, c, v)
		return Together{c}, err
	}
	if len(m) == 0 {
		return nil, at.wrong("an empty comparison", "a value or an operator such as {$gte: 5}")
	}
	var together Together
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !strings.HasPrefix(key, "$") {
			return nil, at.at(key).wrong(fmt.Sprintf("%q stands where an operator is expected", key), "an operator: "+operatorNames())
		}
		below, err := parseOperator(at.at(key), c, key, m[key])
		if err != nil {
			return nil, err
		}
		together = append(together, below)
	}
	return together, nil
}

// parseOperator reads an operator with its value. $exists and its kin take true or false.
func parseOperator(at place, c Compare, key string, v any) (Compare, error) {
	c.Operator = Operator(key)
	exists := c.Operator == Exists
	if key == "$not_empty" { // the published API's word
		c.Operator, exists = Exists, true
	}
	if exists || c.Operator == NotExists {
		is, ok := v.(bool)
		if !ok {
			return c, at.wrong(kindOf(v)+" stands after "+key, "true or false")
		}
		c.Operator = NotExists
		if exists == is {
			c.Operator = Exists
		}
		return c, nil
	}
	if !slices.Contains(Operators(), c.Operator) {
		return c, at.wrong(fmt.Sprintf("there is no operator %q", key), "one of "+operatorNames())
	}
	return parseComparison(at, c, v)
}

func operatorNames() string {
	var names []string
	for _, o := range Operators() {
		names = append(names, string(o))
	}
	return strings.Join(append(names, "$not_empty"), " ")
}

// parseComparison gives a comparison its value.
func parseComparison(at place, c Compare, v any) (Compare, error) {
	if c.Operator != In && c.Operator != NotIn {
		value, err := plain(at, v)
		c.Value = value
		return c, err
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return c, at.wrong(kindOf(v)+" stands after "+string(c.Operator), "a list of values, not empty")
	}
	values := make([]any, len(list))
	for i, item := range list {
		value, err := plain(at.index(i), item)
		if err != nil {
			return c, err
		}
		values[i] = value
	}
	c.Value = values
	return c, nil
}

// plain is a value to compare with, in one Go type for each kind. A time at midnight UTC is the day that YAML read it from.
func plain(at place, v any) (any, error) {
	switch v := v.(type) {
	case string, bool:
		return v, nil
	case json.Number:
		if _, err := strconv.ParseFloat(string(v), 64); err != nil {
			return nil, at.wrong(fmt.Sprintf("%q is no number", string(v)), "a number such as 12.5")
		}
		return v, nil
	case int:
		return json.Number(strconv.Itoa(v)), nil
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), nil
	case uint64:
		return json.Number(strconv.FormatUint(v, 10)), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, at.wrong(fmt.Sprintf("%v is no number", v), "a number such as 12.5")
		}
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64)), nil
	case time.Time:
		if v.Equal(v.UTC().Truncate(24 * time.Hour)) {
			return v.UTC().Format(time.DateOnly), nil
		}
		return v.UTC().Format(time.RFC3339Nano), nil
	case nil:
		return nil, at.wrong("nothing stands where a value is expected", "a value, or {$not_exists: true} for attributes without one")
	case []any:
		return nil, at.wrong("a list stands where one value is expected", "one value, or {$in: [...]}")
	default:
		return nil, at.wrong(kindOf(v)+" stands where a value is expected", "a text, a number, true or false")
	}
}

// kindOf is what a decoded value is, in a user's words.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any, map[any]any:
		return "a mapping"
	default:
		return "a plain value"
	}
}
