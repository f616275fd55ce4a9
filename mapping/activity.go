package mapping

import (
	"slices"

	"attio-etl/crm"
)

// The columns of an export of an activity that are no attributes.
const (
	NoteID    = "note_id"
	TaskID    = "task_id"
	MemberID  = "member_id"
	CommentID = "comment_id"
	SchemaID  = "path" // of an object, a list, an attribute or a choice: "companies.categories", "list:sales"
)

// idColumn is the column that holds the id of what is exported.
func idColumn(t crm.Target) string {
	switch {
	case t.List != "":
		return EntryID
	case t.Activity == crm.Notes:
		return NoteID
	case t.Activity == crm.Tasks:
		return TaskID
	case t.Activity == crm.Members:
		return MemberID
	case t.Activity == crm.Comments:
		return CommentID
	case t.Activity == crm.Structure:
		return SchemaID
	default:
		return RecordID
	}
}

// fixedColumns are the columns of a target that are no attributes.
func fixedColumns(t crm.Target) []string {
	switch {
	case t.Activity == crm.Structure:
		return []string{SchemaID}
	case t.Object != "":
		return []string{RecordID, CreatedAt, WebURL}
	default:
		return []string{idColumn(t), CreatedAt}
	}
}

// The attributes of activities: what the API has of each, as columns. Moments that the server made are system attributes.
var (
	noteAttributes = []crm.Attribute{
		{Slug: ParentRecord, Type: crm.TypeRecordReference},
		{Slug: "title", Type: crm.TypeText},
		{Slug: "content", Type: crm.TypeText},
		{Slug: "content_markdown", Type: crm.TypeText},
		{Slug: "meeting_id", Type: crm.TypeText},
		{Slug: "created_by", Type: crm.TypeActorReference},
	}
	taskAttributes = []crm.Attribute{
		{Slug: "content", Type: crm.TypeText},
		{Slug: "deadline_at", Type: crm.TypeTimestamp},
		{Slug: "is_completed", Type: crm.TypeCheckbox},
		{Slug: "completed_at", Type: crm.TypeTimestamp, System: true},
		{Slug: "linked_records", Type: crm.TypeRecordReference, Multi: true},
		{Slug: "assignees", Type: crm.TypeActorReference, Multi: true},
		{Slug: "created_by", Type: crm.TypeActorReference},
	}
	memberAttributes = []crm.Attribute{
		{Slug: "first_name", Type: crm.TypeText},
		{Slug: "last_name", Type: crm.TypeText},
		{Slug: "email_address", Type: crm.TypeEmailAddress},
		{Slug: "access_level", Type: crm.TypeText},
	}
	commentAttributes = []crm.Attribute{
		{Slug: "thread_id", Type: crm.TypeText},
		{Slug: ParentRecord, Type: crm.TypeRecordReference},
		{Slug: "entry_id", Type: crm.TypeText},
		{Slug: "content", Type: crm.TypeText},
		{Slug: "author", Type: crm.TypeActorReference},
		{Slug: "resolved_at", Type: crm.TypeTimestamp, System: true},
		{Slug: "resolved_by", Type: crm.TypeActorReference},
	}
	structureAttributes = []crm.Attribute{
		{Slug: "kind", Type: crm.TypeText},
		{Slug: "object", Type: crm.TypeText},
		{Slug: "list", Type: crm.TypeText},
		{Slug: "attribute", Type: crm.TypeText},
		{Slug: "id", Type: crm.TypeText},
		{Slug: "title", Type: crm.TypeText},
		{Slug: "plural", Type: crm.TypeText},
		{Slug: "description", Type: crm.TypeText},
		{Slug: "type", Type: crm.TypeText},
		{Slug: "currency", Type: crm.TypeText},
		{Slug: "objects", Type: crm.TypeText, Multi: true},
		{Slug: "is_multi", Type: crm.TypeCheckbox},
		{Slug: "is_unique", Type: crm.TypeCheckbox},
		{Slug: "is_required", Type: crm.TypeCheckbox},
		{Slug: "is_writable", Type: crm.TypeCheckbox},
		{Slug: "is_system", Type: crm.TypeCheckbox},
		{Slug: "is_archived", Type: crm.TypeCheckbox},
	}
)

// ActivitySchema is an activity as if it had attributes, so that its columns are made as those of records. Parents are the objects whose
// records it is on, none for any; members are those of the workspace, none where they are not known.
func ActivitySchema(activity crm.Activity, parents []string, members []crm.Member) *crm.Schema {
	var attributes []crm.Attribute
	switch activity {
	case crm.Notes:
		attributes = slices.Clone(noteAttributes)
	case crm.Tasks:
		attributes = slices.Clone(taskAttributes)
	case crm.Members:
		attributes = slices.Clone(memberAttributes)
	case crm.Comments:
		attributes = slices.Clone(commentAttributes)
	case crm.Structure:
		attributes = slices.Clone(structureAttributes)
	}
	for i := range attributes {
		a := &attributes[i]
		switch {
		case a.Slug == ParentRecord:
			a.AllowedObjects = parents
		case a.Type == crm.TypeActorReference:
			a.Members = members
		}
	}
	return &crm.Schema{Target: crm.Target{Activity: activity}, Attributes: attributes}
}
