package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

func newResume(a *app) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "resume RUN",
		Short: "Go on with an unfinished run",
		Long: `Go on with a run that was interrupted, killed or stopped, by its id or the end of it. Rows that are done are not sent again. The
source must be the file that the run began with. Where the job file has changed, the rows that it changes are written again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runResume(cmd.Context(), a, args[0], o)
		},
	}
	o.addRunFlags(cmd.Flags())
	return cmd
}

func runResume(ctx context.Context, a *app, id string, o importOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	if run.Undoes != "" && run.Status == checkpoint.Complete {
		return exit.With(exit.Conflict, fmt.Errorf("run %s is complete", run.ID), "")
	}
	if run.Undoes != "" {
		return runUndo(ctx, a, run.Undoes, undoOptions{yes: true, workers: o.workers})
	}
	if run.Status == checkpoint.Undone {
		return exit.With(exit.Conflict, fmt.Errorf("run %s was undone", run.ID), "import again with: "+a.importAgain(run))
	}
	if run.Status == checkpoint.Complete {
		hint := "import again with: " + a.importAgain(run)
		if job, _ := jobs.Load(run.JobPath, a.lookup); job != nil && len(job.Exports) > 0 {
			hint = "run the steps that export with: " + a.commandLine("export", run.JobPath)
		}
		return exit.With(exit.Conflict, fmt.Errorf("run %s is complete", run.ID), hint)
	}
	a.connectLike(run)
	job, _ := jobs.Load(run.JobPath, a.lookup)
	if job != nil && len(job.Exports) > 0 {
		for _, s := range job.Exports {
			if run.Job == job.ExportName(s) {
				return a.resumeExport(ctx, run, s.Export, s.Name.Value)
			}
		}
	}
	if job != nil && job.Export != nil {
		return a.resumeExport(ctx, run, job.Export, "")
	}
	var e *execution
	err = a.withPrepared(ctx, run.JobPath, selection{run: &run}, func(p *prepared) error {
		e = &execution{app: a, p: p, o: o, command: "resume"}
		return e.run(ctx, func(store *checkpoint.Store, now checkpoint.Run) (checkpoint.Run, bool, error) {
			if err := store.Current(ctx, run); err != nil {
				return checkpoint.Run{}, false, err
			}
			return run, true, run.Fits(now)
		})
	})
	if e != nil && len(e.p.job.Steps) != len(run.Steps) { // of some steps only
		return err
	}
	return a.exportAfter(ctx, e, err)
}

// resumeExport goes on with the run of an export, into the file that it began with.
func (a *app) resumeExport(ctx context.Context, run checkpoint.Run, e *jobs.Export, step string) error {
	again := exportOptions{step: step}
	if len(run.Steps) == 1 && run.Steps[0].Target != e.To.Path.Raw {
		again.output = run.Steps[0].Target
	}
	return runExport(ctx, a, run.JobPath, again)
}

// connectLike makes the connection that of the run, unless flags name another.
func (a *app) connectLike(run checkpoint.Run) {
	dir, embedded := strings.CutPrefix(run.Connection, sandboxPrefix)
	switch {
	case a.global.sandbox != "" || a.global.baseURL != defaultBaseURL:
	case embedded:
		a.global.sandbox = dir
	default:
		a.global.baseURL = run.Connection
	}
}

// findRun looks a run up in the state directory, which must exist: looking must not make one.
func (a *app) findRun(ctx context.Context, id string) (run checkpoint.Run, err error) {
	err = a.withRun(ctx, id, func(_ *checkpoint.Store, found checkpoint.Run) error {
		run = found
		return nil
	})
	return run, err
}
