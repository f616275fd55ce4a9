package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
)

// importOptions are the flags of import.
type importOptions struct {
	selection
	rejects string
	dryRun  bool
	restart bool
	plan    string
	sample  int
	yes     bool
	workers int
}

func (o *importOptions) addFlags(f *pflag.FlagSet) {
	o.selection.addFlags(f)
	f.BoolVar(&o.dryRun, "dry-run", false, "check the job and every row, and stop before the first write")
	f.BoolVar(&o.restart, "restart", false, "begin anew instead of continuing an unfinished run")
	f.StringVar(&o.plan, "plan", "", "do what the plan in `FILE` says, and refuse when that is not what would happen now (see plan -o)")
	f.IntVar(&o.sample, "sample", 0, "write the first `N` rows of each step, show them, and ask before the others are written")
	f.BoolVar(&o.yes, "yes", false, "do not ask, go on")
	o.addRunFlags(f)
}

// addRunFlags adds the flags that resume has too.
func (o *importOptions) addRunFlags(f *pflag.FlagSet) {
	f.StringVar(&o.rejects, "rejects", "", "write rejected rows to `FILE` (default: in the state directory)")
	f.IntVar(&o.workers, "workers", 0, "requests in flight at most (default: the job's limits, else 16)")
}

// maxWorkers is the most that a job file may ask for too.
const maxWorkers = 256

// defaultWorkers hides latency up to a second and a half at ten requests a second.
const defaultWorkers = 16

func newImport(a *app) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import JOB",
		Short: "Import files: check every row, then write, and account for each",
		Long: `Import a file, or several in steps, as a job file says. Every row is checked before the first is written. A run that was interrupted, killed or
cut off goes on where it stopped when it is started again. Rows that cannot be written go to a rejects file with the reason;
corrected, it is imported by the same job: attio-etl import JOB --source REJECTS, with --step NAME for a job of several steps`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runImport(cmd.Context(), a, args[0], o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runImport(ctx context.Context, a *app, path string, o importOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.dryRun {
		return checkJob(ctx, a, "import", path, o.selection)
	}
	if o.selection == (selection{}) {
		if err := a.checkExports(ctx, path); err != nil {
			return err
		}
	}
	var e *execution
	err := a.withPrepared(ctx, path, o.selection, func(p *prepared) error {
		e = &execution{app: a, p: p, o: o, command: "import"}
		return e.run(ctx, func(store *checkpoint.Store, want checkpoint.Run) (checkpoint.Run, bool, error) {
			if o.restart {
				return checkpoint.Run{}, false, nil
			}
			return store.Unfinished(ctx, want)
		})
	})
	return a.exportAfter(ctx, e, err)
}

// check refuses flags that make no sense.
func (o importOptions) check() error {
	if o.workers < 0 || o.workers > maxWorkers {
		return exit.With(exit.Usage, fmt.Errorf("--workers %d", o.workers), fmt.Sprintf("1 to %d", maxWorkers))
	}
	if o.plan != "" && o.dryRun {
		return exit.With(exit.Usage, errors.New("--plan and --dry-run exclude each other"), "")
	}
	if o.sample < 0 || o.sample > maxSample {
		return exit.With(exit.Usage, fmt.Errorf("--sample %d", o.sample), fmt.Sprintf("1 to %d: each row is shown", maxSample))
	}
	if o.sample > 0 && (o.dryRun || o.plan != "") {
		return exit.With(exit.Usage, errors.New("--sample excludes --dry-run and --plan"), "a plan is done as a whole")
	}
	return nil
}

// owner is what another process is told of this one.
func owner(began time.Time) string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s since %s", os.Getpid(), host, began.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// workersOf is the number of workers: flag, else job, else default.
func workersOf(flag, job int) int {
	switch {
	case flag > 0:
		return flag
	case job > 0:
		return job
	default:
		return defaultWorkers
	}
}
