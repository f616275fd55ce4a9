package importer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"attio-etl/jobs"
)

// sample is one attribute with two values of it, in every spelling that the test needs.
type sample struct {
	object, match string // match is also the name of the key's attribute
	attribute     string
	multi         bool
	keeps         bool      // always holds a value once it has one: it cannot be cleared
	required      bool      // has a value from the start
	options       string    // of the column
	also          string    // columns that a record of the object needs
	cells         [2]string // in the file
	written       [2]string // as the API takes them
	held          [2]string // as lab.held shows them
}

func samples() []sample {
	const one, two = `{"target_object":"companies","domains":[{"domain":"one.com"}]}`, `{"target_object":"companies","domains":[{"domain":"two.com"}]}`
	location := `{"line_1":null,"line_2":null,"line_3":null,"line_4":null,"locality":%q,"region":null,"postcode":null,"country_code":%q,"latitude":null,"longitude":null}`
	actor := `{"referenced_actor_id":%q,"referenced_actor_type":"workspace-member"}`
	list := []sample{
		{attribute: "a_text", cells: [2]string{"007", " b "}, written: [2]string{`"007"`, `" b "`}, held: [2]string{`{"value":"007"}`, `{"value":" b "}`}},
		{attribute: "a_number", cells: [2]string{"2.5E7", "-1"}, written: [2]string{"25000000", "-1"}, held: [2]string{`{"value":25000000}`, `{"value":-1}`}},
		{attribute: "a_checkbox", keeps: true, cells: [2]string{"Yes", "0"}, written: [2]string{"true", "false"}, held: [2]string{`{"value":true}`, `{"value":false}`}},
		{
			attribute: "a_currency", keeps: true, options: `decimal: ","`, cells: [2]string{"1.234,50", "7 €"}, written: [2]string{"1234.5", "7"},
			held: [2]string{`{"currency_code":"EUR","currency_value":1234.5}`, `{"currency_code":"EUR","currency_value":7}`},
		},
		{
			attribute: "a_date", options: "format: DD.MM.YYYY", cells: [2]string{"31.12.2023", "01.01.2024"}, written: [2]string{`"2023-12-31"`, `"2024-01-01"`},
			held: [2]string{`{"value":"2023-12-31"}`, `{"value":"2024-01-01"}`},
		},
		{
			attribute: "a_timestamp", options: "timezone: Asia/Tokyo", cells: [2]string{"2024-01-01T00:30:00", "2024-06-01T00:30:00Z"},
			written: [2]string{`"2023-12-31T15:30:00Z"`, `"2024-06-01T00:30:00Z"`},
			held:    [2]string{`{"value":"2023-12-31T15:30:00.000000000Z"}`, `{"value":"2024-06-01T00:30:00.000000000Z"}`},
		},
		{attribute: "a_rating", cells: [2]string{"3", "5"}, written: [2]string{"3", "5"}, held: [2]string{`{"value":3}`, `{"value":5}`}},
		{
			attribute: "a_location", options: `format: "locality, country_code"`, cells: [2]string{`Paris, France`, `Bern, CHE`},
			written: [2]string{fmt.Sprintf(location, "Paris", "FR"), fmt.Sprintf(location, "Bern", "CH")},
			held:    [2]string{`{"country_code":"FR","locality":"Paris"}`, `{"country_code":"CH","locality":"Bern"}`},
		},
		{
			attribute: "a_actor", cells: [2]string{"grace@sandbox.example", "Alan Turing"}, written: [2]string{`"grace@sandbox.example"`, `"alan@sandbox.example"`},
			held: [2]string{fmt.Sprintf(actor, "grace"), fmt.Sprintf(actor, "alan")},
		},
	}
	for _, several := range []bool{false, true} {
		prefix, split := "a_", ""
		if several {
			prefix, split = "m_", `split: ";"`
		}
		list = append(list,
			sample{attribute: prefix + "select", multi: several, options: split, cells: [2]string{"red", "Green"}, written: [2]string{`"Red"`, `"Green"`}, held: [2]string{"Red", "Green"}},
			sample{
				attribute: prefix + "domain", multi: several, options: split, cells: [2]string{"https://WWW.a.com/x", "b.com"}, written: [2]string{`"a.com"`, `"b.com"`},
				held: [2]string{`{"domain":"a.com"}`, `{"domain":"b.com"}`},
			},
			sample{
				attribute: prefix + "email", multi: several, options: split, cells: [2]string{"A <A@x.com>", "b@x.com"}, written: [2]string{`"a@x.com"`, `"b@x.com"`},
				held: [2]string{`{"email_address":"a@x.com"}`, `{"email_address":"b@x.com"}`},
			},
			sample{
				attribute: prefix + "phone", multi: several, options: strings.Join(slices.DeleteFunc([]string{"country: DE", split}, isEmpty), ", "),
				cells: [2]string{"030 123456", "+1 212 555-1234"}, written: [2]string{`"+4930123456"`, `"+12125551234"`},
				held: [2]string{`{"country_code":"DE","phone_number":"+4930123456"}`, `{"country_code":"US","phone_number":"+12125551234"}`},
			},
			sample{
				attribute: prefix + "reference", multi: several, options: strings.Join(slices.DeleteFunc([]string{"match: domains", split}, isEmpty), ", "),
				cells: [2]string{"http://one.com", "two.com"}, written: [2]string{one, two}, held: [2]string{"companies/one.com", "companies/two.com"},
			},
		)
	}
	for i := range list {
		list[i].object, list[i].match = "things", "key"
	}
	return append(list,
		sample{
			object: "people", match: "email_addresses", attribute: "name", cells: [2]string{`van der Berg, Ada`, `Alan Turing`},
			written: [2]string{`{"first_name":"Ada","last_name":"van der Berg","full_name":"Ada van der Berg"}`, `{"first_name":"Alan","last_name":"Turing","full_name":"Alan Turing"}`},
			held:    [2]string{`{"first_name":"Ada","full_name":"Ada van der Berg","last_name":"van der Berg"}`, `{"first_name":"Alan","full_name":"Alan Turing","last_name":"Turing"}`},
		},
		sample{
			object: "deals", match: "external_id", attribute: "stage", required: true, also: "    name: {value: Deal}\n    owner: {value: ada@sandbox.example}\n", cells: [2]string{"in progress", "Lost"},
			written: [2]string{`"In Progress"`, `"Lost"`}, held: [2]string{"In Progress", "Lost"},
		},
	)
}

func isEmpty(s string) bool { return s == "" }

// policies of a column; multi is empty where the column does not say it.
type policies struct{ blank, write, multi string }

func (p policies) String() string {
	text := fmt.Sprintf("blank: %s, write: %s", p.blank, p.write)
	if p.multi != "" {
		text += ", multi: " + p.multi
	}
	return text
}

func (p policies) adds() bool { return p.multi == jobs.MultiAppend || p.multi == jobs.MultiRemove }

// refused is what docs/job-files.md says of policies that cannot hold.
func (s sample) refused(p policies) bool {
	clears := p.blank == jobs.BlankClear
	switch {
	case p.write == jobs.WriteIfEmpty && (s.required || p.adds() || clears):
		return true
	case p.adds() && clears && p.write != jobs.WriteNeverClear:
		return true
	}
	return clears && p.write != jobs.WriteNeverClear && (s.keeps || s.required)
}

// after is the values, as a set of the sample's two, that a record has once a row was imported; false where the row is rejected.
func (p policies) after(before, cell set) (set, bool) {
	switch {
	case cell == 0 && p.blank == jobs.BlankReject:
		return before, false
	case cell == 0 && p.blank == jobs.BlankClear && p.write == jobs.WriteAlways:
		return 0, true
	case cell == 0, p.write == jobs.WriteIfEmpty && before != 0:
		return before, true
	case p.multi == jobs.MultiAppend:
		return before | cell, true
	case p.multi == jobs.MultiRemove:
		return before &^ cell, true
	}
	return cell, true
}

// set is a subset of a sample's two values.
type set uint8

func (s set) pick(of [2]string) []string {
	var list []string
	for i := range 2 {
		if s&(1<<i) != 0 {
			list = append(list, of[i])
		}
	}
	return list
}

// TestEveryTypeAndPolicy imports every type with every combination of policies onto records that hold nothing, one value, the other or both, from
// cells that are blank or hold either or both, and compares what the workspace holds with a plain model. Then it imports the same again: nothing may
// change. Combinations that the documentation refuses must be findings, and no others.
func TestEveryTypeAndPolicy(t *testing.T) {
	l := newThings(t)
	l.attribute("deals", "external_id", "text", false, true, `{}`)
	members := l.memberNames()
	for _, s := range samples() {
		sets := []set{0, 1, 2}
		multis := []string{""}
		if s.multi {
			sets, multis = append(sets, 3), []string{"", jobs.MultiReplace, jobs.MultiAppend, jobs.MultiRemove}
		}
		t.Run(s.object+"."+s.attribute, func(t *testing.T) {
			l.t = t
			for _, blank := range []string{jobs.BlankIgnore, jobs.BlankClear, jobs.BlankReject} {
				for _, write := range []string{jobs.WriteAlways, jobs.WriteIfEmpty, jobs.WriteNeverClear} {
					for _, multi := range multis {
						l.combination(s, policies{blank, write, multi}, sets, members)
					}
				}
			}
		})
	}
}

// columns is the map of a job with policies for the sample's column.
func (s sample) columns(policies string) string {
	return fmt.Sprintf("    %s: Key\n%s    %s: {from: Cell, %s%s}\n", s.match, s.also, s.attribute, policies, comma(s.options))
}

// combination imports a row for each pair of what a record has before and what the cell says.
func (l *lab) combination(s sample, p policies, sets []set, members map[string]string) {
	l.t.Helper()
	columns := s.columns(p.String())
	if refused := l.refuses(s.object+" "+s.match, columns, "Key,Cell"); refused || s.refused(p) {
		if refused != s.refused(p) {
			l.t.Errorf("%s: refused: %v, want %v", p, refused, s.refused(p))
		}
		return
	}
	type row struct {
		key  string
		want []string
	}
	var rows []row
	var lines, rejects []string
	for _, before := range sets {
		if before == 0 && s.required {
			continue
		}
		for _, cell := range sets {
			key := fmt.Sprintf("%s-%d@%d.com", strings.NewReplacer(" ", "", ":", "-", ",", "-").Replace(s.attribute+p.String()), before, cell)
			l.before(s, key, before)
			after, written := p.after(before, cell)
			if !written {
				rejects = append(rejects, fmt.Sprintf("%d blank-value", len(lines)+1))
			}
			lines = append(lines, fmt.Sprintf(`%s,"%s"`, key, strings.Join(cell.pick(s.cells), ";")))
			rows = append(rows, row{key, after.pick(s.held)})
		}
	}
	for pass := range 2 {
		out := l.run(s.object+" "+s.match, columns, "Key,Cell", lines...)
		if int(out.Upserted) != len(lines)-len(rejects) || !slices.Equal(out.rejects, rejects) {
			l.t.Fatalf("%s: %+v, want rejects %v", p, out, rejects)
		}
		for i, r := range rows {
			got := l.held(s.object, s.match, r.key, s.attribute)
			for id, name := range members {
				got = strings.ReplaceAll(got, id, name)
			}
			slices.Sort(r.want)
			if want := strings.Join(r.want, " "); got != want {
				l.t.Errorf("%s, import %d, row %s: holds %q, want %q", p, pass+1, lines[i], got, want)
			}
		}
	}
}

// before makes the record of a row.
func (l *lab) before(s sample, key string, has set) {
	l.t.Helper()
	values := map[string]json.RawMessage{
		s.match:     json.RawMessage(fmt.Sprintf("[%q]", key)),
		s.attribute: json.RawMessage("[" + strings.Join(has.pick(s.written), ",") + "]"),
	}
	if has == 0 {
		delete(values, s.attribute)
	}
	if s.object == "deals" {
		values["name"], values["owner"] = json.RawMessage(`["Deal"]`), json.RawMessage(`["ada@sandbox.example"]`)
	}
	body, err := json.Marshal(map[string]any{"data": map[string]any{"values": values}})
	if err != nil {
		l.t.Fatal(err)
	}
	l.call(http.MethodPost, "/v2/objects/"+s.object+"/records", string(body))
}

// memberNames is the first names of the workspace's members in lower case, by id.
func (l *lab) memberNames() map[string]string {
	l.t.Helper()
	names := map[string]string{}
	list, _ := l.call(http.MethodGet, "/v2/workspace_members", "")["data"].([]any)
	for _, m := range list {
		member, _ := m.(map[string]any)
		id, _ := member["id"].(map[string]any)
		names[fmt.Sprint(id["workspace_member_id"])] = strings.ToLower(fmt.Sprint(member["first_name"]))
	}
	return names
}

// TestEveryTypeAndUnknownValue does the same for what the policies of unknown options and of references to nothing say, on each type: on a record that
// holds the first value, from a cell with the second and from one with a value that the workspace lacks, beside the second where the attribute
// holds several.
func TestEveryTypeAndUnknownValue(t *testing.T) {
	l := newThings(t)
	l.attribute("deals", "external_id", "text", false, true, `{}`)
	n := 0
	for _, s := range samples() {
		l.t = t
		var policy string
		var choices []string
		switch {
		case strings.HasSuffix(s.attribute, "select") || s.attribute == "stage":
			policy, choices = "unknown_option", []string{jobs.UnknownOptionReject, jobs.UnknownOptionSkip, jobs.UnknownOptionCreate}
		case strings.HasSuffix(s.attribute, "reference"):
			policy, choices = "missing", []string{jobs.MissingReject, jobs.MissingSkip, jobs.MissingCreate, jobs.MissingDefer}
		default:
			for _, text := range []string{"unknown_option: skip", "missing: skip"} {
				if !l.refuses(s.object+" "+s.match, s.columns(text), "Key,Cell") {
					t.Errorf("%s: %s is accepted", s.attribute, text)
				}
			}
			continue
		}
		for _, choice := range choices {
			t.Run(s.attribute+" "+choice, func(t *testing.T) {
				l.t = t
				n++
				l.unknownValue(s, policy+": "+choice, fmt.Sprintf("new%d.com", n))
			})
		}
	}
}

// unknownValue imports two records with the second value and a value that is not there. For a reference that value is a domain.
func (l *lab) unknownValue(s sample, policy, unknown string) {
	l.t.Helper()
	_, choice, _ := strings.Cut(policy, ": ")
	held, cell := unknown, unknown
	if strings.HasSuffix(s.attribute, "reference") {
		held = "companies/" + unknown
	}
	wantKnown, wantUnknown := s.held[1], held
	if s.multi {
		cell += ";" + s.cells[1]
		both := []string{s.held[1], held}
		slices.Sort(both)
		wantUnknown = strings.Join(both, " ")
	}
	known, strange := unknown+"-known", unknown+"-strange"
	l.before(s, known, 1)
	l.before(s, strange, 1)
	var rejects []string
	switch choice {
	case "skip":
		wantUnknown = s.held[0]
		if s.multi {
			wantUnknown = s.held[1]
		}
	case "reject", "defer":
		wantUnknown = s.held[0]
		rejects = []string{"2 unknown-option"}
		if strings.HasSuffix(s.attribute, "reference") {
			rejects = []string{"2 unresolved-reference"}
		}
	}
	for pass := range 2 {
		out := l.run(s.object+" "+s.match, s.columns(policy), "Key,Cell", known+","+s.cells[1], strange+","+cell)
		if !slices.Equal(out.rejects, rejects) || int(out.Upserted) != 2-len(rejects) {
			l.t.Fatalf("import %d: %+v, want rejects %v", pass+1, out, rejects)
		}
		for key, want := range map[string]string{known: wantKnown, strange: wantUnknown} {
			if got := l.held(s.object, s.match, key, s.attribute); got != want {
				l.t.Errorf("import %d: %s holds %q, want %q", pass+1, key, got, want)
			}
		}
	}
}
