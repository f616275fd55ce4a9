package tabular

import "math"

const secondsPerDay = 86_400

// A reader that makes many cells sets each where it is to stand: assigning one that a function returns costs several times as much.

// SetMissing makes c the zero Cell.
func (c *Cell) SetMissing() { c.set(Missing, "", 0) }

// SetString makes c what StringCell gives.
func (c *Cell) SetString(s string) {
	kind := String
	if s == "" {
		kind = Empty
	}
	c.set(kind, s, 0)
}

// SetInt makes c what IntCell gives.
func (c *Cell) SetInt(n int64) { c.set(Int, "", uint64(n)) }

// SetFloat makes c what FloatCell gives.
func (c *Cell) SetFloat(f float64) { c.set(Float, "", math.Float64bits(f)) }

// SetBool makes c what BoolCell gives.
func (c *Cell) SetBool(b bool) {
	var bits uint64
	if b {
		bits = 1
	}
	c.set(Bool, "", bits)
}

// SetDay makes c what DateCell gives for the day so many days after 1 January 1970.
func (c *Cell) SetDay(days int64) { c.set(Date, "", uint64(days*secondsPerDay)) }

// SetUnix makes c what TimeCell gives for so many seconds after 1970 in UTC and, on top of them, less than a second in nanoseconds.
func (c *Cell) SetUnix(seconds int64, nanos uint32) {
	c.set(Time, "", uint64(seconds))
	c.nanos = nanos
}

func (c *Cell) set(kind Kind, text string, bits uint64) {
	c.kind, c.nanos, c.text, c.bits, c.more = kind, 0, text, bits, nil
}
