-- A state file as version 1 made it, with a run that was killed after two of its rows, and a complete one.
create table runs (
	number       integer primary key autoincrement,
	id           text not null unique,
	job          text not null,
	job_path     text not null,
	job_hash     text not null,
	plan_hash    text not null,
	source       text not null,
	source_size  integer not null,
	source_hash  text not null,
	columns      text not null,
	workspace    text not null,
	target       text not null,
	connection   text not null,
	status       text not null,
	started      integer not null,
	ended        integer not null,
	summary      text not null,
	rejects_file text not null
);
create index runs_of_job on runs (job, source, workspace, number);
create table items (
	run     integer not null references runs (number),
	ordinal integer not null,
	hash    blob not null,
	outcome integer not null,
	record  text not null,
	primary key (run, ordinal)
) without rowid;
create table rejects (
	run      integer not null references runs (number),
	ordinal  integer not null,
	line     integer not null,
	findings text not null,
	cells    blob not null,
	primary key (run, ordinal)
) without rowid;
pragma user_version = 1;
insert into runs (id, job, job_path, job_hash, plan_hash, source, source_size, source_hash, columns, workspace, target, connection, status, started,
	ended, summary, rejects_file) values
	('01JAAAAAAAAAAAAAAAAAAAAAAA', 'companies', '/jobs/companies.yaml', 'j0', 'p0', '/data/companies.csv', 10, 'aaaaaaaaaaaaaaaaaaaa', '["Website","Name"]',
		'w1', 'companies', 'https://api.attio.com', 'complete', 1700000000000, 1700000060000, '{"read":1,"rejected":1}', '/rejects/a.csv'),
	('01JBBBBBBBBBBBBBBBBBBBBBBB', 'companies', '/jobs/companies.yaml', 'j1', 'p1', '/data/companies.csv', 10, 'aaaaaaaaaaaaaaaaaaaa', '["Website","Name"]',
		'w1', 'companies', 'https://api.attio.com', 'running', 1700000100000, 0, 'null', '');
insert into items (run, ordinal, hash, outcome, record) values
	(1, 1, zeroblob(32), 6, ''),
	(2, 1, zeroblob(32), 3, 'rec-1'),
	(2, 2, zeroblob(32), 6, ''),
	(2, 3, zeroblob(32), 7, 'rec-3');
insert into rejects (run, ordinal, line, findings, cells) values
	(1, 1, 2, '[{"code":"bad-date","pos":{"file":"x.csv"},"problem":"no date"}]', x'02016101ff'),
	(2, 2, 3, '[{"code":"bad-date","pos":{"file":"x.csv"},"problem":"no date"}]', x'02016101ff');
