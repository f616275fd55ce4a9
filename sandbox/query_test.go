package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// letters writes ids as the names that were given to them.
func letters(ids []string, names map[string]string) string {
	var out []string
	for _, id := range ids {
		out = append(out, names[id])
	}
	return strings.Join(out, "")
}

func TestFilter(t *testing.T) {
	b := open(t, Options{})
	playground(b)
	acme := b.create("companies", `{"domains":["acme.example"]}`)
	ids, names := map[string]string{}, map[string]string{}
	for _, r := range []struct{ name, vals string }{
		{"a", `{"t":"Alpha","n":1,"b":true,"d":"2020-01-01","ts":"2020-01-01T10:00:00Z","r":3,"dom":"www.a.example","mail":"Ann@A.example","sel":"Red","cur":"4.50","tags":["x","y"]}`},
		{"b", `{"t":"Beta","n":2,"b":false,"tel":"+12125551234","loc":` + fullLocation + `,"who":"ada@sandbox.example","ref":"acme.example","tags":["y"]}`},
		{"c", `{"t":"alpha"}`},
		{"d", fmt.Sprintf(`{"t":%q}`, strings.Repeat("long ", 100)+"1")},
		{"e", fmt.Sprintf(`{"t":%q}`, strings.Repeat("long ", 100)+"2")},
	} {
		id := b.create("things", r.vals)
		ids[r.name], names[id] = id, r.name
	}
	ada := seedID("member", "ada@sandbox.example")
	for _, tc := range []struct{ filter, want string }{
		{`{}`, "abcde"},
		{`{"t":"ALPHA"}`, "ac"},
		{`{"t":{"$eq":"beta"}}`, "b"},
		{`{"t":{"value":{"$eq":"beta"}}}`, "b"},
		{`{"t":{"$in":["beta","alpha","none"]}}`, "abc"},
		{`{"t":{"$in":[]}}`, ""},
		{fmt.Sprintf(`{"t":%q}`, strings.Repeat("LONG ", 100)+"2"), "e"},
		{`{"t":"alpha","n":1}`, "a"},
		{`{"t":"alpha","n":2}`, ""},
		{`{"n":2.0}`, "b"},
		{`{"n":{"$eq":2}}`, "b"},
		{`{"b":false}`, "b"},
		{`{"d":"2020-01-01"}`, "a"},
		{`{"ts":"2020-01-01T12:00:00+02:00"}`, "a"},
		{`{"r":3}`, "a"},
		{`{"cur":4.5}`, "a"},
		{`{"cur":{"currency_value":{"$eq":"4.50"}}}`, "a"},
		{`{"dom":"WWW.a.example"}`, "a"},
		{`{"dom":{"root_domain":{"$eq":"a.example"}}}`, "a"},
		{`{"mail":"ann@a.EXAMPLE"}`, "a"},
		{`{"mail":{"email_domain":"a.example"}}`, "a"},
		{`{"tel":"+12125551234"}`, "b"},
		{`{"loc":{"locality":{"$eq":"los angeles"},"country_code":"US"}}`, "b"},
		{`{"loc":{"locality":{"$eq":"los angeles"},"country_code":"DE"}}`, ""},
		{`{"sel":"Red"}`, "a"},
		{fmt.Sprintf(`{"who":{"referenced_actor_type":"workspace-member","referenced_actor_id":%q}}`, ada), "b"},
		{fmt.Sprintf(`{"ref":{"target_object":"companies","target_record_id":{"$eq":%q}}}`, acme), "b"},
		{fmt.Sprintf(`{"ref":{"target_record_id":{"$in":[%q,%q]}}}`, acme, ada), "b"},
		{fmt.Sprintf(`{"ref":{"target_object":"people","target_record_id":%q}}`, acme), ""},
		{`{"tags":"y"}`, "ab"},
		{`{"$and":[{"tags":"x"},{"tags":"y"}]}`, "a"},
		{`{"t":{"$contains":"LPH"}}`, "ac"},
		{`{"t":{"$starts_with":"al"}}`, "ac"},
		{`{"t":{"$starts_with":"Al","$ends_with":"HA"}}`, "ac"},
		{`{"t":{"$ends_with":"a"}}`, "abc"},
		{`{"t":{"$ends_with":"g 2"}}`, "e"},
		{`{"t":{"$ends_with":"LONG 2"}}`, "e"},
		{`{"t":{"$contains":"g 1"}}`, "d"},
		{fmt.Sprintf(`{"t":{"$starts_with":%q}}`, strings.Repeat("long ", 60)), "de"},
		{fmt.Sprintf(`{"t":{"$starts_with":%q}}`, strings.Repeat("long ", 100)+"1"), "d"},
		{`{"t":{"$not_empty":true}}`, "abcde"},
		{`{"n":{"$gt":1}}`, "b"},
		{`{"n":{"$gte":1,"$lt":2}}`, "a"},
		{`{"n":{"$lte":2}}`, "ab"},
		{`{"cur":{"value":{"$lt":"4.51"}}}`, "a"},
		{`{"r":{"$gt":2}}`, "a"},
		{`{"d":{"$gte":"2020-01-01"}}`, "a"},
		{`{"d":{"$gt":"2020-01-01"}}`, ""},
		{`{"ts":{"$lt":"2020-01-01T10:00:01Z"}}`, "a"},
		{`{"dom":{"root_domain":{"$ends_with":"example"}}}`, "a"},
		{`{"dom":{"$not_empty":true}}`, "a"},
		{`{"mail":{"email_local_specifier":{"$starts_with":"an"}}}`, "a"},
		{`{"tel":{"phone_number":{"$contains":"555"},"country_code":{"$not_empty":true}}}`, "b"},
		{`{"loc":{"line_1":{"$contains":"wilshire"},"country_code":{"$starts_with":"u"}}}`, "b"},
		{`{"sel":{"active_from":{"$gt":"2020-01-01T00:00:00Z"}}}`, "a"},
		{`{"sel":{"active_from":{"$lt":"2020-01-01T00:00:00Z"}}}`, ""},
		{`{"ref":{"$not_empty":true}}`, "b"},
		{`{"created_at":{"$gte":"2020-01-01T00:00:00Z","$lt":"2120-01-01T00:00:00Z"}}`, "abcde"},
		{`{"created_at":{"$gt":"2120-01-01T00:00:00Z"}}`, ""},
		{`{"path":[["things","ref"],["companies","domains"]],"constraints":{"domain":{"$starts_with":"acme"}}}`, "b"},
		{`{"path":[["things","ref"],["companies","domains"]],"constraints":{"domain":"none.example"}}`, ""},
		{`{"path":[["things","t"]],"constraints":{"value":"beta"}}`, "b"},
		{`{"$not":{"path":[["things","ref"],["companies","record_id"]],"constraints":{"$not_empty":true}}}`, "acde"},
		{`{"$or":[{"n":1},{"n":2},{"t":"beta"}]}`, "ab"},
		{`{"$not":{"tags":"y"}}`, "cde"},
		{`{"$not":{"$or":[{"n":1},{"t":"alpha"}]},"n":2}`, "b"},
		{fmt.Sprintf(`{"record_id":{"$in":[%q,%q]}}`, ids["c"], ids["a"]), "ac"},
		{fmt.Sprintf(`{"record_id":{"$eq":%q}}`, ids["c"]), "c"},
		{fmt.Sprintf(`{"record_id":%q}`, acme), ""},
	} {
		if got := letters(b.query("things", `{"filter":`+tc.filter+`}`), names); got != tc.want {
			t.Errorf("%s finds %q, want %q", tc.filter, got, tc.want)
		}
	}
	for _, tc := range []struct{ filter, code, path string }{
		{`{"t":{"$ne":"x"}}`, codeFilter, "t $ne"},
		{`{"t":{"$gt":"x"}}`, codeFilter, "t $gt"},
		{`{"t":{"value":{"$nin":["x"]}}}`, codeFilter, "t value $nin"},
		{`{"t":{"$contains":1}}`, codeFilter, "t $contains"},
		{`{"t":{"$not_empty":false}}`, codeFilter, "t $not_empty"},
		{`{"n":{"$contains":1}}`, codeFilter, "n $contains"},
		{`{"b":{"$gt":true}}`, codeFilter, "b $gt"},
		{`{"sel":{"$in":["Red"]}}`, codeFilter, "sel $in"},
		{`{"sel":{"active_from":{"$eq":"2020-01-01T00:00:00Z"}}}`, codeFilter, "sel active_from $eq"},
		{`{"loc":{"latitude":"1"}}`, codeFilter, "loc latitude"},
		{`{"created_at":{"$gt":"2020-01-01"}}`, codeFilter, "created_at $gt"},
		{`{"path":[["companies","name"]],"constraints":"x"}`, codeFilter, "path 0"},
		{`{"path":[["things","t"],["companies","name"]],"constraints":"x"}`, codeFilter, "path 1"},
		{`{"path":[["things","nope"]],"constraints":"x"}`, "unknown_filter_attribute_slug", "path 0"},
		{`{"path":[],"constraints":"x"}`, codeFilter, "path"},
		{`{"path":[["things","t"]],"constraints":"x","t":"x"}`, codeFilter, "t"},
		{`{"n":{"$in":[1]}}`, codeFilter, "n $in"},
		{`{"$or":[{"t":"x"},{"email":"x"}]}`, "unknown_filter_attribute_slug", "$or 1 email"},
		{`{"$xor":[]}`, codeFilter, "$xor"},
		{`{"$or":[]}`, codeFilter, "$or"},
		{`{"t":null}`, codeFilter, "t"},
		{`{"t":1}`, codeFilter, "t"},
		{`{"n":"one"}`, codeFilter, "n"},
		{`{"ts":"2020-01-01"}`, codeFilter, "ts"},
		{`{"loc":"Paris"}`, codeFilter, "loc"},
		{`{"dom":{"value":"x"}}`, codeFilter, "dom value"},
		{`{"sel":"Blue"}`, codeValueNotFound, ""},
		{`{"path":[["things","t"]],"constraints":{}}`, codeFilter, "constraints"},
		{`[]`, codeFilter, ""},
	} {
		x := b.refused(400, tc.code, "POST", "/v2/objects/things/records/query", `{"filter":`+tc.filter+`}`)
		var path []string
		for i := range x.len("path") {
			path = append(path, x.text("path", i))
		}
		if strings.Join(path, " ") != tc.path {
			t.Errorf("%s: path %v, want %s", tc.filter, path, tc.path)
		}
	}
}

func TestSorts(t *testing.T) {
	b := open(t, Options{})
	names := map[string]string{}
	for _, r := range []struct{ name, vals string }{
		{"a", `{"name":"Zed, Bob","job_title":"cook"}`},
		{"b", `{"name":"Young, Al","job_title":"Baker"}`},
		{"c", `{"job_title":"cook"}`},
		{"d", `{"name":"Adams, Cy"}`},
	} {
		names[b.create("people", r.vals)] = r.name
	}
	for _, tc := range []struct{ sorts, want string }{
		{`[]`, "abcd"},
		{`[{"direction":"desc","attribute":"created_at"}]`, "dcba"},
		{`[{"direction":"asc","attribute":"created_at"}]`, "abcd"},
		{`[{"direction":"asc","attribute":"job_title"}]`, "bacd"},
		{`[{"direction":"desc","attribute":"job_title"}]`, "dacb"},
		{`[{"direction":"asc","attribute":"job_title"},{"direction":"desc","attribute":"created_at"}]`, "bcad"},
		{`[{"direction":"asc","attribute":"name","field":"last_name"}]`, "dbac"},
		{`[{"direction":"asc","attribute":"name","field":"first_name"}]`, "badc"},
	} {
		if got := letters(b.query("people", `{"sorts":`+tc.sorts+`}`), names); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.sorts, got, tc.want)
		}
		var paged []string
		for offset := range 5 {
			paged = append(paged, b.query("people", fmt.Sprintf(`{"sorts":%s,"limit":1,"offset":%d}`, tc.sorts, offset))...)
		}
		if got := letters(paged, names); got != tc.want {
			t.Errorf("%s page by page: %s, want %s", tc.sorts, got, tc.want)
		}
	}
	for _, tc := range []struct{ sorts, code string }{
		{`[{"direction":"asc","attribute":"name"}]`, "missing_sort_field"},
		{`[{"direction":"asc","attribute":"name","field":"nick"}]`, codeValidation},
		{`[{"direction":"up","attribute":"name"}]`, codeValidation},
		{`[{"direction":"asc","attribute":"nope"}]`, codeValueNotFound},
		{`{}`, codeValidation},
	} {
		b.refused(400, tc.code, "POST", "/v2/objects/people/records/query", `{"sorts":`+tc.sorts+`}`)
	}
}

func TestSortByChoiceAndNumber(t *testing.T) {
	b := open(t, Options{})
	names := map[string]string{}
	for i, r := range []string{`{"employee_range":"100K+","funding_raised_usd":9}`, `{"employee_range":"1-10","funding_raised_usd":10}`, `{"employee_range":"51-250"}`} {
		names[b.create("companies", r)] = string(rune('a' + i))
	}
	if got := letters(b.query("companies", `{"sorts":[{"direction":"asc","attribute":"employee_range"}]}`), names); got != "bca" {
		t.Errorf("by choice: %s", got)
	}
	if got := letters(b.query("companies", `{"sorts":[{"direction":"desc","attribute":"funding_raised_usd"}]}`), names); got != "cba" {
		t.Errorf("by number: %s", got)
	}
}

func TestPages(t *testing.T) {
	b := open(t, Options{})
	var all []string
	for i := range maxPage + 3 {
		all = append(all, b.create("companies", fmt.Sprintf(`{"name":"%d"}`, i)))
	}
	for _, tc := range []struct {
		body     string
		from, to int
	}{
		{``, 0, maxPage},
		{`{"limit":1000}`, 0, maxPage},
		{`{"limit":2,"offset":3}`, 3, 5},
		{`{"offset":500}`, 500, 503},
		{`{"offset":503}`, 503, 503},
		{`{"filter":{"$not":{"name":"0"}},"limit":2,"offset":1}`, 2, 4},
		{`{"filter":{"name":"0"},"offset":9}`, 0, 0},
	} {
		if got := b.query("companies", tc.body); !slices.Equal(got, all[tc.from:tc.to]) {
			t.Errorf("%s: %d records, want %d from %d", tc.body, len(got), tc.to-tc.from, tc.from)
		}
	}
	for _, body := range []string{`{"limit":0}`, `{"limit":"5"}`, `{"offset":-1}`, `{"limit":1.5}`, `{"data":{}}`, `{"cursor":"x"}`} {
		b.refused(400, codeValidation, "POST", "/v2/objects/companies/records/query", body)
	}
}

func TestSortByPath(t *testing.T) {
	b := open(t, Options{})
	names := map[string]string{}
	for _, name := range []string{"c", "a", "b"} {
		b.create("companies", fmt.Sprintf(`{"domains":["%s.example"],"name":%q}`, name, name))
		names[b.create("people", fmt.Sprintf(`{"company":"%s.example"}`, name))] = name
	}
	names[b.create("people", `{}`)] = "-"
	for direction, want := range map[string]string{"asc": "abc-", "desc": "-cba"} {
		body := fmt.Sprintf(`{"sorts":[{"direction":%q,"path":[["people","company"],["companies","name"]]}]}`, direction)
		if got := letters(b.query("people", body), names); got != want {
			t.Errorf("%s: %s, want %s", direction, got, want)
		}
	}
	for _, sorts := range []string{`[{"direction":"asc"}]`, `[{"direction":"asc","attribute":"name","path":[["people","company"]]}]`} {
		b.refused(400, codeValidation, "POST", "/v2/objects/people/records/query", `{"sorts":`+sorts+`}`)
	}
	b.refused(400, "missing_sort_field", "POST", "/v2/objects/people/records/query", `{"sorts":[{"direction":"asc","path":[["people","company"],["companies","domains"]]}]}`)
}

// Pages over a set that changes: what is behind a deleted record moves up, whatever was remembered of positions.
func TestPagesFollowChanges(t *testing.T) {
	b := open(t, Options{})
	var all []string
	for i := range 3 * stride {
		all = append(all, b.create("companies", fmt.Sprintf(`{"name":"%d"}`, i)))
	}
	check := func(step string) {
		t.Helper()
		for _, offset := range []int{0, 1, stride - 1, stride, 2*stride + 3, len(all) - 1, len(all), len(all) + stride} {
			for _, direction := range []string{"asc", "desc"} {
				want := slices.Clone(all)
				if direction == "desc" {
					slices.Reverse(want)
				}
				want = want[min(offset, len(want)):min(offset+2, len(want))]
				got := b.query("companies", fmt.Sprintf(`{"limit":2,"offset":%d,"sorts":[{"direction":%q,"attribute":"created_at"}]}`, offset, direction))
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s from %d: %v, want %v", step, direction, offset, got, want)
				}
			}
		}
	}
	check("all")
	for _, gone := range []int{2 * stride, stride, stride - 1, 0, len(all) - 6} {
		b.ok("DELETE", "/v2/objects/companies/records/"+all[gone], "")
		all = slices.Delete(all, gone, gone+1)
		check(fmt.Sprintf("without %d", gone))
	}
	all = append(all, b.create("companies", `{"name":"new"}`))
	check("with a new one")
	b.refused(400, codeValueNotFound, "POST", "/v2/objects/companies/records", values(`{"nothing":1}`))
	check("after a refused one")
}
