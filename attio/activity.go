package attio

import (
	"context"
	"iter"

	"attio-etl/crm"
)

// The largest pages of the lists that have a limit of their own (contract §11).
const (
	NotePage    = 50
	TaskPage    = 500
	ThreadPage  = 50
	webhookPage = 100
)

// plainListing is a list of items that are read without fail.
func plainListing[J, T any](size int, read func(J) T, id func(T) string, call func(s contract, limit, offset int) *request) listing[J, T] {
	return listing[J, T]{
		size: size, id: id, loose: true,
		call: func(s contract, limit int, at crm.Position) *request { return call(s, limit, at.Offset) },
		read: func(_ *request, j *J) (T, error) { return read(*j), nil },
	}
}

// Notes are the notes on a record, or on all records where the link is empty, oldest first (contract §11).
func (c *Client) Notes(ctx context.Context, parent crm.RecordLink) iter.Seq2[crm.Note, error] {
	return each(c.NotePages(ctx, parent, crm.Position{}), 0)
}

// NotePages is Notes page by page from a position on, as RecordPages is of records.
func (c *Client) NotePages(ctx context.Context, parent crm.RecordLink, from crm.Position) iter.Seq2[crm.Page[crm.Note], error] {
	call := func(s contract, limit, offset int) *request { return s.notes(parent, limit, offset) }
	return pages(ctx, c, plainListing(NotePage, noteJSON.read, func(n crm.Note) string { return n.ID }, call), from)
}

// ScanNotes reads the notes on a record, or on all records where the link is empty, page by page. It ends with crm.ErrMoved when a note was
// deleted meanwhile, as another may then have been passed over.
func (c *Client) ScanNotes(ctx context.Context, parent crm.RecordLink) iter.Seq2[crm.Page[crm.Note], error] {
	l := plainListing(NotePage, noteJSON.read, func(n crm.Note) string { return n.ID }, func(s contract, limit, offset int) *request {
		return s.notes(parent, limit, offset)
	})
	l.whole = true
	return pages(ctx, c, l, crm.Position{})
}

// MoreNotesThan reports whether there are more than n notes, in one request.
func (c *Client) MoreNotesThan(ctx context.Context, n int) (bool, error) {
	for page, err := range c.NotePages(ctx, crm.RecordLink{}, crm.Position{Offset: n}) {
		return len(page.Items) > 0, err
	}
	return false, nil
}

// Note is one note (contract §11).
func (c *Client) Note(ctx context.Context, id string) (crm.Note, error) {
	found, err := ask[noteJSON](ctx, c, func(s contract) *request { return s.note(id) })
	return found.read(), err
}

// CreateNote writes a note on a record; it may be back-dated (contract §11). It is not repeated.
func (c *Client) CreateNote(ctx context.Context, n crm.Note) (crm.Note, error) {
	made, err := ask[noteJSON](ctx, c, func(s contract) *request { return s.createNote(n) })
	return made.read(), err
}

// DeleteNote deletes a note, as DeleteRecord deletes a record (contract §11).
func (c *Client) DeleteNote(ctx context.Context, id string) error {
	return c.remove(ctx, func(s contract) *request { return s.deleteNote(id) })
}

// Tasks are the tasks that the query asks for, oldest first (contract §11).
func (c *Client) Tasks(ctx context.Context, q crm.TaskQuery) iter.Seq2[crm.Task, error] {
	return each(c.TaskPages(ctx, q, crm.Position{}), 0)
}

// TaskPages is Tasks page by page from a position on, as RecordPages is of records.
func (c *Client) TaskPages(ctx context.Context, q crm.TaskQuery, from crm.Position) iter.Seq2[crm.Page[crm.Task], error] {
	call := func(s contract, limit, offset int) *request { return s.tasks(q, limit, offset) }
	return pages(ctx, c, plainListing(TaskPage, taskJSON.read, func(t crm.Task) string { return t.ID }, call), from)
}

// ScanTasks reads the tasks of a record, or all where the link is empty, as ScanNotes reads notes. A contract that cannot select tasks by
// their record gives all.
func (c *Client) ScanTasks(ctx context.Context, linked crm.RecordLink) iter.Seq2[crm.Page[crm.Task], error] {
	l := plainListing(TaskPage, taskJSON.read, func(t crm.Task) string { return t.ID }, func(s contract, limit, offset int) *request {
		if !s.linksTasks() {
			return s.tasks(crm.TaskQuery{}, limit, offset)
		}
		return s.tasks(crm.TaskQuery{Linked: linked}, limit, offset)
	})
	l.whole = true
	return pages(ctx, c, l, crm.Position{})
}

// Task is one task (contract §11). Its linked records name their object by id.
func (c *Client) Task(ctx context.Context, id string) (crm.Task, error) {
	found, err := ask[taskJSON](ctx, c, func(s contract) *request { return s.task(id) })
	return found.read(), err
}

// CreateTask writes a task (contract §11). It is not repeated.
func (c *Client) CreateTask(ctx context.Context, t crm.Task) (crm.Task, error) {
	made, err := ask[taskJSON](ctx, c, func(s contract) *request { return s.createTask(t) })
	return made.read(), err
}

// UpdateTask changes a task (contract §11). It may be repeated.
func (c *Client) UpdateTask(ctx context.Context, id string, change crm.TaskChange) (crm.Task, error) {
	changed, err := ask[taskJSON](ctx, c, func(s contract) *request { return s.updateTask(id, change) })
	return changed.read(), err
}

// DeleteTask deletes a task, as DeleteRecord deletes a record (contract §11).
func (c *Client) DeleteTask(ctx context.Context, id string) error {
	return c.remove(ctx, func(s contract) *request { return s.deleteTask(id) })
}

// WorkspaceMembers lists the users of the workspace, suspended ones included (contract §11).
func (c *Client) WorkspaceMembers(ctx context.Context) ([]crm.Member, error) {
	found, err := ask[[]memberJSON](ctx, c, contract.members)
	return readAs(found, memberJSON.read), err
}

// WorkspaceMember is one user of the workspace (contract §11).
func (c *Client) WorkspaceMember(ctx context.Context, id string) (crm.Member, error) {
	found, err := ask[memberJSON](ctx, c, func(s contract) *request { return s.member(id) })
	return found.read(), err
}

// Comment is one comment (contract §11).
func (c *Client) Comment(ctx context.Context, id string) (crm.Comment, error) {
	found, err := ask[commentJSON](ctx, c, func(s contract) *request { return s.comment(id) })
	return found.read(), err
}

// CreateComment writes a comment: in a thread, or as the first of a new one on a record or an entry (contract §11). It is not repeated.
func (c *Client) CreateComment(ctx context.Context, comment crm.Comment) (crm.Comment, error) {
	made, err := ask[commentJSON](ctx, c, func(s contract) *request { return s.createComment(comment) })
	return made.read(), err
}

// DeleteComment deletes a comment, and with the first of a thread the thread, as DeleteRecord deletes a record (contract §11).
func (c *Client) DeleteComment(ctx context.Context, id string) error {
	return c.remove(ctx, func(s contract) *request { return s.deleteComment(id) })
}

// RecordThreads are the threads on a record (contract §11).
func (c *Client) RecordThreads(ctx context.Context, record crm.RecordLink) iter.Seq2[crm.Thread, error] {
	return each(c.ThreadPages(ctx, record, crm.EntryLink{}, crm.Position{}), 0)
}

// EntryThreads are the threads on an entry (contract §11).
func (c *Client) EntryThreads(ctx context.Context, entry crm.EntryLink) iter.Seq2[crm.Thread, error] {
	return each(c.ThreadPages(ctx, crm.RecordLink{}, entry, crm.Position{}), 0)
}

// ThreadPages are the threads on a record or on an entry, one of which is given, page by page from a position on, as RecordPages is of records.
func (c *Client) ThreadPages(
	ctx context.Context, record crm.RecordLink, entry crm.EntryLink, from crm.Position,
) iter.Seq2[crm.Page[crm.Thread], error] {
	call := func(s contract, limit, offset int) *request { return s.threads(record, entry, limit, offset) }
	return pages(ctx, c, plainListing(ThreadPage, threadJSON.read, func(t crm.Thread) string { return t.ID }, call), from)
}

// Thread is one thread with its comments (contract §11).
func (c *Client) Thread(ctx context.Context, id string) (crm.Thread, error) {
	found, err := ask[threadJSON](ctx, c, func(s contract) *request { return s.thread(id) })
	return found.read(), err
}

// Webhooks are the webhooks of the workspace (contract §11).
func (c *Client) Webhooks(ctx context.Context) iter.Seq2[crm.Webhook, error] {
	call := func(s contract, limit, offset int) *request { return s.webhooks(limit, offset) }
	return each(pages(ctx, c, plainListing(webhookPage, webhookJSON.read, func(w crm.Webhook) string { return w.ID }, call), crm.Position{}), 0)
}

// Webhook is one webhook, without its secret (contract §11).
func (c *Client) Webhook(ctx context.Context, id string) (crm.Webhook, error) {
	found, err := ask[webhookJSON](ctx, c, func(s contract) *request { return s.webhook(id) })
	return found.read(), err
}

// CreateWebhook creates a webhook; only this reply has its secret, so it is not repeated (contract §11).
func (c *Client) CreateWebhook(ctx context.Context, w crm.Webhook) (crm.Webhook, error) {
	made, err := ask[webhookJSON](ctx, c, func(s contract) *request { return s.createWebhook(w) })
	return made.read(), err
}

// UpdateWebhook changes the address and the subscriptions, those that are set (contract §11). It may be repeated.
func (c *Client) UpdateWebhook(ctx context.Context, id string, w crm.Webhook) (crm.Webhook, error) {
	changed, err := ask[webhookJSON](ctx, c, func(s contract) *request { return s.updateWebhook(id, w) })
	return changed.read(), err
}

// DeleteWebhook deletes a webhook, as DeleteRecord deletes a record (contract §11).
func (c *Client) DeleteWebhook(ctx context.Context, id string) error {
	return c.remove(ctx, func(s contract) *request { return s.deleteWebhook(id) })
}
