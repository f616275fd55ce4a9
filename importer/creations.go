package importer

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/jobs"
)

// Notes is the notes on records as the engine needs them.
type Notes interface {
	// ScanNotes reads the notes on a record, or all; it ends with crm.ErrMoved where it may have passed over one.
	ScanNotes(ctx context.Context, parent crm.RecordLink) iter.Seq2[crm.Page[crm.Note], error]
	// MoreNotesThan reports whether there are more than n notes.
	MoreNotesThan(ctx context.Context, n int) (bool, error)
	// CreateNote writes a note. An error may leave open whether it was done.
	CreateNote(ctx context.Context, n crm.Note) (crm.Note, error)
}

// Tasks is the tasks as the engine needs them.
type Tasks interface {
	// ScanTasks reads the tasks of a record, or all; it ends with crm.ErrMoved where it may have passed over one.
	ScanTasks(ctx context.Context, linked crm.RecordLink) iter.Seq2[crm.Page[crm.Task], error]
	// CreateTask writes a task. An error may leave open whether it was done.
	CreateTask(ctx context.Context, t crm.Task) (crm.Task, error)
}

// creations is what rows without a key become: it is only ever created, and known by what it holds. What is read comes as a record with an
// attribute for each that a row may fill; both sides are compared by them.
type creations interface {
	rowContent
	contentReader
	create(ctx context.Context, fields []crm.Field) (crm.Record, error)
}

type rowContent interface {
	// content is a row's fields by the attributes that are compared.
	content(fields []crm.Field) []crm.Field
	// core is attributes that every row fills, such that rows which differ in one of them cannot be taken for each other.
	core(im *Import) []string
	// parent is the record under which what a row becomes is found; without an id where it is found among all alone.
	parent(fields []crm.Field) crm.RecordReference
}

type contentReader interface {
	// under reads what is under some records.
	under(ctx context.Context, parents []crm.RecordReference) iter.Seq2[[]crm.Record, error]
	// all reads everything, up to crm.ErrMoved.
	all(ctx context.Context) iter.Seq2[[]crm.Record, error]
	// moreThan reports whether there is more than so much, in one request.
	moreThan(ctx context.Context, n int) (bool, error)
	// batch is under how many records one request reads, 0 where all are read at any rate.
	batch() int
	// page is how much a request for all brings.
	page() int
}

// creations is those of the import's target; nil where rows have a key.
func (im *Import) creations() creations {
	switch t := im.Target(); {
	case !im.keyless():
		return nil
	case t.Activity == crm.Notes:
		return noteCreations{im.Notes}
	case t.Activity == crm.Tasks:
		return taskCreations{im.Tasks, slices.Contains(im.Plan.Attributes(), jobs.LinkedRecords)}
	default:
		return entryCreations{entryItems{im.Entries, t, im.Parent}}
	}
}

// keyless reports whether nothing in a row identifies what it becomes.
func (im *Import) keyless() bool { return im.Match == "" }

// entryCreations is the entries of a list of which a record may have several.
type entryCreations struct{ entryItems }

func (entryCreations) content(fields []crm.Field) []crm.Field { return fields }

func (entryCreations) core(im *Import) []string {
	var core []string
	for _, slug := range im.Plan.Attributes() {
		if attr, ok := im.Schema.Attribute(slug); ok && attr.Required {
			core = append(core, attr.Slug)
		}
	}
	return core
}

func (entryCreations) parent(fields []crm.Field) crm.RecordReference {
	parent, _ := parentOf(fields)
	return parent
}

func (e entryCreations) under(ctx context.Context, parents []crm.RecordReference) iter.Seq2[[]crm.Record, error] {
	ids := make([]string, len(parents))
	for i, p := range parents {
		ids[i] = p.ID
	}
	return e.pages(ctx, crm.Query{Filter: e.of(ids), Whole: true})
}

func (e entryCreations) all(ctx context.Context) iter.Seq2[[]crm.Record, error] {
	return e.pages(ctx, crm.Query{Whole: true})
}

func (e entryCreations) pages(ctx context.Context, q crm.Query) iter.Seq2[[]crm.Record, error] {
	return eachPage(e.entries.EntryPages(ctx, e.list, q), e.record)
}

func (entryCreations) batch() int { return lookupBatch }

func (entryCreations) page() int { return lookupLimit }

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
			f.Values = evened(f.Values)
		case jobs.Title:
			f.Values = evened(f.Values)
		}
		content = append(content, f)
	}
	return content
}

func isMarkdown(fields []crm.Field) bool {
	format, ok := valueOf(fields, jobs.NoteFormat).(crm.Select)
	return ok && format.Title == jobs.Markdown
}

// valueOf is the value that a row has for an attribute of one value; nil for none.
func valueOf(fields []crm.Field, attribute string) crm.Value {
	for _, f := range fields {
		if f.Attribute == attribute && len(f.Values) > 0 {
			return f.Values[0]
		}
	}
	return nil
}

// textOf is the text that a row has for an attribute.
func textOf(fields []crm.Field, attribute string) string {
	text, _ := valueOf(fields, attribute).(crm.Text)
	return string(text)
}

// timeAt is the time that a row has for an attribute; zero for none.
func timeAt(fields []crm.Field, attribute string) time.Time {
	at, _ := valueOf(fields, attribute).(crm.Timestamp)
	return time.Time(at)
}

// evened are texts as a server may keep them: with its own line ends, and without white space that nobody sees.
func evened(values []crm.Value) []crm.Value {
	out := make([]crm.Value, len(values))
	for i, v := range values {
		if text, ok := v.(crm.Text); ok {
			v = even(string(text))
		}
		out[i] = v
	}
	return out
}

func even(text string) crm.Text {
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\u00a0")
	}
	return crm.Text(strings.TrimRight(strings.Join(lines, "\n"), "\n"))
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

// taskPage is how many tasks a page holds (contract §11).
const taskPage = 500

// taskCreations is the tasks.
type taskCreations struct {
	tasks Tasks
	links bool // the job says which records they are linked to
}

// content has the linked records of all columns under one name, also where there are none: a task of no record is another than one of some.
func (t taskCreations) content(fields []crm.Field) []crm.Field {
	content := make([]crm.Field, 0, len(fields))
	linked := -1
	for _, f := range fields {
		switch {
		case f.Attribute == jobs.Content:
			f.Values = evened(f.Values)
		case isLinked(f) && linked >= 0:
			content[linked].Values = append(slices.Clip(content[linked].Values), f.Values...)
			continue
		case isLinked(f):
			linked, f.Attribute = len(content), jobs.LinkedRecords
		}
		content = append(content, f)
	}
	if t.links && linked < 0 {
		content = append(content, crm.Field{Attribute: jobs.LinkedRecords})
	}
	return content
}

func isLinked(f crm.Field) bool {
	return f.Attribute == jobs.LinkedRecords || strings.HasPrefix(f.Attribute, jobs.LinkedRecords+"[")
}

func (taskCreations) core(*Import) []string { return []string{jobs.Content} }

func (t taskCreations) parent(fields []crm.Field) crm.RecordReference {
	parent, _ := valueOf(t.content(fields), jobs.LinkedRecords).(crm.RecordReference)
	return parent
}

func (t taskCreations) under(ctx context.Context, parents []crm.RecordReference) iter.Seq2[[]crm.Record, error] {
	return eachOf(parents, func(p crm.RecordReference) iter.Seq2[[]crm.Record, error] {
		return eachPage(t.tasks.ScanTasks(ctx, crm.RecordLink{Object: p.Object, RecordID: p.ID}), taskRecord)
	})
}

func (t taskCreations) all(ctx context.Context) iter.Seq2[[]crm.Record, error] {
	return eachPage(t.tasks.ScanTasks(ctx, crm.RecordLink{}), taskRecord)
}

func taskRecord(t crm.Task) crm.Record {
	values := map[string][]crm.Value{
		jobs.Content: {even(t.Content)}, jobs.IsCompleted: {crm.Checkbox(t.Completed)},
	}
	if !t.Deadline.IsZero() {
		values[jobs.Deadline] = []crm.Value{crm.Timestamp(t.Deadline)}
	}
	for _, a := range t.Assignees {
		values[jobs.Assignees] = append(values[jobs.Assignees], a)
	}
	for _, l := range t.Linked {
		values[jobs.LinkedRecords] = append(values[jobs.LinkedRecords], crm.RecordReference{Object: l.Object, ID: l.RecordID})
	}
	return crm.Record{ID: t.ID, Values: values}
}

func (taskCreations) moreThan(context.Context, int) (bool, error) { return false, nil }

// batch is none: tasks without a record are only found among all, and a page of all holds many.
func (taskCreations) batch() int { return 0 }

func (taskCreations) page() int { return taskPage }

func (t taskCreations) create(ctx context.Context, fields []crm.Field) (crm.Record, error) {
	fields = t.content(fields)
	task := crm.Task{Content: textOf(fields, jobs.Content), Deadline: timeAt(fields, jobs.Deadline)}
	if done, ok := valueOf(fields, jobs.IsCompleted).(crm.Checkbox); ok {
		task.Completed = bool(done)
	}
	for _, f := range fields {
		for _, v := range f.Values {
			switch v := v.(type) {
			case crm.RecordReference:
				task.Linked = append(task.Linked, crm.RecordLink{Object: v.Object, RecordID: v.ID})
			case crm.ActorReference:
				task.Assignees = append(task.Assignees, v)
			}
		}
	}
	made, err := t.tasks.CreateTask(ctx, task)
	return taskRecord(made), err
}

// eachPage is pages of items as records.
func eachPage[T any](pages iter.Seq2[crm.Page[T], error], record func(T) crm.Record) iter.Seq2[[]crm.Record, error] {
	return func(yield func([]crm.Record, error) bool) {
		for page, err := range pages {
			records := make([]crm.Record, len(page.Items))
			for i, item := range page.Items {
				records[i] = record(item)
			}
			if !yield(records, err) {
				return
			}
		}
	}
}

// eachOf reads what is under some records, one after the other.
func eachOf(parents []crm.RecordReference, under func(crm.RecordReference) iter.Seq2[[]crm.Record, error]) iter.Seq2[[]crm.Record, error] {
	return func(yield func([]crm.Record, error) bool) {
		for _, p := range parents {
			for records, err := range under(p) {
				if !yield(records, err) {
					return
				}
			}
		}
	}
}
