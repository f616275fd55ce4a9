package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
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
	show := &cobra.Command{
		Use:   "show RUN",
		Short: "Show one run",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := a.findRun(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			a.view.ShowRun(run)
			return nil
		},
	}
	cmd.AddCommand(show)
	return cmd
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
