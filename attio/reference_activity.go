package attio

import (
	"errors"

	"attio-etl/crm"
)

// Notes, tasks and webhooks ("Notes API", "Tasks API", "Webhooks API") can be listed and created; members and comments are not there.

func (reference) note(id string) *request { return lacking("read the note " + id) }

func (reference) createNote(n crm.Note) *request {
	r := current{}.createNote(n)
	switch {
	case !n.CreatedAt.IsZero():
		return unspoken(Reference, r.op, noBackdate)
	case n.Markdown != "":
		return unspoken(Reference, r.op, "has no markup in notes")
	case n.MeetingID != "":
		return unspoken(Reference, r.op, "has no meetings")
	}
	r.body = enveloped(given{
		"parent_object": n.Parent.Object, "parent_record_id": given{"record_id": n.Parent.RecordID},
		"title": n.Title, "content": n.Text,
	})
	return oncely(r)
}

func (reference) deleteNote(id string) *request { return lacking("delete the note " + id) }

func (reference) tasks(q crm.TaskQuery, limit, offset int) *request {
	const op = "read the tasks"
	if (q.Linked != crm.RecordLink{}) {
		return unspoken(Reference, op, "cannot select tasks by their record")
	}
	r := get(op, scopeRun, "tasks").page(limit, offset).with("assignee_id", q.Assignee)
	if q.Completed != nil {
		status := "open"
		if *q.Completed {
			status = "completed"
		}
		r.with("status", status)
	}
	return r
}

func (reference) task(id string) *request { return lacking("read the task " + id) }

func (reference) createTask(t crm.Task) *request {
	const op = "create a task"
	switch {
	case t.Completed:
		return unspoken(Reference, op, "creates open tasks only")
	case len(t.Linked) > 1 || len(t.Assignees) > 1:
		return unspoken(Reference, op, "takes one record and one assignee for a task")
	}
	body := given{"content": t.Content}
	if !t.Deadline.IsZero() {
		body["due_at"] = plainTime(t.Deadline)
	}
	for _, a := range t.Assignees {
		if a.ID == "" {
			return (&request{op: op}).refuse("assignee", errors.New("an assignee needs an id: the contract does not list members"))
		}
		body["assignee_id"] = given{"user_id": a.ID}
	}
	for _, l := range t.Linked {
		body["parent_object"], body["parent_record_id"] = l.Object, given{"record_id": l.RecordID}
	}
	return oncely(create(op, "tasks", body))
}

func (reference) updateTask(id string, _ crm.TaskChange) *request {
	return lacking("change the task " + id)
}

func (reference) deleteTask(id string) *request { return lacking("delete the task " + id) }

func (reference) members() *request { return lacking("read the workspace members") }

func (reference) member(id string) *request { return lacking("read the workspace member " + id) }

func (reference) comment(id string) *request { return lacking("read the comment " + id) }

func (reference) createComment(crm.Comment) *request { return lacking("create a comment") }

func (reference) deleteComment(id string) *request { return lacking("delete the comment " + id) }

func (reference) threads(crm.RecordLink, crm.EntryLink, int, int) *request {
	return lacking("read the threads")
}

func (reference) thread(id string) *request { return lacking("read the thread " + id) }

func (reference) webhook(id string) *request { return lacking("read the webhook " + id) }

// createWebhook has one object for all events, and a secret that the caller chooses.
func (reference) createWebhook(w crm.Webhook) *request {
	op := "create the webhook " + w.URL
	events := make([]string, len(w.Subscriptions))
	for i, s := range w.Subscriptions {
		if s.All != nil || s.Any != nil {
			return unspoken(Reference, op, "has no conditions on events")
		}
		events[i] = s.Event
	}
	body := given{"url": w.URL, "events": events}
	body.text("secret", w.Secret)
	return oncely(create(op, "webhooks", body))
}

func (reference) updateWebhook(id string, _ crm.Webhook) *request {
	return lacking("change the webhook " + id)
}

func (reference) deleteWebhook(id string) *request { return lacking("delete the webhook " + id) }
