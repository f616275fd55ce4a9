package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/exporter"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
)

// pagesAhead hides latency up to most of a second at ten requests a second. Each takes memory: three megabytes of wide records.
const pagesAhead = 8

// exportRun is one session of an export.
type exportRun struct {
	*app
	p *preparedExport
	o exportOptions

	began   time.Time
	store   *checkpoint.Store
	stored  checkpoint.Run
	session *session
	spool   *checkpoint.Spool
	order   *checkpoint.Scratch // where rows are sorted; nil where they are not
	engine  *exporter.Export
	why     string // what was read to its end is complete
	record  exportRecord
}

// run opens the state, takes the lock and does the work.
func (e *exportRun) run(ctx context.Context) (err error) {
	e.began = time.Now()
	if err := e.checkJobOut(); err != nil {
		return err
	}
	if e.store, err = checkpoint.Open(ctx, e.global.state); err != nil {
		return exit.With(exit.Conflict, err, "another state directory: --state DIR")
	}
	defer func() { err = errors.Join(err, e.store.Close()) }()
	release, err := e.store.Lock(e.p.job.Name, owner(e.began))
	if err != nil {
		return exit.With(exit.Conflict, err, "wait for it to end; two jobs need names of their own to run side by side")
	}
	defer func() { err = errors.Join(err, release()) }()
	goesOn, err := e.open(ctx)
	if err != nil {
		return exit.With(exit.Conflict, err, "")
	}
	if e.session, err = e.beginSession(ctx, e.store, e.stored, e.p.conn); err != nil {
		return errors.Join(exit.With(exit.Conflict, err, ""), e.spool.Close())
	}
	e.view.Run(e.stored, goesOn)
	return e.conclude(ctx, e.work(ctx))
}

// open finds the run to go on with or begins one, and opens its spool. Spools of earlier runs that nobody goes on with are removed.
func (e *exportRun) open(ctx context.Context) (goesOn bool, err error) {
	want, err := e.wanted()
	if err != nil {
		return false, err
	}
	last, goesOn, err := e.store.Unfinished(ctx, want)
	if err != nil {
		return false, err
	}
	goesOn = goesOn && !e.o.restart && e.store.HasSpool(last.ID)
	if goesOn && last.Steps[0].PlanHash != want.Steps[0].PlanHash {
		e.view.Note("the job or the attributes have changed since run " + last.ID + " began: the export starts again")
		goesOn = false
	}
	if err := e.sweep(ctx, last.ID, goesOn); err != nil {
		return false, err
	}
	if goesOn {
		e.stored, err = e.store.Resume(ctx, last, want)
	} else {
		e.stored, err = e.store.Begin(ctx, want)
	}
	if err != nil {
		return false, err
	}
	e.spool, err = e.store.Spool(e.stored.ID)
	return goesOn, err
}

// sweep removes the spools of the job's runs, but for that of the one to go on with.
func (e *exportRun) sweep(ctx context.Context, last string, goesOn bool) error {
	runs, err := e.store.Runs(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.Job == e.p.job.Name && (!goesOn || r.ID != last) {
			if err := e.store.DropSpool(r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanted is the run as the store will know it.
func (e *exportRun) wanted() (checkpoint.Run, error) {
	jobPath, err := filepath.Abs(e.p.job.Path)
	if err != nil {
		return checkpoint.Run{}, fmt.Errorf("find the job file: %w", err)
	}
	target := e.p.job.Export.To.Path.Raw
	if e.o.output != "" {
		target = e.o.output
	}
	return checkpoint.Run{
		Job: e.p.job.Name, JobPath: jobPath, JobHash: e.p.job.Hash, Workspace: e.p.conn.workspace.ID, Connection: e.p.conn.name,
		Steps: []checkpoint.Step{{PlanHash: e.p.flat.Digest(), Source: e.p.job.Export.From.String(), Target: target}},
	}, nil
}

// garbage is how much of what is in use may be waiting to be collected during an export, in per cent, where GOGC says nothing. Pages of
// megabytes come and go, several at a time, and Go's own 100 would take twice what is in use: the peak with a million wide records is in
// docs/performance.md.
const garbage = 20

// work reads, checks and publishes.
func (e *exportRun) work(ctx context.Context) error {
	if _, said := e.lookup("GOGC"); !said {
		defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	}
	intake, cancel := e.intake(ctx)
	defer cancel()
	from := readingOf(e.p.conn.client, e.p.job.Export)
	e.why = from.why
	done := func(r exporter.Reached) int64 { return r.Rows }
	what := "export " + e.p.job.Export.From.String()
	if from.expand != nil { // most records have no comments
		done, what = func(r exporter.Reached) int64 { return int64(r.Next.Offset) }, what+", items looked at"
	}
	progress := e.progress(what, -1)
	defer progress.Close()
	if err := e.openOrder(); err != nil {
		return err
	}
	e.engine = &exporter.Export{
		Lister: e.lister(from.lister), Expand: from.expand, Undated: from.undated, Size: from.size, Ahead: pagesAhead,
		Finder: finder{e.p.conn.client}, Flat: e.p.flat, Spool: e.spooled(),
		Behold: func(r exporter.Reached) { progress.Set(done(r), 0) },
	}
	if e.order != nil {
		e.engine.Scratch = e.order
	}
	reached, err := e.engine.Read(intake)
	e.record.Rows, e.record.Pages, e.record.Unread = reached.Rows, reached.Pages, reached.Unread
	if err != nil {
		return err
	}
	progress.Close()
	return e.publish(ctx)
}

// openOrder opens the place where the rows of an export with sorts are put into order.
func (e *exportRun) openOrder() (err error) {
	if e.p.flat.Sorted() {
		e.order, err = e.store.Scratch(e.stored.ID)
	}
	return err
}

// guard refuses an export that falls short of what the job expects.
func (e *exportRun) guard(ctx context.Context) error {
	expect := e.p.job.Export.Expect
	if e.record.Rows < int64(expect.MinRows) {
		return &shortError{fmt.Sprintf("the export has %s, the job expects at least %d", count(e.record.Rows, "row"), expect.MinRows)}
	}
	if expect.MaxDrop < 0 {
		return nil
	}
	last, there, err := e.lastComplete(ctx)
	if err != nil || !there {
		return err
	}
	if least := float64(last.Rows) * (1 - expect.MaxDrop/100); float64(e.record.Rows) < least {
		return &shortError{fmt.Sprintf("the export has %s, the last complete one had %d; the job allows %s fewer", count(e.record.Rows, "row"), last.Rows, expect.DropRaw)}
	}
	return nil
}

// shortError says that an export is not what the job expects.
type shortError struct{ problem string }

func (e *shortError) Error() string { return e.problem }

// lastComplete is what the last complete run of the job said.
func (e *exportRun) lastComplete(ctx context.Context) (last exportRecord, there bool, err error) {
	runs, err := e.store.Runs(ctx)
	if err != nil {
		return last, false, err
	}
	for _, r := range runs {
		if r.Status == checkpoint.Complete && r.Job == e.stored.Job && r.JobPath == e.stored.JobPath && r.Workspace == e.stored.Workspace &&
			json.Unmarshal(r.Summary, &last) == nil && last.Type == exportType {
			return last, true, nil
		}
	}
	return last, false, nil
}

// conclude records how the run ended and says so.
func (e *exportRun) conclude(ctx context.Context, failure error) error {
	outcome, keep := e.outcome(failure)
	e.stored.Status = exportStatus(failure)
	e.record.Type, e.record.Job, e.record.Run, e.record.Status = exportType, e.p.job.Name, e.stored.ID, string(e.stored.Status)
	e.record.From = e.p.job.Export.From.String()
	e.record.Requests, e.record.ElapsedMS = requestsOf(e.p.conn.pace.Stats()), time.Since(e.began).Milliseconds()
	e.record.ExitCode = int(exit.CodeOf(outcome))
	summary, err := json.Marshal(e.record)
	if err != nil {
		return errors.Join(outcome, err)
	}
	e.stored.Summary, e.stored.Steps[0].Summary, e.stored.Steps[0].Status = summary, summary, e.stored.Status
	// The run's end is recorded even when everything is being stopped. Only then may the spool go: until then the run goes on from it.
	unrecorded := errors.Join(e.store.Finish(context.WithoutCancel(ctx), e.stored), e.session.end(ctx, e.stored.Status, exit.CodeOf(outcome)))
	if e.order != nil {
		unrecorded = errors.Join(unrecorded, e.order.Remove())
	}
	if unrecorded == nil && !keep {
		unrecorded = e.spool.Remove()
	} else {
		unrecorded = errors.Join(unrecorded, e.spool.Close())
	}
	e.tell(ctx, failure)
	e.view.Export(e.record)
	if unrecorded != nil {
		return errors.Join(outcome, exit.With(exit.Conflict, unrecorded, "start it again: "+e.again()))
	}
	return outcome
}

// again is the command that goes on with the export.
func (e *exportRun) again() string {
	words := []string{"export", e.p.job.Path}
	if e.o.step != "" {
		words = append(words, "--step", e.o.step)
	}
	if e.o.output != "" {
		words = append(words, "--output", e.o.output)
	}
	return e.commandLine(words...)
}

// outcome is how the process would end, and whether what was read is kept for the next session.
func (e *exportRun) outcome(failure error) (outcome error, keep bool) {
	var short *shortError
	var findings diag.List
	switch stays := "; the file that was there stays"; {
	case failure == nil && len(e.record.Unread) > 0:
		return exit.Silent(exit.Rejects), false
	case failure == nil:
		return nil, false
	case errors.As(failure, &findings):
		e.view.RowFindings(findings)
		return exit.With(exit.Usage, fmt.Errorf("%s cannot be written as the job says; nothing was published", count(int64(len(findings)), "value")), ""), false
	case errors.As(failure, &short):
		return exit.With(exit.Stopped, fmt.Errorf("not published: %w", failure), "if that is right, change expect in the job"), false
	case errors.Is(failure, exporter.ErrOrder), errors.Is(failure, errTooFast):
		return exit.With(exit.Stopped, fmt.Errorf("not complete: %w%s", failure, stays), "export again when the workspace is quiet"), false
	case e.stopped():
		return exit.With(exit.Interrupted, errors.New("interrupted"+stays), "go on with: "+e.again()), true
	}
	if _, isRemote := errors.AsType[crm.Fault](failure); isRemote {
		failure = e.remoteError(failure)
		if exit.CodeOf(failure) == exit.Unavailable {
			return exit.With(exit.Unavailable, failure, "go on later with: "+e.again()), true
		}
		return failure, true
	}
	return exit.With(exit.Conflict, failure, "go on with: "+e.again()), true
}

func exportStatus(failure error) checkpoint.Status {
	switch {
	case failure == nil:
		return checkpoint.Complete
	case errors.Is(failure, context.Canceled):
		return checkpoint.Interrupted
	default:
		return checkpoint.Stopped
	}
}

// stamp is what the placeholders of the run's paths stand for: the moment at which it began, so that they are the same when it goes on.
func (e *exportRun) stamp() jobs.Stamp {
	began := e.stored.Started
	if zone, err := time.LoadLocation(e.p.job.Export.To.Timezone.Value); err == nil && e.p.job.Export.To.Timezone.Given() {
		began = began.In(zone)
	}
	return jobs.Stamp{Date: began.Format(time.DateOnly), Time: began.Format("150405"), Run: e.stored.ID}
}

// stampOfTemplate leaves the placeholders as they are.
func (e *exportRun) stampOfTemplate() jobs.Stamp {
	return jobs.Stamp{Date: "{date}", Time: "{time}", Run: "{run}"}
}

// location is where the file goes.
func (e *exportRun) location() (storage.Location, error) {
	if e.o.output != "" {
		return storage.ParseLocation(e.o.output)
	}
	return e.p.job.PathAt(e.p.job.Export.To.Path.Value, e.stamp())
}
