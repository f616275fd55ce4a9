package sandbox

import (
	"context"
	"time"
	"unicode/utf8"
)

// task is what is stored of a task.
type task struct {
	Content   string     `json:"content"`
	Deadline  *string    `json:"deadline,omitempty"` // as the API writes it
	Completed *int64     `json:"completed,omitempty"`
	Links     []taskLink `json:"links,omitempty"`
	Assignees []string   `json:"assignees,omitempty"` // ids of members
	By        string     `json:"by,omitempty"`
}

type taskLink struct {
	Object string `json:"object"` // id
	Record string `json:"record"` // id
}

// maxTask is the largest content of a task in characters, maxTasks the largest page (contract §11).
const (
	maxTask   = 2000
	tasksPage = 500
	maxTasks  = 1000
)

// taskView shows target_object_id where a write has target_object; target_object is there for older readers.
func (c *call) taskView(d document, t *task) any {
	links, assignees := []any{}, []any{}
	for _, l := range t.Links {
		slug := l.Object
		if o, ok := c.st.schema.object(l.Object); ok {
			slug = o.Slug
		}
		links = append(links, map[string]any{"target_object_id": slug, "target_record_id": l.Record})
	}
	for _, id := range t.Assignees {
		assignees = append(assignees, map[string]any{"referenced_actor_type": "workspace-member", "referenced_actor_id": id})
	}
	var completed any
	if t.Completed != nil {
		completed = formatTime(*t.Completed)
	}
	return map[string]any{
		"id":                map[string]string{"workspace_id": c.st.schema.workspace, "task_id": d.id},
		"content_plaintext": t.Content, "deadline_at": t.Deadline, "is_completed": t.Completed != nil, "completed_at": completed,
		"linked_records": links, "assignees": assignees, "created_by_actor": c.actorView(t.By), "created_at": formatTime(d.created),
	}
}

// createTask needs all of its six members (contract §11).
func createTask(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	t := &task{Content: f.text("content"), By: c.by}
	if utf8.RuneCountInString(t.Content) > maxTask {
		f.bad(invalidIssue("String must contain at most 2000 character(s)", "data", "content"))
	}
	f.oneOf("format", "plaintext")
	now := time.Now().UnixNano()
	if _, given := in["deadline_at"]; !given {
		f.bad(requiredIssue("string", "data", "deadline_at"))
	}
	err = c.taskMembers(ctx, f, t, true, now)
	if err := f.done(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	d := &document{kind: kindTask, created: now}
	return c.addTask(ctx, d, t)
}

func (c *call) addTask(ctx context.Context, d *document, t *task) (any, error) {
	if err := c.st.addDocument(ctx, d, t); err != nil {
		return nil, err
	}
	return data{c.taskView(*d, t)}, nil
}

// taskMembers reads the members that may change later too. What is wrong with the form is left in it; an error is a value
// that was not found.
func (c *call) taskMembers(ctx context.Context, f *form, t *task, all bool, now int64) error {
	if _, given := f.in["deadline_at"]; given {
		t.Deadline = f.moment("deadline_at")
	}
	if _, given := f.in["is_completed"]; given || all {
		switch done := f.flag("is_completed"); {
		case !done:
			t.Completed = nil
		case t.Completed == nil:
			t.Completed = &now
		}
	}
	var failed error
	if _, given := f.in["linked_records"]; given || all {
		t.Links, failed = c.taskLinks(ctx, f, f.list("linked_records"))
	}
	if _, given := f.in["assignees"]; given || all {
		list := f.list("assignees")
		if failed == nil {
			t.Assignees, failed = c.taskAssignees(ctx, list)
		}
	}
	return failed
}

// moment is a date-time as the API writes it, or null.
func (f *form) moment(key string) *string {
	s := f.textOrNull(key, false)
	if s == nil {
		return nil
	}
	stamp, ok := canonicalTimestamp(*s, true)
	if !ok {
		f.bad(invalidIssue("Invalid timestamp", "data", key))
	}
	return &stamp
}

// taskLinks reads linked_records, each by id or by one value of a matching attribute, as in a record reference.
func (c *call) taskLinks(ctx context.Context, f *form, list []any) ([]taskLink, error) {
	var out []taskLink
	for _, element := range list {
		m, ok := element.(map[string]any)
		if !ok {
			f.bad(wrongType("object", element, "data", "linked_records"))
			continue
		}
		ref, err := parseReference(ctx, c.writer(nil), &attribute{Slug: "linked_records", Type: typeRecordReference}, m)
		if err != nil {
			return nil, err
		}
		slug, _ := ref["target_object"].(string)
		o, _ := c.st.schema.object(slug)
		id, _ := ref["target_record_id"].(string)
		out = append(out, taskLink{o.ID, id})
	}
	return out, nil
}

func (c *call) taskAssignees(ctx context.Context, list []any) ([]string, error) {
	var out []string
	for _, element := range list {
		who, err := parseActor(ctx, c.writer(nil), &attribute{Slug: "assignees", Type: typeActorReference}, element)
		if err != nil {
			return nil, err
		}
		id, _ := who["referenced_actor_id"].(string)
		out = append(out, id)
	}
	return out, nil
}

func getTask(ctx context.Context, c *call) (any, error) {
	d, t, err := named[task](ctx, c, kindTask)
	if err != nil {
		return nil, err
	}
	return data{c.taskView(d, t)}, nil
}

// patchTask may change deadline, completion, links and assignees alone.
func patchTask(ctx context.Context, c *call) (any, error) {
	d, t, err := named[task](ctx, c, kindTask)
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	err = c.taskMembers(ctx, f, t, false, time.Now().UnixNano())
	if err := f.done(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if err := c.st.saveDocument(ctx, d, t); err != nil {
		return nil, err
	}
	return data{c.taskView(d, t)}, nil
}

func deleteTask(ctx context.Context, c *call) (any, error) {
	d, _, err := named[task](ctx, c, kindTask)
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.st.removeDocument(ctx, d)
}
