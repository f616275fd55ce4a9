package sandbox

import (
	"context"
	"encoding/json"
	"slices"
)

// maxPage is the default and the largest page.
const maxPage = 500

// page is a checked query body.
type page struct {
	filter        any // nil: every record
	sorts         []sortKey
	limit, offset int
}

func queryRecords(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	return c.query(ctx, o)
}

// query answers with a page of records or entries.
func (c *call) query(ctx context.Context, o *object) (any, error) {
	p, err := c.st.parsePage(o, c.body)
	if err != nil {
		return nil, err
	}
	if err := c.charge(ctx, o, p); err != nil {
		return nil, err
	}
	records, err := c.st.find(ctx, o, p)
	if err != nil {
		return nil, err
	}
	return manyRecords(records)
}

func (st *store) parsePage(o *object, body []byte) (page, error) {
	p := page{limit: maxPage}
	if len(body) == 0 {
		return p, nil
	}
	m, err := decodeObject(body)
	if err != nil {
		return p, err
	}
	issues := unknownKeys(m, []string{"filter", "filter_view_id", "sorts", "limit", "offset"})
	p.filter = m["filter"]
	if limit, ok := m["limit"]; ok {
		p.limit, issues = count(limit, 1, "limit", issues)
	}
	if offset, ok := m["offset"]; ok {
		p.offset, issues = count(offset, 0, "offset", issues)
	}
	if p.limit > maxPage && st.switches.QueryLimit == LimitRefused {
		issues = append(issues, invalidIssue("Number must be less than or equal to 500", "limit"))
	}
	if issues != nil {
		return p, badBody(issues...)
	}
	if view, given := m["filter_view_id"]; given && view != nil {
		return p, badRequest(codeValueNotFound, "View with ID %q not found.", view)
	}
	p.limit = min(p.limit, maxPage)
	p.sorts, err = st.parseSorts(o, m["sorts"])
	return p, err
}

func count(v any, least int, key string, issues []validationIssue) (int, []validationIssue) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, append(issues, wrongType("number", v, key))
	}
	i, err := n.Int64()
	if err != nil || i < int64(least) || i > 1<<31 {
		return 0, append(issues, invalidIssue("Number must be a whole number, not negative and not zero for limit", key))
	}
	return int(i), issues
}

// find loads the records of a page in order.
func (st *store) find(ctx context.Context, o *object, p page) ([]*record, error) {
	rows, _, err := st.rows(ctx, o, p, false)
	if err != nil {
		return nil, err
	}
	return st.load(ctx, o, rows...)
}

// rows returns the rows of a page in order and, if counted, of how many. Rows are numbered in order of creation, so that sorting
// by created_at is walking an index; any other order sorts all that match.
func (st *store) rows(ctx context.Context, o *object, p page, counted bool) (rows []int64, total int, err error) {
	byCreation, descending := creationOrder(p.sorts)
	if p.filter == nil && byCreation {
		if counted {
			if total, err = st.countAll(ctx, o); err != nil {
				return nil, 0, err
			}
		}
		rows, err = st.page(ctx, o, p.limit, p.offset, descending)
		return rows, total, err
	}
	if byCreation && !counted {
		if rows, known, err := st.createdWithin(ctx, o, p, descending); known || err != nil {
			return rows, 0, err
		}
	}
	filter := p.filter
	if filter == nil {
		filter = map[string]any{}
	}
	rows, err = st.filter(ctx, o, filter)
	if err != nil {
		return nil, 0, err
	}
	if byCreation && descending {
		slices.Reverse(rows)
	} else if !byCreation {
		if err := st.sort(ctx, rows, p.sorts); err != nil {
			return nil, 0, err
		}
	}
	from := min(p.offset, len(rows))
	return rows[from:min(from+p.limit, len(rows))], len(rows), nil
}

// createdWithin answers the query of an export that goes on from the created_at that it saw last: a filter by ranges of created_at
// alone, in that order. It is one walk in the index of terms and costs what it returns. known is false for any other query.
func (st *store) createdWithin(ctx context.Context, o *object, p page, descending bool) (rows []int64, known bool, err error) {
	m, _ := p.filter.(map[string]any)
	a, ok := o.attribute("created_at")
	in, given := m["created_at"]
	if !given || !ok || len(m) != 1 {
		return nil, false, nil
	}
	conditions, err := (filtering{st: st, object: o}).conditions(a, in, []string{"created_at"})
	if err != nil {
		return nil, true, err
	}
	low, high := "", "\U0010FFFF"
	for _, c := range conditions {
		key, err := st.filterKey(a, 0, c.values[0], c.path)
		if err != nil {
			return nil, true, err
		}
		at, _ := key.(string)
		switch c.op {
		case "$gte":
			low = max(low, at)
		case "$gt":
			low = max(low, at+"\x00")
		case "$lte":
			high = min(high, at+"\x00")
		case "$lt":
			high = min(high, at)
		default:
			return nil, false, nil
		}
	}
	query := "SELECT record FROM terms WHERE slot = ? AND key >= ? AND key < ? ORDER BY key, record LIMIT ? OFFSET ?"
	if descending {
		query = "SELECT record FROM terms WHERE slot = ? AND key >= ? AND key < ? ORDER BY key DESC, record DESC LIMIT ? OFFSET ?"
	}
	rows, err = st.ids(ctx, query, a.slot(0), low, high, p.limit, p.offset)
	return rows, true, err
}

// all is every row of an object in order of creation.
func (st *store) all(ctx context.Context, o *object) ([]int64, error) {
	return st.ids(ctx, "SELECT id FROM records WHERE object = ? ORDER BY id", o.row)
}

// countAll is how many records an object has.
func (st *store) countAll(ctx context.Context, o *object) (int, error) {
	return st.countRecords(ctx, o, st.positionsOf(o))
}
