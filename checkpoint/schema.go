package checkpoint

import (
	"context"
	"database/sql"
	"fmt"
)

// schemaVersion is kept in the file's user_version; a file of a newer version is refused rather than guessed at, one of an older version
// is brought to this one.
const schemaVersion = 4

// schema is the state file. Items and rejects are keyed by numbers, not by ids and names: a migration has hundreds of thousands.
const schema = `
create table runs (
	number     integer primary key autoincrement,
	id         text not null unique,
	job        text not null,
	job_path   text not null,
	job_hash   text not null,
	workspace  text not null,
	connection text not null,
	status     text not null,
	started    integer not null,
	ended      integer not null,
	summary    text not null
);
create index runs_of_job on runs (job, workspace, number);
` + schemaOfSteps + schemaOfValues + fromVersion3

const schemaOfSteps = `
create table steps (
	run          integer not null references runs (number),
	step         integer not null,
	name         text not null,
	plan_hash    text not null,
	source       text not null,
	source_size  integer not null,
	source_hash  text not null,
	columns      text not null,
	target       text not null,
	status       text not null,
	summary      text not null,
	rejects_file text not null,
	primary key (run, step),
	unique (run, name)
) without rowid;
create table items (
	run     integer not null,
	step    integer not null,
	ordinal integer not null,
	hash    blob not null,
	outcome integer not null,
	record  text not null,
	primary key (run, step, ordinal),
	foreign key (run, step) references steps (run, step)
) without rowid;
create table rejects (
	run      integer not null,
	step     integer not null,
	ordinal  integer not null,
	line     integer not null,
	findings text not null,
	cells    blob not null,
	primary key (run, step, ordinal),
	foreign key (run, step) references steps (run, step)
) without rowid;
`

// schemaOfValues came with version 3: what the workspace holds, and what it held before a run.
const schemaOfValues = `
create table previous (
	run     integer not null,
	step    integer not null,
	ordinal integer not null,
	created integer not null,
	held    text not null,
	primary key (run, step, ordinal),
	foreign key (run, step) references steps (run, step)
) without rowid;
create table live (
	holder  text not null,
	ordinal integer not null,
	record  text not null,
	others  text not null,
	shared  integer not null,
	held    text not null,
	unread  text not null,
	primary key (holder, ordinal)
) without rowid;
`

// schemaOfUndo is what rows left behind, and what undoing makes of that. A list of what is to be undone belongs to the run that does so, by its number; one
// that nothing was done of yet to the run that is to be undone, by its number below zero.
const schemaOfUndo = `
create table left_behind (
	number  integer primary key,
	run     integer not null,
	step    integer not null,
	ordinal integer not null,
	object  text not null,
	record  text not null,
	held    text not null,
	foreign key (run, step) references steps (run, step)
);
create index left_by_row on left_behind (run, step, ordinal);
create index left_on_record on left_behind (record, run);
create table undos (
	run    integer primary key references runs (number),
	undoes integer not null references runs (number)
);
create table undo_items (
	holder  integer not null,
	ordinal integer not null,
	phase   integer not null,
	step    integer not null,
	target  text not null,
	record  text not null,
	touched text not null,
	primary key (holder, ordinal),
	unique (holder, target, touched)
) without rowid;
create index undo_of_record on undo_items (holder, record);
create table undo_rows (
	holder integer not null,
	item   integer not null,
	step   integer not null,
	row    integer not null,
	primary key (holder, item, step, row)
) without rowid;
`

// fromVersion1 makes a run of version 1, which had one source, a run of one step without a name. Everything stays: an unfinished run goes on.
const fromVersion1 = `
alter table items rename to items_1;
alter table rejects rename to rejects_1;
` + schemaOfSteps + `
insert into steps (run, step, name, plan_hash, source, source_size, source_hash, columns, target, status, summary, rejects_file)
	select number, 1, '', plan_hash, source, source_size, source_hash, columns, target, status, summary, rejects_file from runs;
insert into items (run, step, ordinal, hash, outcome, record) select run, 1, ordinal, hash, outcome, record from items_1;
insert into rejects (run, step, ordinal, line, findings, cells) select run, 1, ordinal, line, findings, cells from rejects_1;
drop table items_1;
drop table rejects_1;
drop index runs_of_job;
alter table runs drop column plan_hash;
alter table runs drop column source;
alter table runs drop column source_size;
alter table runs drop column source_hash;
alter table runs drop column columns;
alter table runs drop column target;
alter table runs drop column rejects_file;
create index runs_of_job on runs (job, workspace, number);
`

// fromVersion3 adds what came with version 4. A new file gets it in the same way.
const fromVersion3 = schemaOfSessions + schemaOfMade + schemaOfIDs + schemaOfUndo + schemaOfVerified

// migrate makes the tables of a new file, brings those of an older program to this version, and refuses a file that a newer one wrote. It
// is one transaction: a file is of one version or the other.
func (s *Store) migrate(ctx context.Context) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
			return fmt.Errorf("not a state file: %w", err)
		}
		var change string
		switch {
		case version == schemaVersion:
			return nil
		case version > schemaVersion:
			return fmt.Errorf("written by a newer attio-etl (state version %d, this one knows %d): use that one, or another --state directory",
				version, schemaVersion)
		case version == 1:
			change = fromVersion1 + schemaOfValues + fromVersion3
		case version == 2:
			change = schemaOfValues + fromVersion3
		case version == 3:
			change = fromVersion3
		default:
			change = schema
		}
		if _, err := tx.ExecContext(ctx, change); err != nil {
			return fmt.Errorf("make the tables of state version %d: %w", schemaVersion, err)
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d", schemaVersion))
		return err
	})
}
