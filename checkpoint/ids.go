package checkpoint

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
)

// schemaOfIDs came with version 4: by which values the record of a row is found again. The record stands with the row.
const schemaOfIDs = `
create table ids (
	run       integer not null,
	step      integer not null,
	ordinal   integer not null,
	attribute text not null,
	value     text not null,
	primary key (run, step, ordinal, attribute, value),
	foreign key (run, step) references steps (run, step)
) without rowid;
`

// ID is the record that a row became, under a value of its key.
type ID struct {
	Ordinal   int64 // of the row; 0 for a record that was created for rows to refer to
	Object    string
	Attribute string
	Value     string // canonical
	Record    string
}

// putIDs puts what an entry says of its record in the place of what an earlier one of the row said.
func (j *Journal) putIDs(ctx context.Context, tx *sql.Tx, e Entry) error {
	if _, err := tx.ExecContext(ctx, "delete from ids where run = ? and step = ? and ordinal = ?", j.run, j.step, e.Ordinal); err != nil {
		return err
	}
	for _, value := range e.Holds.Values {
		_, err := tx.ExecContext(ctx, "insert into ids (run, step, ordinal, attribute, value) values (?, ?, ?, ?, ?) on conflict do nothing",
			j.run, j.step, e.Ordinal, e.Holds.Attribute, value)
		if err != nil {
			return err
		}
	}
	return nil
}

// idsPage is how many ids are read at a time.
const idsPage = 500

// IDs yields the step's records by value: those that it created for rows to refer to, then those of its rows, in file order. Whether they are
// still there, and still have these values, only the workspace can tell.
func (j *Journal) IDs(ctx context.Context) iter.Seq2[ID, error] {
	const (
		made = `select 0, object, attribute, value, record from made
			where run = ? and step = ? and record <> '' and (object, attribute, value) > (?, ?, ?) order by object, attribute, value limit ?`
		rows = `select ordinal, target, attribute, value, record from ids join items using (run, step, ordinal) join steps using (run, step)
			where run = ? and step = ? and (ordinal, attribute, value) > (?, ?, ?) order by ordinal, attribute, value limit ?`
	)
	return func(yield func(ID, error) bool) {
		if j.pages(ctx, made, func(last ID) any { return last.Object }, yield) {
			j.pages(ctx, rows, func(last ID) any { return last.Ordinal }, yield)
		}
	}
}

// pages yields what a query finds, page by page; each begins after the last of the one before, in an order that begins with what first tells. It
// is false when that ended early.
func (j *Journal) pages(ctx context.Context, query string, first func(ID) any, yield func(ID, error) bool) bool {
	for last := (ID{}); ; {
		page, err := j.ids(ctx, query, j.run, j.step, first(last), last.Attribute, last.Value, idsPage)
		if err != nil {
			yield(ID{}, fmt.Errorf("read the ids: %w", err))
			return false
		}
		for _, id := range page {
			if !yield(id, nil) {
				return false
			}
			last = id
		}
		if len(page) < idsPage {
			return true
		}
	}
}

func (j *Journal) ids(ctx context.Context, query string, args ...any) (page []ID, err error) {
	rows, err := j.store.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id ID
		if err := rows.Scan(&id.Ordinal, &id.Object, &id.Attribute, &id.Value, &id.Record); err != nil {
			return nil, err
		}
		page = append(page, id)
	}
	return page, rows.Err()
}
