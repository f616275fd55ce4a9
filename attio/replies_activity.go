package attio

import (
	"attio-etl/crm"
)

type noteJSON struct {
	ID struct {
		Note string `json:"note_id"`
	} `json:"id"`
	Object    string    `json:"parent_object"`
	Record    ident     `json:"parent_record_id"`
	Title     string    `json:"title"`
	Text      string    `json:"content_plaintext"`
	Markdown  string    `json:"content_markdown"`
	Content   string    `json:"content"` // reference: the text
	Meeting   string    `json:"meeting_id"`
	CreatedBy actorJSON `json:"created_by_actor"`
	CreatedAt moment    `json:"created_at"`
}

func (j noteJSON) read() crm.Note {
	n := crm.Note{
		ID: j.ID.Note, Parent: crm.RecordLink{Object: j.Object, RecordID: string(j.Record)}, Title: j.Title,
		Text: j.Text, Markdown: j.Markdown, MeetingID: j.Meeting, CreatedBy: j.CreatedBy.read(), CreatedAt: j.CreatedAt.Time,
	}
	if n.Text == "" {
		n.Text = j.Content
	}
	return n
}

type taskJSON struct {
	ID struct {
		Task string `json:"task_id"`
	} `json:"id"`
	Text      string     `json:"content_plaintext"`
	Content   string     `json:"content"` // reference
	Deadline  moment     `json:"deadline_at"`
	Due       moment     `json:"due_at"` // reference: the deadline
	Completed bool       `json:"is_completed"`
	Status    string     `json:"status"` // reference: "open" or "completed"
	DoneAt    moment     `json:"completed_at"`
	Linked    []linkJSON `json:"linked_records"`
	Object    string     `json:"parent_object"`    // reference: the one record
	Record    ident      `json:"parent_record_id"` // reference
	Assignees []struct {
		Type string `json:"referenced_actor_type"`
		ID   string `json:"referenced_actor_id"`
	} `json:"assignees"`
	Assignee  ident     `json:"assignee_id"` // reference: the one assignee
	CreatedBy actorJSON `json:"created_by_actor"`
	CreatedAt moment    `json:"created_at"`
}

// linkJSON names its object by id when read, and by slug when written (contract §11).
type linkJSON struct {
	ObjectID string `json:"target_object_id"`
	Object   string `json:"target_object"`
	Record   string `json:"target_record_id"`
}

func (j linkJSON) read() crm.RecordLink {
	if j.Object == "" {
		return crm.RecordLink{Object: j.ObjectID, RecordID: j.Record}
	}
	return crm.RecordLink{Object: j.Object, RecordID: j.Record}
}

func (j taskJSON) read() crm.Task {
	t := crm.Task{
		ID: j.ID.Task, Content: j.Text, Deadline: j.Deadline.Time, Completed: j.Completed || j.Status == "completed",
		CompletedAt: j.DoneAt.Time, CreatedBy: j.CreatedBy.read(), CreatedAt: j.CreatedAt.Time,
		Linked: readAs(j.Linked, linkJSON.read),
	}
	if t.Content == "" {
		t.Content = j.Content
	}
	if t.Deadline.IsZero() {
		t.Deadline = j.Due.Time
	}
	if j.Record != "" {
		t.Linked = append(t.Linked, crm.RecordLink{Object: j.Object, RecordID: string(j.Record)})
	}
	for _, a := range j.Assignees {
		t.Assignees = append(t.Assignees, crm.ActorReference{ActorType: a.Type, ID: a.ID})
	}
	if j.Assignee != "" {
		t.Assignees = append(t.Assignees, crm.ActorReference{ActorType: workspaceMember, ID: string(j.Assignee)})
	}
	return t
}

type commentJSON struct {
	ID struct {
		Comment string `json:"comment_id"`
	} `json:"id"`
	Thread string `json:"thread_id"`
	Record struct {
		Object string `json:"object_id"`
		Slug   string `json:"object"`
		Record string `json:"record_id"`
	} `json:"record"` // this or the entry is null
	Entry struct {
		List  string `json:"list_id"`
		Slug  string `json:"list"`
		Entry string `json:"entry_id"`
	} `json:"entry"`
	Content    string    `json:"content_plaintext"`
	Author     actorJSON `json:"author"`
	CreatedAt  moment    `json:"created_at"`
	ResolvedAt moment    `json:"resolved_at"`
	ResolvedBy actorJSON `json:"resolved_by"`
}

func (j commentJSON) read() crm.Comment {
	object, list := j.Record.Slug, j.Entry.Slug
	if object == "" {
		object = j.Record.Object
	}
	if list == "" {
		list = j.Entry.List
	}
	return crm.Comment{
		ID: j.ID.Comment, ThreadID: j.Thread, Content: j.Content, Author: j.Author.read(), CreatedAt: j.CreatedAt.Time,
		Record: crm.RecordLink{Object: object, RecordID: j.Record.Record}, Entry: crm.EntryLink{List: list, EntryID: j.Entry.Entry},
		ResolvedAt: j.ResolvedAt.Time, ResolvedBy: j.ResolvedBy.read(),
	}
}

type threadJSON struct {
	ID struct {
		Thread string `json:"thread_id"`
	} `json:"id"`
	Comments  []commentJSON `json:"comments"`
	CreatedAt moment        `json:"created_at"`
}

func (j threadJSON) read() crm.Thread {
	return crm.Thread{ID: j.ID.Thread, Comments: readAs(j.Comments, commentJSON.read), CreatedAt: j.CreatedAt.Time}
}

type webhookJSON struct {
	ID struct {
		Webhook string `json:"webhook_id"`
	} `json:"id"`
	URL           string             `json:"target_url"`
	Address       string             `json:"url"` // reference
	Subscriptions []subscriptionJSON `json:"subscriptions"`
	Events        []string           `json:"events"` // reference
	Status        string             `json:"status"`
	Secret        string             `json:"secret"`
	CreatedAt     moment             `json:"created_at"`
}

func (j webhookJSON) read() crm.Webhook {
	w := crm.Webhook{ID: j.ID.Webhook, URL: j.URL, Status: j.Status, Secret: j.Secret, CreatedAt: j.CreatedAt.Time}
	if w.URL == "" {
		w.URL = j.Address
	}
	for _, s := range j.Subscriptions {
		w.Subscriptions = append(w.Subscriptions, crm.Subscription{
			Event: s.Event, All: readEventConditions(s.Filter["$and"]), Any: readEventConditions(s.Filter["$or"]),
		})
	}
	for _, event := range j.Events {
		w.Subscriptions = append(w.Subscriptions, crm.Subscription{Event: event})
	}
	return w
}

func readEventConditions(all []eventConditionJSON) []crm.EventCondition {
	var list []crm.EventCondition
	for _, c := range all {
		list = append(list, crm.EventCondition{Field: c.Field, Not: c.Operator == "not_equals", Value: c.Value})
	}
	return list
}
