package attio

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
	"attio-etl/internal/pace"
)

var update = flag.Bool("update", false, "rewrite the golden files of this package")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// Ids as the API has them.
const (
	recordID  = "11f07f01-c10f-4e05-a522-33e050bc52ee"
	entryID   = "2e6e29ea-c4e0-4f44-842d-78a891f8c156"
	memberID  = "50cf242c-7fa3-4cad-87d0-75b1af71c57b"
	thingID   = "97052eb9-e65e-443f-a297-f2d9a4a7f795"
	webhookID = "23e42eaf-323a-41da-b5bb-fd67eebda553"
)

// attributesReply describes one attribute of each type, as both contracts' readers take it.
func attributesReply() string {
	var list []string
	for _, typ := range everyType {
		multi := slices.Contains(multiTypes, typ)
		list = append(list, fmt.Sprintf(`{"id":{"attribute_id":"a-%s"},"api_slug":"%s","title":"%s","type":"%s","is_writable":true,"is_multiselect":%v,
			"config":{"record_reference":{"allowed_object_ids":["companies"]}}}`, typ, slugOf(typ), typ, typ, multi))
	}
	return `{"data":[` + strings.Join(list, ",") + `]}`
}

var everyType = []crm.Type{
	crm.TypeText, crm.TypeNumber, crm.TypeCheckbox, crm.TypeCurrency, crm.TypeDate, crm.TypeTimestamp, crm.TypeRating, crm.TypeStatus,
	crm.TypeSelect, crm.TypeRecordReference, crm.TypeActorReference, crm.TypeLocation, crm.TypeDomain, crm.TypeEmailAddress,
	crm.TypePhoneNumber, crm.TypeInteraction, crm.TypePersonalName,
}

var multiTypes = []crm.Type{crm.TypeSelect, crm.TypeDomain, crm.TypeEmailAddress, crm.TypePhoneNumber}

func slugOf(t crm.Type) string { return strings.ReplaceAll(string(t), "-", "_") }

// everyValue is one value of each type that can be written.
func everyValue() []crm.Field {
	values := []crm.Value{
		crm.Text("Ada"), crm.Number(1.5), crm.Checkbox(true),
		crm.Currency{Amount: "4.99", Code: "USD"},
		crm.Date{Year: 2020, Month: 1, Day: 15},
		crm.Timestamp(time.Date(2024, 1, 15, 14, 30, 0, 0, time.UTC)), crm.Rating(4),
		crm.Status{ID: thingID, Title: "Won"},
		crm.Select{ID: thingID, Title: "B2C"},
		crm.RecordReference{Object: "companies", ID: recordID},
		crm.ActorReference{ActorType: workspaceMember, ID: memberID},
		crm.Location{Line1: "1 Main St", CountryCode: "US"},
		crm.Domain("acme.com"), crm.EmailAddress("ada@acme.com"),
		crm.PhoneNumber{E164: "+12125551234", CountryCode: "US"},
		crm.PersonalName{First: "Ada", Last: "Lovelace", Full: "Ada Lovelace"},
	}
	var fields []crm.Field
	for _, v := range values {
		fields = append(fields, crm.Field{Attribute: slugOf(v.Type()), Values: []crm.Value{v}})
	}
	return fields
}

// operation is one thing that the client does.
type operation struct {
	name string
	do   func(ctx context.Context, c *Client) error
}

func end[T any](_ T, err error) error { return err }

func last[T any](all iter.Seq2[T, error]) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// operations are all that the client does, in the order of the API's own documentation.
func operations() []operation {
	person, entry := crm.RecordLink{Object: "people", RecordID: recordID}, crm.EntryLink{List: "sales", EntryID: entryID}
	people, sales := crm.Target{Object: "people"}, crm.Target{List: "sales"}
	at := time.Date(2024, 1, 15, 9, 0, 0, 0, time.UTC)
	name := []crm.Field{{Attribute: "text", Values: []crm.Value{crm.Text("Ada")}}}
	empty := []crm.Field{{Attribute: "text"}, {Attribute: "select"}}
	hook := crm.Webhook{URL: "https://example.com/hook", Secret: "chosen", Subscriptions: []crm.Subscription{{Event: "record.created"}}}
	narrow := crm.Webhook{URL: "https://example.com/hook", Subscriptions: []crm.Subscription{
		{Event: "record.created", All: []crm.EventCondition{{Field: "id.object_id", Value: thingID}}},
		{Event: "record.deleted", Any: []crm.EventCondition{{Field: "id.object_id", Value: thingID, Not: true}}},
	}}
	query := crm.Query{
		Filter: crm.Compare{Path: []crm.Step{{Attribute: "text"}}, Operator: crm.NotEqual, Value: "Ada"},
		Sorts:  []crm.Sort{{Attribute: "personal_name", Property: "last_name"}, {Attribute: "created_at", Descending: true}}, Page: 10,
	}
	kind, stage := crm.Attribute{Slug: "select", Type: crm.TypeSelect}, crm.Attribute{Slug: "status", Type: crm.TypeStatus}
	type ctx = context.Context
	return []operation{
		{"self", func(x ctx, c *Client) error { return end(c.Self(x)) }},
		{"objects", func(x ctx, c *Client) error { return end(c.Objects(x)) }},
		{"object", func(x ctx, c *Client) error { return end(c.Object(x, "people")) }},
		{"create object", func(x ctx, c *Client) error {
			return end(c.CreateObject(x, crm.Object{Slug: "properties", Singular: "Property", Plural: "Properties"}))
		}},
		{"update object", func(x ctx, c *Client) error {
			return end(c.UpdateObject(x, "properties", crm.Object{Plural: "Estates"}))
		}},
		{"attributes", func(x ctx, c *Client) error { return end(c.Attributes(x, people)) }},
		{"attributes of a list", func(x ctx, c *Client) error { return end(c.Attributes(x, sales)) }},
		{"attribute", func(x ctx, c *Client) error { return end(c.Attribute(x, people, thingID)) }},
		{"create attribute", func(x ctx, c *Client) error {
			return end(c.CreateAttribute(x, people, crm.Attribute{Title: "Industry", Slug: "industry", Type: crm.TypeText, Unique: true}))
		}},
		{"create currency attribute", func(x ctx, c *Client) error {
			return end(c.CreateAttribute(x, people, crm.Attribute{
				Title: "Worth", Slug: "worth", Type: crm.TypeCurrency, Currency: "EUR", Description: "in the books", Required: true,
			}))
		}},
		{"create reference attribute", func(x ctx, c *Client) error {
			return end(c.CreateAttribute(x, people, crm.Attribute{
				Title: "Friends", Slug: "friends", Type: crm.TypeRecordReference, AllowedObjects: []string{"people"}, Multi: true,
			}))
		}},
		{"create attribute of a list", func(x ctx, c *Client) error {
			return end(c.CreateAttribute(x, sales, crm.Attribute{Title: "Heat", Slug: "heat", Type: crm.TypeRating}))
		}},
		{"update attribute", func(x ctx, c *Client) error {
			return end(c.UpdateAttribute(x, people, "industry", crm.AttributeChange{
				Title: new("Trade"), Slug: new("trade"), Description: new(""), Required: new(false), Unique: new(true), Archived: new(true),
			}))
		}},
		{"options", func(x ctx, c *Client) error { return end(c.Options(x, people, "select")) }},
		{"statuses of a list", func(x ctx, c *Client) error { return end(c.Statuses(x, sales, "status")) }},
		{"create option", func(x ctx, c *Client) error { return c.CreateChoice(x, people, kind, "New") }},
		{"create status of a list", func(x ctx, c *Client) error { return c.CreateChoice(x, sales, stage, "New") }},
		{"update option", func(x ctx, c *Client) error {
			return end(c.UpdateChoice(x, people, kind, thingID, crm.ChoiceChange{Title: new("Newer")}))
		}},
		{"update status", func(x ctx, c *Client) error {
			return end(c.UpdateChoice(x, sales, stage, thingID, crm.ChoiceChange{Archived: new(true)}))
		}},
		{"query records", func(x ctx, c *Client) error { return last(c.QueryRecords(x, people, query)) }},
		{"all records", func(x ctx, c *Client) error { return last(c.QueryRecords(x, people, crm.Query{})) }},
		{"find by key", func(x ctx, c *Client) error {
			return end(c.FindByKey(x, "people", crm.Key{Attribute: "domain", Type: crm.TypeDomain, Values: []string{"a.com", "b.com"}}, 3))
		}},
		{"find by one value", func(x ctx, c *Client) error {
			return end(c.FindByKey(x, "people", crm.Key{Attribute: "number", Type: crm.TypeNumber, Values: []string{"12.50"}}, 0))
		}},
		{"find by ids", func(x ctx, c *Client) error {
			return end(c.FindByKey(x, "people", crm.Key{Attribute: "record_id", Type: crm.TypeText, Values: []string{recordID, thingID}}, 0))
		}},
		{"create record", func(x ctx, c *Client) error { return end(c.CreateRecord(x, "people", everyValue())) }},
		{"assert record", func(x ctx, c *Client) error { return end(c.AssertRecord(x, "people", "text", name)) }},
		{"get record", func(x ctx, c *Client) error { return end(c.GetRecord(x, "people", recordID)) }},
		{"patch record", func(x ctx, c *Client) error {
			return end(c.PatchRecord(x, "people", recordID, []crm.Field{{Attribute: "domain", Values: []crm.Value{crm.Domain("new.com")}}}))
		}},
		{"put record, clearing", func(x ctx, c *Client) error { return end(c.PutRecord(x, "people", recordID, empty)) }},
		{"delete record", func(x ctx, c *Client) error { return c.DeleteRecord(x, "people", recordID) }},
		{"versions of a record", func(x ctx, c *Client) error { return last(c.RecordVersions(x, "people", recordID, "text")) }},
		{"entries of a record", func(x ctx, c *Client) error { return last(c.Memberships(x, "people", recordID)) }},
		{"lists", func(x ctx, c *Client) error { return end(c.Lists(x)) }},
		{"list", func(x ctx, c *Client) error { return end(c.List(x, "sales")) }},
		{"create list", func(x ctx, c *Client) error {
			return end(c.CreateList(x, crm.List{Name: "Sales", Slug: "sales", ParentObjects: []string{"companies"}}))
		}},
		{"create list with access", func(x ctx, c *Client) error {
			return end(c.CreateList(x, crm.List{
				Name: "Sales", Slug: "sales", ParentObjects: []string{"companies"}, Access: "read-only",
				MemberAccess: []crm.MemberAccess{{MemberID: memberID, Access: "full-access"}},
			}))
		}},
		{"create list of two objects", func(x ctx, c *Client) error {
			return end(c.CreateList(x, crm.List{Name: "S", Slug: "s", ParentObjects: []string{"companies", "people"}}))
		}},
		{"update list", func(x ctx, c *Client) error {
			return end(c.UpdateList(x, "sales", crm.List{Name: "Deals", Access: "read-and-write", MemberAccess: []crm.MemberAccess{}}))
		}},
		{"query entries", func(x ctx, c *Client) error { return last(c.QueryEntries(x, sales, query)) }},
		{"all entries", func(x ctx, c *Client) error { return last(c.QueryEntries(x, sales, crm.Query{})) }},
		{"create entry", func(x ctx, c *Client) error { return end(c.CreateEntry(x, "sales", person, nil)) }},
		{"create entry with values", func(x ctx, c *Client) error { return end(c.CreateEntry(x, "sales", person, name)) }},
		{"assert entry", func(x ctx, c *Client) error { return end(c.AssertEntry(x, "sales", person, name)) }},
		{"get entry", func(x ctx, c *Client) error { return end(c.GetEntry(x, "sales", entryID)) }},
		{"patch entry", func(x ctx, c *Client) error { return end(c.PatchEntry(x, "sales", entryID, name)) }},
		{"put entry", func(x ctx, c *Client) error { return end(c.PutEntry(x, "sales", entryID, empty)) }},
		{"delete entry", func(x ctx, c *Client) error { return c.DeleteEntry(x, "sales", entryID) }},
		{"versions of an entry", func(x ctx, c *Client) error { return last(c.EntryVersions(x, "sales", entryID, "text")) }},
		{"notes", func(x ctx, c *Client) error { return last(c.Notes(x, crm.RecordLink{})) }},
		{"notes of a record", func(x ctx, c *Client) error { return last(c.Notes(x, person)) }},
		{"note", func(x ctx, c *Client) error { return end(c.Note(x, thingID)) }},
		{"create note", func(x ctx, c *Client) error {
			return end(c.CreateNote(x, crm.Note{Parent: person, Title: "Call", Text: "She called."}))
		}},
		{"create note, back-dated", func(x ctx, c *Client) error {
			return end(c.CreateNote(x, crm.Note{Parent: person, Title: "Call", Text: "She called.", CreatedAt: at}))
		}},
		{"create note, markdown", func(x ctx, c *Client) error {
			return end(c.CreateNote(x, crm.Note{Parent: person, Title: "Call", Markdown: "**She** called."}))
		}},
		{"create note of a meeting", func(x ctx, c *Client) error {
			return end(c.CreateNote(x, crm.Note{Parent: person, Title: "Call", Text: "x", MeetingID: thingID}))
		}},
		{"delete note", func(x ctx, c *Client) error { return c.DeleteNote(x, thingID) }},
		{"tasks", func(x ctx, c *Client) error { return last(c.Tasks(x, crm.TaskQuery{})) }},
		{"tasks of a member", func(x ctx, c *Client) error {
			return last(c.Tasks(x, crm.TaskQuery{Assignee: memberID, Completed: new(true)}))
		}},
		{"tasks of a record", func(x ctx, c *Client) error {
			return last(c.Tasks(x, crm.TaskQuery{Linked: person, Completed: new(false)}))
		}},
		{"task", func(x ctx, c *Client) error { return end(c.Task(x, thingID)) }},
		{"create task", func(x ctx, c *Client) error {
			return end(c.CreateTask(x, crm.Task{
				Content: "Call", Deadline: at, Linked: []crm.RecordLink{person}, Assignees: []crm.ActorReference{{ID: memberID}},
			}))
		}},
		{"create bare task", func(x ctx, c *Client) error { return end(c.CreateTask(x, crm.Task{Content: "Call"})) }},
		{"create task, assignee by address", func(x ctx, c *Client) error {
			return end(c.CreateTask(x, crm.Task{Content: "Call", Assignees: []crm.ActorReference{{Email: "ada@acme.com"}}}))
		}},
		{"create task, completed", func(x ctx, c *Client) error {
			return end(c.CreateTask(x, crm.Task{Content: "Call", Completed: true}))
		}},
		{"create task, two records", func(x ctx, c *Client) error {
			return end(c.CreateTask(x, crm.Task{Content: "Call", Linked: []crm.RecordLink{person, person}}))
		}},
		{"create task, assigned to the system", func(x ctx, c *Client) error {
			return end(c.CreateTask(x, crm.Task{Content: "Call", Assignees: []crm.ActorReference{{ActorType: "system"}}}))
		}},
		{"update task", func(x ctx, c *Client) error {
			return end(c.UpdateTask(x, thingID, crm.TaskChange{
				Deadline: &time.Time{}, Completed: new(true), Linked: &[]crm.RecordLink{person}, Assignees: &[]crm.ActorReference{},
			}))
		}},
		{"delete task", func(x ctx, c *Client) error { return c.DeleteTask(x, thingID) }},
		{"members", func(x ctx, c *Client) error { return end(c.WorkspaceMembers(x)) }},
		{"member", func(x ctx, c *Client) error { return end(c.WorkspaceMember(x, memberID)) }},
		{"threads on a record", func(x ctx, c *Client) error { return last(c.RecordThreads(x, person)) }},
		{"threads on an entry", func(x ctx, c *Client) error { return last(c.EntryThreads(x, entry)) }},
		{"thread", func(x ctx, c *Client) error { return end(c.Thread(x, thingID)) }},
		{"comment", func(x ctx, c *Client) error { return end(c.Comment(x, thingID)) }},
		{"comment in a thread", func(x ctx, c *Client) error {
			return end(c.CreateComment(x, crm.Comment{ThreadID: thingID, Content: "Yes.", Author: crm.ActorReference{ID: memberID}}))
		}},
		{"comment on a record", func(x ctx, c *Client) error {
			return end(c.CreateComment(x, crm.Comment{Record: person, Content: "Yes.", Author: crm.ActorReference{ID: memberID}, CreatedAt: at}))
		}},
		{"comment on an entry", func(x ctx, c *Client) error {
			return end(c.CreateComment(x, crm.Comment{Entry: entry, Content: "Yes.", Author: crm.ActorReference{ID: memberID}}))
		}},
		{"delete comment", func(x ctx, c *Client) error { return c.DeleteComment(x, thingID) }},
		{"webhooks", func(x ctx, c *Client) error { return last(c.Webhooks(x)) }},
		{"webhook", func(x ctx, c *Client) error { return end(c.Webhook(x, webhookID)) }},
		{"create webhook", func(x ctx, c *Client) error { return end(c.CreateWebhook(x, hook)) }},
		{"create webhook with conditions", func(x ctx, c *Client) error { return end(c.CreateWebhook(x, narrow)) }},
		{"update webhook", func(x ctx, c *Client) error { return end(c.UpdateWebhook(x, webhookID, narrow)) }},
		{"delete webhook", func(x ctx, c *Client) error { return c.DeleteWebhook(x, webhookID) }},
	}
}

// wiretap answers every call with something that can be read, and notes what is sent.
type wiretap struct {
	sent strings.Builder
	keys int // Idempotency-Key headers
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = " " + string(b)
	}
	key := ""
	if r.Header.Get("Idempotency-Key") != "" {
		w.keys++
		key = " (key)"
	}
	once := " once"
	if pace.CallOf(r.Context()).Repeatable {
		once = ""
	}
	fmt.Fprintf(&w.sent, "  %s %s%s%s%s\n", r.Method, r.URL.RequestURI(), body, key, once)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer(r))), Header: http.Header{}, Request: r}, nil
}

// answer is a reply that fits a request: a list, or an object with every id.
func answer(r *http.Request) string {
	path := r.URL.Path
	switch tail := path[strings.LastIndex(path, "/")+1:]; {
	case path == "/v2/self":
		return `{"active":true,"workspace_id":"w"}`
	case tail == "attributes" && r.Method == http.MethodGet:
		return attributesReply()
	case path == "/v2/lists/sales":
		return `{"data":{}}`
	case tail == "query", r.Method == http.MethodGet && strings.HasSuffix(tail, "s"):
		return `{"data":[]}`
	default:
		return `{"data":{"id":{"record_id":"r","entry_id":"e"},"values":{"domain":[{"domain":"old.com","attribute_type":"domain"}]}}}`
	}
}

// TestEveryRequest holds what each operation sends in each contract, and whether the transport may send it twice (invariant I4).
func TestEveryRequest(t *testing.T) {
	var text bytes.Buffer
	for _, op := range operations() {
		fmt.Fprintf(&text, "%s\n", op.name)
		for _, k := range []Contract{Current, Reference} {
			tap := &wiretap{}
			err := op.do(t.Context(), connectTo(t, tap, k))
			fmt.Fprintf(&text, " %s\n%s", k, withoutSchema(op.name, tap.sent.String()))
			switch e, refused := errors.AsType[*Error](err); {
			case refused && (e.Code == CodeUnspoken || e.Code == CodeUnwritable):
				fmt.Fprintf(&text, "  refused: %v\n", e)
				if e.InDoubt() || (e.Class != crm.FaultJob && e.Class != crm.FaultRow) {
					t.Errorf("%s: class %s, in doubt %v", op.name, e.Class, e.InDoubt())
				}
			case err != nil:
				t.Errorf("%s: %v", op.name, err)
			}
			if k == Current && tap.keys > 0 {
				t.Errorf("%s: an Idempotency-Key in the current contract", op.name)
			}
		}
	}
	golden(t, "requests.txt", text.String())
}

// withoutSchema leaves out the reading of the schema, which goes before much in the reference contract.
func withoutSchema(name, sent string) string {
	if strings.HasPrefix(name, "attributes") {
		return sent
	}
	var kept strings.Builder
	for line := range strings.Lines(sent) {
		if !strings.Contains(line, "/attributes?limit=500") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// connectTo is a client that speaks the contract over the transport.
func connectTo(t *testing.T, transport http.RoundTripper, k Contract) *Client {
	t.Helper()
	c, err := New(Options{BaseURL: "http://127.0.0.1", Token: secret, Transport: transport, Contract: k})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
