package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exportOptions are the flags of export.
type exportOptions struct {
	restart bool
	output  string
	jobOut  string
}

func (o *exportOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.restart, "restart", false, "begin anew instead of continuing an unfinished run")
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
	return a.withExport(ctx, path, o.output, func(p *preparedExport) error {
		e := &exportRun{app: a, p: p, o: o}
		return e.run(ctx)
	})
}
