package sandbox

import (
	"context"
	"slices"
)

// positions are the rows of every stride-th record of an object in order of creation: how far an offset is from a row that is
// known is at most stride, however deep the page, so that reading all pages of an export costs as much as reading all rows once
// and not the square of it. New records come at the end, where nothing is remembered yet; a deletion forgets what is behind it.
type positions struct{ at []int64 }

const stride = 500

// page returns the rows of a page of all records of o.
func (st *store) page(ctx context.Context, o *object, limit, offset int, descending bool) ([]int64, error) {
	p := st.positionsOf(o)
	if !descending {
		return st.walk(ctx, o, p, limit, offset)
	}
	n, err := st.countRecords(ctx, o, p)
	if err != nil {
		return nil, err
	}
	end := n - offset
	if end <= 0 {
		return nil, nil
	}
	from := max(0, end-limit)
	rows, err := st.walk(ctx, o, p, end-from, from)
	slices.Reverse(rows)
	return rows, err
}

func (st *store) positionsOf(o *object) *positions {
	p := st.positions[o.row]
	if p == nil {
		p = &positions{}
		st.positions[o.row] = p
	}
	return p
}

// walk goes to the nearest position that is known, from there to the offset, and remembers the positions on its way.
func (st *store) walk(ctx context.Context, o *object, p *positions, limit, offset int) ([]int64, error) {
	if err := st.extend(ctx, o, p, offset/stride); err != nil {
		return nil, err
	}
	k := min(offset/stride, len(p.at)-1)
	if k < 0 || offset-k*stride > stride {
		return nil, nil
	}
	return st.ids(ctx, "SELECT id FROM records WHERE object = ? AND id >= ? ORDER BY id LIMIT ? OFFSET ?", o.row, p.at[k], limit, offset-k*stride)
}

// extend makes the positions up to number k known, as far as there are records.
func (st *store) extend(ctx context.Context, o *object, p *positions, k int) error {
	for len(p.at) <= k {
		from, skip := int64(0), 0
		if n := len(p.at); n > 0 {
			from, skip = p.at[n-1], stride
		}
		rows, err := st.ids(ctx, "SELECT id FROM records WHERE object = ? AND id >= ? ORDER BY id LIMIT 1 OFFSET ?", o.row, from, skip)
		if err != nil || len(rows) == 0 {
			return err
		}
		p.at = append(p.at, rows[0])
	}
	return nil
}

func (st *store) countRecords(ctx context.Context, o *object, p *positions) (int, error) {
	if err := st.extend(ctx, o, p, 1<<30); err != nil || len(p.at) == 0 {
		return 0, err
	}
	last := len(p.at) - 1
	rest, err := st.ids(ctx, "SELECT COUNT(*) FROM records WHERE object = ? AND id >= ?", o.row, p.at[last])
	if err != nil {
		return 0, err
	}
	return last*stride + int(rest[0]), nil
}

// forgetPositions is called before a record goes: positions from its own on are no longer right.
func (st *store) forgetPositions(rec *record) {
	p := st.positions[rec.object.row]
	if p == nil {
		return
	}
	at, _ := slices.BinarySearch(p.at, rec.row)
	p.at = p.at[:at]
}
