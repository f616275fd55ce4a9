package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/atomicfile"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/tabular/csvfile"
)

func newRejects(a *app) *cobra.Command {
	var output, step string
	var again, yes bool
	cmd := &cobra.Command{
		Use:   "rejects RUN [--import [FILE]]",
		Short: "Print the rejected rows of a run as CSV, with the reasons, or import them corrected",
		Long: `Print the rejected rows of a run as CSV: first _row, _code, _column, _error and _hint, then the source's own columns. Corrected, the
file is imported by the same job: attio-etl import JOB --source FILE, with --step NAME for a job of several steps.

With --import the corrected files that the run wrote its rejects to are imported by the run's job, those of all its steps by one new run; FILE is another one, of
one step`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := strings.Join(args[1:], "")
			switch {
			case again && output != "":
				return exit.With(exit.Usage, errors.New("--import and --output exclude each other"), "")
			case again:
				return refeedRejects(cmd.Context(), a, args[0], step, file, yes)
			case file != "":
				return exit.With(exit.Usage, fmt.Errorf("%s is a file to import: add --import", file), "to write to it: --output "+file)
			}
			return a.withRun(cmd.Context(), args[0], func(store *checkpoint.Store, run checkpoint.Run) error {
				return a.printRejects(cmd.Context(), store, run, step, output)
			})
		},
	}
	cmd.Flags().StringVar(&step, "step", "", "of the step `NAME`, for a run of several")
	cmd.Flags().BoolVar(&again, "import", false, "import the corrected rows by the job of the run")
	cmd.Flags().BoolVar(&yes, "yes", false, "with --import: do not ask before records are deleted, where the job deletes")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}

func (a *app) printRejects(ctx context.Context, store *checkpoint.Store, run checkpoint.Run, name, output string) error {
	step, err := stepOf(run, name)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		return copyRejects(ctx, w, store.Journal(step), step.Columns, func(checkpoint.Reject) {})
	}
	if output == "" {
		return write(a.stdout)
	}
	if err := replaceable(output, step.Source, run.JobPath); err != nil {
		return err
	}
	return publish(output, write)
}

// stepOf is the step of a run that a name means, or the only one.
func stepOf(run checkpoint.Run, name string) (checkpoint.Step, error) {
	steps := "steps: " + strings.Join(run.StepNames(), ", ")
	if name == "" && len(run.Steps) > 1 {
		return checkpoint.Step{}, exit.With(exit.Usage, fmt.Errorf("run %s has several steps, each with rejects of its own: add --step NAME", run.ID), steps)
	}
	if name == "" {
		return run.Steps[0], nil
	}
	step, ok := run.Step(name)
	if !ok {
		return checkpoint.Step{}, exit.With(exit.Usage, fmt.Errorf("run %s has no step %q", run.ID, name), steps)
	}
	return step, nil
}

// rejected is a step's rejected rows as the summary tells of them.
type rejected struct {
	file   string
	causes causes
}

// causes are why rows were rejected, or written without a value, in the order in which they first occur.
type causes []cause

// cause is one code among them.
type cause struct {
	Code  string `json:"code"`
	Rows  int64  `json:"rows"`
	First string `json:"first"` // the first finding, as text
}

// add counts a row under its first finding.
func (c *causes) add(findings diag.List) {
	first := findings[0]
	i := slices.IndexFunc(*c, func(c cause) bool { return c.Code == first.Code })
	if i < 0 {
		i = len(*c)
		*c = append(*c, cause{Code: first.Code, First: first.String()})
	}
	(*c)[i].Rows++
}

// writeRejects publishes a step's rejected rows as a file, when there are any.
func (e *execution) writeRejects(ctx context.Context, step checkpoint.Step, s importer.Summary) (rejected, error) {
	var told rejected
	if s.Rejected == 0 {
		return told, nil
	}
	path, err := e.rejectsPath(step.Name)
	if err != nil {
		return rejected{}, err
	}
	err = publish(path, func(w io.Writer) error {
		// What a stopped run rejected is worth having too.
		return copyRejects(context.WithoutCancel(ctx), w, e.store.Journal(step), step.Columns, func(row checkpoint.Reject) {
			told.causes.add(row.Findings)
		})
	})
	if err != nil {
		return rejected{}, fmt.Errorf("write the rejects: %w", err)
	}
	told.file = path
	return told, nil
}

// rejectsPath is where the rejects of a step go: absolute, as the run store keeps it for whoever looks from another directory.
func (e *execution) rejectsPath(step string) (string, error) {
	path := e.o.rejects
	if path == "" {
		name := e.stored.Job
		if step != "" {
			name += "-" + step
		}
		path = filepath.Join(e.global.state, "rejects", name+"-"+e.stored.ID+".csv")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("write the rejects: %w", err)
	}
	return path, nil
}

// checkRejectsPath refuses, before the run and not after hours, a rejects file in the place of something else, or one for several steps.
func (e *execution) checkRejectsPath() error {
	if e.o.rejects == "" {
		return nil
	}
	if len(e.p.steps) > 1 {
		return exit.With(exit.Usage, errors.New("--rejects is the file of one step, and the job has several"), "leave it out, or add --step NAME")
	}
	return replaceable(e.o.rejects, append(e.p.steps[0].source.Paths(), e.p.job.Path)...)
}

// replaceable reports an error unless nothing is at the path, or a regular file other than those that are needed.
func replaceable(path string, needed ...string) error {
	there, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return exit.With(exit.Usage, err, "")
	case !there.Mode().IsRegular():
		return exit.With(exit.Usage, fmt.Errorf("%s is no file", path), "name a file that may be written")
	}
	for _, other := range needed {
		if is, err := os.Stat(other); err == nil && os.SameFile(there, is) {
			return exit.With(exit.Usage, fmt.Errorf("%s is what the rows are read from", path), "name another file")
		}
	}
	return nil
}

// publish writes a file whole or not at all.
func publish(path string, write func(io.Writer) error) (err error) {
	file, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Abort()) }()
	if err := write(file); err != nil {
		return err
	}
	return file.Commit()
}

// copyRejects writes rejected rows as CSV, showing each to see.
func copyRejects(
	ctx context.Context, w io.Writer, journal *checkpoint.Journal, columns []string, see func(checkpoint.Reject),
) error {
	typed, err := anyTyped(ctx, journal)
	if err != nil {
		return err
	}
	layout := importer.NewRejectLayout(columns, typed)
	out, err := csvfile.NewWriter(w, layout.Columns())
	if err != nil {
		return err
	}
	for reject, err := range journal.Rejects(ctx) {
		if err != nil {
			return err
		}
		see(reject)
		if err := out.WriteRagged(layout.Row(reject)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// anyTyped reports whether one of the rejected rows has cells that are not text.
func anyTyped(ctx context.Context, journal *checkpoint.Journal) (bool, error) {
	for reject, err := range journal.Rejects(ctx) {
		if err != nil || reject.Kinds != "" {
			return true, err
		}
	}
	return false, nil
}
