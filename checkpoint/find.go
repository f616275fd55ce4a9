package checkpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Latest is the newest run of a job file in a workspace that has the same steps on the same sources; ErrNoRun when there is none. Two job
// files of one name are two jobs.
func (s *Store) Latest(ctx context.Context, of Run) (Run, error) {
	runs, err := s.query(ctx, "where job = ? and job_path = ? and workspace = ?", of.Job, of.JobPath, of.Workspace)
	if err != nil {
		return Run{}, fmt.Errorf("look for runs of job %s: %w", of.Job, err)
	}
	for _, r := range runs {
		if slices.Equal(r.sources(), of.sources()) {
			return r, nil
		}
	}
	return Run{}, ErrNoRun
}

// sources is what the run's steps read, in an order that does not depend on theirs.
func (r Run) sources() [][2]string {
	all := make([][2]string, len(r.Steps))
	for i, s := range r.Steps {
		all[i] = [2]string{s.Name, s.Source}
	}
	slices.SortFunc(all, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return all
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
func (s *Store) Runs(ctx context.Context) ([]Run, error) {
	runs, err := s.query(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	return runs, nil
}

// query reads the runs that a condition selects, with their steps, the newest first.
func (s *Store) query(ctx context.Context, where string, args ...any) (runs []Run, err error) {
	rows, err := s.db.QueryContext(ctx, `select number, id, job, job_path, job_hash, workspace, connection, status, started, ended, summary,
		coalesce((select u.id from undos join runs u on u.number = undos.undoes where undos.run = runs.number), ''),
		coalesce((select summary from verified where verified.run = runs.number), '')
		from runs `+where+" order by number desc", args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := rows.Close(); err != nil { // the store has one connection
		return nil, err
	}
	for i := range runs {
		if runs[i].Steps, err = s.steps(ctx, runs[i]); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

func scanRun(row interface{ Scan(...any) error }) (Run, error) {
	var r Run
	var started, ended int64
	var summary, verified string
	err := row.Scan(&r.number, &r.ID, &r.Job, &r.JobPath, &r.JobHash, &r.Workspace, &r.Connection, &r.Status, &started, &ended, &summary, &r.Undoes, &verified)
	if err != nil {
		return Run{}, err
	}
	r.Started = time.UnixMilli(started).UTC()
	if ended != 0 {
		r.Ended = time.UnixMilli(ended).UTC()
	}
	r.Summary = json.RawMessage(summary)
	if verified != "" {
		r.Verified = json.RawMessage(verified)
	}
	return r, nil
}

func (s *Store) steps(ctx context.Context, r Run) (steps []Step, err error) {
	rows, err := s.db.QueryContext(ctx, `select step, name, plan_hash, source, source_size, source_hash, columns, target, status, summary, rejects_file
		from steps where run = ? order by step`, r.number)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		t := Step{run: r.number}
		var columns, summary string
		err := rows.Scan(&t.number, &t.Name, &t.PlanHash, &t.Source, &t.Print.Size, &t.Print.SHA256, &columns, &t.Target, &t.Status, &summary,
			&t.RejectsFile)
		if err != nil {
			return nil, err
		}
		t.Summary = json.RawMessage(summary)
		if err := json.Unmarshal([]byte(columns), &t.Columns); err != nil {
			return nil, fmt.Errorf("columns of run %s: %w", r.ID, err)
		}
		steps = append(steps, t)
	}
	return steps, rows.Err()
}
