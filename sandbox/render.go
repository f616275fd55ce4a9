package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
)

// data is the envelope of nearly every reply.
type data struct {
	Data any `json:"data"`
}

// finished is JSON that is sent as it is.
type finished []byte

func oneRecord(rec *record) (any, error) {
	b, err := rec.render([]byte(`{"data":`))
	return finished(append(b, '}')), err
}

func manyRecords(records []*record) (any, error) {
	b := []byte(`{"data":[`)
	for i, rec := range records {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = rec.render(b); err != nil {
			return nil, err
		}
	}
	return finished(append(b, `]}`...)), nil
}

// render appends a record as contract §6, an entry as §7 shows it. It appends text, because a page has some ten thousand values and building
// maps for them costs more than everything else about a page.
func (rec *record) render(b []byte) ([]byte, error) {
	o := rec.object
	if o.List != nil {
		b = fmt.Appendf(b, `{"id":{"workspace_id":%q,"list_id":%q,"entry_id":%q},"parent_record_id":%q,"parent_object":%q,"created_at":%q,"entry_values":{`,
			o.Workspace, o.ID, rec.id, rec.parentID, o.parent.Slug, formatTime(rec.created))
	} else {
		b = fmt.Appendf(b, `{"id":{"workspace_id":%q,"object_id":%q,"record_id":%q},"created_at":%q,"web_url":%q,"values":{`,
			o.Workspace, o.ID, rec.id, formatTime(rec.created), o.webURL(rec.id))
	}
	first := true
	for _, a := range rec.object.attributes {
		if a.Archived {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = strconv.AppendQuote(b, a.Slug)
		b = append(b, ':', '[')
		for i, v := range rec.values[a.row] {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = a.appendValue(b, v); err != nil {
				return nil, err
			}
		}
		b = append(b, ']')
	}
	return append(b, '}', '}'), nil
}

const actorJSON = `"created_by_actor":{"type":"api-token","id":`

// appendValue writes one value: the envelope, the payload, the type.
func (a *attribute) appendValue(b []byte, v value) ([]byte, error) {
	payload, err := a.payload(v)
	if err != nil {
		return nil, err
	}
	b = append(b, `{"active_from":"`...)
	b = append(b, formatTime(v.From)...)
	b = append(b, `","active_until":`...)
	if v.Until == 0 {
		b = append(b, "null,"...)
	} else {
		b = append(strconv.AppendQuote(b, formatTime(v.Until)), ',')
	}
	b = append(b, actorJSON...)
	b = strconv.AppendQuote(b, cmp.Or(v.By, tokenID))
	b = append(b, `},`...)
	b = append(b, bytes.TrimSuffix(bytes.TrimPrefix(payload, []byte("{")), []byte("}"))...)
	b = append(b, `,"attribute_type":`...)
	b = strconv.AppendQuote(b, a.Type)
	return append(b, '}'), nil
}

// payload is the stored payload, for a choice with its title as it is today.
func (a *attribute) payload(v value) ([]byte, error) {
	if a.Type != typeSelect && a.Type != typeStatus {
		return v.Raw, nil
	}
	payload, ok := a.rendered[string(v.Raw)]
	if !ok {
		return nil, fmt.Errorf("attribute %s refers to an unknown choice: %s", a.Slug, v.Raw)
	}
	return payload, nil
}

// prerender keeps the payload that values of a choice are read with.
func (a *attribute) prerender(c *choice) error {
	key := a.choiceKey()
	stored, err := newValue(fields{key: c.ID}, 0)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(map[string]any{key: a.choiceView(c)})
	if err != nil {
		return fmt.Errorf("encode choice: %w", err)
	}
	if a.rendered == nil {
		a.rendered = map[string][]byte{}
	}
	a.rendered[string(stored.Raw)] = payload
	return nil
}
