package sandbox

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

func entryBody(parent, object, vals string) string {
	return fmt.Sprintf(`{"data":{"parent_record_id":%q,"parent_object":%q,"entry_values":%s}}`, parent, object, vals)
}

// list makes a list of records of the object.
func (b *bench) list(slug, object string) {
	b.t.Helper()
	b.ok("POST", "/v2/lists", fmt.Sprintf(`{"data":{"name":%q,"api_slug":%q,"parent_object":%q,"workspace_access":"full-access","workspace_member_access":[]}}`, slug, slug, object))
}

func TestLists(t *testing.T) {
	b := open(t, Options{})
	body := fmt.Sprintf(`{"data":{"name":"Target Logos","api_slug":"targets","parent_object":"companies","workspace_access":null,
		"workspace_member_access":[{"level":"full-access","workspace_member_id":%q}]}}`, memberID)
	x := b.ok("POST", "/v2/lists", body)
	want := map[string]any{
		"id":       map[string]any{"workspace_id": b.server.workspace, "list_id": x.text("data", "id", "list_id")},
		"api_slug": "targets", "name": "Target Logos", "created_at": x.text("data", "created_at"), "workspace_access": nil,
		"workspace_member_access": []any{map[string]any{"level": "full-access", "workspace_member_id": memberID}},
		"parent_object":           []any{"companies"}, "created_by_actor": map[string]any{"type": "api-token", "id": tokenID},
	}
	if !reflect.DeepEqual(x.get("data"), any(want)) {
		t.Errorf("list = %v, want %v", x.get("data"), want)
	}
	for _, path := range []string{"/v2/lists/targets", "/v2/lists/" + x.text("data", "id", "list_id")} {
		if got := b.ok("GET", path, ""); !reflect.DeepEqual(got.v, x.v) {
			t.Errorf("%s = %v", path, got.v)
		}
	}
	if all := b.ok("GET", "/v2/lists", ""); !reflect.DeepEqual(all.get("data"), any([]any{x.get("data")})) {
		t.Errorf("lists = %v", all.v)
	}
	b.refused(409, "slug_conflict", "POST", "/v2/lists", body)
	missing := b.refused(400, codeValidation, "POST", "/v2/lists", `{"data":{"name":"N","api_slug":"n","parent_object":"companies","workspace_member_access":[]}}`)
	if missing.text("validation_errors", 0, "path", 1) != "workspace_access" || missing.text("validation_errors", 0, "expected") != accessChoices ||
		missing.text("validation_errors", 0, "message") != "Required" {
		t.Errorf("missing access: %v", missing.v)
	}
	b.refused(400, codeValueNotFound, "POST", "/v2/lists", `{"data":{"name":"N","api_slug":"n","parent_object":"nothing","workspace_access":null,"workspace_member_access":[]}}`)
	changed := b.ok("PATCH", "/v2/lists/targets", `{"data":{"name":"Logos","workspace_access":"read-only"}}`)
	if changed.text("data", "name") != "Logos" || changed.text("data", "workspace_access") != "read-only" || changed.len("data", "workspace_member_access") != 1 {
		t.Errorf("patched: %v", changed.v)
	}
	b.refused(400, codeValidation, "PATCH", "/v2/lists/targets", `{"data":{"parent_object":"people"}}`)
	b.refused(404, "not_found", "GET", "/v2/lists/nothing", "")
}

func TestEntries(t *testing.T) {
	b := open(t, Options{})
	b.list("targets", "companies")
	b.ok("POST", "/v2/lists/targets/attributes", attributeBody("note", typeText, false, "{}"))
	b.ok("POST", "/v2/lists/targets/attributes", `{"data":{"title":"Tags","description":null,"api_slug":"tags","type":"select","is_required":false,"is_unique":false,"is_multiselect":true,"config":{}}}`)
	for _, title := range []string{"A", "B"} {
		b.ok("POST", "/v2/lists/targets/attributes/tags/options", fmt.Sprintf(`{"data":{"title":%q}}`, title))
	}
	acme := b.create("companies", `{"domains":["acme.example"],"name":"Acme"}`)
	const path = "/v2/lists/targets/entries"
	x := b.ok("POST", path, entryBody(acme, "companies", `{"note":"n","tags":["A"]}`))
	id := x.text("data", "id", "entry_id")
	if x.text("data", "parent_record_id") != acme || x.text("data", "parent_object") != "companies" || x.text("data", "entry_values", "note", 0, "value") != "n" ||
		x.text("data", "entry_values", "entry_id", 0, "value") != id || x.text("data", "id", "list_id") == "" {
		t.Errorf("entry: %v", x.v)
	}
	if got := b.ok("GET", path+"/"+id, ""); !reflect.DeepEqual(got.v, x.v) {
		t.Errorf("get: %v", got.v)
	}
	tags := func(x tree) []string {
		var out []string
		for i := range x.len("data", "entry_values", "tags") {
			out = append(out, x.text("data", "entry_values", "tags", i, "option", "title"))
		}
		return out
	}
	if got := tags(b.ok("PATCH", path+"/"+id, `{"data":{"entry_values":{"tags":["B"]}}}`)); !slices.Equal(got, []string{"B", "A"}) {
		t.Errorf("patched tags %v", got)
	}
	if got := tags(b.ok("PUT", path+"/"+id, `{"data":{"entry_values":{"tags":["A"]}}}`)); !slices.Equal(got, []string{"A"}) {
		t.Errorf("put tags %v", got)
	}
	again := b.ok("PUT", path, entryBody(acme, "companies", `{"tags":["B"]}`))
	if again.text("data", "id", "entry_id") != id || !slices.Equal(tags(again), []string{"B"}) || again.len("data", "entry_values", "note") != 1 {
		t.Errorf("assert: %v", again.v)
	}
	if past := b.ok("GET", path+"/"+id+"/attributes/tags/values?show_historic=true", ""); past.len("data") < 3 {
		t.Errorf("history: %v", past.v)
	}
	second := b.ok("POST", path, entryBody(acme, "companies", `{}`)).text("data", "id", "entry_id")
	b.refused(400, "multiple_match_results", "PUT", path, entryBody(acme, "companies", `{}`))
	in := b.ok("GET", "/v2/objects/companies/records/"+acme+"/entries", "")
	if in.len("data") != 2 || in.text("data", 1, "entry_id") != second || in.text("data", 0, "list_api_slug") != "targets" {
		t.Errorf("entries of the record: %v", in.v)
	}
	b.refused(400, "immutable_value", "PATCH", path+"/"+id, entryBody(acme, "companies", `{}`))
	b.refused(400, codeValueNotFound, "POST", path, entryBody(tokenID, "companies", `{}`))
	b.refused(400, codeValueNotFound, "POST", path, entryBody(acme, "people", `{}`))
	b.refused(400, codeValueNotFound, "POST", path, entryBody(acme, "companies", `{"nothing":1}`))
	b.refused(400, codeValidation, "POST", path, fmt.Sprintf(`{"data":{"parent_record_id":%q}}`, acme))
	b.ok("DELETE", path+"/"+second, "")
	b.refused(404, "not_found", "GET", path+"/"+second, "")
	b.refused(404, "not_found", "DELETE", path+"/"+second, "")
	b.ok("DELETE", "/v2/objects/companies/records/"+acme, "")
	if left := b.ok("POST", path+"/query", ""); left.len("data") != 0 {
		t.Errorf("the entry of a deleted record is left: %v", left.v)
	}
}

func TestQueryEntries(t *testing.T) {
	b := open(t, Options{})
	b.list("targets", "companies")
	b.attributeOn("/v2/lists/targets", "rank", typeNumber)
	names, ids := map[string]string{}, map[string]string{}
	for i, name := range []string{"c", "a", "b"} {
		company := b.create("companies", fmt.Sprintf(`{"domains":["%s.example"],"name":%q}`, name, name))
		names[b.ok("POST", "/v2/lists/targets/entries", entryBody(company, "companies", fmt.Sprintf(`{"rank":%d}`, i))).text("data", "id", "entry_id")] = name
		ids[name] = company
	}
	for _, tc := range []struct{ body, want string }{
		{``, "cab"},
		{`{"sorts":[{"direction":"desc","attribute":"created_at"}]}`, "bac"},
		{`{"filter":{"rank":{"$gte":1}}}`, "ab"},
		{`{"filter":{"path":[["targets","parent_record"],["companies","name"]],"constraints":{"value":"a"}}}`, "a"},
		{fmt.Sprintf(`{"filter":{"path":[["targets","parent_record"],["companies","record_id"]],"constraints":{"$in":[%q,%q]}}}`, ids["a"], ids["c"]), "ca"},
		{`{"sorts":[{"direction":"asc","path":[["targets","parent_record"],["companies","name"]]}]}`, "abc"},
		{`{"limit":1,"offset":1}`, "a"},
	} {
		x := b.ok("POST", "/v2/lists/targets/entries/query", tc.body)
		var got []string
		for i := range x.len("data") {
			got = append(got, x.text("data", i, "id", "entry_id"))
		}
		if s := letters(got, names); s != tc.want {
			t.Errorf("%s: %s, want %s", tc.body, s, tc.want)
		}
	}
	b.refused(400, codeFilter, "POST", "/v2/lists/targets/entries/query", `{"filter":{"path":[["targets","parent_record"]],"constraints":{"value":"a"}}}`)
	b.refused(400, codeFilter, "POST", "/v2/lists/targets/entries/query", `{"filter":{"path":[["targets","parent_record"],["people","name"]],"constraints":"a"}}`)
}

// attributeOn makes a plain attribute on an object or a list.
func (b *bench) attributeOn(target, slug, typ string) {
	b.t.Helper()
	b.ok("POST", target+"/attributes", attributeBody(slug, typ, false, "{}"))
}
