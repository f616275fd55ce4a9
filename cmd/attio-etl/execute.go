package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

// execution is one session of a run: lock, checks, run store, engine, rejects file, summary.
type execution struct {
	*app
	p       *prepared
	o       importOptions
	command string // "import", "resume"

	began  time.Time
	store  *checkpoint.Store
	stored checkpoint.Run
	warned causes
}

// opener finds the run to go on with; false where a new one is to begin.
type opener func(store *checkpoint.Store, want checkpoint.Run) (run checkpoint.Run, goesOn bool, err error)

// run opens the state, takes the lock and does the work.
func (e *execution) run(ctx context.Context, open opener) (err error) {
	e.began = time.Now()
	if err := e.checkRejectsPath(); err != nil {
		return err
	}
	if e.store, err = checkpoint.Open(ctx, e.global.state); err != nil {
		return exit.With(exit.Conflict, err, "another state directory: --state DIR")
	}
	defer func() { err = errors.Join(err, e.store.Close()) }()
	release, err := e.store.Lock(e.p.job.Name, owner(e.began))
	if err != nil {
		return exit.With(exit.Conflict, err, "wait for it to end; two jobs need names of their own to run side by side")
	}
	defer func() { err = errors.Join(err, release()) }()
	return e.locked(ctx, open)
}

// locked checks every row, and only then opens a run: a source that cannot be read, or an interrupt before the first write, leaves no run
// behind and changes none.
func (e *execution) locked(ctx context.Context, open opener) error {
	intake, cancel := e.intake(ctx)
	defer cancel()
	want, err := e.p.storeRun()
	if err != nil {
		return err
	}
	if want.Print, err = e.p.source.Fingerprint(intake); err != nil {
		return e.checkError(intake, err)
	}
	earlier, goesOn, err := open(e.store, want)
	if err != nil {
		return e.stateError(err)
	}
	im := e.p.engine()
	checked, err := im.Check(intake, nil)
	if err != nil {
		return e.checkError(intake, err)
	}
	if e.stored, err = e.openRun(ctx, earlier, goesOn, want); err != nil {
		return e.stateError(err)
	}
	e.view.Run(e.stored, goesOn)
	e.view.Creates(checked.NewChoices())
	im.Print = want.Print
	e.equip(im)
	progress := e.progress("import "+im.Target().String(), checked.Rows)
	im.Observe = func(s importer.Summary) { progress.Set(s.Ended(), s.Resumed) }
	summary, failure := im.Write(intake, ctx, checked)
	progress.Close()
	return e.conclude(ctx, checked, summary, failure)
}

func (e *execution) openRun(ctx context.Context, earlier checkpoint.Run, goesOn bool, want checkpoint.Run) (checkpoint.Run, error) {
	if goesOn {
		return e.store.Resume(ctx, earlier, want)
	}
	return e.store.Begin(ctx, want)
}

// equip gives the engine what it writes to.
func (e *execution) equip(im *importer.Import) {
	im.Workers = workersOf(e.o.workers, im.Workers)
	im.Choices, im.Journal = e.p.conn.client, e.store.Journal(e.stored)
	if e.wrap != nil {
		im.Records, im.Journal = e.wrap(im.Records, im.Journal)
	}
	im.Warn = e.warned.add
}

// conclude writes the rejects file, records the run's end and says what became of the rows.
func (e *execution) conclude(ctx context.Context, checked *importer.Checked, summary importer.Summary, failure error) error {
	outcome := e.outcome(summary, failure)
	rejects, unwritten := e.writeRejects(ctx, summary)
	record := summaryRecord{
		Type: "summary", Command: e.command, Job: e.p.job.Name, Run: e.stored.ID, Status: string(statusOf(failure)), Summary: summary,
		Requests: requestsOf(e.p.conn.pace.Stats()), RejectsFile: rejects.file, RejectCauses: rejects.causes, Warnings: e.warned,
		LeftOut: checked.LeftOut, ElapsedMS: time.Since(e.began).Milliseconds(), ExitCode: int(exit.CodeOf(outcome)),
		source: e.p.source.Name(), jobPath: e.p.job.Path,
	}
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	// The run's end is recorded even when everything is being stopped.
	unrecorded := e.store.Finish(context.WithoutCancel(ctx), e.stored, statusOf(failure), text, rejects.file)
	e.view.Summary(record)
	return e.unrecorded(errors.Join(unwritten, unrecorded), outcome)
}

// unrecorded is the end of a run whose rejects file or summary could not be written: that must not hide behind the outcome, nor the
// outcome behind it.
func (e *execution) unrecorded(err, outcome error) error {
	if err == nil {
		return outcome
	}
	code := exit.CodeOf(outcome)
	if code == exit.OK || code == exit.Rejects {
		return exit.With(exit.Conflict, err, "what became of the rows is in the run store: "+e.commandLine("runs", "show", e.stored.ID)+
			" and "+e.commandLine("rejects", e.stored.ID, "--output", "FILE"))
	}
	return exit.With(code, errors.Join(outcome, err), "resume with: "+e.commandLine("resume", e.stored.ID))
}

// outcome is how the process ends, given how the run did.
func (e *execution) outcome(s importer.Summary, failure error) error {
	resume := "resume with: " + e.commandLine("resume", e.stored.ID)
	stopped, isStopped := errors.AsType[*importer.StoppedError](failure)
	switch {
	case failure == nil && s.Rejected > 0:
		return exit.Silent(exit.Rejects)
	case failure == nil:
		return nil
	case errors.Is(failure, importer.ErrInterrupted):
		return exit.With(exit.Interrupted, failure, resume)
	case isStopped && stopped.Reason == importer.Unavailable && e.stopped(): // a request that the interrupt kept from being sent
		return exit.With(exit.Interrupted, importer.ErrInterrupted, resume)
	case errors.Is(failure, importer.ErrSourceChanged):
		return exit.With(exit.Conflict, failure, "import the file as it is now: "+e.importAgain(e.stored, "--restart"))
	case isStopped:
		return exit.With(stopCode(stopped.Reason), failure, resume)
	}
	if f := fileFinding(failure); f.Code != "unreadable" { // it could be read to its end when the rows were checked
		e.view.Findings(diag.List{f})
		return exit.With(exit.Conflict, importer.ErrSourceChanged, "put the file back and "+resume)
	}
	return exit.With(exit.Internal, failure, resume)
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
	case importer.JobRefused, importer.RejectsInARow:
		return exit.Stopped
	}
	return exit.Internal
}

func statusOf(failure error) checkpoint.Status {
	switch {
	case failure == nil:
		return checkpoint.Complete
	case errors.Is(failure, importer.ErrInterrupted), errors.Is(failure, importer.ErrSourceChanged):
		return checkpoint.Interrupted
	default:
		return checkpoint.Stopped
	}
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
	if errors.Is(err, checkpoint.ErrNoRun) {
		return exit.With(exit.Conflict, err, "attio-etl runs lists them")
	}
	return exit.With(exit.Conflict, err, "")
}

// importAgain is the command that imports a run's source by its job, named where it is not the job's own.
func (a *app) importAgain(run checkpoint.Run, flags ...string) string {
	words := append([]string{"import", run.JobPath}, flags...)
	job, _ := jobs.Load(run.JobPath, a.lookup)
	if job == nil || job.Import == nil {
		return a.commandLine(append(words, "--source", run.Source)...)
	}
	if own, err := filepath.Abs(job.Import.Source.ResolvedPath); err != nil || own != run.Source {
		words = append(words, "--source", run.Source)
	}
	return a.commandLine(words...)
}
