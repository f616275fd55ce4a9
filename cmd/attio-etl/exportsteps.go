package main

import (
	"context"
	"fmt"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

// exportNames are the names of a job's steps that export.
func exportNames(job *jobs.Job) []string {
	names := make([]string, len(job.Exports))
	for i, s := range job.Exports {
		names[i] = s.Name.Value
	}
	return names
}

// exportSteps runs the exports of a job of steps, one after the other, each as a run of its own: it is published, goes on after a kill and is
// compared with its last run as that of a job of its own would be. One that needs a step which is not written to its end is held up.
func (a *app) exportSteps(ctx context.Context, job *jobs.Job, o exportOptions, imported func(step string) bool) error {
	var outcome error
	ended := map[string]bool{}
	for _, s := range job.Exports {
		if a.stopped() { // between two of them, where no other error says so
			return worse(outcome, exit.With(exit.Interrupted, fmt.Errorf("interrupted; step %s was not exported", s.Name.Value), "go on with: "+a.commandLine("export", job.Path)))
		}
		held := ""
		for _, need := range s.Needs {
			if done, isExport := ended[need.Value]; (isExport && !done) || (!isExport && !imported(need.Value)) {
				held = need.Value
				break
			}
		}
		if held != "" {
			a.view.Note(fmt.Sprintf("step %s is held up: step %s is not done to its end; nothing was exported", s.Name.Value, held))
			outcome = worse(outcome, exit.Silent(exit.Stopped))
			ended[s.Name.Value] = false
			continue
		}
		o.step = s.Name.Value
		err := runExport(ctx, a, job.Path, o)
		ended[s.Name.Value] = exit.CodeOf(err) == exit.OK
		if outcome != nil && err != nil && err.Error() != "" {
			a.view.Note(fmt.Sprintf("step %s: %v", s.Name.Value, err)) // one error only is told at the end
		}
		outcome = worse(outcome, err)
	}
	return outcome
}

// checkExports finds what is wrong with the exports of a job of steps, before anything is imported.
func (a *app) checkExports(ctx context.Context, path string) error {
	job, findings := jobs.Load(path, a.lookup)
	if job == nil || len(findings) > 0 {
		return nil // the import says so
	}
	var outcome error
	for _, s := range job.Exports {
		outcome = worse(outcome, a.withExport(ctx, path, s.Name.Value, "", func(*preparedExport) error { return nil }))
	}
	return outcome
}

// exportAfter runs the exports of a job behind its import, which the error is the outcome of.
func (a *app) exportAfter(ctx context.Context, e *execution, outcome error) error {
	if e == nil || len(e.p.job.Exports) == 0 || e.o.step != "" || e.o.source != "" || e.stored.ID == "" {
		return outcome
	}
	return worse(outcome, a.exportSteps(ctx, e.p.job, exportOptions{}, func(step string) bool {
		stored, ok := e.stored.Step(step)
		return ok && stored.Status == checkpoint.Complete
	}))
}
