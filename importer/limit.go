package importer

import (
	"fmt"

	"attio-etl/jobs"
)

// overLimit is the error of an import of which more rows are rejected than the job allows; nil where they are not.
func overLimit(limit jobs.OnReject, rejected, rows int64) error {
	over := limit.Limit.Given()
	if limit.Share {
		over = over && float64(rejected)*100 > limit.Percent*float64(rows)
	} else {
		over = over && rejected > limit.Rows
	}
	if !over {
		return nil
	}
	return &StoppedError{Reason: RejectLimit, Err: fmt.Errorf("%d of %d rows are rejected, more than on_reject.limit %s allows", rejected, rows, limit.Limit)}
}
