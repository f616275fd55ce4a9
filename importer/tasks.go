package importer

import (
	"context"
	"iter"
	"slices"
	"strings"

	"attio-etl/crm"
	"attio-etl/jobs"
)

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
			f.Values = kept(f.Values)
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
	task := crm.Task{Content: textOf(fields, jobs.Content), Deadline: timeAt(fields, jobs.Deadline)}
	if done, ok := valueOf(fields, jobs.IsCompleted).(crm.Checkbox); ok {
		task.Completed = bool(done)
	}
	for _, f := range fields {
		for _, v := range f.Values {
			switch v := v.(type) {
			case crm.RecordReference:
				link := crm.RecordLink{Object: v.Object, RecordID: v.ID}
				if !slices.Contains(task.Linked, link) { // which a row may name by several keys, and in several columns
					task.Linked = append(task.Linked, link)
				}
			case crm.ActorReference:
				task.Assignees = append(task.Assignees, v)
			}
		}
	}
	made, err := t.tasks.CreateTask(ctx, task)
	return taskRecord(made), err
}
