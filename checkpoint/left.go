package checkpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"attio-etl/crm"
)

// Left is what a row left behind: enough to tell later whether somebody has changed it since. It is on disk together with the row's end, or,
// as what is intended, before the request is sent.
type Left struct {
	Record   string     // id; empty where the row is about to create it
	Values   crm.Values // of each attribute that was written, or of all that the record held where the row created it
	Unread   []string   // slugs of attributes whose values could not be read
	Wrote    []string   // slugs of the attributes that the row wrote itself
	Intended bool       // Values are what the row is about to write: whether it did is not known
	Object   string     // the stored form of what the record belongs to, where that is not the step's target
	Deletes  bool       // the row is about to delete the record
	Key      crm.Key    // of a record that is about to be created: by it one finds out whether it was
}

// Add takes in what a record held of attributes after a write: of those of the fields, or of all where the write created it.
func (l *Left) Add(record crm.Record, fields []crm.Field, created bool) {
	l.Record = record.ID
	if l.Values == nil {
		l.Values = crm.Values{}
	}
	for _, f := range fields {
		if !slices.Contains(l.Wrote, f.Attribute) {
			l.Wrote = append(l.Wrote, f.Attribute)
		}
	}
	take := func(slug string) {
		l.Unread = slices.DeleteFunc(l.Unread, func(s string) bool { return s == slug })
		if l.Values[slug] = record.Values[slug]; slices.Contains(record.Unread, slug) {
			l.Unread = append(l.Unread, slug)
		}
	}
	if created {
		for slug := range record.Values {
			take(slug)
		}
	}
	for _, f := range fields {
		take(f.Attribute)
	}
}

// leftJSON is a Left as the state file has it, its record apart.
type leftJSON struct {
	Values   crm.Values `json:"values"`
	Unread   []string   `json:"unread,omitempty"`
	Wrote    []string   `json:"wrote,omitempty"`
	Intended bool       `json:"intended,omitempty"`
	Deletes  bool       `json:"deletes,omitempty"`
	Key      *crm.Key   `json:"key,omitempty"`
}

// putLeft adds what the entry's row left behind. Earlier lines of the row stay, as another row may have written in between.
func (j *Journal) putLeft(ctx context.Context, tx *sql.Tx, e Entry) error {
	if e.Left == nil {
		return nil
	}
	line := leftJSON{Values: e.Left.Values, Unread: e.Left.Unread, Wrote: e.Left.Wrote, Intended: e.Left.Intended, Deletes: e.Left.Deletes}
	if len(e.Left.Key.Values) > 0 {
		line.Key = &e.Left.Key
	}
	held, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "insert into left_behind (run, step, ordinal, object, record, held) values (?, ?, ?, ?, ?, ?)",
		j.run, j.step, e.Ordinal, e.Left.Object, e.Left.Record, string(held))
	return err
}

func leftOf(record, data string) (Left, error) {
	var line leftJSON
	if err := json.Unmarshal([]byte(data), &line); err != nil {
		return Left{}, fmt.Errorf("values left behind: %w", err)
	}
	l := Left{Record: record, Values: line.Values, Unread: line.Unread, Wrote: line.Wrote, Intended: line.Intended, Deletes: line.Deletes}
	if line.Key != nil {
		l.Key = *line.Key
	}
	return l, nil
}
