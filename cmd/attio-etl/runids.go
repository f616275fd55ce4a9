package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"

	"github.com/gocarina/gocsv"
	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/internal/exit"
)

func newRunsIDs(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "ids RUN",
		Short: "Print which record each row of a run became, as CSV",
		Long: `Print the id map of a run as CSV: object, attribute, value, record_id, file and row, a line for each value of a row's key that its record was
seen to have, and for each record that was created for rows to refer to, which has no row. It tells what the run wrote; what has become of the records since, only the workspace knows.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withRun(cmd.Context(), args[0], func(store *checkpoint.Store, run checkpoint.Run) error {
				return a.printIDs(cmd.Context(), store, run, output)
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}

func (a *app) printIDs(ctx context.Context, store *checkpoint.Store, run checkpoint.Run, output string) error {
	write := func(w io.Writer) error { return writeIDs(ctx, w, store, run) }
	if output == "" {
		return write(a.stdout)
	}
	if err := replaceable(output, neededBy(run)...); err != nil {
		return err
	}
	if err := publish(output, write); err != nil {
		return exit.With(exit.Conflict, err, "another file: -o FILE")
	}
	return nil
}

// idRecord is a line of an id map.
type idRecord struct {
	Object    string `csv:"object"`
	Attribute string `csv:"attribute"`
	Value     string `csv:"value"`
	Record    string `csv:"record_id"`
	File      string `csv:"file"`
	Row       string `csv:"row"` // empty for a record that is no row's
}

// idsBatch is how many lines are written at a time: a run may have a million.
const idsBatch = 1000

func writeIDs(ctx context.Context, w io.Writer, store *checkpoint.Store, run checkpoint.Run) error {
	out := csv.NewWriter(w)
	batch := make([]idRecord, 0, idsBatch)
	if err := gocsv.MarshalCSV(batch, out); err != nil { // the header
		return fmt.Errorf("write the ids: %w", err)
	}
	for _, step := range run.Steps {
		for id, err := range store.Journal(step).IDs(ctx) {
			if err != nil {
				return err
			}
			line := idRecord{Object: id.Object, Attribute: id.Attribute, Value: id.Value, Record: id.Record, File: step.Source}
			if id.Ordinal > 0 {
				line.Row = fmt.Sprint(id.Ordinal)
			}
			if batch = append(batch, line); len(batch) < idsBatch {
				continue
			}
			if err := gocsv.MarshalCSVWithoutHeaders(batch, out); err != nil {
				return fmt.Errorf("write the ids: %w", err)
			}
			batch = batch[:0]
		}
	}
	if err := gocsv.MarshalCSVWithoutHeaders(batch, out); err != nil {
		return fmt.Errorf("write the ids: %w", err)
	}
	return nil
}
