package sandbox

import (
	"fmt"
	"testing"
)

func TestChangeObject(t *testing.T) {
	b := open(t, Options{})
	b.ok("POST", "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	b.ok("POST", "/v2/objects/companies/attributes", attributeBody("thing", typeRecordReference, false, `{"record_reference":{"allowed_objects":["things"]}}`))
	thing := b.create("things", `{}`)
	company := b.create("companies", fmt.Sprintf(`{"thing":%s}`, ref("things", thing)))
	if x := b.ok("PATCH", "/v2/objects/things", `{"data":{"singular_noun":"Gadget","api_slug":"gadgets"}}`); x.text("data", "singular_noun") != "Gadget" || x.text("data", "plural_noun") != "Things" {
		t.Errorf("patched: %v", x.v)
	}
	if x := b.ok("GET", "/v2/objects/companies/records/"+company, ""); x.text("data", "values", "thing", 0, "target_object") != "gadgets" {
		t.Errorf("a reference after the renaming: %v", x.v)
	}
	filter := fmt.Sprintf(`{"filter":{"thing":{"target_object":"gadgets","target_record_id":%q}}}`, thing)
	if ids := b.query("companies", filter); len(ids) != 1 {
		t.Errorf("found by the new name: %v", ids)
	}
	b.refused(404, "not_found", "GET", "/v2/objects/things", "")
	b.refused(409, "slug_conflict", "PATCH", "/v2/objects/gadgets", `{"data":{"api_slug":"people"}}`)
	b.refused(400, "system_edit_unauthorized", "PATCH", "/v2/objects/people", `{"data":{"api_slug":"humans"}}`)
	b.refused(400, codeValidation, "PATCH", "/v2/objects/people", `{"data":{"singular_noun":""}}`)
	b.ok("PATCH", "/v2/objects/people", `{"data":{"singular_noun":"Human"}}`)

	b.list("gadget-list", "gadgets")
	b.refused(400, codeValidation, "DELETE", "/v2/objects/gadgets", "")
	b.refused(400, "system_edit_unauthorized", "DELETE", "/v2/objects/people", "")
}

func TestDeleteObject(t *testing.T) {
	b := open(t, Options{})
	b.ok("POST", "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	b.ok("POST", "/v2/objects/things/attributes", `{"data":{"title":"Owner","description":null,"api_slug":"owner","type":"record-reference","is_required":false,"is_unique":false,
		"is_multiselect":false,"config":{},"relationship":{"object":"companies","title":"Things","api_slug":"things","is_multiselect":true}}}`)
	company := b.create("companies", `{"name":"A"}`)
	thing := b.create("things", fmt.Sprintf(`{"owner":%s}`, ref("companies", company)))
	if got := b.ends("companies", company, "things"); len(got) != 1 || got[0] != thing {
		t.Errorf("things of the company: %v", got)
	}
	b.ok("DELETE", "/v2/objects/things", "")
	b.refused(404, "not_found", "GET", "/v2/objects/things", "")
	b.refused(404, "not_found", "GET", "/v2/objects/companies/attributes/things", "")
	if x := b.ok("GET", "/v2/objects/companies/records/"+company, ""); x.get("data", "values", "things") != nil {
		t.Errorf("the other end is left: %v", x.v)
	}
	b.ok("POST", "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	if ids := b.query("things", ""); ids != nil {
		t.Errorf("a new object has records: %v", ids)
	}
}

func TestLogHasBodies(t *testing.T) {
	b := open(t, Options{})
	b.create("companies", `{"name":"Logged"}`)
	x := b.ok("GET", "/_sandbox/requests", "")
	if x.text("data", 0, "body") != values(`{"name":"Logged"}`) || x.text("data", 0, "outcome") != "answered" || x.text("data", 0, "method") != "POST" {
		t.Errorf("log: %v", x.v)
	}
}
