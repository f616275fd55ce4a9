package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"attio-etl/crm"
)

// UndoList is what a run did, by record: what a later run is to take back, in an order that works. It is fixed when the undoing begins.
type UndoList struct {
	store  *Store
	holder int64
	of     int64 // number of the run to undo
}

// UndoCounts is how much there is to take back.
type UndoCounts struct {
	Created int64 // records and other things that the run made
	Changed int64 // those that it changed or deleted
}

// touchedRows is the rows of a run that wrote something or were about to, with their record, as far as that is known. Its parameter is the run.
const touchedRows = `
	select rows.step as step, rows.ordinal as row, coalesce((select object from left_behind l
			where l.run = ?1 and l.step = rows.step and l.ordinal = rows.ordinal and l.object <> '' limit 1), steps.target) as target,
		coalesce(previous.created, 0) as created,
		coalesce((select record from left_behind l where l.run = ?1 and l.step = rows.step and l.ordinal = rows.ordinal and l.record <> ''
			order by l.number desc limit 1), items.record, '') as record
	from (
		select step, ordinal from previous where run = ?1
		union
		select step, ordinal from items where run = ?1 and (outcome in (1, 2, 3, 5, 7) or (outcome = 6 and record <> ''))
	) rows
	join steps on steps.run = ?1 and steps.step = rows.step
	left join previous on previous.run = ?1 and previous.step = rows.step and previous.ordinal = rows.ordinal
	left join items on items.run = ?1 and items.step = rows.step and items.ordinal = rows.ordinal
`

// touched names what a row touched: its record, or the row itself where that is not known.
const touched = `case record when '' then 'row ' || step || '.' || row else record end`

// The phases of undoing: what was changed is put back before what was created is deleted, so that no deletion changes what is still to be compared.
const (
	phaseChanged = 1
	phaseCreated = 2
)

// PlanUndo lists what a run did, for looking at it: nothing is begun. Whoever calls it holds the lock of the job.
func (s *Store) PlanUndo(ctx context.Context, of Run) (*UndoList, error) {
	l := &UndoList{store: s, holder: -of.number, of: of.number}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := l.clear(ctx, tx); err != nil {
			return err
		}
		return l.fill(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("list what run %s did: %w", of.ID, err)
	}
	return l, nil
}

// Drop removes a list that nothing is to be done of.
func (l *UndoList) Drop(ctx context.Context) error {
	if err := l.store.tx(ctx, func(tx *sql.Tx) error { return l.clear(ctx, tx) }); err != nil {
		return fmt.Errorf("remove a list of changes: %w", err)
	}
	return nil
}

func (l *UndoList) clear(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{"undo_rows", "undo_items"} {
		if _, err := tx.ExecContext(ctx, "delete from "+table+" where holder = ?", l.holder); err != nil {
			return err
		}
	}
	return nil
}

// fill makes the list: what was changed first, then what was created, the last step first in each, and in a step the last row.
func (l *UndoList) fill(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `insert into undo_items (holder, ordinal, phase, step, target, record, touched)
		select ?2, row_number() over (order by phase, step desc, row desc), phase, step, target, record, touched from (
			select case max(created) when 1 then ?4 else ?3 end as phase, case max(created) when 1 then min(step) else max(step) end as step,
				max(row) as row, target, record, `+touched+` as touched
			from (`+touchedRows+`) group by target, `+touched+`)`,
		l.of, l.holder, phaseChanged, phaseCreated)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into undo_rows (holder, item, step, row)
		select ?2, i.ordinal, t.step, t.row from (select *, `+touched+` as touched from (`+touchedRows+`)) t
		join undo_items i on i.holder = ?2 and i.target = t.target and i.touched = t.touched`, l.of, l.holder)
	return err
}

// Targets is what the things on the list belong to.
func (l *UndoList) Targets(ctx context.Context) (targets []crm.Target, err error) {
	rows, err := l.store.db.QueryContext(ctx, "select distinct target from undo_items where holder = ? order by target", l.holder)
	if err != nil {
		return nil, fmt.Errorf("read what is to be undone: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text string
		var target crm.Target
		err := rows.Scan(&text)
		if err == nil {
			err = target.UnmarshalText([]byte(text))
		}
		if err != nil {
			return nil, fmt.Errorf("read what is to be undone: %w", err)
		}
		targets = append(targets, target)
	}
	return targets, rows.Err()
}

// Counts is how much there is on the list.
func (l *UndoList) Counts(ctx context.Context) (c UndoCounts, err error) {
	err = l.store.db.QueryRowContext(ctx, `select coalesce(sum(phase = ?2), 0), coalesce(sum(phase = ?3), 0) from undo_items where holder = ?1`,
		l.holder, phaseChanged, phaseCreated).Scan(&c.Changed, &c.Created)
	if err != nil {
		return c, fmt.Errorf("count what is to be undone: %w", err)
	}
	return c, nil
}

// BeginUndo records a new run that takes back another one, with its list, and marks that one as undone, so that it does not go on.
func (s *Store) BeginUndo(ctx context.Context, of Run) (Run, error) {
	now := time.Now()
	r := Run{
		ID: ulid.MustNew(ulid.Timestamp(now), ulid.DefaultEntropy()).String(), Job: of.Job, JobPath: of.JobPath, JobHash: of.JobHash,
		Workspace: of.Workspace, Connection: of.Connection, Undoes: of.ID, Started: now.UTC().Truncate(time.Millisecond), Status: Running, Summary: json.RawMessage("null"),
		Steps: []Step{{Source: "run " + of.ID, Columns: []string{"target", "record", "name"}, Target: of.targets()}},
	}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := begin(ctx, tx, &r); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "insert into undos (run, undoes) values (?, ?)", r.number, of.number); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "update runs set status = ? where number = ?", Undone, of.number); err != nil {
			return err
		}
		return (&UndoList{holder: r.number, of: of.number}).fill(ctx, tx)
	})
	if err != nil {
		return Run{}, fmt.Errorf("record the run: %w", err)
	}
	return r, nil
}

// targets names what the run's steps write to, each once.
func (r Run) targets() string {
	text, seen := "", map[string]bool{}
	for _, s := range r.Steps {
		if !seen[s.Target] {
			seen[s.Target] = true
			if text != "" {
				text += " "
			}
			text += s.Target
		}
	}
	return text
}

// UndoList is the list of a run that undoes another one.
func (s *Store) UndoList(ctx context.Context, undo Run) (*UndoList, error) {
	l := &UndoList{store: s, holder: undo.number}
	err := s.db.QueryRowContext(ctx, "select undoes from undos where run = ?", undo.number).Scan(&l.of)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("run %s undoes none: %w", undo.ID, ErrNoRun)
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of run %s: %w", undo.ID, err)
	}
	return l, nil
}

// UnfinishedUndo is the run that undoes another one and has not come to its end; false where there is none.
func (s *Store) UnfinishedUndo(ctx context.Context, of Run) (Run, bool, error) {
	runs, err := s.query(ctx, "where number in (select run from undos where undoes = ?)", of.number)
	if err != nil {
		return Run{}, false, fmt.Errorf("look for runs that undo %s: %w", of.ID, err)
	}
	if len(runs) > 0 && runs[0].Status != Complete {
		return runs[0], true, nil
	}
	return Run{}, false, nil
}

// Has reports whether a record is on the list: the run has touched it. One of which that was not known is there once it is being undone.
func (l *UndoList) Has(ctx context.Context, record string) (bool, error) {
	var there bool
	err := l.store.db.QueryRowContext(ctx, `select exists (select 1 from undo_items where holder = ?1 and record = ?2)
		or exists (select 1 from items where run = ?1 and record = ?2)`, l.holder, record).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for a record among the changes: %w", err)
	}
	return there, nil
}

// Knows reports whether a row of the run ended as a record, also one that it left as it was.
func (l *UndoList) Knows(ctx context.Context, record string) (bool, error) {
	var there bool
	err := l.store.db.QueryRowContext(ctx, "select exists (select 1 from items where run = ?1 and record = ?2 and outcome <> ?3)", l.of, record, Sent).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for a record among the rows: %w", err)
	}
	return there, nil
}

// WrittenSince is the newest run after the one to undo that wrote a record; empty for none. A run that undoes is one too.
func (l *UndoList) WrittenSince(ctx context.Context, record string) (id string, err error) {
	err = l.store.db.QueryRowContext(ctx, `select runs.id from left_behind join runs on runs.number = left_behind.run
		where left_behind.record = ? and left_behind.run > ? and left_behind.run <> ? order by left_behind.run desc limit 1`, record, l.of, max(l.holder, 0)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for later runs: %w", err)
	}
	return id, nil
}
