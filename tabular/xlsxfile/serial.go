package xlsxfile

import (
	"fmt"
	"math"
	"time"

	"attio-etl/tabular"
)

const (
	millisPerDay = 24 * 60 * 60 * 1000
	lastSerial   = 2958465 // 9999-12-31 in the epoch of 1900
	epochs       = 1462    // days from the epoch of 1900 to that of 1904
	leapSerial   = 60      // 1900-02-29, which there was not: Excel counts it (ECMA-376 part 1, 18.17.4.1)
)

// serial is a spreadsheet's point in time: days since its epoch, to the millisecond, as spreadsheets compute with some 15 digits.
type serial struct {
	days   int64
	millis int64
}

func serialOf(v float64) serial {
	days := math.Floor(v)
	s := serial{int64(days), int64(math.Round((v - days) * millisPerDay))}
	if s.millis == millisPerDay {
		s.days, s.millis = s.days+1, 0
	}
	return s
}

// date is the serial as a date with time of day; ok is false where the calendar has none.
func (s serial) date(from1904 bool) (t time.Time, ok bool) {
	days := s.days
	if from1904 {
		days += epochs
	}
	if days < 1 || days > lastSerial || days == leapSerial || (from1904 && s.days < 0) {
		return time.Time{}, false
	}
	if days < leapSerial {
		days++
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)).Add(time.Duration(s.millis) * time.Millisecond), true
}

// dateCell is a number under a date's format. A format that shows the time of day makes it a time, at midnight too; one that does
// not makes it a day, unless there is a time that it hides.
func dateCell(v float64, m meaning, from1904 bool) tabular.Cell {
	if v < 0 || v > lastSerial+1 {
		return notADate(v)
	}
	s := serialOf(v)
	if m == timeOfDay && v < 1 {
		return tabular.StringCell(clock(min(int64(math.Round(v*millisPerDay)), millisPerDay-1)))
	}
	t, ok := s.date(from1904)
	if !ok {
		return notADate(v)
	}
	if s.millis == 0 && m != dayAndTime {
		return tabular.DateCell(t.Date())
	}
	return tabular.LocalTimeCell(t)
}

func notADate(v float64) tabular.Cell {
	return tabular.BrokenCell(tabular.FloatCell(v).Text(), tabular.Fault{
		Code: "not-a-date", Problem: "the cell has the format of a date and a number that is none",
		Hint: "correct the date, or give the cell a number format if it is a number",
	})
}

// durationCell is a number of days under a format that counts hours beyond 24.
func durationCell(v float64) tabular.Cell {
	if math.Abs(v) > lastSerial {
		return notADate(v)
	}
	text := clock(int64(math.Round(math.Abs(v) * millisPerDay)))
	if v < 0 {
		text = "-" + text
	}
	return tabular.StringCell(text)
}

// clock is milliseconds as HH:MM:SS, with the fraction of the second where there is one.
func clock(millis int64) string {
	text := fmt.Sprintf("%02d:%02d:%02d", millis/3_600_000, millis/60_000%60, millis/1000%60)
	if fraction := millis % 1000; fraction != 0 {
		text += fmt.Sprintf(".%03d", fraction)
	}
	return text
}

// serialNumber is the number of days that stands for a time, false where none does to the millisecond. Before the day that there was not, Excel
// and most other programs count differently: what is one day here is the next one there, so none of those is written as a number.
func serialNumber(t time.Time) (float64, bool) {
	days := int64(math.Floor(float64(t.Unix())/86400)) + 25569 // 1970-01-01
	millis := (t.Unix()-(days-25569)*86400)*1000 + int64(t.Nanosecond())/1_000_000
	if days <= leapSerial || days > lastSerial || t.Nanosecond()%1_000_000 != 0 {
		return 0, false
	}
	return float64(days) + float64(millis)/millisPerDay, true
}
