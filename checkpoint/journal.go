package checkpoint

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// Outcome is what became of a row.
type Outcome uint8

// The outcomes; the numbers are in state files and never change.
const (
	Created   Outcome = 1
	Updated   Outcome = 2
	Upserted  Outcome = 3 // asserted: created or updated, the API does not say which (contract §6)
	Unchanged Outcome = 4
	Deleted   Outcome = 5
	Rejected  Outcome = 6
	Deferred  Outcome = 7 // written but for references to records that were not there yet; the row has not ended
	NoRow     Outcome = 8 // no row any more: the job has been changed so that the source is read without it
	Sent      Outcome = 9 // about to be written: Previous is what was there; whether it was written is not known
)

// Entry is the end of one row.
type Entry struct {
	Ordinal int64
	Hash    [32]byte // of what was to be written; a row whose hash is another one now is not done
	Outcome Outcome
	Record  string  // id of the record, empty for a row that was rejected before it was written
	Reject  *Reject // set when and only when the row was rejected

	// Holds is those values of the row's key that the record was seen to have, in canonical form: by them it can be found again. None where the
	// row has no record.
	Holds crm.Key

	// Previous is what the row found, where that is known. An entry without one leaves that of an earlier entry of the row as it is, and
	// one with a Previous leaves what an earlier one says of the same attributes.
	Previous *Previous
	// Left is what the row left behind, or is about to; nil where there is nothing to tell.
	Left *Left
	// Unwritten says that the row was rejected and nothing of it was ever written, so that what it found is of no use.
	Unwritten bool
}

// Reject is a row that was not written, with the reasons and the cells to correct.
type Reject struct {
	Ordinal  int64
	Line     int64
	Findings diag.List
	Cells    []string
	Kinds    string // what is to be known of the cells beside their text; empty for nothing
}

// Journal is the part of the store that belongs to one step of a run. It is safe for concurrent use.
type Journal struct {
	store     *Store
	run, step int64
}

// Journal opens the journal of a step of a recorded run.
func (s *Store) Journal(step Step) *Journal {
	return &Journal{store: s, run: step.run, step: step.number}
}

// Append writes entries in one transaction: when it returns nil they are on disk, when it returns an error none is. An entry for an
// ordinal that has one replaces it.
func (j *Journal) Append(ctx context.Context, entries []Entry) error {
	err := j.store.tx(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			if err := j.put(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("journal %d rows: %w", len(entries), err)
	}
	return nil
}

func (j *Journal) put(ctx context.Context, tx *sql.Tx, e Entry) error {
	_, err := tx.ExecContext(ctx, `insert into items (run, step, ordinal, hash, outcome, record) values (?, ?, ?, ?, ?, ?)
		on conflict (run, step, ordinal) do update set hash = excluded.hash, outcome = excluded.outcome, record = excluded.record`,
		j.run, j.step, e.Ordinal, e.Hash[:], e.Outcome, e.Record)
	if err != nil {
		return err
	}
	if err := j.putIDs(ctx, tx, e); err != nil {
		return err
	}
	if err := j.putPrevious(ctx, tx, e); err != nil {
		return err
	}
	if err := j.putLeft(ctx, tx, e); err != nil {
		return err
	}
	if e.Unwritten {
		for _, query := range []string{
			"delete from previous where run = ? and step = ? and ordinal = ?", "delete from left_behind where run = ? and step = ? and ordinal = ?",
		} {
			if _, err := tx.ExecContext(ctx, query, j.run, j.step, e.Ordinal); err != nil {
				return err
			}
		}
	}
	if e.Reject == nil {
		_, err := tx.ExecContext(ctx, "delete from rejects where run = ? and step = ? and ordinal = ?", j.run, j.step, e.Ordinal)
		return err
	}
	findings, err := json.Marshal(e.Reject.Findings)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into rejects (run, step, ordinal, line, findings, cells) values (?, ?, ?, ?, ?, ?)
		on conflict (run, step, ordinal) do update set line = excluded.line, findings = excluded.findings, cells = excluded.cells`,
		j.run, j.step, e.Ordinal, e.Reject.Line, string(findings), packCells(e.Reject.Cells, e.Reject.Kinds))
	return err
}

// Forget removes all entries of the step with their rejects and ids, in one transaction. What rows found before they were written stays.
func (j *Journal) Forget(ctx context.Context) error {
	err := j.store.tx(ctx, func(tx *sql.Tx) error {
		for _, query := range []string{"delete from items where run = ? and step = ?", "delete from rejects where run = ? and step = ?", "delete from ids where run = ? and step = ?"} {
			if _, err := tx.ExecContext(ctx, query, j.run, j.step); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget the rows of a step: %w", err)
	}
	return nil
}

// After reads up to limit entries with ordinals above the given one, in order, without their rejects and with what their rows found. A resuming reader walks the
// journal beside the source this way, in bounded memory and without holding a transaction open for hours.
func (j *Journal) After(ctx context.Context, ordinal int64, limit int) (entries []Entry, err error) {
	rows, err := j.store.db.QueryContext(ctx, `select ordinal, hash, outcome, record, created, held
		from items left join previous using (run, step, ordinal)
		where run = ? and step = ? and ordinal > ? order by ordinal limit ?`, j.run, j.step, ordinal, limit)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e Entry
		var hash []byte
		var created sql.NullBool
		var held sql.NullString
		if err := rows.Scan(&e.Ordinal, &hash, &e.Outcome, &e.Record, &created, &held); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if held.Valid {
			if e.Previous, err = previousOf(created.Bool, held.String); err != nil {
				return nil, fmt.Errorf("read the journal: entry %d: %w", e.Ordinal, err)
			}
		}
		if copy(e.Hash[:], hash) != len(e.Hash) {
			return nil, fmt.Errorf("read the journal: entry %d is damaged", e.Ordinal)
		}
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return entries, nil
}

// Counts is how many rows of the step came to what, those that have not ended among them.
func (j *Journal) Counts(ctx context.Context) (counts map[Outcome]int64, err error) {
	rows, err := j.store.db.QueryContext(ctx, "select outcome, count(*) from items where run = ? and step = ? group by outcome", j.run, j.step)
	if err != nil {
		return nil, fmt.Errorf("count the journal: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	counts = map[Outcome]int64{}
	for rows.Next() {
		var o Outcome
		var n int64
		if err := rows.Scan(&o, &n); err != nil {
			return nil, fmt.Errorf("count the journal: %w", err)
		}
		counts[o] = n
	}
	return counts, rows.Err()
}

// rejectsPage is how many rejects are read at a time.
const rejectsPage = 500

// Rejects yields the step's rejected rows in file order.
func (j *Journal) Rejects(ctx context.Context) iter.Seq2[Reject, error] {
	return func(yield func(Reject, error) bool) {
		last := int64(0)
		for {
			page, err := j.rejectsAfter(ctx, last)
			if err != nil {
				yield(Reject{}, fmt.Errorf("read the rejects: %w", err))
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
				last = r.Ordinal
			}
			if len(page) < rejectsPage {
				return
			}
		}
	}
}

func (j *Journal) rejectsAfter(ctx context.Context, ordinal int64) (page []Reject, err error) {
	rows, err := j.store.db.QueryContext(ctx, `select ordinal, line, findings, cells from rejects
		where run = ? and step = ? and ordinal > ? order by ordinal limit ?`, j.run, j.step, ordinal, rejectsPage)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Reject
		var findings string
		var cells []byte
		if err := rows.Scan(&r.Ordinal, &r.Line, &findings, &cells); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(findings), &r.Findings); err != nil {
			return nil, fmt.Errorf("findings of row %d: %w", r.Ordinal, err)
		}
		if r.Cells, r.Kinds, err = unpackCells(cells); err != nil {
			return nil, fmt.Errorf("cells of row %d: %w", r.Ordinal, err)
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// packCells keeps cells byte for byte. JSON would not: a rejected cell may be invalid UTF-8, which is often why it was rejected. Their
// kinds come behind them, where there are any.
func packCells(cells []string, kinds string) []byte {
	b := binary.AppendUvarint(nil, uint64(len(cells)))
	for _, c := range cells {
		b = appendText(b, c)
	}
	if kinds != "" {
		b = appendText(b, kinds)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

var errDamaged = errors.New("damaged")

func unpackCells(b []byte) (cells []string, kinds string, err error) {
	count, n := binary.Uvarint(b)
	if n <= 0 || count > uint64(len(b)) {
		return nil, "", errDamaged
	}
	b = b[n:]
	cells = make([]string, 0, count)
	for range count {
		var c string
		if c, b, err = cutText(b); err != nil {
			return nil, "", err
		}
		cells = append(cells, c)
	}
	if len(b) > 0 {
		if kinds, b, err = cutText(b); err != nil {
			return nil, "", err
		}
	}
	if len(b) > 0 {
		return nil, "", errDamaged
	}
	return cells, kinds, nil
}

// cutText takes a text from the front of b.
func cutText(b []byte) (text string, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return "", nil, errDamaged
	}
	b = b[n:]
	return string(b[:size]), b[size:], nil
}
