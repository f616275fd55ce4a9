package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

func encodeObject(m map[string]any) ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return body, nil
}

// wrapped puts the body of an object, which the document does not wrap, into the envelope of the published API.
func (c *call) wrapped() error {
	m, err := decodeObject(c.body)
	if err != nil {
		return err
	}
	c.body, err = encodeObject(map[string]any{"data": m})
	return err
}

func createReferenceObject(ctx context.Context, c *call) (any, error) {
	if err := c.wrapped(); err != nil {
		return nil, err
	}
	made, err := createObject(ctx, c)
	return created{made}, err
}

func putReferenceObject(ctx context.Context, c *call) (any, error) {
	if err := c.wrapped(); err != nil {
		return nil, err
	}
	return patchObject(ctx, c)
}

// referenceAttributeView has the seven members of the document.
func referenceAttributeView(id, slug, title, typ string, a *attribute, multi bool) any {
	return map[string]any{
		"id": map[string]string{"attribute_id": id}, "name": title, "api_slug": slug, "type": typ,
		"is_required": a.Required, "is_unique": a.Unique, "is_multiselect": multi,
	}
}

// referenceViews is an attribute, and with a company's domains the primary domain before them.
func referenceViews(a *attribute) []any {
	own := referenceAttributeView(a.ID, a.Slug, a.Title, a.Type, a, a.Multi)
	if a.object.Slug != "companies" || a.Slug != "domains" {
		return []any{own}
	}
	return []any{referenceAttributeView(seedID("attribute", "companies", primaryDomain), primaryDomain, "Domain", typeText, a, false), own}
}

func listReferenceAttributes(_ context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	views := []any{}
	for _, a := range o.attributes {
		if !a.Archived {
			views = append(views, referenceViews(a)...)
		}
	}
	return data{views}, nil
}

// createReferenceAttribute reads the members of the document; a currency is in USD, a reference may lead to every object.
func createReferenceAttribute(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	whole := map[string]any{
		"title": f.text("name"), "api_slug": f.text("api_slug"), "type": f.text("type"), "description": nil, "config": map[string]any{},
		"is_required": false, "is_unique": false, "is_multiselect": false,
	}
	for _, key := range []string{"is_required", "is_unique", "is_multiselect"} {
		if _, given := in[key]; given {
			whole[key] = f.flag(key)
		}
	}
	if whole["type"] == typeCurrency {
		whole["config"] = map[string]any{"currency": map[string]any{"default_currency_code": "USD", "display_type": "symbol"}}
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if c.body, err = encodeObject(map[string]any{"data": whole}); err != nil {
		return nil, err
	}
	if _, err := createAttribute(ctx, c); err != nil {
		return nil, err
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	slug, _ := whole["api_slug"].(string)
	a, _ := o.attribute(slug)
	return created{data{referenceViews(a)[0]}}, nil
}

// getReferenceAttribute finds an attribute of any object by its id.
func getReferenceAttribute(_ context.Context, c *call) (any, error) {
	id := c.r.PathValue("attribute")
	for _, o := range c.st.schema.objects {
		for _, a := range o.attributes {
			for i, view := range referenceViews(a) {
				m, _ := view.(map[string]any)
				if ids, _ := m["id"].(map[string]string); ids["attribute_id"] == id {
					return data{referenceViews(a)[i]}, nil
				}
			}
		}
	}
	return nil, notFound("Could not find attribute with ID %q.", id)
}

func referenceListView(l *object) any {
	return map[string]any{
		"id": map[string]string{"list_id": l.ID}, "name": l.List.Name, "api_slug": l.Slug,
		"object_id": map[string]string{"object_id": l.parent.Slug}, "created_at": referenceTime(l.Created),
	}
}

func listReferenceLists(_ context.Context, c *call) (any, error) {
	views := []any{}
	for _, l := range c.st.schema.lists {
		views = append(views, referenceListView(l))
	}
	return data{views}, nil
}

func getReferenceList(_ context.Context, c *call) (any, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return data{referenceListView(l)}, nil
}

func createReferenceList(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	l := c.newList(f.text("name"), f.slug("api_slug"))
	parent := f.nested("object_id", "object_id")
	if err := f.done(); err != nil {
		return nil, err
	}
	if _, err := c.addList(ctx, l, parent); err != nil {
		return nil, err
	}
	return created{data{referenceListView(l)}}, nil
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
