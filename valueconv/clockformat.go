package valueconv

import (
	"math"
	"strconv"
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// clockFormat is a format of dates and times: letters, or one of the words for a number that counts.
type clockFormat struct {
	noun    string // what cells are to be: a date or a time
	word    string
	letters timeFormat
	mark    byte // decimal mark of numbers in text cells
}

// The words for numbers: seconds or milliseconds since 1970 in UTC; days of a spreadsheet's calendar, whose clock has no zone.
const (
	unixSeconds = "unix"
	unixMillis  = "unix_ms"
	excel1900   = "excel"
	excel1904   = "excel1904"
)

// compileClock finds what is wrong with Options.Format, which must not be empty.
func compileClock(noun string, o Options) (clockFormat, *diag.Finding) {
	c := clockFormat{noun: noun, mark: decimalMark(o)}
	switch o.Format {
	case unixSeconds, unixMillis, excel1900, excel1904:
		c.word = o.Format
		return c, nil
	}
	var problem string
	if c.letters, problem = compileFormat(o.Format); problem != "" {
		return c, badFormat(problem, o.Format, "write it like DD.MM.YYYY or YYYY-MM-DD HH:mm, or unix, unix_ms, excel or excel1904")
	}
	return c, nil
}

// read reads a cell that is not blank; problem says why it is not of the format.
func (c clockFormat) read(cell tabular.Cell) (r reading, problem string) {
	other := "the cell is not a " + c.noun + " of the format"
	text, mark := numeral(cell, c.mark)
	if c.word == "" {
		r, ok := c.letters.parse(text)
		if !ok {
			problem = other
		}
		return r, problem
	}
	plain, ok := plainNumber(text, mark)
	switch {
	case !ok || len(plain) != len(text) || strings.Contains(plain, "e"): // groups, a plus sign, an exponent
		return r, other
	case c.word == unixSeconds:
		return unixReading(plain)
	case c.word == unixMillis:
		return unixReading(plainDecimal(plain, -3))
	default:
		return serialReading(plain, c.word == excel1904)
	}
}

// write is the inverse of read, for a point in time and what a clock shows at it. It is empty for what the format cannot say.
func (c clockFormat) write(t time.Time, r reading) tabular.Cell {
	switch c.word {
	case "":
		return tabular.StringCell(c.letters.write(r))
	case unixSeconds:
		return c.number(unixText(t))
	case unixMillis:
		return c.number(plainDecimal(unixText(t), 3))
	default:
		return c.number(serialText(r, c.word == excel1904))
	}
}

// number is a cell for a number in plain decimal. A fraction of seconds may have more digits than a float.
func (c clockFormat) number(plain string) tabular.Cell {
	if n, err := strconv.ParseInt(plain, 10, 64); err == nil {
		return tabular.IntCell(n)
	}
	if f, err := strconv.ParseFloat(plain, 64); err == nil && c.mark == '.' && tabular.FloatCell(f).Text() == plain {
		return tabular.FloatCell(f)
	}
	return tabular.StringCell(strings.Replace(plain, ".", string(c.mark), 1))
}

// unixReading reads seconds since 1970, to the nanosecond.
func unixReading(plain string) (r reading, problem string) {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(plain, "-"), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	nano, used := leadingFraction(fraction, 0, 9)
	switch {
	case err != nil:
		return r, "the year is out of range"
	case strings.Trim(fraction[used:], "0") != "":
		return r, "the time is finer than a nanosecond"
	case strings.HasPrefix(plain, "-"):
		seconds, nano = -seconds, -nano
	}
	t := time.Unix(seconds, int64(nano))
	if r = readingOf(t, time.UTC); r.day.Year < 1 || r.day.Year > 9999 || r.unzoned().Unix() != t.Unix() {
		return r, "the year is out of range"
	}
	return r, ""
}

func unixText(t time.Time) string {
	seconds, nano := t.Unix(), t.Nanosecond()
	sign := ""
	if seconds < 0 {
		sign, seconds = "-", -seconds
		if nano > 0 {
			seconds, nano = seconds-1, 1_000_000_000-nano
		}
	}
	fraction := strconv.Itoa(1_000_000_000 + nano)[1:]
	return plainDecimal(sign+strconv.FormatInt(seconds, 10)+"."+fraction, 0)
}

// The days before day 1 of either calendar, and the last one, 9999-12-31. Day 60 of the older one is the 29th of February 1900, which
// there was not: the days after it are counted from a day earlier.
var (
	before1900   = time.Date(1899, time.December, 31, 0, 0, 0, 0, time.UTC)
	before1904   = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	lastCalendar = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
)

const (
	feb29of1900  = 60
	day          = 24 * time.Hour
	millisPerDay = int64(day / time.Millisecond)
)

// serialReading reads a day of a spreadsheet, its fraction to the millisecond: spreadsheets compute with some 15 digits.
func serialReading(plain string, from1904 bool) (r reading, problem string) {
	serial, err := strconv.ParseFloat(plain, 64)
	days := int64(serial)
	millis := int64(math.Round((serial - float64(days)) * float64(millisPerDay)))
	if millis == millisPerDay {
		days, millis = days+1, 0
	}
	first := before1904
	switch {
	case err != nil || serial < 0 || serial > 3e6:
		return r, "the day is out of range"
	case from1904:
	case days < 1:
		return r, "the number is less than a day"
	case days == feb29of1900:
		return r, "the day is the 29th of February 1900, which there was not"
	case days > feb29of1900:
		first = before1900.Add(-day)
	default:
		first = before1900
	}
	t := first.AddDate(0, 0, int(days))
	if t.After(lastCalendar) {
		return r, "the day is out of range"
	}
	r = readingOf(t.Add(time.Duration(millis)*time.Millisecond), time.UTC)
	r.zoned = false
	return r, ""
}

// serialText is empty for a day before the calendar starts.
func serialText(r reading, from1904 bool) string {
	t := r.unzoned().Round(time.Millisecond)
	first := before1904
	switch {
	case from1904:
	case t.Before(before1900.AddDate(0, 0, feb29of1900)):
		first = before1900
	default:
		first = before1900.Add(-day)
	}
	midnight := t.Truncate(day)
	days := (midnight.Unix() - first.Unix()) / int64(day/time.Second)
	if days < 0 || (days == 0 && !from1904) {
		return ""
	}
	millis := t.Sub(midnight).Milliseconds()
	return strconv.FormatFloat(float64(days)+float64(millis)/float64(millisPerDay), 'f', -1, 64)
}

// dayStart is the first second of a day in a zone, at a full hour or half of one; ok is false where the zone skips the whole day.
func dayStart(d crm.Date, zone *time.Location) (t time.Time, ok bool) {
	for minutes := 0; minutes < 24*60; minutes += 30 {
		r := reading{day: d, hour: minutes / 60, minute: minutes % 60}
		if found := r.instants(zone); len(found) > 0 {
			return found[0], true
		}
	}
	return t, false
}
