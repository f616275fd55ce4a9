package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
)

// selection is which of a job's steps to take, and what they read in the place of the job's own sources.
type selection struct {
	step   string          // the only one; empty: all
	source string          // of that one, or of a job of one import
	run    *checkpoint.Run // the steps and sources of a stored run, rather
}

func (s *selection) addFlags(f *pflag.FlagSet) {
	f.StringVar(&s.source, "source", "", "read `FILE` instead of the job's source: a corrected rejects file, say; a pattern, a URL, or - for standard input")
	f.StringVar(&s.step, "step", "", "take only the step `NAME` of a job of several steps")
}

// of is the steps of a job that are selected, in order, with their sources; an error says that the selection does not fit the job.
func (s selection) of(job *jobs.Job) ([]jobs.Step, error) {
	names := strings.Join(job.StepNames(), ", ")
	switch {
	case s.run != nil:
		return ofRun(job, *s.run)
	case s.step != "" && names == "":
		return nil, exit.With(exit.Usage, fmt.Errorf("--step %s: %s has no named steps", s.step, job.Path), "leave --step out")
	case s.source != "" && s.step == "" && len(job.Steps) > 1:
		return nil, exit.With(exit.Usage, errors.New("--source is the file of one step: add --step NAME"), "steps: "+names)
	}
	var selected []jobs.Step
	for _, step := range job.Steps {
		if s.step == "" || s.step == step.Name.Value {
			selected = append(selected, step)
		}
	}
	if len(selected) == 0 {
		return nil, exit.With(exit.Usage, fmt.Errorf("--step %s: %s has no such step", s.step, job.Path), jobs.Suggest(s.step, job.StepNames()))
	}
	if s.source != "" && selected[0].Import != nil {
		return selected, replaceSource(&selected[0].Import.Source, s.source)
	}
	return selected, nil
}

// ofRun is the steps of a job that a run has, on the run's sources.
func ofRun(job *jobs.Job, run checkpoint.Run) ([]jobs.Step, error) {
	var selected []jobs.Step
	for _, step := range job.Steps {
		stored, ok := run.Step(step.Name.Value)
		if !ok {
			continue
		}
		if step.Import != nil && !reads(step, stored.Source) {
			if err := replaceSource(&step.Import.Source, stored.Source); err != nil {
				return nil, err
			}
		}
		selected = append(selected, step)
	}
	for _, stored := range run.Steps {
		if !hasStep(selected, stored.Name) {
			return nil, exit.With(exit.Conflict, &checkpoint.ChangedStepsError{Run: run, Step: stored.Name},
				"put the step back and resume, or import by the job as it is now")
		}
	}
	return selected, nil
}

func hasStep(steps []jobs.Step, name string) bool {
	for _, s := range steps {
		if s.Name.Value == name {
			return true
		}
	}
	return false
}

// importAgain is the command that imports a run's sources by its job, naming what is not the job's own.
func (a *app) importAgain(run checkpoint.Run, flags ...string) string {
	words := append([]string{"import", run.JobPath}, flags...)
	job, _ := jobs.Load(run.JobPath, a.lookup)
	if len(run.Steps) != 1 {
		return a.commandLine(words...) // a run of several steps reads the job's own sources
	}
	step := run.Steps[0]
	if step.Name != "" && (job == nil || len(job.Steps) > 1) {
		words = append(words, "--step", step.Name)
	}
	if !readsOwn(job, step) {
		words = append(words, "--source", step.Source)
	}
	return a.commandLine(words...)
}

// readsOwn reports whether a run's step read the file that the job names.
func readsOwn(job *jobs.Job, stored checkpoint.Step) bool {
	if job == nil {
		return false
	}
	for _, step := range job.Steps {
		if step.Name.Value == stored.Name {
			return reads(step, stored.Source)
		}
	}
	return false
}

// reads reports whether a step reads the source that the run store knows by an id.
func reads(step jobs.Step, id string) bool {
	if step.Import == nil {
		return false
	}
	own, err := sourceID(step.Import.Source)
	return err == nil && own == id
}
