package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"attio-etl/crm"
)

// Live is what the workspace held for a row of a file when it was looked at.
type Live struct {
	Ordinal int64
	Record  string   // id
	Others  []string // ids of further records that have a value of the row's key: which is meant cannot be told
	Shared  int64    // another row that the record is the record of, by another value of its key; 0 for none
	Values  crm.Values
	Unread  []string // slugs of attributes that hold values which this program cannot read
}

// LiveValues is what the workspace holds for the rows of one step of a job, on disk so that it may be larger than memory. It is of use
// to the process that takes it, and only until the step is written: a later one looks anew.
type LiveValues struct {
	store  *Store
	holder string
}

// LiveValues is those of a step. Whoever uses it holds the lock of the job.
func (s *Store) LiveValues(job, step string) *LiveValues {
	return &LiveValues{store: s, holder: job + "/" + step} // neither name has a slash
}

// Clear removes all of it, also what a process left that was killed.
func (s *LiveValues) Clear(ctx context.Context) error {
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "delete from live where holder = ?", s.holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("clear the live values: %w", err)
	}
	return nil
}

// Put adds what was found, in one transaction. A second record for a row becomes one of its Others; the same record twice is one.
func (s *LiveValues) Put(ctx context.Context, found []Live) error {
	if len(found) == 0 {
		return nil
	}
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, `insert into live (holder, ordinal, record, others, shared, held, unread) values (?, ?, ?, '', ?, ?, ?)
			on conflict (holder, ordinal) do update set shared = max(shared, excluded.shared), others = case
				when record = excluded.record or instr(others, excluded.record) > 0 then others
				else others || ' ' || excluded.record end`)
		if err != nil {
			return err
		}
		for _, l := range found {
			held, err := json.Marshal(l.Values)
			if err == nil {
				_, err = put.ExecContext(ctx, s.holder, l.Ordinal, l.Record, l.Shared, string(held), strings.Join(l.Unread, " "))
			}
			if err != nil {
				return errors.Join(err, put.Close())
			}
		}
		return put.Close()
	})
	if err != nil {
		return fmt.Errorf("keep the live values of %d rows: %w", len(found), err)
	}
	return nil
}

// After reads what is there for rows above an ordinal, in order, at most limit.
func (s *LiveValues) After(ctx context.Context, ordinal int64, limit int) (page []Live, err error) {
	rows, err := s.store.db.QueryContext(ctx, `select ordinal, record, others, shared, held, unread from live
		where holder = ? and ordinal > ? order by ordinal limit ?`, s.holder, ordinal, limit)
	if err != nil {
		return nil, fmt.Errorf("read the live values: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var l Live
		var others, held, unread string
		if err := rows.Scan(&l.Ordinal, &l.Record, &others, &l.Shared, &held, &unread); err != nil {
			return nil, fmt.Errorf("read the live values: %w", err)
		}
		if err := json.Unmarshal([]byte(held), &l.Values); err != nil {
			return nil, fmt.Errorf("read the live values of row %d: %w", l.Ordinal, err)
		}
		l.Others, l.Unread = strings.Fields(others), strings.Fields(unread)
		page = append(page, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the live values: %w", err)
	}
	return page, nil
}
