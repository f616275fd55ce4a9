package sandbox

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func noteBody(company, title string) string {
	return fmt.Sprintf(`{"data":{"parent_object":"companies","parent_record_id":%q,"title":%q,"format":"plaintext","content":"Text"}}`, company, title)
}

func TestNotes(t *testing.T) {
	b := open(t, Options{})
	acme, other := b.create("companies", `{"name":"Acme"}`), b.create("companies", `{"name":"Other"}`)
	x := b.ok("POST", "/v2/notes", fmt.Sprintf(`{"data":{"parent_object":"companies","parent_record_id":%q,"title":"T","format":"markdown",
		"content":"# Head\n**bold** [link](https://x.example)","created_at":"2020-01-02T03:04:05Z"}}`, acme))
	id := x.text("data", "id", "note_id")
	want := map[string]any{
		"id":            map[string]any{"workspace_id": b.server.workspace, "note_id": id},
		"parent_object": "companies", "parent_record_id": acme, "title": "T", "content_plaintext": "Head\nbold link",
		"content_markdown": "# Head\n**bold** [link](https://x.example)", "tags": []any{}, "meeting_id": nil,
		"created_by_actor": map[string]any{"type": "api-token", "id": tokenID}, "created_at": "2020-01-02T03:04:05.000000000Z",
	}
	if !reflect.DeepEqual(x.get("data"), any(want)) {
		t.Errorf("note = %v, want %v", x.get("data"), want)
	}
	if got := b.ok("GET", "/v2/notes/"+id, ""); !reflect.DeepEqual(got.v, x.v) {
		t.Errorf("get: %v", got.v)
	}
	for i := range 60 {
		b.ok("POST", "/v2/notes", noteBody(other, fmt.Sprint(i)))
	}
	for query, n := range map[string]int{
		"": 10, "?limit=50": 50, "?limit=50&offset=50": 11, "?limit=50&offset=61": 0, "?parent_object=companies&parent_record_id=" + acme: 1,
		"?parent_object=companies&limit=50&offset=20": 41, "?parent_object=people": 0, "?nothing=1&parent_record_id=" + other: 10,
	} {
		if x := b.ok("GET", "/v2/notes"+query, ""); x.len("data") != n {
			t.Errorf("%s: %d notes, want %d", query, x.len("data"), n)
		}
	}
	if x := b.ok("GET", "/v2/notes?limit=2", ""); x.text("data", 0, "title") != "T" || x.text("data", 1, "title") != "0" {
		t.Errorf("not the oldest first: %v", x.v)
	}
	b.refused(400, codeValidation, "GET", "/v2/notes?limit=51", "")
	b.refused(400, codeValueNotFound, "POST", "/v2/notes", noteBody(tokenID, "x"))
	b.refused(400, codeValidation, "POST", "/v2/notes", strings.Replace(noteBody(acme, "x"), `"format":"plaintext",`, "", 1))
	b.refused(400, codeValidation, "POST", "/v2/notes", strings.Replace(noteBody(acme, "x"), `"plaintext"`, `"html"`, 1))
	b.refused(413, codeValidation, "POST", "/v2/notes", strings.Replace(noteBody(acme, "x"), `"Text"`, `"`+strings.Repeat("x", maxNote+1)+`"`, 1))
	b.ok("DELETE", "/v2/notes/"+id, "")
	b.refused(404, "not_found", "GET", "/v2/notes/"+id, "")
	b.ok("DELETE", "/v2/objects/companies/records/"+other, "")
	if x := b.ok("GET", "/v2/notes", ""); x.len("data") != 0 {
		t.Errorf("notes of a deleted record: %v", x.v)
	}
}

func taskBody(content, links string) string {
	return fmt.Sprintf(`{"data":{"content":%q,"format":"plaintext","deadline_at":null,"is_completed":false,"linked_records":%s,"assignees":[]}}`, content, links)
}

func TestTasks(t *testing.T) {
	b := open(t, Options{})
	acme := b.create("companies", `{"domains":["acme.example"]}`)
	x := b.ok("POST", "/v2/tasks", fmt.Sprintf(`{"data":{"content":"Call","format":"plaintext","deadline_at":"2026-01-02T03:04:05Z","is_completed":true,
		"linked_records":[{"target_object":"companies","target_record_id":%q}],"assignees":[{"workspace_member_email_address":"grace@sandbox.example"}]}}`, acme))
	id := x.text("data", "id", "task_id")
	grace := seedID("member", "grace@sandbox.example")
	want := map[string]any{
		"id": map[string]any{"workspace_id": b.server.workspace, "task_id": id}, "content_plaintext": "Call",
		"deadline_at": "2026-01-02T03:04:05.000000000Z", "is_completed": true, "completed_at": x.text("data", "completed_at"),
		"linked_records":   []any{map[string]any{"target_object_id": "companies", "target_record_id": acme}},
		"assignees":        []any{map[string]any{"referenced_actor_type": "workspace-member", "referenced_actor_id": grace}},
		"created_by_actor": map[string]any{"type": "api-token", "id": tokenID}, "created_at": x.text("data", "created_at"),
	}
	if !reflect.DeepEqual(x.get("data"), any(want)) {
		t.Errorf("task = %v, want %v", x.get("data"), want)
	}
	open1 := b.ok("POST", "/v2/tasks", taskBody("Write", `[{"target_object":"companies","domains":[{"domain":"acme.example"}]}]`)).text("data", "id", "task_id")
	b.ok("POST", "/v2/tasks", taskBody("Alone", `[]`))
	for query, n := range map[string]int{
		"": 3, "?limit=2": 2, "?limit=2&offset=2": 1, "?is_completed=true": 1, "?is_completed=false": 2, "?assignee=grace@sandbox.example": 1,
		"?assignee=" + grace: 1, "?assignee=null": 2, "?linked_object=companies&linked_record_id=" + acme: 2, "?status=open": 3,
		"?is_completed=false&assignee=" + grace: 0,
	} {
		if x := b.ok("GET", "/v2/tasks"+query, ""); x.len("data") != n {
			t.Errorf("%s: %d tasks, want %d", query, x.len("data"), n)
		}
	}
	for sort, first := range map[string]string{"created_at:asc": "Call", "created_at:desc": "Alone", "completed_at:asc": "Call"} {
		if x := b.ok("GET", "/v2/tasks?sort="+sort, ""); x.text("data", 0, "content_plaintext") != first {
			t.Errorf("%s: first %v", sort, x.get("data", 0))
		}
	}
	y := b.ok("PATCH", "/v2/tasks/"+open1, fmt.Sprintf(`{"data":{"is_completed":true,"assignees":[{"referenced_actor_type":"workspace-member","referenced_actor_id":%q}]}}`, grace))
	if y.get("data", "is_completed") != true || y.len("data", "assignees") != 1 || y.len("data", "linked_records") != 1 {
		t.Errorf("patched: %v", y.v)
	}
	b.refused(400, codeValidation, "PATCH", "/v2/tasks/"+open1, `{"data":{"content":"other"}}`)
	b.refused(400, codeValidation, "POST", "/v2/tasks", `{"data":{"content":"x"}}`)
	b.refused(400, codeValidation, "POST", "/v2/tasks", taskBody(strings.Repeat("x", 2001), `[]`))
	b.refused(400, codeValueNotFound, "POST", "/v2/tasks", taskBody("x", `[{"target_object":"companies","domains":["none.example"]}]`))
	b.refused(400, codeValidation, "GET", "/v2/tasks?sort=up", "")
	b.refused(400, codeValidation, "GET", "/v2/tasks?limit=1001", "")
	b.refused(400, codeValueNotFound, "GET", "/v2/tasks?assignee=nobody@x.example", "")
	b.ok("DELETE", "/v2/tasks/"+id, "")
	b.refused(404, "not_found", "GET", "/v2/tasks/"+id, "")
}

func TestCommentsAndThreads(t *testing.T) {
	b := open(t, Options{})
	b.list("targets", "companies")
	acme := b.create("companies", `{"name":"Acme"}`)
	entry := b.ok("POST", "/v2/lists/targets/entries", entryBody(acme, "companies", `{}`)).text("data", "id", "entry_id")
	say := func(content, where string) tree {
		return b.ok("POST", "/v2/comments", fmt.Sprintf(`{"data":{"format":"plaintext","content":%q,"author":{"type":"workspace-member","id":%q},%s}}`, content, memberID, where))
	}
	x := say("First", fmt.Sprintf(`"record":{"object":"companies","record_id":%q}`, acme))
	thread := x.text("data", "thread_id")
	want := map[string]any{
		"id":        map[string]any{"workspace_id": b.server.workspace, "comment_id": x.text("data", "id", "comment_id")},
		"thread_id": thread, "created_at": x.text("data", "created_at"), "resolved_at": nil, "resolved_by": nil, "content_plaintext": "First", "entry": nil,
		"author": map[string]any{"type": "workspace-member", "id": memberID},
		"record": map[string]any{"object_id": seedID("object", "companies"), "record_id": acme},
	}
	if !reflect.DeepEqual(x.get("data"), any(want)) {
		t.Errorf("comment = %v, want %v", x.get("data"), want)
	}
	y := say("Second", fmt.Sprintf(`"thread_id":%q,"created_at":"2020-01-01T00:00:00Z"`, thread))
	z := say("On the entry", fmt.Sprintf(`"entry":{"list":"targets","entry_id":%q}`, entry))
	if y.text("data", "thread_id") != thread || z.text("data", "entry", "entry_id") != entry || z.text("data", "record", "record_id") != acme {
		t.Errorf("answers: %v %v", y.v, z.v)
	}
	on := b.ok("GET", "/v2/threads?object=companies&record_id="+acme, "")
	if on.len("data") != 1 || on.len("data", 0, "comments") != 2 || on.text("data", 0, "comments", 0, "content_plaintext") != "Second" {
		t.Errorf("threads: %v", on.v)
	}
	if got := b.ok("GET", "/v2/threads/"+thread, ""); !reflect.DeepEqual(got.get("data"), on.get("data", 0)) {
		t.Errorf("thread: %v", got.v)
	}
	if got := b.ok("GET", "/v2/threads?list=targets&entry_id="+entry, ""); got.len("data") != 1 {
		t.Errorf("threads of the entry: %v", got.v)
	}
	b.refused(400, codeValidation, "GET", "/v2/threads", "")
	for where, code := range map[string]string{"": codeValidation, `,"thread_id":"` + tokenID + `"`: codeValueNotFound} {
		status, x := b.do("POST", "/v2/comments", `{"data":{"format":"plaintext","content":"x","author":{"type":"workspace-member","id":"`+memberID+`"}`+where+`}}`)
		if status != 400 || x.text("code") != code || x.get("statusCode") != 400.0 || x.get("status_code") != nil {
			t.Errorf("%q: %d %v", where, status, x.v)
		}
	}
	for _, c := range []tree{x, y} {
		b.ok("GET", "/v2/comments/"+c.text("data", "id", "comment_id"), "")
		b.ok("DELETE", "/v2/comments/"+c.text("data", "id", "comment_id"), "")
	}
	b.refused(404, "not_found", "GET", "/v2/threads/"+thread, "")
}

func TestWebhooks(t *testing.T) {
	b := open(t, Options{})
	const body = `{"data":{"target_url":"https://x.example/hook","subscriptions":[{"event_type":"record.created","filter":{"$and":[{"field":"id.object_id","operator":"equals","value":"x"}]}}]}}`
	x := b.ok("POST", "/v2/webhooks", body)
	id := x.text("data", "id", "webhook_id")
	if len(x.text("data", "secret")) != 64 || x.text("data", "status") != "active" {
		t.Errorf("created: %v", x.v)
	}
	got := b.ok("GET", "/v2/webhooks/"+id, "")
	if got.get("data", "secret") != nil || got.text("data", "subscriptions", 0, "event_type") != "record.created" {
		t.Errorf("get: %v", got.v)
	}
	if all := b.ok("GET", "/v2/webhooks", ""); all.len("data") != 1 || all.get("data", 0, "secret") != nil {
		t.Errorf("list: %v", all.v)
	}
	b.refused(409, "uniqueness_conflict", "POST", "/v2/webhooks", body)
	changed := b.ok("PATCH", "/v2/webhooks/"+id, `{"data":{"target_url":"https://y.example/"}}`)
	if changed.text("data", "target_url") != "https://y.example/" || changed.len("data", "subscriptions") != 1 {
		t.Errorf("patched: %v", changed.v)
	}
	for _, bad := range []string{
		strings.Replace(body, "https:", "http:", 1), strings.Replace(body, "record.created", "record.exploded", 1),
		strings.Replace(body, `"equals"`, `"like"`, 1), `{"data":{"target_url":"https://x.example","subscriptions":[{"event_type":"record.created"}]}}`,
	} {
		b.refused(400, codeValidation, "POST", "/v2/webhooks", bad)
	}
	b.ok("DELETE", "/v2/webhooks/"+id, "")
	b.refused(404, "not_found", "DELETE", "/v2/webhooks/"+id, "")
}
