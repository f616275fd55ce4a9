package attio

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"attio-etl/crm"
)

type recordJSON struct {
	ID struct {
		Record string `json:"record_id"`
	} `json:"id"`
	CreatedAt scalar                `json:"created_at"`
	WebURL    string                `json:"web_url"`
	Values    map[string]valuesList `json:"values"` // may be null or missing
}

type entryJSON struct {
	ID struct {
		Entry string `json:"entry_id"`
	} `json:"id"`
	Record    ident                 `json:"parent_record_id"`
	RecordID  ident                 `json:"record_id"` // reference
	Object    string                `json:"parent_object"`
	CreatedAt scalar                `json:"created_at"`
	Values    map[string]valuesList `json:"entry_values"`
	Plain     map[string]valuesList `json:"values"` // reference
}

// described tells what the schema says of an attribute; of one that it does not have, its slug.
type described func(slug string) crm.Attribute

// readRecord is the record with every value that can be read, and the error of the first that cannot, in the order of slugs.
func (r *request) readRecord(j *recordJSON, attribute described) (crm.Record, error) {
	if j.ID.Record == "" {
		return crm.Record{}, r.fault(http.StatusOK, CodeBadReply, "a record in the reply has no id")
	}
	rec := crm.Record{ID: j.ID.Record, WebURL: j.WebURL}
	at, first := r.readCreated(rec.ID, j.CreatedAt)
	values, unread, err := r.readValues(rec.ID, j.Values, attribute)
	rec.CreatedAt, rec.Values, rec.Unread = at, values, unread
	if first == nil {
		first = err
	}
	return rec, first
}

// readEntry is the same of an entry.
func (r *request) readEntry(j *entryJSON, attribute described) (crm.Entry, error) {
	if j.ID.Entry == "" {
		return crm.Entry{}, r.fault(http.StatusOK, CodeBadReply, "an entry in the reply has no id")
	}
	if j.Record == "" {
		j.Record = j.RecordID
	}
	if j.Values == nil {
		j.Values = j.Plain
	}
	e := crm.Entry{ID: j.ID.Entry, RecordID: string(j.Record), Object: j.Object}
	at, first := r.readCreated(e.ID, j.CreatedAt)
	values, unread, err := r.readValues(e.ID, j.Values, attribute)
	e.CreatedAt, e.Values, e.Unread = at, values, unread
	if first == nil {
		first = err
	}
	return e, first
}

func (r *request) readCreated(id string, s scalar) (time.Time, error) {
	if !s.set {
		return time.Time{}, nil
	}
	at, err := readTime(s.text)
	return at, r.unreadable(id, "created_at", err)
}

func (r *request) readValues(id string, found map[string]valuesList, attribute described) (map[string][]crm.Value, []string, error) {
	filled := 0 // most records have values of a few of their attributes
	for _, list := range found {
		if len(list.values) > 0 {
			filled++
		}
	}
	read := make(map[string][]crm.Value, filled)
	var unread []string
	var first error
	for _, slug := range slices.Sorted(maps.Keys(found)) {
		list := found[slug]
		values, err := list.read(attribute(slug))
		if len(values) > 0 {
			read[slug] = values
		}
		if err != nil {
			unread = append(unread, slug)
		}
		if first == nil {
			first = r.unreadable(id, slug, err)
		}
	}
	return read, unread, first
}

// unreadable is an error unless cause is nil.
func (r *request) unreadable(id, attribute string, cause error) error {
	if cause == nil {
		return nil
	}
	e := r.fault(http.StatusOK, CodeUnreadable, fmt.Sprintf("record %s, attribute %q: %s", id, attribute, cause))
	e.Attribute, e.Err = attribute, cause
	return e
}

// versionJSON is a value with the time in which it held.
type versionJSON struct {
	valueJSON
	From  moment    `json:"active_from"`
	Until moment    `json:"active_until"`
	By    actorJSON `json:"created_by_actor"`
}

// readVersion fails where the value cannot be read: a history with holes would be taken for the whole.
func (r *request) readVersion(j *versionJSON, a crm.Attribute, id string) (crm.Version, error) {
	v, err := j.read(a)
	return crm.Version{Value: v, From: j.From.Time, Until: j.Until.Time, By: j.By.read()}, r.unreadable(id, a.Slug, err)
}
