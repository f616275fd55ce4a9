package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/profile"
)

func newPeek(a *app) *cobra.Command {
	var o peekOptions
	cmd := &cobra.Command{
		Use:   "peek FILE...",
		Short: "Show what is in a file: how it is written, its columns, its first rows, and what is wrong with it",
		Long: `Show what is in a file, or in several that are read as one: how it is written and why it is taken so, its columns with the kinds of cells that
occur, the first rows, and what is wrong with which rows. The file is read to its end. FILE is a path, a pattern, a URL, or - for standard input.
Nothing is written, and no workspace is asked. The options are those of import.source in a job file.

Exit code 2: the file cannot be read to its end. 3: it can, and some rows would be rejected whatever the job says of their columns.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPeek(cmd.Context(), a, args, o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func runPeek(ctx context.Context, a *app, args []string, o peekOptions) (err error) {
	a.view.ResultsAreFindings()
	layout, err := o.layout()
	if err != nil {
		return err
	}
	locations := make([]storage.Location, len(args))
	for i, text := range args {
		if locations[i], err = storage.ParseLocation(text); err != nil {
			return exit.With(exit.Usage, fmt.Errorf("%q: %w", text, err), "name a file, a URL, or - for standard input")
		}
	}
	source, findings, err := a.openFiles(ctx, locations, layout)
	if err != nil {
		return err
	}
	if source == nil {
		a.view.Findings(findings)
		return exit.With(exit.Usage, errUnread, "")
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return a.peek(ctx, source, o.rows)
}

var errUnread = errors.New("the file cannot be read to its end")

// peek reads a source to its end and shows what it found, also when it does not get there.
func (a *app) peek(ctx context.Context, source *dataset.Source, rows int) error {
	table, failed := a.survey(ctx, source, rows)
	if errors.Is(failed, importer.ErrInterrupted) {
		return exit.With(exit.Interrupted, failed, "")
	}
	a.view.Peeked(source.Files(), table, failed == nil)
	switch {
	case failed != nil:
		a.view.Findings(diag.List{fileFinding(failed)})
		return exit.With(exit.Usage, errUnread, "")
	case table.Rejected > 0:
		return exit.Silent(exit.Rejects)
	}
	return nil
}

// survey profiles the rows. The error is why the end was not reached.
func (a *app) survey(ctx context.Context, source *dataset.Source, rows int) (*profile.Table, error) {
	intake, cancel := a.intake(ctx)
	defer cancel()
	table := profile.New(source.Name(), source.Schema().Columns, rows)
	for row, err := range source.Rows(intake) {
		switch {
		case intake.Err() != nil:
			return table, importer.ErrInterrupted
		case err == nil:
			table.Add(row)
		case !table.Reject(err):
			return table, err
		}
	}
	return table, nil
}
