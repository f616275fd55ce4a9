package sandbox

import (
	"context"
	"encoding/json"
	"slices"
)

// maxPage is the default and the largest page; a larger limit is clamped, because the contract leaves open what happens.
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
	p, err := parsePage(o, c.body)
	if err != nil {
		return nil, err
	}
	rows, err := c.st.find(ctx, o, p)
	if err != nil {
		return nil, err
	}
	records, err := c.st.load(ctx, o, rows...)
	if err != nil {
		return nil, err
	}
	return manyRecords(records)
}

func parsePage(o *object, body []byte) (page, error) {
	p := page{limit: maxPage}
	if len(body) == 0 {
		return p, nil
	}
	m, err := decodeObject(body)
	if err != nil {
		return p, err
	}
	issues := unknownKeys(m, []string{"filter", "sorts", "limit", "offset"})
	p.filter = m["filter"]
	if limit, ok := m["limit"]; ok {
		p.limit, issues = count(limit, 1, "limit", issues)
	}
	if offset, ok := m["offset"]; ok {
		p.offset, issues = count(offset, 0, "offset", issues)
	}
	if issues != nil {
		return p, badBody(issues...)
	}
	p.limit = min(p.limit, maxPage)
	p.sorts, err = parseSorts(o, m["sorts"])
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

// find returns the rows of a page in order. Rows are numbered in order of creation, so that sorting by created_at is walking
// an index; any other order sorts all that match.
func (st *store) find(ctx context.Context, o *object, p page) ([]int64, error) {
	byCreation, descending := creationOrder(p.sorts)
	if p.filter == nil && byCreation {
		if descending {
			return st.ids(ctx, "SELECT id FROM records WHERE object = ? ORDER BY id DESC LIMIT ? OFFSET ?", o.row, p.limit, p.offset)
		}
		return st.ids(ctx, "SELECT id FROM records WHERE object = ? ORDER BY id LIMIT ? OFFSET ?", o.row, p.limit, p.offset)
	}
	filter := p.filter
	if filter == nil {
		filter = map[string]any{}
	}
	rows, err := st.filter(ctx, o, filter)
	if err != nil {
		return nil, err
	}
	if byCreation && descending {
		slices.Reverse(rows)
	} else if !byCreation {
		if err := st.sort(ctx, rows, p.sorts); err != nil {
			return nil, err
		}
	}
	from := min(p.offset, len(rows))
	return rows[from:min(from+p.limit, len(rows))], nil
}

// all is every row of an object in order of creation.
func (st *store) all(ctx context.Context, o *object) ([]int64, error) {
	return st.ids(ctx, "SELECT id FROM records WHERE object = ? ORDER BY id", o.row)
}
