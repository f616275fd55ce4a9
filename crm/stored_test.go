package crm_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"attio-etl/crm"
)

// TestStoredValues: what is read back is what was stored, of every type.
func TestStoredValues(t *testing.T) {
	at := time.Date(2026, 11, 25, 10, 20, 30, 123456789, time.UTC)
	all := crm.Values{
		"none":      {},
		"text":      {crm.Text("a <b> \u2028 \"c\""), crm.Text("")},
		"number":    {crm.Number(0.1), crm.Number(math.MaxFloat64), crm.Number(-1e-300)},
		"checkbox":  {crm.Checkbox(true), crm.Checkbox(false)},
		"currency":  {crm.Currency{Amount: "-1234.5", Code: "EUR"}},
		"date":      {crm.Date{Year: 1, Month: time.March, Day: 31}},
		"timestamp": {crm.Timestamp(at)},
		"rating":    {crm.Rating(5)},
		"status":    {crm.Status{ID: "i", Title: "t"}},
		"select":    {crm.Select{ID: "i", Title: "t"}, crm.Select{Title: "new"}},
		"reference": {crm.RecordReference{Object: "companies", ID: "i", Match: "domains", Key: "a.com"}},
		"actor":     {crm.ActorReference{ActorType: "system"}, crm.ActorReference{ActorType: "workspace-member", ID: "i", Email: "e"}},
		"location":  {crm.Location{Line1: "1", Line2: "2", Line3: "3", Line4: "4", Locality: "l", Region: "r", Postcode: "p", CountryCode: "DE", Latitude: "1.5", Longitude: "-2"}},
		"domain":    {crm.Domain("a.com")},
		"email":     {crm.EmailAddress("a@b.com")},
		"phone":     {crm.PhoneNumber{E164: "+12125551234", Original: "212", CountryCode: "US"}},
		"interact":  {crm.Interaction{Kind: "email", At: at, Owner: crm.ActorReference{ActorType: "app", ID: "i"}}},
		"name":      {crm.PersonalName{First: "F", Last: "L", Full: "F L"}},
	}
	data, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var back crm.Values
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(all, back) {
		t.Errorf("got %#v\nwant %#v", back, all)
	}
	types := map[crm.Type]bool{}
	for _, values := range all {
		for _, v := range values {
			types[v.Type()] = true
		}
	}
	if len(types) != 17 {
		t.Errorf("%d types, want all 17", len(types))
	}
}

// TestStoredValuesOfNoType: values of a type that there is not are refused, and not dropped.
func TestStoredValuesOfNoType(t *testing.T) {
	for _, text := range []string{`{"a":[{"t":"colour","v":"red"}]}`, `{"a":[{"t":"number","v":"red"}]}`, `[]`} {
		var v crm.Values
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%s: read as %v", text, v)
		}
	}
}
