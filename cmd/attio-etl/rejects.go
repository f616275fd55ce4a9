package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/atomicfile"
	"attio-etl/tabular/csvfile"
)

func newRejects(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "rejects RUN",
		Short: "Print the rejected rows of a run as CSV, with the reasons",
		Long: `Print the rejected rows of a run as CSV: first _row, _code, _column, _error and _hint, then the source's own columns. Corrected, the
file is imported by the same job: attio-etl import JOB --source FILE`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRejects(cmd.Context(), a, args[0], output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}

func runRejects(ctx context.Context, a *app, id, output string) (err error) {
	store, err := a.openState(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Find(ctx, id)
	if err != nil {
		return a.stateError(err)
	}
	write := func(w io.Writer) error {
		return copyRejects(ctx, w, store.Journal(run), run.Columns, func(checkpoint.Reject) {})
	}
	if output == "" {
		return write(a.stdout)
	}
	return publish(output, write)
}

// rejected is a run's rejected rows as the summary tells of them.
type rejected struct {
	file   string
	causes []rejectCause // in the order in which they first occur
}

// rejectCause is one code among a run's rejects.
type rejectCause struct {
	Code  string `json:"code"`
	Rows  int64  `json:"rows"`
	First string `json:"first"` // the first finding, as text
}

// add counts a row under its first finding.
func (r *rejected) add(row checkpoint.Reject) {
	first := row.Findings[0]
	i := slices.IndexFunc(r.causes, func(c rejectCause) bool { return c.Code == first.Code })
	if i < 0 {
		i = len(r.causes)
		r.causes = append(r.causes, rejectCause{Code: first.Code, First: first.String()})
	}
	r.causes[i].Rows++
}

// writeRejects publishes the run's rejected rows as a file, when there are any.
func (a *app) writeRejects(
	ctx context.Context, store *checkpoint.Store, run checkpoint.Run, path string, s importer.Summary,
) (rejected, error) {
	var told rejected
	if s.Rejected == 0 {
		return told, nil
	}
	if path == "" {
		path = filepath.Join(a.global.state, "rejects", run.Job+"-"+run.ID+".csv")
	}
	err := publish(path, func(w io.Writer) error {
		// What a stopped run rejected is worth having too.
		return copyRejects(context.WithoutCancel(ctx), w, store.Journal(run), run.Columns, told.add)
	})
	if err != nil {
		return rejected{}, fmt.Errorf("write the rejects: %w", err)
	}
	told.file = path
	return told, nil
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
	layout := importer.NewRejectLayout(columns)
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
