package checkpoint

import (
	"context"
	"errors"
	"fmt"
)

// ChangedSourceError says that a run cannot go on because a source is not the file it began with: rows would be taken for done
// that were never written, or the other way round.
type ChangedSourceError struct {
	Run      Run
	Step     Step   // of the run, with the source
	Now, Was string // fingerprints, shortened
}

func (e *ChangedSourceError) Error() string {
	return fmt.Sprintf("%s is not the file that run %s began with: SHA-256 %s now, %s then", e.Step.Source, e.Run.ID, e.Now, e.Was)
}

// ChangedStepsError says that a run cannot go on because the job no longer has the run's steps.
type ChangedStepsError struct {
	Run  Run
	Step string // one that only the run has, or only the job
}

func (e *ChangedStepsError) Error() string {
	return fmt.Sprintf("the job no longer has the steps of run %s: step %q", e.Run.ID, e.Step)
}

// OtherWorkspaceError says that a run belongs to another workspace than the one connected to.
type OtherWorkspaceError struct {
	Run Run
	Now string // id of the workspace connected to
}

func (e *OtherWorkspaceError) Error() string {
	return fmt.Sprintf("run %s belongs to workspace %s, this connection is to workspace %s", e.Run.ID, e.Run.Workspace, e.Now)
}

// SupersededError says that a run cannot go on because a later one has read the same sources, perhaps with other bytes or another mapping: what
// the run wrote may have been overwritten since, and would be taken for done.
type SupersededError struct {
	Run, By Run
}

func (e *SupersededError) Error() string {
	return fmt.Sprintf("run %s is not the last one of its job and sources: run %s began later and may have overwritten what it wrote", e.Run.ID, e.By.ID)
}

// Current reports whether a run is the newest of its job, sources and workspace: nil or a *SupersededError.
func (s *Store) Current(ctx context.Context, r Run) error {
	last, err := s.Latest(ctx, r)
	if err == nil && last.ID != r.ID {
		return &SupersededError{Run: r, By: last}
	}
	return err
}

// Unfinished is the run that an import of this job file, sources and workspace goes on with: the newest one, when it is unfinished; ok
// tells whether there is one. A *ChangedSourceError is returned when it read other bytes.
func (s *Store) Unfinished(ctx context.Context, want Run) (run Run, ok bool, err error) {
	last, err := s.Latest(ctx, want)
	switch {
	case errors.Is(err, ErrNoRun):
		return Run{}, false, nil
	case err != nil:
		return Run{}, false, err
	case last.Status == Complete, last.Status == Undone:
		return Run{}, false, nil
	}
	return last, true, last.Fits(want)
}

// Fits reports whether a run can go on with the steps, the sources and the workspace as they are now: nil, a *ChangedSourceError, a
// *ChangedStepsError or an *OtherWorkspaceError.
func (r Run) Fits(now Run) error {
	if r.Workspace != now.Workspace {
		return &OtherWorkspaceError{Run: r, Now: now.Workspace}
	}
	for _, step := range r.Steps {
		is, ok := now.Step(step.Name)
		if !ok {
			return &ChangedStepsError{Run: r, Step: step.Name}
		}
		if step.Print != is.Print {
			return &ChangedSourceError{Run: r, Step: step, Now: short(is.Print.SHA256), Was: short(step.Print.SHA256)}
		}
	}
	return nil
}

func short(hash string) string { return hash[:min(len(hash), 12)] }
