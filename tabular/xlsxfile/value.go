package xlsxfile

import (
	"math"
	"strconv"
	"strings"
	"time"

	"attio-etl/tabular"
)

// exactWhole is the largest whole number up to which a 64-bit float has them all: 2^53.
const exactWhole = 1 << 53

const numberHint = "give the column the format Text and enter the numbers again, or take them from where they come from"

// numberCell is a number as it stands in the file, under a number format.
func numberCell(raw []byte, f numberFormat, from1904 bool) tabular.Cell {
	v, ok := parseNumber(raw)
	if !ok {
		return badCell(string(raw), "a number")
	}
	s := f.of(v)
	switch s.meaning {
	case calendarDay, dayAndTime, timeOfDay:
		return dateCell(v, s.meaning, from1904)
	case duration:
		return durationCell(v)
	case plainNumber, textNumber, zeroPadded:
	}
	whole := v == math.Trunc(v)
	switch {
	case whole && math.Abs(v) > exactWhole:
		return tabular.BrokenCell(string(raw), tabular.Fault{
			Code: "inexact-number", Problem: "the number is beyond 9007199254740992, where spreadsheets lose digits", Hint: numberHint,
		})
	case whole && s.meaning == zeroPadded && v >= 0:
		return tabular.StringCell(padded(int64(v), s.pattern))
	case whole && s.meaning == textNumber:
		return tabular.StringCell(strconv.FormatInt(int64(v), 10))
	case whole:
		return tabular.IntCell(int64(v))
	case s.meaning == textNumber:
		return tabular.StringCell(tabular.FloatCell(v).Text())
	default:
		return tabular.FloatCell(v)
	}
}

// parseNumber reads a finite number of xsd:double.
func parseNumber(raw []byte) (float64, bool) {
	if len(raw) == 0 {
		return 0, false
	}
	if len(raw) <= 15 { // a float has all whole numbers of 15 digits
		n := int64(0)
		for i, b := range raw {
			if b < '0' || b > '9' {
				break
			}
			if n = n*10 + int64(b-'0'); i == len(raw)-1 {
				return float64(n), true
			}
		}
	}
	for _, b := range raw {
		if (b < '0' || b > '9') && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	return v, err == nil
}

// padded is a number under a pattern of zeros: its digits from the right, those that are left over in front of the first one.
func padded(n int64, pattern []rune) string {
	digits := strconv.FormatInt(n, 10)
	zeros := 0
	for _, r := range pattern {
		if r == 0 {
			zeros++
		}
	}
	if len(digits) < zeros {
		digits = strings.Repeat("0", zeros-len(digits)) + digits
	}
	var b strings.Builder
	next := 0
	for _, r := range pattern {
		if r != 0 {
			b.WriteRune(r)
			continue
		}
		take := 1
		if next == 0 {
			take += len(digits) - zeros
		}
		b.WriteString(digits[next : next+take])
		next += take
	}
	return b.String()
}

func boolCell(raw []byte) tabular.Cell {
	switch string(raw) {
	case "1", "true":
		return tabular.BoolCell(true)
	case "0", "false":
		return tabular.BoolCell(false)
	default:
		return badCell(string(raw), "a truth value")
	}
}

// isoCell is a date in ISO 8601, as a cell of the type "d" has it.
func isoCell(raw []byte) tabular.Cell {
	text := string(raw)
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return tabular.DateCell(t.Date())
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return tabular.LocalTimeCell(t)
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return tabular.TimeCell(t)
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, strings.TrimPrefix(text, "T")); err == nil {
			return tabular.StringCell(clock(t.Sub(t.Truncate(24 * time.Hour)).Milliseconds()))
		}
	}
	return badCell(text, "a date")
}

func errorCell(raw []byte) tabular.Cell {
	text := string(raw)
	if text == "" {
		text = "#VALUE!"
	}
	return tabular.BrokenCell(text, tabular.Fault{
		Code: "cell-error", Problem: "the cell holds the error " + text + " of a spreadsheet",
		Hint: "correct it in the workbook, or name it in null_values if it means that there is no value",
	})
}

// badCell is a cell that is not of the type that it states. Its text is never empty, so that no job takes it for a blank by accident.
func badCell(text, want string) tabular.Cell {
	if text == "" {
		text = "?"
	}
	return tabular.BrokenCell(text, tabular.Fault{
		Code: "bad-cell", Problem: "the cell is " + want + " by its type and holds none", Hint: "open the workbook in a spreadsheet program and save it again",
	})
}

// uncalculated is a formula that the file has no result of: a program wrote it that does not compute.
func uncalculated(formula string) tabular.Cell {
	return tabular.BrokenCell("="+formula, tabular.Fault{
		Code: "formula-without-value", Problem: "the cell holds a formula that was never calculated",
		Hint: "open the workbook in a spreadsheet program and save it, which calculates it",
	})
}
