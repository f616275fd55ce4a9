package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/exit"
	"attio-etl/internal/ui"
)

// execution is one session of a run: lock, checks, run store, engine, rejects file, summary.
type execution struct {
	*app
	p       *prepared
	o       importOptions
	command string // "import", "resume"

	began   time.Time
	store   *checkpoint.Store
	stored  checkpoint.Run
	session *session
	planned *planRecord // by the plan that the run is made from; nil without one
	warned  []causes    // by step
}

// opener finds the run to go on with; false where a new one is to begin.
type opener func(store *checkpoint.Store, want checkpoint.Run) (run checkpoint.Run, goesOn bool, err error)

// run opens the state, takes the lock and does the work.
func (e *execution) run(ctx context.Context, open opener) (err error) {
	e.began = time.Now()
	if err := e.checkRejectsPath(); err != nil {
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
	return e.locked(ctx, open)
}

// locked checks every row, and only then opens a run: a source that cannot be read, or an interrupt before the first write, leaves no run
// behind and changes none.
func (e *execution) locked(ctx context.Context, open opener) error {
	intake, cancel := e.intake(ctx)
	defer cancel()
	want, err := e.p.fingerprinted(intake)
	if err != nil {
		return e.checkError(intake, err)
	}
	earlier, goesOn, err := open(e.store, want)
	if err != nil {
		return e.stateError(err)
	}
	steps := e.p.engines()
	checked, err := steps.Check(intake, nil)
	if over, ok := errors.AsType[*importer.StoppedError](err); ok && over.Reason == importer.RejectLimit {
		return exit.With(exit.Stopped, err, "nothing was written; which rows and why: "+e.validateLine())
	}
	if err != nil {
		return e.checkError(intake, err)
	}
	if e.o.plan != "" {
		if err := e.checkPlan(intake, steps, checked, want, goesOn); err != nil {
			return err
		}
	}
	if err := e.agreeToDelete(ctx, checked, goesOn); err != nil {
		return err
	}
	if e.stored, err = e.openRun(ctx, earlier, goesOn, want); err != nil {
		return e.stateError(err)
	}
	if e.session, err = e.beginSession(ctx, e.store, e.stored, e.p.conn); err != nil {
		return e.stateError(err)
	}
	e.view.Run(e.stored, goesOn)
	e.equip(steps)
	sample, goOn := e.sample(intake, ctx, steps, checked)
	if !goOn {
		return e.conclude(ctx, checked, sample)
	}
	results := e.write(intake, ctx, steps, checked)
	for i, s := range sample { // what this session has done is no earlier one's
		results[i].Summary.Resumed = max(0, results[i].Summary.Resumed-(s.Summary.Ended()-s.Summary.Resumed))
	}
	return e.conclude(ctx, checked, results)
}

// checkPlan makes sure that the import will do what the plan says, and nothing else; it reads what the workspace holds, and that is what
// rows are then compared with.
func (e *execution) checkPlan(ctx context.Context, steps importer.Steps, checked []*importer.Checked, want checkpoint.Run, goesOn bool) error {
	const anew = "make a new one: attio-etl plan JOB -o FILE"
	if goesOn {
		return exit.With(exit.Conflict, errors.New("a run of the job is unfinished: a plan is for an import from the start"),
			"go on with it without --plan, or begin anew with --restart --plan FILE")
	}
	plan, err := openPlan(e.o.plan, want)
	if err != nil {
		return exit.With(exit.Conflict, err, anew)
	}
	for _, s := range steps {
		s.Scanner, s.Live = e.p.conn.client, e.store.LiveValues(e.p.job.Name, s.Name)
	}
	results, err := steps.Plan(ctx, checked, true, func(step int, row importer.Planned) { plan.row(plannedRow{step: steps[step], row: row}) })
	if err != nil {
		return errors.Join(e.checkError(ctx, err), plan.file.Close())
	}
	planned := planRecordOf(e.p.job.Name, steps, checked, results)
	planned.File = e.o.plan
	e.planned = &planned
	if err := plan.finish(); err != nil {
		return exit.With(exit.Conflict, err, "nothing was written; "+anew)
	}
	return nil
}

// validateLine is the command that shows what is wrong with the rows.
func (e *execution) validateLine() string {
	words := []string{"validate", e.p.job.Path}
	if e.o.step != "" {
		words = append(words, "--step", e.o.step)
	}
	if e.o.source != "" {
		words = append(words, "--source", e.o.source)
	}
	return e.commandLine(words...)
}

// write writes all steps, showing how far the one is that is worked on.
func (e *execution) write(intake, work context.Context, steps importer.Steps, checked []*importer.Checked) []importer.Result {
	var progress *ui.Progress
	for i := range steps {
		e.view.Creates(checked[i].NewChoices())
		steps[i].Observe = func(s importer.Summary) { progress.Set(s.Ended(), s.Resumed) }
	}
	results := steps.Write(intake, work, checked, func(step int) {
		if progress != nil {
			progress.Close()
		}
		what := "import " + steps[step].Target().String()
		if name := steps[step].Name; name != "" {
			what = "step " + name + ": " + what
		}
		progress = e.progress(what, checked[step].Rows)
	})
	if progress != nil {
		progress.Close()
	}
	return results
}

func (e *execution) openRun(ctx context.Context, earlier checkpoint.Run, goesOn bool, want checkpoint.Run) (checkpoint.Run, error) {
	if goesOn {
		return e.store.Resume(ctx, earlier, want)
	}
	run, err := e.store.Begin(ctx, want)
	if err != nil || e.planned == nil {
		return run, err
	}
	planned, err := json.Marshal(e.planned)
	if err != nil {
		return run, fmt.Errorf("keep the plan: %w", err)
	}
	return run, e.store.SetPlanned(ctx, run, planned)
}

// equip gives the engines what they write to.
func (e *execution) equip(steps importer.Steps) {
	e.warned = make([]causes, len(steps))
	for i, s := range steps {
		s.Workers = workersOf(e.o.workers, s.Workers)
		s.Print = e.stored.Steps[i].Print
		s.Choices, s.Journal = e.p.conn.client, e.store.Journal(e.stored.Steps[i])
		s.Scanner, s.Live = e.p.conn.client, e.store.LiveValues(e.p.job.Name, s.Name)
		if e.wrap != nil {
			s.Records, s.Journal = e.wrap(s.Records, s.Journal)
		}
		s.Warn = e.warned[i].add
	}
}

// conclude writes the rejects files, records the run's end and says what became of the rows.
func (e *execution) conclude(ctx context.Context, checked []*importer.Checked, results []importer.Result) error {
	records, outcomes := make([]stepRecord, len(results)), make([]error, len(results))
	var failed error
	for i, r := range results {
		step := &e.stored.Steps[i]
		outcomes[i] = e.outcome(*step, r)
		rejects, unwritten := e.writeRejects(ctx, *step, r.Summary)
		step.Status, step.RejectsFile = statusOf(r.Err), rejects.file
		records[i] = stepRecord{
			Type: "step", Job: e.p.job.Name, Run: e.stored.ID, Step: step.Name, Status: string(step.Status), Summary: r.Summary,
			RejectsFile: rejects.file, RejectCauses: rejects.causes, Warnings: e.warned[i], LeftOut: checked[i].LeftOut, Look: r.Look,
			source: e.p.steps[i].source.Name(), refeed: e.refeed(step.Name, rejects.file),
		}
		if r.Err != nil {
			records[i].Error = r.Err.Error()
		}
		var unmade error
		step.Summary, unmade = json.Marshal(records[i])
		failed = errors.Join(failed, unwritten, unmade)
	}
	outcome := worst(outcomes)
	e.stored.Status = runStatus(e.stored.Steps)
	record := summaryRecord{
		Type: "summary", Command: e.command, Job: e.p.job.Name, Run: e.stored.ID, Status: string(e.stored.Status),
		Requests: requestsOf(e.p.conn.pace.Stats()), ElapsedMS: time.Since(e.began).Milliseconds(), ExitCode: int(exit.CodeOf(outcome)),
		source: "job " + e.p.job.Name,
	}.sum(records)
	var unmade error
	e.stored.Summary, unmade = json.Marshal(record)
	// The run's end is recorded even when everything is being stopped.
	unrecorded := errors.Join(e.store.Finish(context.WithoutCancel(ctx), e.stored), e.session.end(ctx, e.stored.Status, exit.CodeOf(outcome)))
	for _, r := range records {
		e.view.Step(r)
	}
	e.view.Summary(record)
	return e.unrecorded(errors.Join(failed, unmade, unrecorded), outcome)
}

// refeed is the command that imports the corrected rejects of a step.
func (e *execution) refeed(step, file string) string {
	words := []string{"import", e.p.job.Path}
	if step != "" {
		words = append(words, "--step", step)
	}
	return e.commandLine(append(words, "--source", file)...)
}

// unrecorded is the end of a run whose rejects file or summary could not be written: that must not hide behind the outcome, nor the
// outcome behind it.
func (e *execution) unrecorded(err, outcome error) error {
	if err == nil {
		return outcome
	}
	code := exit.CodeOf(outcome)
	if code == exit.OK || code == exit.Rejects {
		return exit.With(exit.Conflict, err, "what became of the rows is in the run store: "+e.commandLine("runs", "show", e.stored.ID)+
			" and "+e.commandLine("rejects", e.stored.ID, "--output", "FILE"))
	}
	return exit.With(code, errors.Join(outcome, err), "resume with: "+e.commandLine("resume", e.stored.ID))
}
