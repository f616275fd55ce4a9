package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/pace"
)

// planOptions are the flags of plan.
type planOptions struct {
	selection
	detailed bool
	output   string
}

func (o *planOptions) addFlags(f *pflag.FlagSet) {
	o.selection.addFlags(f)
	f.StringVarP(&o.output, "output", "o", "", "write the plan to `FILE` as well, for import --plan FILE")
	f.BoolVar(&o.detailed, "detailed-exitcode", false, "exit with 7 when the import would change something")
}

func newPlan(a *app) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan JOB",
		Short: "Show what an import would change, attribute by attribute, without writing anything",
		Long: `Check a job and every row, read what the workspace holds for the rows, and show what an import would create (+), update (~, old -> new) and
reject (!), how many requests that takes, and how long. Rows that differ in nothing are counted only. Nothing is written to the workspace`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPlan(cmd.Context(), a, args[0], o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runPlan(ctx context.Context, a *app, path string, o planOptions) error {
	began := time.Now()
	a.view.ResultsAreFindings()
	return a.withPrepared(ctx, path, o.selection, func(p *prepared) (err error) {
		store, err := checkpoint.Open(ctx, a.global.state)
		if err != nil {
			return exit.With(exit.Conflict, err, "another state directory: --state DIR")
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		release, err := store.Lock(p.job.Name, owner(began)) // what is read is kept under the job's name
		if err != nil {
			return exit.With(exit.Conflict, err, "wait for it to end")
		}
		defer func() { err = errors.Join(err, release()) }()
		intake, cancel := a.intake(ctx)
		defer cancel()
		plan, err := a.plan(intake, p, store, o.output)
		if err != nil {
			return err
		}
		plan.ElapsedMS = time.Since(began).Milliseconds()
		a.view.Planned(plan)
		switch {
		case o.detailed && plan.changes():
			return exit.Silent(exit.Changes)
		case plan.Rejected > 0:
			return exit.Silent(exit.Rejects)
		}
		return nil
	})
}

// plan checks all rows and shows what would become of each.
func (a *app) plan(ctx context.Context, p *prepared, store *checkpoint.Store, output string) (planRecord, error) {
	steps := p.engines()
	for _, s := range steps {
		s.Scanner, s.Live = p.conn.client, store.LiveValues(p.job.Name, s.Name)
	}
	run, err := p.fingerprinted(ctx)
	if err != nil {
		return planRecord{}, a.checkError(ctx, err)
	}
	checked, err := steps.Check(ctx, nil)
	over, isOver := errors.AsType[*importer.StoppedError](err)
	if err != nil && !isOver {
		return planRecord{}, a.checkError(ctx, err)
	}
	keep, commit := func(plannedRow) {}, func() error { return nil }
	if output != "" {
		file, err := createPlan(output, run)
		if err != nil {
			return planRecord{}, exit.With(exit.Usage, err, "another file: -o FILE")
		}
		defer func() { _ = file.file.Abort() }() // nothing is left of a plan that was not finished
		keep, commit = file.row, file.commit
	}
	results, err := steps.Plan(ctx, checked, false, func(step int, row importer.Planned) {
		if len(row.Findings) > 0 {
			a.view.RowFindings(row.Findings)
		}
		planned := plannedRow{step: steps[step], row: row}
		a.view.PlannedRow(planned)
		keep(planned)
	})
	if err != nil {
		return planRecord{}, a.checkError(ctx, err)
	}
	if err := commit(); err != nil {
		return planRecord{}, exit.With(exit.Conflict, fmt.Errorf("write the plan: %w", err), "another file: -o FILE")
	}
	plan := planRecordOf(p.job.Name, steps, checked, results)
	limits, err := a.limits(p.job.Limits)
	if err != nil {
		return planRecord{}, err
	}
	plan.Seconds = seconds(limits, plan.Reads, plan.Writes)
	plan.PublishedSeconds = seconds(pace.Limits{ReadsPerSecond: publishedReads, WritesPerSecond: publishedWrites}, plan.Reads, plan.Writes)
	if isOver {
		a.view.Findings(diag.List{{Code: "reject-limit", Problem: over.Err.Error(), Hint: "an import stops here, before its first write"}})
	}
	return plan, nil
}

// planRecordOf is what a plan comes to, without the time that it takes.
func planRecordOf(job string, steps importer.Steps, checked []*importer.Checked, results []importer.PlanResult) planRecord {
	plan := planRecord{Type: "plan", Job: job, Steps: make([]planStepRecord, len(results))}
	for i, r := range results {
		plan.Steps[i] = planStepRecord{
			Step: steps[i].Name, Target: steps[i].Target().String(), Summary: r.Summary, Look: r.Look, Reads: r.Reads, Writes: r.Writes, NewOptions: checked[i].NewChoices(),
		}
		plan.Summary = plan.Add(r.Summary)
		plan.Reads, plan.Writes = plan.Reads+r.Reads, plan.Writes+r.Writes
	}
	return plan
}

// seconds is how long requests take at limits, without what one waits for the last reply.
func seconds(limits pace.Limits, reads, writes int64) float64 {
	longest := 0.0
	for _, l := range []struct {
		requests int64
		rate     float64
	}{
		{reads + writes, limits.PerSecond}, {reads + writes, limits.PerMinute / 60}, {reads, limits.ReadsPerSecond}, {writes, limits.WritesPerSecond},
	} {
		if l.rate > 0 {
			longest = max(longest, float64(l.requests)/l.rate)
		}
	}
	return longest
}

// planRecord is the last line of a plan's JSON output. Fields are only ever added.
type planRecord struct {
	Type string `json:"type"`
	Job  string `json:"job"`
	File string `json:"file,omitempty"` // of the plan that a run was made from
	importer.Summary
	Reads            int64            `json:"reads"`
	Writes           int64            `json:"writes"`
	Seconds          float64          `json:"seconds"`           // that they take at the limits in force
	PublishedSeconds float64          `json:"published_seconds"` // and at those that Attio publishes
	Steps            []planStepRecord `json:"steps"`
	ElapsedMS        int64            `json:"elapsed_ms"`
	ExitCode         int              `json:"exit_code"`
}

// changes reports whether the import would write anything.
func (r planRecord) changes() bool { return r.Writes > 0 }

// planStepRecord is a step of it.
type planStepRecord struct {
	Step   string `json:"step,omitempty"`
	Target string `json:"target"`
	importer.Summary
	Reads      int64         `json:"reads"`
	Writes     int64         `json:"writes"`
	Look       importer.Look `json:"look"`
	NewOptions []string      `json:"new_options,omitempty"`
}

// plannedRow is one row of a plan, for either view.
type plannedRow struct {
	step importer.Step
	row  importer.Planned
}
