package sandbox

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// within says whether the moment ns is the one that text names: a day, or an instant.
func within(text string, ns *string) (bool, error) {
	if ns == nil {
		return false, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return (*ns)[:len(time.DateOnly)] == day.Format(time.DateOnly), nil
	}
	stamp, ok := canonicalTimestamp(text, false)
	if !ok {
		return false, badQuery(invalidIssue(strconv.Quote(text)+" is not a date", "due_at"))
	}
	return *ns == stamp, nil
}

// referenceNote is a note; the document shows no reply.
func (c *call) referenceNote(d document, n *note) any {
	return map[string]any{
		"id": map[string]string{"note_id": d.id}, "parent_object": c.slugOf(n.Object), "parent_record_id": map[string]string{"record_id": n.Record},
		"title": n.Title, "content": n.Plain, "created_at": referenceTime(d.created),
	}
}

// slugOf is the slug of the object with that id.
func (c *call) slugOf(id string) string {
	if o, ok := c.st.schema.object(id); ok {
		return o.Slug
	}
	return id
}

func listReferenceNotes(ctx context.Context, c *call) (any, error) {
	p, err := c.referencePaging()
	if err != nil {
		return nil, err
	}
	return c.referenceDocuments(p, func(limit, offset int, see func(any)) error {
		return c.notes(ctx, limit, offset, func(d document, n *note) { see(c.referenceNote(d, n)) })
	})
}

// referenceDocuments reads everything to be able to count it.
func (c *call) referenceDocuments(p page, read func(limit, offset int, see func(any)) error) (any, error) {
	all := []any{}
	err := read(unlimited, 0, func(view any) { all = append(all, view) })
	from := min(p.offset, len(all))
	return paged{all[from:min(from+p.limit, len(all))], referenceMeta{len(all), p.limit, p.offset}}, err
}

func createReferenceNote(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	d := &document{kind: kindNote, created: time.Now().UnixNano()}
	slug, id := f.text("parent_object"), f.nested("parent_record_id", "record_id")
	n := &note{Title: f.text("title"), By: c.by}
	n.write("plaintext", f.text("content"))
	if err := f.done(); err != nil {
		return nil, err
	}
	if _, err := c.addNote(ctx, d, n, slug, id); err != nil {
		return nil, err
	}
	return created{data{c.referenceNote(*d, n)}}, nil
}

// referenceTask has one assignee and one parent: the first of each.
func (c *call) referenceTask(d document, t *task) any {
	v := map[string]any{
		"id": map[string]string{"task_id": d.id}, "content": t.Content, "due_at": t.Deadline, "assignee_id": nil, "status": t.status(),
		"parent_object": nil, "parent_record_id": nil, "created_at": referenceTime(d.created),
	}
	if len(t.Assignees) > 0 {
		v["assignee_id"] = map[string]string{"user_id": t.Assignees[0]}
	}
	if len(t.Links) > 0 {
		v["parent_object"], v["parent_record_id"] = c.slugOf(t.Links[0].Object), map[string]string{"record_id": t.Links[0].Record}
	}
	return v
}

func (t *task) status() string {
	if t.Completed != nil {
		return "completed"
	}
	return "open"
}

func listReferenceTasks(ctx context.Context, c *call) (any, error) {
	p, err := c.referencePaging()
	if err != nil {
		return nil, err
	}
	matches, err := c.referenceTaskFilter()
	if err != nil {
		return nil, err
	}
	return c.referenceDocuments(p, func(limit, offset int, see func(any)) error {
		return c.tasks(ctx, matches, limit, offset, func(d document, t *task) { see(c.referenceTask(d, t)) })
	})
}

func (c *call) referenceTaskFilter() (func(*task) bool, error) {
	q := c.r.URL.Query()
	status, due := q.Get("status"), q.Get("due_at")
	if q.Has("status") && status != "open" && status != "completed" {
		return nil, badQuery(invalidIssue("Expected 'open' | 'completed'", "status"))
	}
	if _, err := within(due, new("2000-01-01T00:00:00.000000000Z")); q.Has("due_at") && err != nil {
		return nil, err
	}
	assigned := func(*task) bool { return true }
	if q.Has("assignee_id") {
		var err error
		if assigned, err = c.assigneeFilter(q.Get("assignee_id")); err != nil {
			return nil, err
		}
	}
	return func(t *task) bool {
		if q.Has("due_at") {
			if is, err := within(due, t.Deadline); err != nil || !is {
				return false
			}
		}
		return assigned(t) && (status == "" || t.status() == status)
	}, nil
}

// createReferenceTask needs the content alone.
func createReferenceTask(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	t := &task{Content: f.text("content"), By: c.by, Deadline: f.moment("due_at")}
	if _, given := in["assignee_id"]; given {
		id := f.nested("assignee_id", "user_id")
		if m, ok := c.st.schema.member(id); ok {
			t.Assignees = []string{m.ID}
		} else {
			f.bad(invalidIssue("No such user", "data", "assignee_id", "user_id"))
		}
	}
	var slug, id string
	if _, given := in["parent_object"]; given {
		slug, id = f.text("parent_object"), f.nested("parent_record_id", "record_id")
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if slug != "" {
		o, rec, err := c.linkedRecord(ctx, slug, id)
		if err != nil {
			return nil, err
		}
		t.Links = []taskLink{{o.ID, rec.id}}
	}
	d := &document{kind: kindTask, id: uuid.NewString(), created: time.Now().UnixNano()}
	if _, err := c.addTask(ctx, d, t); err != nil {
		return nil, err
	}
	return created{data{c.referenceTask(*d, t)}}, nil
}

// referenceWebhook shows events and object, which are kept as subscriptions with a filter by the object.
func (c *call) referenceWebhook(d document, h *webhook) any {
	var subscriptions []struct {
		Event  string `json:"event_type"`
		Filter struct {
			And []struct{ Value string } `json:"$and"`
		}
	}
	v := map[string]any{"id": map[string]string{"webhook_id": d.id}, "url": h.URL, "object": nil, "created_at": referenceTime(d.created)}
	events := []string{}
	if json.Unmarshal(h.Subscriptions, &subscriptions) == nil {
		for _, s := range subscriptions {
			events = append(events, s.Event)
			if len(s.Filter.And) > 0 {
				v["object"] = c.slugOf(s.Filter.And[0].Value)
			}
		}
	}
	v["events"] = events
	return v
}

func listReferenceWebhooks(ctx context.Context, c *call) (any, error) {
	p, err := c.referencePaging()
	if err != nil {
		return nil, err
	}
	return c.referenceDocuments(p, func(limit, offset int, see func(any)) error {
		return c.st.documents(ctx, kindWebhook, false, limit, offset, decoded(func(d document, h *webhook) { see(c.referenceWebhook(d, h)) }))
	})
}

func createReferenceWebhook(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	var filter any
	if _, given := in["object"]; given {
		if o, ok := c.st.schema.object(f.text("object")); ok {
			filter = map[string]any{"$and": []any{map[string]any{"field": "id.object_id", "operator": "equals", "value": o.ID}}}
		} else {
			f.bad(invalidIssue("No such object", "data", "object"))
		}
	}
	current := &form{in: map[string]any{"target_url": f.text("url")}}
	list := []any{}
	for _, event := range f.list("events") {
		list = append(list, map[string]any{"event_type": event, "filter": filter})
	}
	current.in["subscriptions"] = list
	h := &webhook{URL: current.target(), Subscriptions: current.subscriptions()}
	if _, given := in["secret"]; given {
		h.Secret = f.text("secret")
	}
	f.issues = append(f.issues, current.issues...)
	if err := f.done(); err != nil {
		return nil, err
	}
	d, err := c.addWebhook(ctx, h)
	if err != nil {
		return nil, err
	}
	return created{data{c.referenceWebhook(d, h)}}, nil
}
