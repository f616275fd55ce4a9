package importer

import "attio-etl/checkpoint"

// Summary says what became of the rows of a run. It is valid whatever the error it comes with, and it always adds up (I1):
// Read = Created + Updated + Upserted + Unchanged + Deleted + Rejected + NotReached.
//
// The counts are those of the whole run. Resumed is not one more outcome: it tells how many of the rows counted above were done
// by an earlier session of the run.
type Summary struct {
	Read       int64 `json:"read"`
	Created    int64 `json:"created"`
	Updated    int64 `json:"updated"`
	Upserted   int64 `json:"upserted"`
	Unchanged  int64 `json:"unchanged"`
	Deleted    int64 `json:"deleted"`
	Rejected   int64 `json:"rejected"`
	Resumed    int64 `json:"resumed"`
	NotReached int64 `json:"not_reached"`
}

// Ended is how many rows have an outcome.
func (s Summary) Ended() int64 {
	return s.Created + s.Updated + s.Upserted + s.Unchanged + s.Deleted + s.Rejected
}

// SummaryOf is the summary of a journal: of the rows that have ended, as what came before them and after them is not in it.
func SummaryOf(journal map[checkpoint.Outcome]int64) Summary {
	var s Summary
	for o, rows := range journal {
		s.countRows(o, rows)
	}
	s.Read = s.Ended()
	return s
}

// count adds one row's outcome.
func (s *Summary) count(o checkpoint.Outcome) { s.countRows(o, 1) }

func (s *Summary) countRows(o checkpoint.Outcome, rows int64) {
	switch o {
	case checkpoint.Created:
		s.Created += rows
	case checkpoint.Updated:
		s.Updated += rows
	case checkpoint.Upserted:
		s.Upserted += rows
	case checkpoint.Unchanged:
		s.Unchanged += rows
	case checkpoint.Deleted:
		s.Deleted += rows
	case checkpoint.Rejected:
		s.Rejected += rows
	case checkpoint.Deferred, checkpoint.NoRow, checkpoint.Sent: // no end yet, and nothing to end
	}
}

// Add is what became of the rows of both.
func (s Summary) Add(o Summary) Summary {
	return Summary{
		Read: s.Read + o.Read, Created: s.Created + o.Created, Updated: s.Updated + o.Updated, Upserted: s.Upserted + o.Upserted,
		Unchanged: s.Unchanged + o.Unchanged, Deleted: s.Deleted + o.Deleted, Rejected: s.Rejected + o.Rejected,
		Resumed: s.Resumed + o.Resumed, NotReached: s.NotReached + o.NotReached,
	}
}
