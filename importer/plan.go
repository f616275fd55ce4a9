package importer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// Planned is what would become of one row.
type Planned struct {
	Ordinal, Line int64
	Key           crm.Key
	Outcome       checkpoint.Outcome // Created, Updated, Unchanged, Rejected; Upserted where an earlier row or step writes the record before
	Record        string             // id; empty where there is none yet
	Changes       []Change           // in the order of the job's map
	Findings      diag.List          // why it would be rejected
}

// Change is what would become of one attribute.
type Change struct {
	Attribute string
	Old       []crm.Value // none for an attribute that holds nothing, or is not known
	New       []crm.Value // all that it would hold; a reference to a record that is not there yet has its key and no id
	Unread    bool        // Old holds values that this program cannot read
}

// PlanResult is what would become of one step.
type PlanResult struct {
	Summary       Summary
	Look          Look
	Reads, Writes int64 // requests that the step would take, those that repeat a failed one not counted
}

// Plan tells what Write would do, as the workspace is now, without doing any of it: show is given every row in the order of the file. Where
// an earlier step would write a record first, the row is not compared with what the workspace holds now. keep leaves what was read for
// the first step to a Write after it, which then does what was planned; later steps read it again, as the first may change what they meet. It is not
// for a run that has begun.
func (s Steps) Plan(ctx context.Context, checked []*Checked, keep bool, show func(step int, row Planned)) ([]PlanResult, error) {
	results := make([]PlanResult, len(s))
	for i, step := range s {
		im := *step.Import
		im.Journal = noJournal{}
		r, intake := newRun(ctx, &im, checked[i])
		defer r.stop(nil)
		p := planner{run: r, show: func(row Planned) { show(i, row) }}
		for n, e := range s[:i] {
			if e.Target() == step.Target() && e.Match == step.Match {
				p.earlier = append(p.earlier, checked[n])
			}
		}
		if err := p.plan(intake); err != nil {
			return nil, s.named(i, err)
		}
		if keep && i == 0 && p.diffs() && p.contents == nil { // what a later step meets, earlier ones may have changed
			checked[i].looked = &lookedAt{Look: *p.looked, blind: p.blind}
		} else if err := p.forget(ctx); err != nil {
			return nil, s.named(i, err)
		}
		results[i] = p.result
	}
	return results, nil
}

// planner goes through the rows of one step.
type planner struct {
	*run
	earlier []*Checked // steps that write records of the same object before
	show    func(Planned)
	result  PlanResult
}

func (p *planner) plan(ctx context.Context) error {
	if err := p.look(ctx); err != nil {
		return err
	}
	p.result.Look = *p.looked
	if p.diffs() {
		p.lives = p.newLives()
	}
	p.result.Reads = p.lookRequests()
	p.result.Writes = int64(len(p.checked.choices.list)) + p.checked.refs.toCreate()
	p.result.Summary.Read = p.checked.Rows
	held := behind{}
	p.rows(ctx, false, func(v *verdict, _ checkpoint.Entry, _ bool) bool {
		held.hold(p.Import, v)
		row, err := p.row(ctx, v)
		if err != nil {
			p.stop(err)
			return false
		}
		if row.Outcome == checkpoint.Rejected {
			held.rejected(v)
		}
		p.result.Summary.count(row.Outcome)
		p.show(row)
		return true
	})
	return cmp.Or(p.cause(), ctx.Err())
}

// forget clears what was read.
func (p *planner) forget(ctx context.Context) error {
	if !p.diffs() {
		return nil
	}
	return p.Live.Clear(context.WithoutCancel(ctx))
}

// lookRequests is how many requests it takes to look at the workspace.
func (p *planner) lookRequests() int64 {
	batches := func(n, size int64) int64 { return (n + size - 1) / size }
	if p.contents != nil && p.looked.How == jobs.DiffScan {
		return batches(p.looked.Records, int64(p.contents.page())) + 1
	}
	if p.contents != nil {
		return batches(int64(p.contents.parents), int64(p.contents.batch()))
	}
	switch p.looked.How {
	case jobs.DiffScan:
		return batches(p.looked.Records, lookupLimit-1) + 1
	case jobs.DiffKeys:
		return batches(p.looked.Rows, lookupBatch)
	default:
		return 0
	}
}

// row is what would become of one row.
func (p *planner) row(ctx context.Context, v *verdict) (Planned, error) {
	row := Planned{Ordinal: v.row.Ordinal, Line: v.row.Line, Key: shownKey(v.item.Key), Outcome: checkpoint.Rejected, Findings: v.findings}
	if v.rejected() {
		return row, nil
	}
	if p.contents != nil {
		return p.contentRow(ctx, v, row)
	}
	record, found, unfit, err := p.meets(ctx, v)
	if err != nil {
		return row, err
	}
	fields := p.checked.choices.settle(p.checked.refs.foreseen(v.item.Fields))
	d, unreadable := p.difference(record, fields)
	if unfit = cmp.Or(unfit, p.unfit(v, record.ID), unreadable); unfit != nil {
		row.Findings = p.placed(v, unfit)
		return row, nil
	}
	row.Record = record.ID
	for _, f := range fields {
		row.Changes = append(row.Changes, changesOf(record, f.Attribute, d)...)
	}
	_, amended := split(fields)
	switch writes := int64(min(1, len(d.patch)) + min(1, len(d.put))); {
	case p.deletes():
		row.Outcome, row.Changes = checkpoint.Deleted, nil
		p.result.Writes++
		p.result.Reads++
	case v.group != 0 || !p.diffs() || p.preceded(v):
		row.Outcome = checkpoint.Upserted
		p.result.Writes += 1 + int64(min(1, len(amended)))
		if v.group != 0 && p.diffs() {
			p.result.Reads++
		}
	case !found:
		row.Outcome = checkpoint.Created
		p.result.Writes += 1 + int64(min(1, len(amended)))
	case writes == 0:
		row.Outcome = checkpoint.Unchanged
	default:
		row.Outcome = checkpoint.Updated
		p.result.Writes += writes
	}
	if len(v.deferred) > 0 {
		p.result.Reads++
		p.result.Writes++
	}
	return row, nil
}

// contentRow is what would become of a row without a key.
func (p *planner) contentRow(ctx context.Context, v *verdict, row Planned) (Planned, error) {
	live, found, err := p.lives.find(ctx, v.row.Ordinal)
	if err != nil {
		return row, err
	}
	if row.Findings = nil; found {
		row.Outcome, row.Record = checkpoint.Unchanged, live.Record
		return row, nil
	}
	row.Outcome = checkpoint.Created
	for _, f := range whole(p.checked.choices.settle(p.checked.refs.foreseen(v.item.Fields))) {
		row.Changes = append(row.Changes, Change{Attribute: f.Attribute, New: f.Values})
	}
	p.result.Writes++
	return row, nil
}

// placed is a finding about a row's key as all that is wrong with the row.
func (p *planner) placed(v *verdict, f *diag.Finding) diag.List {
	return diag.List{f.At(p.pos(v.item, p.Match))}
}

// unfit is admits as far as the record is known before anything is written.
func (p *planner) unfit(v *verdict, record string) *diag.Finding {
	if !p.diffs() || v.group != 0 || p.preceded(v) {
		return nil
	}
	return p.admits(v.item.Key, record, false)
}

// meets is the record that a row would find, as far as that is known before anything is written.
func (p *planner) meets(ctx context.Context, v *verdict) (record crm.Record, found bool, finding *diag.Finding, err error) {
	if !p.diffs() || v.group != 0 || p.preceded(v) {
		return record, false, nil, nil
	}
	live, found, err := p.lives.find(ctx, v.row.Ordinal)
	if err != nil || !found {
		return record, false, nil, err
	}
	return crm.Record{ID: live.Record, Values: live.Values, Unread: live.Unread}, true, p.contested(v, live), nil
}

// preceded reports whether an earlier step writes the row's record first.
func (p *planner) preceded(v *verdict) bool {
	for _, c := range p.earlier {
		if slices.ContainsFunc(v.item.Key.Values, c.writes) {
			return true
		}
	}
	return false
}

// changesOf is what a difference makes of one attribute: none or one.
func changesOf(record crm.Record, attribute string, d difference) []Change {
	old := record.Values[attribute]
	for _, f := range d.patch {
		if f.Attribute == attribute {
			return []Change{{Attribute: attribute, Old: old, New: append(slices.Clip(old), f.Values...)}}
		}
	}
	for _, f := range d.put {
		if f.Attribute == attribute {
			_, known := d.previous.Values[attribute]
			return []Change{{Attribute: attribute, Old: old, New: f.Values, Unread: !known}}
		}
	}
	return nil
}

// noJournal is that of a run that has not begun.
type noJournal struct{}

func (noJournal) Append(context.Context, []checkpoint.Entry) error {
	return fmt.Errorf("journal of a plan: %w", errNotNoted)
}

func (noJournal) After(context.Context, int64, int) ([]checkpoint.Entry, error) { return nil, nil }

func (noJournal) Forget(context.Context) error { return nil }

func (noJournal) Made(context.Context, checkpoint.Made) error { return nil }
