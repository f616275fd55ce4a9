package importer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// Records is the workspace as the engine needs it. An error that concerns the call itself is a crm.Fault.
type Records interface {
	// AssertRecord creates the record or updates the one that has a value of the match attribute. Sending it twice does no more
	// than sending it once.
	AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error)
	// FindByKey finds the records that have any of the key's values, at most limit.
	FindByKey(ctx context.Context, object string, key crm.Key, limit int) ([]crm.Record, error)
}

// Journal is the memory of a run.
type Journal interface {
	// Append makes entries durable, all or none.
	Append(ctx context.Context, entries []checkpoint.Entry) error
	// After reads entries with ordinals above the given one, in order, at most limit.
	After(ctx context.Context, ordinal int64, limit int) ([]checkpoint.Entry, error)
}

// Import is one import of one source. Its fields are set once, before Check or Write.
type Import struct {
	Plan       *mapping.Plan
	Source     tabular.Source
	Target     crm.Target
	Match      string // slug of the match attribute
	Duplicates string // jobs.DuplicatesReject or DuplicatesInOrder: what to do with rows that share a key
	Workers    int    // requests in flight at most; not what sets the rate

	Print   tabular.Fingerprint // of the source when the run began; Write only
	Records Records             // Write only
	Journal Journal             // Write only

	// Observe, if set, is told how far the run is after each group of rows is journaled. It must be quick.
	Observe func(Summary)
}

// ErrSourceChanged says that the source's bytes changed while the run read them: what was checked is not what was written.
var ErrSourceChanged = errors.New("the source changed while it was being imported")

// ErrInterrupted says that the run was asked to stop. It can be resumed.
var ErrInterrupted = errors.New("interrupted")

// verdict is what the checks say of one row, before anything is sent.
type verdict struct {
	row      tabular.Row // cells are only valid until the next row
	item     mapping.Item
	group    int64 // of rows that share a key; 0 for a row that shares with none
	findings diag.List
}

// rejected reports whether the row must not be written.
func (v *verdict) rejected() bool { return len(v.findings) > 0 }

// judge converts one row and collects what is wrong with it. final is an error that ends the reading of the source.
func (im *Import) judge(row tabular.Row, readErr error) (v verdict, final error) {
	var bad *tabular.RowError
	switch {
	case errors.As(readErr, &bad):
		v = verdict{row: bad.Row, findings: im.Plan.Reject(bad)}
	case readErr != nil:
		return verdict{}, readErr
	default:
		v.row = row
		v.item, v.findings = im.Plan.Apply(row)
	}
	return v, nil
}

// judgeShared adds what is known once all keys have been seen.
func (im *Import) judgeShared(v *verdict, keys *keyIndex) {
	group, peer, ok := keys.shared(v.row.Ordinal)
	if !ok {
		return
	}
	v.group = group
	if im.Duplicates == jobs.DuplicatesReject {
		v.findings.Add(im.duplicateFinding(v, peer))
	}
}

func (im *Import) duplicateFinding(v *verdict, peer int64) diag.Finding {
	return diag.Finding{
		Code:    "duplicate-key",
		Pos:     diag.Pos{File: im.Source.Name(), Line: v.row.Line, Row: v.row.Ordinal, Column: im.Plan.ColumnOf(im.Match)},
		Problem: fmt.Sprintf("%s is the key of row %d too", im.Match, peer),
		Got:     strings.Join(v.item.Key.Values, "; "),
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
func (v *verdict) reject(findings diag.List) *checkpoint.Reject {
	cells := make([]string, len(v.row.Cells))
	for i, c := range v.row.Cells {
		cells[i] = c.Text()
	}
	return &checkpoint.Reject{Ordinal: v.row.Ordinal, Line: v.row.Line, Findings: findings, Cells: cells}
}
