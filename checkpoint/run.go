package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"attio-etl/tabular"
)

// Status is how far a run, or a step of it, is.
type Status string

// The states. A run whose process was killed stays Running until it is resumed.
const (
	Running     Status = "running"
	Complete    Status = "complete"    // every row was reached; some may have been rejected
	Interrupted Status = "interrupted" // by the user, or by a change of the source under the run
	Stopped     Status = "stopped"     // by a fault: authentication, an unavailable API, a breaker
	Held        Status = "held"        // a step only: it waits for rows of a step that was stopped
	Undone      Status = "undone"      // a later run has taken back what it did, or is about to: it does not go on
)

// Run is one execution of a job.
type Run struct {
	number int64

	ID         string // ULID: sorts by the time it began
	Job        string // the job's name: what the run store keys on
	JobPath    string // absolute path of the job file
	JobHash    string
	Workspace  string // id
	Connection string // what the run talked to: a base URL, or "sandbox:DIR"
	Steps      []Step // in the order in which they run
	Undoes     string // id of the run that this one takes back; empty for any other run

	Status  Status
	Started time.Time
	Ended   time.Time       // zero while it runs
	Summary json.RawMessage // what the program said at its last end, null before

	Verified json.RawMessage // what the last look at its records has found; nil for none
}

// Step is one import of one source, as part of a run.
type Step struct {
	run, number int64

	Name     string // empty for that of a job without named steps
	PlanHash string
	Source   string // absolute path of the source
	Print    tabular.Fingerprint
	Columns  []string // of the source: the header of its rejects file
	Target   string   // "companies"

	Status      Status
	Summary     json.RawMessage // what the program said of it at its last end, null before
	RejectsFile string          // empty when nothing was rejected
}

// ErrNoRun says that the store holds no such run.
var ErrNoRun = errors.New("no such run")

// Begin records a new run, filling its ID, Started and Status, and those of its steps.
func (s *Store) Begin(ctx context.Context, r Run) (Run, error) {
	now := time.Now()
	r.ID = ulid.MustNew(ulid.Timestamp(now), ulid.DefaultEntropy()).String()
	r.Started = now.UTC().Truncate(time.Millisecond)
	r.Status, r.Summary, r.Steps = Running, json.RawMessage("null"), slices.Clone(r.Steps)
	err := s.tx(ctx, func(tx *sql.Tx) error { return begin(ctx, tx, &r) })
	if err != nil {
		return Run{}, fmt.Errorf("record the run: %w", err)
	}
	return r, nil
}

// begin adds the run and its steps, numbering them.
func begin(ctx context.Context, tx *sql.Tx, r *Run) error {
	res, err := tx.ExecContext(ctx, `insert into runs (id, job, job_path, job_hash, workspace, connection, status, started, ended, summary)
			values (?, ?, ?, ?, ?, ?, ?, ?, 0, 'null')`,
		r.ID, r.Job, r.JobPath, r.JobHash, r.Workspace, r.Connection, r.Status, r.Started.UnixMilli())
	if err != nil {
		return err
	}
	if r.number, err = res.LastInsertId(); err != nil {
		return err
	}
	for i := range r.Steps {
		step := &r.Steps[i]
		step.run, step.number, step.Status, step.Summary = r.number, int64(i+1), Running, json.RawMessage("null")
		if err := insertStep(ctx, tx, *step); err != nil {
			return err
		}
	}
	return nil
}

func insertStep(ctx context.Context, tx *sql.Tx, s Step) error {
	columns, err := json.Marshal(s.Columns)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into steps (run, step, name, plan_hash, source, source_size, source_hash, columns, target, status, summary,
		rejects_file) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'null', '')`,
		s.run, s.number, s.Name, s.PlanHash, s.Source, s.Print.Size, s.Print.SHA256, string(columns), s.Target, s.Status)
	return err
}

// Resume marks a run as running again, under the job, plans and columns as they are now: those of its steps by name, of which now must have
// all. The same bytes have other columns when the job says that their header, or their sheet, is another one. The steps come back in the order of now, which a changed job may have changed.
func (s *Store) Resume(ctx context.Context, r, now Run) (Run, error) {
	r.JobHash, r.Status = now.JobHash, Running
	steps := make([]Step, 0, len(now.Steps))
	for _, n := range now.Steps {
		step, ok := r.Step(n.Name)
		if !ok {
			return Run{}, fmt.Errorf("run %s: %w", r.ID, &ChangedStepsError{Run: r, Step: n.Name})
		}
		step.PlanHash, step.Columns, step.Status = n.PlanHash, n.Columns, Running
		steps = append(steps, step)
	}
	r.Steps = steps
	return r, s.update(ctx, r, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "update runs set status = ?, ended = 0, job_hash = ? where number = ?", r.Status, r.JobHash, r.number)
		for _, step := range r.Steps {
			if err == nil {
				err = resumeStep(ctx, tx, step)
			}
		}
		return err
	})
}

func resumeStep(ctx context.Context, tx *sql.Tx, s Step) error {
	columns, err := json.Marshal(s.Columns)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "update steps set status = ?, plan_hash = ?, columns = ? where run = ? and step = ?",
		s.Status, s.PlanHash, string(columns), s.run, s.number)
	return err
}

// Finish records how a run ended: its Status and Summary, and those of its steps with their RejectsFile. It can be resumed unless the
// status is Complete.
func (s *Store) Finish(ctx context.Context, r Run) error {
	return s.update(ctx, r, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "update runs set status = ?, ended = ?, summary = ? where number = ?",
			r.Status, time.Now().UnixMilli(), orNull(r.Summary), r.number)
		for _, step := range r.Steps {
			if err == nil {
				_, err = tx.ExecContext(ctx, "update steps set status = ?, summary = ?, rejects_file = ? where run = ? and step = ?",
					step.Status, orNull(step.Summary), step.RejectsFile, step.run, step.number)
			}
		}
		return err
	})
}

func orNull(summary json.RawMessage) string {
	if len(summary) == 0 {
		return "null"
	}
	return string(summary)
}

func (s *Store) update(ctx context.Context, r Run, change func(*sql.Tx) error) error {
	if err := s.tx(ctx, change); err != nil {
		return fmt.Errorf("record the state of run %s: %w", r.ID, err)
	}
	return nil
}

// Step is the run's step of a name.
func (r Run) Step(name string) (Step, bool) {
	for _, s := range r.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return Step{}, false
}

// StepNames lists the names of the run's steps; one that is empty stands for the step of a job without named ones.
func (r Run) StepNames() []string {
	names := make([]string, len(r.Steps))
	for i, s := range r.Steps {
		names[i] = s.Name
	}
	return names
}
