package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// schemaOfSessions came with version 4: who worked on a run and when, and what it was planned to do and found to have done.
const schemaOfSessions = `
create table sessions (
	run      integer not null references runs (number),
	session  integer not null,
	program  text not null,
	contract text not null,
	started  integer not null,
	ended    integer not null,
	status   text not null,
	code     integer not null,
	traffic  text not null,
	primary key (run, session)
) without rowid;
alter table runs add column planned text;
alter table runs add column verified text;
`

// Session is the work of one process on a run, from its first row to its end.
type Session struct {
	run, number int64

	Program  string // version of the program
	Contract string // which API was spoken
	Started  time.Time
	Ended    time.Time // zero while it runs, and of one that was killed
	Status   Status    // that of the run at its end; Running of one that was killed
	Code     int       // exit code
	Traffic  Traffic
}

// Requests counts attempts.
type Requests struct{ Read, Write, Retried, Throttled int64 }

// Traffic is the requests of a session over time: one count for each interval since Start.
type Traffic struct {
	Start  time.Time
	Width  time.Duration // whole milliseconds
	Counts []Requests
}

// trafficJSON is Traffic as the state file has it.
type trafficJSON struct {
	Start  int64      `json:"start"` // ms since 1970
	Width  int64      `json:"width"` // ms
	Counts [][4]int64 `json:"counts"`
}

func (t Traffic) pack() (string, error) {
	packed := trafficJSON{Start: t.Start.UnixMilli(), Width: t.Width.Milliseconds(), Counts: make([][4]int64, len(t.Counts))}
	for i, c := range t.Counts {
		packed.Counts[i] = [4]int64{c.Read, c.Write, c.Retried, c.Throttled}
	}
	text, err := json.Marshal(packed)
	return string(text), err
}

func unpackTraffic(text string) (Traffic, error) {
	var packed trafficJSON
	if err := json.Unmarshal([]byte(text), &packed); err != nil {
		return Traffic{}, err
	}
	t := Traffic{Start: time.UnixMilli(packed.Start).UTC(), Width: time.Duration(packed.Width) * time.Millisecond}
	for _, c := range packed.Counts {
		t.Counts = append(t.Counts, Requests{Read: c[0], Write: c[1], Retried: c[2], Throttled: c[3]})
	}
	return t, nil
}

// BeginSession records that a process works on a run from now on, filling Started and Status.
func (s *Store) BeginSession(ctx context.Context, r Run, session Session) (Session, error) {
	session.run, session.Started, session.Status = r.number, time.Now().UTC().Truncate(time.Millisecond), Running
	traffic, err := session.Traffic.pack()
	if err != nil {
		return Session{}, fmt.Errorf("record the session of run %s: %w", r.ID, err)
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "select coalesce(max(session), 0) + 1 from sessions where run = ?", r.number).Scan(&session.number); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `insert into sessions (run, session, program, contract, started, ended, status, code, traffic)
			values (?, ?, ?, ?, ?, 0, ?, 0, ?)`,
			session.run, session.number, session.Program, session.Contract, session.Started.UnixMilli(), session.Status, traffic)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("record the session of run %s: %w", r.ID, err)
	}
	return session, nil
}

// KeepSession records how far a session is: its Traffic, and where it has ended its Ended, Status and Code.
func (s *Store) KeepSession(ctx context.Context, session Session) error {
	traffic, err := session.Traffic.pack()
	if err == nil {
		ended := int64(0)
		if !session.Ended.IsZero() {
			ended = session.Ended.UnixMilli()
		}
		err = s.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "update sessions set ended = ?, status = ?, code = ?, traffic = ? where run = ? and session = ?",
				ended, session.Status, session.Code, traffic, session.run, session.number)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("record the session: %w", err)
	}
	return nil
}

// Sessions lists those of a run, the oldest first. A run of an earlier version of the state has none.
func (s *Store) Sessions(ctx context.Context, r Run) (sessions []Session, err error) {
	rows, err := s.db.QueryContext(ctx, `select session, program, contract, started, ended, status, code, traffic from sessions
		where run = ? order by session`, r.number)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of run %s: %w", r.ID, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		session := Session{run: r.number}
		var started, ended int64
		var traffic string
		err := rows.Scan(&session.number, &session.Program, &session.Contract, &started, &ended, &session.Status, &session.Code, &traffic)
		if err == nil {
			session.Traffic, err = unpackTraffic(traffic)
		}
		if err != nil {
			return nil, fmt.Errorf("list the sessions of run %s: %w", r.ID, err)
		}
		session.Started = time.UnixMilli(started).UTC()
		if ended != 0 {
			session.Ended = time.UnixMilli(ended).UTC()
		}
		sessions = append(sessions, session)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the sessions of run %s: %w", r.ID, err)
	}
	return sessions, nil
}

// Told is what is said of a run beside its own summary; null where nothing is.
type Told struct {
	Planned  json.RawMessage // what it was to do, of a run that was made from a plan
	Verified json.RawMessage // what the last comparison of the workspace with what it wrote has found
}

// SetPlanned keeps what a run is to do by the plan that it is made from.
func (s *Store) SetPlanned(ctx context.Context, r Run, planned json.RawMessage) error {
	return s.update(ctx, r, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "update runs set planned = ? where number = ?", string(planned), r.number)
		return err
	})
}

// Told reads what is said of a run.
func (s *Store) Told(ctx context.Context, r Run) (Told, error) {
	var planned, verified sql.NullString
	if err := s.db.QueryRowContext(ctx, "select planned, verified from runs where number = ?", r.number).Scan(&planned, &verified); err != nil {
		return Told{}, fmt.Errorf("read run %s: %w", r.ID, err)
	}
	return Told{Planned: json.RawMessage(planned.String), Verified: json.RawMessage(verified.String)}, nil
}
