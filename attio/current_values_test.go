package attio

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"attio-etl/crm"
)

func TestWriteShapes(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	tests := []struct {
		value crm.Value
		want  string
	}{
		{crm.Text("x"), `"x"`},
		{crm.Text("a <b> & \"c\"\n\u00e9\ufffd"), `"a <b> & \"c\"\n` + "\u00e9\ufffd" + `"`},
		{crm.Number(1.5), `1.5`},
		{crm.Number(1e21), `1000000000000000000000`},
		{crm.Number(0.000001), `0.000001`},
		{crm.Number(9007199254740993), `9007199254740992`}, // a 64-bit float
		{crm.Number(-3), `-3`},
		{crm.Checkbox(true), `true`},
		{crm.Checkbox(false), `false`},
		{crm.Currency{Amount: "4.99"}, `4.99`},
		{crm.Currency{Amount: "-12345678901234567.8900", Code: "EUR"}, `-12345678901234567.8900`},
		{crm.Currency{Amount: "0"}, `0`},
		{crm.Date{Year: 2020, Month: 1, Day: 1}, `"2020-01-01"`},
		{crm.Date{Year: 2024, Month: 2, Day: 29}, `"2024-02-29"`},
		{crm.Date{Year: 1, Month: 1, Day: 1}, `"0001-01-01"`},
		{crm.Timestamp(time.Date(2026, 5, 9, 23, 42, 57, 234000000, berlin)), `"2026-05-09T22:42:57.234000000Z"`},
		{crm.Rating(0), `0`},
		{crm.Rating(5), `5`},
		{crm.Select{Title: "B2C"}, `"B2C"`},
		{crm.Select{ID: "0a7e", Title: "B2C"}, `"0a7e"`},
		{crm.Status{Title: "Won 🎉"}, `"Won 🎉"`},
		{crm.Status{ID: "0a7e"}, `"0a7e"`},
		{crm.RecordReference{Object: "companies", ID: "u"}, `{"target_object":"companies","target_record_id":"u"}`},
		{crm.ActorReference{ID: "u"}, `{"referenced_actor_type":"workspace-member","referenced_actor_id":"u"}`},
		{
			crm.ActorReference{ActorType: "workspace-member", ID: "u", Email: "a@b.co"},
			`{"referenced_actor_type":"workspace-member","referenced_actor_id":"u"}`,
		},
		{crm.ActorReference{Email: "a@b.co"}, `{"workspace_member_email_address":"a@b.co"}`},
		{
			crm.Location{Line1: "11740 Wilshire Boulevard", Locality: "Los Angeles", CountryCode: "US", Latitude: "34.0483313"},
			`{"line_1":"11740 Wilshire Boulevard","line_2":null,"line_3":null,"line_4":null,"locality":"Los Angeles","region":null,` +
				`"postcode":null,"country_code":"US","latitude":"34.0483313","longitude":null}`,
		},
		{crm.Domain("app.attio.com"), `"app.attio.com"`},
		{crm.EmailAddress("a@b.co"), `"a@b.co"`},
		{
			crm.PhoneNumber{E164: "+12125551234", Original: "(212) 555-1234", CountryCode: "US"},
			`{"original_phone_number":"+12125551234","country_code":"US"}`,
		},
		{crm.PhoneNumber{Original: "07234172834", CountryCode: "GB"}, `{"original_phone_number":"07234172834","country_code":"GB"}`},
		{crm.PhoneNumber{E164: "+12125551234"}, `{"original_phone_number":"+12125551234","country_code":null}`},
		{crm.PersonalName{First: "Ada", Last: "Lovelace"}, `{"first_name":"Ada","last_name":"Lovelace","full_name":"Ada Lovelace"}`},
		{crm.PersonalName{First: "Plato"}, `{"first_name":"Plato","last_name":"","full_name":"Plato"}`},
		{
			crm.PersonalName{First: "Ada", Last: "King", Full: "Ada King, Countess"},
			`{"first_name":"Ada","last_name":"King","full_name":"Ada King, Countess"}`,
		},
	}
	for _, tt := range tests {
		r := current{}.createRecord("people")
		values, err := r.writeFields(current{}, untold, []crm.Field{{Attribute: "a", Values: []crm.Value{tt.value}}})
		if err != nil {
			t.Errorf("%#v: %v", tt.value, err)
			continue
		}
		got, err := encode(values)
		if want := `{"a":[` + tt.want + `]}`; err != nil || string(got) != want {
			t.Errorf("%#v is written as\n%s (%v), want\n%s", tt.value, got, err, want)
		}
	}
}

func TestWriteArraysAlways(t *testing.T) {
	r := current{}.createRecord("companies")
	values, err := r.writeFields(current{}, untold, []crm.Field{
		{Attribute: "domains", Values: []crm.Value{crm.Domain("a.com"), crm.Domain("b.com")}},
		{Attribute: "description"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := encode(values)
	if want := `{"description":[],"domains":["a.com","b.com"]}`; err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
}

func TestUnwritableValues(t *testing.T) {
	tests := map[string]crm.Value{
		"not a number":            crm.Number(math.NaN()),
		"infinity":                crm.Number(math.Inf(-1)),
		"amount with a comma":     crm.Currency{Amount: "1,5"},
		"amount, five places":     crm.Currency{Amount: "1.23456"},
		"amount, leading zero":    crm.Currency{Amount: "007"},
		"amount, exponent":        crm.Currency{Amount: "1e3"},
		"amount, empty":           crm.Currency{},
		"amount and line feed":    crm.Currency{Amount: "1\n"},
		"30 February":             crm.Date{Year: 2024, Month: 2, Day: 30},
		"year 0":                  crm.Date{},
		"year 10000":              crm.Date{Year: 10000, Month: 1, Day: 1},
		"timestamp, year 10000":   crm.Timestamp(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)),
		"rating 6":                crm.Rating(6),
		"rating -1":               crm.Rating(-1),
		"option without name":     crm.Select{},
		"status without name":     crm.Status{},
		"reference without id":    crm.RecordReference{Object: "companies"},
		"reference to nothing":    crm.RecordReference{ID: "u"},
		"actor that is no member": crm.ActorReference{ActorType: "system"},
		"actor without id":        crm.ActorReference{ActorType: "workspace-member"},
		"empty location":          crm.Location{},
		"empty name":              crm.PersonalName{},
		"empty text":              crm.Text(""),
		"empty domain":            crm.Domain(""),
		"empty e-mail address":    crm.EmailAddress(""),
		"phone without country":   crm.PhoneNumber{Original: "0723"},
		"empty phone":             crm.PhoneNumber{CountryCode: "GB"},
		"interaction":             crm.Interaction{Kind: "email"},
		"nothing":                 nil,
		"text that is not UTF-8":  crm.Text("M\xfcller"),
		"name that is not UTF-8":  crm.PersonalName{First: "M\xfcller"},
		"place that is not UTF-8": crm.Location{Locality: "M\xfcnchen"},
		"title that is not UTF-8": crm.Select{Title: "M\xfcll"},
	}
	for name, value := range tests {
		c := connect(t, "http://127.0.0.1:1") // nothing is sent, so nothing need listen
		_, err := c.AssertRecord(t.Context(), "companies", "domains", []crm.Field{{Attribute: "a", Values: []crm.Value{value}}})
		e := asError(t, err)
		if e.Code != CodeUnwritable || e.Class != crm.FaultRow || e.Attribute != "a" || e.InDoubt() {
			t.Errorf("%s: %v (class %s, attribute %q)", name, e, e.Class, e.Attribute)
		}
	}
}

func TestFieldsAreNamedOnce(t *testing.T) {
	c := connect(t, "http://127.0.0.1:1")
	for _, fields := range [][]crm.Field{{{Attribute: "a"}, {Attribute: "a"}}, {{}}} {
		if _, err := c.CreateRecord(t.Context(), "companies", fields); asError(t, err).Code != CodeUnwritable {
			t.Errorf("%v: %v", fields, err)
		}
	}
}

func TestFilterMustBeUTF8(t *testing.T) {
	c := connect(t, "http://127.0.0.1:1")
	key := crm.Key{Attribute: "name", Type: crm.TypeText, Values: []string{"M\xfcller"}}
	if _, err := c.FindByKey(t.Context(), "people", key, 1); !errors.Is(err, errNotUTF8) {
		t.Errorf("%v", err)
	}
	key.Values[0] = "Müller"
	if _, err := c.FindByKey(t.Context(), "people", key, 1); asError(t, err).Code != CodeConnection {
		t.Errorf("a valid filter was not sent: %v", err)
	}
}

func TestWriteValues(t *testing.T) {
	got, err := WriteValues([]crm.Field{
		{Attribute: "n", Values: []crm.Value{crm.Number(1.5)}},
		{Attribute: "c", Values: []crm.Value{crm.RecordReference{Object: "companies", Match: "domains", Key: "a.com"}, crm.RecordReference{Object: "companies", ID: "i"}}},
		{Attribute: "s", Values: []crm.Value{crm.Select{Title: "New"}}},
		{Attribute: "e"},
	})
	text, encoded := json.Marshal(got)
	want := `{"c":[{"domains":"a.com","target_object":"companies"},{"target_object":"companies","target_record_id":"i"}],"e":[],"n":[1.5],"s":["New"]}`
	if err != nil || encoded != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	if _, err := WriteValues([]crm.Field{{Attribute: "t", Values: []crm.Value{crm.Text("\xff")}}}); err == nil {
		t.Error("invalid UTF-8 was written")
	}
}

func TestARefusalWithoutTheAPIsCodeIsNobodysRow(t *testing.T) {
	_, err := serve(t, reply(400, "")).AssertRecord(t.Context(), "companies", "domains", nil)
	if e := asError(t, err); e.Class != crm.FaultTransient {
		t.Errorf("class %s, want transient: a proxy answered", e.Class)
	}
}
