package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

// exportOptions are the flags of export.
type exportOptions struct {
	step    string // the only one; empty: the job's export, or all its steps that export
	restart bool
	output  string
	jobOut  string
}

func (o *exportOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.restart, "restart", false, "begin anew instead of continuing an unfinished run")
	f.StringVar(&o.step, "step", "", "take only the step `NAME` of a job of several steps")
	f.StringVar(&o.output, "output", "", "write `PATH` instead of the file that the job names")
	f.StringVar(&o.jobOut, "job-out", "", "write to `FILE` the job that imports the exported file again")
}

func newExport(a *app) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export JOB",
		Short: "Export records, entries, notes, tasks, comments, members or the schema to a file: complete, or loudly not",
		Long: `Export what a job file says to a file. The file appears under its name when it is complete, and a manifest beside it tells what it
holds; until then the old file stays. An export that was interrupted, killed or cut off goes on where it stopped when it is started again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExport(cmd.Context(), a, args[0], o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runExport(ctx context.Context, a *app, path string, o exportOptions) error {
	if job, _ := jobs.Load(path, a.lookup); job != nil && len(job.Exports) > 0 && o.step == "" {
		if o.output != "" || o.jobOut != "" {
			return exit.With(exit.Usage, errors.New("--output and --job-out are about one export: add --step NAME"), "steps: "+strings.Join(exportNames(job), ", "))
		}
		return a.exportSteps(ctx, job, o, func(string) bool { return true })
	}
	return a.withExport(ctx, path, o.step, o.output, func(p *preparedExport) error {
		e := &exportRun{app: a, p: p, o: o}
		return e.run(ctx)
	})
}
