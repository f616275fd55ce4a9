package importer

import (
	"context"
	"fmt"
	"slices"

	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// Step is one import of a job, and which others have to be written before.
type Step struct {
	Name  string // empty where the job has no named steps
	Needs []int  // the steps that it needs itself, all of them before it
	*Import
}

// Steps are the imports of a job, in the order in which they run. All rows of all steps are checked before the first of them is written,
// and what had to wait for other rows is set once all steps are written.
type Steps []Step

// Result is what became of one step.
type Result struct {
	Summary Summary // valid whatever the error
	Look    *Look   // how live values were read that rows were compared with; nil where the step did not come to that
	// Err is nil when every row has an outcome; ErrInterrupted, ErrSourceChanged, a *HeldError, a *StoppedError or an error of the source
	// otherwise, and then the run can be resumed.
	Err error
}

// HeldError says that rows of a step stay open because a step was stopped that they need.
type HeldError struct {
	Step string // the one that was stopped
}

func (e *HeldError) Error() string { return fmt.Sprintf("step %s is not written to its end", e.Step) }

// needed is all steps that a step needs, by way of others too, in order.
func (s Steps) needed(step int) []int {
	all := map[int]bool{}
	for at := step; at >= 0; at-- {
		if at == step || all[at] {
			for _, n := range s[at].Needs {
				all[n] = true
			}
		}
	}
	var list []int
	for i := range step {
		if all[i] {
			list = append(list, i)
		}
	}
	return list
}

// Check is pass 1 of all steps: it reads, converts and checks every row without writing anything. A reference to a record that a step
// will write which this one needs is no reference to nothing. report, if not nil, is given the findings of each rejected row.
//
// The error is one of a source as a whole, of the look-up of references, or a *StoppedError where more rows are rejected than the job
// allows; with the last the results are whole.
func (s Steps) Check(ctx context.Context, report func(step int, findings diag.List)) ([]*Checked, error) {
	checked := make([]*Checked, 0, len(s))
	var over error
	for i, step := range s {
		var earlier []supply
		needed := s.needed(i)
		for n, e := range s[:i] {
			earlier = append(earlier, supply{
				step: e.Name, needed: slices.Contains(needed, n), object: e.Target().Object, match: e.Match, rows: checked[n],
			})
		}
		c, err := step.check(ctx, earlier, func(found diag.List) {
			if report != nil {
				report(i, found)
			}
		})
		if err != nil {
			return nil, s.named(i, err)
		}
		checked = append(checked, c)
		if err := overLimit(step.Limit, c.Rejected, c.Rows); err != nil && over == nil {
			over = s.named(i, err)
		}
	}
	return checked, over
}

// named says which step an error is about, where there are several.
func (s Steps) named(step int, err error) error {
	if s[step].Name == "" {
		return err
	}
	return fmt.Errorf("step %s: %w", s[step].Name, err)
}

// Write writes the rows that Check has been through, step by step, and then sets the references that had to wait. A step that is stopped
// holds up those that need it and no others. intake ends the reading of rows: requests in flight are finished and journaled, rows not
// begun stay open. work ends everything at once; it should outlive intake. begin, if not nil, is told which step is worked on next.
func (s Steps) Write(intake, work context.Context, checked []*Checked, begin func(step int)) []Result {
	runs, intakes := make([]*run, len(s)), make([]context.Context, len(s))
	for i, step := range s {
		runs[i], intakes[i] = newRun(intake, step.Import, checked[i])
		defer runs[i].stop(nil)
		if s.feeds(i) {
			runs[i].fed = fed(checked)
		}
	}
	turn := -1
	next := func(step int) {
		if begin != nil && turn != step {
			turn = step
			begin(step)
		}
	}
	for i, r := range runs {
		if held := s.open(runs, s.needed(i)); held != nil {
			r.stop(held)
			continue
		}
		next(i)
		for _, o := range runs[i+1:] {
			if o.Target() == r.Target() && r.contents == nil && o.contents == nil {
				r.later = append(r.later, o)
			}
		}
		r.write(intakes[i], work)
	}
	held := make([]error, len(s))
	for i := range s {
		held[i] = s.open(runs, s.suppliers(i))
	}
	for i, r := range runs {
		switch {
		case intakes[i].Err() != nil || !r.waits():
		case held[i] != nil:
			r.stop(held[i])
		default:
			next(i)
			r.writeDeferred(intakes[i], work)
		}
	}
	results := make([]Result, len(s))
	for i, r := range runs {
		results[i].Summary, results[i].Err = r.finish(work)
		results[i].Look = r.looked
	}
	return results
}

// fed is the references of all steps that have any.
func fed(checked []*Checked) (all []*references) {
	for _, c := range checked {
		if len(c.refs.policies) > 0 {
			all = append(all, c.refs)
		}
	}
	return all
}

// open is the first of some steps of which not every row is written, as the reason to hold others up; nil where there is none.
func (s Steps) open(runs []*run, steps []int) error {
	for _, i := range steps {
		if !runs[i].written() {
			return &HeldError{Step: s[i].Name}
		}
	}
	return nil
}

// suppliers is the steps that write what a step's deferred references may point to, itself among them.
func (s Steps) suppliers(step int) []int {
	var list []int
	for i := range s {
		if i == step || slices.ContainsFunc(s[step].Plan.References(), func(r mapping.Reference) bool {
			return r.Missing == jobs.MissingDefer && r.Object == s[i].Target().Object
		}) {
			list = append(list, i)
		}
	}
	return list
}
