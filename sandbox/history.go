package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// retire remembers the values of an attribute that are no longer among the current ones.
func (st *store) retire(ctx context.Context, a *attribute, row int64, before, after []value, now int64) error {
	for _, old := range before {
		if slices.ContainsFunc(after, func(v value) bool { return sameValue(v, old) }) {
			continue
		}
		old.Until = now
		doc, err := json.Marshal(old)
		if err != nil {
			return fmt.Errorf("encode history: %w", err)
		}
		_, err = st.exec(ctx, `INSERT INTO history (record, attribute, seq, doc)
			SELECT ?1, ?2, COALESCE(MAX(seq), 0) + 1, ?3 FROM history WHERE record = ?1 AND attribute = ?2`, row, a.row, string(doc))
		if err != nil {
			return err
		}
	}
	return nil
}

// past are the values that an attribute of a record has had, in the order in which they ended.
func (st *store) past(ctx context.Context, a *attribute, row int64) ([]value, error) {
	var out []value
	err := st.each(ctx, func(scan func(...any) error) error {
		var doc []byte
		if err := scan(&doc); err != nil {
			return err
		}
		var v value
		out = append(out, v)
		return json.Unmarshal(doc, &out[len(out)-1])
	}, "SELECT doc FROM history WHERE record = ? AND attribute = ? ORDER BY seq", row, a.row)
	return out, err
}

func recordValues(ctx context.Context, c *call) (any, error) {
	rec, err := c.record(ctx)
	if err != nil {
		return nil, err
	}
	return c.values(ctx, rec)
}

func entryValues(ctx context.Context, c *call) (any, error) {
	entry, err := c.entry(ctx)
	if err != nil {
		return nil, err
	}
	return c.values(ctx, entry)
}

// values lists the values of one attribute, on request with those of the past, from oldest to newest (contract §6).
func (c *call) values(ctx context.Context, rec *record) (any, error) {
	key := c.r.PathValue("attribute")
	a, ok := rec.object.attribute(key)
	if !ok {
		return nil, notFound("Could not find attribute with slug/ID %q.", key)
	}
	limit, offset, err := c.paging(unlimited, unlimited)
	if err != nil {
		return nil, err
	}
	historic, err := c.queryFlag("show_historic")
	if err != nil {
		return nil, err
	}
	list := slices.Clone(rec.values[a.row])
	if historic {
		if a.enriched() {
			return nil, badRequest(codeValidation, "Cannot set show_historic param to true when querying a COMINT attribute.")
		}
		past, err := c.st.past(ctx, a, rec.row)
		if err != nil {
			return nil, err
		}
		list = slices.Concat(past, list)
		slices.SortStableFunc(list, func(x, y value) int { return cmp.Compare(x.From, y.From) })
	}
	from := min(offset, len(list))
	return a.renderValues(list[from:min(from+limit, len(list))])
}

// enriched says whether values come from Attio's own sources, which have no history: what nobody writes on people and
// companies, but for the facts of creation.
func (a *attribute) enriched() bool {
	creation := []string{"record_id", "created_at", "created_by"}
	return a.Type == typeInteraction || (a.System && !a.Writable && a.object.List == nil && !slices.Contains(creation, a.Slug))
}

func (a *attribute) renderValues(list []value) (any, error) {
	b := []byte(`{"data":[`)
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = a.appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return finished(append(b, `]}`...)), nil
}

// queryFlag is a truth value of the query string, false when it is absent.
func (c *call) queryFlag(key string) (bool, error) {
	text := c.r.URL.Query().Get(key)
	if text == "" {
		return false, nil
	}
	truth, err := strconv.ParseBool(text)
	if err != nil {
		return false, badQuery(invalidIssue("Expected 'true' | 'false'", key))
	}
	return truth, nil
}
