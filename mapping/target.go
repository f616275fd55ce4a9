package mapping

import (
	"slices"

	"attio-etl/crm"
	"attio-etl/jobs"
)

// TargetSchema is what rows of an import can fill: the attributes of its object or its list, which described has, the record of an entry, and what the API
// has of notes and tasks (contract §11). Parents is the objects whose records a list takes; members is the workspace's, for tasks.
func TargetSchema(spec *jobs.Import, described *crm.Schema, parents []string, members []crm.Member) *crm.Schema {
	target := spec.Target.Target()
	switch {
	case target.List != "":
		s := &crm.Schema{Target: target, Attributes: []crm.Attribute{parentAttribute(parents)}}
		s.Attributes[0].Unique = !spec.Target.Keyless()
		s.Attributes = append(s.Attributes, described.Attributes...)
		return s
	case target.Activity == crm.Notes:
		return &crm.Schema{Target: target, Attributes: writtenNote()}
	case target.Activity == crm.Tasks:
		return &crm.Schema{Target: target, Attributes: writtenTask(spec.Columns, members)}
	}
	return described
}

// parentAttribute stands for the record of an entry or a note, which is no attribute to the API.
func parentAttribute(objects []string) crm.Attribute {
	return crm.Attribute{
		Slug: jobs.ParentRecord, Title: "Parent record", Type: crm.TypeRecordReference, Writable: true, Required: true, AllowedObjects: slices.Clone(objects),
	}
}

// writtenNote is what of a note can be written.
func writtenNote() []crm.Attribute {
	return []crm.Attribute{
		parentAttribute(nil),
		{Slug: jobs.Title, Title: "Title", Type: crm.TypeText, Writable: true, Required: true},
		{Slug: jobs.Content, Title: "Content", Type: crm.TypeText, Writable: true, Required: true},
		{Slug: jobs.NoteFormat, Title: "Format", Type: crm.TypeSelect, Writable: true, Choices: []crm.Choice{
			{ID: jobs.Plaintext, Title: jobs.Plaintext}, {ID: jobs.Markdown, Title: jobs.Markdown},
		}},
		{Slug: jobs.CreatedAt, Title: "Created at", Type: crm.TypeTimestamp, Writable: true},
	}
}

// writtenTask is what of a task can be written, with one attribute for each column of linked records, as each may name records of another object by another key.
func writtenTask(columns []jobs.Column, members []crm.Member) []crm.Attribute {
	list := []crm.Attribute{
		{Slug: jobs.Content, Title: "Content", Type: crm.TypeText, Writable: true, Required: true},
		{Slug: jobs.Deadline, Title: "Deadline", Type: crm.TypeTimestamp, Writable: true},
		{Slug: jobs.IsCompleted, Title: "Completed", Type: crm.TypeCheckbox, Writable: true},
		{Slug: jobs.Assignees, Title: "Assignees", Type: crm.TypeActorReference, Writable: true, Multi: true, Members: members},
	}
	linked := func(slug string) crm.Attribute {
		return crm.Attribute{Slug: slug, Title: "Linked records", Type: crm.TypeRecordReference, Writable: true, Multi: true}
	}
	list = append(list, linked(jobs.LinkedRecords))
	for n := 2; slices.ContainsFunc(columns, func(c jobs.Column) bool { return c.Attribute == jobs.Nth(jobs.LinkedRecords, n) }); n++ {
		list = append(list, linked(jobs.Nth(jobs.LinkedRecords, n)))
	}
	return list
}
