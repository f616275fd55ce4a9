package sandbox

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// thread hangs on a record or on an entry. The API's description wants the record in either case.
type thread struct {
	Object string `json:"object"`           // id
	List   string `json:"list,omitempty"`   // id
	Target string `json:"target"`           // id of the record or entry
	Record string `json:"record,omitempty"` // of an entry: the id of its record
}

type comment struct {
	Thread  string `json:"thread"` // id
	Content string `json:"content"`
	Author  string `json:"author"` // id of a member
}

func (c *call) commentView(d document, m *comment, th *thread) any {
	v := map[string]any{
		"id":        map[string]string{"workspace_id": c.st.schema.workspace, "comment_id": d.id},
		"thread_id": m.Thread, "created_at": formatTime(d.created), "resolved_at": nil, "resolved_by": nil,
		"content_plaintext": m.Content, "author": map[string]any{"type": "workspace-member", "id": m.Author}, "record": nil, "entry": nil,
	}
	if th.List != "" {
		v["entry"] = map[string]any{"list_id": th.List, "entry_id": th.Target}
		v["record"] = map[string]any{"object_id": th.Object, "record_id": th.Record}
	} else {
		v["record"] = map[string]any{"object_id": th.Object, "record_id": th.Target}
	}
	return v
}

// createComment is one of the endpoints whose errors have statusCode for status_code (contract §3).
func createComment(ctx context.Context, c *call) (any, error) {
	v, err := c.comment(ctx)
	if e, ok := errors.AsType[*apiError](err); ok {
		e.camel = true
	}
	return v, err
}

// comment answers a thread, or begins one on a record or an entry: exactly one of the three members says which.
func (c *call) comment(ctx context.Context) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	d := &document{kind: kindComment, created: f.createdAt(time.Now().UnixNano())}
	f.oneOf("format", "plaintext")
	m := &comment{Content: f.text("content"), Author: f.author(c.st.schema)}
	places := 0
	for _, key := range []string{"thread_id", "record", "entry"} {
		if _, given := f.get(key); given {
			places++
		}
	}
	if places != 1 {
		f.bad(invalidIssue("Expected one of thread_id, record and entry", "data"))
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	th, row, err := c.threadOf(ctx, in, m)
	if err != nil {
		return nil, err
	}
	d.parent = row
	if err := c.st.addDocument(ctx, d, m); err != nil {
		return nil, err
	}
	return data{c.commentView(*d, m, th)}, nil
}

// author is a member; only members write comments.
func (f *form) author(s *schema) string {
	m := f.object("author")
	id, _ := m["id"].(string)
	if _, ok := s.member(id); m != nil && (m["type"] != "workspace-member" || !ok) {
		f.bad(invalidIssue("Expected type workspace-member and the id of a member", "data", "author"))
	}
	return id
}

// threadOf finds or begins the thread of a new comment and returns the row of the record or entry it hangs on.
func (c *call) threadOf(ctx context.Context, in map[string]any, m *comment) (*thread, int64, error) {
	if id, given := in["thread_id"]; given {
		th := &thread{}
		text, _ := id.(string)
		d, found, err := c.st.document(ctx, kindThread, text, th)
		if err == nil && !found {
			err = badRequest(codeValueNotFound, "Thread with ID %q not found.", text)
		}
		m.Thread = d.id
		return th, d.parent, err
	}
	th, row, err := c.place(ctx, in)
	if err != nil {
		return nil, 0, err
	}
	d := &document{kind: kindThread, parent: row, created: time.Now().UnixNano()}
	err = c.st.addDocument(ctx, d, th)
	m.Thread = d.id
	return th, row, err
}

func (c *call) place(ctx context.Context, in map[string]any) (*thread, int64, error) {
	if v, given := in["record"]; given {
		m, _ := v.(map[string]any)
		slug, _ := m["object"].(string)
		id, _ := m["record_id"].(string)
		o, rec, err := c.linkedRecord(ctx, slug, id)
		if err != nil {
			return nil, 0, err
		}
		return &thread{Object: o.ID, Target: rec.id}, rec.row, nil
	}
	m, _ := in["entry"].(map[string]any)
	slug, _ := m["list"].(string)
	id, _ := m["entry_id"].(string)
	return c.entryPlace(ctx, slug, id)
}

func (c *call) entryPlace(ctx context.Context, list, id string) (*thread, int64, error) {
	l, ok := c.st.schema.list(list)
	if !ok || uuid.Validate(id) != nil {
		return nil, 0, badRequest(codeValueNotFound, "Entry with ID %q of list %q not found.", id, list)
	}
	entry, err := c.st.recordByID(ctx, l, id)
	if err == nil && entry == nil {
		err = badRequest(codeValueNotFound, "Entry with ID %q of list %q not found.", id, list)
	}
	if err != nil {
		return nil, 0, err
	}
	return &thread{Object: l.parent.ID, Record: entry.parentID, List: l.ID, Target: id}, entry.row, nil
}

func getComment(ctx context.Context, c *call) (any, error) {
	d, m, err := named[comment](ctx, c, kindComment)
	if err != nil {
		return nil, err
	}
	th := &thread{}
	_, _, err = c.st.document(ctx, kindThread, m.Thread, th)
	return data{c.commentView(d, m, th)}, err
}

// deleteComment deletes the thread too when nothing is left of it.
func deleteComment(ctx context.Context, c *call) (any, error) {
	d, m, err := named[comment](ctx, c, kindComment)
	if err != nil {
		return nil, err
	}
	if err := c.st.removeDocument(ctx, d); err != nil {
		return nil, err
	}
	th := &thread{}
	td, _, err := c.st.document(ctx, kindThread, m.Thread, th)
	if err != nil {
		return nil, err
	}
	left, err := c.comments(ctx, td, th)
	if err == nil && len(left) == 0 {
		err = c.st.removeDocument(ctx, td)
	}
	return struct{}{}, err
}

// comments are the views of the comments of a thread, oldest first.
func (c *call) comments(ctx context.Context, td document, th *thread) ([]any, error) {
	views := []any{}
	err := c.st.attached(ctx, kindComment, td.parent, decoded(func(d document, m *comment) {
		if m.Thread == td.id {
			views = append(views, c.commentView(d, m, th))
		}
	}))
	return views, err
}

func (c *call) threadView(ctx context.Context, d document, th *thread) (any, error) {
	comments, err := c.comments(ctx, d, th)
	return map[string]any{
		"id":       map[string]string{"workspace_id": c.st.schema.workspace, "thread_id": d.id},
		"comments": comments, "created_at": formatTime(d.created),
	}, err
}

// listThreads needs a record (record_id and object) or an entry (entry_id and list).
func listThreads(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.paging(smallPage, maxSmallPage)
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	var row int64
	switch {
	case q.Has("record_id") && q.Has("object"):
		_, rec, err := c.linkedRecord(ctx, q.Get("object"), q.Get("record_id"))
		if err != nil {
			return nil, err
		}
		row = rec.row
	case q.Has("entry_id") && q.Has("list"):
		if _, row, err = c.entryPlace(ctx, q.Get("list"), q.Get("entry_id")); err != nil {
			return nil, err
		}
	default:
		return nil, badQuery(invalidIssue("Expected record_id and object, or entry_id and list"))
	}
	type found struct {
		d  document
		th *thread
	}
	var all []found
	if err := c.st.attached(ctx, kindThread, row, decoded(func(d document, th *thread) { all = append(all, found{d, th}) })); err != nil {
		return nil, err
	}
	views := []any{}
	from := min(offset, len(all))
	for _, f := range all[from:min(from+limit, len(all))] {
		view, err := c.threadView(ctx, f.d, f.th)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return data{views}, nil
}

func getThread(ctx context.Context, c *call) (any, error) {
	d, th, err := named[thread](ctx, c, kindThread)
	if err != nil {
		return nil, err
	}
	view, err := c.threadView(ctx, d, th)
	return data{view}, err
}
