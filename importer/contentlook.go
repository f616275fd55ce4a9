package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/jobs"
)

// lookForContent reads what is there under the records of the rows, and gives each thing to one row that wants just that. Rows that an earlier
// session has ended keep theirs.
func (r *run) lookForContent(ctx context.Context) error {
	if err := r.Live.Clear(ctx); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	look := Look{}
	parents, err := r.enterContents(ctx, &look)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	r.contents.sort()
	if err := r.chooseContentLook(ctx, &look, len(parents)); err != nil {
		return fmt.Errorf("count the %s: %w", r.Target(), err)
	}
	if look.Rows > 0 {
		err = r.readContents(ctx, &look, parents)
	}
	if err == nil {
		err = r.settleContents(ctx, true)
	}
	if err != nil {
		return fmt.Errorf("read the %s that are there: %w", r.Target(), err)
	}
	r.looked = &look
	return nil
}

// enterContents goes through the rows: those that are written claim what they made, the others wait. It gives the records under which what
// they want would be.
func (r *run) enterContents(ctx context.Context, look *Look) (parents []crm.RecordReference, err error) {
	seen := map[digest]bool{}
	r.rows(ctx, false, func(v *verdict, entry checkpoint.Entry, done bool) bool {
		if entry.Record != "" {
			r.owners.claim(entry.Record, v.row.Ordinal)
		}
		if v.rejected() || r.checked.refs.awaits(v.item.Fields) {
			return true
		}
		if err = r.contents.group(v.row.Ordinal, v.fields); err != nil {
			return false
		}
		if done || entry.Record != "" {
			return true
		}
		r.contents.wait(v.row.Ordinal, v.fields, entry.Outcome == checkpoint.Sent && entry.Hash == v.item.Hash)
		look.Rows++
		parent := r.contents.parent(v.fields)
		if key := digestOf(parent.Object + "/" + parent.ID); !seen[key] && parent.ID != "" {
			seen[key] = true
			parents = append(parents, parent)
		}
		return true
	})
	return parents, err
}

// chooseContentLook chooses what takes fewer requests.
func (r *run) chooseContentLook(ctx context.Context, look *Look, parents int) error {
	batch := r.contents.batch()
	r.contents.parents = parents
	if r.Diff != jobs.DiffAuto && (r.Diff == jobs.DiffScan || batch > 0) {
		look.How, look.Why = r.Diff, "the job says so"
		return nil
	}
	if batch == 0 {
		look.How, look.Why = jobs.DiffScan, fmt.Sprintf("%s may have no record, and are read all", r.Target())
		return nil
	}
	requests := (parents + batch - 1) / batch
	look.How = jobs.DiffKeys
	if requests <= 1 {
		look.Why = "one request tells of all rows"
		return nil
	}
	most := requests * r.contents.page()
	more, err := r.contents.moreThan(ctx, most)
	look.Why = fmt.Sprintf("%d records take about %d requests, and reading all of %s takes more: there are over %d", parents, requests, r.Target(), most)
	if !more {
		look.How = jobs.DiffScan
		look.Why = fmt.Sprintf("%d records take about %d requests, and reading all of %s takes no more: there are at most %d", parents, requests, r.Target(), most)
	}
	return err
}

// scanTries is how often everything is read that can only be found so, when something is deleted meanwhile.
const scanTries = 3

// readContents reads what is there. What has been given to a row stays given when reading begins anew.
func (r *run) readContents(ctx context.Context, look *Look, parents []crm.RecordReference) error {
	var err error
	if look.How == jobs.DiffScan {
		for range scanTries {
			if err = r.takeContents(ctx, look, r.contents.all(ctx)); !errors.Is(err, crm.ErrMoved) {
				return err
			}
		}
		if r.contents.batch() == 0 {
			return err
		}
		look.How, look.Why = jobs.DiffKeys, "some were deleted while all of them were read, so that others may have been passed over"
	}
	for batch := range slices.Chunk(parents, r.contents.batch()) {
		for range scanTries {
			if err = r.takeContents(ctx, look, r.contents.under(ctx, batch)); !errors.Is(err, crm.ErrMoved) {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeContents gives what is there to the rows that wait for it.
func (r *run) takeContents(ctx context.Context, look *Look, pages iter.Seq2[[]crm.Record, error]) error {
	for records, err := range pages {
		if err != nil {
			return err
		}
		for _, record := range records {
			look.Records++
			if i := slices.IndexFunc(record.Unread, func(slug string) bool { return slices.Contains(r.Plan.Attributes(), slug) }); i >= 0 {
				return fmt.Errorf("%s holds values of %s that this version cannot read, so that it cannot be told which rows are there", record.ID, record.Unread[i])
			}
			if key := digestOf(record.ID); !r.contents.seen[key] && !r.owners.owned(record.ID) {
				r.contents.seen[key] = true
				r.contents.offer(record)
			}
		}
		if err := r.settleContents(ctx, false); err != nil {
			return err
		}
	}
	return nil
}

// settleContents keeps what rows have been given, as theirs alone.
func (r *run) settleContents(ctx context.Context, all bool) error {
	found := r.contents.settled(all)
	for _, live := range found {
		r.owners.claim(live.Record, live.Ordinal)
	}
	if err := r.Live.Put(ctx, found); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	return nil
}
