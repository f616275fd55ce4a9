package valueconv

import (
	"strings"

	"attio-etl/internal/diag"
)

// usualDays are formats that dates come in, and usualTimes what may stand behind one.
var (
	usualDays = []string{
		"MM/DD/YYYY", "DD/MM/YYYY", "M/D/YYYY", "D/M/YYYY", "MM-DD-YYYY", "DD-MM-YYYY", "MM.DD.YYYY", "DD.MM.YYYY", "D.M.YYYY", "YYYYMMDD", "YYYY/MM/DD",
		"YYYY.MM.DD", "YYYY-M-D", "MMM D, YYYY", "MMMM D, YYYY", "D MMM YYYY", "D MMMM YYYY", "DD-MMM-YYYY",
	}
	usualTimes = []string{" HH:mm", " HH:mm:ss", " h:mm A", " h:mm:ss A", ", h:mm A", "THH:mm:ssZ", ""}
)

// fitting lists usual formats that would read a text, one for each order of year, month and day.
func fitting(text string, suffixes ...string) []string {
	var fit []string
	for _, layout := range usualDays {
		for _, suffix := range suffixes {
			format, _ := compileFormat(layout + suffix)
			_, ok := format.parse(text)
			if ok && (len(fit) == 0 || !sameOrder(fit, layout)) {
				fit = append(fit, layout+suffix)
			}
		}
	}
	return fit
}

// sameOrder reports whether a format with the same order of year, month and day has been found.
func sameOrder(found []string, layout string) bool {
	order := func(f string) string {
		var b strings.Builder
		for i := range len(f) {
			if strings.IndexByte("YMD", f[i]) >= 0 && !strings.Contains(b.String(), f[i:i+1]) {
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

// notADate names the formats that would read a text. Where several would, the text is ambiguous.
func notADate(text string) *diag.Finding {
	switch fit := fitting(text, "", "*"); {
	case len(fit) > 1:
		return refuse("ambiguous-date", "the day and the month could be the other way round", text, wantDay, "set format: "+strings.Join(fit, " or format: "))
	case len(fit) == 1:
		return refuse("bad-date", "the date is not in ISO form", text, wantDay, "set format: "+fit[0])
	case looksCounted(text):
		return refuse("bad-date", "the cell is a number, not a date", text, wantDay, countedHint(text))
	default:
		return refuse("bad-date", "the cell is not a date", text, wantDay, "")
	}
}

// notATime is notADate for points in time.
func notATime(text string) *diag.Finding {
	switch fit := fitting(text, usualTimes...); {
	case len(fit) > 1:
		return refuse("bad-timestamp", "the day and the month could be the other way round", text, wantTime, "set format: "+strings.Join(fit, " or format: "))
	case len(fit) == 1:
		return refuse("bad-timestamp", "the time is not in ISO form", text, wantTime, "set format: "+fit[0])
	case looksCounted(text):
		return refuse("bad-timestamp", "the cell is a number, not a time", text, wantTime, countedHint(text))
	default:
		return refuse("bad-timestamp", "the cell is not a time, or its zone is not an offset", text, wantTime, "")
	}
}

// looksCounted reports whether a text is a number of the size that days or seconds are counted in.
func looksCounted(text string) bool {
	whole, fraction, _ := strings.Cut(text, ".")
	return allDigits(whole) && strings.Trim(fraction, "0123456789") == "" && (len(whole) == 5 || len(whole) == 10 || len(whole) == 13)
}

// numberFormatHint is for a cell that the file states to be a number.
func numberFormatHint(text string) string {
	if looksCounted(text) {
		return countedHint(text)
	}
	return "set format: excel if it counts the days of a spreadsheet, unix if it counts the seconds since 1970"
}

func countedHint(text string) string {
	whole, _, _ := strings.Cut(text, ".")
	switch len(whole) {
	case 5:
		return "set format: excel (or excel1904) if it counts the days of a spreadsheet"
	case 10:
		return "set format: unix if it counts the seconds since 1970"
	default:
		return "set format: unix_ms if it counts the milliseconds since 1970"
	}
}
