package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
)

// outcome is how the process would end, given how a step did.
func (e *execution) outcome(step checkpoint.Step, r importer.Result) error {
	resume, failure := "resume with: "+e.commandLine("resume", e.stored.ID), r.Err
	stopped, isStopped := errors.AsType[*importer.StoppedError](failure)
	_, isHeld := errors.AsType[*importer.HeldError](failure)
	if failure != nil && step.Name != "" {
		failure = fmt.Errorf("step %s: %w", step.Name, failure)
	}
	switch {
	case failure == nil && r.Summary.Rejected > 0:
		return exit.Silent(exit.Rejects)
	case failure == nil:
		return nil
	case errors.Is(failure, onlySampleError{}):
		return exit.With(exit.Interrupted, onlySampleError{}, "write the other rows with: "+e.commandLine("resume", e.stored.ID))
	case errors.Is(failure, importer.ErrInterrupted):
		return exit.With(exit.Interrupted, importer.ErrInterrupted, resume)
	case isStopped && stopped.Reason == importer.Unavailable && e.stopped(): // a request that the interrupt kept from being sent
		return exit.With(exit.Interrupted, importer.ErrInterrupted, resume)
	case errors.Is(failure, importer.ErrSourceChanged):
		return exit.With(exit.Conflict, failure, "import the file as it is now: "+e.importAgain(e.stored, "--restart"))
	case isStopped:
		return exit.With(stopCode(stopped.Reason), failure, resume)
	case isHeld:
		return exit.With(exit.Stopped, failure, resume)
	}
	if f := fileFinding(failure); f.Code != "unreadable" { // it could be read to its end when the rows were checked
		e.view.Findings(diag.List{f})
		return exit.With(exit.Conflict, importer.ErrSourceChanged, "put the file back and "+resume)
	}
	return exit.With(exit.Internal, failure, resume)
}

// worst is the outcome that the process ends with: that of the step which needs the most attention, the first of several. A step that was
// held up says less than the one that holds it up.
func worst(outcomes []error) error {
	order := []exit.Code{
		exit.Internal, exit.Conflict, exit.Auth, exit.Unavailable, exit.Stopped, exit.Interrupted, exit.Rejects, exit.OK,
	}
	rank := func(err error) int {
		at := 2 * slices.Index(order, exit.CodeOf(err))
		if _, held := errors.AsType[*importer.HeldError](err); held {
			at++
		}
		return at
	}
	return slices.MinFunc(outcomes, func(a, b error) int { return cmp.Compare(rank(a), rank(b)) })
}

// stopCode is the exit code of a run that stopped itself.
func stopCode(r importer.Reason) exit.Code {
	switch r {
	case importer.Unauthorized:
		return exit.Auth
	case importer.Unavailable:
		return exit.Unavailable
	case importer.JournalFailed:
		return exit.Conflict
	case importer.JobRefused, importer.RejectsInARow, importer.RejectLimit:
		return exit.Stopped
	}
	return exit.Internal
}

func statusOf(failure error) checkpoint.Status {
	_, held := errors.AsType[*importer.HeldError](failure)
	switch {
	case failure == nil:
		return checkpoint.Complete
	case held:
		return checkpoint.Held
	case errors.Is(failure, importer.ErrInterrupted), errors.Is(failure, importer.ErrSourceChanged):
		return checkpoint.Interrupted
	default:
		return checkpoint.Stopped
	}
}

// runStatus is that of the run: complete when all of its steps are, else stopped when one of them is.
func runStatus(steps []checkpoint.Step) checkpoint.Status {
	status := checkpoint.Complete
	for _, s := range steps {
		switch s.Status {
		case checkpoint.Complete:
		case checkpoint.Interrupted:
			if status == checkpoint.Complete {
				status = checkpoint.Interrupted
			}
		default:
			status = checkpoint.Stopped
		}
	}
	return status
}

// stateError explains a refusal of the run store.
func (a *app) stateError(err error) error {
	if changed, ok := errors.AsType[*checkpoint.ChangedSourceError](err); ok {
		return exit.With(exit.Conflict, err, "put that file back and resume, or import this one from its start: "+
			a.importAgain(changed.Run, "--restart"))
	}
	if other, ok := errors.AsType[*checkpoint.OtherWorkspaceError](err); ok {
		return exit.With(exit.Conflict, err, "connect to that workspace, or import from the start into this one: "+a.importAgain(other.Run))
	}
	if steps, ok := errors.AsType[*checkpoint.ChangedStepsError](err); ok {
		return exit.With(exit.Conflict, err, "put the steps back and resume, or import by the job as it is now: "+a.importAgain(steps.Run, "--restart"))
	}
	if old, ok := errors.AsType[*checkpoint.SupersededError](err); ok {
		return exit.With(exit.Conflict, err, "import the file as it is now: "+a.importAgain(old.Run))
	}
	if errors.Is(err, checkpoint.ErrNoRun) {
		return exit.With(exit.Conflict, err, "attio-etl runs lists them")
	}
	return exit.With(exit.Conflict, err, "")
}
