package crm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

// shown is a filter as a text: (and a=1 (not b.c$lt2)).
func shown(f Filter) string {
	list := func(word string, parts []Filter) string {
		texts := []string{word}
		for _, p := range parts {
			texts = append(texts, shown(p))
		}
		return "(" + strings.Join(texts, " ") + ")"
	}
	switch f := f.(type) {
	case nil:
		return "nil"
	case And:
		return list("and", f)
	case Or:
		return list("or", f)
	case Not:
		return list("not", []Filter{f.Filter})
	case Together:
		var parts []Filter
		for _, c := range f {
			parts = append(parts, c)
		}
		return list("together", parts)
	case Compare:
		var steps []string
		for _, s := range f.Path {
			steps = append(steps, strings.TrimPrefix(s.Target+"/"+s.Attribute, "/"))
		}
		name := strings.Join(steps, ">")
		if f.Property != "" {
			name += ":" + f.Property
		}
		return fmt.Sprintf("%s%s%#v", name, f.Operator, f.Value)
	default:
		return fmt.Sprintf("%T", f)
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestParseFilter(t *testing.T) {
	for text, want := range map[string]string{
		`null`:                                     `nil`,
		`{}`:                                       `nil`,
		`{"name":"Ada"}`:                           `name$eq"Ada"`,
		`{"a":1.50}`:                               `a$eq"1.50"`,
		`{"b":"x","a":true}`:                       `(and a$eqtrue b$eq"x")`,
		`{"a":{"$gte":1,"$lt":5}}`:                 `(together a$gte"1" a$lt"5")`,
		`{"a":{"$in":["x","y"]}}`:                  `a$in[]interface {}{"x", "y"}`,
		`{"a":{"$nin":[1]}}`:                       `a$nin[]interface {}{"1"}`,
		`{"a":{"$exists":true}}`:                   `a$exists<nil>`,
		`{"a":{"$exists":false}}`:                  `a$not_exists<nil>`,
		`{"a":{"$not_exists":true}}`:               `a$not_exists<nil>`,
		`{"a":{"$not_exists":false}}`:              `a$exists<nil>`,
		`{"a":{"$not_empty":true}}`:                `a$exists<nil>`,
		`{"a":{"$not_empty":false}}`:               `a$not_exists<nil>`,
		`{"name":{"last_name":"L"}}`:               `name:last_name$eq"L"`,
		`{"name":{"last_name":{"$contains":"L"}}}`: `name:last_name$contains"L"`,
		`{"name":{"last_name":{"$starts_with":"L","$ends_with":"e"},"$not_empty":true}}`: `(together name$exists<nil> name:last_name$ends_with"e" name:last_name$starts_with"L")`,
		`{"company.categories":"SaaS"}`:            `company>categories$eq"SaaS"`,
		`{"$and":[{"a":1},{"b":2,"c":3}]}`:         `(and a$eq"1" (and b$eq"2" c$eq"3"))`,
		`{"$or":[{"a":1},{"$not":{"b":2}}],"c":3}`: `(and (or a$eq"1" (not b$eq"2")) c$eq"3")`,
		`{"path":[["people","company"],["companies","name"]],"constraints":{"value":{"$contains":"x"}}}`: `people/company>companies/name:value$contains"x"`,
		`{"path":[["people","company"]],"constraints":"x"}`:                                              `people/company$eq"x"`,
		`{"path":"an attribute of that name"}`:                                                           `path$eq"an attribute of that name"`,
		`{"constraints":"likewise"}`:                                                                     `constraints$eq"likewise"`,
	} {
		f, err := ParseFilter(decoded(t, text))
		if got := strings.ReplaceAll(shown(f), "json.Number", ""); err != nil || got != want {
			t.Errorf("%s is read as %s (%v), want %s", text, got, err, want)
		}
	}
}

// TestParseFilterOfYAML holds the Go types that YAML decodes to.
func TestParseFilterOfYAML(t *testing.T) {
	day := time.Date(2024, 1, 31, 0, 0, 0, 0, time.UTC)
	for want, v := range map[string]any{
		"5": 5, "6": int64(6), "7": uint64(7), "8.5": 8.5, "100000": 1e5,
	} {
		f, err := ParseFilter(map[any]any{"a": v})
		if c, ok := f.(Compare); err != nil || !ok || c.Value != json.Number(want) {
			t.Errorf("%v is read as %#v (%v)", v, f, err)
		}
	}
	for want, v := range map[string]time.Time{"2024-01-31": day, "2024-01-31T10:00:00Z": day.Add(10 * time.Hour)} {
		f, err := ParseFilter(map[string]any{"a": v})
		if c, ok := f.(Compare); err != nil || !ok || c.Value != want {
			t.Errorf("%v is read as %#v (%v)", v, f, err)
		}
	}
	for _, v := range []any{map[any]any{5: "x"}, map[string]any{"a": math.NaN()}, map[string]any{"a": struct{}{}}} {
		if f, err := ParseFilter(v); err == nil {
			t.Errorf("%v is read as %v", v, f)
		}
	}
}

func TestParseFilterErrors(t *testing.T) {
	deep := strings.Repeat(`{"$not":`, 70) + `{"a":1}` + strings.Repeat(`}`, 70)
	for text, want := range map[string]string{
		`"name"`:                             "a text is no condition",
		`[{"a":1}]`:                          "a list is no condition",
		`{"a":null}`:                         "a: nothing stands where a value is expected; want a value, or {$not_exists: true}",
		`{"a":[1,2]}`:                        "a: a list stands where one value is expected; want one value, or {$in",
		`{"a":{}}`:                           "a: an empty comparison",
		`{"a":{"p":{}}}`:                     "a.p: an empty comparison",
		`{"a":{"p":{"q":1}}}`:                `a.p.q: "q" stands where an operator is expected; want an operator: $eq`,
		`{"a":{"$like":"x"}}`:                `a.$like: there is no operator "$like"; want one of $eq $ne`,
		`{"a":{"$in":"x"}}`:                  "a.$in: a text stands after $in; want a list",
		`{"a":{"$in":[]}}`:                   "a.$in: a list stands after $in; want a list of values, not empty",
		`{"a":{"$in":[{}]}}`:                 "a.$in.0: a mapping stands where a value is expected",
		`{"a":{"$exists":1}}`:                "a.$exists: a plain value stands after $exists; want true or false",
		`{"a":{"$gt":{"x":1}}}`:              "a.$gt: a mapping stands where a value is expected",
		`{"$and":{"a":1}}`:                   "$and: a mapping stands where a list of conditions is expected",
		`{"$or":[]}`:                         "$or: a list stands where a list of conditions is expected",
		`{"$or":[{"a":1},{}]}`:               "$or.1: an empty condition",
		`{"$or":["a"]}`:                      "$or.0: a text is no condition",
		`{"$not":[{"a":1}]}`:                 "$not: a list is no condition",
		`{"$nor":[{"a":1}]}`:                 `$nor: "$nor" stands where an attribute is expected`,
		`{"a..b":1}`:                         `a..b: "a..b" is no path of attributes`,
		`{"":1}`:                             `"" is no path`,
		`{"path":[],"constraints":1}`:        "path: a list is no path",
		`{"path":[["a"]],"constraints":1}`:   "path.0: a list is no step",
		`{"path":[["a",1]],"constraints":1}`: "path.0: a step is not two texts",
		`{"path":[["a","b"]],"constraints":1,"c":1}`: "other keys stand beside path and constraints",
		deep: "nested too deep",
	} {
		f, err := ParseFilter(decoded(t, text))
		var at *FilterError
		if !errors.As(err, &at) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v (%v), want %s", text, err, f, want)
		}
	}
}

func TestCompareName(t *testing.T) {
	c := Compare{Path: []Step{{Attribute: "company"}, {Target: "companies", Attribute: "name"}}, Property: "value"}
	if c.Name() != "company.name.value" {
		t.Error(c.Name())
	}
}

func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{
		`{"$and":[{"a":{"$gte":1}},{"$not":{"b.c":{"p":{"$in":["x"]}}}}]}`,
		`{"path":[["people","company"],["companies","name"]],"constraints":{"value":{"$contains":"x"}}}`,
		`{"a":{"$exists":false},"b":null}`, `[]`, `{"$or":[{"$or":[{"$or":[]}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		if json.Unmarshal(text, &v) != nil {
			return
		}
		got, err := ParseFilter(v)
		var at *FilterError
		switch {
		case err != nil && !errors.As(err, &at):
			t.Errorf("%s: %v is not a *FilterError", text, err)
		case err == nil && got == nil && v != nil && !reflect.DeepEqual(v, map[string]any{}):
			t.Errorf("%s is read as no filter", text)
		case err == nil && strings.Contains(shown(got), "crm."):
			t.Errorf("%s is read as %s", text, shown(got))
		}
	})
}
