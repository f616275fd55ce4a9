package tabular

import (
	"math"
	"strconv"
	"time"
)

// Kind is what the file states a cell to be.
type Kind uint8

// The kinds of cells.
const (
	Missing Kind = iota // the row ends before this column, or the file has a null
	Empty               // present and empty
	String
	Int
	Float
	Bool
	Time // a point in time
	Bytes
	List
	Decimal   // an exact number that Int cannot hold: a decimal column, or more digits than a float has
	Date      // a calendar day, of no time zone
	LocalTime // what a clock showed, of no time zone: a spreadsheet's dates, a timestamp without zone
	Broken    // the file has something here that is no value: an error of a formula, a number that lost digits
)

// String names the kind for messages.
func (k Kind) String() string {
	names := [...]string{
		"missing", "empty", "text", "whole number", "number", "boolean", "time", "bytes", "list",
		"decimal number", "date", "local time", "error",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// Cell is one cell of a row: a kind and its payload. The zero Cell is Missing.
type Cell struct {
	kind  Kind
	nanos uint32  // Time, LocalTime, Date: nanoseconds of the second
	text  string  // String, Bytes, Decimal, Broken
	bits  uint64  // Int, Float, Bool; Time, LocalTime, Date: seconds since 1970
	more  *larger // List, Broken, Time in a zone of its own: rare, so they do not widen every cell
}

type larger struct {
	time  time.Time
	list  []Cell
	fault Fault
}

// Fault is why a Broken cell holds no value.
type Fault struct {
	Code    string // stable: "cell-error", "inexact-number"
	Problem string // one clause without a final stop
	Hint    string
}

// StringCell is the cell for text: Empty for "", else String.
func StringCell(s string) Cell {
	if s == "" {
		return Cell{kind: Empty}
	}
	return Cell{kind: String, text: s}
}

// IntCell is a whole number.
func IntCell(n int64) Cell { return Cell{kind: Int, bits: uint64(n)} }

// FloatCell is a floating-point number.
func FloatCell(f float64) Cell { return Cell{kind: Float, bits: math.Float64bits(f)} }

// BoolCell is a boolean.
func BoolCell(b bool) Cell {
	if b {
		return Cell{kind: Bool, bits: 1}
	}
	return Cell{kind: Bool}
}

// TimeCell is a point in time.
func TimeCell(t time.Time) Cell { return clockCell(Time, t) }

// clockCell is a cell of one of the kinds that hold a time. One in UTC, as nearly all are, takes no memory of its own.
func clockCell(kind Kind, t time.Time) Cell {
	if t.Location() != time.UTC {
		return Cell{kind: kind, more: &larger{time: t}}
	}
	return Cell{kind: kind, bits: uint64(t.Unix()), nanos: uint32(t.Nanosecond())}
}

// BytesCell is a binary value. It does not keep b.
func BytesCell(b []byte) Cell { return Cell{kind: Bytes, text: string(b)} }

// ListCell is a list of cells. It keeps cells.
func ListCell(cells []Cell) Cell { return Cell{kind: List, more: &larger{list: cells}} }

// DecimalCell is an exact number, spelled as a plain decimal: "-1234.50", no exponent, no separators.
func DecimalCell(plain string) Cell { return Cell{kind: Decimal, text: plain} }

// DateCell is a calendar day.
func DateCell(year int, month time.Month, day int) Cell {
	return clockCell(Date, time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// LocalTimeCell is what a clock showed: the date and time of t in t's own zone, which is then forgotten.
func LocalTimeCell(t time.Time) Cell {
	if t.Location() != time.UTC {
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	}
	return clockCell(LocalTime, t)
}

// BrokenCell is a cell in which the file has no value. Text is what the file shows there: a job may call it a null value.
func BrokenCell(text string, f Fault) Cell {
	return Cell{kind: Broken, text: text, more: &larger{fault: f}}
}

// Kind is the cell's kind.
func (c Cell) Kind() Kind { return c.kind }

// IsBlank reports whether the cell holds nothing: it is missing, empty, or an empty list.
func (c Cell) IsBlank() bool {
	return c.kind == Missing || c.kind == Empty || (c.kind == List && len(c.more.list) == 0)
}

// Int is the payload of an Int cell.
func (c Cell) Int() int64 { return int64(c.bits) }

// Float is the payload of a Float cell.
func (c Cell) Float() float64 { return math.Float64frombits(c.bits) }

// Bool is the payload of a Bool cell.
func (c Cell) Bool() bool { return c.bits != 0 }

// Time is the payload of a Time cell, and that of a Date or LocalTime cell as if its zone were UTC; the zero time for any other kind.
func (c Cell) Time() time.Time {
	if c.kind != Time && c.kind != Date && c.kind != LocalTime {
		return time.Time{}
	}
	if c.more != nil {
		return c.more.time
	}
	return time.Unix(int64(c.bits), int64(c.nanos)).UTC()
}

// Fault is why a Broken cell holds no value, the zero Fault for any other kind.
func (c Cell) Fault() Fault {
	if c.kind != Broken {
		return Fault{}
	}
	return c.more.fault
}

// List is the payload of a List cell, nil for any other kind.
func (c Cell) List() []Cell {
	if c.kind != List {
		return nil
	}
	return c.more.list
}

// Text is the payload of a String, Bytes, Decimal or Broken cell, and the plain spelling of any other: what a message or a rejects
// file shows.
// The elements of a list are joined with "; ".
func (c Cell) Text() string {
	if c.kind == String { // nearly all, and short enough to be inlined
		return c.text
	}
	return c.spelled()
}

func (c Cell) spelled() string {
	switch c.kind {
	case Bytes, Decimal, Broken:
		return c.text
	case Int:
		return strconv.FormatInt(c.Int(), 10)
	case Float:
		return strconv.FormatFloat(c.Float(), 'f', -1, 64)
	case Bool:
		return strconv.FormatBool(c.Bool())
	case Time:
		return c.Time().Format(time.RFC3339Nano)
	case Date:
		return c.Time().Format(time.DateOnly)
	case LocalTime:
		return c.Time().Format("2006-01-02T15:04:05.999999999")
	case List:
		var b []byte
		for i, e := range c.more.list {
			if i > 0 {
				b = append(b, "; "...)
			}
			b = append(b, e.Text()...)
		}
		return string(b)
	default:
		return ""
	}
}
