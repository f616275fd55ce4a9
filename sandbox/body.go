package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
)

// decodeObject reads exactly one JSON object, keeping numbers as written.
func decodeObject(body []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, badBody(invalidIssue("Invalid JSON: " + err.Error())).unreadable()
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, badBody(invalidIssue("Invalid JSON: more than one value")).unreadable()
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, badBody(wrongType("object", v))
	}
	return m, nil
}

// unknownKeys names every key that is not allowed, in a stable order.
func unknownKeys(m map[string]any, allowed []string, path ...string) []validationIssue {
	var issues []validationIssue
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(allowed, k) {
			issues = append(issues, unknownKey(append(slices.Clone(path), k)...))
		}
	}
	return issues
}

// dataOf opens the {"data":{…}} envelope of a write.
func dataOf(body []byte) (map[string]any, error) {
	m, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	issues := unknownKeys(m, []string{"data"})
	in, present := m["data"]
	data, ok := in.(map[string]any)
	switch {
	case !present:
		issues = append(issues, requiredIssue("object", "data"))
	case !ok:
		issues = append(issues, wrongType("object", in, "data"))
	}
	if issues != nil {
		return nil, badBody(issues...)
	}
	return data, nil
}

// valuesOf opens {"data":{"values":{…}}}.
func valuesOf(body []byte) (map[string]any, error) {
	data, err := dataOf(body)
	if err != nil {
		return nil, err
	}
	issues := unknownKeys(data, []string{"values"}, "data")
	in, present := data["values"]
	values, ok := in.(map[string]any)
	switch {
	case !present:
		issues = append(issues, requiredIssue("object", "data", "values"))
	case !ok:
		issues = append(issues, wrongType("object", in, "data", "values"))
	}
	if issues != nil {
		return nil, badBody(issues...)
	}
	return values, nil
}

// form reads the members of a closed object and collects what is wrong with them.
type form struct {
	in     map[string]any
	seen   []string
	issues []validationIssue
}

func (f *form) get(key string) (any, bool) {
	f.seen = append(f.seen, key)
	v, ok := f.in[key]
	return v, ok
}

func (f *form) bad(issue validationIssue) { f.issues = append(f.issues, issue) }

// text is a required, non-empty string.
func (f *form) text(key string) string {
	v, ok := f.get(key)
	s, isText := v.(string)
	switch {
	case !ok:
		f.bad(requiredIssue("string", "data", key))
	case !isText:
		f.bad(wrongType("string", v, "data", key))
	case s == "":
		f.bad(invalidIssue("String must contain at least 1 character(s)", "data", key))
	}
	return s
}

// object is a required object.
func (f *form) object(key string) map[string]any {
	v, ok := f.get(key)
	m, isObject := v.(map[string]any)
	if !ok {
		f.bad(requiredIssue("object", "data", key))
	} else if !isObject {
		f.bad(wrongType("object", v, "data", key))
	}
	return m
}

// list is a required array.
func (f *form) list(key string) []any {
	v, ok := f.get(key)
	l, isList := v.([]any)
	if !ok {
		f.bad(requiredIssue("array", "data", key))
	} else if !isList {
		f.bad(wrongType("array", v, "data", key))
	}
	return l
}

// oneOf is a required text out of a few.
func (f *form) oneOf(key string, choices ...string) string {
	s := f.text(key)
	if s != "" && !slices.Contains(choices, s) {
		f.bad(invalidIssue("Expected one of "+strings.Join(choices, ", "), "data", key))
	}
	return s
}

// flag is a required boolean.
func (f *form) flag(key string) bool {
	v, ok := f.get(key)
	b, isBool := v.(bool)
	if !ok {
		f.bad(requiredIssue("boolean", "data", key))
	} else if !isBool {
		f.bad(wrongType("boolean", v, "data", key))
	}
	return b
}

// textOrNull is a string or null; required says whether it may be absent.
func (f *form) textOrNull(key string, required bool) *string {
	v, ok := f.get(key)
	if !ok && required {
		f.bad(requiredIssue("string", "data", key))
	}
	if v == nil {
		return nil
	}
	s, isText := v.(string)
	if !isText {
		f.bad(wrongType("string", v, "data", key))
	}
	return &s
}

// done reports everything that was wrong, unknown members included.
func (f *form) done() error {
	issues := slices.Concat(f.issues, unknownKeys(f.in, f.seen, "data"))
	if len(issues) > 0 {
		return badBody(issues...)
	}
	return nil
}
