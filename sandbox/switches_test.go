package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// Each switch has the effect it says, and its default the other one.
func TestSwitches(t *testing.T) {
	const companies = "/v2/objects/companies/records"
	many := func(b *bench) (int, tree) {
		b.create("companies", `{"domains":["a.example"]}`)
		b.create("companies", `{"domains":["b.example"]}`)
		return b.do("PUT", companies+"?matching_attribute=domains", values(`{"domains":["a.example","b.example"]}`))
	}
	patch := func(first, second string) func(b *bench) (int, tree) {
		return func(b *bench) (int, tree) {
			return b.do("PATCH", companies+"/"+b.create("companies", first), values("%s", second))
		}
	}
	query := func(body string) func(b *bench) (int, tree) {
		return func(b *bench) (int, tree) {
			b.create("companies", `{"name":"A","employee_range":"1-10"}`)
			return b.do("POST", companies+"/query", body)
		}
	}
	for _, tc := range []struct {
		name     string
		switches Switches
		do       func(b *bench) (int, tree)
		with     int
		without  int
		see      func(x tree) string
		on, off  string
	}{
		{"query_limit", Switches{QueryLimit: LimitRefused}, query(`{"limit":501}`), 400, 200, nil, "", ""},
		{
			"patch_empty",
			Switches{PatchEmpty: PatchEmptyKeeps},
			patch(`{"name":"A"}`, `{"name":[]}`), 200, 200,
			func(x tree) string { return fmt.Sprint(x.len("data", "values", "name")) }, "1", "0",
		},
		{"null_value", Switches{NullValue: NullClears}, patch(`{"name":"A"}`, `{"name":null}`), 200, 400, nil, "", ""},
		{"assert_many", Switches{AssertMany: ManyFirst}, many, 400, 400, func(x tree) string { return x.text("code") }, "uniqueness_conflict", "multiple_match_results"},
		{"title_case", Switches{TitleCase: TitleFolded}, patch(`{}`, `{"categories":["b2b"]}`), 200, 400, nil, "", ""},
		{"in_operator", Switches{InOperator: InEverywhere}, query(`{"filter":{"employee_range":{"$in":["1-10"]}}}`), 200, 400, nil, "", ""},
		{"not_empty", Switches{NotEmpty: NotEmptyDocumented}, query(`{"filter":{"name":{"$not_empty":true}}}`), 400, 200, nil, "", ""},
		{
			"patch_duplicates",
			Switches{PatchDuplicates: DuplicatesKept},
			patch(`{"categories":["B2B"]}`, `{"categories":["B2B"]}`), 200, 200,
			func(x tree) string { return fmt.Sprint(x.len("data", "values", "categories")) }, "2", "1",
		},
		{"partial_timestamp", Switches{PartialTimestamp: PartialAccepted}, func(b *bench) (int, tree) {
			b.attribute("companies", "ts", typeTimestamp, false, false, "{}")
			return b.do("POST", companies, values(`{"ts":"2023"}`))
		}, 200, 400, nil, "", ""},
		{"list_attribute_id", Switches{ListAttributeID: ListAttributeListID}, func(b *bench) (int, tree) {
			b.list("targets", "companies")
			return b.do("GET", "/v2/lists/targets/attributes/entry_id", "")
		}, 200, 200, func(x tree) string {
			return fmt.Sprint(x.text("data", "id", "list_id") != "", x.text("data", "id", "object_id") != "")
		}, "true false", "false true"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, side := range []struct {
				o      Options
				status int
				want   string
			}{{Options{Switches: tc.switches}, tc.with, tc.on}, {Options{}, tc.without, tc.off}} {
				status, x := tc.do(open(t, side.o))
				if status != side.status {
					t.Errorf("%+v: %d %v, want %d", side.o.Switches, status, x.v, side.status)
				} else if tc.see != nil && tc.see(x) != side.want {
					t.Errorf("%+v: %s, want %s", side.o.Switches, tc.see(x), side.want)
				}
			}
		})
	}
	if _, err := Open(t.Context(), Options{Switches: Switches{QueryLimit: "perhaps"}}); err == nil {
		t.Error("Open takes an unknown value")
	}
}

func TestScopes(t *testing.T) {
	const reader = "record_permission:read object_configuration:read list_configuration:read-write"
	b := open(t, Options{Scopes: reader})
	b.ok("POST", "/v2/objects/companies/records/query", "")
	b.list("targets", "companies")
	if x := b.ok("GET", "/v2/self", ""); x.text("scope") != reader {
		t.Errorf("self: %v", x.v)
	}
	for _, route := range []string{
		"POST /v2/objects/companies/records", "PUT /v2/objects/companies/records?matching_attribute=domains", "POST /v2/objects", "GET /v2/workspace_members", "GET /v2/notes",
		"GET /v2/tasks", "GET /v2/webhooks", "GET /v2/threads", "POST /v2/lists/targets/entries/query", "PATCH /v2/objects/deals/attributes/name",
	} {
		method, path, _ := strings.Cut(route, " ")
		if x := b.refused(http.StatusForbidden, "unauthorized", method, path, ""); x.text("type") != typeAuth {
			t.Errorf("%s: %v", route, x.v)
		}
	}
	for _, o := range []Options{{Scopes: "everything"}, {Scopes: "note:write"}, {Tokens: []Token{{Key: "x", Scopes: "nothing:read"}}}, {Tokens: []Token{{}}}, {Contract: "other"}} {
		if _, err := Open(t.Context(), o); err == nil {
			t.Errorf("Open takes %+v", o)
		}
	}
}

func TestRevokedToken(t *testing.T) {
	b := open(t, Options{Tokens: []Token{{Key: goodToken, Revoked: true}}})
	if x := b.ok("GET", "/v2/self", ""); x.get("active") != false {
		t.Errorf("self: %v", x.v)
	}
	b.refused(http.StatusUnauthorized, "unauthorized", "GET", "/v2/objects", "")
}

func TestScores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{Scores: ScoreLimit{PerQuery: 3, PerWindow: 4}})
		query := func(body string) answer {
			a, err := roundTrip(b.line, request(t, "POST", "/v2/objects/companies/records/query", body, "Bearer "+goodToken))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		const one, four = `{"filter":{"name":"a"}}`, `{"filter":{"$and":[{"name":"a"},{"name":"b"}]},"sorts":[{"direction":"asc","attribute":"name"}]}`
		for i, tc := range []struct {
			body, score string
			status      int
		}{{`{}`, "0", 200}, {one, "1", 200}, {one, "1", 200}, {one, "1", 200}, {one, "1", 200}, {one, "1", 429}, {`{}`, "0", 200}, {four, "4", 429}} {
			a := query(tc.body)
			if a.status != tc.status || a.header.Get("X-Attio-Record-Query-Score") != tc.score || (a.status == 429) != (a.header.Get("Retry-After") != "") {
				t.Errorf("query %d: %d %v", i, a.status, a.header)
			}
		}
		nap(t, scoreSpan)
		if a := query(one); a.status != http.StatusOK {
			t.Errorf("after the window: %d", a.status)
		}
	})
}

func TestReadAndWriteLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tc := range []struct {
			counts QueryCounts
			want   []int
		}{{QueryIsRead, []int{200, 200, 429, 200}}, {QueryIsWrite, []int{200, 200, 200, 429}}} {
			b := open(t, Options{Reads: Rate{PerSecond: 2}, Writes: Rate{PerSecond: 1}, Switches: Switches{QueryCounts: tc.counts}})
			var got []int
			for _, route := range []string{"POST /v2/objects/companies/records/query", "GET /v2/objects", "GET /v2/objects", "PUT /v2/objects/companies/records?matching_attribute=domains"} {
				method, path, _ := strings.Cut(route, " ")
				body := ""
				if method == "PUT" {
					body = values(`{"domains":["a.example"]}`)
				}
				status, _ := b.do(method, path, body)
				got = append(got, status)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, want %v", tc.counts, got, tc.want)
			}
		}
	})
}

func TestNewFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, Options{Rate: Rate{PerSecond: 100}, Faults: []Fault{
			{Kind: FaultBadGateway, Nth: []int{1}},
			{Kind: FaultUnavailable, Nth: []int{2}},
			{Kind: FaultUnauthorized, Nth: []int{3}},
			{Kind: FaultConflict, Nth: []int{4}},
			{Kind: FaultMerging, Nth: []int{5, 6}},
			{Kind: FaultSlowBody, Nth: []int{7}, Delay: 5e9},
			{Kind: FaultLimit, Rate: Rate{PerSecond: 1}, From: 8, To: 9},
		}})
		for i, tc := range []struct {
			method string
			status int
			code   string
		}{
			{"GET", 502, ""},
			{"GET", 503, ""},
			{"GET", 401, "unauthorized"},
			{"PUT", 409, "concurrent_write_conflict"},
			{"GET", 404, "merge_in_progress"},
			{"PUT", 400, "merge_in_progress"},
			{"GET", 200, ""},
			{"GET", 200, ""},
			{"GET", 429, "rate_limit_exceeded"},
		} {
			a, err := roundTrip(b.line, request(t, tc.method, "/v2/objects", "", "Bearer "+goodToken))
			if err != nil || a.status != tc.status || a.text("code") != tc.code {
				t.Errorf("request %d: %v %d %v", i+1, err, a.status, a.v)
			}
			if html := strings.HasPrefix(a.header.Get("Content-Type"), "text/html"); html != (tc.status > 500) {
				t.Errorf("request %d: %s", i+1, a.header.Get("Content-Type"))
			}
		}
		nap(t, 1e9)
		b.ok("GET", "/v2/objects", "") // the last under the lower limit
		nap(t, 1e9)
		for range 5 {
			b.ok("GET", "/v2/objects", "") // and back
		}
		b.ok("PUT", "/_sandbox/faults", `[{"kind":"503"}]`)
		if status, _ := b.do("GET", "/v2/objects", ""); status != http.StatusServiceUnavailable {
			t.Errorf("new faults: %d", status)
		}
		b.refused(400, codeValidation, "PUT", "/_sandbox/faults", `[{"kind":"nope"}]`)
	})
}

func TestLoadScenario(t *testing.T) {
	const text = `
faults:
- {kind: limit, rate: "2/s,60/m", from: 3}
- {kind: slow_body, delay: 1500ms, every: 2}
switches: {query_limit: error, title_case: fold}
tokens:
- {key: abc, scopes: "note:read task:read-write"}
- {key: dead, revoked: true}
scores: {per_query: 10, per_window: 100}
reads: 100/s
writes: 25/s
`
	s, err := LoadScenario(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var o Options
	s.Apply(&o)
	if len(o.Faults) != 2 || o.Faults[0].Rate != (Rate{2, 60}) || o.Faults[1].Delay != 1500e6 || o.Switches != (Switches{QueryLimit: LimitRefused, TitleCase: TitleFolded}) ||
		!slices.Equal(o.Tokens, []Token{{Key: "abc", Scopes: "note:read task:read-write"}, {Key: "dead", Revoked: true}}) ||
		o.Scores != (ScoreLimit{10, 100}) || o.Reads.PerSecond != 100 || o.Writes.PerSecond != 25 {
		t.Errorf("scenario %+v", s)
	}
	_, err = LoadScenario(strings.NewReader("faults: {}\nswitches: {query_limit: maybe, nope: x}\ntokens: [{scopes: 'x:read'}]\nscores: {per_query: -1}\nreads: fast\nwrites: 1\nother: 1\n"))
	for _, want := range []string{"1:9: faults: want a list", "2:25: query_limit: want one of", `2:32: unknown key "nope"`, "3:10: a token needs its key", "3:10: scopes: unknown scope", "4:9: scores", "5:8: reads", "6:9: writes", `7:1: unknown key "other"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in\n%v", want, err)
		}
	}
}
