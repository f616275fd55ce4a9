package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
)

// refeedRejects imports the corrected rejects of a run by its job, as a new run: those of all its steps that have any, from the files that the run wrote, or those
// of one step from another file.
func refeedRejects(ctx context.Context, a *app, id, name, file string, yes bool) error {
	run, err := a.findRun(ctx, id)
	if err != nil {
		return err
	}
	if run.Undoes != "" || exported(run) {
		return exit.With(exit.Usage, fmt.Errorf("run %s imported nothing: there are no rows to import again", run.ID), "")
	}
	again := run
	if again.Steps, err = refed(run, name, file); err != nil {
		return err
	}
	a.connectLike(run)
	o := importOptions{selection: selection{run: &again}, yes: yes}
	return a.withPrepared(ctx, run.JobPath, o.selection, func(p *prepared) error {
		e := &execution{app: a, p: p, o: o, command: "import"}
		return e.run(ctx, func(store *checkpoint.Store, want checkpoint.Run) (checkpoint.Run, bool, error) {
			return store.Unfinished(ctx, want)
		})
	})
}

// refed is the steps of a run that read its rejects.
func refed(run checkpoint.Run, name, file string) (steps []checkpoint.Step, err error) {
	var names []string
	for _, step := range run.Steps {
		if step.RejectsFile == "" || (name != "" && step.Name != name) {
			continue
		}
		names = append(names, step.Name)
		step.Source = step.RejectsFile
		if file != "" {
			if step.Source, err = filepath.Abs(file); err != nil {
				return nil, fmt.Errorf("find the file: %w", err)
			}
		}
		steps = append(steps, step)
	}
	switch {
	case len(steps) == 0:
		return nil, exit.With(exit.Usage, fmt.Errorf("run %s has rejected nothing there", run.ID), "attio-etl runs show tells of a run's rejects")
	case file != "" && len(steps) > 1:
		return nil, exit.With(exit.Usage, errors.New("the file is of one step, and several have rejects: add --step NAME"), "steps: "+strings.Join(names, ", "))
	}
	return steps, nil
}
