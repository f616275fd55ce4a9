package importer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// Records is the workspace as the engine needs it. An error that concerns the call itself is a crm.Fault.
type Records interface {
	RecordReader
	RecordWriter
}

// RecordReader reads single records.
type RecordReader interface {
	// FindByKey finds the records that have any of the key's values, at most limit.
	FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error)
	// GetRecord reads a record.
	GetRecord(ctx context.Context, object, id string) (crm.Record, error)
}

// RecordWriter writes single records. Only writes that do no more when they are sent twice are asked for, but for CreateRecord and PatchRecord.
type RecordWriter interface {
	// AssertRecord creates the record or updates the one that has a value of the match attribute. Sending it twice does no more
	// than sending it once.
	AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error)
	// CreateRecord creates a record. An error may leave open whether it was done.
	CreateRecord(ctx context.Context, object string, fields []crm.Field) (crm.Record, error)
	// PatchRecord adds values to attributes of several values and replaces the others. An error may leave open whether it was done.
	PatchRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error)
	// PutRecord replaces the values of the fields; an empty field clears.
	PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error)
}

// Journal is the memory of a step of a run.
type Journal interface {
	// Append makes entries durable, all or none.
	Append(ctx context.Context, entries []checkpoint.Entry) error
	// After reads entries with ordinals above the given one, in order, at most limit.
	After(ctx context.Context, ordinal int64, limit int) ([]checkpoint.Entry, error)
	// Forget removes all entries: the rows run again.
	Forget(ctx context.Context) error
	// Made notes an option or a record that was created for rows to name.
	Made(ctx context.Context, made checkpoint.Made) error
}

// Import is one import of one source. Its fields are set once, before Check or Write.
type Import struct {
	Plan       *mapping.Plan
	Source     tabular.Source
	Schema     *crm.Schema            // of the target
	Others     map[string]*crm.Schema // of the objects that rows refer to, by slug
	Match      string                 // slug of the match attribute; empty where rows have no key
	Parent     string                 // slug of the object whose records the entries or notes belong to
	Mode       string                 // jobs.ModeUpsert, which empty means too, ModeCreate, ModeUpdate or ModeDelete
	Duplicates string                 // jobs.DuplicatesReject or DuplicatesInOrder: what to do with rows that share a key
	Limit      jobs.OnReject          // how many rows may be rejected
	Workers    int                    // requests in flight at most; not what sets the rate
	Diff       string                 // how live values are read before writing: jobs.DiffAuto, …; empty or jobs.DiffOff: every row is written

	Print   tabular.Fingerprint // of the source when the run began; needed to write
	Records Records             // needed to check too, where the plan has references
	Choices Choices             // needed to write
	Journal Journal             // needed to write
	// Delete deletes a record or an entry, by its id; needed to write where the mode is to delete.
	Delete func(ctx context.Context, id string) error

	Entries Entries  // needed to plan and write entries of a list
	Notes   Notes    // needed to plan and write notes
	Tasks   Tasks    // needed to plan and write tasks
	Scanner Scanner  // needed to write, where rows are compared with live values, as is
	Live    Snapshot // what holds these

	// Warn, if set, is told of values that a row is written without, as the job says: an unknown option or a missing record that it skips.
	Warn func(diag.List)

	// Observe, if set, is told how far the run is after each group of rows is journaled. It must be quick.
	Observe func(Summary)
}

// ErrSourceChanged says that the source's bytes changed while the run read them: what was checked is not what was written.
var ErrSourceChanged = errors.New("the source changed while it was being imported")

// ErrInterrupted says that the run was asked to stop. It can be resumed.
var ErrInterrupted = errors.New("interrupted")

// Target is what the rows are written to.
func (im *Import) Target() crm.Target { return im.Schema.Target }

// schemaOf is the attributes of an object that rows refer to: the target itself, or another.
func (im *Import) schemaOf(object string) *crm.Schema {
	if object == im.Target().Object {
		return im.Schema
	}
	return im.Others[object]
}

// verdict is what the checks say of one row, before anything is sent.
type verdict struct {
	row      tabular.Row // cells are only valid until the next row
	item     mapping.Item
	group    int64       // of rows that share a key; 0 for a row that shares with none
	fields   []crm.Field // the item's, with records in the place of references
	deferred []crm.Field // of these, what a later pass has to set
	findings diag.List
	warnings diag.List
}

// rejected reports whether the row must not be written.
func (v *verdict) rejected() bool { return len(v.findings) > 0 }

// judge converts one row, by the plan, and collects what is wrong with it. final is an error that ends the reading of the source.
func (im *Import) judge(row tabular.Row, readErr error, convert func(tabular.Row) (mapping.Item, diag.List)) (v verdict, final error) {
	var bad *tabular.RowError
	switch {
	case errors.As(readErr, &bad):
		v = verdict{row: bad.Row, findings: im.Plan.Reject(bad)}
	case readErr != nil:
		return verdict{}, readErr
	default:
		v.row = row
		v.item, v.findings = convert(row)
		v.warnings = v.item.Warnings
	}
	return v, nil
}

// judgeLate adds what is known once all rows have been seen: who shares a key, and which records there are. last says that references
// will not be looked up again.
func (im *Import) judgeLate(v *verdict, c *Checked, last bool) {
	if group, peer, ok := c.keys.shared(v.row.Ordinal); ok {
		v.group = group
		if im.Duplicates == jobs.DuplicatesReject {
			v.findings.Add(im.duplicateFinding(v, peer))
		}
	}
	s := c.refs.settle(v.item.Fields, last, func(attribute string) diag.Pos { return im.pos(v.item, attribute) })
	v.fields, v.deferred = c.choices.settle(s.fields), s.deferred
	v.findings = append(v.findings, c.ends.judge(im, v)...)
	v.findings = append(v.findings, s.findings...)
	if !v.rejected() { // else it is told why already
		v.findings = append(v.findings, s.uncreated...)
	}
	v.warnings = append(v.warnings, s.warnings...)
}

// pos is where a finding about an attribute of a row stands.
func (im *Import) pos(item mapping.Item, attribute string) diag.Pos {
	return diag.Pos{File: cmp.Or(item.File, im.Source.Name()), Line: item.Line, Row: item.Ordinal, Column: im.Plan.ColumnOf(attribute)}
}

func (im *Import) duplicateFinding(v *verdict, peer int64) diag.Finding {
	return diag.Finding{
		Code:    "duplicate-key",
		Pos:     im.pos(v.item, im.Match),
		Problem: fmt.Sprintf("%s is the key of row %d too", im.Match, peer),
		Got:     spelledKey(v.item.Key),
		Want:    "each key on one row",
		Hint:    "none of these rows is written: keep the right one, or set duplicates: in_order to write them all in file order",
	}
}

// hash is what a journal entry is compared by on resume. A rejected row may have no item; then its cells and reasons stand for it.
func (v *verdict) hash() [32]byte {
	if !v.rejected() {
		return v.item.Hash
	}
	var text []byte
	for _, f := range v.findings {
		text = fmt.Appendf(text, "%q %q;", f.Code, f.Pos.Column)
	}
	for _, c := range v.row.Cells {
		text = fmt.Appendf(text, "%q,", c.Text())
	}
	return sha256.Sum256(text)
}

// reject is the row as the journal and the rejects file keep it.
func (r *run) reject(v *verdict, findings diag.List) *checkpoint.Reject {
	cells, kinds := spelled(r.columns, v.row.Cells)
	return &checkpoint.Reject{Ordinal: v.row.Ordinal, Line: v.row.Line, Findings: findings, Cells: cells, Kinds: kinds}
}
