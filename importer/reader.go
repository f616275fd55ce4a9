package importer

import (
	"context"

	"attio-etl/checkpoint"
	"attio-etl/mapping"
)

// task is one row on its way to a worker. It keeps nothing of the source's buffers.
type task struct {
	item   mapping.Item
	group  int64              // of rows that share a key, 0 for none
	reject *checkpoint.Reject // the row as it would be rejected, findings left out
}

// read is the one goroutine that reads rows: it skips those the journal has, journals those that were rejected by the checks, and
// hands the others to workers. It ends with the source, or when the intake does.
func (r *run) read(intake context.Context, workers *workers) {
	done := doneCursor{journal: r.Journal}
	again := map[int64]bool{} // groups of which a row runs in this session
	for row, err := range r.Source.Rows(intake) {
		v, err := r.judge(row, err)
		if err != nil {
			r.stop(err)
			return
		}
		r.judgeShared(&v, r.keys)
		entry, ok, err := done.find(intake, v.row.Ordinal)
		if err != nil {
			r.stop(&StoppedError{Reason: JournalFailed, Err: err})
			return
		}
		// When one row of a key runs again, every later row of that key does, or the older value would win (I3).
		if ok && entry.Hash == v.hash() && !again[v.group] {
			r.countResumed(entry.Outcome)
			continue
		}
		if v.rejected() {
			ok = send(intake, r.ended, checkpoint.Entry{
				Ordinal: v.row.Ordinal, Hash: v.hash(), Outcome: checkpoint.Rejected, Reject: v.reject(v.findings),
			})
		} else {
			if v.group != 0 {
				again[v.group] = true
			}
			ok = workers.hand(intake, task{item: v.item, group: v.group, reject: v.reject(nil)})
		}
		if !ok {
			return
		}
	}
}

// send sends unless the context ends first. It prefers the end: when both are possible the value is not sent.
func send[T any](ctx context.Context, to chan<- T, value T) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case to <- value:
		return true
	case <-ctx.Done():
		return false
	}
}

// doneCursor walks the journal beside the source: both are in ordinal order, so it needs one page at a time.
type doneCursor struct {
	journal Journal
	page    []checkpoint.Entry
	last    int64 // ordinal that the next page begins after
	end     bool
}

// donePage is how many journal entries are read at a time.
const donePage = 1000

// find looks a row up; ordinals must rise from call to call.
func (c *doneCursor) find(ctx context.Context, ordinal int64) (checkpoint.Entry, bool, error) {
	for {
		for len(c.page) > 0 && c.page[0].Ordinal < ordinal {
			c.page = c.page[1:]
		}
		if len(c.page) > 0 {
			return c.page[0], c.page[0].Ordinal == ordinal, nil
		}
		if c.end {
			return checkpoint.Entry{}, false, nil
		}
		// Entries that this session adds lie behind the cursor or are skipped over: they are for rows already read.
		page, err := c.journal.After(ctx, max(c.last, ordinal-1), donePage)
		if err != nil {
			return checkpoint.Entry{}, false, err
		}
		c.page = page
		c.end = len(page) < donePage
		if len(page) > 0 {
			c.last = page[len(page)-1].Ordinal
		}
	}
}
