package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
)

// importOptions are the flags of import.
type importOptions struct {
	source  string
	rejects string
	dryRun  bool
	restart bool
	workers int
}

func (o *importOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.source, "source", "", "read `FILE` instead of the job's source: a corrected rejects file, say")
	f.BoolVar(&o.dryRun, "dry-run", false, "check the job and every row, and stop before the first write")
	f.BoolVar(&o.restart, "restart", false, "begin anew instead of continuing an unfinished run")
	o.addRunFlags(f)
}

// addRunFlags adds the flags that resume has too.
func (o *importOptions) addRunFlags(f *pflag.FlagSet) {
	f.StringVar(&o.rejects, "rejects", "", "write rejected rows to `FILE` (default: in the state directory)")
	f.IntVar(&o.workers, "workers", 0, "requests in flight at most (default: the job's limits, else 16)")
}

// defaultWorkers hides latency up to a second and a half at ten requests a second.
const defaultWorkers = 16

func newImport(a *app) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import JOB",
		Short: "Import a file: check every row, then write, and account for each",
		Long: `Import a file as a job file says. Every row is checked before the first is written. A run that was interrupted, killed or
cut off goes on where it stopped when it is started again. Rows that cannot be written go to a rejects file with the reason;
corrected, it is imported by the same job: attio-etl import JOB --source REJECTS`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runImport(cmd.Context(), a, args[0], o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runImport(ctx context.Context, a *app, path string, o importOptions) error {
	if o.dryRun {
		return checkJob(ctx, a, path, o.source)
	}
	return a.withPrepared(ctx, path, o.source, func(p *prepared) error {
		return a.execute(ctx, p, o, func(store *checkpoint.Store, want checkpoint.Run) (checkpoint.Run, bool, error) {
			return store.Continue(ctx, want, o.restart)
		})
	})
}

// withPrepared prepares a job, shows what is wrong with it or hands it to f, and closes it.
func (a *app) withPrepared(ctx context.Context, path, source string, f func(*prepared) error) (err error) {
	p, findings, err := a.prepareImport(ctx, path, source)
	if len(findings) > 0 {
		a.view.Findings(findings)
	}
	if err != nil {
		return a.findingError(err)
	}
	if len(findings) > 0 {
		return exit.With(exit.Usage, fmt.Errorf("%s: %s; nothing was written", path, count(int64(len(findings)), "mistake")), "")
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return f(p)
}

// findingError shows an error that is really a list of findings.
func (a *app) findingError(err error) error {
	var list diag.List
	if !errors.As(err, &list) {
		return err
	}
	a.view.Findings(list)
	return exit.With(exit.CodeOf(err), errors.New("nothing was written"), "")
}

// opener finds or makes the run to journal to, and tells whether it is an earlier one.
type opener func(store *checkpoint.Store, want checkpoint.Run) (run checkpoint.Run, continued bool, err error)

// execute runs a prepared import: lock, run store, engine, rejects file, summary.
func (a *app) execute(ctx context.Context, p *prepared, o importOptions, open opener) (err error) {
	began := time.Now()
	store, err := checkpoint.Open(ctx, a.global.state)
	if err != nil {
		return exit.With(exit.Conflict, err, "another state directory: --state DIR")
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	release, err := store.Lock(p.job.Name, owner(began))
	if err != nil {
		return exit.With(exit.Conflict, err, "wait for it to end; two jobs need names of their own to run side by side")
	}
	defer func() { err = errors.Join(err, release()) }()

	fingerprint, err := p.source.Fingerprint(ctx)
	if err != nil {
		return fmt.Errorf("read the source: %w", err)
	}
	want, err := p.run()
	if err != nil {
		return err
	}
	want.Print = fingerprint
	run, continued, err := open(store, want)
	if err != nil {
		return a.stateError(err)
	}
	a.view.Run(run, continued)

	im := p.engine()
	im.Print = fingerprint
	im.Workers = workersOf(o.workers, im.Workers)
	im.Records, im.Journal = &records{client: p.conn.client, schema: p.schema}, store.Journal(run)
	if a.wrap != nil {
		im.Records, im.Journal = a.wrap(im.Records, im.Journal)
	}
	summary, failure := a.runEngine(ctx, im)
	rejects, failed := a.writeRejects(ctx, store, run, o.rejects, summary)
	record := summaryRecord{
		Type: "summary", Command: "import", Job: p.job.Name, Run: run.ID, Status: string(statusOf(failure)), Summary: summary,
		Requests: requestsOf(p.conn.pace.Stats()), RejectsFile: rejects.file, RejectCauses: rejects.causes, ElapsedMS: time.Since(began).Milliseconds(), source: p.source.Name(), jobPath: p.job.Path,
	}
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	// The run's end is recorded even when everything is being stopped.
	err = store.Finish(context.WithoutCancel(ctx), run, statusOf(failure), text, rejects.file)
	a.view.Summary(record)
	return a.unrecorded(errors.Join(failed, err), run, a.outcome(run, summary, failure))
}

// unrecorded is the end of a run whose rejects file or summary could not be written: that must not hide behind the outcome, nor the
// outcome behind it.
func (a *app) unrecorded(err error, run checkpoint.Run, outcome error) error {
	if err == nil {
		return outcome
	}
	code := exit.CodeOf(outcome)
	if code == exit.OK || code == exit.Rejects {
		return exit.With(exit.Conflict, err, "what became of the rows is in the run store: "+a.command("runs", "show", run.ID)+
			" and "+a.command("rejects", run.ID, "--output", "FILE"))
	}
	return exit.With(code, errors.Join(outcome, err), "")
}

// run is the run as the store will know it; the fingerprint is still missing.
func (p *prepared) run() (checkpoint.Run, error) {
	jobPath, err := filepath.Abs(p.job.Path)
	if err != nil {
		return checkpoint.Run{}, fmt.Errorf("find the job file: %w", err)
	}
	return checkpoint.Run{
		Job: p.job.Name, JobPath: jobPath, JobHash: p.job.Hash, PlanHash: p.plan.Hash(),
		Source: p.path, Columns: p.source.Schema().Columns, Workspace: p.conn.workspace.ID, Target: p.job.Import.Target.Object.Value, Connection: p.conn.name,
	}, nil
}

// runEngine runs the engine under a progress display.
func (a *app) runEngine(ctx context.Context, im *importer.Import) (importer.Summary, error) {
	intake, cancel := a.intake(ctx)
	defer cancel()
	checked, err := im.Check(intake, nil)
	if err != nil {
		if intake.Err() != nil {
			return importer.Summary{}, importer.ErrInterrupted
		}
		return importer.Summary{}, err
	}
	progress := a.progress("import "+im.Target.String(), checked.Rows)
	defer progress.Close()
	im.Observe = func(s importer.Summary) { progress.Set(s.Ended(), s.Resumed) }
	return im.Write(intake, ctx, checked)
}

// outcome is how the process ends, given how the run did.
func (a *app) outcome(run checkpoint.Run, s importer.Summary, failure error) error {
	resume := "resume with: " + a.command("resume", run.ID)
	var stopped *importer.StoppedError
	switch {
	case failure == nil && s.Rejected > 0:
		return exit.Silent(exit.Rejects)
	case failure == nil:
		return nil
	case errors.Is(failure, importer.ErrInterrupted):
		return exit.With(exit.Interrupted, failure, resume)
	case errors.Is(failure, importer.ErrSourceChanged):
		return exit.With(exit.Conflict, failure, "import the file as it is now: "+a.command("import", run.JobPath, "--restart"))
	case errors.As(failure, &stopped):
		return exit.With(stopCode(stopped.Reason), failure, resume)
	}
	if f := fileFinding(failure); f.Code != "unreadable" {
		a.view.Findings(diag.List{f})
		return exit.With(exit.Usage, errors.New("the source cannot be read to its end"), "")
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
	var changed *checkpoint.ChangedSourceError
	var other *checkpoint.OtherWorkspaceError
	switch {
	case errors.As(err, &changed):
		return exit.With(exit.Conflict, err, "put that file back and resume, or import this one from its start: "+
			a.command("import", changed.Run.JobPath, "--restart"))
	case errors.As(err, &other):
		return exit.With(exit.Conflict, err, "use the API key of that workspace, or import from the start into this one: "+
			a.command("import", other.Run.JobPath))
	case errors.Is(err, checkpoint.ErrNoRun):
		return exit.With(exit.Conflict, err, "attio-etl runs lists them")
	default:
		return exit.With(exit.Conflict, err, "")
	}
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
