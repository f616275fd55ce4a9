package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/google/uuid"
)

// record stores one record or entry with its history; its terms wait in the loader.
func (l *loader) record(ctx context.Context, x *exportedRecord) error {
	rec, err := l.begin(ctx, x)
	if err != nil {
		return err
	}
	if rec.updated, err = l.moment(x.Updated, rec.created); err != nil {
		return err
	}
	current := map[int64][]value{}
	if err := (&writer{st: l.st, now: rec.created}).addCreation(rec, current); err != nil {
		return err
	}
	given, err := l.values(rec, x.Values)
	if err != nil {
		return err
	}
	maps.Copy(current, given)
	past, err := l.values(rec, x.Past)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(current)
	if err != nil {
		return err
	}
	res, err := l.st.exec(ctx, "INSERT INTO records (uuid, object, parent, created, updated, doc) VALUES (?, ?, ?, ?, ?, ?)",
		rec.id, rec.object.row, rec.parent, rec.created, rec.updated, string(doc))
	if err != nil {
		return err
	}
	if rec.row, err = res.LastInsertId(); err != nil {
		return err
	}
	if err := l.history(ctx, rec, past); err != nil {
		return err
	}
	return l.index(ctx, rec, current)
}

// begin finds out what the record is one of.
func (l *loader) begin(ctx context.Context, x *exportedRecord) (*record, error) {
	rec := &record{id: x.ID}
	if rec.id == "" {
		rec.id = uuid.NewString()
	} else if uuid.Validate(rec.id) != nil {
		return nil, fmt.Errorf("record %q: the id is not a UUID", rec.id)
	}
	var ok bool
	if x.List != "" {
		rec.object, ok = l.st.schema.list(x.List)
		var err error
		if rec.parent, err = l.row(ctx, x.Parent); err != nil {
			return nil, fmt.Errorf("entry %s: parent: %w", rec.id, err)
		}
	} else {
		rec.object, ok = l.st.schema.object(x.Object)
	}
	if !ok {
		return nil, fmt.Errorf("record %s: unknown object or list %q", rec.id, x.Object+x.List)
	}
	var err error
	rec.created, err = l.moment(x.Created, l.now)
	return rec, err
}

func (l *loader) values(rec *record, in map[string][]exportedValue) (map[int64][]value, error) {
	out := make(map[int64][]value, len(in))
	for slug, list := range in {
		a, ok := rec.object.attribute(slug)
		if !ok {
			return nil, fmt.Errorf("record %s: unknown attribute %q", rec.id, slug)
		}
		for _, x := range list {
			v, err := l.value(rec, a, x)
			if err != nil {
				return nil, fmt.Errorf("record %s, attribute %s: %w", rec.id, slug, err)
			}
			out[a.row] = append(out[a.row], v)
		}
	}
	return out, nil
}

// value brings the payload into the form in which equal values have equal bytes.
func (l *loader) value(rec *record, a *attribute, x exportedValue) (value, error) {
	var f fields
	if err := json.Unmarshal(x.Value, &f); err != nil {
		return value{}, err
	}
	if a.Type == typeSelect || a.Type == typeStatus {
		key, _ := f[a.choiceKey()].(string)
		c, ok := a.choice(key)
		if !ok {
			return value{}, fmt.Errorf("unknown choice %q", key)
		}
		f[a.choiceKey()] = c.ID
	}
	from, err := l.moment(x.From, rec.created)
	if err != nil {
		return value{}, err
	}
	v, err := newValue(f, from)
	if err != nil {
		return value{}, err
	}
	v.By = x.By
	v.Until, err = l.moment(x.Until, 0)
	return v, err
}

func (l *loader) history(ctx context.Context, rec *record, past map[int64][]value) error {
	for row, list := range past {
		for i, v := range list {
			doc, err := json.Marshal(v)
			if err != nil {
				return err
			}
			_, err = l.st.exec(ctx, "INSERT INTO history (record, attribute, seq, doc) VALUES (?, ?, ?, ?)", rec.row, row, i+1, string(doc))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// index collects what the record is found by, and reserves its unique values.
func (l *loader) index(ctx context.Context, rec *record, values map[int64][]value) error {
	for _, a := range rec.object.attributes {
		if len(values[a.row]) == 0 {
			continue
		}
		k, err := a.keysOf(values[a.row])
		if err != nil {
			return err
		}
		for t := range k.terms {
			l.terms = append(l.terms, t.slot, t.key, rec.row)
		}
		if a.Unique {
			if err := l.st.reserve(ctx, a, rec.row, nil, k.unique); err != nil {
				return err
			}
		}
	}
	return l.flush(ctx, loadBatch)
}
