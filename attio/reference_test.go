package attio

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
)

func TestParseContract(t *testing.T) {
	for _, k := range []Contract{Current, Reference, Auto} {
		if got, err := ParseContract(k.String()); got != k || err != nil {
			t.Errorf("%s is read as %s (%v)", k, got, err)
		}
	}
	if _, err := ParseContract("latest"); err == nil || !strings.Contains(err.Error(), `"latest"`) {
		t.Errorf("an unknown contract: %v", err)
	}
}

// TestAuto holds how the contract is found: by the host, else by the one question that only the published API answers.
func TestAuto(t *testing.T) {
	asked := 0
	server := func(status int, body string) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/v2/self" {
				asked++
				return respond(r, status, body), nil
			}
			return respond(r, 200, `{"data":[]}`), nil
		}
	}
	for name, tt := range map[string]struct {
		base   string
		status int
		body   string
		want   Contract
		asked  int
	}{
		"Attio itself":  {"", 500, "", Current, 0},
		"published":     {"http://127.0.0.1", 200, `{"active":true,"workspace_id":"w"}`, Current, 1},
		"a dead token":  {"http://127.0.0.1", 200, `{"active":false}`, Current, 1},
		"no such route": {"http://127.0.0.1", 404, `{"error":{"code":"not_found","message":"m"}}`, Reference, 1},
		"no such page":  {"http://127.0.0.1", 404, `<h1>404</h1>`, Reference, 1},
		"unreachable":   {"http://127.0.0.1", 503, ``, Auto, 2},
		"no entrance":   {"http://127.0.0.1", 401, `{"code":"unauthorized","type":"auth_error"}`, Auto, 2},
	} {
		asked = 0
		c, err := New(Options{BaseURL: tt.base, Token: secret, Transport: server(tt.status, tt.body), Contract: Auto})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := c.Contract(t.Context())
			if got != tt.want || (err != nil) != (tt.want == Auto) {
				t.Errorf("%s: %s (%v), want %s", name, got, err, tt.want)
			}
		}
		if asked != tt.asked {
			t.Errorf("%s: asked %d times, want %d", name, asked, tt.asked)
		}
	}
}

func respond(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, Request: r}
}

// TestSelfSettlesTheContract: connecting costs no request more than asking who one is.
func TestSelfSettlesTheContract(t *testing.T) {
	var paths []string
	c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		paths = append(paths, r.URL.Path)
		return respond(r, 200, `{"active":true,"workspace_id":"w"}`), nil
	}), Auto)
	id, err := c.Self(t.Context())
	if err != nil || id.ID != "w" {
		t.Fatal(id, err)
	}
	if k, err := c.Contract(t.Context()); k != Current || err != nil || len(paths) != 1 {
		t.Errorf("%s (%v) after %v", k, err, paths)
	}
}

func TestSelfOfReference(t *testing.T) {
	self := func(base, token string, k Contract) Identity {
		c, err := New(Options{BaseURL: base, Token: token, Contract: k, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path != "/v2/objects" {
				return respond(r, 404, ``), nil
			}
			return respond(r, 200, `{"data":[]}`), nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		id, err := c.Self(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := self("http://127.0.0.1:1", secret, Reference)
	if !strings.HasPrefix(id.ID, "reference-") || len(id.ID) != 42 || strings.Contains(id.ID, secret[:8]) || !id.Active {
		t.Errorf("%+v", id)
	}
	if missing := id.Missing("note:read"); missing != nil {
		t.Errorf("%v is missing of scopes that nobody told", missing)
	}
	if again := self("http://127.0.0.1:1", secret, Auto); again.ID != id.ID {
		t.Errorf("the id of a workspace changed: %s, %s", id.ID, again.ID)
	}
	for _, other := range []Identity{self("http://127.0.0.1:2", secret, Reference), self("http://127.0.0.1:1", secret[1:]+"x", Reference)} {
		if other.ID == id.ID {
			t.Errorf("two workspaces have the id %s", id.ID)
		}
	}
	dead := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		return respond(r, 401, `{"error":{"code":"unauthorized","message":"Authentication failed"}}`), nil
	}), Reference)
	if _, err := dead.Self(t.Context()); asError(t, err).Class != crm.FaultAuth {
		t.Errorf("a dead token: %v", err)
	}
}

// TestReferenceErrors holds what the envelope of the document's errors means ("Error Handling").
func TestReferenceErrors(t *testing.T) {
	create, byID := reference{}.createRecord("people"), reference{}.getRecord("people", "r")
	objects := reference{}.objects()
	tests := []struct {
		name      string
		call      *request
		status    int
		body      string
		class     crm.FaultClass
		code      string
		attribute string
		says      string
	}{
		{
			"validation", create, 422, `{"error":{"code":"validation_error","message":"Invalid field value","details":{"field":"email","reason":"Invalid email format"}}}`,
			crm.FaultRow, "validation_error", "email", "Invalid field value; email: Invalid email format",
		},
		{"bad request", create, 400, `{"error":{"code":"bad_request","message":"m"}}`, crm.FaultRow, "bad_request", "", "m"},
		{"bad query", objects, 400, `{"error":{"code":"bad_request","message":"m"}}`, crm.FaultJob, "bad_request", "", "m"},
		{"conflict", create, 409, `{"error":{"code":"conflict","message":"m","details":null}}`, crm.FaultRow, "conflict", "", "m"},
		{"record gone", byID, 404, `{"error":{"code":"resource_missing","message":"m"}}`, crm.FaultRow, "resource_missing", "", "m"},
		{"object gone", create, 404, `{"error":{"code":"not_found","message":"m"}}`, crm.FaultJob, "not_found", "", "check the slug"},
		{"token", create, 401, `{"error":{"code":"unauthorized","message":"m"}}`, crm.FaultAuth, "unauthorized", "", "check the token"},
		{"scope", create, 403, `{"error":{"code":"forbidden","message":"m"}}`, crm.FaultAuth, "forbidden", "", "add the scope"},
		{"limit", create, 429, `{"error":{"code":"rate_limited","message":"m"}}`, crm.FaultTransient, "rate_limited", "", "m"},
		{"server", create, 500, `{"error":{"code":"internal","message":"m"}}`, crm.FaultTransient, "internal", "", "m"},
		{"a text", create, 422, `{"error":"no"}`, crm.FaultTransient, "http_422", "", "no"},
		{"details as a list", create, 422, `{"error":{"code":"x","details":["a","b"]}}`, crm.FaultRow, "x", "", `["a","b"]`},
		{"details of other parts", create, 422, `{"error":{"code":"x","message":"m","details":{"hint":1}}}`, crm.FaultRow, "x", "", "m"},
		{"a list", create, 422, `{"error":[]}`, crm.FaultTransient, "http_422", "", "[]"},
		{"both forms", create, 400, `{"code":"flat","message":"f","error":{"code":"deep","message":"d"}}`, crm.FaultRow, "flat", "", "f"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, tt.status, tt.body), nil }), Reference)
			e := asError(t, c.do(t.Context(), tt.call, nil))
			if e.Class != tt.class || e.Code != tt.code || e.Attribute != tt.attribute || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("class %s, code %q, attribute %q: %v", e.Class, e.Code, e.Attribute, e)
			}
		})
	}
}

// TestReferenceValues holds each type as it is written, and reads it back as it was.
func TestReferenceValues(t *testing.T) {
	at := time.Date(2024, 1, 15, 14, 30, 0, 0, time.UTC)
	tests := []struct {
		value crm.Value
		want  string
		back  crm.Value // nil: the same
	}{
		{crm.Text("Software"), `"Software"`, nil},
		{crm.Number(150), `150`, nil},
		{crm.Checkbox(false), `false`, nil},
		{crm.Currency{Amount: "50000", Code: "USD"}, `{"amount":50000,"currency":"USD"}`, nil},
		{crm.Date{Year: 2020, Month: 1, Day: 15}, `"2020-01-15"`, nil},
		{crm.Timestamp(at), `"2024-01-15T14:30:00Z"`, nil},
		{crm.Rating(3), `3`, nil},
		{crm.Status{ID: thingID, Title: "Won"}, `"Won"`, crm.Status{Title: "Won"}},
		{crm.Select{Title: "B2C"}, `"B2C"`, nil},
		{crm.Select{ID: thingID}, `"` + thingID + `"`, nil},
		{crm.RecordReference{Object: "companies", ID: "rec_123"}, `{"record_id":"rec_123"}`, nil},
		{crm.ActorReference{ActorType: workspaceMember, ID: memberID}, `{"referenced_actor_type":"workspace-member","referenced_actor_id":"` + memberID + `"}`, nil},
		{
			crm.Location{Locality: "Berlin", CountryCode: "DE"}, `{"line_1":null,"line_2":null,"line_3":null,"line_4":null,"locality":"Berlin",` +
				`"region":null,"postcode":null,"country_code":"DE","latitude":null,"longitude":null}`, nil,
		},
		{crm.Domain("acme.com"), `"acme.com"`, nil},
		{crm.EmailAddress("john@example.com"), `{"email_address":"john@example.com"}`, nil},
		{crm.PhoneNumber{E164: "+14155552671", CountryCode: "US"}, `{"country_code":"US","phone_number":"+14155552671"}`, nil},
		{crm.PhoneNumber{Original: "0723", CountryCode: "GB"}, `{"country_code":"GB","phone_number":"0723"}`, crm.PhoneNumber{E164: "0723", CountryCode: "GB"}},
		{crm.PersonalName{First: "Ada", Last: "Lovelace", Full: "Ada Lovelace"}, `{"first_name":"Ada","last_name":"Lovelace"}`, nil},
		{crm.PersonalName{First: "Ada", Last: "King", Full: "Ada, Countess"}, `{"first_name":"Ada","full_name":"Ada, Countess","last_name":"King"}`, nil},
	}
	written := map[crm.Type]bool{crm.TypeInteraction: true} // it is only read
	for _, tt := range tests {
		written[tt.value.Type()] = true
		for _, multi := range []bool{false, true} {
			a := crm.Attribute{Slug: "a", Type: tt.value.Type(), Multi: multi, AllowedObjects: []string{"companies"}}
			spelled, err := reference{}.value(a, []crm.Value{tt.value})
			if err != nil {
				t.Errorf("%#v: %v", tt.value, err)
				continue
			}
			got, err := encode(spelled)
			want, back := tt.want, tt.back
			if multi {
				want = "[" + want + "]"
			}
			if err != nil || string(got) != want {
				t.Errorf("%#v is written as %s (%v), want %s", tt.value, got, err, want)
			}
			if back == nil {
				back = tt.value
			}
			if values := readBare(t, a, string(got)); !reflect.DeepEqual(values, []crm.Value{back}) {
				t.Errorf("%s is read as %#v, want %#v", got, values, back)
			}
		}
	}
	for _, typ := range everyType {
		if !written[typ] {
			t.Errorf("%s is not tested", typ)
		}
	}
}

func readBare(t *testing.T, a crm.Attribute, value string) []crm.Value {
	t.Helper()
	var j recordJSON
	if err := json.Unmarshal([]byte(`{"id":{"record_id":"r"},"values":{"a":`+value+`}}`), &j); err != nil {
		t.Fatal(err)
	}
	rec, err := reference{}.getRecord("people", "r").readRecord(&j, func(string) crm.Attribute { return a })
	if err != nil {
		t.Errorf("%s: %v", value, err)
	}
	return rec.Values["a"]
}

// TestReferenceReads holds shapes that the client does not write itself, the document's own examples among them.
func TestReferenceReads(t *testing.T) {
	for _, tt := range []struct {
		typ   crm.Type
		value string
		want  []crm.Value
	}{
		{crm.TypeEmailAddress, `[{"email_address":"ada@example.com","primary":true}]`, []crm.Value{crm.EmailAddress("ada@example.com")}},
		{crm.TypeEmailAddress, `"ada@example.com"`, []crm.Value{crm.EmailAddress("ada@example.com")}},
		{crm.TypePhoneNumber, `[{"phone_number":"+14155552671","country_code":"US","type":"mobile"}]`, []crm.Value{crm.PhoneNumber{E164: "+14155552671", CountryCode: "US"}}},
		{crm.TypePhoneNumber, `"+14155552671"`, []crm.Value{crm.PhoneNumber{E164: "+14155552671"}}},
		{crm.TypeCurrency, `50000`, []crm.Value{crm.Currency{Amount: "50000"}}},
		{crm.TypeCurrency, `{"currency_value":5,"currency_code":"EUR"}`, []crm.Value{crm.Currency{Amount: "5", Code: "EUR"}}},
		{crm.TypeSelect, `["enterprise","renewal"]`, []crm.Value{crm.Select{Title: "enterprise"}, crm.Select{Title: "renewal"}}},
		{crm.TypeSelect, `{"option":"B2C"}`, []crm.Value{crm.Select{Title: "B2C"}}},
		{crm.TypePersonalName, `"Ada Lovelace"`, []crm.Value{crm.PersonalName{Full: "Ada Lovelace"}}},
		{crm.TypeRecordReference, `"rec_1"`, []crm.Value{crm.RecordReference{Object: "companies", ID: "rec_1"}}},
		{crm.TypeRecordReference, `[{"target_object":"people","target_record_id":"rec_1"}]`, []crm.Value{crm.RecordReference{Object: "people", ID: "rec_1"}}},
		{crm.TypeActorReference, `"usr_1"`, []crm.Value{crm.ActorReference{ID: "usr_1"}}},
		{crm.TypeText, `[{"value":"in an envelope","attribute_type":"text","active_until":null}]`, []crm.Value{crm.Text("in an envelope")}},
		{crm.TypeText, `{"value":"an object"}`, []crm.Value{crm.Text("an object")}},
		{crm.TypeText, `["a",null,"b"]`, []crm.Value{crm.Text("a"), crm.Text("b")}},
		{crm.TypeText, `null`, nil},
		{crm.TypeText, `[]`, nil},
		{"hologram", `"x"`, nil},
	} {
		a := crm.Attribute{Slug: "a", Type: tt.typ, AllowedObjects: []string{"companies"}}
		if got := readBare(t, a, tt.value); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s %s is read as %#v, want %#v", tt.typ, tt.value, got, tt.want)
		}
	}
}

func TestReferenceUnreadable(t *testing.T) {
	for typ, value := range map[crm.Type]string{
		"": `"whatever"`, crm.TypeLocation: `"Berlin"`, crm.TypeInteraction: `"email"`, crm.TypeNumber: `"many"`, crm.TypeText: `[["nested"]]`,
	} {
		var j recordJSON
		if err := json.Unmarshal([]byte(`{"id":{"record_id":"r"},"values":{"a":`+value+`,"b":"B"}}`), &j); err != nil {
			t.Fatal(err)
		}
		rec, err := reference{}.getRecord("people", "r").readRecord(&j, func(slug string) crm.Attribute {
			if slug == "b" {
				return crm.Attribute{Slug: slug, Type: crm.TypeText}
			}
			return crm.Attribute{Slug: slug, Type: typ}
		})
		if e := asError(t, err); e.Code != CodeUnreadable || len(rec.Unread) != 1 || rec.Unread[0] != "a" {
			t.Errorf("%s %s: %v, unread %v", typ, value, err, rec.Unread)
		}
		if want := []crm.Value{crm.Text("B")}; !reflect.DeepEqual(rec.Values["b"], want) {
			t.Errorf("%s %s took the other values along: %v", typ, value, rec.Values)
		}
	}
}

func TestReferenceClears(t *testing.T) {
	for multi, want := range map[bool]string{false: `null`, true: `[]`} {
		spelled, err := reference{}.value(crm.Attribute{Multi: multi}, nil)
		if got, _ := encode(spelled); err != nil || string(got) != want {
			t.Errorf("several %v: %s (%v), want %s", multi, got, err, want)
		}
	}
	euros, err := reference{}.value(crm.Attribute{Currency: "EUR"}, []crm.Value{crm.Currency{Amount: "5"}})
	if got, _ := encode(euros); err != nil || string(got) != `{"amount":5,"currency":"EUR"}` {
		t.Errorf("an amount in the attribute's currency: %s (%v)", got, err)
	}
	if _, err := (reference{}).value(crm.Attribute{}, []crm.Value{crm.Text("a"), crm.Text("b")}); err == nil {
		t.Error("two values were written to an attribute of one")
	}
}

func TestReferenceUnwritable(t *testing.T) {
	for name, v := range map[string]crm.Value{
		"empty address": crm.EmailAddress(""), "empty name": crm.PersonalName{}, "amount": crm.Currency{Amount: "1,5", Code: "EUR"}, "amount of what": crm.Currency{Amount: "1"},
		"phone without country": crm.PhoneNumber{Original: "0723"}, "option without title": crm.Select{}, "reference without id": crm.RecordReference{},
		"interaction": crm.Interaction{}, "year 10000": crm.Timestamp(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)),
	} {
		if got, err := (reference{}).value(crm.Attribute{}, []crm.Value{v}); err == nil {
			t.Errorf("%s is written as %v", name, got)
		}
	}
}

// TestReferenceSchema: attributes without the flags of the published API count as writable, and perhaps as unique.
func TestReferenceSchema(t *testing.T) {
	c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(r.URL.RawQuery, "offset=0") {
			return respond(r, 200, `{"data":[]}`), nil
		}
		return respond(r, 200, `{"data":[
			{"id":{"attribute_id":"attr_123"},"name":"Industry","api_slug":"industry","type":"text","is_required":false,"is_unique":false,"is_multiselect":false},
			{"id":{"attribute_id":"attr_124"},"name":"Tags","api_slug":"tags","type":"select","is_multiselect":true},
			{"id":{"attribute_id":"attr_125"},"name":"Owner","api_slug":"owner","type":"actor-reference","is_unique":true,"is_writable":false},
			{"id":{"attribute_id":"attr_126"},"name":"Met","api_slug":"met","type":"interaction","is_unique":false}]}`), nil
	}), Reference)
	sch, err := c.Schema(t.Context(), crm.Target{Object: "companies"}, nil)
	want := []crm.Attribute{
		{ID: "attr_123", Slug: "industry", Title: "Industry", Type: crm.TypeText, Writable: true},
		{ID: "attr_124", Slug: "tags", Title: "Tags", Type: crm.TypeSelect, Writable: true, Multi: true, Unique: true, UniqueAssumed: true, ChoicesUnknown: true},
		{ID: "attr_125", Slug: "owner", Title: "Owner", Type: crm.TypeActorReference, Unique: true},
		{ID: "attr_126", Slug: "met", Title: "Met", Type: crm.TypeInteraction},
	}
	if err != nil || !reflect.DeepEqual(sch.Attributes, want) {
		t.Errorf("got %+v (%v), want %+v", sch, err, want)
	}
}

// TestReferencePatchKeepsValues: whether a PATCH of the document adds or replaces, what the record has stays.
func TestReferencePatchKeepsValues(t *testing.T) {
	const attributes = `{"data":[
		{"id":{"attribute_id":"1"},"api_slug":"tags","type":"select","is_multiselect":true},
		{"id":{"attribute_id":"2"},"api_slug":"odd","type":"location","is_multiselect":true},
		{"id":{"attribute_id":"3"},"api_slug":"name","type":"text"}]}`
	var sent []string
	c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/attributes"):
			return respond(r, 200, attributes), nil
		case r.Method == http.MethodPatch:
			b, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			sent = append(sent, string(b))
		}
		return respond(r, 200, `{"data":{"id":{"record_id":"r"},"values":{"tags":["a","A","b"],"odd":["Berlin"],"name":"old"}}}`), nil
	}), Reference)
	_, err := c.PatchRecord(t.Context(), "companies", "r", []crm.Field{
		{Attribute: "tags", Values: []crm.Value{crm.Select{Title: "b"}, crm.Select{Title: "c"}}}, {Attribute: "name", Values: []crm.Value{crm.Text("new")}},
	})
	if want := `{"data":{"values":{"name":"new","tags":["a","A","b","c"]}}}`; err != nil || len(sent) != 1 || sent[0] != want {
		t.Errorf("sent %v (%v), want %s", sent, err, want)
	}
	_, err = c.PatchRecord(t.Context(), "companies", "r", []crm.Field{{Attribute: "odd", Values: []crm.Value{crm.Location{Locality: "Bonn"}}}})
	if e := asError(t, err); e.Code != CodeUnwritable || e.Attribute != "odd" || len(sent) != 1 {
		t.Errorf("values that cannot be read were overwritten: %v, %v", err, sent)
	}
}

// TestIdempotencyKey: each request that must not be sent twice has a key of its own, and is not repeated all the same.
func TestIdempotencyKey(t *testing.T) {
	var keys []string
	c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		return respond(r, 200, `{"data":{"id":{"note_id":"n"}}}`), nil
	}), Reference)
	for range 2 {
		if _, err := c.CreateNote(t.Context(), crm.Note{Title: "a", Text: "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(keys) != 2 || keys[0] == "" || keys[0] == keys[1] {
		t.Errorf("keys %q", keys)
	}
}

// TestCreated: the document answers a creation with 201.
func TestCreated(t *testing.T) {
	c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		return respond(r, http.StatusCreated, `{"data":{"id":{"note_id":"n"}}}`), nil
	}), Reference)
	if n, err := c.CreateNote(t.Context(), crm.Note{Title: "a"}); err != nil || n.ID != "n" {
		t.Errorf("%+v, %v", n, err)
	}
}
