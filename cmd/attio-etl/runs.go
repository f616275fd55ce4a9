package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
	"attio-etl/internal/report"
)

func newRuns(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List the runs of the state directory, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			store, err := a.openState(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			runs, err := store.Runs(cmd.Context())
			if err != nil {
				return exit.With(exit.Conflict, err, "")
			}
			a.view.Runs(runs)
			return nil
		},
	}
	cmd.AddCommand(newRunsShow(a), newRunsIDs(a))
	return cmd
}

func newRunsShow(a *app) *cobra.Command {
	var page string
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show one run",
		Long: `Show one run: what became of its rows, its sessions and their requests. With --html it is written as a page of its own: charts of outcomes and
of requests over time, rejected rows by cause, versions. The page loads nothing and sends nothing; it holds data of the rows, and is readable by you alone.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withRun(cmd.Context(), args[0], func(store *checkpoint.Store, run checkpoint.Run) error {
				return a.showRun(cmd.Context(), store, run, page)
			})
		},
	}
	cmd.Flags().StringVar(&page, "html", "", "write the run as a page to `FILE`")
	return cmd
}

func (a *app) showRun(ctx context.Context, store *checkpoint.Store, run checkpoint.Run, page string) error {
	told, err := reportOf(ctx, store, run)
	if err != nil {
		return exit.With(exit.Conflict, err, "")
	}
	if page == "" {
		a.view.ShowRun(run, told)
		return nil
	}
	if err := replaceable(page, neededBy(run)...); err != nil {
		return err
	}
	if err := publish(page, func(w io.Writer) error { return report.Write(w, told) }); err != nil {
		return exit.With(exit.Conflict, err, "another file: --html FILE")
	}
	a.view.Note("the page is in " + page)
	return nil
}

// neededBy is the files of a run, in the place of which nothing is written.
func neededBy(run checkpoint.Run) []string {
	needed := []string{run.JobPath}
	for _, s := range run.Steps {
		needed = append(needed, s.Source)
	}
	return needed
}

// withRun opens the state directory, which must exist, and hands the run to f.
func (a *app) withRun(ctx context.Context, id string, f func(*checkpoint.Store, checkpoint.Run) error) (err error) {
	store, err := a.openState(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Find(ctx, id)
	if err != nil {
		return a.stateError(err)
	}
	return f(store, run)
}

// openState opens a state directory that exists already: commands that only look must not make one.
func (a *app) openState(ctx context.Context) (*checkpoint.Store, error) {
	if _, err := os.Stat(filepath.Join(a.global.state, "state.db")); err != nil {
		return nil, exit.With(exit.Conflict, fmt.Errorf("no runs in %s", a.global.state), "name the directory with --state DIR")
	}
	store, err := checkpoint.Open(ctx, a.global.state)
	if err != nil {
		return nil, exit.With(exit.Conflict, err, "")
	}
	return store, nil
}
