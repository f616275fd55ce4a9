package importer

import (
	"context"
	"iter"

	"attio-etl/crm"
	"attio-etl/jobs"
)

// markdownContent is where the content of a note stands that rows write as markdown.
const markdownContent = jobs.Content + " as " + jobs.Markdown

// notePage is how many notes a page holds (contract §11).
const notePage = 50

// noteCreations is the notes on records.
type noteCreations struct{ notes Notes }

// content has the text where a note shows it in the same format, and without the format.
func (noteCreations) content(fields []crm.Field) []crm.Field {
	content := make([]crm.Field, 0, len(fields))
	for _, f := range fields {
		switch f.Attribute {
		case jobs.NoteFormat:
			continue
		case jobs.Content:
			if isMarkdown(fields) {
				f.Attribute = markdownContent
			}
			f.Values = kept(f.Values)
		case jobs.Title:
			f.Values = kept(f.Values)
		}
		content = append(content, f)
	}
	return content
}

func isMarkdown(fields []crm.Field) bool {
	format, ok := valueOf(fields, jobs.NoteFormat).(crm.Select)
	return ok && format.Title == jobs.Markdown
}

// core leaves the content out: text with and without marks may be that of one note.
func (noteCreations) core(*Import) []string { return []string{jobs.ParentRecord, jobs.Title} }

func (noteCreations) parent(fields []crm.Field) crm.RecordReference {
	parent, _ := parentOf(fields)
	return parent
}

func (n noteCreations) under(ctx context.Context, parents []crm.RecordReference) iter.Seq2[[]crm.Record, error] {
	return eachOf(parents, func(p crm.RecordReference) iter.Seq2[[]crm.Record, error] {
		return eachPage(n.notes.ScanNotes(ctx, crm.RecordLink{Object: p.Object, RecordID: p.ID}), noteRecord)
	})
}

func (n noteCreations) all(ctx context.Context) iter.Seq2[[]crm.Record, error] {
	return eachPage(n.notes.ScanNotes(ctx, crm.RecordLink{}), noteRecord)
}

func noteRecord(n crm.Note) crm.Record {
	return crm.Record{ID: n.ID, Values: map[string][]crm.Value{
		jobs.ParentRecord: {crm.RecordReference{Object: n.Parent.Object, ID: n.Parent.RecordID}},
		jobs.Title:        {even(n.Title)},
		jobs.Content:      {even(n.Text)},
		markdownContent:   {even(n.Markdown)},
		jobs.CreatedAt:    {crm.Timestamp(n.CreatedAt)},
	}}
}

func (n noteCreations) moreThan(ctx context.Context, limit int) (bool, error) {
	return n.notes.MoreNotesThan(ctx, limit)
}

func (noteCreations) batch() int { return 1 }

func (noteCreations) page() int { return notePage }

func (n noteCreations) create(ctx context.Context, fields []crm.Field) (crm.Record, error) {
	parent, _ := parentOf(fields)
	note := crm.Note{
		Parent: crm.RecordLink{Object: parent.Object, RecordID: parent.ID}, Title: textOf(fields, jobs.Title), CreatedAt: timeAt(fields, jobs.CreatedAt),
	}
	if text := textOf(fields, jobs.Content); isMarkdown(fields) {
		note.Markdown = text
	} else {
		note.Text = text
	}
	made, err := n.notes.CreateNote(ctx, note)
	return noteRecord(made), err
}
