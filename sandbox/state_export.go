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
