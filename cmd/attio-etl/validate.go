package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"attio-etl/attio"
	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

func newValidate(a *app) *cobra.Command {
	var sel selection
	cmd := &cobra.Command{
		Use:   "validate JOB...",
		Short: "Check job files and every row of their sources, without writing anything",
		Long: `Check job files against their sources' columns and the workspace's attributes, then every row of every source. All findings are
printed, each with its position, what was found, what was expected and what to do. Nothing is written anywhere.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if sel != (selection{}) && len(args) > 1 {
				return exit.With(exit.Usage, errors.New("--source and --step go with one job"), "")
			}
			var worst error
			for _, path := range args {
				worst = worse(worst, validateJob(cmd.Context(), a, path, sel))
			}
			return worst
		},
	}
	sel.addFlags(cmd.Flags())
	return cmd
}

// validateJob is validate for one job of either kind.
func validateJob(ctx context.Context, a *app, path string, sel selection) error {
	job, _ := jobs.Load(path, a.lookup)
	if job == nil || sel != (selection{}) || (job.Export == nil && len(job.Exports) == 0) {
		return checkJob(ctx, a, "validate", path, sel)
	}
	a.view.ResultsAreFindings()
	exports := exportNames(job)
	if job.Export != nil {
		exports = []string{""}
	}
	var worst error
	if len(job.Steps) > 0 {
		worst = checkJob(ctx, a, "validate", path, sel)
	}
	if exit.CodeOf(worst) == exit.Usage {
		return worst // with all that is wrong with the job
	}
	for _, step := range exports {
		worst = worse(worst, a.withExport(ctx, path, step, "", func(p *preparedExport) error {
			a.view.Note(fmt.Sprintf("%s: %s of %s can be exported", path, count(int64(len(p.flat.Columns())), "column"), p.job.Export.From))
			return nil
		}))
	}
	return worst
}

// worse is the error that says more: anything over rejected rows, rejected rows over nothing.
func worse(a, b error) error {
	if exit.CodeOf(a) == exit.OK || (exit.CodeOf(a) == exit.Rejects && b != nil) {
		return b
	}
	return a
}

// checkJob is validate for one job, and import --dry-run.
func checkJob(ctx context.Context, a *app, command, path string, sel selection) error {
	began := time.Now()
	a.view.ResultsAreFindings()
	return a.withPrepared(ctx, path, sel, func(p *prepared) error {
		intake, cancel := a.intake(ctx)
		defer cancel()
		for _, s := range p.steps {
			if s.Import.Source.CSV.Delimiter != 0 {
				continue
			}
			for _, evidence := range s.source.Evidence() {
				a.view.Note(evidence)
			}
		}
		steps, warned := p.engines(), make([]causes, len(p.steps))
		for i, s := range steps {
			s.Warn = warned[i].add
		}
		checked, err := steps.Check(intake, func(_ int, found diag.List) { a.view.RowFindings(found) })
		_, isOver := errors.AsType[*importer.StoppedError](err)
		if err != nil && !isOver {
			return a.checkError(intake, err)
		}
		records := make([]stepRecord, len(checked))
		for i, c := range checked {
			a.view.Creates(c.NewChoices())
			records[i] = stepRecord{
				Type: "step", Job: p.job.Name, Step: p.steps[i].Name.Value, Status: string(checkpoint.Complete), LeftOut: c.LeftOut, Warnings: warned[i],
				Summary: importer.Summary{Read: c.Rows, Rejected: c.Rejected, NotReached: c.Rows - c.Rejected}, source: p.steps[i].source.Name(),
			}
			a.view.Step(records[i])
		}
		total := summaryRecord{
			Type: "summary", Command: command, Job: p.job.Name, Status: string(checkpoint.Complete), Requests: requestsOf(p.conn.pace.Stats()),
			ElapsedMS: time.Since(began).Milliseconds(), source: "job " + p.job.Name,
		}.sum(records)
		a.view.Checked(total)
		switch {
		case isOver:
			return exit.With(exit.Stopped, err, "an import stops here, before its first write")
		case total.Rejected > 0:
			return exit.Silent(exit.Rejects)
		}
		return nil
	})
}

// cases runs the job's own cases.
func (p *prepared) cases() diag.List {
	var failed diag.List
	for _, s := range p.steps {
		for _, c := range s.Cases {
			failed = append(failed, s.plan.RunCase(c, attio.WriteValues)...)
		}
	}
	return failed
}

// checkError explains why the rows could not all be checked.
func (a *app) checkError(intake context.Context, err error) error {
	if intake.Err() != nil || a.stopped() {
		return exit.With(exit.Interrupted, importer.ErrInterrupted, "")
	}
	if f := fileFinding(err); f.Code != "unreadable" {
		a.view.Findings(diag.List{f})
		return exit.With(exit.Usage, errors.New("the source cannot be read to its end; nothing was written"), "")
	}
	return a.remoteError(fmt.Errorf("check the rows: %w", err))
}
