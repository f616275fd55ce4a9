package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// document is a note, task, comment, thread or webhook: what has no attributes and is read as it was written.
type document struct {
	kind    string
	id      string
	parent  int64 // row of the record or entry with which it is deleted; 0: none
	created int64
	row     int64
}

// Kinds of documents.
const (
	kindNote    = "note"
	kindTask    = "task"
	kindThread  = "thread"
	kindComment = "comment"
	kindWebhook = "webhook"
	// kindReply is what an Idempotency-Key of the reference contract stands for.
	kindReply = "reply"
)

// addDocument stores what with a document's facts; the id of d is made when it has none.
func (st *store) addDocument(ctx context.Context, d *document, what any) error {
	if d.id == "" {
		d.id = uuid.NewString()
	}
	text, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("encode %s: %w", d.kind, err)
	}
	_, err = st.exec(ctx, "INSERT INTO documents (uuid, kind, parent, created, doc) VALUES (?, ?, ?, ?, ?)", d.id, d.kind, d.parent, d.created, string(text))
	return err
}

// document reads one into what; false when there is none of that kind.
func (st *store) document(ctx context.Context, kind, id string, what any) (document, bool, error) {
	d, found := document{kind: kind}, false
	err := st.each(ctx, func(scan func(...any) error) error {
		var text []byte
		found = true
		return errors.Join(scan(&d.row, &d.id, &d.parent, &d.created, &text), decodeDocument(kind, text, what))
	}, "SELECT id, uuid, parent, created, doc FROM documents WHERE uuid = ? AND +kind = ?", id, kind)
	return d, found, err
}

func decodeDocument(kind string, text []byte, what any) error {
	if err := json.Unmarshal(text, what); err != nil {
		return fmt.Errorf("decode stored %s: %w", kind, err)
	}
	return nil
}

// documents calls see with documents of a kind in order of their created_at; limit -1 is all.
func (st *store) documents(ctx context.Context, kind string, descending bool, limit, offset int, see func(d document, text []byte) error) error {
	query := "SELECT id, uuid, parent, created, doc FROM documents WHERE kind = ? ORDER BY created, id LIMIT ? OFFSET ?"
	if descending {
		query = "SELECT id, uuid, parent, created, doc FROM documents WHERE kind = ? ORDER BY created DESC, id DESC LIMIT ? OFFSET ?"
	}
	return st.each(ctx, seeDocument(kind, see), query, kind, limit, offset)
}

// attached calls see with the documents of a kind that hang on a record, in order of their created_at.
func (st *store) attached(ctx context.Context, kind string, row int64, see func(d document, text []byte) error) error {
	return st.each(ctx, seeDocument(kind, see),
		"SELECT id, uuid, parent, created, doc FROM documents WHERE parent = ? AND +kind = ? ORDER BY created, id", row, kind)
}

func seeDocument(kind string, see func(d document, text []byte) error) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		d := document{kind: kind}
		var text []byte
		if err := scan(&d.row, &d.id, &d.parent, &d.created, &text); err != nil {
			return err
		}
		return see(d, text)
	}
}

func (st *store) saveDocument(ctx context.Context, d document, what any) error {
	return st.saveDoc(ctx, "UPDATE documents SET doc = ? WHERE id = ?", what, d.row)
}

func (st *store) removeDocument(ctx context.Context, d document) error {
	_, err := st.exec(ctx, "DELETE FROM documents WHERE id = ?", d.row)
	return err
}

// named reads the document whose id stands in the path.
func named[T any](ctx context.Context, c *call, kind string) (document, *T, error) {
	what, id := new(T), c.r.PathValue(kind)
	if uuid.Validate(id) != nil {
		return document{}, nil, badRequest(codeValidation, "The ID %q of a %s is not a valid UUID.", id, kind)
	}
	d, found, err := c.st.document(ctx, kind, id, what)
	if err == nil && !found {
		err = notFound("Could not find %s with ID %q.", kind, id)
	}
	return d, what, err
}

// createdAt reads the optional member of that name: a moment, now when it is absent.
func (f *form) createdAt(now int64) int64 {
	v, given := f.get("created_at")
	if !given || v == nil {
		return now
	}
	text, _ := v.(string)
	t, ok := parseIn(text, isoTimes)
	if !ok {
		f.bad(invalidIssue("Invalid timestamp", "data", "created_at"))
		return now
	}
	return t.UnixNano()
}

// linkedRecord is the record that two members of a body or of the query string name.
func (c *call) linkedRecord(ctx context.Context, slug, id string) (*object, *record, error) {
	o, ok := c.st.schema.object(slug)
	if !ok {
		return nil, nil, badRequest(codeValueNotFound, "Object with slug/ID %q not found.", slug)
	}
	if uuid.Validate(id) != nil {
		return nil, nil, badRequest(codeValidation, "Record ID %q is not a valid UUID.", id)
	}
	rec, err := c.st.recordByID(ctx, o, id)
	if err == nil && rec == nil {
		err = badRequest(codeValueNotFound, "Record with ID %q of object %q not found.", id, o.Slug)
	}
	return o, rec, err
}
