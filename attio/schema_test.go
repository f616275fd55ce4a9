package attio

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
)

// wire is an attribute as the API describes it (contract §5).
func wire(id, slug, kind, more string) string {
	return `{"id":{"workspace_id":"w","object_id":"o","attribute_id":"` + id + `"},"title":"T ` + slug + `","description":null,"api_slug":"` + slug +
		`","type":"` + kind + `","is_system_attribute":true,` + more + `"is_default_value_enabled":false,"default_value":null,` +
		`"created_at":"2025-11-03T18:16:13.223000000Z"}`
}

const noConfig = `"config":{"currency":{"default_currency_code":null,"display_type":null},"record_reference":{"allowed_object_ids":null}},`

// workspace answers from a table of paths; the attributes come two at a time.
type workspace struct {
	attributes []string
	asked      []string
}

func (s *workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.RequestURI())
	switch path := r.URL.Path; {
	case path == "/v2/objects":
		_, _ = io.WriteString(w, `{"data":[{"id":{"workspace_id":"w","object_id":"o-1"},"api_slug":"people","singular_noun":"Person",
			"plural_noun":"People"},{"id":{"object_id":"o-2"},"api_slug":null,"singular_noun":null,"plural_noun":null}]}`)
	case strings.HasSuffix(path, "/attributes"):
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		end := min(offset+2, len(s.attributes))
		_, _ = fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(s.attributes[min(offset, end):end], ","))
	case strings.HasSuffix(path, "/options"):
		_, _ = io.WriteString(w, `{"data":[{"id":{"option_id":"p-1"},"title":"B2B","is_archived":false},{"id":{"option_id":"p-2"},"title":"B2C","is_archived":true}]}`)
	case strings.HasSuffix(path, "/statuses"):
		_, _ = io.WriteString(w, `{"data":[{"id":{"status_id":"s-1"},"title":"Won 🎉","is_archived":false,"celebration_enabled":true,"target_time_in_status":null}]}`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func dealAttributes() []string {
	return []string{
		wire("a-1", "record_id", "text", `"is_writable":false,"is_required":false,"is_unique":true,"is_multiselect":false,"is_archived":false,`+noConfig),
		wire("a-2", "value", "currency", `"is_writable":true,"is_required":true,"config":{"currency":{"default_currency_code":"EUR","display_type":"symbol"}},`),
		wire("a-3", "people", "record-reference", `"is_writable":true,"is_multiselect":true,"config":{"record_reference":{"allowed_object_ids":["o-1","o-2","o-9"]}},
			"relationship":{"id":{"workspace_id":"w","object_id":"o-1","attribute_id":"a-31"},"object_slug":"people","title":"Deal","api_slug":"deal","is_multiselect":false},`),
		wire("a-4", "kind", "select", `"is_writable":true,`+noConfig),
		wire("a-5", "stage", "status", `"is_writable":true,"config":null,`),
		wire("a-6", "old", "select", `"is_writable":true,"is_archived":true,`),
		wire("a-7", "met", "interaction", `"is_writable":true,`),
		wire("a-8", "shape", "hologram", `"is_writable":true,`),
	}
}

func TestSchema(t *testing.T) {
	s := &workspace{attributes: dealAttributes()}
	sch, err := serve(t, s.ServeHTTP).Schema(t.Context(), crm.Target{Object: "deals"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &crm.Schema{Target: crm.Target{Object: "deals"}, Attributes: []crm.Attribute{
		{ID: "a-1", Slug: "record_id", Title: "T record_id", Type: crm.TypeText, Unique: true, System: true},
		{ID: "a-2", Slug: "value", Title: "T value", Type: crm.TypeCurrency, Writable: true, Required: true, System: true, Currency: "EUR", CurrencyStyle: "symbol"},
		{
			ID: "a-3", Slug: "people", Title: "T people", Type: crm.TypeRecordReference, Writable: true, Multi: true, System: true,
			AllowedObjects: []string{"people", "o-2", "o-9"}, Other: &crm.End{Object: "people", Attribute: "deal"},
		},
		{
			ID: "a-4", Slug: "kind", Title: "T kind", Type: crm.TypeSelect, Writable: true, System: true,
			Choices: []crm.Choice{{ID: "p-1", Title: "B2B"}, {ID: "p-2", Title: "B2C", Archived: true}},
		},
		{
			ID: "a-5", Slug: "stage", Title: "T stage", Type: crm.TypeStatus, Writable: true, System: true,
			Choices: []crm.Choice{{ID: "s-1", Title: "Won 🎉"}},
		},
		{ID: "a-6", Slug: "old", Title: "T old", Type: crm.TypeSelect, Archived: true, System: true},
		{ID: "a-7", Slug: "met", Title: "T met", Type: crm.TypeInteraction, System: true},
		{ID: "a-8", Slug: "shape", Title: "T shape", Type: "hologram", Writable: true, System: true},
	}}
	if !reflect.DeepEqual(sch, want) {
		t.Errorf("got\n%+v, want\n%+v", sch, want)
	}
	wantAsked := []string{
		"/v2/objects/deals/attributes?limit=500&offset=0&show_archived=true",
		"/v2/objects/deals/attributes?limit=500&offset=2&show_archived=true",
		"/v2/objects/deals/attributes?limit=500&offset=4&show_archived=true",
		"/v2/objects/deals/attributes?limit=500&offset=6&show_archived=true",
		"/v2/objects/deals/attributes?limit=500&offset=8&show_archived=true",
		"/v2/objects",
		"/v2/objects/deals/attributes/kind/options?show_archived=true",
		"/v2/objects/deals/attributes/stage/statuses?show_archived=true",
	}
	if !slices.Equal(s.asked, wantAsked) {
		t.Errorf("asked\n%s", strings.Join(s.asked, "\n"))
	}
}

func TestSchemaReadsOnlyWantedChoices(t *testing.T) {
	attributes := dealAttributes()
	s := &workspace{attributes: slices.Delete(attributes, 2, 3)} // without the reference
	sch, err := serve(t, s.ServeHTTP).Schema(t.Context(), crm.Target{List: "sales"}, func(a crm.Attribute) bool { return a.Slug == "stage" })
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range sch.Attributes {
		if (len(a.Choices) > 0) != (a.Slug == "stage") {
			t.Errorf("%s has the choices %v", a.Slug, a.Choices)
		}
	}
	asked := slices.DeleteFunc(s.asked, func(target string) bool { return strings.Contains(target, "offset=") })
	if want := []string{"/v2/lists/sales/attributes/stage/statuses?show_archived=true"}; !slices.Equal(asked, want) {
		t.Errorf("besides the attributes, asked for %v, want %v", asked, want)
	}
}

// TestAttributesOfServerWithoutPages has a server that sends all attributes whatever the offset, as recordings show it.
func TestAttributesOfServerWithoutPages(t *testing.T) {
	requests := 0
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		_, _ = fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(dealAttributes()[3:], ","))
	})
	attributes, err := c.Attributes(t.Context(), crm.Target{Object: "deals"})
	if err != nil || len(attributes) != 5 || requests != 2 {
		t.Errorf("%d attributes in %d requests (%v), want 5 in 2", len(attributes), requests, err)
	}
}

func TestObjects(t *testing.T) {
	c := serve(t, (&workspace{}).ServeHTTP)
	got, err := c.Objects(t.Context())
	want := []crm.Object{{ID: "o-1", Slug: "people", Singular: "Person", Plural: "People"}, {ID: "o-2"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
	one, asked := record(t, `{"data":{"id":{"object_id":"o-1"},"api_slug":"people"}}`)
	if o, err := one.Object(t.Context(), "people"); err != nil || o != (crm.Object{ID: "o-1", Slug: "people"}) || asked.target != "/v2/objects/people" {
		t.Errorf("got %+v (%v) from %s", o, err, asked.target)
	}
	unknown := serve(t, reply(404, `{"code":"not_found","message":"m"}`))
	if _, err := unknown.Object(t.Context(), "peeple"); asError(t, err).Class != crm.FaultJob {
		t.Errorf("an unknown object: %v", err)
	}
}

func TestSelf(t *testing.T) {
	c, asked := record(t, `{"active":true,"scope":"record_permission:read-write object_configuration:read","client_id":"c","token_type":"Bearer",
		"exp":null,"iat":1778892789,"sub":"w","workspace_id":"w","workspace_name":"Test Workspace","workspace_slug":"test-workspace","workspace_logo_url":null}`)
	got, err := c.Self(t.Context())
	want := Identity{Active: true, Workspace: crm.Workspace{
		ID: "w", Name: "Test Workspace", Slug: "test-workspace", Scopes: []string{"record_permission:read-write", "object_configuration:read"},
	}}
	if err != nil || !reflect.DeepEqual(got, want) || asked.target != "/v2/self" {
		t.Errorf("got %+v (%v) from %s, want %+v", got, err, asked.target, want)
	}
	missing := got.Missing("record_permission:read-write", "record_permission:read", "object_configuration:read", "object_configuration:read-write", "note:read")
	if wantMissing := []string{"object_configuration:read-write", "note:read"}; !slices.Equal(missing, wantMissing) {
		t.Errorf("missing %v, want %v", missing, wantMissing)
	}
}

func TestSelfOfDeadToken(t *testing.T) {
	for body, status := range map[string]int{
		`{"active":false}`: 200,
		`{}`:               200,
		`{"status_code":401,"type":"auth_error","code":"unauthorized","message":"m"}`:                              401,
		`{"status_code":400,"type":"invalid_request_error","code":"missing_value","message":"was not recognised"}`: 400,
	} {
		got, err := serve(t, reply(status, body)).Self(t.Context())
		e := asError(t, err)
		if got.Active || e.Class != crm.FaultAuth || e.Endpoint != "/v2/self" || !strings.Contains(e.Error(), "check the token: ") {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	if _, err := serve(t, reply(503, "")).Self(t.Context()); asError(t, err).Class != crm.FaultTransient {
		t.Errorf("a server that is down: %v", err)
	}
}

func TestWorkspaceMembers(t *testing.T) {
	c, asked := record(t, `{"data":[{"id":{"workspace_id":"w","workspace_member_id":"m"},"first_name":"Ada","last_name":"Lovelace","avatar_url":null,
		"email_address":"ada@x.com","access_level":"suspended","created_at":"2025-07-22T15:07:00.895000000Z"}]}`)
	got, err := c.WorkspaceMembers(t.Context())
	want := []crm.Member{{ID: "m", First: "Ada", Last: "Lovelace", Email: "ada@x.com", Suspended: true, Access: "suspended"}}
	want[0].CreatedAt = time.Date(2025, 7, 22, 15, 7, 0, 895_000_000, time.UTC)
	if err != nil || !slices.Equal(got, want) || asked.target != "/v2/workspace_members" {
		t.Errorf("got %+v (%v) from %s, want %+v", got, err, asked.target, want)
	}
}

func TestCreateChoice(t *testing.T) {
	for _, c := range []struct {
		name   string
		typ    crm.Type
		status int
		body   string
		path   string
		ok     bool
	}{
		{"option", crm.TypeSelect, 200, `{"data":{"id":{"option_id":"o"},"title":"New"}}`, "/v2/objects/companies/attributes/a/options", true},
		{"status", crm.TypeStatus, 200, `{"data":{"id":{"status_id":"s"},"title":"New"}}`, "/v2/objects/companies/attributes/a/statuses", true},
		{"there already", crm.TypeSelect, 409, `{"status_code":409,"type":"invalid_request_error","code":"slug_conflict","message":"x"}`, "/v2/objects/companies/attributes/a/options", true},
		{"refused", crm.TypeSelect, 400, `{"status_code":400,"type":"invalid_request_error","code":"validation_type","message":"x"}`, "/v2/objects/companies/attributes/a/options", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got string
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				got = r.Method + " " + r.URL.Path + " " + string(body)
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			err := client.CreateChoice(t.Context(), crm.Target{Object: "companies"}, crm.Attribute{Slug: "a", Type: c.typ}, "New")
			if (err == nil) != c.ok {
				t.Errorf("err = %v", err)
			}
			if want := "POST " + c.path + ` {"data":{"title":"New"}}`; strings.TrimSpace(got) != want {
				t.Errorf("sent %q, want %q", got, want)
			}
		})
	}
}
