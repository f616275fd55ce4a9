package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

// undoOptions are the flags of undo.
type undoOptions struct {
	dryRun  bool
	yes     bool
	workers int
}

func (o *undoOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be taken back and what would be kept, and do nothing")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.IntVar(&o.workers, "workers", 0, "requests in flight at most (default: 16)")
}

func newUndo(a *app) *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Take back what an import did: delete what it created, put back what it changed",
		Long: `Take back what an import did, from what the run store has kept: neither the job file nor its source is needed. Records and other things that
the run created are deleted, attributes that it changed get the values that they had. What has been changed since is kept as it is, and listed; nothing else is touched. Undoing is a run
itself: when it is cut off, the same command goes on with it. A run that was undone does not go on.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUndo(cmd.Context(), a, args[0], o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runUndo(ctx context.Context, a *app, id string, o undoOptions) (err error) {
	if err := (importOptions{workers: o.workers}).check(); err != nil {
		return err
	}
	u := &undoSession{app: a, o: o, began: time.Now()}
	if u.store, err = a.openState(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.store.Close()) }()
	if u.of, err = u.store.Find(ctx, id); err != nil {
		return a.stateError(err)
	}
	if err := u.undoable(); err != nil {
		return err
	}
	release, err := u.store.Lock(u.of.Job, owner(u.began))
	if err != nil {
		return exit.With(exit.Conflict, err, "wait for it to end")
	}
	defer func() { err = errors.Join(err, release()) }()
	return u.locked(ctx)
}

// undoSession is one session of undoing a run.
type undoSession struct {
	*app
	o undoOptions

	began  time.Time
	store  *checkpoint.Store
	of     checkpoint.Run // the run to undo
	stored checkpoint.Run // the run that undoes it
	conn   *connection
}

// undoable refuses runs that did nothing which could be taken back.
func (u *undoSession) undoable() error {
	switch {
	case u.of.Undoes != "":
		return exit.With(exit.Usage, fmt.Errorf("run %s undoes run %s itself, and cannot be undone", u.of.ID, u.of.Undoes),
			"import again: "+u.commandLine("import", u.of.JobPath))
	case exported(u.of):
		return exit.With(exit.Usage, fmt.Errorf("run %s is an export: it changed nothing in the workspace", u.of.ID), "")
	}
	return nil
}

// exported reports whether a run is an export: it reads no file.
func exported(run checkpoint.Run) bool {
	return run.Undoes == "" && len(run.Steps) == 1 && run.Steps[0].Print.SHA256 == ""
}

// locked looks at what there is to undo, asks, and does it.
func (u *undoSession) locked(ctx context.Context) (err error) {
	u.connectLike(u.of)
	if u.conn, err = u.connect(ctx, jobs.Limits{}, neededScopes); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.conn.close()) }()
	if u.conn.workspace.ID != u.of.Workspace {
		return exit.With(exit.Conflict, &checkpoint.OtherWorkspaceError{Run: u.of, Now: u.conn.workspace.ID}, "connect to that workspace")
	}
	unfinished, goesOn, err := u.store.UnfinishedUndo(ctx, u.of)
	if err != nil {
		return u.stateError(err)
	}
	list, counts, err := u.list(ctx, unfinished, goesOn)
	if err != nil {
		return u.stateError(err)
	}
	targets, err := list.Targets(ctx)
	if err != nil {
		return u.stateError(err)
	}
	things, err := u.things(ctx, targets)
	if err != nil {
		return err
	}
	engine := &importer.Undo{List: list, Total: counts.Created + counts.Changed, Things: things, Ends: u.conn.client, Workers: workersOf(u.o.workers, 0), Show: u.view.Undone}
	if u.o.dryRun {
		return u.look(ctx, engine)
	}
	if !goesOn {
		what := fmt.Sprintf("undo of run %s of %s: what it created (%d) is deleted, what it changed (%d) is put back, as far as nobody has changed it since",
			u.of.ID, u.of.Job, counts.Created, counts.Changed)
		if counts.Created+counts.Changed > 0 {
			if err := u.agreed(ctx, u.o.yes, what); err != nil {
				return err
			}
		}
	}
	if u.stored, err = u.open(ctx, unfinished, goesOn); err != nil {
		return u.stateError(err)
	}
	u.view.Run(u.stored, goesOn)
	return u.undo(ctx, engine)
}

// agreed asks before something is done that takes data away. Without a terminal nobody can answer, and then only --yes will do.
func (a *app) agreed(ctx context.Context, yes bool, what string) error {
	switch {
	case yes:
		return nil
	case !a.asks:
		return exit.With(exit.Usage, fmt.Errorf("%s: nobody can be asked here; nothing was done", what), "look at it first, and then say --yes")
	}
	intake, cancel := a.intake(ctx)
	defer cancel()
	if !a.confirm(intake, what+". Go on?") {
		return exit.With(exit.Usage, errors.New("not confirmed; nothing was done"), "")
	}
	return nil
}

// list is what there is to undo: of the run that does so where there is one, else as it would be.
func (u *undoSession) list(ctx context.Context, unfinished checkpoint.Run, goesOn bool) (list *checkpoint.UndoList, counts checkpoint.UndoCounts, err error) {
	if goesOn {
		list, err = u.store.UndoList(ctx, unfinished)
	} else {
		list, err = u.store.PlanUndo(ctx, u.of)
	}
	if err == nil {
		counts, err = list.Counts(ctx)
	}
	return list, counts, err
}

func (u *undoSession) open(ctx context.Context, unfinished checkpoint.Run, goesOn bool) (checkpoint.Run, error) {
	if goesOn {
		return u.store.Resume(ctx, unfinished, unfinished)
	}
	return u.store.BeginUndo(ctx, u.of)
}

// look shows what undoing would do.
func (u *undoSession) look(ctx context.Context, engine *importer.Undo) error {
	intake, cancel := u.intake(ctx)
	defer cancel()
	u.view.ResultsAreFindings()
	summary, failure := engine.Run(intake, ctx)
	u.view.UndoEnd(undoRecord{
		Type: undoType, Job: u.of.Job, Undoes: u.of.ID, DryRun: true, Summary: summary, Requests: requestsOf(u.conn.pace.Stats()),
		ElapsedMS: time.Since(u.began).Milliseconds(),
	})
	return u.outcome(summary, failure, "")
}

// undo does it, and records the end.
func (u *undoSession) undo(ctx context.Context, engine *importer.Undo) error {
	list, err := u.store.UndoList(ctx, u.stored)
	if err != nil {
		return u.stateError(err)
	}
	intake, cancel := u.intake(ctx)
	defer cancel()
	progress := u.progress("undo "+u.of.Job, engine.Total)
	engine.List, engine.Journal = list, u.store.Journal(u.stored.Steps[0])
	engine.Show = func(done importer.Undone) {
		if u.global.json || len(done.Findings) > 0 { // of thousands of things that are as wanted, a person wants the number
			u.view.Undone(done)
		}
	}
	engine.Observe = func(s importer.Summary) { progress.Set(s.Ended(), s.Resumed) }
	if u.wrapUndo != nil {
		engine.Journal = u.wrapUndo(engine.Journal)
	}
	summary, failure := engine.Run(intake, ctx)
	progress.Close()
	outcome := u.outcome(summary, failure, "go on with: "+u.commandLine("undo", u.of.ID))
	record := undoRecord{
		Type: undoType, Job: u.of.Job, Run: u.stored.ID, Undoes: u.of.ID, Status: string(statusOf(failure)), Summary: summary,
		Requests: requestsOf(u.conn.pace.Stats()), ElapsedMS: time.Since(u.began).Milliseconds(), ExitCode: int(exit.CodeOf(outcome)),
	}
	if summary.Rejected > 0 {
		record.list = u.commandLine("rejects", u.stored.ID)
	}
	text, unmade := json.Marshal(record)
	step := &u.stored.Steps[0]
	step.Status, step.Summary = statusOf(failure), text
	u.stored.Status, u.stored.Summary = step.Status, text
	// The run's end is recorded even when everything is being stopped.
	unrecorded := u.store.Finish(context.WithoutCancel(ctx), u.stored)
	u.view.UndoEnd(record)
	if err := errors.Join(unmade, unrecorded); err != nil {
		return exit.With(exit.Conflict, errors.Join(outcome, err), "")
	}
	return outcome
}

// outcome is how the process ends.
func (u *undoSession) outcome(summary importer.Summary, failure error, hint string) error {
	stopped, isStopped := errors.AsType[*importer.StoppedError](failure)
	switch {
	case failure == nil && summary.Rejected > 0:
		return exit.Silent(exit.Rejects)
	case failure == nil:
		return nil
	case errors.Is(failure, importer.ErrInterrupted), isStopped && stopped.Reason == importer.Unavailable && u.stopped():
		return exit.With(exit.Interrupted, importer.ErrInterrupted, hint)
	case isStopped:
		return exit.With(stopCode(stopped.Reason), failure, hint)
	}
	return exit.With(exit.Internal, failure, hint)
}
