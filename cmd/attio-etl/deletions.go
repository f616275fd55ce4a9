package main

import (
	"context"

	"attio-etl/importer"
	"attio-etl/jobs"
)

// agreeToDelete asks before a run begins that deletes, naming how many rows name something to delete.
func (e *execution) agreeToDelete(ctx context.Context, checked []*importer.Checked, goesOn bool) error {
	for i, s := range e.p.steps {
		rows := checked[i].Rows - checked[i].Rejected
		if s.Import.Target.Mode != jobs.ModeDelete || goesOn || rows == 0 {
			continue
		}
		what := "delete " + count(rows, "record") + " of " + s.Import.Target.Target().String()
		if s.Import.Target.List.Given() {
			what = "delete the entries of " + count(rows, "record") + " on " + s.Import.Target.Target().String()
		}
		if err := e.agreed(ctx, e.o.yes, what+" for good"); err != nil {
			return err
		}
	}
	return nil
}

// deletion deletes what a step is about, by its id.
func (p *prepared) deletion(s *preparedStep) func(ctx context.Context, id string) error {
	target := s.Import.Target.Target()
	return func(ctx context.Context, id string) error {
		if target.List != "" {
			return p.conn.client.DeleteEntry(ctx, target.List, id)
		}
		return p.conn.client.DeleteRecord(ctx, target.Object, id)
	}
}
