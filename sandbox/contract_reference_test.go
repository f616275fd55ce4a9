package sandbox

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ref sends a request that must be answered with that status.
func (b *bench) ref(status int, method, path, body string) tree {
	b.t.Helper()
	got, x := b.do(method, path, body)
	if got != status {
		b.t.Fatalf("%s %s %s: %d %v, want %d", method, path, body, got, x.v, status)
	}
	return x
}

func openReference(t *testing.T) *bench {
	t.Helper()
	return open(t, Options{Contract: Reference})
}

// The examples of the document, in its order.
func TestReferenceRecords(t *testing.T) {
	b := openReference(t)
	acme := b.ref(201, "PUT", "/v2/objects/companies/records", `{"data":{"matching_attribute":"domain","values":{"domain":"acme.com","name":"Acme Corporation","industry":"Software"}}}`)
	id := acme.text("data", "id", "record_id")
	if acme.text("data", "values", "name") != "Acme Corporation" || acme.text("data", "values", "domain") != "acme.com" || acme.len("data", "values", "domains") != 1 ||
		acme.text("data", "created_at") == "" || acme.text("data", "updated_at") == "" || acme.get("data", "web_url") != nil {
		t.Errorf("asserted: %v", acme.v)
	}
	again := b.ref(200, "PUT", "/v2/objects/companies/records", `{"data":{"matching_attribute":"domains","values":{"domains":["acme.com","acme.org"],"industry":"IT"}}}`)
	if again.text("data", "id", "record_id") != id || again.text("data", "values", "industry") != "IT" || again.len("data", "values", "domains") != 2 {
		t.Errorf("asserted again: %v", again.v)
	}
	b.ref(200, "PUT", "/v2/objects/companies/records", `{"data":{"matching_attribute":"domain","values":{"domain":"acme.org"}}}`)
	person := b.ref(201, "POST", "/v2/objects/people/records", fmt.Sprintf(`{"data":{"values":{"name":"John Doe","email_addresses":[{"email_address":"john@example.com"}],"company":{"record_id":%q}}}}`, id))
	want := map[string]any{"first_name": "John", "last_name": "Doe", "full_name": "John Doe"}
	if !reflect.DeepEqual(person.get("data", "values", "name"), any(want)) || person.text("data", "values", "company", "record_id") != id {
		t.Errorf("person: %v", person.v)
	}
	if x := b.ref(200, "GET", "/v2/objects/companies/records/"+id, ""); x.text("data", "values", "team", 0, "record_id") != person.text("data", "id", "record_id") {
		t.Errorf("the other end: %v", x.v)
	}
	x := b.ref(200, "PATCH", "/v2/objects/companies/records/"+id, `{"data":{"values":{"industry":"Technology","employee_count":500}}}`)
	if x.get("data", "values", "employee_count") != 500.0 || x.text("data", "values", "industry") != "Technology" || x.text("data", "values", "name") != "Acme Corporation" {
		t.Errorf("patched: %v", x.v)
	}
	if x := b.ref(200, "PATCH", "/v2/objects/companies/records/"+id, `{"data":{"values":{"domain":"acme.net","name":null}}}`); x.text("data", "values", "domain") != "acme.net" ||
		x.len("data", "values", "domains") != 3 || x.get("data", "values", "name") != nil {
		t.Errorf("another primary domain: %v", x.v)
	}
	b.ref(200, "DELETE", "/v2/objects/companies/records/"+id, "")
	b.ref(404, "GET", "/v2/objects/companies/records/"+id, "")
}

// Every value format of the document is read as it was written.
func TestReferenceValues(t *testing.T) {
	b := openReference(t)
	attribute := func(slug, typ string, multi bool) {
		b.ref(201, "POST", "/v2/objects/companies/attributes", fmt.Sprintf(`{"data":{"name":%q,"api_slug":%q,"type":%q,"is_required":false,"is_unique":false,"is_multiselect":%t}}`, slug, slug, typ, multi))
	}
	for _, a := range []struct {
		slug, typ string
		multi     bool
	}{{"deal_value", typeCurrency, false}, {"founded_date", typeDate, false}, {"last_contact", typeTimestamp, false}, {"tags", typeSelect, true}, {"phones", typePhone, true}, {"ok", typeCheckbox, false}} {
		attribute(a.slug, a.typ, a.multi)
	}
	for _, tc := range []struct{ object, slug, in, want string }{
		{"companies", "industry", `"Software"`, `"Software"`},
		{"companies", "employee_count", `150`, `150`},
		{"companies", "deal_value", `{"amount":50000,"currency":"USD"}`, `{"amount":50000,"currency":"USD"}`},
		{"companies", "founded_date", `"2020-01-15"`, `"2020-01-15"`},
		{"companies", "last_contact", `"2024-01-15T14:30:00Z"`, `"2024-01-15T14:30:00.000000000Z"`},
		{"companies", "tags", `["enterprise","high-priority","renewal"]`, `["enterprise","high-priority","renewal"]`},
		{"companies", "phones", `[{"phone_number":"+14155552671","country_code":"US","type":"mobile"}]`, `[{"phone_number":"+14155552671","country_code":"US"}]`},
		{"companies", "ok", `true`, `true`},
		{"companies", "employee_range", `"11-50"`, `"11-50"`},
		{"people", "email_addresses", `[{"email_address":"a@x.com"},{"email_address":"b@x.com","primary":true}]`, `[{"email_address":"b@x.com","primary":true},{"email_address":"a@x.com","primary":false}]`},
		{"people", "name", `{"first_name":"Ada","last_name":"Lovelace"}`, `{"first_name":"Ada","last_name":"Lovelace","full_name":"Ada Lovelace"}`},
	} {
		x := b.ref(201, "POST", "/v2/objects/"+tc.object+"/records", values(`{%q:%s}`, tc.slug, tc.in))
		if got, want := x.get("data", "values", tc.slug), parseJSON(t, tc.want); !reflect.DeepEqual(got, want) {
			t.Errorf("%s %s is read as %v, want %v", tc.slug, tc.in, got, want)
		}
	}
	for _, tc := range []struct{ object, slug, in, field string }{
		{"companies", "industry", `["Software"]`, "industry"},
		{"companies", "industry", `{"value":"Software"}`, "industry"},
		{"companies", "deal_value", `5`, "deal_value"},
		{"companies", "deal_value", `{"amount":5,"currency":"EUR"}`, "deal_value"},
		{"companies", "tags", `"enterprise"`, "tags"},
		{"companies", "nothing", `1`, "nothing"},
		{"companies", "domain", `["a.com"]`, "domain"},
		{"people", "email_addresses", `["a@x.com"]`, "email_addresses"},
		{"people", "email_addresses", `[{"email_address":"nobody"}]`, "email_addresses"},
		{"people", "company", `{"target_object":"companies","target_record_id":"x"}`, "company"},
		{"people", "company", `{"record_id":"rec_123"}`, "company"},
	} {
		x := b.ref(422, "POST", "/v2/objects/"+tc.object+"/records", values(`{%q:%s}`, tc.slug, tc.in))
		if x.text("error", "code") == "" || x.text("error", "message") == "" || x.text("error", "details", "field") != tc.field || x.text("error", "details", "reason") == "" {
			t.Errorf("%s %s: %v", tc.slug, tc.in, x.v)
		}
	}
}

func parseJSON(t *testing.T, text string) any {
	t.Helper()
	m, err := decodeObject([]byte(`{"x":` + text + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return floats(m["x"])
}

// floats has numbers as encoding/json reads them without being told otherwise.
func floats(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = floats(e)
		}
	case []any:
		for i, e := range v {
			v[i] = floats(e)
		}
	case interface{ Float64() (float64, error) }:
		f, _ := v.Float64()
		return f
	}
	return v
}

func TestReferenceQuery(t *testing.T) {
	b := openReference(t)
	names := map[string]string{}
	for i, name := range []string{"a", "b", "c"} {
		vals := fmt.Sprintf(`{"name":%q,"domain":"%s.com","employee_count":%d}`, name, name, i*100)
		if name == "c" {
			vals = `{"name":"c","industry":"Software"}`
		}
		names[b.ref(201, "POST", "/v2/objects/companies/records", values("%s", vals)).text("data", "id", "record_id")] = name
	}
	people := map[string]string{}
	for _, name := range []string{"a", "c"} {
		id := slices.Collect(func(yield func(string) bool) {
			for id, n := range names {
				if n == name {
					yield(id)
				}
			}
		})[0]
		people[b.ref(201, "POST", "/v2/objects/people/records", values(`{"name":"Of %s","company":{"record_id":%q}}`, name, id)).text("data", "id", "record_id")] = name
	}
	for _, tc := range []struct {
		object, body, want string
		total              float64
	}{
		{"companies", `{}`, "abc", 3},
		{"companies", `{"limit":2,"offset":1}`, "bc", 3},
		{"companies", `{"filter":{"domain":"a.com"}}`, "a", 1},
		{"companies", `{"filter":{"$and":[{"domain":{"$eq":"a.com"}},{"created_at":{"$gte":"2024-01-01"}}]}}`, "a", 1},
		{"companies", `{"filter":{"$or":[{"name":"a"},{"name":"b"}]}}`, "ab", 2},
		{"companies", `{"filter":{"name":{"$ne":"a"}}}`, "bc", 2},
		{"companies", `{"filter":{"name":{"$nin":["a","b"]}}}`, "c", 1},
		{"companies", `{"filter":{"name":{"$in":["a","b"]}}}`, "ab", 2},
		{"companies", `{"filter":{"employee_count":{"$gt":0,"$lte":100}}}`, "b", 1},
		{"companies", `{"filter":{"employee_count":{"$in":[0,100]}}}`, "ab", 2},
		{"companies", `{"filter":{"industry":{"$exists":true}}}`, "c", 1},
		{"companies", `{"filter":{"industry":{"$not_exists":true}}}`, "ab", 2},
		{"companies", `{"filter":{"domain":{"$starts_with":"b"}}}`, "b", 1},
		{"companies", `{"filter":{"created_at":{"$lt":"2024-01-01"}}}`, "", 0},
		{"companies", `{"sorts":[{"direction":"desc","attribute":"name"}]}`, "cba", 3},
		{"people", `{"filter":{"company.industry":"Software"}}`, "c", 1},
		{"people", `{"filter":{"company.employee_count":{"$gte":0}}}`, "a", 1},
		{"people", `{"filter":{"name":{"first_name":"Of"}},"sorts":[{"direction":"asc","attribute":"name","field":"last_name"}]}`, "ac", 2},
	} {
		x := b.ref(200, "POST", "/v2/objects/"+tc.object+"/records/query", tc.body)
		var ids []string
		for i := range x.len("data") {
			ids = append(ids, x.text("data", i, "id", "record_id"))
		}
		of := names
		if tc.object == "people" {
			of = people
		}
		if got := letters(ids, of); got != tc.want || x.get("meta", "total_count") != tc.total {
			t.Errorf("%s: %s of %v, want %s of %v", tc.body, got, x.get("meta"), tc.want, tc.total)
		}
	}
	x := b.ref(200, "GET", "/v2/objects/companies/records?limit=2&offset=2", "")
	if x.len("data") != 1 || !reflect.DeepEqual(x.get("meta"), any(map[string]any{"total_count": 3.0, "limit": 2.0, "offset": 2.0})) {
		t.Errorf("GET page: %v", x.v)
	}
	for _, body := range []string{`{"filter":{"name":{"$like":"a"}}}`, `{"filter":{"nothing":1}}`, `{"filter":{"name.first":"a"}}`, `{"filter":{"name":{"$exists":1}}}`, `{"filter":{"$and":[]}}`, `{`} {
		if x := b.ref(400, "POST", "/v2/objects/companies/records/query", body); x.text("error", "code") == "" {
			t.Errorf("%s: %v", body, x.v)
		}
	}
}

func TestReferenceSchema(t *testing.T) {
	b := openReference(t)
	made := b.ref(201, "POST", "/v2/objects", `{"singular_noun":"Property","plural_noun":"Properties","api_slug":"properties"}`)
	if made.text("data", "api_slug") != "properties" || made.text("data", "id", "object_id") == "" {
		t.Errorf("created: %v", made.v)
	}
	if x := b.ref(200, "PUT", "/v2/objects/properties", `{"singular_noun":"House"}`); x.text("data", "singular_noun") != "House" {
		t.Errorf("updated: %v", x.v)
	}
	if x := b.ref(422, "POST", "/v2/objects", `{"singular_noun":"P","plural_noun":"P","api_slug":"properties"}`); x.text("error", "code") != "slug_conflict" {
		t.Errorf("twice: %v", x.v)
	}
	a := b.ref(201, "POST", "/v2/objects/properties/attributes", `{"data":{"name":"Industry","api_slug":"industry","type":"text","is_required":false,"is_unique":false}}`)
	want := map[string]any{"id": a.get("data", "id"), "name": "Industry", "api_slug": "industry", "type": "text", "is_required": false, "is_unique": false, "is_multiselect": false}
	if !reflect.DeepEqual(a.get("data"), any(want)) {
		t.Errorf("attribute %v, want %v", a.get("data"), want)
	}
	if x := b.ref(200, "GET", "/v2/attributes/"+a.text("data", "id", "attribute_id"), ""); !reflect.DeepEqual(x.v, a.v) {
		t.Errorf("by id: %v", x.v)
	}
	b.ref(404, "GET", "/v2/attributes/"+tokenID, "")
	all := b.ref(200, "GET", "/v2/objects/companies/attributes", "")
	var slugs []string
	for i := range all.len("data") {
		slugs = append(slugs, all.text("data", i, "api_slug"))
	}
	for _, slug := range []string{"name", "domain", "domains", "description", "employee_count", "industry"} {
		if !slices.Contains(slugs, slug) {
			t.Errorf("companies have no %s: %v", slug, slugs)
		}
	}
	for _, route := range []string{"GET /v2/self", "GET /v2/workspace_members", "POST /v2/lists/x/entries/query", "GET /v2/objects/companies/attributes/categories/options"} {
		method, path, _ := strings.Cut(route, " ")
		if x := b.ref(404, method, path, ""); x.text("error", "code") != "not_found" {
			t.Errorf("%s: %v", route, x.v)
		}
	}
}

func TestReferenceLists(t *testing.T) {
	b := openReference(t)
	l := b.ref(201, "POST", "/v2/lists", `{"data":{"name":"Enterprise Customers","api_slug":"enterprise-customers","object_id":{"object_id":"companies"}}}`)
	id := l.text("data", "id", "list_id")
	if l.text("data", "object_id", "object_id") != "companies" {
		t.Errorf("list: %v", l.v)
	}
	if x := b.ref(200, "GET", "/v2/lists/"+id, ""); !reflect.DeepEqual(x.v, l.v) {
		t.Errorf("get: %v", x.v)
	}
	company := b.ref(201, "POST", "/v2/objects/companies/records", values(`{"domain":"a.com"}`)).text("data", "id", "record_id")
	entries := "/v2/lists/" + id + "/entries"
	e := b.ref(201, "POST", entries, fmt.Sprintf(`{"data":{"record_id":{"record_id":%q}}}`, company))
	if e.text("data", "record_id", "record_id") != company || e.text("data", "id", "entry_id") == "" {
		t.Errorf("entry: %v", e.v)
	}
	const body = `{"data":{"matching_attribute":"domain","values":{"domain":"newcompany.com","name":"New Company Inc"}}}`
	made := b.ref(201, "PUT", entries, body)
	if again := b.ref(200, "PUT", entries, body); again.text("data", "id", "entry_id") != made.text("data", "id", "entry_id") {
		t.Errorf("asserted again: %v", again.v)
	}
	if x := b.ref(200, "GET", entries+"?limit=1&offset=1", ""); x.len("data") != 1 || x.get("meta", "total_count") != 2.0 {
		t.Errorf("entries: %v", x.v)
	}
	if x := b.ref(200, "GET", "/v2/lists", ""); x.len("data") != 1 {
		t.Errorf("lists: %v", x.v)
	}
	b.ref(422, "POST", entries, `{"data":{"record_id":"x"}}`)
}

func TestReferenceNotesTasksWebhooks(t *testing.T) {
	b := openReference(t)
	company := b.ref(201, "POST", "/v2/objects/companies/records", values(`{"domain":"a.com"}`)).text("data", "id", "record_id")
	n := b.ref(201, "POST", "/v2/notes", fmt.Sprintf(`{"data":{"parent_object":"companies","parent_record_id":{"record_id":%q},"title":"Meeting Notes","content":"Discussed Q4 strategy..."}}`, company))
	if n.text("data", "content") != "Discussed Q4 strategy..." || n.text("data", "parent_record_id", "record_id") != company {
		t.Errorf("note: %v", n.v)
	}
	if x := b.ref(200, "GET", "/v2/notes?parent_object=companies&parent_record_id="+company, ""); x.len("data") != 1 || x.get("meta", "total_count") != 1.0 {
		t.Errorf("notes: %v", x.v)
	}
	k := b.ref(201, "POST", "/v2/tasks", fmt.Sprintf(`{"data":{"content":"Follow up with customer","due_at":"2024-01-15T09:00:00Z","assignee_id":{"user_id":%q},"parent_object":"companies","parent_record_id":{"record_id":%q}}}`, memberID, company))
	if k.text("data", "assignee_id", "user_id") != memberID || k.text("data", "status") != "open" || k.text("data", "parent_object") != "companies" {
		t.Errorf("task: %v", k.v)
	}
	for query, n := range map[string]int{"": 1, "?status=open": 1, "?status=completed": 0, "?assignee_id=" + memberID: 1, "?due_at=2024-01-15": 1, "?due_at=2024-01-16": 0, "?due_at=2024-01-15T09:00:00Z": 1} {
		if x := b.ref(200, "GET", "/v2/tasks"+query, ""); x.len("data") != n || x.get("meta", "total_count") != float64(n) {
			t.Errorf("%s: %v", query, x.v)
		}
	}
	b.ref(400, "GET", "/v2/tasks?status=done", "")
	b.ref(400, "GET", "/v2/tasks?due_at=soon", "")
	h := b.ref(201, "POST", "/v2/webhooks", `{"data":{"url":"https://example.com/webhook","events":["record.created","record.updated"],"object":"companies","secret":"your-webhook-secret"}}`)
	if h.text("data", "url") != "https://example.com/webhook" || h.len("data", "events") != 2 || h.text("data", "object") != "companies" {
		t.Errorf("webhook: %v", h.v)
	}
	if x := b.ref(200, "GET", "/v2/webhooks", ""); x.len("data") != 1 || x.text("data", 0, "object") != "companies" {
		t.Errorf("webhooks: %v", x.v)
	}
}

func TestReferenceErrorsAndLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{Contract: Reference, Rate: Rate{PerSecond: 2, PerMinute: 600}})
		send := func(auth string) answer {
			a, err := roundTrip(b.line, request(t, "GET", "/v2/objects", "", auth))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		good := "Bearer " + goodToken
		first := send(good)
		if first.header.Get("X-RateLimit-Limit") != "2" || first.header.Get("X-RateLimit-Remaining") != "1" || first.header.Get("X-RateLimit-Reset") == "" {
			t.Errorf("headers %v", first.header)
		}
		if x := send(""); x.status != http.StatusUnauthorized || x.text("error", "code") != "unauthorized" {
			t.Errorf("without a token: %v", x.v)
		}
		over := send(good)
		if over.status != http.StatusTooManyRequests || over.text("error", "code") != "rate_limit_exceeded" || over.header.Get("Retry-After") == "" || over.header.Get("X-RateLimit-Remaining") != "0" {
			t.Errorf("over the limit: %v %v", over.v, over.header)
		}
		nap(t, time.Second)
		if x := send(good); x.status != http.StatusOK {
			t.Errorf("later: %v", x.v)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	const path, body = "/v2/objects/companies/records", `{"data":{"values":{"name":"A"}}}`
	send := func(b *bench, key, body string) answer {
		req := request(b.t, "POST", path, body, "Bearer "+goodToken)
		req.Header.Set("Idempotency-Key", key)
		a, err := roundTrip(b.line, req)
		if err != nil {
			b.t.Fatal(err)
		}
		return a
	}
	b := openReference(t)
	first, again := send(b, "k1", body), send(b, "k1", body)
	if first.status != http.StatusCreated || again.status != http.StatusCreated || !reflect.DeepEqual(first.v, again.v) {
		t.Errorf("%v %v, then %v %v", first.status, first.v, again.status, again.v)
	}
	if other := send(b, "k1", strings.Replace(body, "A", "B", 1)); other.status != http.StatusUnprocessableEntity || other.text("error", "code") != "idempotency_key_reused" {
		t.Errorf("another request with the key: %v", other.v)
	}
	if bad := send(b, "k2", `{"data":{"values":{"nothing":1}}}`); bad.status != http.StatusUnprocessableEntity {
		t.Errorf("a bad request: %v", bad.v)
	}
	if x := send(b, "k2", body); x.status != http.StatusCreated {
		t.Errorf("a failure is remembered: %v", x.v)
	}
	if x := b.ref(200, "GET", path, ""); x.len("data") != 2 {
		t.Errorf("%d records, want 2", x.len("data"))
	}
	plain := open(t, Options{})
	send(plain, "k1", body)
	send(plain, "k1", body)
	if n := len(plain.query("companies", "")); n != 2 {
		t.Errorf("the published API ignores the header, but there are %d records", n)
	}
}

// One state, two faces: what was written through one is there in the other.
func TestTwoFaces(t *testing.T) {
	dir := t.TempDir()
	b := open(t, Options{Dir: dir, Contract: Reference})
	id := b.ref(201, "POST", "/v2/objects/companies/records", values(`{"domain":"a.com","industry":"IT","funding_raised_usd":{"amount":4.5,"currency":"USD"}}`)).text("data", "id", "record_id")
	if err := b.server.Close(); err != nil {
		t.Fatal(err)
	}
	current := open(t, Options{Dir: dir})
	x := current.ok("GET", "/v2/objects/companies/records/"+id, "")
	if x.text("data", "values", "domains", 0, "domain") != "a.com" || x.text("data", "values", "industry", 0, "value") != "IT" || x.get("data", "values", "funding_raised_usd", 0, "currency_value") != 4.5 {
		t.Errorf("current: %v", x.v)
	}
}
