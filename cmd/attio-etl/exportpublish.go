package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"attio-etl/checkpoint"
	"attio-etl/exporter"
	"attio-etl/internal/atomicfile"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/storage"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/tabular/dataset"
)

// table is a file that is being written.
type table interface {
	Write(cells []tabular.Cell) error
	Commit() error
	Abort() error
}

// publish checks what was read and puts it under its final name, each part of it such that a crash after it is made good by the next
// session: the file, its manifest, the snapshot, and last, in conclude, that the run is complete. A session that comes back writes the
// same file again from the spool.
func (e *exportRun) publish(ctx context.Context) error {
	l, err := e.location()
	if err != nil {
		return err
	}
	e.record.File = l.String()
	spec := e.p.job.Export
	if spec.Incremental.Mode == jobs.IncrementalSnapshot {
		published, err := e.publishChanges(ctx, l)
		if err != nil || published {
			return err
		}
	} else {
		if err := e.guard(ctx); err != nil {
			return err
		}
		if err := e.writeTable(ctx, l, spec.To.Format); err != nil {
			return err
		}
	}
	if err := e.writeManifest(ctx, l); err != nil {
		return err
	}
	if err := e.writeJob(l); err != nil {
		return err
	}
	return e.retain()
}

// create starts a file.
func (e *exportRun) create(ctx context.Context, l storage.Location, format tabular.Format, columns []tabular.Column) (table, error) {
	if path := l.Path(); path != "" {
		for _, leftover := range []string{path, path + manifestEnding} {
			if err := atomicfile.Sweep(leftover); err != nil {
				return nil, err
			}
		}
	}
	w, err := dataset.Create(ctx, e.files, l, written(e.p.job.Export.To, format), columns)
	if err != nil {
		return nil, err
	}
	return e.watched(w), nil
}

// writeTable writes everything that was read.
func (e *exportRun) writeTable(ctx context.Context, l storage.Location, format tabular.Format) (err error) {
	w, err := e.create(ctx, l, format, e.p.flat.Columns())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	if err := e.engine.Rows(ctx, func(row exporter.Row) error { return w.Write(row.Cells) }); err != nil {
		return fmt.Errorf("write %s: %w", l, err)
	}
	return w.Commit()
}

// changeColumn is the name of the column that says what has become of a row.
const changeColumn = "_change"

// publishChanges writes what has changed since the last export, and everything where the job wants that too. published says that an earlier
// session had come so far that its snapshot counts: writing the changes again would find none.
func (e *exportRun) publishChanges(ctx context.Context, l storage.Location) (published bool, err error) {
	known := &exporter.Known{}
	head, there, err := e.store.Snapshot(e.stored.Job, e.stored.Workspace, func(s checkpoint.SnapshotEntry) { known.Add(s.ID, s.Hash) })
	if err != nil {
		return false, exit.With(exit.Conflict, err, "put the state directory back from a backup, or remove the file under snapshots in it to get everything as added")
	}
	if there && head.Run == e.stored.ID {
		return true, e.retain()
	}
	if err := e.guard(ctx); err != nil {
		return false, err
	}
	if there && head.Columns != e.columnsDigest() {
		e.view.Note("the columns have changed since the last snapshot: every row counts as changed")
	}
	if e.p.job.Export.Incremental.Full.Given() {
		if err := e.publishFull(ctx); err != nil {
			return false, err
		}
	}
	snapshot, err := e.store.NewSnapshot(e.stored.Job, e.stored.Workspace, checkpoint.SnapshotHead{
		Run: e.stored.ID, Columns: e.columnsDigest(), Entries: e.record.Rows,
	})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, snapshot.Abort()) }()
	changes, err := e.writeChanges(ctx, l, known, snapshot)
	if err != nil {
		return false, err
	}
	e.record.Changes = &changes
	if err := e.writeManifest(ctx, l); err != nil {
		return false, err
	}
	e.reach("before-snapshot")
	if err := snapshot.Commit(); err != nil {
		return false, err
	}
	e.reach("after-snapshot")
	return true, e.retain()
}

// columnsDigest tells snapshots apart whose hashes cannot be compared.
func (e *exportRun) columnsDigest() string { return fmt.Sprint(e.p.flat.Stated()) }

// publishFull writes the file with everything beside that of changes.
func (e *exportRun) publishFull(ctx context.Context) error {
	full, err := e.p.job.PathAt(e.p.job.Export.Incremental.Full.Value, e.stamp())
	if err != nil {
		return err
	}
	e.record.Full = full.String()
	return e.writeTable(ctx, full, e.p.job.Export.FullFormat())
}

// writeChanges writes the rows that are not as they were, and all into the snapshot.
func (e *exportRun) writeChanges(
	ctx context.Context, l storage.Location, known *exporter.Known, snapshot *checkpoint.SnapshotWriter,
) (changes exporter.Changes, err error) {
	columns := append([]tabular.Column{{Name: changeColumn}}, e.p.flat.Columns()...)
	w, err := e.create(ctx, l, e.p.job.Export.To.Format, columns)
	if err != nil {
		return changes, err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	id := 1 + e.p.flat.IDColumn()
	cells := make([]tabular.Cell, len(columns))
	changes, err = e.engine.Compare(ctx, known, exporter.Taker{
		Row: func(row exporter.Row, h exporter.Hash) error {
			return snapshot.Add(checkpoint.SnapshotEntry{ID: row.ID, Hash: h})
		},
		Change: func(change string, row exporter.Row) error {
			clear(cells)
			cells[0] = tabular.StringCell(change)
			if change == exporter.Deleted {
				cells[id] = tabular.StringCell(row.ID)
			} else {
				copy(cells[1:], row.Cells)
			}
			return w.Write(cells)
		},
	})
	if err != nil {
		return changes, fmt.Errorf("write %s: %w", l, err)
	}
	return changes, w.Commit()
}

// writeJob writes the job that imports the file again.
func (e *exportRun) writeJob(l storage.Location) error {
	if e.o.jobOut == "" {
		return nil
	}
	path, err := absolute(l)
	if err != nil {
		return err
	}
	text, finding := e.p.flat.ReadBack(e.p.job, path)
	if finding != nil {
		return diag.List{*finding}
	}
	file, err := atomicfile.Create(e.o.jobOut)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(text); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", e.o.jobOut, err), file.Abort())
	}
	e.record.JobOut = e.o.jobOut
	return file.Commit()
}

// checkJobOut finds out whether a job can be written before anything is read.
func (e *exportRun) checkJobOut() error {
	if e.o.jobOut == "" {
		return nil
	}
	if e.p.job.Export.Incremental.Mode == jobs.IncrementalSnapshot {
		return exit.With(exit.Usage, errors.New("--job-out: a file of changes cannot be imported, as it has rows of records that are gone"), "set incremental: off")
	}
	if _, finding := e.p.flat.ReadBack(e.p.job, "file"); finding != nil {
		return exit.With(exit.Usage, fmt.Errorf("--job-out: %w", *finding), "nothing was exported")
	}
	if info, err := os.Stat(e.o.jobOut); err == nil && info.IsDir() {
		return exit.With(exit.Usage, fmt.Errorf("--job-out: %s is a directory", e.o.jobOut), "name a file")
	}
	return nil
}
