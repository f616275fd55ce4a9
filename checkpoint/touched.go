package checkpoint

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"attio-etl/crm"
)

// Touched is one record, or another thing, that a run made, changed or deleted, with what it was before the run and what the run left.
type Touched struct {
	Ordinal int64
	Phase   int64 // with Step: things of one phase and step may be undone side by side, the others only after them
	Step    int64
	Target  crm.Target
	Record  string  // id; empty where the run was about to create it, and it is not known whether it did
	Key     crm.Key // by which such a one is found
	Created bool
	Deleted bool // or about to be
	Noted   bool // what it held before is known, and what the run left: some runs write without looking

	Before crm.Values // of each attribute that the run changed, what the oldest note says
	Unread []string   // attributes that it changed and whose values could not be read before
	// After is, for each attribute, what it held after the run's last write: one set of values, or several where it is not known which write was the
	// last, or whether it was done. An attribute that is not there held nothing.
	After map[string][][]crm.Value
	Wrote map[string]bool // attributes that the run wrote itself

	Outcome Outcome // what an earlier session of the undoing made of it; Sent: it was about to; 0: nothing
}

// After reads up to limit things above an ordinal, in the order in which they are undone.
func (l *UndoList) After(ctx context.Context, ordinal int64, limit int) ([]Touched, error) {
	items, err := l.items(ctx, ordinal, limit)
	if err == nil {
		err = l.addRows(ctx, items)
	}
	if err != nil {
		return nil, fmt.Errorf("read what is to be undone: %w", err)
	}
	return items, nil
}

// Touched is what the run did to a record; false for nothing.
func (l *UndoList) Touched(ctx context.Context, record string) (Touched, bool, error) {
	var ordinal int64
	err := l.store.db.QueryRowContext(ctx, "select ordinal from undo_items where holder = ? and record = ? limit 1", l.holder, record).Scan(&ordinal)
	if errors.Is(err, sql.ErrNoRows) {
		return Touched{}, false, nil
	}
	if err != nil {
		return Touched{}, false, fmt.Errorf("look for a record among the changes: %w", err)
	}
	items, err := l.After(ctx, ordinal-1, 1)
	if err != nil || len(items) == 0 {
		return Touched{}, false, err
	}
	return items[0], true, nil
}

func (l *UndoList) items(ctx context.Context, ordinal int64, limit int) (list []Touched, err error) {
	// The record of a row in doubt is the one that an earlier session found, where it did: it may be deleted by now, and others referred to it.
	rows, err := l.store.db.QueryContext(ctx, `select i.ordinal, i.phase, i.step, i.target, coalesce(nullif(items.record, ''), i.record), coalesce(items.outcome, 0)
		from undo_items i left join items on items.run = ?1 and items.step = 1 and items.ordinal = i.ordinal
		where holder = ?1 and i.ordinal > ?2 order by i.ordinal limit ?3`, l.holder, ordinal, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		t := Touched{Noted: true, Before: crm.Values{}, After: map[string][][]crm.Value{}, Wrote: map[string]bool{}}
		var target string
		if err := rows.Scan(&t.Ordinal, &t.Phase, &t.Step, &target, &t.Record, &t.Outcome); err != nil {
			return nil, err
		}
		if err := t.Target.UnmarshalText([]byte(target)); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

// rowOf is a row of the run that touched something.
type rowOf struct {
	item, step, row int64
	outcome         Outcome
	previous        *Previous
	first           map[string]int64 // by attribute, the number of the first note that tells of it
	start           int64            // the number of its first note; 0 for none, as with earlier versions
}

// addRows adds to things what their rows found and left.
func (l *UndoList) addRows(ctx context.Context, items []Touched) error {
	if len(items) == 0 {
		return nil
	}
	from, to := items[0].Ordinal, items[len(items)-1].Ordinal
	byItem, err := l.rowsOf(ctx, from, to)
	if err != nil {
		return err
	}
	lines, err := l.linesOf(ctx, byItem, from, to)
	if err != nil {
		return err
	}
	for i := range items {
		t := &items[i]
		t.merge(byItem[t.Ordinal])
		for _, line := range lines[t.Ordinal] {
			t.left(line)
		}
	}
	return nil
}

func (l *UndoList) rowsOf(ctx context.Context, from, to int64) (byItem map[int64][]*rowOf, err error) {
	rows, err := l.store.db.QueryContext(ctx, `select r.item, r.step, r.row, coalesce(items.outcome, 0), coalesce(p.created, 0), coalesce(p.held, '')
		from undo_rows r
		left join items on items.run = ?2 and items.step = r.step and items.ordinal = r.row
		left join previous p on p.run = ?2 and p.step = r.step and p.ordinal = r.row
		where r.holder = ?1 and r.item between ?3 and ?4 order by r.item, r.step, r.row`, l.holder, l.of, from, to)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	byItem = map[int64][]*rowOf{}
	for rows.Next() {
		r := &rowOf{first: map[string]int64{}}
		var created bool
		var held string
		if err := rows.Scan(&r.item, &r.step, &r.row, &r.outcome, &created, &held); err != nil {
			return nil, err
		}
		if held != "" {
			if r.previous, err = previousOf(created, held); err != nil {
				return nil, err
			}
		}
		byItem[r.item] = append(byItem[r.item], r)
	}
	return byItem, rows.Err()
}

// linesOf is what rows left, by thing and in the order in which it was written.
func (l *UndoList) linesOf(ctx context.Context, byItem map[int64][]*rowOf, from, to int64) (lines map[int64][]Left, err error) {
	rows, err := l.store.db.QueryContext(ctx, `select r.item, r.step, r.row, lb.number, lb.record, lb.held
		from undo_rows r join left_behind lb on lb.run = ?2 and lb.step = r.step and lb.ordinal = r.row
		where r.holder = ?1 and r.item between ?3 and ?4 order by lb.number`, l.holder, l.of, from, to)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	lines = map[int64][]Left{}
	for rows.Next() {
		var item, step, row, number int64
		var record, held string
		if err := rows.Scan(&item, &step, &row, &number, &record, &held); err != nil {
			return nil, err
		}
		line, err := leftOf(record, held)
		if err != nil {
			return nil, err
		}
		lines[item] = append(lines[item], line)
		for _, r := range byItem[item] {
			if r.step == step && r.row == row {
				r.tells(line, number)
				if r.start == 0 {
					r.start = number
				}
			}
		}
	}
	return lines, rows.Err()
}

// tells notes when a row first told of the attributes of a line.
func (r *rowOf) tells(line Left, number int64) {
	for _, slug := range line.Wrote {
		if _, ok := r.first[slug]; !ok {
			r.first[slug] = number
		}
	}
}

// left takes in the next line of what the run left.
func (t *Touched) left(line Left) {
	if line.Record != "" && t.Record != "" && line.Record != t.Record {
		return // of a record that the row found gone, and made another in its place
	}
	t.Deleted = t.Deleted || line.Deletes
	if len(line.Key.Values) > 0 {
		t.Key = line.Key
	}
	for _, slug := range line.Wrote {
		t.Wrote[slug] = true
	}
	for slug, values := range line.Values {
		if line.Intended {
			if _, known := t.After[slug]; !known && t.Created {
				t.After[slug] = [][]crm.Value{nil} // it held nothing before this write
			}
			t.After[slug] = append(t.After[slug], values)
		} else {
			t.After[slug] = [][]crm.Value{values}
		}
	}
}

// merge takes in what the rows found: of each attribute what the first of them to write it did.
func (t *Touched) merge(rows []*rowOf) {
	slugs := map[string]bool{}
	for _, r := range rows {
		t.Deleted = t.Deleted || r.outcome == Deleted
		t.Noted = t.Noted && r.previous != nil && r.start > 0
		if r.previous == nil {
			continue
		}
		t.Created = t.Created || r.previous.Created
		for slug := range r.previous.Values {
			slugs[slug] = true
		}
		for _, slug := range r.previous.Unread {
			slugs[slug] = true
		}
	}
	for slug := range slugs {
		r := slices.MinFunc(rows, func(a, b *rowOf) int { return cmp.Compare(a.since(slug), b.since(slug)) })
		if values, ok := r.previous.Values[slug]; ok {
			t.Before[slug] = values
		} else {
			t.Unread = append(t.Unread, slug)
		}
	}
	slices.Sort(t.Unread)
}

// since is when a row told of an attribute: the number of its first note that does, or of its first one where it found the attribute as it was to
// be. It is never where it does not tell of it.
func (r *rowOf) since(slug string) int64 {
	if r.previous == nil {
		return 1 << 62
	}
	if _, ok := r.previous.Values[slug]; !ok && !slices.Contains(r.previous.Unread, slug) {
		return 1 << 62
	}
	if first, ok := r.first[slug]; ok {
		return first
	}
	return r.start
}
