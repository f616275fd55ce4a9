package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ExportOptions say what of the state is written.
type ExportOptions struct {
	// Comparable leaves out what differs between two runs that did the same: ids, times, authors and history. Records are named by their
	// first unique value, options and statuses by their titles, and everything is sorted by content. It cannot be imported.
	Comparable bool
}

// stateVersion is that of the format of ExportState.
const stateVersion = 1

// The shapes of an exported state. Members have a fixed order, and so do the records (that of their creation), so that two exports of
// one state are the same bytes.
type (
	exportedObject struct {
		object
		Attributes []exportedAttribute `json:"attributes"`
	}
	exportedAttribute struct {
		attribute
		Choices []*choice `json:"choices,omitempty"`
	}
	exportedRecord struct {
		Object  string                     `json:"object,omitempty"` // slug
		List    string                     `json:"list,omitempty"`   // slug, of an entry
		ID      string                     `json:"id,omitempty"`
		Name    string                     `json:"name,omitempty"`   // comparable form only
		Parent  string                     `json:"parent,omitempty"` // of an entry: id, or name, of its record
		Created string                     `json:"created_at,omitempty"`
		Updated string                     `json:"updated_at,omitempty"` // if it is not created_at
		Values  map[string][]exportedValue `json:"values"`
		Past    map[string][]exportedValue `json:"past,omitempty"`
	}
	exportedValue struct {
		From  string          `json:"from,omitempty"` // if it is not created_at of the record
		Until string          `json:"until,omitempty"`
		By    string          `json:"by,omitempty"`
		Value json.RawMessage `json:"value"`
	}
	exportedDocument struct {
		Kind    string          `json:"kind"`
		ID      string          `json:"id,omitempty"`
		Parent  string          `json:"parent,omitempty"` // id of the record or entry it hangs on
		Created string          `json:"created_at,omitempty"`
		Content json.RawMessage `json:"content"`
	}
)

// ExportState writes the whole state as JSON, one line for each record, so that two states can be compared with diff. What it
// writes without options ImportState reads back to the same state.
func (s *Server) ExportState(ctx context.Context, w io.Writer, o ExportOptions) error {
	out := bufio.NewWriter(w)
	err := s.store.view(ctx, func(ctx context.Context) error {
		e := exporter{st: s.store, out: out, comparable: o.Comparable}
		return e.write(ctx)
	})
	if err = errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("export the sandbox's state: %w", err)
	}
	return nil
}

type exporter struct {
	st         *store
	out        *bufio.Writer
	comparable bool
}

// write writes the sections in the order in which they have to be read.
func (e *exporter) write(ctx context.Context) error {
	sc := e.st.schema
	workspace := sc.workspace
	if e.comparable {
		workspace = ""
	}
	if _, err := fmt.Fprintf(e.out, "{\"version\":%d,\n\"workspace\":%q", stateVersion, workspace); err != nil {
		return err
	}
	err := e.section("members", func(add func(any) error) error {
		for _, m := range sc.members {
			if err := add(e.plainMember(m)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	containers := slices.Concat(sc.objects, sc.lists)
	err = e.section("objects", func(add func(any) error) error {
		for _, o := range containers {
			if err := add(e.object(o)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = e.section("records", func(add func(any) error) error {
		for _, o := range containers {
			if err := e.records(ctx, o, add); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := e.section("documents", func(add func(any) error) error { return e.documents(ctx, add) }); err != nil {
		return err
	}
	_, err = e.out.WriteString("}\n")
	return err
}

// section writes one array, a line for each element; in the comparable form the lines are sorted.
func (e *exporter) section(name string, fill func(add func(any) error) error) error {
	if _, err := fmt.Fprintf(e.out, ",\n%q:[", name); err != nil {
		return err
	}
	var lines []string
	separator := "\n"
	line := func(text string) error {
		_, err := e.out.WriteString(separator + text)
		separator = ",\n"
		return err
	}
	err := fill(func(element any) error {
		text, err := json.Marshal(element)
		if err != nil {
			return err
		}
		if e.comparable {
			lines = append(lines, string(text))
			return nil
		}
		return line(string(text))
	})
	slices.Sort(lines)
	for _, text := range lines {
		err = errors.Join(err, line(text))
	}
	_, closing := e.out.WriteString("]")
	return errors.Join(err, closing)
}

func (e *exporter) plainMember(m *member) *member {
	if !e.comparable {
		return m
	}
	plain := *m
	plain.Workspace, plain.ID, plain.Created = "", "", 0
	return &plain
}

func (e *exporter) object(o *object) exportedObject {
	plain := *o
	if e.comparable {
		plain.Workspace, plain.ID, plain.Created = "", "", 0
		if plain.List != nil {
			plain.List = &listing{Name: o.List.Name, Parent: o.parent.Slug, Access: o.List.Access}
		}
	}
	out := exportedObject{object: plain}
	for _, a := range o.attributes {
		out.Attributes = append(out.Attributes, e.attribute(a))
	}
	return out
}

func (e *exporter) attribute(a *attribute) exportedAttribute {
	if !e.comparable {
		return exportedAttribute{*a, a.choices}
	}
	plain := *a
	plain.ID, plain.Created, plain.Allowed, plain.Other = "", 0, nil, ""
	if a.other != nil {
		plain.Other = a.other.object.Slug + "." + a.other.Slug
	}
	for _, id := range a.Allowed {
		if o, ok := e.st.schema.object(id); ok {
			plain.Allowed = append(plain.Allowed, o.Slug)
		}
	}
	out := exportedAttribute{attribute: plain}
	for _, c := range a.choices {
		titled := *c
		titled.ID = ""
		out.Choices = append(out.Choices, &titled)
	}
	return out
}

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

func (e *exporter) documents(ctx context.Context, add func(any) error) error {
	for _, kind := range []string{kindNote, kindTask, kindThread, kindComment, kindWebhook} {
		var all []exportedDocument
		var parents []int64
		err := e.st.documents(ctx, kind, false, -1, 0, func(d document, text []byte) error {
			all = append(all, exportedDocument{Kind: kind, ID: d.id, Created: formatTime(d.created), Content: slices.Clone(text)})
			parents = append(parents, d.parent)
			return nil
		})
		if err != nil {
			return err
		}
		for i, x := range all {
			if parents[i] != 0 {
				if x.Parent, err = e.st.recordID(ctx, parents[i]); err != nil {
					return err
				}
			}
			if e.comparable {
				x = plainDocument(x)
			}
			if err := add(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// plainDocument leaves out what is an id, a time or a secret.
func plainDocument(x exportedDocument) exportedDocument {
	var m map[string]any
	if json.Unmarshal(x.Content, &m) == nil {
		for _, key := range []string{"object", "record", "by", "links", "thread", "list", "target", "secret", "completed"} {
			delete(m, key)
		}
		if text, err := json.Marshal(m); err == nil {
			x.Content = text
		}
	}
	x.ID, x.Parent, x.Created = "", "", ""
	return x
}
