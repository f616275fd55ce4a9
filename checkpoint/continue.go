package checkpoint

import (
	"context"
	"errors"
	"fmt"
)

// ChangedSourceError says that a run cannot go on because its source is not the file it began with: rows would be taken for done
// that were never written, or the other way round.
type ChangedSourceError struct {
	Run      Run
	Now, Was string // fingerprints, shortened
}

func (e *ChangedSourceError) Error() string {
	return fmt.Sprintf("%s is not the file that run %s began with: SHA-256 %s now, %s then", e.Run.Source, e.Run.ID, e.Now, e.Was)
}

// OtherWorkspaceError says that a run belongs to another workspace than the one connected to.
type OtherWorkspaceError struct {
	Run Run
	Now string // id of the workspace connected to
}

func (e *OtherWorkspaceError) Error() string {
	return fmt.Sprintf("run %s belongs to workspace %s, this connection is to workspace %s", e.Run.ID, e.Run.Workspace, e.Now)
}

// Continue opens the run to journal to: the newest run of the same job, source and workspace when it is unfinished, else a new one.
// restart always makes a new one; the unfinished run stays in the store, and is not continued any more. continued tells which it
// was. A *ChangedSourceError is returned when the unfinished run read other bytes.
func (s *Store) Continue(ctx context.Context, want Run, restart bool) (run Run, continued bool, err error) {
	if !restart {
		last, err := s.Latest(ctx, want.Job, want.Source, want.Workspace)
		switch {
		case errors.Is(err, ErrNoRun):
		case err != nil:
			return Run{}, false, err
		case last.Status != Complete:
			run, err := s.Reopen(ctx, last, want)
			return run, err == nil, err
		}
	}
	run, err = s.Begin(ctx, want)
	return run, false, err
}

// Reopen takes up an unfinished run with the job, source and workspace as they are now.
func (s *Store) Reopen(ctx context.Context, run, now Run) (Run, error) {
	if run.Workspace != now.Workspace {
		return Run{}, &OtherWorkspaceError{Run: run, Now: now.Workspace}
	}
	if run.Print != now.Print {
		return Run{}, &ChangedSourceError{Run: run, Now: short(now.Print.SHA256), Was: short(run.Print.SHA256)}
	}
	run.JobHash, run.PlanHash = now.JobHash, now.PlanHash
	if err := s.Resume(ctx, run); err != nil {
		return Run{}, err
	}
	run.Status = Running
	return run, nil
}

func short(hash string) string { return hash[:min(len(hash), 12)] }
