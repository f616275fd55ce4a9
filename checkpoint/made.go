package checkpoint

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
)

// schemaOfMade came with version 4: what a run created beside the records of its rows.
const schemaOfMade = `
create table made (
	run       integer not null,
	step      integer not null,
	object    text not null,
	attribute text not null,
	value     text not null,
	record    text not null,
	primary key (run, step, object, attribute, value),
	foreign key (run, step) references steps (run, step)
) without rowid;
`

// Made is something that a step created for its rows to name: a record that they refer to by a value of an attribute, or an option or status of one.
type Made struct {
	Object    string // slug; of an option that of the step's target
	Attribute string
	Value     string // the canonical value that the record was created with, or the option's title
	Record    string // id; empty for an option, and for a record that is about to be created
	Left      *Left  // what a record was created with, or is about to be; nil for an option
}

// ordinal stands for a record among those of the step's rows: below zero, where no row is.
func (m Made) ordinal() int64 {
	sum := sha256.Sum256([]byte(m.Object + "\x00" + m.Attribute + "\x00" + m.Value))
	return -1 - int64(binary.BigEndian.Uint64(sum[:])>>2)
}

// Made notes what the step created. What it has noted before stays one.
func (j *Journal) Made(ctx context.Context, made Made) error {
	err := j.store.tx(ctx, func(tx *sql.Tx) error {
		if made.Left != nil {
			e := Entry{Ordinal: made.ordinal(), Previous: &Previous{Created: true}, Left: made.Left}
			made.Left.Object = made.Object
			if err := errors.Join(j.putPrevious(ctx, tx, e), j.putLeft(ctx, tx, e)); err != nil || made.Left.Intended {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `insert into made (run, step, object, attribute, value, record) values (?, ?, ?, ?, ?, ?)
			on conflict (run, step, object, attribute, value) do update set record = excluded.record`,
			j.run, j.step, made.Object, made.Attribute, made.Value, made.Record)
		return err
	})
	if err != nil {
		return fmt.Errorf("journal what was created: %w", err)
	}
	return nil
}

// AllMade lists what the step created, at most limit; more tells how many there are besides.
func (j *Journal) AllMade(ctx context.Context, limit int) (list []Made, more int64, err error) {
	var all int64
	if err := j.store.db.QueryRowContext(ctx, "select count(*) from made where run = ? and step = ?", j.run, j.step).Scan(&all); err != nil {
		return nil, 0, fmt.Errorf("read what was created: %w", err)
	}
	rows, err := j.store.db.QueryContext(ctx, `select object, attribute, value, record from made where run = ? and step = ?
		order by object, attribute, value limit ?`, j.run, j.step, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("read what was created: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m Made
		if err := rows.Scan(&m.Object, &m.Attribute, &m.Value, &m.Record); err != nil {
			return nil, 0, fmt.Errorf("read what was created: %w", err)
		}
		list = append(list, m)
	}
	return list, all - int64(len(list)), rows.Err()
}
