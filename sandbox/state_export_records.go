package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// records adds every record of o.
func (e *exporter) records(ctx context.Context, o *object, add func(any) error) error {
	last := int64(0)
	for {
		rows, err := e.st.ids(ctx, "SELECT id FROM records WHERE object = ? AND id > ? ORDER BY id LIMIT 1000", o.row, last)
		if err != nil || len(rows) == 0 {
			return err
		}
		records, err := e.st.load(ctx, o, rows...)
		if err != nil {
			return err
		}
		for _, rec := range records {
			x, err := e.record(ctx, rec)
			if err != nil {
				return err
			}
			if err := add(x); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1]
	}
}

func (e *exporter) record(ctx context.Context, rec *record) (exportedRecord, error) {
	x := exportedRecord{Object: rec.object.Slug, Parent: rec.parentID, Values: map[string][]exportedValue{}}
	if rec.object.List != nil {
		x.Object, x.List = "", rec.object.Slug
	}
	var err error
	if !e.comparable {
		x.ID, x.Created = rec.id, formatTime(rec.created)
		if rec.updated != rec.created {
			x.Updated = formatTime(rec.updated)
		}
		if x.Past, err = e.past(ctx, rec); err != nil {
			return x, err
		}
	} else if err := e.names(ctx, rec, &x); err != nil {
		return x, err
	}
	for _, a := range rec.object.attributes {
		if derived(a) || e.comparable && !a.Writable {
			continue
		}
		for _, v := range rec.values[a.row] {
			out, err := e.value(ctx, a, rec, v)
			if err != nil {
				return x, err
			}
			x.Values[a.Slug] = append(x.Values[a.Slug], out)
		}
	}
	return x, err
}

// derived says whether the values of an attribute are what the record itself says: the import makes them anew.
func derived(a *attribute) bool {
	return !a.Writable && slices.Contains([]string{"record_id", "entry_id", "created_at"}, a.Slug)
}

// names puts names where ids would be.
func (e *exporter) names(ctx context.Context, rec *record, x *exportedRecord) (err error) {
	if rec.parent == 0 {
		x.Name, err = e.name(rec)
		return err
	}
	parents, err := e.st.load(ctx, rec.object.parent, rec.parent)
	if err != nil {
		return err
	}
	x.Parent, err = e.name(parents[0])
	return err
}

// name is the first unique value of a record; a record without one has none.
func (e *exporter) name(rec *record) (string, error) {
	for _, a := range rec.object.attributes {
		if !a.Unique || !a.Writable || len(rec.values[a.row]) == 0 {
			continue
		}
		var ids []string
		for _, v := range rec.values[a.row] {
			id, err := a.identityOf(v)
			if err != nil {
				return "", err
			}
			ids = append(ids, id)
		}
		return a.Slug + "=" + slices.Min(ids), nil
	}
	return "", nil
}

func (e *exporter) value(ctx context.Context, a *attribute, rec *record, v value) (exportedValue, error) {
	if e.comparable {
		payload, err := e.plainPayload(ctx, a, v)
		return exportedValue{Value: payload}, err
	}
	out := exportedValue{By: v.By, Value: v.Raw}
	if v.From != rec.created {
		out.From = formatTime(v.From)
	}
	if v.Until != 0 {
		out.Until = formatTime(v.Until)
	}
	return out, nil
}

// plainPayload shows a choice by its title and a reference by the name of its target.
func (e *exporter) plainPayload(ctx context.Context, a *attribute, v value) (json.RawMessage, error) {
	f, err := v.decode()
	if err != nil {
		return nil, err
	}
	switch a.Type {
	case typeSelect, typeStatus:
		id, _ := f[a.choiceKey()].(string)
		if c, ok := a.choice(id); ok {
			return json.Marshal(c.Title)
		}
	case typeRecordReference:
		slug, _ := f["target_object"].(string)
		id, _ := f["target_record_id"].(string)
		o, ok := e.st.schema.object(slug)
		if !ok {
			break
		}
		target, err := e.st.recordByID(ctx, o, id)
		if err != nil || target == nil {
			return nil, err
		}
		name, err := e.name(target)
		return json.RawMessage(fmt.Sprintf("%q", slug+":"+name)), err
	}
	return v.Raw, nil
}

func (e *exporter) past(ctx context.Context, rec *record) (map[string][]exportedValue, error) {
	attributes := map[int64]*attribute{}
	for _, a := range rec.object.attributes {
		attributes[a.row] = a
	}
	var out map[string][]exportedValue
	err := e.st.each(ctx, func(scan func(...any) error) error {
		var row int64
		var doc []byte
		var v value
		if err := scan(&row, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &v); err != nil {
			return err
		}
		a := attributes[row]
		x, err := e.value(ctx, a, rec, v)
		if out == nil {
			out = map[string][]exportedValue{}
		}
		out[a.Slug] = append(out[a.Slug], x)
		return err
	}, "SELECT attribute, doc FROM history WHERE record = ? ORDER BY attribute, seq", rec.row)
	return out, err
}
