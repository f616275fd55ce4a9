package attio

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
)

// first is the one item of a list.
func first[T any](all iter.Seq2[T, error]) (item T, err error) {
	for item, err := range all {
		return item, err
	}
	return item, nil
}

// TestReplies holds what is read of each kind of reply, in the published API's own examples and in the document's.
func TestReplies(t *testing.T) {
	at := time.Date(2024, 1, 15, 9, 0, 0, 0, time.UTC)
	const when = `"2024-01-15T09:00:00.000000000Z"`
	token := crm.ActorReference{ActorType: "api-token", ID: "k"}
	const by = `"created_by_actor":{"type":"api-token","id":"k"}`
	type ctx = context.Context
	tests := map[string]struct {
		body string
		call func(ctx, *Client) (any, error)
		want any
	}{
		"list": {
			`{"data":{"id":{"workspace_id":"w","list_id":"l"},"api_slug":"target_logos","created_at":` + when + `,"name":"Target Logos","workspace_access":"full-access",
			"workspace_member_access":[{"level":"read-only","workspace_member_id":"m"}],"parent_object":["companies","people"],` + by + `}}`,
			func(x ctx, c *Client) (any, error) { return c.List(x, "l") },
			crm.List{
				ID: "l", Slug: "target_logos", Name: "Target Logos", ParentObjects: []string{"companies", "people"}, Access: "full-access",
				MemberAccess: []crm.MemberAccess{{MemberID: "m", Access: "read-only"}}, CreatedBy: token, CreatedAt: at,
			},
		},
		"list, reference": {
			`{"data":[{"id":{"list_id":"list_123"},"name":"Key Accounts","api_slug":"key-accounts","object_id":{"object_id":"companies"},"created_at":"2024-01-15T09:00:00Z"}]}`,
			func(x ctx, c *Client) (any, error) { return c.Lists(x) },
			[]crm.List{{ID: "list_123", Slug: "key-accounts", Name: "Key Accounts", ParentObjects: []string{"companies"}, CreatedAt: at}},
		},
		"list, parent as a text": {
			`{"data":{"id":{"list_id":"l"},"parent_object":"people","workspace_access":null,"workspace_member_access":null,"created_by_actor":null}}`,
			func(x ctx, c *Client) (any, error) { return c.List(x, "l") },
			crm.List{ID: "l", ParentObjects: []string{"people"}},
		},
		"entry": {
			`{"data":{"id":{"workspace_id":"w","list_id":"l","entry_id":"e"},"parent_record_id":"r","parent_object":"companies","created_at":` + when + `,
			"entry_values":{"heat":[{"value":3,"attribute_type":"rating"}],"none":[],"odd":[{"value":"x","attribute_type":"number"}]}}}`,
			func(x ctx, c *Client) (any, error) { return c.GetEntry(x, "l", "e") },
			crm.Entry{
				ID: "e", Object: "companies", RecordID: "r", CreatedAt: at,
				Values: map[string][]crm.Value{"heat": {crm.Rating(3)}}, Unread: []string{"odd"},
			},
		},
		"entries, reference": {
			`{"data":[{"id":{"entry_id":"e"},"record_id":{"record_id":"rec_1"},"values":null}]}`,
			func(x ctx, c *Client) (any, error) {
				return first(c.QueryEntries(x, crm.Target{List: "l"}, crm.Query{}))
			},
			crm.Entry{ID: "e", RecordID: "rec_1", Values: map[string][]crm.Value{}},
		},
		"entries of a record": {
			`{"data":[{"list_id":"l","list_api_slug":"hiring","entry_id":"e","created_at":` + when + `}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.Memberships(x, "people", "r")) },
			crm.Membership{EntryID: "e", ListID: "l", ListSlug: "hiring", CreatedAt: at},
		},
		"history": {
			`{"data":[{"active_from":` + when + `,"active_until":"2024-01-15T10:00:00.000000000Z",` + by + `,"value":"Old","attribute_type":"text"}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.RecordVersions(x, "people", "r", "name")) },
			crm.Version{Value: crm.Text("Old"), From: at, Until: at.Add(time.Hour), By: token},
		},
		"history of a type of a newer API": {
			`{"data":[{"active_from":` + when + `,"active_until":null,"value":{},"attribute_type":"hologram"}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.EntryVersions(x, "l", "e", "a")) },
			crm.Version{From: at},
		},
		"note": {
			`{"data":{"id":{"workspace_id":"w","note_id":"n"},"parent_object":"people","parent_record_id":"r","title":"Call","content_plaintext":"She called.",
			"content_markdown":"**She** called.","tags":[],"meeting_id":"m",` + by + `,"created_at":` + when + `}}`,
			func(x ctx, c *Client) (any, error) { return c.Note(x, "n") },
			crm.Note{
				ID: "n", Parent: crm.RecordLink{Object: "people", RecordID: "r"}, Title: "Call", Text: "She called.", Markdown: "**She** called.",
				MeetingID: "m", CreatedBy: token, CreatedAt: at,
			},
		},
		"note, reference": {
			`{"data":[{"id":{"note_id":"n"},"parent_object":"companies","parent_record_id":{"record_id":"rec_123"},"title":"T","content":"C"}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.Notes(x, crm.RecordLink{})) },
			crm.Note{ID: "n", Parent: crm.RecordLink{Object: "companies", RecordID: "rec_123"}, Title: "T", Text: "C"},
		},
		"task": {
			`{"data":{"id":{"workspace_id":"w","task_id":"t"},"content_plaintext":"Call","deadline_at":` + when + `,"is_completed":true,"completed_at":` + when + `,
			"linked_records":[{"target_object_id":"o","target_record_id":"r"}],"assignees":[{"referenced_actor_type":"workspace-member","referenced_actor_id":"m"}],` + by + `,"created_at":` + when + `}}`,
			func(x ctx, c *Client) (any, error) { return c.Task(x, "t") },
			crm.Task{
				ID: "t", Content: "Call", Deadline: at, Completed: true, CompletedAt: at, Linked: []crm.RecordLink{{Object: "o", RecordID: "r"}},
				Assignees: []crm.ActorReference{{ActorType: workspaceMember, ID: "m"}}, CreatedBy: token, CreatedAt: at,
			},
		},
		"task, reference": {
			`{"data":[{"id":{"task_id":"t"},"content":"Call","due_at":"2024-01-15T09:00:00Z","status":"completed","assignee_id":{"user_id":"usr_123"},
			"parent_object":"companies","parent_record_id":{"record_id":"rec_123"}}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.Tasks(x, crm.TaskQuery{})) },
			crm.Task{
				ID: "t", Content: "Call", Deadline: at, Completed: true, Linked: []crm.RecordLink{{Object: "companies", RecordID: "rec_123"}},
				Assignees: []crm.ActorReference{{ActorType: workspaceMember, ID: "usr_123"}},
			},
		},
		"member": {
			`{"data":{"id":{"workspace_id":"w","workspace_member_id":"m"},"first_name":"Ada","last_name":null,"email_address":"ada@x.com","access_level":"admin"}}`,
			func(x ctx, c *Client) (any, error) { return c.WorkspaceMember(x, "m") },
			crm.Member{ID: "m", First: "Ada", Email: "ada@x.com", Access: "admin"},
		},
		"comment on a record": {
			`{"data":{"id":{"workspace_id":"w","comment_id":"c"},"thread_id":"t","content_plaintext":"Yes.","entry":null,
			"record":{"record_id":"r","object_id":"o"},"resolved_at":` + when + `,"resolved_by":{"type":"workspace-member","id":"m"},
			"created_at":` + when + `,"author":{"type":"workspace-member","id":"m"}}}`,
			func(x ctx, c *Client) (any, error) { return c.Comment(x, "c") },
			crm.Comment{
				ID: "c", ThreadID: "t", Content: "Yes.", Record: crm.RecordLink{Object: "o", RecordID: "r"}, CreatedAt: at, ResolvedAt: at,
				Author: crm.ActorReference{ActorType: workspaceMember, ID: "m"}, ResolvedBy: crm.ActorReference{ActorType: workspaceMember, ID: "m"},
			},
		},
		"threads on an entry": {
			`{"data":[{"id":{"workspace_id":"w","thread_id":"t"},"created_at":` + when + `,"comments":[{"id":{"comment_id":"c"},"thread_id":"t","content_plaintext":"Yes.",
			"record":null,"entry":{"entry_id":"e","list_id":"l"},"resolved_at":null,"resolved_by":null,"created_at":` + when + `}]}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.EntryThreads(x, crm.EntryLink{})) },
			crm.Thread{ID: "t", CreatedAt: at, Comments: []crm.Comment{{
				ID: "c", ThreadID: "t", Content: "Yes.", Entry: crm.EntryLink{List: "l", EntryID: "e"}, CreatedAt: at,
			}}},
		},
		"webhook": {
			`{"data":{"id":{"workspace_id":"w","webhook_id":"h"},"target_url":"https://x.example/","status":"active","secret":"s","created_at":` + when + `,"subscriptions":[
			{"event_type":"note.created","filter":null},{"event_type":"record.created","filter":{"$and":[{"field":"id.object_id","operator":"equals","value":"o"}]}},
			{"event_type":"a.newer.event","filter":{"$or":[{"field":"f","operator":"not_equals","value":"v"}]}}]}}`,
			func(x ctx, c *Client) (any, error) {
				return c.CreateWebhook(x, crm.Webhook{URL: "https://example.com/hook"})
			},
			crm.Webhook{
				ID: "h", URL: "https://x.example/", Status: "active", Secret: "s", CreatedAt: at, Subscriptions: []crm.Subscription{
					{Event: "note.created"},
					{Event: "record.created", All: []crm.EventCondition{{Field: "id.object_id", Value: "o"}}},
					{Event: "a.newer.event", Any: []crm.EventCondition{{Field: "f", Not: true, Value: "v"}}},
				},
			},
		},
		"webhook, reference": {
			`{"data":[{"id":{"webhook_id":"h"},"url":"https://example.com/webhook","events":["record.created","record.updated"],"object":"companies"}]}`,
			func(x ctx, c *Client) (any, error) { return first(c.Webhooks(x)) },
			crm.Webhook{ID: "h", URL: "https://example.com/webhook", Subscriptions: []crm.Subscription{{Event: "record.created"}, {Event: "record.updated"}}},
		},
		"attribute": {
			`{"data":{"id":{"attribute_id":"a"},"title":"Worth","description":"in the books","api_slug":"worth","type":"currency","is_writable":true,"is_unique":false,
			"config":{"currency":{"default_currency_code":"EUR","display_type":"symbol"},"record_reference":{"allowed_object_ids":null}}}}`,
			func(x ctx, c *Client) (any, error) { return c.Attribute(x, companies, "worth") },
			crm.Attribute{
				ID: "a", Slug: "worth", Title: "Worth", Description: "in the books", Type: crm.TypeCurrency, Writable: true, Currency: "EUR", CurrencyStyle: "symbol",
			},
		},
		"option": {
			`{"data":{"id":{"option_id":"p"},"title":"New","is_archived":true}}`,
			func(x ctx, c *Client) (any, error) {
				return c.UpdateChoice(x, companies, crm.Attribute{Slug: "a"}, "p", crm.ChoiceChange{Archived: new(true)})
			},
			crm.Choice{ID: "p", Title: "New", Archived: true},
		},
	}
	for name, tt := range tests {
		got, err := tt.call(t.Context(), serve(t, reply(200, tt.body)))
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got\n%+v (%v), want\n%+v", name, got, err, tt.want)
		}
	}
}

// TestUnreadableHistory: a history with a hole would be taken for the whole.
func TestUnreadableHistory(t *testing.T) {
	c := serve(t, reply(200, `{"data":[{"active_from":"2024-01-15T09:00:00Z","value":"many","attribute_type":"number"}]}`))
	if _, err := first(c.RecordVersions(t.Context(), "people", "r", "a")); asError(t, err).Code != CodeUnreadable {
		t.Errorf("%v", err)
	}
}

// TestSecretIsNotPrinted: a webhook's secret is in no JSON of ours.
func TestSecretIsNotPrinted(t *testing.T) {
	if b, err := json.Marshal(crm.Webhook{Secret: secret}); err != nil || strings.Contains(string(b), secret) {
		t.Errorf("%s, %v", b, err)
	}
}

// mangled is replies with parts taken out or put in others' place.
func mangled(body string) []string {
	var all []string
	for _, with := range []string{`null`, `7`, `"x"`, `[]`, `{}`, `[null]`, `{"id":null}`} {
		all = append(all, fmt.Sprintf(`{"data":%s}`, with), fmt.Sprintf(`{"data":[%s]}`, with))
		for _, part := range []string{`"created_at":"`, `"parent_record_id":"`, `"workspace_access":"`, `"created_by_actor":{`} {
			if at := strings.Index(body, part); at >= 0 {
				colon := at + strings.Index(part, ":") + 1
				var value json.RawMessage
				if json.NewDecoder(strings.NewReader(body[colon:])).Decode(&value) == nil {
					all = append(all, body[:colon]+with+body[colon+len(value):])
				}
			}
		}
	}
	return all
}

// FuzzReplies reads anything as every kind of reply: it is read, or it is an *Error, and never a panic.
func FuzzReplies(f *testing.F) {
	seeds := []string{
		`{"data":{"id":{"list_id":"l"},"api_slug":"s","parent_object":["companies"],"created_at":"2024-01-15T09:00:00Z","workspace_access":"full-access","created_by_actor":{"type":"system","id":null}}}`,
		`{"data":[{"id":{"entry_id":"e","note_id":"n","task_id":"t","record_id":"r"},"parent_record_id":"r","entry_values":{"a":[{"value":1,"attribute_type":"number"}]}}],"meta":{"total_count":1}}`,
		`{"data":[{"id":{"record_id":"r"},"values":{"a":"bare","b":["x"],"c":{"amount":1,"currency":"USD"}}}],"pagination":{"next_cursor":null}}`,
		`{"active":true,"scope":"a b"}`,
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
		for _, body := range mangled(seed) {
			f.Add([]byte(body))
		}
	}
	reads := map[string]bool{
		"self": true, "objects": true, "attributes": true, "options": true, "all records": true, "find by key": true, "get record": true,
		"versions of a record": true, "entries of a record": true, "lists": true, "all entries": true, "get entry": true, "notes": true,
		"tasks": true, "members": true, "threads on a record": true, "comment": true, "webhooks": true,
	}
	all := slices.DeleteFunc(operations(), func(op operation) bool { return !reads[op.name] })
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, k := range []Contract{Current, Reference} {
			requests := 0
			c := connectTo(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				if requests++; requests > 4 {
					return respond(r, 500, ""), nil // a body that always has another page
				}
				return respond(r, 200, string(body)), nil
			}), k)
			for _, op := range all {
				requests = 0
				if err := op.do(t.Context(), c); err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%s: %v", op.name, err)
				}
			}
		}
	})
}
