package valueconv

import (
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// dateConversion reads calendar days. Without a format that is 2020-01-15, and the same with midnight behind it, with the zone UTC or
// none: how programs write a day that they keep as a point in time. Any other time or zone leaves it open which day is meant, as
// the API turns points in time into days of UTC (contract §9), and is refused; a format that ends with *, or has letters for the time
// and the zone, takes the day as written. A Time cell is the day of its own calendar, and so is a day of a spreadsheet, whatever its
// fraction; seconds since 1970 are the day that it is then in the column's zone.
var dateConversion = conversion{
	doc: typeDoc{
		reads: "`2020-01-15`, also with midnight UTC behind it; `format` in letters, `DD.MM.YYYY`, a final `*` for any rest, " +
			"or `unix` and `unix_ms` (the day in `timezone`), `excel`, `excel1904`",
		writes: "the format, else `2020-01-15`",
		codes:  []string{"bad-date", "ambiguous-date"},
	},
	uses:      usesFormat | usesTimezone | usesDecimal,
	parse:     parseDate,
	format:    formatDate,
	canonical: func(v crm.Value) string { return isoDay(dateOf(v)) },
}

// isoFormat is the format of a column without one.
var isoFormat = timeFormat{tokens: []string{"YYYY", "-", "MM", "-", "DD"}}

func isoDay(d crm.Date) string { return isoFormat.write(reading{day: d}) }

func parseDate(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	read := func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		return dateWithTime(strings.TrimSpace(cell.Text()))
	}
	if o.Format != "" {
		clock, zone, f := dateClock(o)
		if f != nil {
			return nil, f
		}
		read = func(cell tabular.Cell) (crm.Value, *diag.Finding) { return clock.day(cell, zone, o.Format) }
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		switch {
		case cell.Kind() == tabular.Time:
			return dayOf(cell)
		case strings.TrimSpace(cell.Text()) == "":
			return nil, nil
		}
		return read(cell)
	}, nil
}

// dateClock is the format of the column, and the zone in which points in time have a day.
func dateClock(o Options) (clock clockFormat, zone *time.Location, f *diag.Finding) {
	if clock, f = compileClock("date", o); f != nil {
		return clock, nil, f
	}
	zone = time.UTC
	if clock.word == unixSeconds || clock.word == unixMillis {
		zone, f = columnZone(o)
	}
	return clock, zone, f
}

// day reads a cell of the format. A day in ISO form is no number and is taken in a column of numbers too.
func (c clockFormat) day(cell tabular.Cell, zone *time.Location, format string) (crm.Value, *diag.Finding) {
	r, problem := c.read(cell)
	if problem != "" {
		text := strings.TrimSpace(cell.Text())
		if r, timed, ok := readISO(text); ok && !timed && c.word != "" {
			return r.day, nil
		}
		return nil, refuse("bad-date", problem, text, format, "")
	}
	if c.word == unixSeconds || c.word == unixMillis {
		r = readingOf(r.unzoned(), zone)
	}
	if !realDay(r.day) {
		return nil, refuse("bad-date", "the year is out of range", cell.Text(), "a year from 1 to 9999", "")
	}
	return r.day, nil
}

func dayOf(cell tabular.Cell) (crm.Value, *diag.Finding) {
	year, month, day := cell.Time().Date()
	d := crm.Date{Year: year, Month: month, Day: day}
	if !realDay(d) {
		return nil, refuse("bad-date", "the year is out of range", cell.Text(), "a year from 1 to 9999", "")
	}
	return d, nil
}

// dateWithTime reads an ISO day, alone or with a time of day behind it: the forms that need no format.
func dateWithTime(text string) (crm.Value, *diag.Finding) {
	if r, ok := isoFormat.parse(text); ok {
		return r.day, nil
	}
	for _, layout := range []string{"T15:04:05", "T15:04", " 15:04:05", " 15:04"} {
		for _, zone := range []string{"", "Z07:00", " Z07:00", "Z0700", " -0700", " MST"} {
			t, err := time.Parse("2006-01-02"+layout+zone, text)
			if err != nil {
				continue
			}
			if name, offset := t.Zone(); t.Equal(t.Truncate(24*time.Hour)) && offset == 0 && name == "UTC" {
				return dayOf(tabular.TimeCell(t))
			}
			return nil, refuse("ambiguous-date", "the cell is a point in time, which is another day in another zone", text, "a day such as 2020-01-15, or midnight UTC",
				"set format: YYYY-MM-DD* to take the day as it is written")
		}
	}
	return nil, notADate(text)
}

func formatDate(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	if o.Format == "" {
		return func(v crm.Value) tabular.Cell { return tabular.StringCell(isoDay(dateOf(v))) }, nil
	}
	clock, zone, f := dateClock(o)
	if f != nil {
		return nil, f
	}
	return func(v crm.Value) tabular.Cell {
		d := dateOf(v)
		t, ok := dayStart(d, zone)
		cell := clock.write(t, reading{day: d})
		if _, problem := clock.read(cell); !ok || problem != "" {
			return tabular.StringCell(isoDay(d))
		}
		return cell
	}, nil
}

func dateOf(v crm.Value) crm.Date {
	d, _ := v.(crm.Date)
	return d
}
