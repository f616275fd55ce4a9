package attio

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
)

// envelope is what stands around every value (contract §9).
const envelope = `"active_from":"2025-07-22T15:07:00.895000000Z","active_until":null,"created_by_actor":{"type":"system","id":null},`

func TestReadShapes(t *testing.T) {
	tests := []struct {
		payload string
		want    crm.Value // nil: no value
	}{
		{`"value":"Popl","attribute_type":"text"`, crm.Text("Popl")},
		{`"value":"","attribute_type":"text"`, crm.Text("")},
		{`"value":12.50,"attribute_type":"text"`, crm.Text("12.50")},
		{`"value":1033,"attribute_type":"number"`, crm.Number(1033)},
		{`"value":"1033.5","attribute_type":"number"`, crm.Number(1033.5)},
		{`"value":-1e3,"attribute_type":"number"`, crm.Number(-1000)},
		{`"value":true,"attribute_type":"checkbox"`, crm.Checkbox(true)},
		{`"value":"false","attribute_type":"checkbox"`, crm.Checkbox(false)},
		{`"currency_code":"USD","currency_value":47500000,"attribute_type":"currency"`, crm.Currency{Amount: "47500000", Code: "USD"}},
		{`"currency_code":null,"currency_value":"9007199254740993.1200","attribute_type":"currency"`, crm.Currency{Amount: "9007199254740993.1200"}},
		{`"currency_code":"USD","currency_value":1.5e22,"attribute_type":"currency"`, crm.Currency{Amount: "15000000000000000000000", Code: "USD"}},
		{`"value":"2020-01-01","attribute_type":"date"`, crm.Date{Year: 2020, Month: 1, Day: 1}},
		{`"value":"2020-01-01T00:00:00.000000000Z","attribute_type":"date"`, crm.Date{Year: 2020, Month: 1, Day: 1}},
		{
			`"value":"2026-05-09T21:42:57.234000000Z","attribute_type":"timestamp"`,
			crm.Timestamp(time.Date(2026, 5, 9, 21, 42, 57, 234000000, time.UTC)),
		},
		{`"value":"2026-05-09T21:42:57+02:00","attribute_type":"timestamp"`, crm.Timestamp(time.Date(2026, 5, 9, 19, 42, 57, 0, time.UTC))},
		{`"value":4,"attribute_type":"rating"`, crm.Rating(4)},
		{
			`"option":{"id":{"workspace_id":"w","object_id":"o","attribute_id":"a","option_id":"p"},"title":"B2C","is_archived":false},"attribute_type":"select"`,
			crm.Select{ID: "p", Title: "B2C"},
		},
		{`"option":"B2C","attribute_type":"select"`, crm.Select{Title: "B2C"}},
		{`"option":null,"attribute_type":"select"`, nil},
		{
			`"status":{"id":{"workspace_id":"w","status_id":"s"},"title":"Discovery","is_archived":false,"target_time_in_status":null,` +
				`"celebration_enabled":false},"attribute_type":"status"`,
			crm.Status{ID: "s", Title: "Discovery"},
		},
		{`"status":"11f07f01-c10f-4e05-a522-33e050bc52ee","attribute_type":"status"`, crm.Status{ID: "11f07f01-c10f-4e05-a522-33e050bc52ee"}},
		{`"status":"11f07f01_c10f-4e05-a522-33e050bc52ee","attribute_type":"status"`, crm.Status{Title: "11f07f01_c10f-4e05-a522-33e050bc52ee"}},
		{`"target_object":"people","target_record_id":"u","attribute_type":"record-reference"`, crm.RecordReference{Object: "people", ID: "u"}},
		{
			`"referenced_actor_type":"workspace-member","referenced_actor_id":"u","attribute_type":"actor-reference"`,
			crm.ActorReference{ActorType: "workspace-member", ID: "u"},
		},
		{`"referenced_actor_type":"system","referenced_actor_id":null,"attribute_type":"actor-reference"`, crm.ActorReference{ActorType: "system"}},
		{
			`"line_1":"11740 Wilshire Boulevard","line_2":null,"line_3":null,"line_4":null,"locality":"Los Angeles","region":"CA",` +
				`"postcode":"90025","country_code":"US","latitude":"34.0483313","longitude":-118.4610985,"attribute_type":"location"`,
			crm.Location{
				Line1: "11740 Wilshire Boulevard", Locality: "Los Angeles", Region: "CA", Postcode: "90025", CountryCode: "US",
				Latitude: "34.0483313", Longitude: "-118.4610985",
			},
		},
		{`"line_1":null,"country_code":null,"attribute_type":"location"`, nil},
		{`"domain":"popl.co","root_domain":"popl.co","attribute_type":"domain"`, crm.Domain("popl.co")},
		{
			`"original_email_address":"A@b.co","email_address":"a@b.co","email_domain":"b.co","email_root_domain":"b.co",` +
				`"email_local_specifier":"a","attribute_type":"email-address"`,
			crm.EmailAddress("a@b.co"),
		},
		{`"original_email_address":"A@b.co","attribute_type":"email-address"`, crm.EmailAddress("A@b.co")},
		{
			`"phone_number":"+12125551234","original_phone_number":"+12125551234","country_code":"US","attribute_type":"phone-number"`,
			crm.PhoneNumber{E164: "+12125551234", Original: "+12125551234", CountryCode: "US"},
		},
		{
			`"first_name":"Phone","last_name":"Test","full_name":"Phone Test","attribute_type":"personal-name"`,
			crm.PersonalName{First: "Phone", Last: "Test", Full: "Phone Test"},
		},
		{
			`"interaction_type":"email","interacted_at":"2025-07-22T15:07:00.895000000Z","owner_actor":{"type":"workspace-member","id":"u"},"attribute_type":"interaction"`,
			crm.Interaction{
				Kind: "email", At: time.Date(2025, 7, 22, 15, 7, 0, 895000000, time.UTC),
				Owner: crm.ActorReference{ActorType: "workspace-member", ID: "u"},
			},
		},
		{`"interaction_type":"email","interacted_at":"2025-07-22T15:07:00Z","owner_actor":null,"attribute_type":"interaction"`, crm.Interaction{
			Kind: "email", At: time.Date(2025, 7, 22, 15, 7, 0, 0, time.UTC),
		}},
		{`"value":null,"attribute_type":"text"`, nil},
		{`"attribute_type":"number"`, nil},
		{`"value":{"rich":[1]},"attribute_type":"hologram"`, nil},
		{`"option":[{}],"owner_actor":7,"attribute_type":"hologram"`, nil},
		{`"value":"x","attribute_type":"text","unknown":{"a":[1]}`, crm.Text("x")},
	}
	for _, tt := range tests {
		want := map[string][]crm.Value{}
		if tt.want != nil {
			want["a"] = []crm.Value{tt.want}
		}
		rec, err := readOne(t, `{"id":{"record_id":"r"},"values":{"a":[{`+envelope+tt.payload+`}]}}`)
		if err != nil || !reflect.DeepEqual(rec.Values, want) {
			t.Errorf("%s is read as\n%#v (%v), want\n%#v", tt.payload, rec.Values, err, want)
		}
	}
}

func TestReadUnreadable(t *testing.T) {
	for _, payload := range []string{
		`{"value":"many","attribute_type":"number"}`,
		`{"value":"1e999","attribute_type":"number"}`,
		`{"value":"NaN","attribute_type":"number"}`,
		`{"value":{"x":1},"attribute_type":"text"}`,
		`{"value":"yes","attribute_type":"checkbox"}`,
		`{"value":"2020-13-01","attribute_type":"date"}`,
		`{"value":"yesterday","attribute_type":"timestamp"}`,
		`{"value":4.5,"attribute_type":"rating"}`,
		`{"currency_value":"4,50","attribute_type":"currency"}`,
		`{"currency_value":[4],"attribute_type":"currency"}`,
		`{"option":["B2C"],"attribute_type":"select"}`,
		`{"status":{"id":7},"attribute_type":"status"}`,
		`{"status":{"title":{}},"attribute_type":"status"}`,
		`{"target_object":{},"attribute_type":"record-reference"}`,
		`{"interacted_at":"2025-07-22T15:07:00Z","owner_actor":7,"attribute_type":"interaction"}`,
		`{"value":"x"}`,
		`"x"`,
	} {
		rec, err := readOne(t, `{"id":{"record_id":"r"},"values":{"a":[`+payload+`],"b":[{"value":"B","attribute_type":"text"}]}}`)
		e := asError(t, err)
		if e.Code != CodeUnreadable || e.Attribute != "a" || !strings.Contains(e.Error(), "record r") {
			t.Errorf("%s: %v", payload, err)
		}
		if want := map[string][]crm.Value{"b": {crm.Text("B")}}; !reflect.DeepEqual(rec.Values, want) {
			t.Errorf("%s took the other values along: %v", payload, rec.Values)
		}
	}
}

func TestReadRecord(t *testing.T) {
	rec, err := readOne(t, `{"id":{"workspace_id":"w","object_id":"o","record_id":"r"},"created_at":"2025-07-22T15:07:00.895000000Z",
		"web_url":"https://app.attio.com/x/person/r","new":{"a":1},"values":{"name":[],"none":null,"tags":[
			{"option":"old","active_until":"2025-01-01T00:00:00Z","attribute_type":"select"},
			{"option":"A","active_until":null,"attribute_type":"select"},
			{"option":"B","attribute_type":"select"}]}}`)
	want := crm.Record{
		ID: "r", CreatedAt: time.Date(2025, 7, 22, 15, 7, 0, 895000000, time.UTC), WebURL: "https://app.attio.com/x/person/r",
		Values: map[string][]crm.Value{"tags": {crm.Select{Title: "A"}, crm.Select{Title: "B"}}},
	}
	if err != nil || !reflect.DeepEqual(rec, want) {
		t.Errorf("got %+v (%v), want %+v", rec, err, want)
	}
	for _, bare := range []string{`{"id":{"record_id":"r"}}`, `{"id":{"record_id":"r"},"values":null,"created_at":null}`} {
		if rec, err := readOne(t, bare); err != nil || rec.ID != "r" || len(rec.Values) > 0 {
			t.Errorf("%s: %+v, %v", bare, rec, err)
		}
	}
	if _, err := readOne(t, `{"id":{"record_id":"r"},"created_at":"long ago"}`); asError(t, err).Attribute != "created_at" {
		t.Errorf("a creation time that is none: %v", err)
	}
}

// TestRoundTrip writes what was read, for each type that can be written.
func TestRoundTrip(t *testing.T) {
	for _, v := range []crm.Value{
		crm.Text("x"), crm.Number(1.25), crm.Checkbox(true),
		crm.Date{Year: 2020, Month: 2, Day: 3},
		crm.Rating(3),
		crm.Timestamp(time.Date(2026, 5, 9, 21, 42, 57, 234000001, time.UTC)),
	} {
		written, err := writeValue(v)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(map[string]any{"value": written, "attribute_type": v.Type()})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := readOne(t, `{"id":{"record_id":"r"},"values":{"a":[`+string(b)+`]}}`)
		if err != nil || !reflect.DeepEqual(rec.Values["a"], []crm.Value{v}) {
			t.Errorf("%#v came back as %#v (%v)", v, rec.Values["a"], err)
		}
	}
}

func readOne(t *testing.T, body string) (crm.Record, error) {
	t.Helper()
	var j recordJSON
	if err := json.Unmarshal([]byte(body), &j); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return current{}.getRecord("people", "r").readRecord(&j, untold)
}

func FuzzReadRecord(f *testing.F) {
	f.Add([]byte(`{"id":{"record_id":"r"},"created_at":"2025-07-22T15:07:00Z","values":{"a":[{"value":1,"attribute_type":"number"}]}}`))
	f.Add([]byte(`{"id":{"record_id":"r"},"values":{"a":[{"option":{"id":{"option_id":"o"},"title":"t"},"attribute_type":"select"}],"b":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var j recordJSON
		if json.Unmarshal(body, &j) != nil {
			return
		}
		rec, err := current{}.getRecord("people", "r").readRecord(&j, untold)
		if err == nil && rec.ID == "" {
			t.Error("a record without id was read")
		}
		for slug, values := range rec.Values {
			if len(values) == 0 {
				t.Errorf("%q is there without a value", slug)
			}
			for _, v := range values {
				if v == nil {
					t.Errorf("%q holds nothing", slug)
				}
			}
		}
	})
}

func BenchmarkReadPage(b *testing.B) {
	value := func(payload string) string { return `[{` + envelope + payload + `}]` }
	one := `{"id":{"workspace_id":"w","object_id":"o","record_id":"11f07f01-c10f-4e05-a522-33e050bc52ee"},"created_at":"2025-07-22T15:07:00.895000000Z",` +
		`"web_url":"https://app.attio.com/x","values":{"name":` + value(`"value":"Popl","attribute_type":"text"`) +
		`,"domains":` + value(`"domain":"popl.co","root_domain":"popl.co","attribute_type":"domain"`) +
		`,"employee_range":` + value(`"option":{"id":{"workspace_id":"w","object_id":"o","attribute_id":"a","option_id":"p"},"title":"B2C","is_archived":false},"attribute_type":"select"`) +
		`,"funding":` + value(`"currency_code":"USD","currency_value":47500000,"attribute_type":"currency"`) +
		`,"primary_location":` + value(`"line_1":"a","line_2":null,"line_3":null,"line_4":null,"locality":"l","region":null,"postcode":"p","country_code":"US","latitude":null,"longitude":null,"attribute_type":"location"`) +
		`,"e1":[],"e2":[],"e3":[],"e4":[]}}`
	page := []byte(`{"data":[` + strings.Repeat(one+",", 499) + one + `]}`)
	r := current{}.find(crm.Target{Object: "companies"}, queryJSON{}, scopeRun)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var reply pageJSON[recordJSON, crm.Record]
		reply.Data.read = func(j *recordJSON) (crm.Record, error) { return r.readRecord(j, untold) }
		if err := json.Unmarshal(page, &reply); err != nil || reply.Data.err != nil || len(reply.Data.items) != 500 {
			b.Fatal(err, reply.Data.err)
		}
	}
}
