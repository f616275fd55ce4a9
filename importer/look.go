package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/jobs"
)

// Scanner reads an object as a whole.
type Scanner interface {
	// ScanRecords reads all records, page by page. It ends with crm.ErrMoved where it may have passed over one.
	ScanRecords(ctx context.Context, object string) iter.Seq2[crm.Page[crm.Record], error]
	// MoreThan reports whether there are more than n records, in one request.
	MoreThan(ctx context.Context, object string, n int) (bool, error)
}

// Snapshot holds what the workspace has for the rows of the import. There may be more of it than fits into memory.
type Snapshot interface {
	// Clear empties it.
	Clear(ctx context.Context) error
	// Put adds what was found; a second record for a row becomes one of its others.
	Put(ctx context.Context, found []checkpoint.Live) error
	// After reads what was found for rows above an ordinal, in order, at most limit.
	After(ctx context.Context, ordinal int64, limit int) ([]checkpoint.Live, error)
}

// Look is how the live values were read that rows were compared with.
type Look struct {
	How     string `json:"how"` // jobs.DiffScan or jobs.DiffKeys; jobs.DiffOff where rows were written without looking
	Why     string `json:"why"`
	Rows    int64  `json:"rows"`    // rows that were to be compared
	Records int64  `json:"records"` // records that were read
}

// diffs reports whether rows are compared with what the workspace holds.
func (im *Import) diffs() bool { return im.keyless() || (im.Diff != "" && im.Diff != jobs.DiffOff) }

// look reads what the workspace holds for the rows that are still to be written, right before the first of them is.
func (r *run) look(ctx context.Context) error {
	if !r.diffs() {
		r.looked = &Look{How: jobs.DiffOff, Why: "the job says so"}
		return nil
	}
	if kept := r.checked.looked; kept != nil {
		r.looked, r.blind = &kept.Look, kept.blind
		return nil
	}
	if r.contents != nil {
		return r.lookForContent(ctx)
	}
	rows, err := r.openRows(ctx)
	if err != nil {
		return err
	}
	if err := r.Live.Clear(ctx); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	look, err := r.strategy(ctx, rows)
	if err != nil {
		return fmt.Errorf("count %s: %w", r.Target(), err)
	}
	if look.How == jobs.DiffScan {
		err = r.scan(ctx, &look)
		if errors.Is(err, crm.ErrMoved) {
			look.How, look.Why, look.Records = jobs.DiffKeys, "records were deleted while all of them were read, so that some may have been passed over", 0
			if err = r.Live.Clear(ctx); err != nil {
				return &StoppedError{Reason: JournalFailed, Err: err}
			}
		}
	}
	if err == nil && look.How == jobs.DiffKeys {
		err = r.lookUpRows(ctx, &look)
	}
	if err != nil {
		return fmt.Errorf("read what %s has: %w", r.Target(), err)
	}
	r.looked = &look
	return nil
}

// openRows is how many rows the journal has no end of. Rows whose mapping has changed since count as ended: the number is for choosing how
// to look, and nothing else.
func (r *run) openRows(ctx context.Context) (int64, error) {
	open := r.checked.Rows - r.checked.Rejected
	for last := int64(0); ; {
		page, err := r.Journal.After(ctx, last, cursorPage)
		if err != nil {
			return 0, &StoppedError{Reason: JournalFailed, Err: err}
		}
		for _, e := range page {
			if e.Outcome != checkpoint.Sent && e.Outcome != checkpoint.Rejected && e.Outcome != checkpoint.NoRow {
				open--
			}
		}
		if len(page) < cursorPage {
			return max(0, open), nil
		}
		last = page[len(page)-1].Ordinal
	}
}

// strategy chooses what takes fewer requests: to read all records, or to ask for those of the rows. How many records there are is not known,
// but it takes one request to learn whether there are more than so many.
func (r *run) strategy(ctx context.Context, rows int64) (Look, error) {
	if r.Diff != jobs.DiffAuto {
		return Look{How: r.Diff, Why: "the job says so", Rows: rows}, nil
	}
	byKeys := (rows + lookupBatch - 1) / lookupBatch
	if byKeys <= 1 {
		return Look{How: jobs.DiffKeys, Why: "one request tells of all rows", Rows: rows}, nil
	}
	most := byKeys * lookupLimit
	more, err := r.items.moreThan(ctx, int(most))
	if more {
		why := fmt.Sprintf("%d rows take about %d requests by their keys, and reading all of %s takes more: it has over %d records", rows, byKeys, r.Target(), most)
		return Look{How: jobs.DiffKeys, Why: why, Rows: rows}, err
	}
	why := fmt.Sprintf("%d rows take about %d requests by their keys, and reading all of %s takes no more: it has at most %d records", rows, byKeys, r.Target(), most)
	return Look{How: jobs.DiffScan, Why: why, Rows: rows}, err
}

// scan reads all records.
func (r *run) scan(ctx context.Context, look *Look) error {
	for page, err := range r.items.scan(ctx) {
		if err != nil {
			return err
		}
		look.Records += int64(len(page.Items))
		if err := r.keep(ctx, page.Items); err != nil {
			return err
		}
	}
	return nil
}

// lookUpRows asks for the records of the rows that are to be written, in batches of key values.
func (r *run) lookUpRows(ctx context.Context, look *Look) (err error) {
	batch := crm.Key{Attribute: r.Match}
	ask := func() error {
		return findAll(ctx, r.items.find, batch, func(found []crm.Record) error {
			look.Records += int64(len(found))
			return r.keep(ctx, found)
		})
	}
	r.rows(ctx, false, func(v *verdict, _ checkpoint.Entry, done bool) bool {
		if done || v.rejected() || v.group != 0 {
			return true
		}
		key := r.located(v.item.Key, v.fields)
		batch.Type = key.Type
		if batch.Values = append(batch.Values, key.Values...); len(batch.Values) >= lookupBatch {
			err = ask()
			batch.Values = batch.Values[:0]
		}
		return err == nil
	})
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case len(batch.Values) > 0:
		return ask()
	}
	return nil
}

// finder finds what has any of a key's values, at most limit.
type finder = func(ctx context.Context, key crm.Key, limit int) ([]crm.Record, error)

// findAll finds all records that have any of a key's values, in as many queries as their number needs.
func findAll(ctx context.Context, find finder, key crm.Key, take func([]crm.Record) error) error {
	found, err := find(ctx, key, lookupLimit)
	if err != nil {
		return err
	}
	if len(found) >= lookupLimit && len(key.Values) > 1 {
		// The page is full: some records may be missing from it.
		half := len(key.Values) / 2
		for _, values := range [][]string{key.Values[:half], key.Values[half:]} {
			part := crm.Key{Attribute: key.Attribute, Type: key.Type, Values: values}
			if err := findAll(ctx, find, part, take); err != nil {
				return err
			}
		}
		return nil
	}
	return take(found)
}

// keep puts the records that rows of the file mean into the snapshot.
func (r *run) keep(ctx context.Context, records []crm.Record) error {
	var found []checkpoint.Live
	for _, record := range records {
		if slices.Contains(record.Unread, r.Match) {
			r.blind = true // any row may be this record's
		}
		found = append(found, r.found(record)...)
	}
	if err := r.Live.Put(ctx, found); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	return nil
}

// found is what a record is to the rows of the file: those that have a value of its key, and are not rejected. Rows of one key are not
// compared, as what the second of them meets is what the first has left.
func (r *run) found(record crm.Record) []checkpoint.Live {
	var owners []int64 // rows that share no key, each for itself or its group
	for _, key := range r.spelled(record) {
		row, ok := r.checked.keys.firstRow(key)
		if !ok || r.checked.bad[row] {
			continue
		}
		of := int64(row)
		if group, _, shares := r.checked.keys.shared(of); shares {
			of = group
		}
		if !slices.Contains(owners, of) {
			owners = append(owners, of)
		}
	}
	var found []checkpoint.Live
	for i, of := range owners {
		if _, _, shares := r.checked.keys.shared(of); shares {
			continue
		}
		live := checkpoint.Live{Ordinal: of, Record: record.ID, Values: crm.Values{}}
		if len(owners) > 1 {
			live.Shared = owners[(i+1)%len(owners)]
		}
		for _, slug := range r.Plan.Attributes() {
			live.Values[slug] = record.Values[slug]
			if slices.Contains(record.Unread, slug) {
				live.Unread = append(live.Unread, slug)
			}
		}
		found = append(found, live)
	}
	return found
}
