package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

func newVerify(a *app) *cobra.Command {
	var repair, yes bool
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Compare what the workspace holds with what a run was to leave",
		Long: `Read again what a run wrote and compare it with what its job and its source say, or, for a run that undid another one, with what it put back. Rows that the run
rejected stay out. Differences are printed by record and attribute, as the workspace holds them now -> as they should be; then the exit code is 7. With --repair the rows that differ are written anew, by a run of their own`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runVerify(cmd.Context(), a, args[0], repair, yes)
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "write what differs, by a new run of the job")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask before records are deleted, where the job deletes")
	return cmd
}

func runVerify(ctx context.Context, a *app, id string, repair, yes bool) error {
	run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case exported(run):
		return exit.With(exit.Usage, fmt.Errorf("run %s is an export: it changed nothing in the workspace", run.ID), "")
	case run.Status == checkpoint.Undone:
		return exit.With(exit.Conflict, fmt.Errorf("run %s was undone", run.ID), "verify the run that did so: "+a.commandLine("runs"))
	case run.Status != checkpoint.Complete:
		return exit.With(exit.Conflict, fmt.Errorf("run %s is %s: there are rows that it has not come to", run.ID, run.Status), "resume it: "+a.commandLine("resume", run.ID))
	case run.Undoes != "" && repair:
		return exit.With(exit.Usage, fmt.Errorf("run %s undid run %s: somebody has changed since what differs", run.ID, run.Undoes), "undo again: "+a.commandLine("undo", run.Undoes))
	}
	a.connectLike(run)
	a.view.ResultsAreFindings()
	if run.Undoes != "" {
		return verifyUndo(ctx, a, run)
	}
	return a.withPrepared(ctx, run.JobPath, selection{run: &run}, func(p *prepared) error {
		record, err := a.verifyImport(ctx, p, run)
		if err != nil {
			return err
		}
		if !repair || record.Differ == 0 {
			return a.verified(record)
		}
		a.view.Verified(record)
		e := &execution{app: a, p: p, o: importOptions{yes: yes}, command: "verify"}
		return e.run(ctx, func(*checkpoint.Store, checkpoint.Run) (checkpoint.Run, bool, error) {
			return checkpoint.Run{}, false, nil
		})
	})
}

// verified shows the result and ends with it.
func (a *app) verified(record verifyRecord) error {
	if record.Differ > 0 {
		record.ExitCode = int(exit.Changes)
		a.view.Verified(record)
		return exit.Silent(exit.Changes)
	}
	a.view.Verified(record)
	return nil
}

// verifyImport compares the workspace with the job and the source that a run had, and has still.
func (a *app) verifyImport(ctx context.Context, p *prepared, run checkpoint.Run) (record verifyRecord, err error) {
	began := time.Now()
	store, release, err := a.lockedState(ctx, run, began)
	if err != nil {
		return record, err
	}
	defer func() { err = errors.Join(err, release()) }()
	intake, cancel := a.intake(ctx)
	defer cancel()
	now, err := p.fingerprinted(intake)
	if err != nil {
		return record, a.checkError(intake, err)
	}
	if err := run.Fits(now); err != nil {
		return record, a.stateError(err)
	}
	if run.JobHash != now.JobHash {
		return record, exit.With(exit.Conflict, fmt.Errorf("%s has changed since run %s", run.JobPath, run.ID), "see what it would write now: "+a.commandLine("plan", run.JobPath))
	}
	steps := p.engines()
	for i, s := range steps {
		stored, _ := run.Step(p.steps[i].Name.Value)
		s.Scanner, s.Live, s.Journal = p.conn.client, store.LiveValues(p.job.Name, s.Name), store.Journal(stored)
		if s.Diff == jobs.DiffOff {
			s.Diff = jobs.DiffAuto
		}
	}
	checked, err := steps.Check(intake, nil)
	if _, over := errors.AsType[*importer.StoppedError](err); err != nil && !over {
		return record, a.checkError(intake, err)
	}
	results, err := steps.Verify(intake, checked, func(step int, row importer.Planned) {
		if len(row.Findings) > 0 {
			a.view.RowFindings(row.Findings)
		}
		a.view.PlannedRow(plannedRow{step: steps[step], row: row})
	})
	if err != nil {
		return record, a.checkError(intake, err)
	}
	for _, r := range results {
		record.Verified = record.Add(r)
	}
	return a.keepVerified(ctx, store, run, record, began)
}

// lockedState opens the state and takes the lock of the run's job.
func (a *app) lockedState(ctx context.Context, run checkpoint.Run, began time.Time) (*checkpoint.Store, func() error, error) {
	store, err := a.openState(ctx)
	if err != nil {
		return nil, nil, err
	}
	unlock, err := store.Lock(run.Job, owner(began))
	if err != nil {
		return nil, nil, errors.Join(exit.With(exit.Conflict, err, "wait for it to end"), store.Close())
	}
	return store, func() error { return errors.Join(unlock(), store.Close()) }, nil
}

// keepVerified stores the result with the run.
func (a *app) keepVerified(ctx context.Context, store *checkpoint.Store, run checkpoint.Run, record verifyRecord, began time.Time) (verifyRecord, error) {
	record.Type, record.Run, record.Job, record.At = verifyType, run.ID, run.Job, began.UTC().Format(timeFormat)
	record.ElapsedMS = time.Since(began).Milliseconds()
	text, err := json.Marshal(record)
	if err == nil {
		err = store.Verify(ctx, run, text)
	}
	if err != nil {
		return record, exit.With(exit.Conflict, err, "")
	}
	return record, nil
}

// verifyUndo compares the workspace with what undoing has left.
func verifyUndo(ctx context.Context, a *app, run checkpoint.Run) (err error) {
	began := time.Now()
	store, release, err := a.lockedState(ctx, run, began)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	u := &undoSession{app: a, began: began, store: store, of: run}
	if u.conn, err = a.connect(ctx, jobs.Limits{}, neededScopes); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.conn.close()) }()
	if u.conn.workspace.ID != run.Workspace {
		return a.stateError(&checkpoint.OtherWorkspaceError{Run: run, Now: u.conn.workspace.ID})
	}
	list, err := store.PlanUndo(ctx, run)
	if err != nil {
		return a.stateError(err)
	}
	defer func() { err = errors.Join(err, list.Drop(context.WithoutCancel(ctx))) }()
	targets, err := list.Targets(ctx)
	if err != nil {
		return a.stateError(err)
	}
	things, err := u.things(ctx, targets)
	if err != nil {
		return err
	}
	intake, cancel := a.intake(ctx)
	defer cancel()
	engine := importer.Undo{List: list, Things: things, Workers: defaultWorkers}
	result, err := engine.Verify(intake, a.view.Undone)
	if err != nil {
		return a.remoteError(err)
	}
	record, err := a.keepVerified(ctx, store, run, verifyRecord{Verified: result}, began)
	if err != nil {
		return err
	}
	return a.verified(record)
}
