package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"attio-etl/tabular"
)

// Status is how far a run is.
type Status string

// The states of a run. A run whose process was killed stays Running until it is resumed.
const (
	Running     Status = "running"
	Complete    Status = "complete"    // every row was reached; some may have been rejected
	Interrupted Status = "interrupted" // by the user, or by a change of the source under the run
	Stopped     Status = "stopped"     // by a fault: authentication, an unavailable API, a breaker
)

// Run is one import of one source by one job.
type Run struct {
	number int64

	ID         string // ULID: sorts by the time it began
	Job        string // the job's name: what the run store keys on
	JobPath    string // absolute path of the job file
	JobHash    string
	PlanHash   string
	Source     string // absolute path of the source
	Print      tabular.Fingerprint
	Columns    []string // of the source: the header of its rejects file
	Workspace  string   // id
	Target     string   // "companies"
	Connection string   // what the run talked to: a base URL, or "sandbox:DIR"

	Status      Status
	Started     time.Time
	Ended       time.Time       // zero while it runs
	Summary     json.RawMessage // the engine's summary at its last end, null before
	RejectsFile string          // empty when nothing was rejected
}

// ErrNoRun says that the store holds no such run.
var ErrNoRun = errors.New("no such run")

const runColumns = `number, id, job, job_path, job_hash, plan_hash, source, source_size, source_hash, columns, workspace, target, connection,
	status, started, ended, summary, rejects_file`

func scanRun(row interface{ Scan(...any) error }) (Run, error) {
	var r Run
	var started, ended int64
	var summary, columns string
	err := row.Scan(&r.number, &r.ID, &r.Job, &r.JobPath, &r.JobHash, &r.PlanHash, &r.Source, &r.Print.Size, &r.Print.SHA256,
		&columns, &r.Workspace, &r.Target, &r.Connection, &r.Status, &started, &ended, &summary, &r.RejectsFile)
	if err != nil {
		return Run{}, err
	}
	r.Started = time.UnixMilli(started).UTC()
	if ended != 0 {
		r.Ended = time.UnixMilli(ended).UTC()
	}
	r.Summary = json.RawMessage(summary)
	if err := json.Unmarshal([]byte(columns), &r.Columns); err != nil {
		return Run{}, fmt.Errorf("columns of run %s: %w", r.ID, err)
	}
	return r, nil
}

// Begin records a new run, filling its ID, Started and Status.
func (s *Store) Begin(ctx context.Context, r Run) (Run, error) {
	now := time.Now()
	r.ID = ulid.MustNew(ulid.Timestamp(now), ulid.DefaultEntropy()).String()
	r.Started = now.UTC().Truncate(time.Millisecond)
	r.Status = Running
	r.Summary = json.RawMessage("null")
	columns, err := json.Marshal(r.Columns)
	if err != nil {
		return Run{}, fmt.Errorf("record the run: %w", err)
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `insert into runs (id, job, job_path, job_hash, plan_hash, source, source_size, source_hash,
			columns, workspace, target, connection, status, started, ended, summary, rejects_file)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'null', '')`,
			r.ID, r.Job, r.JobPath, r.JobHash, r.PlanHash, r.Source, r.Print.Size, r.Print.SHA256,
			string(columns), r.Workspace, r.Target, r.Connection, r.Status, r.Started.UnixMilli())
		if err != nil {
			return err
		}
		r.number, err = res.LastInsertId()
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("record the run: %w", err)
	}
	return r, nil
}

// Resume marks a run as running again, under the job and plan as they are now.
func (s *Store) Resume(ctx context.Context, r, now Run) (Run, error) {
	r.JobHash, r.PlanHash, r.Status = now.JobHash, now.PlanHash, Running
	return r, s.update(ctx, r, `update runs set status = ?, ended = 0, job_hash = ?, plan_hash = ? where number = ?`,
		r.Status, r.JobHash, r.PlanHash, r.number)
}

// Finish records how a run ended. It can be resumed unless the status is Complete.
func (s *Store) Finish(ctx context.Context, r Run, status Status, summary json.RawMessage, rejectsFile string) error {
	return s.update(ctx, r, `update runs set status = ?, ended = ?, summary = ?, rejects_file = ? where number = ?`,
		status, time.Now().UnixMilli(), string(summary), rejectsFile, r.number)
}

func (s *Store) update(ctx context.Context, r Run, query string, args ...any) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("record the state of run %s: %w", r.ID, err)
	}
	return nil
}

// Latest is the newest run of a job file on a source in a workspace; ErrNoRun when there is none. Two job files of one name are two jobs.
func (s *Store) Latest(ctx context.Context, of Run) (Run, error) {
	r, err := scanRun(s.db.QueryRowContext(ctx, "select "+runColumns+` from runs
		where job = ? and job_path = ? and source = ? and workspace = ? order by number desc limit 1`,
		of.Job, of.JobPath, of.Source, of.Workspace))
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, ErrNoRun
	}
	if err != nil {
		return Run{}, fmt.Errorf("look for runs of job %s: %w", of.Job, err)
	}
	return r, nil
}

// Find is the run with this id, or the only one whose id starts or ends so; "last" is the newest. ErrNoRun when there is none.
func (s *Store) Find(ctx context.Context, id string) (Run, error) {
	runs, err := s.Runs(ctx)
	if err != nil {
		return Run{}, err
	}
	if id == "last" && len(runs) > 0 {
		return runs[0], nil
	}
	part := strings.ToUpper(strings.TrimSpace(id))
	var found []Run
	for _, r := range runs {
		if r.ID == part {
			return r, nil
		}
		if part != "" && (strings.HasPrefix(r.ID, part) || strings.HasSuffix(r.ID, part)) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return Run{}, fmt.Errorf("run %q: %w", id, ErrNoRun)
	case 1:
		return found[0], nil
	default:
		return Run{}, fmt.Errorf("run %q: %d runs have ids like this, give more of it", id, len(found))
	}
}

// Runs lists all runs, the newest first.
func (s *Store) Runs(ctx context.Context) (runs []Run, err error) {
	rows, err := s.db.QueryContext(ctx, "select "+runColumns+" from runs order by number desc")
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("list the runs: %w", err)
		}
		runs = append(runs, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	return runs, nil
}
