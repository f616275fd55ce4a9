package importer

import (
	"context"
	"errors"
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

// even is a text as a server may keep it: with its own line ends, and without white space that nobody sees.
func even(text string) crm.Text {
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\u00a0")
	}
	return crm.Text(strings.TrimRight(strings.Join(lines, "\n"), "\n"))
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

// eachOf reads what is under some records, one after the other. Under a record that there is not, as a file may name any id, there is nothing: what
// is to be written there is refused by itself, and no other row with it.
func eachOf(parents []crm.RecordReference, under func(crm.RecordReference) iter.Seq2[[]crm.Record, error]) iter.Seq2[[]crm.Record, error] {
	return func(yield func([]crm.Record, error) bool) {
		for _, p := range parents {
			for records, err := range under(p) {
				if isGone(err) {
					break
				}
				if !yield(records, err) {
					return
				}
			}
		}
	}
}

// isGone reports whether a list is refused as the record that it is of is not there (contract §3).
func isGone(err error) bool {
	fault, ok := errors.AsType[crm.Fault](err)
	return ok && fault.FaultClass() != crm.FaultAuth && slices.Contains([]string{"not_found", "value_not_found"}, fault.FaultCode())
}
