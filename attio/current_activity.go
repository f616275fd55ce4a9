package attio

import (
	"net/http"
	"strconv"

	"attio-etl/crm"
)

// Notes, tasks, members, comments and webhooks (contract §11). None of them can be created twice without being there twice, but for a
// webhook, whose duplicate is refused as a conflict.

func (current) notes(parent crm.RecordLink, limit, offset int) *request {
	return get("read the notes", scopeRun, "notes").page(limit, offset).
		with("parent_object", parent.Object).with("parent_record_id", parent.RecordID)
}

func (current) note(id string) *request { return get("read the note "+id, scopeRecord, "notes", id) }

func (current) createNote(n crm.Note) *request {
	body := given{
		"parent_object": n.Parent.Object, "parent_record_id": n.Parent.RecordID, "title": n.Title,
		"format": "plaintext", "content": n.Text,
	}
	if n.Markdown != "" {
		body["format"], body["content"] = "markdown", n.Markdown
	}
	if !n.CreatedAt.IsZero() {
		body["created_at"] = wireTime(n.CreatedAt)
	}
	body.text("meeting_id", n.MeetingID)
	return create("create a note on "+n.Parent.Object+"/"+n.Parent.RecordID, "notes", body)
}

// create is a request that must not be sent twice.
func create(op, path string, body any) *request {
	return &request{op: op, method: http.MethodPost, path: []string{path}, body: enveloped(body), call: writing, scope: scopeRow}
}

// change is a request that sets parts of what an id names; setting them twice does no more.
func change(op string, body any, path ...string) *request {
	return &request{op: op, method: http.MethodPatch, path: path, body: enveloped(body), call: rewriting, scope: scopeRecord}
}

func deletion(op string, path ...string) *request {
	return &request{op: op, method: http.MethodDelete, path: path, call: rewriting, scope: scopeRecord}
}

func (current) deleteNote(id string) *request { return deletion("delete the note "+id, "notes", id) }

func (current) tasks(q crm.TaskQuery, limit, offset int) *request {
	r := get("read the tasks", scopeRun, "tasks").page(limit, offset).with("sort", "created_at:asc").
		with("linked_object", q.Linked.Object).with("linked_record_id", q.Linked.RecordID).with("assignee", q.Assignee)
	if q.Completed != nil {
		r.with("is_completed", strconv.FormatBool(*q.Completed))
	}
	return r
}

func (current) task(id string) *request { return get("read the task "+id, scopeRecord, "tasks", id) }

// newTaskJSON has every key that the API demands of a new task.
type newTaskJSON struct {
	Content   string          `json:"content"`
	Format    string          `json:"format"`
	Deadline  any             `json:"deadline_at"`
	Completed bool            `json:"is_completed"`
	Linked    []referenceJSON `json:"linked_records"`
	Assignees []any           `json:"assignees"`
}

func (current) createTask(t crm.Task) *request {
	const op = "create a task"
	assignees, err := writeActors(t.Assignees)
	if err != nil {
		return (&request{op: op}).refuse("assignees", err)
	}
	return create(op, "tasks", newTaskJSON{
		Content: t.Content, Format: "plaintext", Deadline: wireTime(t.Deadline), Completed: t.Completed,
		Linked: links(t.Linked), Assignees: assignees,
	})
}

func links(all []crm.RecordLink) []referenceJSON {
	list := make([]referenceJSON, len(all))
	for i, l := range all {
		list[i] = referenceJSON{Object: l.Object, ID: l.RecordID}
	}
	return list
}

func writeActors(all []crm.ActorReference) ([]any, error) {
	list := make([]any, len(all))
	for i, a := range all {
		var err error
		if list[i], err = writeActor(a); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (current) updateTask(id string, to crm.TaskChange) *request {
	op := "change the task " + id
	body := given{}
	if to.Deadline != nil {
		body["deadline_at"] = wireTime(*to.Deadline)
	}
	set(body, "is_completed", to.Completed)
	if to.Linked != nil {
		body["linked_records"] = links(*to.Linked)
	}
	if to.Assignees != nil {
		assignees, err := writeActors(*to.Assignees)
		if err != nil {
			return (&request{op: op}).refuse("assignees", err)
		}
		body["assignees"] = assignees
	}
	return change(op, body, "tasks", id)
}

func (current) deleteTask(id string) *request { return deletion("delete the task "+id, "tasks", id) }

func (current) members() *request {
	return get("read the workspace members", scopeRun, "workspace_members")
}

func (current) member(id string) *request {
	return get("read the workspace member "+id, scopeRun, "workspace_members", id)
}

func (current) comment(id string) *request {
	return get("read the comment "+id, scopeRecord, "comments", id)
}

func (current) createComment(c crm.Comment) *request {
	body := given{"format": "plaintext", "content": c.Content, "author": given{"type": workspaceMember, "id": c.Author.ID}}
	if !c.CreatedAt.IsZero() {
		body["created_at"] = wireTime(c.CreatedAt)
	}
	switch {
	case c.ThreadID != "":
		body["thread_id"] = c.ThreadID
	case c.Entry != crm.EntryLink{}:
		body["entry"] = given{"list": c.Entry.List, "entry_id": c.Entry.EntryID}
	default:
		body["record"] = given{"object": c.Record.Object, "record_id": c.Record.RecordID}
	}
	return create("create a comment", "comments", body)
}

func (current) deleteComment(id string) *request {
	return deletion("delete the comment "+id, "comments", id)
}

func (current) threads(record crm.RecordLink, entry crm.EntryLink, limit, offset int) *request {
	return get("read the threads", scopeRun, "threads").page(limit, offset).
		with("object", record.Object).with("record_id", record.RecordID).with("list", entry.List).with("entry_id", entry.EntryID)
}

func (current) thread(id string) *request {
	return get("read the thread "+id, scopeRecord, "threads", id)
}

func (current) webhooks(limit, offset int) *request {
	return get("read the webhooks", scopeRun, "webhooks").page(limit, offset)
}

func (current) webhook(id string) *request {
	return get("read the webhook "+id, scopeRecord, "webhooks", id)
}

// subscriptionJSON is a kind of event; the key of the filter is required, null stands for every event of the kind.
type subscriptionJSON struct {
	Event  string                          `json:"event_type"`
	Filter map[string][]eventConditionJSON `json:"filter"`
}

type eventConditionJSON struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

func subscriptions(all []crm.Subscription) []subscriptionJSON {
	list := make([]subscriptionJSON, len(all))
	for i, s := range all {
		list[i] = subscriptionJSON{Event: s.Event}
		switch {
		case s.All != nil:
			list[i].Filter = map[string][]eventConditionJSON{"$and": eventConditions(s.All)}
		case s.Any != nil:
			list[i].Filter = map[string][]eventConditionJSON{"$or": eventConditions(s.Any)}
		}
	}
	return list
}

func eventConditions(all []crm.EventCondition) []eventConditionJSON {
	list := make([]eventConditionJSON, len(all))
	for i, c := range all {
		list[i] = eventConditionJSON{Field: c.Field, Operator: "equals", Value: c.Value}
		if c.Not {
			list[i].Operator = "not_equals"
		}
	}
	return list
}

func (current) createWebhook(w crm.Webhook) *request {
	return create("create the webhook "+w.URL, "webhooks", given{"target_url": w.URL, "subscriptions": subscriptions(w.Subscriptions)})
}

func (current) updateWebhook(id string, w crm.Webhook) *request {
	body := given{}
	body.text("target_url", w.URL)
	if w.Subscriptions != nil {
		body["subscriptions"] = subscriptions(w.Subscriptions)
	}
	return change("change the webhook "+id, body, "webhooks", id)
}

func (current) deleteWebhook(id string) *request {
	return deletion("delete the webhook "+id, "webhooks", id)
}
