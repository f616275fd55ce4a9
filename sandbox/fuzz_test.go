package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Whatever is sent is answered by the API and never by a fault of the sandbox; what is accepted is read back, and nothing of what is
// refused remains.
func FuzzCreate(f *testing.F) {
	b := open(f, Options{})
	playground(b)
	f.Add("t", `"x"`)
	f.Add("dom", `[{"domain":"ACME.example/x"}]`)
	f.Add("loc", fullLocation)
	f.Add("ref", `{"target_object":"companies","domains":["a.example"]}`)
	f.Add("cur", `"1.2345"`)
	f.Add("ts", `"2023-01-02T23:00:00-10:00"`)
	f.Fuzz(func(t *testing.T, slug, in string) {
		b.t = t
		key, err := json.Marshal(slug)
		if err != nil {
			t.Fatal(err)
		}
		status, x := b.do("POST", "/v2/objects/things/records", values(`{%s:%s}`, key, in))
		switch status {
		case http.StatusOK:
			path := "/v2/objects/things/records/" + x.text("data", "id", "record_id")
			b.ok("GET", path, "")
			b.ok("DELETE", path, "")
		case http.StatusBadRequest:
			if ids := b.query("things", ""); ids != nil {
				t.Errorf("%s: %s was refused and left %v", slug, in, ids)
			}
		default:
			t.Errorf("%s: %s: %d %v", slug, in, status, x.v)
		}
	})
}

func FuzzFilter(f *testing.F) {
	b := open(f, Options{})
	playground(b)
	b.create("things", `{"t":"x","dom":"a.example"}`)
	f.Add(`{"t":"x"}`)
	f.Add(`{"$or":[{"t":{"$in":["x"]}},{"$not":{"dom":{"root_domain":{"$eq":"a.example"}}}}]}`)
	f.Add(`{"who":{"referenced_actor_type":"workspace-member","referenced_actor_id":"x"},"ref":{"target_record_id":{"$in":[]}}}`)
	f.Fuzz(func(t *testing.T, filter string) {
		b.t = t
		status, x := b.do("POST", "/v2/objects/things/records/query", fmt.Sprintf(`{"filter":%s}`, filter))
		if status != http.StatusOK && status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", filter, status, x.v)
		}
	})
}

// A query of the reference contract is answered, or refused as the fault of the client.
func FuzzReferenceQuery(f *testing.F) {
	b := open(f, Options{Contract: Reference})
	b.ok("GET", "/v2/objects/companies", "")
	f.Add(`{"filter":{"domain":{"$ne":"a.example"},"$or":[{"name":{"$exists":false}},{"team.job_title":"x"}]}}`)
	f.Add(`{"filter":{"created_at":{"$gte":"2024-01-01"},"team":{"record_id":"x"}},"sorts":[{"direction":"asc","attribute":"domain"}]}`)
	f.Add(`{"filter":{"name":{"$in":[],"$nin":[1]}},"limit":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		b.t = t
		if status, x := b.do("POST", "/v2/objects/companies/records/query", body); status >= http.StatusInternalServerError || (status >= 400 && x.text("error", "code") == "") {
			t.Errorf("%s: %d %v", body, status, x.v)
		}
	})
}

// A state that is not one is refused and leaves the old one; one that is taken can be exported.
func FuzzImportState(f *testing.F) {
	b := open(f, Options{})
	f.Add(`{"version":1,"workspace":"w","members":[],"objects":[{"id":"o","slug":"s","attributes":[{"id":"a","slug":"x","type":"text","unique":true}]},` +
		`{"id":"l","slug":"t","list":{"name":"T","parent":"o"},"attributes":[]}],"records":[{"object":"s","id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",` +
		`"created_at":"2026-01-01T00:00:00Z","values":{"x":[{"value":{"value":"1"}}]},"past":{"x":[{"until":"2026-01-01T00:00:00Z","value":{"value":"0"}}]}},` +
		`{"list":"t","parent":"7c9e6679-7425-40de-944b-e07fc1f90ae7","values":{}}],"documents":[]}`)
	f.Add(`{"version":1,"workspace":"w","members":[{"id":"m"}],"objects":[],"records":[],"documents":[]}`)
	f.Add(`{"version":1,"workspace":"w","members":[{"id":"m"}],"objects":[{"id":"o","slug":"s","attributes":[{"id":"a","slug":"x","type":"select","choices":[{"id":"c","title":"T"}]}]}],` +
		`"records":[{"object":"s","values":{"x":[{"value":{"option":"T"}}]}}],"documents":[{"kind":"note","content":{}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b.t = t
		before := b.export(ExportOptions{})
		err := b.server.ImportState(t.Context(), strings.NewReader(text))
		after := b.export(ExportOptions{})
		if err != nil && after != before {
			t.Errorf("%v, and the old state is gone", err)
		}
		b.export(ExportOptions{Comparable: true})
	})
}
