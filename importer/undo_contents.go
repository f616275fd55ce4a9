package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

// NoteUndoer is the workspace as undoing needs it for notes.
type NoteUndoer interface {
	Notes
	Note(ctx context.Context, id string) (crm.Note, error)
	DeleteNote(ctx context.Context, id string) error
}

// TaskUndoer is the workspace as undoing needs it for tasks.
type TaskUndoer interface {
	Tasks
	Task(ctx context.Context, id string) (crm.Task, error)
	DeleteTask(ctx context.Context, id string) error
}

// NoteThings is the notes.
type NoteThings struct {
	Notes NoteUndoer
	Of    *crm.Schema
}

// Schema implements Things.
func (n *NoteThings) Schema() *crm.Schema { return n.Of }

// Get implements Things.
func (n *NoteThings) Get(ctx context.Context, id string) (crm.Record, error) {
	note, err := n.Notes.Note(ctx, id)
	return noteRecord(note), err
}

// Find implements Things.
func (n *NoteThings) Find(ctx context.Context, t checkpoint.Touched) ([]crm.Record, error) {
	parent, ok := intendedParent(t)
	if !ok {
		return nil, nil
	}
	return foundAmong(noteCreations{n.Notes}.under(ctx, []crm.RecordReference{parent}), n.Of, t)
}

// Put implements Things. Notes are created, never changed.
func (n *NoteThings) Put(_ context.Context, id string, _ []crm.Field) (crm.Record, error) {
	return crm.Record{}, fmt.Errorf("put back note %s: %w", id, errNeverChanged)
}

// Delete implements Things.
func (n *NoteThings) Delete(ctx context.Context, id string) error { return n.Notes.DeleteNote(ctx, id) }

// WrittenBy implements Things. Nobody but people changes a note, and the API does not tell who.
func (n *NoteThings) WrittenBy(context.Context, string, string) (crm.ActorReference, bool, error) {
	return crm.ActorReference{}, true, nil
}

// TaskThings is the tasks.
type TaskThings struct {
	Tasks TaskUndoer
	Of    *crm.Schema
}

// Schema implements Things.
func (k *TaskThings) Schema() *crm.Schema { return k.Of }

// Get implements Things.
func (k *TaskThings) Get(ctx context.Context, id string) (crm.Record, error) {
	task, err := k.Tasks.Task(ctx, id)
	return taskRecord(task), err
}

// Find implements Things.
func (k *TaskThings) Find(ctx context.Context, t checkpoint.Touched) ([]crm.Record, error) {
	pages := taskCreations{tasks: k.Tasks}.all(ctx)
	if parent, ok := intendedParent(t); ok {
		pages = taskCreations{tasks: k.Tasks}.under(ctx, []crm.RecordReference{parent})
	}
	return foundAmong(pages, k.Of, t)
}

// Put implements Things. The tasks of a file are created, never changed.
func (k *TaskThings) Put(_ context.Context, id string, _ []crm.Field) (crm.Record, error) {
	return crm.Record{}, fmt.Errorf("put back task %s: %w", id, errNeverChanged)
}

// Delete implements Things.
func (k *TaskThings) Delete(ctx context.Context, id string) error { return k.Tasks.DeleteTask(ctx, id) }

// WrittenBy implements Things. Nobody but people changes a task, and the API does not tell who.
func (k *TaskThings) WrittenBy(context.Context, string, string) (crm.ActorReference, bool, error) {
	return crm.ActorReference{}, true, nil
}

var errNeverChanged = errors.New("an import never changes it")

// foundAmong is those that hold all that the run was about to write.
func foundAmong(pages iter.Seq2[[]crm.Record, error], schema *crm.Schema, t checkpoint.Touched) (found []crm.Record, err error) {
	for records, err := range pages {
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			if holdsIntended(record, schema, t) {
				found = append(found, record)
			}
		}
	}
	return found, nil
}

func holdsIntended(record crm.Record, schema *crm.Schema, t checkpoint.Touched) bool {
	for slug := range t.Wrote {
		attr, _ := schema.Attribute(slug)
		if after := t.After[slug]; !asLeft(attr, after[len(after)-1:], record.Values[slug]) {
			return false
		}
	}
	return true
}
