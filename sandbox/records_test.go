package sandbox

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// titles reads one property of every value of an attribute.
func (x tree) column(slug string, property ...any) []string {
	out := []string{}
	for i := range x.len("data", "values", slug) {
		out = append(out, x.text(append([]any{"data", "values", slug, i}, property...)...))
	}
	return out
}

// One row for each way of writing and each shape of attribute (contract §6).
func TestWriteModes(t *testing.T) {
	const start = `{"domains":["a.example","b.example"],"name":"Acme","categories":["B2B","SAAS"]}`
	for _, tc := range []struct {
		name, method, body              string
		domains, categories, wantedName string
	}{
		{"patch adds in front", "PATCH", `{"domains":["c.example"],"categories":["B2C","B2B"]}`, "c a b", "B2C B2B SAAS", "Acme"},
		{"patch replaces a single value", "PATCH", `{"name":"New"}`, "a b", "B2B SAAS", "New"},
		{"patch of [] changes no multiselect", "PATCH", `{"domains":[],"categories":[]}`, "a b", "B2B SAAS", "Acme"},
		{"patch of [] clears a single value", "PATCH", `{"name":[]}`, "a b", "B2B SAAS", ""},
		{"put replaces", "PUT", `{"domains":["c.example"],"categories":["B2C"]}`, "c", "B2C", "Acme"},
		{"put of [] clears", "PUT", `{"categories":[],"name":[]}`, "a b", "", ""},
		{"put of nothing changes nothing", "PUT", `{}`, "a b", "B2B SAAS", "Acme"},
		{"assert adds to the matching attribute and replaces others", "ASSERT", `{"domains":["c.example","b.example"],"categories":["B2C"]}`, "a b c", "B2C", "Acme"},
		{"assert of [] clears", "ASSERT", `{"domains":["a.example"],"categories":[],"name":[]}`, "a b", "", ""},
		{"assert leaves what is not sent", "ASSERT", `{"domains":["A.EXAMPLE"]}`, "a b", "B2B SAAS", "Acme"},
		{"equal values collapse", "PUT", `{"categories":["B2C","B2C"],"domains":["c.example","C.example"]}`, "c", "B2C", "Acme"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := open(t, Options{})
			id := b.create("companies", start)
			method, path := tc.method, "/v2/objects/companies/records/"+id
			if method == "ASSERT" {
				method, path = "PUT", "/v2/objects/companies/records?matching_attribute=domains"
			}
			x := b.ok(method, path, values("%s", tc.body))
			if got := x.text("data", "id", "record_id"); got != id {
				t.Fatalf("changed record %s, want %s", got, id)
			}
			got := strings.ReplaceAll(strings.Join(x.column("domains", "domain"), " "), ".example", "")
			if got != tc.domains {
				t.Errorf("domains = %q, want %q", got, tc.domains)
			}
			if got := strings.Join(x.column("categories", "option", "title"), " "); got != tc.categories {
				t.Errorf("categories = %q, want %q", got, tc.categories)
			}
			if got := strings.Join(x.column("name", "value"), " "); got != tc.wantedName {
				t.Errorf("name = %q, want %q", got, tc.wantedName)
			}
			if again := b.ok("GET", "/v2/objects/companies/records/"+id, ""); !reflect.DeepEqual(again.v, x.v) {
				t.Error("the reply is not what is stored")
			}
			for _, domain := range x.column("domains", "domain") {
				if found := b.query("companies", fmt.Sprintf(`{"filter":{"domains":%q}}`, domain)); !slices.Equal(found, []string{id}) {
					t.Errorf("%s finds %v", domain, found)
				}
			}
		})
	}
}

func TestUnchangedValueKeepsItsEnvelope(t *testing.T) {
	b := open(t, Options{})
	const body = `{"domains":["a.example"],"name":"Acme","categories":["B2B"]}`
	path := "/v2/objects/companies/records?matching_attribute=domains"
	first := b.ok("PUT", path, values("%s", body))
	second := b.ok("PUT", path, values("%s", body))
	if !reflect.DeepEqual(first.v, second.v) {
		t.Errorf("the same assert twice: %v then %v", first.v, second.v)
	}
}

func TestAssertCreatesOnce(t *testing.T) {
	b := open(t, Options{})
	path := "/v2/objects/people/records?matching_attribute=" + seedID("attribute", "people", "email_addresses")
	first := b.ok("PUT", path, values(`{"email_addresses":["Ann@Acme.example"],"job_title":"CEO"}`)).text("data", "id", "record_id")
	second := b.ok("PUT", path, values(`{"email_addresses":["ann@acme.example","a2@acme.example"]}`))
	if second.text("data", "id", "record_id") != first || len(b.query("people", "")) != 1 {
		t.Errorf("second assert: %v", second.v)
	}
	if got := second.column("email_addresses", "email_address"); !slices.Equal(got, []string{"ann@acme.example", "a2@acme.example"}) {
		t.Errorf("addresses = %v", got)
	}
}

func TestAssertRefused(t *testing.T) {
	b := open(t, Options{})
	b.create("companies", `{"domains":["a.example"],"name":"A"}`)
	b.create("companies", `{"domains":["b.example"],"name":"B"}`)
	const base = "/v2/objects/companies/records"
	before := b.ok("POST", base+"/query", "")
	for _, tc := range []struct{ code, query, body string }{
		{"multiple_match_results", "?matching_attribute=domains", `{"domains":["a.example","b.example"],"name":"C"}`},
		{"matching_attribute_definition_not_unique", "?matching_attribute=name", `{"name":"A"}`},
		{codeValueNotFound, "?matching_attribute=domain", `{"domains":["a.example"]}`},
		{codeMissingValue, "?matching_attribute=domains", `{"name":"C"}`},
		{codeMissingValue, "?matching_attribute=domains", `{"domains":[],"name":"C"}`},
		{codeValidation, "", `{"domains":["a.example"],"name":"C"}`},
		{codeValidation, "?match=domains", `{"domains":["a.example"],"name":"C"}`},
		{codeValueNotFound, "?matching_attribute=domains", `{"domains":["a.example"],"categories":["No such"]}`},
	} {
		x := b.refused(400, tc.code, "PUT", base+tc.query, values("%s", tc.body))
		if tc.code == codeValidation && (x.text("message") != "Query params validation error." || x.text("validation_errors", 0, "path", 0) != "matching_attribute") {
			t.Errorf("%s: %v", tc.query, x.v)
		}
	}
	b.refused(404, "not_found", "PUT", "/v2/objects/nothing/records?matching_attribute=domains", values(`{}`))
	if after := b.ok("POST", base+"/query", ""); !reflect.DeepEqual(before.v, after.v) {
		t.Errorf("refused asserts changed the state:\n%v\n%v", before.v, after.v)
	}
}

func TestUniquenessOnEveryWrite(t *testing.T) {
	b := open(t, Options{})
	b.attribute("deals", "external_id", typeText, true, false, "{}")
	first := b.create("companies", `{"domains":["a.example"]}`)
	second := b.create("companies", `{"domains":["b.example"]}`)
	x := b.refused(400, "uniqueness_conflict", "POST", "/v2/objects/companies/records", values(`{"domains":["A.example"],"name":"Ghost"}`))
	if want := `The value "{\"domain\":\"a.example\"}" provided for attribute with ID "` + seedID("attribute", "companies", "domains") + `"`; !strings.HasPrefix(x.text("message"), want) {
		t.Errorf("message = %s", x.text("message"))
	}
	for _, method := range []string{"PATCH", "PUT"} {
		b.refused(400, "uniqueness_conflict", method, "/v2/objects/companies/records/"+second, values(`{"name":"Ghost","domains":["new.example","a.example"]}`))
	}
	if ids := b.query("companies", `{"filter":{"$or":[{"name":"Ghost"},{"domains":"new.example"}]}}`); ids != nil {
		t.Errorf("refused writes left %v", ids)
	}
	// A value is free again once its record gives it up or goes.
	b.ok("PUT", "/v2/objects/companies/records/"+first, values(`{"domains":["c.example"]}`))
	b.ok("PATCH", "/v2/objects/companies/records/"+second, values(`{"domains":["a.example"]}`))
	b.ok("DELETE", "/v2/objects/companies/records/"+second, "")
	b.create("companies", `{"domains":["a.example","b.example"]}`)

	// Uniqueness of text is a matter of case, its filter is not.
	deal := func(id string) string {
		return fmt.Sprintf(`{"name":"D","stage":"Lead","owner":"ada@sandbox.example","external_id":%q}`, id)
	}
	b.create("deals", deal("x1"))
	b.create("deals", deal("X1"))
	b.refused(400, "uniqueness_conflict", "POST", "/v2/objects/deals/records", values("%s", deal("x1")))
	if ids := b.query("deals", `{"filter":{"external_id":"x1"}}`); len(ids) != 2 {
		t.Errorf("filter finds %d deals, want 2", len(ids))
	}
	if x := b.ok("PUT", "/v2/objects/deals/records?matching_attribute=external_id", values(`{"external_id":"X1","name":"E"}`)); x.text("data", "values", "external_id", 0, "value") != "X1" {
		t.Errorf("assert took %v", x.v)
	}
}

func TestRequired(t *testing.T) {
	b := open(t, Options{})
	b.refused(400, codeMissingValue, "POST", "/v2/objects/deals/records", values(`{"name":"D","stage":"Lead"}`))
	b.refused(400, codeMissingValue, "POST", "/v2/objects/deals/records", values(`{"name":[],"stage":"Lead","owner":"ada@sandbox.example"}`))
	b.refused(400, codeMissingValue, "PUT", "/v2/objects/users/records?matching_attribute=user_id", values(`{"user_id":"u1"}`))
	id := b.create("deals", `{"name":"D","stage":"Lead","owner":"ada@sandbox.example"}`)
	b.refused(400, codeMissingValue, "PUT", "/v2/objects/deals/records/"+id, values(`{"name":[]}`))
	b.ok("PATCH", "/v2/objects/deals/records/"+id, values(`{"stage":"Lost"}`))
}

func TestDefaultValue(t *testing.T) {
	b := open(t, Options{})
	b.ok("POST", "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	b.ok("POST", "/v2/objects/things/attributes", `{"data":{"title":"N","description":null,"api_slug":"n","type":"number","is_required":true,
		"is_unique":false,"is_multiselect":false,"config":{},"default_value":{"type":"static","template":[{"value":5}]}}}`)
	if x := b.ok("GET", "/v2/objects/things/attributes/n", ""); !reflect.DeepEqual(x.get("data", "default_value"), any(map[string]any{
		"type": "static", "template": []any{map[string]any{"value": 5.0, "attribute_type": "number"}},
	})) {
		t.Errorf("shown: %v", x.v)
	}
	if x := b.ok("POST", "/v2/objects/things/records", values(`{}`)); x.get("data", "values", "n", 0, "value") != 5.0 {
		t.Errorf("default: %v", x.v)
	}
	if x := b.ok("POST", "/v2/objects/things/records", values(`{"n":[6]}`)); x.get("data", "values", "n", 0, "value") != 6.0 {
		t.Errorf("given: %v", x.v)
	}
}

func TestDeleteAndNotFound(t *testing.T) {
	b := open(t, Options{})
	companyID := b.create("companies", `{"domains":["a.example"]}`)
	person := b.create("people", `{"company":"a.example","name":"Ann"}`)
	path := "/v2/objects/companies/records/" + companyID
	if x := b.ok("DELETE", path, ""); !reflect.DeepEqual(x.v, map[string]any{}) {
		t.Errorf("delete answers %v, want {}", x.v)
	}
	for _, method := range []string{"GET", "PATCH", "PUT", "DELETE"} {
		b.refused(404, "not_found", method, path, values(`{}`))
	}
	b.refused(404, "not_found", "GET", "/v2/objects/people/records/"+companyID, "")
	b.refused(404, "not_found", "GET", "/v2/objects/companies/records/"+person, "")
	b.refused(400, codeValidation, "GET", "/v2/objects/companies/records/rec_123", "")
	if x := b.ok("GET", "/v2/objects/people/records/"+person, ""); x.len("data", "values", "company") != 0 {
		t.Error("a reference to a deleted record is left")
	}
	if ids := b.query("companies", `{"filter":{"domains":"a.example"}}`); ids != nil {
		t.Errorf("a deleted record is found: %v", ids)
	}
}

func TestBodiesRefused(t *testing.T) {
	b := open(t, Options{})
	for _, body := range []string{
		"", "{", "[]", "null", `{}`, `{"values":{}}`, `{"data":null}`, `{"data":{}}`, `{"data":{"values":[]}}`, `{"data":{"values":{}},"x":1}`,
		`{"data":{"values":{},"matching_attribute":"domains"}}`, `{"data":{"values":{}}} {}`,
	} {
		x := b.refused(400, codeValidation, "POST", "/v2/objects/companies/records", body)
		if x.text("message") != "Body payload validation error." || x.len("validation_errors") == 0 {
			t.Errorf("%q: %v", body, x.v)
		}
	}
	if ids := b.query("companies", ""); ids != nil {
		t.Errorf("refused bodies left %v", ids)
	}
}
