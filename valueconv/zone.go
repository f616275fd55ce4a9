package valueconv

import (
	"cmp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a database of zones

	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// columnZone is the zone of times that name none.
func columnZone(o Options) (*time.Location, *diag.Finding) {
	zone, err := time.LoadLocation(o.Timezone)
	if err != nil || o.Timezone == "Local" { // on another machine the job would mean something else
		return nil, badOption("the time zone is unknown", o.Timezone, "write a name of the IANA database, such as Europe/Berlin")
	}
	return zone, nil
}

// unzoned is the reading's point in time if it were in UTC.
func (r reading) unzoned() time.Time {
	return time.Date(r.day.Year, r.day.Month, r.day.Day, r.hour, r.minute, r.second, r.nano, time.UTC)
}

// readingOf is what the clocks of a zone show at a point in time.
func readingOf(t time.Time, zone *time.Location) reading {
	t = t.In(zone)
	r := reading{hour: t.Hour(), minute: t.Minute(), second: t.Second(), nano: t.Nanosecond(), zoned: true}
	r.day.Year, r.day.Month, r.day.Day = t.Date()
	_, r.offset = t.Zone()
	return r
}

func timestampAt(t time.Time, text string) (crm.Value, *diag.Finding) {
	if year := t.Year(); year < 1 || year > 9999 {
		return nil, refuse("bad-timestamp", "the year is out of range", text, "a year from 1 to 9999", "")
	}
	return crm.Timestamp(t), nil
}

// localReading is what a time shows in its own zone, which is then forgotten.
func localReading(t time.Time) reading {
	r := readingOf(t, t.Location())
	r.zoned, r.offset = false, 0
	return r
}

// instants are the points in time at which the clocks of a zone show the reading: one, none where a change skips it, two where a
// change repeats it, in order.
func (r reading) instants(zone *time.Location) []time.Time {
	unzoned := r.unzoned()
	if r.zoned {
		return []time.Time{unzoned.Add(-time.Duration(r.offset) * time.Second)}
	}
	var found []time.Time
	for _, offset := range offsetsAround(unzoned, zone) {
		t := unzoned.Add(-time.Duration(offset) * time.Second)
		if _, at := t.In(zone).Zone(); at == offset {
			found = append(found, t)
		}
	}
	return found
}

// offsetsAround are the offsets of a zone at a time that is off by no more than an offset, and before and after the changes next to
// it: each once, the largest first, as it makes the earliest point in time.
func offsetsAround(t time.Time, zone *time.Location) []int {
	near := []time.Time{t.In(zone)}
	start, end := near[0].ZoneBounds()
	if !start.IsZero() {
		near = append(near, start.Add(-1))
	}
	if !end.IsZero() {
		near = append(near, end)
	}
	offsets := make([]int, len(near))
	for i, t := range near {
		_, offsets[i] = t.Zone()
	}
	slices.SortFunc(offsets, func(a, b int) int { return cmp.Compare(b, a) })
	return slices.Compact(offsets)
}

// farFromChanges is further than a change of a zone's clocks reaches: the date line has been moved by a day.
const farFromChanges = 2 * day

// certainInstant is the one point in time of a reading with a zone, in UTC, or far from the changes of the clocks; ok is false for any
// other, of which there may be none or two.
func (r reading) certainInstant(zone *time.Location) (t time.Time, ok bool) {
	unzoned := r.unzoned()
	switch {
	case r.zoned && r.offset == 0, !r.zoned && zone == time.UTC:
		return unzoned, true
	case r.zoned:
		return unzoned.Add(-time.Duration(r.offset) * time.Second), true
	}
	near := unzoned.In(zone)
	start, end := near.ZoneBounds()
	if (!start.IsZero() && unzoned.Sub(start) < farFromChanges) || (!end.IsZero() && end.Sub(unzoned) < farFromChanges) {
		return t, false
	}
	_, offset := near.Zone()
	return unzoned.Add(-time.Duration(offset) * time.Second), true
}

// pointInTime is the one point in time of a reading; text is the cell, for a finding.
func pointInTime(r reading, zone *time.Location, text string) (crm.Value, *diag.Finding) {
	if t, ok := r.certainInstant(zone); ok {
		return timestampAt(t, text)
	}
	found := r.instants(zone)
	if len(found) == 1 {
		return timestampAt(found[0], text)
	}
	var spelled []string
	for _, offset := range offsetsAround(r.unzoned(), zone) {
		at := r.unzoned().Add(-time.Duration(offset) * time.Second)
		if len(found) == 0 || slices.ContainsFunc(found, at.Equal) {
			spelled = append(spelled, r.unzoned().Format("2006-01-02T15:04:05.999999999")+offsetText(offset))
		}
	}
	code, problem := "ambiguous-time", " show this time twice"
	if len(found) == 0 {
		code, problem = "nonexistent-time", " skip this time"
	}
	return nil, refuse(code, "the clocks of "+zone.String()+problem, text, "a time with its offset", "write the offset: "+strings.Join(spelled, " or "))
}
