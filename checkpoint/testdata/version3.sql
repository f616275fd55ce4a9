-- A state file as version 3 made it, with a run that was killed after two of its rows, one of them updated.
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
pragma user_version = 3;
insert into runs (id, job, job_path, job_hash, workspace, connection, status, started, ended, summary) values
	('01JBBBBBBBBBBBBBBBBBBBBBBB', 'companies', '/jobs/companies.yaml', 'j1', 'w1', 'https://api.attio.com', 'running', 1700000100000, 0, 'null');
insert into steps (run, step, name, plan_hash, source, source_size, source_hash, columns, target, status, summary, rejects_file) values
	(1, 1, '', 'p1', '/data/companies.csv', 10, 'aaaaaaaaaaaaaaaaaaaa', '["Website","Name"]', 'companies', 'running', 'null', '');
insert into items (run, step, ordinal, hash, outcome, record) values
	(1, 1, 1, zeroblob(32), 2, 'rec-1'),
	(1, 1, 2, zeroblob(32), 7, 'rec-2');
insert into previous (run, step, ordinal, created, held) values (1, 1, 1, 0, '{"values":{}}');
