package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// playground adds one attribute of every type that can be created to a custom object.
func playground(b *bench) {
	b.t.Helper()
	b.ok("POST", "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	for slug, typ := range map[string]string{
		"t": typeText, "n": typeNumber, "b": typeCheckbox, "d": typeDate, "ts": typeTimestamp, "r": typeRating,
		"loc": typeLocation, "dom": typeDomain, "mail": typeEmail, "tel": typePhone, "sel": typeSelect, "who": typeActorReference,
	} {
		b.attribute("things", slug, typ, false, false, "{}")
	}
	b.attribute("things", "cur", typeCurrency, false, false, `{"currency":{"default_currency_code":"EUR","display_type":"symbol"}}`)
	b.attribute("things", "ref", typeRecordReference, false, false, `{"record_reference":{"allowed_objects":["companies"]}}`)
	b.attribute("things", "tags", typeText, false, true, "{}")
	b.ok("POST", "/v2/objects/things/attributes/sel/options", `{"data":{"title":"Red"}}`)
	b.ok("POST", "/v2/objects/things/attributes/sel/options", `{"data":{"title":"Old"}}`)
	b.ok("PATCH", "/v2/objects/things/attributes/sel/options/Old", `{"data":{"is_archived":true}}`)
}

const fullLocation = `{"line_1":"11740 Wilshire","line_2":null,"line_3":null,"line_4":null,"locality":"Los Angeles","region":"CA",` +
	`"postcode":"90025","country_code":"US","latitude":"34.0483313","longitude":"-118.4610985"}`

// A written value reads back as the payload of contract §9 within the envelope.
func TestValuesReadBack(t *testing.T) {
	b := open(t, Options{})
	playground(b)
	companyID := b.create("companies", `{"domains":["acme.example"],"name":"Acme"}`)
	reference := fmt.Sprintf(`{"target_object":"companies","target_record_id":%q}`, companyID)
	ada := seedID("member", "ada@sandbox.example")
	actorAda := fmt.Sprintf(`{"referenced_actor_type":"workspace-member","referenced_actor_id":%q}`, ada)
	for _, tc := range []struct{ object, slug, in, want string }{
		{"things", "t", `"x"`, `{"value":"x"}`},
		{"things", "t", `{"value":"x & <y>"}`, `{"value":"x & <y>"}`},
		{"things", "t", `["007"]`, `{"value":"007"}`},
		{"things", "n", `1.5`, `{"value":1.5}`},
		{"things", "n", `[{"value":-1033}]`, `{"value":-1033}`},
		{"things", "b", `true`, `{"value":true}`},
		{"things", "b", `"false"`, `{"value":false}`},
		{"things", "cur", `4.99`, `{"currency_value":4.99,"currency_code":"EUR"}`},
		{"things", "cur", `"4.9900"`, `{"currency_value":4.99,"currency_code":"EUR"}`},
		{"things", "cur", `{"currency_value":12345678901.0001}`, `{"currency_value":12345678901.0001,"currency_code":"EUR"}`},
		{"things", "d", `"2020-01-31"`, `{"value":"2020-01-31"}`},
		{"things", "d", `"2023-01-02T23:00:00-10:00"`, `{"value":"2023-01-03"}`},
		{"things", "d", `"2023"`, `{"value":"2023-01-01"}`},
		{"things", "d", `{"value":"2023-07"}`, `{"value":"2023-07-01"}`},
		{"things", "ts", `"2026-05-09T21:42:57.234Z"`, `{"value":"2026-05-09T21:42:57.234000000Z"}`},
		{"things", "ts", `"2026-05-09T21:42:57+02:00"`, `{"value":"2026-05-09T19:42:57.000000000Z"}`},
		{"things", "ts", `"2026-05-09T21:42:57"`, `{"value":"2026-05-09T21:42:57.000000000Z"}`},
		{"things", "ts", `"2026-05-09"`, `{"value":"2026-05-09T00:00:00.000000000Z"}`},
		{"things", "r", `5`, `{"value":5}`},
		{"things", "loc", fullLocation, fullLocation},
		{"things", "dom", `"App.Attio.CO.UK/path?q"`, `{"domain":"app.attio.co.uk","root_domain":"attio.co.uk"}`},
		{"things", "dom", `{"domain":"co.uk"}`, `{"domain":"co.uk","root_domain":"co.uk"}`},
		{"things", "mail", `"Ann+x@Mail.Acme.COM"`, `{"original_email_address":"Ann+x@Mail.Acme.COM","email_address":"ann+x@mail.acme.com","email_domain":"mail.acme.com","email_root_domain":"acme.com","email_local_specifier":"ann+x"}`},
		{"things", "tel", `"+12125551234"`, `{"phone_number":"+12125551234","original_phone_number":"+12125551234","country_code":"US"}`},
		{"things", "tel", `{"original_phone_number":"020 7946-0958","country_code":"GB"}`, `{"phone_number":"+442079460958","original_phone_number":"020 7946-0958","country_code":"GB"}`},
		{"things", "tel", `{"original_phone_number":"+49 30 123456","country_code":null}`, `{"phone_number":"+4930123456","original_phone_number":"+49 30 123456","country_code":"DE"}`},
		{"things", "ref", reference, reference},
		{"things", "ref", `{"target_object":"companies","domains":[{"domain":"ACME.example"}]}`, reference},
		{"things", "ref", `{"target_object":"companies","name":"Acme"}`, reference},
		{"things", "ref", `"acme.example"`, reference},
		{"things", "who", `"ADA@sandbox.example"`, actorAda},
		{"things", "who", `{"workspace_member_email_address":"ada@sandbox.example"}`, actorAda},
		{"things", "who", actorAda, actorAda},
		{"people", "name", `{"first_name":"A","last_name":"B","full_name":"A B"}`, `{"first_name":"A","last_name":"B","full_name":"A B"}`},
		{"people", "name", `"Lovelace, Ada, Countess"`, `{"first_name":"Ada, Countess","last_name":"Lovelace","full_name":"Ada, Countess Lovelace"}`},
		{"people", "name", `"Ada Lovelace"`, `{"first_name":"Ada Lovelace","last_name":"","full_name":"Ada Lovelace"}`},
	} {
		t.Run(tc.slug+" "+tc.in, func(t *testing.T) {
			b.t = t
			x := b.ok("POST", "/v2/objects/"+tc.object+"/records", values(`{%q:%s}`, tc.slug, tc.in))
			got, _ := x.get("data", "values", tc.slug, 0).(map[string]any)
			got = maps.Clone(got)
			a, _ := b.server.store.schema.object(tc.object)
			attr, _ := a.attribute(tc.slug)
			for key, want := range map[string]any{
				"active_until": nil, "attribute_type": attr.Type,
				"created_by_actor": map[string]any{"type": "api-token", "id": tokenID},
			} {
				if v, ok := got[key]; !ok || !reflect.DeepEqual(v, want) {
					t.Errorf("%s = %v, want %v", key, v, want)
				}
				delete(got, key)
			}
			if from, _ := got["active_from"].(string); len(from) != len("2006-01-02T15:04:05.000000000Z") {
				t.Errorf("active_from = %q", from)
			}
			delete(got, "active_from")
			var want map[string]any
			if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	b.t = t
	byText := b.ok("POST", "/v2/objects/things/records", values(`{"loc":"Somewhere"}`))
	if byText.text("data", "values", "loc", 0, "line_1") != "Somewhere" {
		t.Errorf("location text: %v", byText.v)
	}
}

func TestChoicesReadBack(t *testing.T) {
	b := open(t, Options{})
	option := seedID("choice", "companies", "categories", "B2C")
	x := b.ok("POST", "/v2/objects/companies/records", values(`{"categories":["B2B",%q],"employee_range":{"option":"1-10"}}`, option))
	got := x.get("data", "values", "categories", 1, "option")
	want := map[string]any{
		"id": map[string]any{
			"workspace_id": b.server.workspace, "object_id": seedID("object", "companies"),
			"attribute_id": seedID("attribute", "companies", "categories"), "option_id": option,
		},
		"title": "B2C", "is_archived": false,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("option = %v, want %v", got, want)
	}
	if x.text("data", "values", "employee_range", 0, "option", "title") != "1-10" {
		t.Errorf("employee_range: %v", x.v)
	}
	deal := b.ok("POST", "/v2/objects/deals/records", values(`{"name":"D","stage":"Won 🎉","owner":"ada@sandbox.example"}`))
	status, _ := deal.get("data", "values", "stage", 0, "status").(map[string]any)
	if status["title"] != "Won 🎉" || status["celebration_enabled"] != false || status["is_archived"] != false {
		t.Errorf("status = %v", status)
	}
	if _, has := status["target_time_in_status"]; !has {
		t.Error("target_time_in_status is missing")
	}
	// A title that changes later changes in the values that are there.
	b.ok("PATCH", "/v2/objects/companies/attributes/categories/options/"+option, `{"data":{"title":"Consumers","is_archived":true}}`)
	again := b.ok("GET", "/v2/objects/companies/records/"+x.text("data", "id", "record_id"), "")
	if again.text("data", "values", "categories", 1, "option", "title") != "Consumers" || again.get("data", "values", "categories", 1, "option", "is_archived") != true {
		t.Errorf("renamed option: %v", again.get("data", "values", "categories", 1))
	}
}

// What is not a value of the type is refused, and nothing is stored.
func TestValuesRefused(t *testing.T) {
	b := open(t, Options{})
	playground(b)
	b.create("companies", `{"name":"Twin"}`)
	b.create("companies", `{"name":"twin"}`)
	none := seedID("nobody")
	for _, tc := range []struct{ slug, in, code string }{
		{"t", `1`, codeValidation},
		{"t", `null`, codeValidation},
		{"t", `[null]`, codeValidation},
		{"t", `{"value":"x","active_from":"y"}`, codeValidation},
		{"t", `["a","b"]`, codeValidation},
		{"tags", `"a"`, codeValidation},
		{"n", `"1"`, codeValidation},
		{"n", `1e999`, codeValidation},
		{"b", `"yes"`, codeValidation},
		{"b", `null`, codeValidation},
		{"cur", `1.00001`, codeValidation},
		{"cur", `"1e3"`, codeValidation},
		{"cur", `{"currency_value":1,"currency_code":"EUR"}`, codeValidation},
		{"d", `"31/01/2020"`, codeValidation},
		{"d", `"2020-02-30"`, codeValidation},
		{"d", `"10000-01-01"`, codeValidation},
		{"d", `20200101`, codeValidation},
		{"ts", `"yesterday"`, codeValidation},
		{"ts", `"2026"`, codeValidation},
		{"r", `6`, codeValidation},
		{"r", `2.5`, codeValidation},
		{"r", `-1`, codeValidation},
		{"loc", `{"locality":"Paris"}`, codeValidation},
		{"loc", strings.Replace(fullLocation, `"US"`, `"USA"`, 1), codeValidation},
		{"loc", strings.Replace(fullLocation, `"34.0483313"`, `34.04`, 1), codeValidation},
		{"loc", strings.Replace(fullLocation, `{`, `{"extra":1,`, 1), codeValidation},
		{"dom", `"https://acme.com"`, codeValidation},
		{"dom", `"acme"`, codeValidation},
		{"dom", `"ac me.com"`, codeValidation},
		{"dom", `""`, codeValidation},
		{"mail", `"nobody"`, codeValidation},
		{"mail", `"a@b@c.com"`, codeValidation},
		{"mail", `"a..b@c.com"`, codeValidation},
		{"mail", `{"email_address":"a@b.co","primary":true}`, codeValidation},
		{"tel", `"020 7946 0958"`, codeValidation},
		{"tel", `"+1 555 CALL"`, codeValidation},
		{"tel", `{"original_phone_number":"1","country_code":"XX"}`, codeValidation},
		{"sel", `"red"`, codeValueNotFound},
		{"sel", `"Old"`, codeValueNotFound},
		{"sel", `"Blue"`, codeValueNotFound},
		{"sel", `7`, codeValidation},
		{"who", `"nobody@sandbox.example"`, codeValueNotFound},
		{"who", `{"referenced_actor_type":"api-token","referenced_actor_id":"` + none + `"}`, codeValidation},
		{"ref", `{"target_object":"companies","target_record_id":"` + none + `"}`, codeValueNotFound},
		{"ref", `{"target_object":"companies","target_record_id":"rec_123"}`, codeValidation},
		{"ref", `{"target_object":"people","target_record_id":"` + none + `"}`, codeValidation},
		{"ref", `{"target_object":"nothing","target_record_id":"` + none + `"}`, codeValueNotFound},
		{"ref", `{"target_object":"companies"}`, codeValidation},
		{"ref", `{"target_object":"companies","domains":["none.example"]}`, codeValueNotFound},
		{"ref", `{"target_object":"companies","name":"Twin"}`, "multiple_match_results"},
		{"ref", `{"target_object":"companies","foundation_date":"2020-01-01"}`, codeValidation},
		{"ref", `{"record_id":"x"}`, codeValidation},
		{"nope", `"x"`, codeValueNotFound},
		{"record_id", `"x"`, "system_edit_unauthorized"},
		{"created_at", `"2020-01-01T00:00:00Z"`, "system_edit_unauthorized"},
	} {
		t.Run(tc.slug+" "+tc.in, func(t *testing.T) {
			b.t = t
			x := b.refused(http.StatusBadRequest, tc.code, "POST", "/v2/objects/things/records", values(`{"t":"marker",%q:%s}`, tc.slug, tc.in))
			if tc.slug == "t" {
				return // the marker is overwritten: one key twice
			}
			if tc.code == codeValidation && tc.slug != "nope" && x.len("validation_errors") == 0 {
				t.Errorf("no validation_errors: %v", x.v)
			}
		})
	}
	b.t = t
	if ids := b.query("things", ""); len(ids) != 0 {
		t.Errorf("refused writes left %d records", len(ids))
	}
}

func TestRecordShape(t *testing.T) {
	b := open(t, Options{})
	x := b.ok("POST", "/v2/objects/companies/records", values(`{%q:"By id"}`, seedID("attribute", "companies", "name")))
	id := x.text("data", "id", "record_id")
	o, _ := b.server.store.schema.object("companies")
	vals, _ := x.get("data", "values").(map[string]any)
	if len(vals) != len(o.attributes) {
		t.Errorf("%d attributes in values, want %d", len(vals), len(o.attributes))
	}
	if x.text("data", "values", "name", 0, "value") != "By id" || x.text("data", "values", "record_id", 0, "value") != id {
		t.Errorf("values: %v", vals)
	}
	if list, ok := vals["description"].([]any); !ok || len(list) != 0 {
		t.Errorf("an attribute without value is %v, want []", vals["description"])
	}
	created := x.text("data", "created_at")
	if len(created) != 30 || !strings.HasSuffix(created, "Z") || x.text("data", "values", "created_at", 0, "value") != created {
		t.Errorf("created_at = %q", created)
	}
	if want := "https://app.attio.com/sandbox/company/" + id; x.text("data", "web_url") != want {
		t.Errorf("web_url = %q, want %q", x.text("data", "web_url"), want)
	}
	if again := b.ok("GET", "/v2/objects/companies/records/"+id, ""); !reflect.DeepEqual(again.v, x.v) {
		t.Errorf("get shows %v, create showed %v", again.v, x.v)
	}
}
