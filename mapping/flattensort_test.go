package mapping_test

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// sortedBy is an export of everything in an order.
func sortedBy(t *testing.T, schema *crm.Schema, others mapping.Schemas, sorts string) *mapping.Flat {
	t.Helper()
	job, wrong := jobs.Parse("job.yaml", []byte("version: 1\nexport:\n  from: {object: people}\n  sorts: ["+sorts+"]\n  to: {path: p.csv}\n"), nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	flat, wanted, wrong := mapping.Flatten(job, schema, nil, others)
	if len(wrong) > 0 || len(wanted) > 0 || !flat.Sorted() {
		t.Fatal(wanted, wrong)
	}
	return flat
}

// Values of every type stand in the order of their keys, and in descending order the other way round, but for what has none.
func TestSortKey(t *testing.T) {
	moment := func(s string) crm.Timestamp {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return crm.Timestamp(at)
	}
	choices := []crm.Choice{{ID: "2", Title: "Zebra"}, {ID: "1", Title: "Ant"}}
	for _, test := range []struct {
		path   string
		attr   crm.Attribute
		values []crm.Value // in their order
	}{
		{"a", crm.Attribute{Type: crm.TypeText}, []crm.Value{
			crm.Text("Ada"), crm.Text("ada"), crm.Text("ada lovelace"), crm.Text("adam"), crm.Text("b\x00"), crm.Text("b\x00\x00"), crm.Text("b\x01"), crm.Text("Z"), crm.Text("é"),
		}},
		{"a", crm.Attribute{Type: crm.TypeNumber}, []crm.Value{
			crm.Number(-1e300), crm.Number(-2.5), crm.Number(-2), crm.Number(0), crm.Number(1e-9), crm.Number(10), crm.Number(9e15),
		}},
		{"a", crm.Attribute{Type: crm.TypeRating}, []crm.Value{crm.Rating(0), crm.Rating(1), crm.Rating(5)}},
		{"a", crm.Attribute{Type: crm.TypeCheckbox}, []crm.Value{crm.Checkbox(false), crm.Checkbox(true)}},
		{"a.amount", crm.Attribute{Type: crm.TypeCurrency}, []crm.Value{
			crm.Currency{Amount: "-100"},
			crm.Currency{Amount: "-99.99"},
			crm.Currency{Amount: "-0.05"},
			crm.Currency{Amount: "0.00"},
			crm.Currency{Amount: "0.0001"},
			crm.Currency{Amount: "9.5"},
			crm.Currency{Amount: "9.51"},
			crm.Currency{Amount: "10"},
			crm.Currency{Amount: "12345678901234567890.1"},
		}},
		{"a", crm.Attribute{Type: crm.TypeDate}, []crm.Value{
			crm.Date{Year: 1, Month: 1, Day: 1}, crm.Date{Year: 1969, Month: 12, Day: 31}, crm.Date{Year: 1970, Month: 1, Day: 1}, crm.Date{Year: 9999, Month: 12, Day: 31},
		}},
		{"a", crm.Attribute{Type: crm.TypeTimestamp}, []crm.Value{
			moment("1815-12-10T00:00:00Z"), moment("2024-01-01T00:30:00+01:00"), moment("2024-01-01T00:00:00Z"), moment("2024-01-01T00:00:00.000000001Z"),
		}},
		{"a", crm.Attribute{Type: crm.TypeStatus, Choices: choices}, []crm.Value{
			crm.Status{ID: "2", Title: "Zebra"}, crm.Status{ID: "1", Title: "Ant"}, crm.Status{Title: "bee"}, crm.Status{Title: "Cat"},
		}},
		{"a", crm.Attribute{Type: crm.TypeSelect, Choices: choices}, []crm.Value{crm.Select{ID: "2", Title: "Zebra"}, crm.Select{ID: "1", Title: "Ant"}}},
		{"a.last_name", crm.Attribute{Type: crm.TypePersonalName}, []crm.Value{crm.PersonalName{First: "Z", Last: "Byron"}, crm.PersonalName{First: "A", Last: "Lovelace"}}},
		{"a.latitude", crm.Attribute{Type: crm.TypeLocation}, []crm.Value{crm.Location{Latitude: "-9.5"}, crm.Location{Latitude: "9.5"}, crm.Location{Latitude: "10"}}},
		{"a.at", crm.Attribute{Type: crm.TypeInteraction}, []crm.Value{crm.Interaction{At: time.Unix(1, 0)}, crm.Interaction{At: time.Unix(1, 1)}}},
		{"a", crm.Attribute{Type: crm.TypeEmailAddress}, []crm.Value{crm.EmailAddress("a@x.com"), crm.EmailAddress("b@x.com")}},
	} {
		test.attr.Slug = "a"
		schema := &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{test.attr}}
		up := sortedBy(t, schema, nil, "{attribute: "+test.path+"}")
		down := sortedBy(t, schema, nil, "{attribute: "+test.path+", direction: desc}")
		records := []crm.Record{{ID: "none"}}
		for _, v := range slices.Backward(test.values) {
			records = append(records, crm.Record{Values: map[string][]crm.Value{"a": {v}}})
		}
		slices.SortFunc(records, func(x, y crm.Record) int { return bytes.Compare(up.SortKey(&x, nil), up.SortKey(&y, nil)) })
		for i, v := range test.values {
			if got := records[i].Values["a"]; len(got) != 1 || got[0] != v {
				t.Errorf("%s %s: at %d stands %v, want %v", test.attr.Type, test.path, i, got, v)
			}
		}
		slices.SortFunc(records, func(x, y crm.Record) int { return bytes.Compare(down.SortKey(&x, nil), down.SortKey(&y, nil)) })
		for i, v := range test.values {
			if got := records[len(test.values)-1-i].Values["a"]; len(got) != 1 || got[0] != v {
				t.Errorf("%s %s descending: %v is not at its place", test.attr.Type, test.path, v)
			}
		}
		if records[len(records)-1].ID != "none" {
			t.Errorf("%s %s descending: what has no value is not the last", test.attr.Type, test.path)
		}
	}
}

// The order of amounts is that of the numbers, whatever their digits.
func TestSortKeyOfAmounts(t *testing.T) {
	flat := sortedBy(t, &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{{Slug: "a", Type: crm.TypeCurrency}}}, nil, "a.amount")
	rng := rand.New(rand.NewPCG(1, 2))
	amount := func() string {
		text := fmt.Sprint(rng.IntN(200))
		if rng.IntN(2) == 0 {
			text += "." + fmt.Sprint(rng.IntN(100))
		}
		if rng.IntN(2) == 0 {
			text = "-" + text
		}
		return text
	}
	key := func(text string) []byte {
		return flat.SortKey(&crm.Record{Values: map[string][]crm.Value{"a": {crm.Currency{Amount: text}}}}, nil)
	}
	for range 2000 {
		x, y := amount(), amount()
		a, _ := new(big.Rat).SetString(x)
		b, _ := new(big.Rat).SetString(y)
		if got, want := bytes.Compare(key(x), key(y)), a.Cmp(b); got != want {
			t.Fatalf("%s and %s compare as %d, want %d", x, y, got, want)
		}
	}
}

// Several keys count one after the other; of several values the smallest or, descending, the largest; paths lead to other records.
func TestSortKeysTogether(t *testing.T) {
	schema := &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
		{Slug: "tags", Type: crm.TypeText, Multi: true}, {Slug: "company", Type: crm.TypeRecordReference, AllowedObjects: []string{"companies"}},
	}}
	companies := &crm.Schema{Target: crm.Target{Object: "companies"}, Attributes: []crm.Attribute{{Slug: "name", Type: crm.TypeText}}}
	record := func(id, company string, tags ...string) crm.Record {
		r := crm.Record{ID: id, Values: map[string][]crm.Value{}}
		for _, tag := range tags {
			r.Values["tags"] = append(r.Values["tags"], crm.Text(tag))
		}
		if company != "" {
			r.Values["company"] = []crm.Value{crm.RecordReference{ID: company}}
		}
		return r
	}
	related := func(_, id string) (*crm.Record, bool) {
		return &crm.Record{ID: id, Values: map[string][]crm.Value{"name": {crm.Text(id)}}}, true
	}
	records := []crm.Record{record("1", "b", "x"), record("2", "", "a"), record("3", "a", "b", "z"), record("4", "b", "a", "y"), record("5", "a", "c")}
	for _, test := range []struct{ sorts, want string }{
		{"company.name, tags", "3 5 4 1 2"},
		{"{attribute: company.name, direction: desc}, {attribute: tags, direction: desc}", "4 1 3 5 2"},
		{"tags, record_id", "2 4 3 5 1"},
		{"{attribute: record_id, direction: desc}", "5 4 3 2 1"},
	} {
		flat := sortedBy(t, schema, mapping.Schemas{"companies": companies}, test.sorts)
		if missing := flat.Missing(records, func(string, string) (*crm.Record, bool) { return nil, false }); strings.Contains(test.sorts, "company") && len(missing["companies"]) != 2 {
			t.Errorf("%s: %v is to be found", test.sorts, missing)
		}
		in := slices.Clone(records)
		slices.SortFunc(in, func(x, y crm.Record) int { return bytes.Compare(flat.SortKey(&x, related), flat.SortKey(&y, related)) })
		var got []string
		for _, r := range in {
			got = append(got, r.ID)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", test.sorts, got, test.want)
		}
	}
}

func TestSortsThatCannotBe(t *testing.T) {
	for sorts, want := range map[string]string{
		"nam":                             `job.yaml:4:11: unknown-attribute: people has no attribute "nam": got "nam"; did you mean "name"?`,
		"name":                            `job.yaml:4:11: unknown-part: name has several parts, and the order is by one of them: got "name"; one of name.first_name, name.last_name, name.full_name`,
		"company":                         `job.yaml:4:11: not-applicable: company points to records, which have no order of their own: got "company"; sort by one of their attributes: company.name`,
		"anything.name":                   `job.yaml:4:11: unknown-object: anything may point to records of several objects, so that the path has no attribute to lead to: got "anything.name"; end the path at anything, which gives the ids`,
		"{attribute: age, direction: up}": `job.yaml:4:39: unknown-choice: sort 1.direction is none of its choices: got "up", want asc or desc`,
		"{direction: asc}":                `job.yaml:4:11: required-key: sort 1 has no "attribute": the path of an attribute, such as created_at`,
		"":                                `job.yaml:4:10: no-value: export.sorts lists nothing to sort by; leave it out for the order of creation`,
	} {
		job, findings := jobs.Parse("job.yaml", []byte("version: 1\nexport:\n  from: {object: people}\n  sorts: ["+sorts+"]\n  to: {path: p.csv}\n"), nil)
		if len(findings) == 0 {
			_, _, findings = mapping.Flatten(job, exported, nil, nil)
		}
		if len(findings) != 1 || findings[0].String() != want {
			t.Errorf("%s: got %v\nwant %s", sorts, findings, want)
		}
	}
}
