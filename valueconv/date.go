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
// and the zone, takes the day as written. A spreadsheet's day is that day, whatever its time. A point in time, stated by its cell or
// as seconds since 1970, is the day that it is then in the column's zone; where the job names none, a cell has to be midnight UTC.
var dateConversion = conversion{
	doc: typeDoc{
		reads: "`2020-01-15`, also with midnight UTC behind it; `format` in letters, `DD.MM.YYYY`, a final `*` for any rest, " +
			"or `unix` and `unix_ms` (the day in `timezone`), `excel`, `excel1904`",
		writes: "the format, else `2020-01-15`",
		codes:  []string{"bad-date", "ambiguous-date"},
	},
	uses:      usesFormat | usesTimezone | usesDecimal,
	cells:     cellKinds{takes: ofTexts | ofNumbers | ofTimes, noun: "a day", code: "bad-date", want: wantDay},
	parse:     parseDate,
	format:    formatDate,
	canonical: func(v crm.Value) string { return isoDay(dateOf(v)) },
}

const wantDay = "a day such as 2020-01-15"

// isoFormat is the format of a column without one.
var isoFormat = timeFormat{tokens: []string{"YYYY", "-", "MM", "-", "DD"}}

// readDay is what isoFormat.parse reads, without looking at letters.
func readDay(text string) (d crm.Date, ok bool) {
	if len(text) != len("2020-01-15") || text[4] != '-' || text[7] != '-' {
		return d, false
	}
	year, y := leadingDigits(text, 4, 4)
	month, m := leadingDigits(text[5:], 2, 2)
	dayOfMonth, n := leadingDigits(text[8:], 2, 2)
	d = crm.Date{Year: year, Month: time.Month(month), Day: dayOfMonth}
	return d, y == 4 && m == 2 && n == 2 && realDay(d)
}

func isoDay(d crm.Date) string { return isoFormat.write(reading{day: d}) }

func parseDate(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	zone, f := columnZone(o)
	if f != nil {
		return nil, f
	}
	read := dateWithoutFormat
	if o.Format != "" {
		clock, f := compileClock("date", o)
		if f != nil {
			return nil, f
		}
		read = func(cell tabular.Cell) (crm.Value, *diag.Finding) { return clock.day(cell, zone, o.Format) }
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		switch cell.Kind() {
		case tabular.Date, tabular.LocalTime:
			return dayOf(cell.Time(), cell.Text())
		case tabular.Time:
			return dayOfInstant(cell, zone, o.Timezone != "")
		default:
			return read(cell)
		}
	}, nil
}

// dateWithoutFormat reads a cell of a column that has no format.
func dateWithoutFormat(cell tabular.Cell) (crm.Value, *diag.Finding) {
	text := strings.TrimSpace(cell.Text())
	switch {
	case text == "":
		return nil, nil
	case ofNumbers.has(cell.Kind()):
		return nil, refuse("bad-date", "the cell is a number, not a date", text, wantDay, numberFormatHint(text))
	default:
		return dateWithTime(text)
	}
}

// dayOfInstant is the day that it is in the zone. Where the job names none there is a day only at midnight UTC, when programs write one
// that they keep as a point in time: at any other time it would depend on who looks.
func dayOfInstant(cell tabular.Cell, zone *time.Location, named bool) (crm.Value, *diag.Finding) {
	t := cell.Time().In(zone)
	if !named && !t.Equal(t.Truncate(day)) {
		return nil, refuse("ambiguous-date", "the cell is a point in time, which is another day in another zone", cell.Text(), "a day, or midnight UTC",
			"set timezone: the zone whose day is meant, such as Europe/Berlin or UTC")
	}
	return dayOf(t, cell.Text())
}

// day reads a cell of the format. A day in ISO form is no number and is taken in a column of numbers too.
func (c clockFormat) day(cell tabular.Cell, zone *time.Location, format string) (crm.Value, *diag.Finding) {
	text := strings.TrimSpace(cell.Text())
	if text == "" {
		return nil, nil
	}
	r, problem := c.read(cell)
	if problem != "" {
		if r, timed, ok := readISO(text); ok && !timed && c.word != "" {
			return r.day, nil
		}
		return nil, refuse("bad-date", problem, text, format, "")
	}
	if c.word == unixSeconds || c.word == unixMillis {
		r = readingOf(r.unzoned(), zone)
	}
	return calendarDay(r.day, text)
}

// dayOf is the day that a time names in its own zone; text is the cell, for a finding.
func dayOf(t time.Time, text string) (crm.Value, *diag.Finding) {
	year, month, day := t.Date()
	return calendarDay(crm.Date{Year: year, Month: month, Day: day}, text)
}

func calendarDay(d crm.Date, text string) (crm.Value, *diag.Finding) {
	if !realDay(d) {
		return nil, refuse("bad-date", "the year is out of range", text, "a year from 1 to 9999", "")
	}
	return d, nil
}

// dateWithTime reads an ISO day, alone or with a time of day behind it: the forms that need no format.
func dateWithTime(text string) (crm.Value, *diag.Finding) {
	if d, ok := readDay(text); ok {
		return d, nil
	}
	for _, layout := range []string{"T15:04:05", "T15:04", " 15:04:05", " 15:04"} {
		for _, zone := range []string{"", "Z07:00", " Z07:00", "Z0700", " -0700", " MST"} {
			t, err := time.Parse("2006-01-02"+layout+zone, text)
			if err != nil {
				continue
			}
			if name, offset := t.Zone(); t.Equal(t.Truncate(24*time.Hour)) && offset == 0 && name == "UTC" {
				return dayOf(t, text)
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
	clock, f := compileClock("date", o)
	if f != nil {
		return nil, f
	}
	zone, f := columnZone(o)
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
