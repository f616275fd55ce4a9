package attio

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// staged is a scene of people, of whom each attribute type has one attribute, with companies and a list beside them.
func staged(target crm.Target) *scene {
	var people []crm.Attribute
	for _, typ := range everyType {
		a := crm.Attribute{Slug: slugOf(typ), Type: typ}
		if typ == crm.TypeRecordReference {
			a.AllowedObjects = []string{"companies"}
		}
		people = append(people, a)
	}
	people = append(people,
		crm.Attribute{Slug: "anything", Type: crm.TypeRecordReference},
		crm.Attribute{Slug: "hologram", Type: "hologram"})
	known := map[crm.Target][]crm.Attribute{
		{Object: "people"}: people,
		{Object: "companies"}: {
			{Slug: "name", Type: crm.TypeText},
			{Slug: "categories", Type: crm.TypeSelect, Multi: true},
			{Slug: "domains", Type: crm.TypeDomain},
			{Slug: "parent", Type: crm.TypeRecordReference, AllowedObjects: []string{"companies"}},
		},
		{List: "sales"}: {{Slug: "heat", Type: crm.TypeRating}},
	}
	return &scene{target: target, schema: func(t crm.Target) (*crm.Schema, error) {
		return &crm.Schema{Target: t, Attributes: known[t]}, nil
	}}
}

// spell is a filter of the job language in a contract's words, or the findings.
func spell(t *testing.T, s contract, target crm.Target, filter string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(filter))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	f, err := crm.ParseFilter(plain)
	if err != nil {
		return "error: " + err.Error()
	}
	spelled, findings, err := s.where(f, staged(target))
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) > 0 {
		var lines []string
		for _, finding := range findings {
			lines = append(lines, finding.String())
		}
		return strings.Join(lines, "\n      ")
	}
	text, err := encode(spelled)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sample is a value that a property can be compared with.
func sample(k valueKind) string {
	return map[valueKind]string{textKind: `"x"`, numberKind: `5`, boolKind: `true`, dateKind: `"2024-01-31"`, timeKind: `"2024-01-31T12:00:00+02:00"`}[k]
}

// TestEveryOperator holds each operator on each property of each type, in each contract.
func TestEveryOperator(t *testing.T) {
	people := crm.Target{Object: "people"}
	var text strings.Builder
	for _, typ := range append(everyType, "hologram") {
		properties, main := filterable(typ)
		if main && properties[0].name != "" || !main {
			properties = append([]property{{kind: properties[0].kind}}, properties...)
		}
		for _, p := range properties {
			name := strings.TrimSuffix(slugOf(typ)+"."+p.name, ".")
			fmt.Fprintf(&text, "%s\n", name)
			for _, o := range crm.Operators() {
				value := sample(p.kind)
				switch o {
				case crm.In, crm.NotIn:
					value = fmt.Sprintf("[%s, %s]", value, value)
				case crm.Exists, crm.NotExists:
					value = "true"
				default:
				}
				filter := fmt.Sprintf(`{"%s": {"%s": %s}}`, name, o, value)
				fmt.Fprintf(&text, "  %s\n    %s\n", o, spell(t, current{}, people, filter))
				fmt.Fprintf(&text, "    %s\n", spell(t, reference{}, people, filter))
			}
		}
	}
	golden(t, "operators.txt", text.String())
}

// TestFilters holds what is more than one operator on one attribute.
func TestFilters(t *testing.T) {
	people, sales := crm.Target{Object: "people"}, crm.Target{List: "sales"}
	var text strings.Builder
	for _, filter := range []string{
		`{}`,
		`{"text": "Ada"}`,
		`{"text": "Ada", "checkbox": true}`,
		`{"personal_name": {"last_name": "Lovelace"}}`,
		`{"personal_name": {"full_name": {"$contains": "A", "$starts_with": "B"}, "first_name": {"$eq": "Ada"}}}`,
		`{"personal_name.last_name": {"$starts_with": "L"}}`,
		`{"$and": [{"email_address": {"$ends_with": "@acme.com"}}, {"record_reference.categories": "Software"}]}`,
		`{"$or": [{"text": "a"}, {"$not": {"number": {"$gt": 5}}}]}`,
		`{"$not": {"text": "a", "number": 5}}`,
		`{"record_reference.parent.name": {"$contains": "x"}}`,
		`{"record_reference.domains": {"$in": ["a.com", "b.com"]}}`,
		`{"record_reference.categories": {"$exists": true}}`,
		`{"record_reference.categories": {"$nin": ["A", "B"]}}`,
		`{"path": [["people", "record_reference"], ["companies", "name"]], "constraints": {"value": {"$contains": "x"}}}`,
		`{"path": [["people", "anything"], ["companies", "name"]], "constraints": "x"}`,
		`{"path": [["companies", "name"]], "constraints": "x"}`,
		`{"path": [["people", "text"], ["companies", "name"]], "constraints": "x"}`,
		`{"anything.name": "x"}`,
		`{"anything": "` + recordID + `"}`,
		`{"anything": {"target_object": "companies", "target_record_id": "` + recordID + `"}}`,
		`{"actor_reference": {"referenced_actor_type": "workspace-member", "referenced_actor_id": "` + memberID + `"}}`,
		`{"record_id": {"$in": ["` + recordID + `"]}}`,
		`{"created_at": {"$gte": "2024-01-01", "$lt": "2024-02-01"}}`,
		`{"created_at": {"$gt": "2024-12-31"}}`,
		`{"created_at": {"$lte": "2024-02-28"}}`,
		`{"created_at": "2024-02-29"}`,
		`{"created_at": {"$ne": "2024-02-29"}}`,
		`{"created_at": {"$in": ["2024-02-29", "2024-03-01T10:00:00Z"]}}`,
		`{"created_at": {"$eq": "2024-02-29", "$gte": "2024-02-29T12:00:00Z"}}`,
		`{"created_at": {"$gte": "2024-02-29", "$gt": "2024-02-28"}}`,
		`{"$not": {"created_at": {"$gte": "2024-02-29", "$lt": "2024-03-01"}}}`,
		`{"$not": {"$or": [{"text": "a"}, {"$not": {"number": {"$exists": true}}}]}}`,
		`{"$not": {"text": {"$contains": "a"}}}`,
		`{"created_at": {"$nin": ["2024-02-29"]}}`,
		`{"created_at": {"$gte": "yesterday"}}`,
		`{"created_at": {"$gte": "2024-01-01T10:00"}}`,
		`{"status": {"active_from": {"$gte": "2024-01-01"}}}`,
		`{"interaction": {"interacted_at": {"$lt": "2024-01-01"}, "interaction_type": "email"}}`,
		`{"number": {"$gte": 5, "$lte": 10, "$ne": 7}}`,
		`{"number": "five"}`,
		`{"number": "5.50"}`,
		`{"text": 5}`,
		`{"checkbox": "yes"}`,
		`{"date": "2024-02-30"}`,
		`{"date": "2024-02-28T10:00:00Z"}`,
		`{"nothing": 1, "text": {"$lt": 2}, "location": "here", "phone_number.type": "mobile"}`,
		`{"text": {"$not_empty": true}}`,
		`{"text": {"$not_empty": false}}`,
		`{"text": {"value": {"$contains": "x"}}}`,
		`{"hologram": "x"}`,
	} {
		fmt.Fprintf(&text, "%s\n  %s\n  %s\n", filter, spell(t, current{}, people, filter), spell(t, reference{}, people, filter))
	}
	for _, filter := range []string{
		`{"heat": {"$gte": 3}}`,
		`{"path": [["sales", "parent_record"], ["companies", "name"]], "constraints": {"value": "x"}}`,
		`{"entry_id": "e"}`,
		`{"record_id": "r"}`,
	} {
		fmt.Fprintf(&text, "entries: %s\n  %s\n", filter, spell(t, current{}, sales, filter))
	}
	golden(t, "filters.txt", text.String())
}

// TestDayBounds holds what a day means on a point in time, by moments on either side of its ends.
func TestDayBounds(t *testing.T) {
	moments := []string{"2024-02-28T23:59:59.999999999Z", "2024-02-29T00:00:00.000000000Z", "2024-02-29T23:59:59.999999999Z", "2024-03-01T00:00:00.000000000Z"}
	for o, want := range map[crm.Operator][]bool{
		crm.Equal:          {false, true, true, false},
		crm.Greater:        {false, false, false, true},
		crm.GreaterOrEqual: {false, true, true, true},
		crm.Less:           {true, false, false, false},
		crm.LessOrEqual:    {true, true, true, false},
	} {
		for i, at := range moments {
			holds := true
			for _, bound := range dayBounds("", o, "2024-02-29") {
				limit, _ := bound.value.(string)
				if bound.op == "$gte" {
					holds = holds && at >= limit // the spelling has one length, so that texts compare as times
				} else {
					holds = holds && at < limit
				}
			}
			if holds != want[i] {
				t.Errorf("%s is %s 2024-02-29: %v, want %v", at, o, holds, want[i])
			}
		}
	}
}

func TestCheckFilter(t *testing.T) {
	c := connectTo(t, &wiretap{}, Current)
	list, err := c.CheckFilter(t.Context(), crm.Target{Object: "people"}, crm.And{
		crm.Compare{Path: []crm.Step{{Attribute: "nothing"}}, Operator: crm.Equal, Value: "x"},
		crm.Compare{Path: []crm.Step{{Attribute: "text"}}, Operator: crm.Less, Value: "x"},
		crm.And{},
		nil,
	})
	var codes []string
	for _, f := range list {
		codes = append(codes, f.Code)
	}
	if want := "unknown-attribute filter-operator filter-value filter-value"; err != nil || strings.Join(codes, " ") != want {
		t.Errorf("got %v (%v), want %s", list, err, want)
	}
	if list, err := c.CheckFilter(t.Context(), crm.Target{Object: "people"}, nil); len(list) > 0 || err != nil {
		t.Errorf("no filter: %v, %v", list, err)
	}
}

// TestBadFilterIsNotSent: what the API would refuse, or worse ignore, costs no request but the schema's.
func TestBadFilterIsNotSent(t *testing.T) {
	tap := &wiretap{}
	c := connectTo(t, tap, Current)
	bad := crm.Compare{Path: []crm.Step{{Attribute: "text"}}, Operator: crm.Less, Value: "x"}
	err := last(c.QueryRecords(t.Context(), crm.Target{Object: "people"}, crm.Query{Filter: bad}))
	var findings diag.List
	if !errors.As(err, &findings) || findings[0].Code != "filter-operator" || strings.Contains(tap.sent.String(), "query") {
		t.Errorf("%v, sent\n%s", err, tap.sent.String())
	}
}
