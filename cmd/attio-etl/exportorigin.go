package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/exporter"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// reading is how an origin is read.
type reading struct {
	lister  exporter.Lister
	size    int  // items a page
	undated bool // see exporter.Export
	expand  func(ctx context.Context, item *crm.Record) ([]crm.Record, error)
	why     string // it is complete once it has been read to its end
}

// Why what was read is complete.
const (
	whyPaged = "every page began with an item that had been read, to the end of the list: nothing that was there throughout is missing"
	whyNotes = whyPaged + ", as long as the API keeps to one order, which cannot be asked for"
	whyWhole = "the API sends all of them in one reply"
	whyParts = "each object and list was read in one reply: what changed between two of them may not fit together"
	whyOn    = whyPaged + "; the comments on each item were read to their end as well"
)

// commentedPage is how many records or entries are read at once whose comments are wanted: each takes a request of its own, and a page is what an
// export that is killed has to read again.
const commentedPage = 50

// wholePage is more than a list has that comes in one reply, so that its first page is its last.
const wholePage = 1 << 30

// readingOf is how the origin of an export is read.
func readingOf(client *attio.Client, e *jobs.Export) reading {
	of := e.From.Of
	switch e.From.Activity {
	case crm.Notes:
		return reading{lister: notes(client, of), size: attio.NotePage, undated: true, why: whyNotes}
	case crm.Tasks:
		return reading{lister: tasks(client, of), size: attio.TaskPage, why: whyPaged}
	case crm.Members:
		return reading{lister: wholeList(func(ctx context.Context) ([]crm.Record, error) { return members(ctx, client) }), size: wholePage, undated: true, why: whyWhole}
	case crm.Structure:
		return reading{lister: wholeList(func(ctx context.Context) ([]crm.Record, error) { return structure(ctx, client) }), size: wholePage, undated: true, why: whyParts}
	case crm.Comments:
		on := crm.Target{Object: of.Object.Value, List: of.List.Value}
		c := &commented{client: client, on: on}
		return reading{lister: listed(client, on, e.Filter), size: commentedPage, expand: c.comments, why: whyOn}
	default:
		return reading{lister: listed(client, e.From.Target(), e.Filter), size: attio.MaxPage, why: whyPaged}
	}
}

// notes are the notes on a record, on those of an object, or all.
func notes(client *attio.Client, of jobs.Selection) *listing {
	on := crm.RecordLink{Object: of.Object.Value, RecordID: of.Record.Value}
	return &listing{what: "the notes", read: func(ctx context.Context, offset, _ int) ([]crm.Record, bool, error) {
		return firstPage(ctx, client.NotePages(ctx, on, crm.Position{Offset: offset}), mapping.NoteRecord)
	}}
}

// tasks are the tasks that the job selects. The objects that they are linked to are named by id: their slugs are read once.
func tasks(client *attio.Client, of jobs.Selection) *listing {
	query := crm.TaskQuery{Linked: crm.RecordLink{Object: of.Linked.Object.Value, RecordID: of.Linked.Record.Value}, Assignee: of.Assignee.Value}
	if of.Completed.Pos.Line > 0 {
		query.Completed = &of.Completed.Value
	}
	var once sync.Mutex
	var slugs map[string]string
	named := func(ctx context.Context) (map[string]string, error) {
		once.Lock()
		defer once.Unlock()
		if slugs != nil {
			return slugs, nil
		}
		objects, err := client.Objects(ctx)
		if err != nil {
			return nil, err
		}
		slugs = map[string]string{}
		for _, o := range objects {
			slugs[o.ID] = o.Slug
		}
		return slugs, nil
	}
	return &listing{what: "the tasks", read: func(ctx context.Context, offset, _ int) ([]crm.Record, bool, error) {
		objects, err := named(ctx)
		if err != nil {
			return nil, false, err
		}
		return firstPage(ctx, client.TaskPages(ctx, query, crm.Position{Offset: offset}), func(t crm.Task) crm.Record { return mapping.TaskRecord(t, objects) })
	}}
}

// wholeList is a list that comes as one page.
type wholeList func(ctx context.Context) ([]crm.Record, error)

// Page implements exporter.Lister.
func (l wholeList) Page(ctx context.Context, offset, limit int) ([]crm.Record, error) {
	all, err := l(ctx)
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))], err
}

func members(ctx context.Context, client *attio.Client) ([]crm.Record, error) {
	found, err := client.WorkspaceMembers(ctx)
	records := make([]crm.Record, len(found))
	for i, m := range found {
		records[i] = mapping.MemberRecord(m)
	}
	return records, err
}

// structure is the objects and then the lists of the workspace, each with its attributes and their choices.
func structure(ctx context.Context, client *attio.Client) ([]crm.Record, error) {
	objects, err := client.Objects(ctx)
	if err != nil {
		return nil, err
	}
	var all []crm.Record
	for _, o := range objects {
		attributes, err := attributesAndChoices(ctx, client, crm.Target{Object: o.Slug})
		if err != nil {
			return nil, err
		}
		all = append(all, mapping.ObjectRecords(o, attributes)...)
	}
	lists, err := client.Lists(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		attributes, err := attributesAndChoices(ctx, client, crm.Target{List: l.Slug})
		if err != nil {
			return nil, err
		}
		all = append(all, mapping.ListRecords(l, attributes)...)
	}
	return all, nil
}

func attributesAndChoices(ctx context.Context, client *attio.Client, t crm.Target) ([]crm.Attribute, error) {
	schema, err := client.Schema(ctx, t, func(a crm.Attribute) bool { return a.Type == crm.TypeSelect || a.Type == crm.TypeStatus })
	if err != nil {
		return nil, err
	}
	return schema.Attributes, nil
}

// commented reads the comments on records or entries.
type commented struct {
	client *attio.Client
	on     crm.Target
}

// comments are those on an item, thread by thread.
func (c *commented) comments(ctx context.Context, item *crm.Record) ([]crm.Record, error) {
	parent, entry := crm.RecordLink{Object: c.on.Object, RecordID: item.ID}, crm.EntryLink{}
	record := parent
	if c.on.List != "" {
		entry, record = crm.EntryLink{List: c.on.List, EntryID: item.ID}, crm.RecordLink{}
		for _, v := range item.Values[mapping.ParentRecord] {
			if ref, ok := v.(crm.RecordReference); ok {
				parent = crm.RecordLink{Object: ref.Object, RecordID: ref.ID}
			}
		}
	}
	var mu sync.Mutex // pages are read ahead
	said := map[string][]crm.Comment{}
	threads := &listing{what: "the threads on " + item.ID, read: func(ctx context.Context, offset, _ int) ([]crm.Record, bool, error) {
		return firstPage(ctx, c.client.ThreadPages(ctx, record, entry, crm.Position{Offset: offset}), func(t crm.Thread) crm.Record {
			mu.Lock()
			defer mu.Unlock()
			said[t.ID] = t.Comments
			return crm.Record{ID: t.ID}
		})
	}}
	found, err := exporter.Whole(ctx, threads, attio.ThreadPage)
	if err != nil {
		if gone, lost := c.gone(ctx, item.ID, err); gone || lost != nil {
			return nil, lost
		}
		return nil, fmt.Errorf("read the comments on %s %s: %w", c.on, item.ID, err)
	}
	var all []crm.Record
	for _, t := range found {
		for _, comment := range said[t.ID] {
			all = append(all, mapping.CommentRecord(comment, parent, entry.EntryID))
		}
	}
	return all, nil
}

// gone reports whether a refusal means that the item has been deleted since its page was read: then it has no comments any more.
func (c *commented) gone(ctx context.Context, id string, refusal error) (bool, error) {
	if fault, ok := errors.AsType[*attio.Error](refusal); !ok || fault.Status/100 != 4 || fault.FaultClass() == crm.FaultAuth || fault.FaultClass() == crm.FaultTransient {
		return false, nil
	}
	var err error
	if c.on.List != "" {
		_, err = c.client.GetEntry(ctx, c.on.List, id)
	} else {
		_, err = c.client.GetRecord(ctx, c.on.Object, id)
	}
	if fault, ok := errors.AsType[*attio.Error](err); ok && fault.Code == "not_found" {
		return true, nil
	}
	return false, err
}
