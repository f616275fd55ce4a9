package sandbox

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func (b *bench) export(o ExportOptions) string {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.server.ExportState(b.t.Context(), &out, o); err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}

// busy makes a state in which there is something of everything.
func busy(b *bench) {
	b.t.Helper()
	acme := b.create("companies", `{"domains":["acme.example"],"name":"Acme","categories":["B2B"]}`)
	b.ok("PATCH", "/v2/objects/companies/records/"+acme, values(`{"name":"Acme Ltd"}`))
	b.create("people", `{"name":"Lovelace, Ada","email_addresses":["ada@acme.example"],"company":"acme.example"}`)
	b.list("target", "companies")
	b.ok("POST", "/v2/lists/target/attributes", attributeBody("stage", typeStatus, false, "{}"))
	b.ok("POST", "/v2/lists/target/attributes/stage/statuses", `{"data":{"title":"New"}}`)
	entry := b.ok("POST", "/v2/lists/target/entries", entryBody(acme, "companies", `{"stage":"New"}`)).text("data", "id", "entry_id")
	b.ok("POST", "/v2/notes", noteBody(acme, "Hello"))
	b.ok("POST", "/v2/tasks", taskBody("Call", fmt.Sprintf(`[{"target_object":"companies","target_record_id":%q}]`, acme)))
	b.ok("POST", "/v2/comments", fmt.Sprintf(`{"data":{"format":"plaintext","content":"Hm","author":{"type":"workspace-member","id":%q},"entry":{"list":"target","entry_id":%q}}}`, memberID, entry))
	b.ok("POST", "/v2/webhooks", `{"data":{"target_url":"https://x.example/","subscriptions":[{"event_type":"record.created","filter":null}]}}`)
}

func TestStateRoundTrip(t *testing.T) {
	b := open(t, Options{})
	busy(b)
	want := b.export(ExportOptions{})
	other := open(t, Options{Dir: t.TempDir()})
	other.create("companies", `{"domains":["gone.example"]}`)
	if err := other.server.ImportState(t.Context(), strings.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	if got := other.export(ExportOptions{}); got != want {
		t.Errorf("after import:\n%s\nwant:\n%s", got, want)
	}
	if n := len(other.query("companies", `{"filter":{"domains":{"$ends_with":"example"}}}`)); n != 1 {
		t.Errorf("%d companies, want 1", n)
	}
	other.refused(400, "uniqueness_conflict", "POST", "/v2/objects/companies/records", values(`{"domains":["acme.example"]}`))
	if x := other.ok("GET", "/v2/self", ""); x.text("workspace_id") != b.server.workspace {
		t.Errorf("workspace %v", x.v)
	}
	if x := other.ok("GET", "/v2/objects/people/records/"+other.query("people", "")[0], ""); x.len("data", "values", "company") != 1 || x.len("data", "values", "record_id") != 1 {
		t.Errorf("person: %v", x.v)
	}
}

// Two sandboxes to which the same was done are the same in the comparable form, although all ids and times differ.
func TestComparableState(t *testing.T) {
	one, two := open(t, Options{}), open(t, Options{})
	busy(one)
	busy(two)
	got, want := one.export(ExportOptions{Comparable: true}), two.export(ExportOptions{Comparable: true})
	if got != want {
		t.Errorf("%s\n%s", got, want)
	}
	for _, part := range []string{`"company":[{"value":"companies:domains=acme.example"}]`, `"parent":"domains=acme.example"`, `{"value":"New"}`, `"Acme Ltd"`} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is missing in\n%s", part, got)
		}
	}
	two.create("companies", `{"domains":["b.example"]}`)
	if two.export(ExportOptions{Comparable: true}) == want {
		t.Error("a new record makes no difference")
	}
}

func TestImportRefused(t *testing.T) {
	b := open(t, Options{})
	busy(b)
	before := b.export(ExportOptions{})
	acme := b.query("companies", "")[0]
	entryParent := `"parent":"` + acme + `","created_at"`
	twice := func(line string) string {
		return strings.Replace(before, line, line+",\n"+strings.Replace(line, `"id":"`, `"id":"`, 1), 1)
	}
	for name, text := range map[string]string{
		"empty": "", "no object": "[]", "cut": before[:len(before)/2], "version": strings.Replace(before, `"version":1`, `"version":9`, 1), "nothing in it": "{}",
		"section": strings.Replace(before, `"documents"`, `"papers"`, 1), "attribute": strings.Replace(before, `"values":{"company"`, `"values":{"nope"`, 1),
		"duplicate": twice(lineWith(before, `"object":"companies"`)), "parent of a list": strings.Replace(before, `"parent":"`, `"parent":"0`, 1),
		"parent of an entry": strings.Replace(before, entryParent, `"parent":"x","created_at"`, 1),
		"choice":             strings.Replace(before, `{"option":"`, `{"option":"x`, 1), "time": strings.Replace(before, `"created_at":"2`, `"created_at":"x`, 1),
	} {
		if err := b.server.ImportState(t.Context(), strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if after := b.export(ExportOptions{}); after != before {
			t.Fatalf("%s: the old state is gone", name)
		}
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return strings.TrimRight(line, ",]\n")
		}
	}
	return part
}

func TestStateOverHTTP(t *testing.T) {
	b := open(t, Options{})
	busy(b)
	want := b.export(ExportOptions{Comparable: true})
	full := b.export(ExportOptions{})
	status, x := b.do("GET", "/_sandbox/state?comparable=true", "")
	if status != 200 || x.len("records") != 3 {
		t.Errorf("%d %v", status, x.v)
	}
	other := open(t, Options{})
	other.ok("PUT", "/_sandbox/state", full)
	if got := other.export(ExportOptions{Comparable: true}); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	other.refused(400, codeValidation, "PUT", "/_sandbox/state", "{}")
}
