package valueconv

import (
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// timestampConversion reads points in time: ISO 8601 with a zone or without one, in the column's zone then, or a format of timeFormat
// or one of the words for numbers. Nanoseconds are kept. A local time that a daylight-saving change skips or repeats is refused, as is a
// day without a time unless a format says so: then it is the day's midnight. Under any format a cell with a zone in ISO 8601 is read
// as well, if the format could say it: it is how a time is written that the format cannot tell from another. A cell that is a point in
// time is that one whatever the format, a local time is one of the column's zone, and a day is the time at which it starts there.
var timestampConversion = conversion{
	doc: typeDoc{
		reads: "ISO 8601 with a zone, `2020-01-15T10:00:00.5+02:00`, or without, in `timezone`; `format` in letters, `DD.MM.YYYY HH:mm`, " +
			"or `unix`, `unix_ms`, `excel`, `excel1904`",
		writes: "the format, else ISO 8601 in `timezone`",
		codes:  []string{"bad-timestamp", "ambiguous-time", "nonexistent-time"},
	},
	uses:      usesFormat | usesTimezone | usesDecimal,
	cells:     cellKinds{takes: ofTexts | ofNumbers | ofTimes, noun: "a time", code: "bad-timestamp", want: wantTime},
	parse:     parseTimestamp,
	format:    formatTimestamp,
	canonical: func(v crm.Value) string { return timestampIn(v).UTC().Format(time.RFC3339Nano) },
}

const wantTime = "a time such as 2020-01-15T10:00:00Z"

func timestampIn(v crm.Value) time.Time {
	t, _ := v.(crm.Timestamp)
	return time.Time(t)
}

func parseTimestamp(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	zone, f := columnZone(o)
	if f != nil {
		return nil, f
	}
	read := isoTime
	if o.Format != "" {
		clock, f := timestampClock(o, zone)
		if f != nil {
			return nil, f
		}
		read = clock.read
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := strings.TrimSpace(cell.Text())
		if text == "" {
			return nil, nil
		}
		switch cell.Kind() {
		case tabular.Time:
			return pointInTime(readingOf(cell.Time(), time.UTC), zone, text)
		case tabular.LocalTime:
			return pointInTime(localReading(cell.Time()), zone, text)
		case tabular.Date:
			return startOfDay(cell, zone)
		default:
		}
		r, f := read(cell)
		if f != nil {
			return nil, f
		}
		return pointInTime(r, zone, text)
	}, nil
}

// startOfDay is the first time of a day in the zone. A zone that goes to the other side of the date line skips whole days.
func startOfDay(cell tabular.Cell, zone *time.Location) (crm.Value, *diag.Finding) {
	r := localReading(cell.Time())
	if start, ok := dayStart(r.day, zone); ok {
		return pointInTime(readingOf(start, time.UTC), zone, cell.Text())
	}
	return pointInTime(r, zone, cell.Text())
}

// isoTime reads a cell of a column without a format.
func isoTime(cell tabular.Cell) (reading, *diag.Finding) {
	text := strings.TrimSpace(cell.Text())
	r, timed, ok := readISO(text)
	switch {
	case ofNumbers.has(cell.Kind()):
		return r, refuse("bad-timestamp", "the cell is a number, not a time", text, wantTime, numberFormatHint(text))
	case ok && timed:
		return r, nil
	case ok:
		return r, refuse("ambiguous-time", "the cell is a day without a time", text, wantTime,
			"set format: YYYY-MM-DD to take the midnight with which it starts in the column's time zone")
	default:
		return r, notATime(text)
	}
}

// zonedClock is the format of a column of points in time.
type zonedClock struct {
	clockFormat
	zone   *time.Location
	format string
}

// timestampClock refuses a format that lets anything follow, as that could be a zone.
func timestampClock(o Options, zone *time.Location) (zonedClock, *diag.Finding) {
	clock, f := compileClock("time", o)
	if f == nil && clock.letters.open {
		f = badFormat("what * stands for could be a time or a zone", o.Format, "write the letters of the whole cell")
	}
	return zonedClock{clock, zone, o.Format}, f
}

// read reads a cell of the format, or one in ISO 8601 with a zone if write would give the like.
func (c zonedClock) read(cell tabular.Cell) (reading, *diag.Finding) {
	r, problem := c.clockFormat.read(cell)
	if problem == "" {
		return r, nil
	}
	text := strings.TrimSpace(cell.Text())
	if iso, _, ok := readISO(text); ok && iso.zoned {
		if _, exact := c.write(iso.instants(c.zone)[0]); exact {
			return iso, nil
		}
		problem = "the cell says more than the format"
	}
	return r, refuse("bad-timestamp", problem, text, c.format, "")
}

// write writes a time that the format would not read back, such as one that a daylight-saving change repeats, in ISO 8601 with its
// offset. exact is whether the cell stands for all of the time.
func (c zonedClock) write(t time.Time) (cell tabular.Cell, exact bool) {
	local := inZone(t, c.zone)
	shown := readingOf(t, c.zone)
	if c.letters.zoned {
		shown = readingOf(local, local.Location())
	}
	cell = c.clockFormat.write(t, shown)
	if r, problem := c.clockFormat.read(cell); problem == "" {
		if found := r.instants(c.zone); len(found) == 1 {
			return cell, found[0].Equal(t)
		}
	}
	return tabular.StringCell(local.Format(time.RFC3339Nano)), true
}

func formatTimestamp(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	zone, f := columnZone(o)
	if f != nil {
		return nil, f
	}
	if o.Format == "" {
		return func(v crm.Value) tabular.Cell { return tabular.TimeCell(inZone(timestampIn(v), zone)) }, nil
	}
	clock, f := timestampClock(o, zone)
	if f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell {
		cell, _ := clock.write(timestampIn(v))
		return cell
	}, nil
}

// inZone is the time in the zone, or in UTC where the zone's year or offset cannot be written.
func inZone(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	if _, offset := local.Zone(); offset%60 != 0 || local.Year() < 1 || local.Year() > 9999 {
		return t.UTC()
	}
	return local
}
