package main

import (
	"context"
	"iter"

	"attio-etl/crm"
	"attio-etl/exporter"
	"attio-etl/tabular"
)

// reach tells the crash tests of a moment.
func (e *exportRun) reach(moment string) {
	if e.moment != nil {
		e.moment(moment)
	}
}

// lister, spooled and watched put the moments of the crash tests around what the export reads from and writes to.
func (e *exportRun) lister(l exporter.Lister) exporter.Lister {
	if e.moment == nil {
		return l
	}
	return watchedLister{l, e}
}

func (e *exportRun) spooled() exporter.Spool {
	if e.moment == nil {
		return e.spool
	}
	return watchedSpool{e.spool, e}
}

func (e *exportRun) watched(t table) table {
	if e.moment == nil {
		return t
	}
	return watchedTable{t, e}
}

type watchedLister struct {
	exporter.Lister
	run *exportRun
}

func (w watchedLister) Page(ctx context.Context, offset, limit int) ([]crm.Record, error) {
	w.run.reach("page")
	w.run.reach("interrupt")
	return w.Lister.Page(ctx, offset, limit)
}

type watchedSpool struct {
	spool exporter.Spool
	run   *exportRun
}

func (w watchedSpool) Append(frame []byte) error {
	w.run.reach("frame")
	err := w.spool.Append(frame)
	w.run.reach("frame-kept")
	return err
}

func (w watchedSpool) Frames() iter.Seq2[[]byte, error] { return w.spool.Frames() }

type watchedTable struct {
	table
	run *exportRun
}

func (w watchedTable) Write(cells []tabular.Cell) error {
	w.run.reach("row")
	return w.table.Write(cells)
}

func (w watchedTable) Commit() error {
	w.run.reach("commit")
	err := w.table.Commit()
	w.run.reach("committed")
	return err
}
