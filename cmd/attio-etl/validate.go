package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"attio-etl/attio"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
)

func newValidate(a *app) *cobra.Command {
	var source string
	cmd := &cobra.Command{
		Use:   "validate JOB...",
		Short: "Check job files and every row of their sources, without writing anything",
		Long: `Check job files against their sources' columns and the workspace's attributes, then every row of every source. All findings are
printed, each with its position, what was found, what was expected and what to do. Nothing is written anywhere.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if source != "" && len(args) > 1 {
				return exit.With(exit.Usage, errors.New("--source goes with one job"), "")
			}
			var worst error
			for _, path := range args {
				worst = worse(worst, checkJob(cmd.Context(), a, "validate", path, source))
			}
			return worst
		},
	}
	cmd.Flags().StringVar(&source, "source", "", "check `FILE` instead of the job's source")
	return cmd
}

// worse is the error that says more: anything over rejected rows, rejected rows over nothing.
func worse(a, b error) error {
	if exit.CodeOf(a) == exit.OK || (exit.CodeOf(a) == exit.Rejects && b != nil) {
		return b
	}
	return a
}

// checkJob is validate for one job, and import --dry-run.
func checkJob(ctx context.Context, a *app, command, path, source string) error {
	began := time.Now()
	a.view.ResultsAreFindings()
	return a.withPrepared(ctx, path, source, func(p *prepared) error {
		intake, cancel := a.intake(ctx)
		defer cancel()
		if told, ok := p.source.(interface{ Evidence() string }); ok && p.job.Import.Source.CSV.Delimiter == 0 {
			a.view.Note(p.source.Name() + ": read with the delimiter " + told.Evidence())
		}
		im := p.engine()
		var warned causes
		im.Warn = warned.add
		checked, err := im.Check(intake, func(found diag.List) { a.view.RowFindings(found) })
		if err != nil {
			return a.checkError(intake, err)
		}
		a.view.Creates(checked.NewChoices())
		summary := importer.Summary{Read: checked.Rows, Rejected: checked.Rejected, NotReached: checked.Rows - checked.Rejected}
		a.view.Checked(summaryRecord{
			Type: "summary", Command: command, Job: p.job.Name, Status: "complete", Summary: summary, LeftOut: checked.LeftOut, Warnings: warned,
			Requests: requestsOf(p.conn.pace.Stats()), ElapsedMS: time.Since(began).Milliseconds(), source: p.source.Name(),
		})
		if checked.Rejected > 0 {
			return exit.Silent(exit.Rejects)
		}
		return nil
	})
}

// cases runs the job's own cases.
func (p *prepared) cases() diag.List {
	var failed diag.List
	for _, c := range p.job.Cases {
		failed = append(failed, p.plan.RunCase(c, attio.WriteValues)...)
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
