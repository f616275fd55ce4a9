package attio

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// value is a value of the kind that the property is compared with. Of a timestamp it may be a day alone.
func (w *rewriter) value(a asked, v any) (value any, day, ok bool) {
	switch a.property.kind {
	case numberKind:
		value, ok = asNumber(v)
	case boolKind:
		value, ok = asBool(v)
	case dateKind:
		value, ok = asDay(v)
	case timeKind:
		if value, ok = asDay(v); ok {
			return value, true, true
		}
		value, ok = asTime(v)
	default:
		value, ok = v.(string)
	}
	if !ok {
		w.findings.Add(diag.Finding{
			Code: "filter-value", Problem: fmt.Sprintf("%s is of type %s and compares with something else", a.Name(), a.attr.Type),
			Got: fmt.Sprint(v), Want: a.property.kind.wants(),
		})
	}
	return value, false, ok
}

func asNumber(v any) (any, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case string:
		if _, err := strconv.ParseFloat(v, 64); err != nil || !json.Valid([]byte(v)) {
			return nil, false
		}
		return json.Number(v), true
	default:
		return nil, false
	}
}

func asBool(v any) (any, bool) {
	switch v {
	case true, "true":
		return true, true
	case false, "false":
		return false, true
	default:
		return nil, false
	}
}

func asDay(v any) (any, bool) {
	s, ok := v.(string)
	if !ok {
		return nil, false
	}
	t, err := time.Parse(time.DateOnly, s)
	return s, err == nil && t.Year() > 0
}

func asTime(v any) (any, bool) {
	s, ok := v.(string)
	if !ok {
		return nil, false
	}
	t, err := readTime(s)
	return t.Format(timestampLayout), err == nil
}

// dayBounds is a comparison of a point in time with a day, in UTC: a day has begun at its first moment and is over at the first of the
// next. So "after" and "until" a day take its whole length in, which the bare date would not.
func dayBounds(property string, o crm.Operator, day any) []atom {
	text, _ := day.(string)
	begin, _ := time.Parse(time.DateOnly, text) // was read before
	from, until := begin.Format(timestampLayout), begin.AddDate(0, 0, 1).Format(timestampLayout)
	const since, before = string(crm.GreaterOrEqual), string(crm.Less)
	switch o {
	case crm.Greater:
		return []atom{{property, since, until}}
	case crm.GreaterOrEqual:
		return []atom{{property, since, from}}
	case crm.Less:
		return []atom{{property, before, from}}
	case crm.LessOrEqual:
		return []atom{{property, before, until}}
	default:
		return []atom{{property, since, from}, {property, before, until}}
	}
}
