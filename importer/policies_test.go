package importer_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/jobs"
)

// newThings makes an object with one attribute of every type that can be made, single and several-valued.
func newThings(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	l.call(http.MethodPost, "/v2/objects", `{"data":{"api_slug":"things","singular_noun":"Thing","plural_noun":"Things"}}`)
	l.attribute("things", "key", "text", false, true, `{}`)
	for _, typ := range []string{"text", "number", "checkbox", "date", "timestamp", "rating", "location"} {
		l.attribute("things", "a_"+typ, typ, false, false, `{}`)
	}
	l.attribute("things", "a_currency", "currency", false, false, `{"currency":{"default_currency_code":"EUR","display_type":"symbol"}}`)
	l.attribute("things", "a_actor", "actor-reference", false, false, `{}`)
	for _, multi := range []bool{false, true} {
		prefix := map[bool]string{false: "a_", true: "m_"}[multi]
		for _, typ := range []string{"select", "domain", "email-address", "phone-number"} {
			l.attribute("things", prefix+slug(typ), typ, multi, false, `{}`)
		}
		l.attribute("things", prefix+"reference", "record-reference", multi, false, `{"record_reference":{"allowed_objects":["companies"]}}`)
		for _, title := range []string{"Red", "Green", "Blue"} {
			l.call(http.MethodPost, "/v2/objects/things/attributes/"+prefix+"select/options", fmt.Sprintf(`{"data":{"title":%q}}`, title))
		}
	}
	for _, d := range []string{"one.com", "two.com"} {
		l.call(http.MethodPost, "/v2/objects/companies/records", fmt.Sprintf(`{"data":{"values":{"domains":[%q]}}}`, d))
	}
	return l
}

func slug(typ string) string {
	return map[string]string{"email-address": "email", "phone-number": "phone"}[typ] + map[string]string{"select": "select", "domain": "domain"}[typ]
}

// TestEveryTypeReadsBack imports each type, looks at what the sandbox holds, and imports the same again: nothing may change.
func TestEveryTypeReadsBack(t *testing.T) {
	l := newThings(t)
	for i, c := range []struct{ attribute, options, cell, want string }{
		{"a_text", "", `"two
lines, ""quoted"""`, `{"value":"two\nlines, \"quoted\""}`},
		{"a_number", `decimal: ","`, `"-1.234,5"`, `{"value":-1234.5}`},
		{"a_checkbox", "", "checked", `{"value":true}`},
		{"a_currency", "", `"€1,234.50"`, `{"currency_code":"EUR","currency_value":1234.5}`},
		{"a_date", "format: DD.MM.YYYY", "29.02.2024", `{"value":"2024-02-29"}`},
		{"a_timestamp", "timezone: Europe/Berlin", "2024-07-01T10:00:00", `{"value":"2024-07-01T08:00:00.000000000Z"}`},
		{"a_rating", "", "4", `{"value":4}`},
		{"a_select", "", "green", "Green"},
		{"m_select", `split: ";"`, "Red; blue", "Blue Red"},
		{"a_domain", "", "https://www.Acme.com/x", `{"domain":"acme.com"}`},
		{"m_domain", `split: ";"`, "a.com;b.com", `{"domain":"a.com"} {"domain":"b.com"}`},
		{"a_email", "", "Ada <Ada@x.com>", `{"email_address":"ada@x.com"}`},
		{"m_email", `split: ";"`, "a@x.com; b@x.com", `{"email_address":"a@x.com"} {"email_address":"b@x.com"}`},
		{"a_phone", "country: DE", "030 123456", `{"country_code":"DE","phone_number":"+4930123456"}`},
		{"m_phone", `split: ";"`, "+12125551234;+4930123456", `{"country_code":"DE","phone_number":"+4930123456"} {"country_code":"US","phone_number":"+12125551234"}`},
		{"a_reference", "match: domains", "https://one.com", "companies/one.com"},
		{"m_reference", `match: domains, split: ";"`, "one.com;two.com", "companies/one.com companies/two.com"},
	} {
		t.Run(c.attribute, func(t *testing.T) {
			l.t = t
			columns := fmt.Sprintf("    key: Key\n    %s: {from: Cell%s}\n", c.attribute, comma(c.options))
			key := fmt.Sprintf("k%d", i)
			for range 2 {
				out := l.run("things key", columns, "Key,Cell", key+","+c.cell)
				if out.Upserted != 1 || out.Rejected != 0 {
					t.Fatalf("%+v", out)
				}
				if got := l.held("things", "key", key, c.attribute); got != c.want {
					t.Errorf("holds %s, want %s", got, c.want)
				}
			}
			l.wantOutcomes(l.diff(jobs.DiffKeys, "things key", columns, "Key,Cell", key+","+c.cell), "unchanged")
		})
	}
}

func comma(options string) string {
	if options == "" {
		return ""
	}
	return ", " + options
}

// TestCompoundAndStandardTypes imports the types that cannot be made on an object: names, statuses, owners, locations from columns.
func TestCompoundAndStandardTypes(t *testing.T) {
	l := newLab(t)
	l.attribute("deals", "external_id", "text", false, true, `{}`)
	const (
		people = "    email_addresses: Mail\n    name: Name\n    primary_location: {from: {locality: City, country_code: Country}}\n"
		ada    = `ada@x.com,"van der Berg, Ada",São Paulo,Brazil`
		deals  = "    external_id: Id\n    name: Name\n    stage: Stage\n    owner: Owner\n    value: Value\n    associated_people: {from: People, match: email_addresses, split: \";\"}\n"
		big    = "7,Big,in progress,ada@sandbox.example,1200.5,ada@x.com"
	)
	for range 2 {
		out := l.run("people email_addresses", people, "Mail,Name,City,Country", ada)
		if out.Upserted != 1 {
			t.Fatalf("%+v", out)
		}
		if got, want := l.held("people", "email_addresses", "ada@x.com", "name"), `{"first_name":"Ada","full_name":"Ada van der Berg","last_name":"van der Berg"}`; got != want {
			t.Errorf("name %s, want %s", got, want)
		}
		if got, want := l.held("people", "email_addresses", "ada@x.com", "primary_location"), `{"country_code":"BR","locality":"São Paulo"}`; got != want {
			t.Errorf("location %s, want %s", got, want)
		}
		out = l.run("deals external_id", deals, "Id,Name,Stage,Owner,Value,People", big)
		if out.Upserted != 1 {
			t.Fatalf("%+v", out)
		}
		for attribute, want := range map[string]string{
			"stage": "In Progress", "associated_people": "people/ada@x.com",
		} {
			if got := l.held("deals", "external_id", "7", attribute); got != want {
				t.Errorf("%s %s, want %s", attribute, got, want)
			}
		}
	}
	l.wantOutcomes(l.diff(jobs.DiffScan, "people email_addresses", people, "Mail,Name,City,Country", ada), "unchanged")
	l.wantOutcomes(l.diff(jobs.DiffScan, "deals external_id", deals, "Id,Name,Stage,Owner,Value,People", big), "unchanged")
}

// TestPolicies imports onto a record that has values, twice, and looks at what is left.
func TestPolicies(t *testing.T) {
	l := newThings(t)
	for i, c := range []struct{ name, attribute, options, before, cell, want string }{
		{"replace", "m_select", `split: ";"`, `["Red","Green"]`, "Blue", "Blue"},
		{"append", "m_select", `split: ";", multi: append`, `["Red"]`, "Red;Blue", "Blue Red"},
		{"remove", "m_select", `split: ";", multi: remove`, `["Red","Green"]`, "Red;Blue", "Green"},
		{"remove the last", "m_select", `split: ";", multi: remove`, `["Red"]`, "Red", ""},
		{"append to none", "m_email", `split: ";", multi: append`, `[]`, "a@x.com", `{"email_address":"a@x.com"}`},
		{"append an e-mail in other letters", "m_email", `split: ";", multi: append`, `["a@x.com"]`, "A@X.com;b@x.com", `{"email_address":"a@x.com"} {"email_address":"b@x.com"}`},
		{"if_empty, and it is not", "a_text", `write: if_empty`, `["old"]`, "new", `{"value":"old"}`},
		{"if_empty, and it is", "a_text", `write: if_empty`, `[]`, "new", `{"value":"new"}`},
		{"if_empty of several", "m_select", `split: ";", write: if_empty`, `["Red"]`, "Blue", "Red"},
		{"blank leaves alone", "a_text", ``, `["old"]`, "", `{"value":"old"}`},
		{"blank clears", "a_text", `blank: clear`, `["old"]`, "", ""},
		{"blank clears several", "m_select", `split: ";", blank: clear`, `["Red"]`, "", ""},
		{"never_clear", "a_text", `blank: clear, write: never_clear`, `["old"]`, "", `{"value":"old"}`},
		{"never_clear writes what is there", "a_text", `blank: clear, write: never_clear`, `["old"]`, "new", `{"value":"new"}`},
		{"references append", "m_reference", `match: domains, split: ";", multi: append`, `[{"target_object":"companies","domains":[{"domain":"one.com"}]}]`, "two.com;one.com", "companies/one.com companies/two.com"},
		{"unknown option skipped", "m_select", `split: ";", unknown_option: skip`, `["Red"]`, "Blue;Pink", "Blue"},
		{"only unknown options leave it alone", "m_select", `split: ";", unknown_option: skip`, `["Red"]`, "Pink", "Red"},
		{"missing reference skipped", "a_reference", `match: domains, missing: skip`, `[]`, "nobody.com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l.t = t
			key := fmt.Sprintf("p%d", i)
			l.call(http.MethodPost, "/v2/objects/things/records", fmt.Sprintf(`{"data":{"values":{"key":[%q],%q:%s}}}`, key, c.attribute, c.before))
			columns := fmt.Sprintf("    key: Key\n    %s: {from: Cell%s}\n", c.attribute, comma(c.options))
			for range 2 {
				if out := l.run("things key", columns, "Key,Cell", key+","+c.cell); out.Upserted != 1 {
					t.Fatalf("%+v", out)
				}
				if got := l.held("things", "key", key, c.attribute); got != c.want {
					t.Errorf("holds %q, want %q", got, c.want)
				}
			}
			l.wantOutcomes(l.diff(jobs.DiffKeys, "things key", columns, "Key,Cell", key+","+c.cell), "unchanged")
		})
	}
}

func TestOptionsAreCreatedOnce(t *testing.T) {
	l := newThings(t)
	columns := "    key: Key\n    m_select: {from: Tags, split: \";\", unknown_option: create}\n"
	var rows []string
	for i := range 40 {
		rows = append(rows, fmt.Sprintf("c%d,Red;New %d;%s", i, i%3, []string{"newer", "NEWER"}[i%2]))
	}
	rows = append(rows, "bad,Red;Never", "bad,Red") // the first of two rows that follow each other is fine
	rows = append(rows, ",Only on a rejected row")
	out := l.run("things key", columns, "Key,Tags", rows...)
	if out.Upserted != 42 || !slices.Equal(out.rejects, []string{"43 missing-key"}) {
		t.Fatalf("%+v", out)
	}
	reply := l.call(http.MethodGet, "/v2/objects/things/attributes/m_select/options", "")
	var titles []string
	list, _ := reply["data"].([]any)
	for _, o := range list {
		option, _ := o.(map[string]any)
		titles = append(titles, fmt.Sprint(option["title"]))
	}
	if want := []string{"Red", "Green", "Blue", "New 0", "newer", "New 1", "New 2", "Never"}; !slices.Equal(titles, want) {
		t.Errorf("options %q, want %q", titles, want)
	}
	if got := l.held("things", "key", "c4", "m_select"); got != "New 1 Red newer" {
		t.Errorf("holds %q", got)
	}
	made := []string{"things m_select Never false", "things m_select New 0 false", "things m_select New 1 false", "things m_select New 2 false", "things m_select newer false"}
	if !slices.Equal(out.made, made) {
		t.Errorf("journaled as made: %q, want %q", out.made, made)
	}
}

func TestReferencesToNothing(t *testing.T) {
	l := newThings(t)
	column := func(missing string) string {
		return "    key: Key\n    a_reference: {from: Company, match: domains, missing: " + missing + "}\n"
	}
	out := l.run("things key", column("reject"), "Key,Company", "r1,one.com", "r2,nobody.com", "r3,")
	if out.Upserted != 2 || !slices.Equal(out.rejects, []string{"2 unresolved-reference"}) {
		t.Errorf("reject: %+v", out)
	}
	if out = l.run("things key", column("skip"), "Key,Company", "s1,one.com", "s2,nobody.com"); out.Upserted != 2 || !slices.Equal(slices.Compact(l.warned), []string{"reference-left-out"}) {
		t.Errorf("skip: %+v, warned %v", out, l.warned)
	}
	out = l.run("things key", column("create"), "Key,Company", "c1,new.com", "c2,new.com", "c3,one.com", ",never.com")
	if out.Upserted != 3 || l.held("things", "key", "c2", "a_reference") != "companies/new.com" {
		t.Errorf("create: %+v", out)
	}
	if want := []string{"companies domains new.com true"}; !slices.Equal(out.made, want) {
		t.Errorf("journaled as made: %q, want %q", out.made, want)
	}
	if got := l.call(http.MethodPost, "/v2/objects/companies/records/query", `{"filter":{"domains":"never.com"}}`); fmt.Sprint(got["data"]) != "[]" {
		t.Errorf("a record was created for a row that was rejected: %v", got)
	}
	out = l.run("things key", column("defer"), "Key,Company", "d1,two.com", "d2,nobody.com")
	if out.Upserted != 1 || !slices.Equal(out.rejects, []string{"2 unresolved-reference"}) {
		t.Errorf("defer: %+v", out)
	}
}

// TestDeferredReferences imports a tree of five levels that refers to itself, children before parents, in one job.
func TestDeferredReferences(t *testing.T) {
	l := newLab(t)
	l.attribute("companies", "parent", "record-reference", false, false, `{"record_reference":{"allowed_objects":["companies"]}}`)
	l.attribute("companies", "partners", "record-reference", true, false, `{"record_reference":{"allowed_objects":["companies"]}}`)
	columns := "    domains: Domain\n    parent: {from: Parent, match: domains, missing: defer}\n    partners: {from: Partners, match: domains, missing: defer, split: \";\", multi: append}\n"
	rows := []string{"l5.com,l4.com,l1.com", "l4.com,l3.com,", "l3.com,l2.com,l5.com;l4.com", "l2.com,l1.com,", "l1.com,,l5.com"}
	for range 2 {
		if out := l.run("companies domains", columns, "Domain,Parent,Partners", rows...); out.Upserted != 5 || out.Rejected != 0 || out.NotReached != 0 {
			t.Fatalf("%+v", out)
		}
		for level := 5; level > 1; level-- {
			if got, want := l.held("companies", "domains", fmt.Sprintf("l%d.com", level), "parent"), fmt.Sprintf("companies/l%d.com", level-1); got != want {
				t.Errorf("parent of level %d: %s, want %s", level, got, want)
			}
		}
		if got := l.held("companies", "domains", "l3.com", "partners"); got != "companies/l4.com companies/l5.com" {
			t.Errorf("partners: %s", got)
		}
		if got := l.held("companies", "domains", "l1.com", "parent"); got != "" {
			t.Errorf("the root has a parent: %s", got)
		}
	}
}

// TestPeopleTheirCompaniesAndEachOther imports people who refer to each other in a circle and to companies that are not there yet.
func TestPeopleTheirCompaniesAndEachOther(t *testing.T) {
	l := newLab(t)
	l.attribute("people", "manager", "record-reference", false, false, `{"record_reference":{"allowed_objects":["people"]}}`)
	columns := "    email_addresses: Mail\n    company: {from: Website, match: domains, missing: create}\n    manager: {from: Manager, match: email_addresses, missing: defer}\n"
	rows := []string{"a@x.com,www.x.com,c@y.com", "b@x.com,x.com,a@x.com", "c@y.com,https://y.com/,b@x.com"}
	for range 2 {
		if out := l.run("people email_addresses", columns, "Mail,Website,Manager", rows...); out.Upserted != 3 {
			t.Fatalf("%+v", out)
		}
		for mail, want := range map[string][2]string{
			"a@x.com": {"companies/x.com", "people/c@y.com"},
			"b@x.com": {"companies/x.com", "people/a@x.com"},
			"c@y.com": {"companies/y.com", "people/b@x.com"},
		} {
			got := [2]string{l.held("people", "email_addresses", mail, "company"), l.held("people", "email_addresses", mail, "manager")}
			if got != want {
				t.Errorf("%s: %v, want %v", mail, got, want)
			}
		}
	}
	reply := l.call(http.MethodPost, "/v2/objects/companies/records/query", `{}`)
	if list, _ := reply["data"].([]any); len(list) != 2 {
		t.Errorf("%d companies, want 2: each created once", len(list))
	}
}

// TestTwoRowsOfOneRecord: the rows share no key in the file, and are one record in the workspace.
func TestTwoRowsOfOneRecord(t *testing.T) {
	l := newLab(t)
	for i := range 20 {
		l.call(http.MethodPost, "/v2/objects/companies/records", fmt.Sprintf(
			`{"data":{"values":{"domains":["a%d.com","b%d.com"],"categories":["B2B","B2C","SAAS"]}}}`, i, i))
	}
	var rows []string
	for i := range 20 {
		rows = append(rows, fmt.Sprintf("a%d.com,B2B", i), fmt.Sprintf("b%d.com,B2C", i))
	}
	out := l.run("companies domains", "    domains: D\n    categories: {from: C, multi: remove}\n", "D,C", rows...)
	if out.Upserted != 20 || out.Rejected != 20 {
		t.Errorf("%+v: want one of each two rows rejected, loudly", out.Summary)
	}
	for _, r := range out.rejects {
		if !strings.HasSuffix(r, " same-record") {
			t.Errorf("rejected: %s", r)
		}
	}
}

// TestRemovingWhileOthersRemove lets many rows of many keys change one record at a time.
func TestRemovingWhileOthersRemove(t *testing.T) {
	l := newThings(t)
	l.call(http.MethodPost, "/v2/objects/things/records", `{"data":{"values":{"key":["k"],"m_select":["Red","Green","Blue"]}}}`)
	out := l.run("things key", "    key: Key\n    m_select: {from: C, multi: remove}\n", "Key,C", "k,Red", "k,Green", "other,Red")
	if out.Upserted != 3 || l.held("things", "key", "k", "m_select") != "Blue" {
		t.Errorf("%+v, holds %s", out, l.held("things", "key", "k", "m_select"))
	}
}

// TestHalfAFieldIsNotWritten: a field of several references of which one has to wait is set as a whole, in the second pass.
func TestHalfAFieldIsNotWritten(t *testing.T) {
	l := newThings(t)
	l.attribute("companies", "rel", "record-reference", true, false, `{"record_reference":{"allowed_objects":["companies"]}}`)
	columns := "    domains: D\n    rel: {from: R, split: \";\", match: domains, missing: defer, write: if_empty}\n"
	if out := l.run("companies domains", columns, "D,R", "a.com,one.com;b.com", "b.com,"); out.Upserted != 2 {
		t.Fatalf("%+v", out)
	}
	if got := l.held("companies", "domains", "a.com", "rel"); got != "companies/b.com companies/one.com" {
		t.Errorf("if_empty: %s", got)
	}
	columns = "    domains: D\n    rel: {from: R, split: \";\", match: domains, missing: defer}\n"
	out := l.run("companies domains", columns, "D,R", "a.com,two.com;nowhere.com")
	if out.Rejected != 1 {
		t.Fatalf("%+v", out)
	}
	if got := l.held("companies", "domains", "a.com", "rel"); got != "companies/b.com companies/one.com" {
		t.Errorf("replace: %s, although the row was rejected for another of these references", got)
	}
}

// TestAKeyThatCannotBeCreated rejects the rows that use it, and no others.
func TestAKeyThatCannotBeCreated(t *testing.T) {
	l := newLab(t)
	columns := "    domains: D\n    team: {from: M, match: email_addresses, missing: create}\n"
	out := l.run("companies domains", columns, "D,M", "a.com,good@x.com", "b.com,a@x.c")
	if out.Upserted != 1 || len(out.rejects) != 1 {
		t.Fatalf("%+v", out)
	}
	if got := l.held("companies", "domains", "a.com", "team"); got != "people/good@x.com" {
		t.Errorf("team: %s", got)
	}
}

func TestReferencesByNumber(t *testing.T) {
	l := newThings(t)
	l.attribute("companies", "number", "number", false, false, `{}`)
	l.call(http.MethodPost, "/v2/objects/companies/records", `{"data":{"values":{"domains":["n.com"],"number":[7]}}}`)
	out := l.run("things key", "    key: Key\n    a_reference: {from: N, match: number}\n", "Key,N", "k,7.0")
	if out.Upserted != 1 || l.held("things", "key", "k", "a_reference") != "companies/n.com" {
		t.Errorf("%+v", out)
	}
}

// TestAKeyThatIsNotCreatedAfterAll: the rows whose column would create a record are rejected, so it is not created, and a row with a
// column that creates nothing must not be written without it.
func TestAKeyThatIsNotCreatedAfterAll(t *testing.T) {
	l := newThings(t)
	out := l.runJob(`
version: 1
import:
  source: {path: rows.csv}
  target: {object: things, match: key}
  map:
    key: Key
    a_reference: {from: Creates, match: domains, missing: create}
    m_reference: {from: Strict, match: domains}
`, "Key,Creates,Strict", "twice,new.com,", "twice,new.com,", "other,,new.com")
	if want := []string{"1 duplicate-key", "2 duplicate-key", "3 unresolved-reference"}; !slices.Equal(out.rejects, want) {
		t.Errorf("rejects %v, want %v: %+v", out.rejects, want, out.Summary)
	}
}

// TestWarningsOfEarlierSessions: what a row was written without is told by the session that ends the run, whichever wrote the row.
func TestWarningsOfEarlierSessions(t *testing.T) {
	l := newThings(t)
	im, store := l.engine(labJob("things key", "    key: Key\n    a_select: {from: S, unknown_option: skip}\n"), "Key,S", "k,Mauve", "l,Red")
	stored, err := store.Begin(t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
	if err != nil {
		t.Fatal(err)
	}
	im.Journal = store.Journal(stored.Steps[0])
	var told []int
	for range 2 {
		l.warned = nil
		if _, err := run(t.Context(), t.Context(), im); err != nil {
			t.Fatal(err)
		}
		told = append(told, len(l.warned))
	}
	if told[0] == 0 || told[0] != told[1] {
		t.Errorf("warnings %v: want as many from the session that wrote nothing", told)
	}
}
