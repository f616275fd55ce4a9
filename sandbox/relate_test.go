package sandbox

import (
	"fmt"
	"slices"
	"testing"
)

// ends reads the ids at one end of a relationship.
func (b *bench) ends(object, id, slug string) []string {
	b.t.Helper()
	x := b.ok("GET", "/v2/objects/"+object+"/records/"+id, "")
	ids := []string{}
	for i := range x.len("data", "values", slug) {
		ids = append(ids, x.text("data", "values", slug, i, "target_record_id"))
	}
	slices.Sort(ids)
	return ids
}

func sorted(ids ...string) []string {
	slices.Sort(ids)
	return append([]string{}, ids...)
}

func ref(object string, ids ...string) string {
	out := "["
	for i, id := range ids {
		if i > 0 {
			out += ","
		}
		out += fmt.Sprintf(`{"target_object":%q,"target_record_id":%q}`, object, id)
	}
	return out + "]"
}

// One end is single, the other multi: person.company and company.team.
func TestOneToMany(t *testing.T) {
	b := open(t, Options{})
	one, two := b.create("companies", `{"domains":["one.example"]}`), b.create("companies", `{"domains":["two.example"]}`)
	ann := b.create("people", `{"name":"Ann","company":"one.example"}`)
	bob := b.create("people", `{"name":"Bob","company":"one.example"}`)
	check := func(step string, wantOne, wantTwo, annAt, bobAt []string) {
		t.Helper()
		for _, end := range []struct {
			object, id, slug string
			want             []string
		}{{"companies", one, "team", wantOne}, {"companies", two, "team", wantTwo}, {"people", ann, "company", annAt}, {"people", bob, "company", bobAt}} {
			if got := b.ends(end.object, end.id, end.slug); !slices.Equal(got, sorted(end.want...)) {
				t.Errorf("%s: %s of %s = %v, want %v", step, end.slug, end.id, got, end.want)
			}
		}
	}
	none := []string{}
	check("create", []string{ann, bob}, none, []string{one}, []string{one})
	b.ok("PATCH", "/v2/objects/people/records/"+ann, values(`{"company":"two.example"}`))
	check("move", []string{bob}, []string{ann}, []string{two}, []string{one})
	b.ok("PUT", "/v2/objects/companies/records/"+two, values(`{"team":%s}`, ref("people", ann, bob)))
	check("the other end takes over", none, []string{ann, bob}, []string{two}, []string{two})
	b.ok("PUT", "/v2/objects/companies/records/"+two, values(`{"team":%s}`, ref("people", bob)))
	check("the other end lets go", none, []string{bob}, none, []string{two})
	b.ok("PUT", "/v2/objects/people/records/"+bob, values(`{"company":[]}`))
	check("clear", none, none, none, none)
	b.ok("PATCH", "/v2/objects/companies/records/"+one, values(`{"team":%s}`, ref("people", ann)))
	b.ok("DELETE", "/v2/objects/companies/records/"+one, "")
	if got := b.ends("people", ann, "company"); len(got) != 0 {
		t.Errorf("a deleted company is still that of %v", got)
	}
}

// Both ends multi, and a relationship of an object with itself.
func TestManyToManyAndSelf(t *testing.T) {
	b := open(t, Options{})
	ann, bob := b.create("people", `{"name":"Ann"}`), b.create("people", `{"name":"Bob"}`)
	deal := b.create("deals", fmt.Sprintf(`{"name":"D","stage":"Lead","owner":"ada@sandbox.example","associated_people":%s}`, ref("people", ann, bob)))
	if got := b.ends("people", bob, "associated_deals"); !slices.Equal(got, []string{deal}) {
		t.Errorf("deals of bob: %v", got)
	}
	b.ok("PUT", "/v2/objects/people/records/"+ann, values(`{"associated_deals":[]}`))
	if got := b.ends("deals", deal, "associated_people"); !slices.Equal(got, []string{bob}) {
		t.Errorf("people of the deal: %v", got)
	}

	x := b.ok("POST", "/v2/objects/companies/attributes", `{"data":{"title":"Parent","description":null,"api_slug":"parent","type":"record-reference","is_required":false,"is_unique":false,
		"is_multiselect":false,"config":{"record_reference":{"allowed_objects":["companies"]}},"relationship":{"object":"companies","title":"Children","api_slug":"children","is_multiselect":true}}}`)
	if x.text("data", "relationship", "api_slug") != "children" {
		t.Errorf("attribute: %v", x.v)
	}
	if other := b.ok("GET", "/v2/objects/companies/attributes/children", ""); other.text("data", "relationship", "id", "attribute_id") != x.text("data", "id", "attribute_id") {
		t.Errorf("the other end: %v", other.v)
	}
	top := b.create("companies", `{"name":"Top"}`)
	sub := b.create("companies", fmt.Sprintf(`{"name":"Sub","parent":%s}`, ref("companies", top)))
	if got := b.ends("companies", top, "children"); !slices.Equal(got, []string{sub}) {
		t.Errorf("children of top: %v", got)
	}
	b.ok("PATCH", "/v2/objects/companies/records/"+top, values(`{"parent":%s}`, ref("companies", top))) // its own parent
	if got := b.ends("companies", top, "children"); !slices.Equal(got, sorted(sub, top)) {
		t.Errorf("children of top, its own parent: %v", got)
	}
	b.ok("PUT", "/v2/objects/companies/records/"+top, values(`{"children":[]}`))
	if got := slices.Concat(b.ends("companies", top, "parent"), b.ends("companies", sub, "parent")); len(got) != 0 {
		t.Errorf("parents are left: %v", got)
	}
}

// A reference from a list has one end: the record does not know of it, and loses it when it goes.
func TestEntryReference(t *testing.T) {
	b := open(t, Options{})
	b.list("targets", "companies")
	b.ok("POST", "/v2/lists/targets/attributes", attributeBody("who", typeRecordReference, false, `{"record_reference":{"allowed_objects":["people"]}}`))
	company, person := b.create("companies", `{"name":"A"}`), b.create("people", `{"name":"Ann"}`)
	id := b.ok("POST", "/v2/lists/targets/entries", entryBody(company, "companies", `{"who":`+ref("people", person)+`}`)).text("data", "id", "entry_id")
	b.ok("DELETE", "/v2/objects/people/records/"+person, "")
	if x := b.ok("GET", "/v2/lists/targets/entries/"+id, ""); x.len("data", "entry_values", "who") != 0 {
		t.Errorf("a reference to a deleted person is left: %v", x.v)
	}
}

func TestHistory(t *testing.T) {
	b := open(t, Options{Tokens: []Token{{Key: goodToken}}})
	id := b.create("companies", `{"name":"A","categories":["B2B","B2C"]}`)
	path := "/v2/objects/companies/records/" + id
	b.ok("PATCH", path, values(`{"name":"B"}`))
	b.ok("PATCH", path, values(`{"name":"B"}`)) // nothing new
	b.ok("PUT", path, values(`{"name":"C","categories":["B2C"]}`))
	x := b.ok("GET", path+"/attributes/name/values?show_historic=true", "")
	for i, want := range []string{"A", "B", "C"} {
		until := x.get("data", i, "active_until")
		if x.text("data", i, "value") != want || (until == nil) != (want == "C") || x.text("data", i, "created_by_actor", "id") != seedID("token", goodToken) {
			t.Errorf("value %d: %v", i, x.get("data", i))
		}
		if i > 0 && x.text("data", i-1, "active_until") != x.text("data", i, "active_from") {
			t.Errorf("a gap before %v", x.get("data", i))
		}
	}
	if x.len("data") != 3 {
		t.Errorf("%d values", x.len("data"))
	}
	if now := b.ok("GET", path+"/attributes/name/values", ""); now.len("data") != 1 || now.text("data", 0, "value") != "C" {
		t.Errorf("current: %v", now.v)
	}
	if part := b.ok("GET", path+"/attributes/name/values?show_historic=true&limit=1&offset=1", ""); part.len("data") != 1 || part.text("data", 0, "value") != "B" {
		t.Errorf("page: %v", part.v)
	}
	if c := b.ok("GET", path+"/attributes/categories/values?show_historic=true", ""); c.len("data") != 2 {
		t.Errorf("categories: %v", c.v)
	}
	b.refused(400, codeValidation, "GET", path+"/attributes/last_interaction/values?show_historic=true", "")
	b.ok("GET", path+"/attributes/last_interaction/values?show_historic=false", "")
	b.refused(400, codeValidation, "GET", path+"/attributes/name/values?show_historic=maybe", "")
	b.refused(404, "not_found", "GET", path+"/attributes/nothing/values", "")
}

func TestDynamicDefaults(t *testing.T) {
	b := open(t, Options{})
	b.ok("POST", "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	add := func(slug, typ, template string) string {
		return fmt.Sprintf(`{"data":{"title":"T","description":null,"api_slug":%q,"type":%q,"is_required":false,"is_unique":false,"is_multiselect":false,"config":{},
			"default_value":{"type":"dynamic","template":%q}}}`, slug, typ, template)
	}
	const path = "/v2/objects/things/attributes"
	b.ok("POST", path, add("who", typeActorReference, "current-user"))
	b.ok("POST", path, add("day", typeDate, "P1M"))
	b.ok("POST", path, add("at", typeTimestamp, "P1DT2H"))
	x := b.ok("POST", "/v2/objects/things/records", values(`{}`))
	created := x.text("data", "created_at")
	if x.text("data", "values", "who", 0, "referenced_actor_id") != tokenID || x.text("data", "values", "day", 0, "value") <= created[:10] || x.text("data", "values", "at", 0, "value") <= created {
		t.Errorf("defaults: %v", x.v)
	}
	for _, bad := range []string{add("x", typeDate, "soon"), add("x", typeText, "P1M"), add("x", typeActorReference, "P1M")} {
		b.refused(400, codeValidation, "POST", path, bad)
	}
}
