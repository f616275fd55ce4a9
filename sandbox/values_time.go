package sandbox

import (
	"context"
	"time"
)

// isoTimes are the date-times that are understood; the ones without a zone mean UTC (contract §9).
var isoTimes = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04:05.999999999",
}

// isoDates are the dates that are understood; a partial one means its first day.
var isoDates = []string{time.DateOnly, "2006-01", "2006"}

func parseIn(s string, layouts []string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// canonicalDate reads a date, or the UTC day of a date-time.
func canonicalDate(s string) (string, bool) {
	t, ok := parseIn(s, isoDates)
	if !ok {
		t, ok = parseIn(s, isoTimes)
	}
	if !ok || t.Year() > 9999 || t.Year() < 0 {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

func parseDate(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	in, err := single(a, in, "value")
	if err != nil {
		return nil, err
	}
	s, ok := in.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", in))
	}
	date, ok := canonicalDate(s)
	if !ok {
		return nil, badValue(a, invalidIssue("Invalid date"))
	}
	return fields{"value": date}, nil
}

// canonicalTimestamp writes a moment as the API does; a bare date means its first moment in UTC.
func canonicalTimestamp(s string, dateAlone bool) (string, bool) {
	t, ok := parseIn(s, isoTimes)
	if !ok && dateAlone {
		t, ok = parseIn(s, isoDates[:1])
	}
	if !ok || t.Year() > 9999 || t.Year() < 0 {
		return "", false
	}
	return t.Format("2006-01-02T15:04:05.000000000Z"), true
}

func parseTimestamp(_ context.Context, w *writer, a *attribute, in any) (fields, error) {
	in, err := single(a, in, "value")
	if err != nil {
		return nil, err
	}
	s, ok := in.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", in))
	}
	stamp, ok := canonicalTimestamp(s, true)
	if !ok && w.st.switches.PartialTimestamp == PartialAccepted {
		if t, partial := parseIn(s, isoDates[1:]); partial {
			stamp, ok = formatTime(t.UnixNano()), true
		}
	}
	if !ok {
		return nil, badValue(a, invalidIssue("Invalid timestamp"))
	}
	return fields{"value": stamp}, nil
}
