package sandbox

import (
	"context"
	"slices"
	"strings"
)

// safePrefix is how much of a text is in the index as it is, however long it is: see shorten.
const safePrefix = maxKey - 4

// matchText finds texts by a part of them, without regard to case (contract §8).
func (f filtering) matchText(ctx context.Context, a *attribute, property int, c condition) ([]int64, error) {
	wanted, ok := c.values[0].(string)
	if !ok {
		return nil, filterError(c.path, "%s needs a string, received %s", c.op, jsonType(c.values[0]))
	}
	wanted = strings.ToLower(wanted)
	slot := a.slot(property)
	if c.op == "$starts_with" && len(wanted) <= safePrefix {
		return f.st.ids(ctx, "SELECT DISTINCT record FROM terms WHERE slot = ? AND key >= ? AND key < ? ORDER BY record", slot, wanted, wanted+"\U0010FFFF")
	}
	test := map[string]func(s, part string) bool{"$contains": strings.Contains, "$starts_with": strings.HasPrefix, "$ends_with": strings.HasSuffix}[c.op]
	var out, long []int64
	// instr narrows it down inside SQLite; a shortened key, which holds a NUL, has to be looked at in the record.
	err := f.st.each(ctx, func(scan func(...any) error) error {
		var row int64
		var key string
		if err := scan(&row, &key); err != nil {
			return err
		}
		if strings.Contains(key, "\x00") {
			long = append(long, row)
		} else if test(key, wanted) {
			out = append(out, row)
		}
		return nil
	}, "SELECT record, key FROM terms WHERE slot = ? AND (instr(key, ?) > 0 OR length(CAST(key AS BLOB)) >= ?)", slot, wanted, safePrefix)
	if err != nil {
		return nil, err
	}
	for _, row := range long {
		records, err := f.st.load(ctx, a.object, row)
		if err != nil {
			return nil, err
		}
		for _, v := range records[0].values[a.row] {
			fields, err := v.decode()
			if err != nil {
				return nil, err
			}
			if s, ok := fields[kinds[a.Type].properties[property]].(string); ok && test(strings.ToLower(s), wanted) {
				out = append(out, row)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
