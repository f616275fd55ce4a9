package sandbox

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The seed has the standard objects and attributes of contract §10 with their flags.
func TestSeed(t *testing.T) {
	b := open(t, Options{})
	x := b.ok("GET", "/v2/objects", "")
	var slugs []string
	for i := range x.len("data") {
		slugs = append(slugs, x.text("data", i, "api_slug"))
	}
	if want := []string{"people", "companies", "deals", "users", "workspaces"}; !slices.Equal(slugs, want) {
		t.Errorf("objects = %v, want %v", slugs, want)
	}
	for _, tc := range []struct {
		object, slug, typ          string
		unique, multi, required, w bool
	}{
		{"people", "email_addresses", typeEmail, true, true, false, true},
		{"people", "name", typePersonalName, false, false, false, true},
		{"companies", "domains", typeDomain, true, true, false, true},
		{"companies", "categories", typeSelect, false, true, false, true},
		{"companies", "logo_url", typeText, false, false, false, false},
		{"companies", "record_id", typeText, true, false, false, false},
		{"companies", "created_at", typeTimestamp, false, false, false, false},
		{"companies", "last_interaction", typeInteraction, false, false, false, false},
		{"deals", "stage", typeStatus, false, false, true, true},
		{"deals", "owner", typeActorReference, false, false, true, true},
		{"users", "user_id", typeText, true, false, true, true},
		{"workspaces", "workspace_id", typeText, true, false, true, true},
	} {
		x := b.ok("GET", "/v2/objects/"+tc.object+"/attributes/"+tc.slug, "")
		got := fmt.Sprint(x.get("data", "type"), x.get("data", "is_unique"), x.get("data", "is_multiselect"), x.get("data", "is_required"), x.get("data", "is_writable"))
		if want := fmt.Sprint(tc.typ, tc.unique, tc.multi, tc.required, tc.w); got != want {
			t.Errorf("%s.%s = %s, want %s", tc.object, tc.slug, got, want)
		}
	}
	if n := b.ok("GET", "/v2/objects/companies/attributes/categories/options", "").len("data"); n < 30 {
		t.Errorf("%d categories, want about 30 or more", n)
	}
	stages := b.ok("GET", "/v2/objects/deals/attributes/stage/statuses", "")
	if stages.len("data") != 4 || stages.text("data", 2, "title") != "Won 🎉" || stages.text("data", 0, "id", "status_id") == "" {
		t.Errorf("stages: %v", stages.v)
	}
}

func TestObjectAndAttributeShapes(t *testing.T) {
	b := open(t, Options{})
	x := b.ok("GET", "/v2/objects/"+seedID("object", "people"), "")
	want := map[string]any{
		"id":       map[string]any{"workspace_id": b.server.workspace, "object_id": seedID("object", "people")},
		"api_slug": "people", "singular_noun": "Person", "plural_noun": "People", "created_at": "2025-11-03T18:16:13.152000000Z",
	}
	if !reflect.DeepEqual(x.get("data"), any(want)) {
		t.Errorf("object = %v, want %v", x.get("data"), want)
	}
	x = b.ok("GET", "/v2/objects/people/attributes/"+seedID("attribute", "people", "company"), "")
	want = map[string]any{
		"relationship": map[string]any{
			"id":          map[string]any{"workspace_id": b.server.workspace, "object_id": seedID("object", "companies"), "attribute_id": seedID("attribute", "companies", "team")},
			"object_slug": "companies", "title": "Team", "api_slug": "team", "is_multiselect": true,
		},
		"id":    map[string]any{"workspace_id": b.server.workspace, "object_id": seedID("object", "people"), "attribute_id": seedID("attribute", "people", "company")},
		"title": "Company", "description": nil, "api_slug": "company", "type": "record-reference", "is_system_attribute": true,
		"is_writable": true, "is_required": false, "is_unique": false, "is_multiselect": false, "is_default_value_enabled": false,
		"is_archived": false, "default_value": nil, "created_at": "2025-11-03T18:16:13.152000000Z",
		"config": map[string]any{
			"currency":         map[string]any{"default_currency_code": nil, "display_type": nil},
			"record_reference": map[string]any{"allowed_object_ids": []any{seedID("object", "companies")}},
		},
	}
	if !reflect.DeepEqual(x.get("data"), any(want)) {
		t.Errorf("attribute = %v, want %v", x.get("data"), want)
	}
}

// TestSeedIsTheSameEverywhere but for the workspace's id, by which a client tells sandboxes apart.
func TestSeedIsTheSameEverywhere(t *testing.T) {
	one, two := open(t, Options{}), open(t, Options{})
	if one.server.workspace == two.server.workspace {
		t.Error("two sandboxes are one workspace")
	}
	plain := func(b *bench, path string) string {
		return strings.ReplaceAll(fmt.Sprint(b.ok("GET", path, "").v), b.server.workspace, "W")
	}
	for _, path := range []string{"/v2/objects", "/v2/objects/companies/attributes", "/v2/objects/companies/attributes/categories/options", "/v2/workspace_members", "/v2/self"} {
		if plain(one, path) != plain(two, path) {
			t.Errorf("%s differs", path)
		}
	}
}

func TestMembers(t *testing.T) {
	b := open(t, Options{})
	x := b.ok("GET", "/v2/workspace_members", "")
	if x.len("data") != 3 {
		t.Fatalf("members: %v", x.v)
	}
	one := b.ok("GET", "/v2/workspace_members/"+x.text("data", 1, "id", "workspace_member_id"), "")
	if !reflect.DeepEqual(one.get("data"), x.get("data", 1)) || one.text("data", "email_address") == "" || one.text("data", "access_level") != "member" {
		t.Errorf("member: %v", one.v)
	}
	b.refused(404, "not_found", "GET", "/v2/workspace_members/nobody", "")
}

func TestAttributeList(t *testing.T) {
	b := open(t, Options{})
	const path = "/v2/objects/deals/attributes"
	all := b.ok("GET", path, "").len("data")
	if got := b.ok("GET", path+"?limit=2&offset=1", ""); got.len("data") != 2 || got.text("data", 0, "api_slug") != "name" {
		t.Errorf("page: %v", got.v)
	}
	if got := b.ok("GET", fmt.Sprintf("%s?limit=5&offset=%d", path, all-1), ""); got.len("data") != 1 {
		t.Errorf("last page has %d", got.len("data"))
	}
	b.refused(400, codeValidation, "GET", path+"?limit=x", "")
	if got := b.ok("GET", path+"?no_such_parameter=1", ""); got.len("data") != all {
		t.Error("an unknown parameter is not ignored")
	}
	b.attribute("deals", "extra", typeText, false, false, "{}")
	id := b.create("deals", `{"name":"D","stage":"Lead","owner":"ada@sandbox.example","extra":"x"}`)
	b.ok("PATCH", path+"/extra", `{"data":{"is_archived":true}}`)
	if got := b.ok("GET", path, "").len("data"); got != all {
		t.Errorf("%d attributes after archiving, want %d", got, all)
	}
	if got := b.ok("GET", path+"?show_archived=true", "").len("data"); got != all+1 {
		t.Errorf("%d attributes with archived, want %d", got, all+1)
	}
	x := b.ok("GET", "/v2/objects/deals/records/"+id, "")
	if x.get("data", "values", "extra") != nil {
		t.Error("an archived attribute is among the values")
	}
	b.refused(400, codeValueNotFound, "PATCH", "/v2/objects/deals/records/"+id, values(`{"extra":"y"}`))
	b.refused(409, "slug_conflict", "POST", path, attributeBody("extra", "text", false, "{}"))
}

func attributeBody(slug, typ string, unique bool, config string) string {
	return fmt.Sprintf(`{"data":{"title":"T","description":null,"api_slug":%q,"type":%q,"is_required":false,"is_unique":%t,"is_multiselect":false,"config":%s}}`, slug, typ, unique, config)
}

func TestCreateRefused(t *testing.T) {
	b := open(t, Options{})
	const deals, companies = "/v2/objects/deals/attributes", "/v2/objects/companies/attributes"
	for _, tc := range []struct{ path, body string }{
		{deals, `{"data":{"api_slug":"x"}}`},
		{deals, attributeBody("x y", "text", false, "{}")},
		{deals, attributeBody("x", "poem", false, "{}")},
		{deals, attributeBody("x", "interaction", false, "{}")},
		{deals, attributeBody("x", "personal-name", false, "{}")},
		{deals, attributeBody("x", "status", false, "{}")},
		{deals, attributeBody("x", "select", true, "{}")},
		{deals, attributeBody("x", "currency", false, "{}")},
		{deals, attributeBody("x", "record-reference", false, `{"record_reference":{"allowed_objects":["nothing"]}}`)},
		{deals, attributeBody("x", "record-reference", false, `{"record_reference":{"allowed_object_ids":null}}`)},
		{deals, attributeBody("x", "number", false, `{},"default_value":{"type":"static","template":["one"]}`)},
		{deals, attributeBody("x", "number", false, `{},"default_value":{"type":"dynamic","template":"P1M"}`)},
		{deals, strings.Replace(attributeBody("x", "text", false, "{}"), `"title"`, `"name":1,"title"`, 1)},
		{companies, attributeBody("x", "text", true, "{}")},
		{"/v2/objects", `{"data":{"api_slug":"x"}}`},
		{"/v2/objects", `{"api_slug":"x","singular_noun":"X","plural_noun":"Xs"}`},
		{companies + "/categories/options", `{"data":{}}`},
	} {
		b.refused(400, codeValidation, "POST", tc.path, tc.body)
	}
	b.refused(409, "slug_conflict", "POST", "/v2/objects", `{"data":{"api_slug":"people","singular_noun":"X","plural_noun":"Xs"}}`)
	b.refused(409, "slug_conflict", "POST", deals, attributeBody("name", "text", false, "{}"))
	b.refused(409, "slug_conflict", "POST", companies+"/categories/options", `{"data":{"title":"B2B"}}`)
	b.refused(400, codeValidation, "GET", companies+"/name/options", "")
	b.refused(404, "not_found", "GET", companies+"/nothing", "")
	b.refused(404, "not_found", "GET", "/v2/objects/nothing/attributes", "")
	b.refused(400, "system_edit_unauthorized", "PATCH", companies+"/domains", `{"data":{"is_unique":false}}`)
	if n := b.ok("GET", "/v2/objects", "").len("data"); n != 5 {
		t.Errorf("%d objects after refused creates", n)
	}
}

func TestStatusesAndOptions(t *testing.T) {
	b := open(t, Options{})
	x := b.ok("POST", "/v2/objects/deals/attributes/stage/statuses", `{"data":{"title":"Talks","celebration_enabled":true,"target_time_in_status":"P1D"}}`)
	if x.get("data", "celebration_enabled") != true || x.text("data", "target_time_in_status") != "P1D" {
		t.Errorf("status: %v", x.v)
	}
	b.create("deals", `{"name":"D","stage":"Talks","owner":"ada@sandbox.example"}`)
	path := "/v2/objects/companies/attributes/employee_range/options"
	before := b.ok("GET", path, "").len("data")
	b.ok("POST", path, `{"data":{"title":"0"}}`)
	b.ok("PATCH", path+"/0", `{"data":{"is_archived":true}}`)
	if got := b.ok("GET", path, "").len("data"); got != before {
		t.Errorf("%d options, want %d", got, before)
	}
	if got := b.ok("GET", path+"?show_archived=true", "").len("data"); got != before+1 {
		t.Errorf("%d options with archived, want %d", got, before+1)
	}
}

func TestUniqueLater(t *testing.T) {
	b := open(t, Options{})
	b.attribute("deals", "ref_no", typeNumber, false, false, "{}")
	deal := func(n int) string {
		return fmt.Sprintf(`{"name":"D","stage":"Lead","owner":"ada@sandbox.example","ref_no":%d}`, n)
	}
	first := b.create("deals", deal(1))
	b.create("deals", deal(1))
	b.ok("PATCH", "/v2/objects/deals/attributes/ref_no", `{"data":{"is_unique":true}}`)
	b.refused(400, "uniqueness_conflict", "POST", "/v2/objects/deals/records", values("%s", deal(1)))
	if x := b.ok("PUT", "/v2/objects/deals/records?matching_attribute=ref_no", values(`{"ref_no":1}`)); x.text("data", "id", "record_id") != first {
		t.Errorf("assert took %s, want the oldest %s", x.text("data", "id", "record_id"), first)
	}
	b.ok("PATCH", "/v2/objects/deals/attributes/ref_no", `{"data":{"is_unique":false}}`)
	b.create("deals", deal(1))
}

func TestAuth(t *testing.T) {
	const other = "3333333333333333333333333333333333333333333333333333333333333333"
	b := open(t, Options{Tokens: []Token{{Key: goodToken}}})
	for _, tc := range []struct {
		name, auth, path string
		status           int
		code             string
	}{
		{"none", "", "/v2/objects", 401, "unauthorized"},
		{"scheme", "Token " + goodToken, "/v2/objects", 401, "unauthorized"},
		{"length", "Bearer short", "/v2/objects", 401, "unauthorized"},
		{"other", "Bearer " + other, "/v2/objects", 401, "unauthorized"},
		{"good", "Bearer " + goodToken, "/v2/objects", 200, ""},
		{"self none", "", "/v2/self", 400, codeMissingValue},
		{"self length", "Bearer short", "/v2/self", 400, codeMissingValue},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x, err := roundTrip(b.line, request(t, "GET", tc.path, "", tc.auth))
			if err != nil || x.status != tc.status || x.text("code") != tc.code {
				t.Errorf("got %d %v, %v", x.status, x.v, err)
			}
		})
	}
	dead, err := roundTrip(b.line, request(t, "GET", "/v2/self", "", "Bearer "+other))
	if err != nil || dead.status != http.StatusOK || !reflect.DeepEqual(dead.v, map[string]any{"active": false}) {
		t.Errorf("self of a dead key: %d %v, %v", dead.status, dead.v, err)
	}
	req := request(t, "GET", "/v2/objects", "", "")
	req.SetBasicAuth(goodToken, "")
	if basic, err := roundTrip(b.line, req); err != nil || basic.status != http.StatusOK {
		t.Errorf("basic: %v %v", basic, err)
	}
	x := b.ok("GET", "/v2/self", "")
	if x.get("active") != true || x.text("workspace_id") != b.server.workspace || !strings.Contains(x.text("scope"), "record_permission:read-write") {
		t.Errorf("self: %v", x.v)
	}
	if anyone := open(t, Options{}); anyone.ok("GET", "/v2/self", "").get("active") != true {
		t.Error("a well-formed token is not active")
	}
}

func TestUnknownRoutes(t *testing.T) {
	b := open(t, Options{})
	for _, route := range []string{
		"GET /v2/objects/companies/records", "POST /v2/self", "GET /v2/attributes/x", "GET /v3/objects", "GET /", "DELETE /v2/lists/x", "GET /v2/lists/x/entries", "GET /_sandbox/nothing",
	} {
		method, path, _ := strings.Cut(route, " ")
		x := b.refused(http.StatusNotFound, "not_found", method, path, "")
		if want := `Could not find endpoint "` + route + `".`; x.text("message") != want {
			t.Errorf("message %q, want %q", x.text("message"), want)
		}
	}
}
