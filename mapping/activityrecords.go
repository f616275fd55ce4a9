package mapping

import (
	"time"

	"attio-etl/crm"
)

// fieldsOf gathers the values of an activity; what is empty has none.
type fieldsOf map[string][]crm.Value

func (f fieldsOf) text(slug, text string) {
	if text != "" {
		f[slug] = []crm.Value{crm.Text(text)}
	}
}

func (f fieldsOf) flag(slug string, yes bool) { f[slug] = []crm.Value{crm.Checkbox(yes)} }

func (f fieldsOf) moment(slug string, t time.Time) {
	if !t.IsZero() {
		f[slug] = []crm.Value{crm.Timestamp(t)}
	}
}

func (f fieldsOf) actor(slug string, actors ...crm.ActorReference) {
	for _, a := range actors {
		if a != (crm.ActorReference{}) {
			f[slug] = append(f[slug], a)
		}
	}
}

func (f fieldsOf) link(slug string, links ...crm.RecordLink) {
	for _, l := range links {
		if l.RecordID != "" {
			f[slug] = append(f[slug], crm.RecordReference{Object: l.Object, ID: l.RecordID})
		}
	}
}

// NoteRecord is a note with its parts as values.
func NoteRecord(n crm.Note) crm.Record {
	f := fieldsOf{}
	f.link(ParentRecord, n.Parent)
	f.text("title", n.Title)
	f.text("content", n.Text)
	f.text("content_markdown", n.Markdown)
	f.text("meeting_id", n.MeetingID)
	f.actor("created_by", n.CreatedBy)
	return crm.Record{ID: n.ID, CreatedAt: n.CreatedAt, Values: f}
}

// TaskRecord is a task with its parts as values. Objects are the slugs of objects by their ids, by which the API names them here.
func TaskRecord(t crm.Task, objects map[string]string) crm.Record {
	f := fieldsOf{}
	f.text("content", t.Content)
	f.moment("deadline_at", t.Deadline)
	f.flag("is_completed", t.Completed)
	f.moment("completed_at", t.CompletedAt)
	for _, l := range t.Linked {
		if slug := objects[l.Object]; slug != "" {
			l.Object = slug
		}
		f.link("linked_records", l)
	}
	f.actor("assignees", t.Assignees...)
	f.actor("created_by", t.CreatedBy)
	return crm.Record{ID: t.ID, CreatedAt: t.CreatedAt, Values: f}
}

// MemberRecord is a member with the parts as values.
func MemberRecord(m crm.Member) crm.Record {
	f := fieldsOf{}
	f.text("first_name", m.First)
	f.text("last_name", m.Last)
	if m.Email != "" {
		f["email_address"] = []crm.Value{crm.EmailAddress(m.Email)}
	}
	f.text("access_level", m.Access)
	return crm.Record{ID: m.ID, CreatedAt: m.CreatedAt, Values: f}
}

// CommentRecord is a comment with its parts as values. The parent is the record that it is on, or that the entry is of which it is on.
func CommentRecord(c crm.Comment, parent crm.RecordLink, entryID string) crm.Record {
	f := fieldsOf{}
	f.text("thread_id", c.ThreadID)
	f.link(ParentRecord, parent)
	f.text("entry_id", entryID)
	f.text("content", c.Content)
	f.actor("author", c.Author)
	f.moment("resolved_at", c.ResolvedAt)
	f.actor("resolved_by", c.ResolvedBy)
	return crm.Record{ID: c.ID, CreatedAt: c.CreatedAt, Values: f}
}

// The kinds of rows of an export of the schema.
const (
	kindObject    = "object"
	kindList      = "list"
	kindAttribute = "attribute"
	kindOption    = "option"
	kindStatus    = "status"
)

// ObjectRecords are an object, its attributes and their choices, one below the other.
func ObjectRecords(o crm.Object, attributes []crm.Attribute) []crm.Record {
	f := place(crm.Target{Object: o.Slug}, kindObject)
	f.text("id", o.ID)
	f.text("title", o.Singular)
	f.text("plural", o.Plural)
	return append([]crm.Record{{ID: o.Slug, Values: f}}, attributeRecords(crm.Target{Object: o.Slug}, attributes)...)
}

// ListRecords are a list, its attributes and their choices, one below the other.
func ListRecords(l crm.List, attributes []crm.Attribute) []crm.Record {
	target := crm.Target{List: l.Slug}
	f := place(target, kindList)
	f.text("id", l.ID)
	f.text("title", l.Name)
	f.objects(l.ParentObjects)
	return append([]crm.Record{{ID: pathOf(target), Values: f}}, attributeRecords(target, attributes)...)
}

// pathOf is the path of an object or a list, such that no two are the same.
func pathOf(t crm.Target) string {
	text, _ := t.MarshalText() // it never fails
	return string(text)
}

// place is where a row belongs and what it is of.
func place(t crm.Target, kind string) fieldsOf {
	f := fieldsOf{}
	f.text("kind", kind)
	f.text("object", t.Object)
	f.text("list", t.List)
	return f
}

func (f fieldsOf) objects(slugs []string) {
	for _, slug := range slugs {
		f["objects"] = append(f["objects"], crm.Text(slug))
	}
}

func attributeRecords(t crm.Target, attributes []crm.Attribute) []crm.Record {
	var all []crm.Record
	for _, a := range attributes {
		f := place(t, kindAttribute)
		f.text("attribute", a.Slug)
		f.text("id", a.ID)
		f.text("title", a.Title)
		f.text("description", a.Description)
		f.text("type", string(a.Type))
		f.text("currency", a.Currency)
		f.objects(a.AllowedObjects)
		f.flag("is_multi", a.Multi)
		f.flag("is_unique", a.Unique)
		f.flag("is_required", a.Required)
		f.flag("is_writable", a.Writable)
		f.flag("is_system", a.System)
		f.flag("is_archived", a.Archived)
		path := pathOf(t) + "." + a.Slug
		all = append(all, crm.Record{ID: path, Values: f})
		kind := kindOption
		if a.Type == crm.TypeStatus {
			kind = kindStatus
		}
		for _, c := range a.Choices {
			f := place(t, kind)
			f.text("attribute", a.Slug)
			f.text("id", c.ID)
			f.text("title", c.Title)
			f.flag("is_archived", c.Archived)
			all = append(all, crm.Record{ID: path + "." + c.ID, Values: f})
		}
	}
	return all
}
