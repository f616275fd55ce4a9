package importer

import (
	"fmt"
	"testing"

	"attio-etl/crm"
)

func selects(titles ...string) []crm.Value {
	var values []crm.Value
	for _, t := range titles {
		values = append(values, crm.Select{ID: "id " + t, Title: t})
	}
	return values
}

func TestAmend(t *testing.T) {
	schema := &crm.Schema{Attributes: []crm.Attribute{{Slug: "tags", Type: crm.TypeSelect, Multi: true}, {Slug: "note", Type: crm.TypeText}}}
	tags := func(mode crm.WriteMode, titles ...string) crm.Field {
		return crm.Field{Attribute: "tags", Values: selects(titles...), Write: mode}
	}
	for _, c := range []struct {
		name       string
		have       []crm.Value
		field      crm.Field
		patch, put string
	}{
		{"append to none", nil, tags(crm.Append, "a", "b"), "a b", ""},
		{"append what is lacking", selects("a"), tags(crm.Append, "a", "b"), "b", ""},
		{"append what is there", selects("b", "a"), tags(crm.Append, "a", "b"), "", ""},
		{"append nothing", selects("a"), tags(crm.Append), "", ""},
		{"if empty, and it is", nil, tags(crm.IfEmpty, "a"), "a", ""},
		{"if empty, and it is not", selects("b"), tags(crm.IfEmpty, "a"), "", ""},
		{"if empty, with nothing", nil, tags(crm.IfEmpty), "", ""},
		{"remove one of two", selects("a", "b"), tags(crm.Remove, "a"), "", "b"},
		{"remove the last", selects("a"), tags(crm.Remove, "a"), "", "none"},
		{"remove what is not there", selects("a"), tags(crm.Remove, "b"), "", ""},
		{"replace by others", selects("a"), tags(crm.Replace, "b"), "", "b"},
		{"replace by the same", selects("b", "a"), tags(crm.Replace, "a", "b"), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			record := crm.Record{ID: "r", Values: map[string][]crm.Value{"tags": c.have}}
			patch, put, finding := amend(schema, record, []crm.Field{c.field})
			if finding != nil || titles(patch) != c.patch || titles(put) != c.put {
				t.Errorf("patch %q, put %q, %v; want %q and %q", titles(patch), titles(put), finding, c.patch, c.put)
			}
		})
	}
}

// titles is the values of the only field, "" for no field and "none" for one that clears.
func titles(fields []crm.Field) string {
	if len(fields) == 0 {
		return ""
	}
	text := ""
	for i, v := range fields[0].Values {
		if i > 0 {
			text += " "
		}
		s, _ := v.(crm.Select)
		text += s.Title
	}
	if text == "" {
		return "none"
	}
	return text
}

func TestAmendLeavesAloneWhatItCannotRead(t *testing.T) {
	schema := &crm.Schema{Attributes: []crm.Attribute{{Slug: "tags", Type: crm.TypeSelect, Multi: true}}}
	record := crm.Record{ID: "r", Unread: []string{"tags"}}
	for _, mode := range []crm.WriteMode{crm.Append, crm.IfEmpty, crm.Remove} {
		patch, put, finding := amend(schema, record, []crm.Field{{Attribute: "tags", Values: selects("a"), Write: mode}})
		if finding == nil || finding.Code != "unreadable-value" || patch != nil || put != nil {
			t.Errorf("mode %d: patch %v, put %v, %v: what is there is not known", mode, patch, put, finding)
		}
	}
}

func TestSplit(t *testing.T) {
	fields := []crm.Field{{Attribute: "a"}, {Attribute: "b", Write: crm.Append}, {Attribute: "c"}, {Attribute: "d", Write: crm.IfEmpty}}
	asserted, amended := split(fields)
	if got := fmt.Sprint(asserted, amended); got != fmt.Sprint([]crm.Field{fields[0], fields[2]}, []crm.Field{fields[1], fields[3]}) {
		t.Errorf("got %s", got)
	}
}
