package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
)

// schemaOfVerified came with version 4: what the last look at the records of a run has found.
const schemaOfVerified = `
create table verified (
	run     integer primary key references runs (number),
	summary text not null
);
`

// Verify records what a look at the records of a run has found, in the place of an earlier one.
func (s *Store) Verify(ctx context.Context, r Run, summary json.RawMessage) error {
	return s.update(ctx, r, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "insert into verified (run, summary) values (?, ?) on conflict (run) do update set summary = excluded.summary",
			r.number, string(summary))
		return err
	})
}
