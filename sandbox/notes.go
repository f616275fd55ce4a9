package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// note is what is stored of a note; its record and its created_at are the document's.
type note struct {
	Object  string  `json:"object"` // id
	Record  string  `json:"record"` // id
	Title   string  `json:"title"`
	Plain   string  `json:"plain"`
	Mark    string  `json:"markdown"`
	Meeting *string `json:"meeting,omitempty"`
	By      string  `json:"by,omitempty"`
}

// maxNote is the largest content of a note in bytes; the contract says only that there is a limit.
const maxNote = 1 << 20

// Pages of notes and of threads (contract §11).
const (
	smallPage    = 10
	maxSmallPage = 50
)

func (c *call) noteView(d document, n *note) any {
	object := n.Object
	if o, ok := c.st.schema.object(n.Object); ok {
		object = o.Slug
	}
	return map[string]any{
		"id":            map[string]string{"workspace_id": c.st.schema.workspace, "note_id": d.id},
		"parent_object": object, "parent_record_id": n.Record, "title": n.Title, "content_plaintext": n.Plain, "content_markdown": n.Mark,
		"tags": []any{}, "meeting_id": n.Meeting, "created_by_actor": c.actorView(n.By), "created_at": formatTime(d.created),
	}
}

// actorView shows a token as an actor; empty is the default one.
func (c *call) actorView(by string) any {
	if by == "" {
		by = tokenID
	}
	return map[string]any{"type": "api-token", "id": by}
}

// listNotes pages through notes, oldest first.
func listNotes(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.paging(smallPage, maxSmallPage)
	if err != nil {
		return nil, err
	}
	views := []any{}
	err = c.notes(ctx, limit, offset, func(d document, n *note) { views = append(views, c.noteView(d, n)) })
	return data{views}, err
}

// notes calls see with a page of the notes that the query string asks for.
func (c *call) notes(ctx context.Context, limit, offset int, see func(document, *note)) error {
	object, id := c.r.URL.Query().Get("parent_object"), c.r.URL.Query().Get("parent_record_id")
	if object == "" && id == "" {
		return c.st.documents(ctx, kindNote, false, limit, offset, decoded(see))
	}
	o, ok := c.st.schema.object(object)
	if object != "" && !ok {
		return badRequest(codeValueNotFound, "Object with slug/ID %q not found.", object)
	}
	at := 0
	wanted := decoded(func(d document, n *note) {
		if (o == nil || n.Object == o.ID) && (id == "" || n.Record == id) {
			if at++; at > offset && at <= offset+limit {
				see(d, n)
			}
		}
	})
	if id == "" || o == nil {
		return c.st.documents(ctx, kindNote, false, -1, 0, wanted)
	}
	_, rec, err := c.linkedRecord(ctx, object, id)
	if err != nil {
		return err
	}
	return c.st.attached(ctx, kindNote, rec.row, wanted)
}

// decoded hands documents on as what they hold.
func decoded[T any](see func(document, *T)) func(document, []byte) error {
	return func(d document, text []byte) error {
		what := new(T)
		if err := decodeDocument(d.kind, text, what); err != nil {
			return err
		}
		see(d, what)
		return nil
	}
}

func createNote(ctx context.Context, c *call) (any, error) {
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	d := &document{kind: kindNote, created: f.createdAt(time.Now().UnixNano())}
	object, id := f.text("parent_object"), f.text("parent_record_id")
	n := &note{Title: f.text("title"), By: c.by, Meeting: f.textOrNull("meeting_id", false)}
	format := f.oneOf("format", "plaintext", "markdown")
	content := f.textOrNull("content", true)
	if v, given := in["content"]; given && v == nil {
		f.bad(wrongType("string", v, "data", "content"))
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	n.write(format, *content)
	return c.addNote(ctx, d, n, object, id)
}

// write keeps content in both of its forms.
func (n *note) write(format, content string) {
	n.Plain, n.Mark = content, content
	if format == "markdown" {
		n.Plain = plainText(content)
	}
}

// addNote stores a note on the record that slug and id name.
func (c *call) addNote(ctx context.Context, d *document, n *note, slug, id string) (any, error) {
	if len(n.Mark) > maxNote {
		return nil, &apiError{
			Status: http.StatusRequestEntityTooLarge, Type: typeInvalidRequest, Code: codeValidation, Message: "The content of the note is too large.",
		}
	}
	o, rec, err := c.linkedRecord(ctx, slug, id)
	if err != nil {
		return nil, err
	}
	n.Object, n.Record, d.parent = o.ID, rec.id, rec.row
	if err := c.st.addDocument(ctx, d, n); err != nil {
		return nil, err
	}
	return data{c.noteView(*d, n)}, nil
}

// markdown is the notation that plainText takes away: marks of headings, lists and quotes, emphasis, links and code.
var markdown = regexp.MustCompile("(?m)^(?:#{1,6} |[-*+] |\\d+\\. |> ?)|\\*\\*|__|`+|!?\\[([^\\]]*)\\]\\([^)]*\\)")

// plainText is markdown as it is read aloud.
func plainText(s string) string {
	return strings.TrimSpace(markdown.ReplaceAllString(s, "$1"))
}

func getNote(ctx context.Context, c *call) (any, error) {
	d, n, err := named[note](ctx, c, kindNote)
	if err != nil {
		return nil, err
	}
	return data{c.noteView(d, n)}, nil
}

func deleteNote(ctx context.Context, c *call) (any, error) {
	d, _, err := named[note](ctx, c, kindNote)
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.st.removeDocument(ctx, d)
}
