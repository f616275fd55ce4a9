package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"attio-etl/crm"
)

// Previous is what a row found before the run touched its record: enough to take back what the run did. It is on disk before the first
// request that changes the record is sent, so that a killed process cannot lose it.
type Previous struct {
	Created bool       // there was no record
	Values  crm.Values // of each attribute that the row was about to change; an empty list for one that held nothing
	Unread  []string   // slugs of attributes that it was about to change and whose values could not be read: they cannot be put back
}

// Keep adds what a record holds of the attributes of fields that are about to be written.
func (p *Previous) Keep(record crm.Record, fields []crm.Field) {
	for _, f := range fields {
		if slices.Contains(record.Unread, f.Attribute) {
			p.Unread = append(p.Unread, f.Attribute)
			continue
		}
		if p.Values == nil {
			p.Values = crm.Values{}
		}
		p.Values[f.Attribute] = record.Values[f.Attribute]
	}
}

// Empty reports whether the run was to change nothing.
func (p *Previous) Empty() bool {
	return p == nil || (!p.Created && len(p.Values) == 0 && len(p.Unread) == 0)
}

// before is p with what a later look at the row found of attributes that p does not tell of.
func (p *Previous) before(later *Previous) *Previous {
	merged := Previous{Created: p.Created || later.Created, Values: crm.Values{}, Unread: slices.Clone(p.Unread)}
	maps.Copy(merged.Values, p.Values)
	told := func(slug string) bool {
		_, ok := merged.Values[slug]
		return ok || slices.Contains(merged.Unread, slug)
	}
	for slug, values := range later.Values {
		if !told(slug) {
			merged.Values[slug] = values
		}
	}
	for _, slug := range later.Unread {
		if !told(slug) {
			merged.Unread = append(merged.Unread, slug)
		}
	}
	return &merged
}

// putPrevious keeps what the entry's row found, unless an earlier one of the run found it otherwise: that is what was there before the run.
func (j *Journal) putPrevious(ctx context.Context, tx *sql.Tx, e Entry) error {
	if e.Previous.Empty() {
		return nil
	}
	now := e.Previous
	var created bool
	var data string
	switch err := tx.QueryRowContext(ctx, "select created, held from previous where run = ? and step = ? and ordinal = ?", j.run, j.step, e.Ordinal).
		Scan(&created, &data); {
	case err == nil:
		first, err := previousOf(created, data)
		if err != nil {
			return err
		}
		now = first.before(now)
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	held, err := json.Marshal(heldJSON{Values: now.Values, Unread: now.Unread})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into previous (run, step, ordinal, created, held) values (?, ?, ?, ?, ?)
		on conflict (run, step, ordinal) do update set created = excluded.created, held = excluded.held`,
		j.run, j.step, e.Ordinal, now.Created, string(held))
	return err
}

// heldJSON is the values of a Previous as the state file has them.
type heldJSON struct {
	Values crm.Values `json:"values"`
	Unread []string   `json:"unread,omitempty"`
}

func previousOf(created bool, data string) (*Previous, error) {
	var held heldJSON
	if err := json.Unmarshal([]byte(data), &held); err != nil {
		return nil, fmt.Errorf("previous values: %w", err)
	}
	return &Previous{Created: created, Values: held.Values, Unread: held.Unread}, nil
}
