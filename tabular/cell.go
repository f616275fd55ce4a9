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
	Time
	Bytes
	List
)

// String names the kind for messages.
func (k Kind) String() string {
	names := [...]string{"missing", "empty", "text", "whole number", "number", "boolean", "time", "bytes", "list"}
	if int(k) < len(names) {
		return names[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// Cell is one cell of a row: a kind and its payload. The zero Cell is Missing.
type Cell struct {
	kind Kind
	text string  // String, Bytes
	bits uint64  // Int, Float, Bool
	more *larger // Time, List: rare, so they do not widen every cell
}

type larger struct {
	time time.Time
	list []Cell
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
func TimeCell(t time.Time) Cell { return Cell{kind: Time, more: &larger{time: t}} }

// BytesCell is a binary value. It does not keep b.
func BytesCell(b []byte) Cell { return Cell{kind: Bytes, text: string(b)} }

// ListCell is a list of cells. It keeps cells.
func ListCell(cells []Cell) Cell { return Cell{kind: List, more: &larger{list: cells}} }

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

// Time is the payload of a Time cell, the zero time for any other kind.
func (c Cell) Time() time.Time {
	if c.kind != Time {
		return time.Time{}
	}
	return c.more.time
}

// List is the payload of a List cell, nil for any other kind.
func (c Cell) List() []Cell {
	if c.kind != List {
		return nil
	}
	return c.more.list
}

// Text is the payload of a String or Bytes cell, and the plain spelling of any other: what a message or a rejects file shows.
// The elements of a list are joined with "; ".
func (c Cell) Text() string {
	switch c.kind {
	case String, Bytes:
		return c.text
	case Int:
		return strconv.FormatInt(c.Int(), 10)
	case Float:
		return strconv.FormatFloat(c.Float(), 'f', -1, 64)
	case Bool:
		return strconv.FormatBool(c.Bool())
	case Time:
		return c.more.time.Format(time.RFC3339Nano)
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
