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
// the API turns points in time into days of UTC (contract §9), and is refused; a format that ends with * takes the day as written.
// A Time cell is the day of its own calendar.
var dateConversion = conversion{
	takes:     takesFormat,
	parse:     parseDate,
	format:    formatDate,
	canonical: func(v crm.Value) string { return isoFormat.write(dateOf(v)) },
}

// isoFormat is the format of a column without one.
var isoFormat = dateFormat{tokens: []string{"YYYY", "-", "MM", "-", "DD"}}

func parseDate(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	format, f := columnFormat(o)
	if f != nil {
		return nil, f
	}
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		if cell.Kind() == tabular.Time {
			return dayOf(cell)
		}
		text := strings.TrimSpace(cell.Text())
		if text == "" {
			return nil, nil
		}
		if d, ok := format.parse(text); ok {
			return d, nil
		}
		if o.Format != "" {
			return nil, refuse("bad-date", "the cell is not a date of the format", text, o.Format, "")
		}
		return dateWithTime(text)
	}, nil
}

// columnFormat is the format of the column.
func columnFormat(o Options) (dateFormat, *diag.Finding) {
	if o.Format == "" {
		return isoFormat, nil
	}
	format, problem := compileFormat(o.Format)
	if problem != "" {
		return format, badOption("the format cannot be used: "+problem, o.Format, "write it like DD.MM.YYYY")
	}
	return format, nil
}

func dayOf(cell tabular.Cell) (crm.Value, *diag.Finding) {
	year, month, day := cell.Time().Date()
	d := crm.Date{Year: year, Month: month, Day: day}
	if !realDay(d) {
		return nil, refuse("bad-date", "the year is out of range", cell.Text(), "a year from 1 to 9999", "")
	}
	return d, nil
}

// dateWithTime reads an ISO day with a time of day behind it, the last form that needs no format.
func dateWithTime(text string) (crm.Value, *diag.Finding) {
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

// notADate names the formats that would read a text. Where several would, the text is ambiguous.
func notADate(text string) *diag.Finding {
	var fit []string
	for _, layout := range []string{
		"MM/DD/YYYY", "DD/MM/YYYY", "M/D/YYYY", "D/M/YYYY", "MM-DD-YYYY", "DD-MM-YYYY", "MM.DD.YYYY", "DD.MM.YYYY", "D.M.YYYY", "YYYYMMDD", "YYYY/MM/DD",
		"YYYY.MM.DD", "YYYY-M-D", "MMM D, YYYY", "MMMM D, YYYY", "D MMM YYYY", "D MMMM YYYY", "DD-MMM-YYYY",
	} {
		for _, suffix := range []string{"", "*"} {
			format, _ := compileFormat(layout + suffix)
			_, ok := format.parse(text)
			if ok && (len(fit) == 0 || !sameOrder(fit, layout)) {
				fit = append(fit, layout+suffix)
			}
		}
	}
	const want = "a day such as 2020-01-15"
	switch {
	case len(fit) > 1:
		return refuse("ambiguous-date", "the day and the month could be the other way round", text, want, "set format: "+strings.Join(fit, " or format: "))
	case len(fit) == 1:
		return refuse("bad-date", "the date is not in ISO form", text, want, "set format: "+fit[0])
	case allDigits(text) && len(text) == 5:
		return refuse("bad-date", "the cell is a number, not a date", text, want, "it may be a day count of a spreadsheet: format the column as dates and export it again")
	default:
		return refuse("bad-date", "the cell is not a date", text, want, "")
	}
}

// sameOrder reports whether a format with the same order of year, month and day has been found.
func sameOrder(found []string, layout string) bool {
	order := func(f string) string {
		var b strings.Builder
		for i := range len(f) {
			if isLetter(f[i]) && !strings.Contains(b.String(), f[i:i+1]) {
				b.WriteByte(f[i])
			}
		}
		return b.String()
	}
	for _, f := range found {
		if order(f) == order(layout) {
			return true
		}
	}
	return false
}

func formatDate(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	format, f := columnFormat(o)
	return func(v crm.Value) tabular.Cell { return tabular.StringCell(format.write(dateOf(v))) }, f
}

func dateOf(v crm.Value) crm.Date {
	d, _ := v.(crm.Date)
	return d
}
