package tabular

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// ErrDamagedCell says that bytes are no cell as AppendCell writes it.
var ErrDamagedCell = errors.New("damaged cell")

// maxCellDepth bounds how deep lists lie within lists.
const maxCellDepth = 32

// AppendCell appends a cell in a form that ReadCell turns back into the same cell, kind and all: for files of our own, of which no version but
// the one that writes them reads any.
func AppendCell(b []byte, c Cell) []byte {
	b = append(b, byte(c.kind))
	switch c.kind {
	case String, Bytes, Decimal:
		return appendText(b, c.text)
	case Int:
		return binary.AppendVarint(b, c.Int())
	case Float:
		return binary.LittleEndian.AppendUint64(b, c.bits)
	case Bool:
		return append(b, byte(c.bits))
	case Time, Date, LocalTime:
		// The zone of an instant is how it was spelled; it is the same instant in any.
		t := c.Time()
		b = binary.AppendVarint(b, t.Unix())
		b = binary.AppendUvarint(b, uint64(t.Nanosecond()))
		_, offset := t.Zone()
		return binary.AppendVarint(b, int64(offset))
	case List:
		b = binary.AppendUvarint(b, uint64(len(c.more.list)))
		for _, e := range c.more.list {
			b = AppendCell(b, e)
		}
		return b
	case Broken:
		for _, s := range []string{c.text, c.more.fault.Code, c.more.fault.Problem, c.more.fault.Hint} {
			b = appendText(b, s)
		}
		return b
	default:
		return b
	}
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// ReadCell reads a cell from the front of b and returns what follows it. The error is ErrDamagedCell.
func ReadCell(b []byte) (c Cell, rest []byte, err error) {
	r := cellReader{b: b}
	c = r.cell(0)
	if r.damaged {
		return Cell{}, nil, ErrDamagedCell
	}
	return c, r.b, nil
}

// cellReader reads on until something does not fit; from then on it reads nothing.
type cellReader struct {
	b       []byte
	damaged bool
}

func (r *cellReader) fail() { r.b, r.damaged = nil, true }

func (r *cellReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

func (r *cellReader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *cellReader) varint() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *cellReader) text() string { return string(r.take(r.uvarint())) }

func (r *cellReader) cell(depth int) Cell {
	kind := r.take(1)
	if r.damaged || depth > maxCellDepth {
		r.fail()
		return Cell{}
	}
	switch c := (Cell{kind: Kind(kind[0])}); c.kind {
	case Missing, Empty:
		return c
	case String, Bytes, Decimal:
		c.text = r.text()
		return c
	case Int:
		c.bits = uint64(r.varint())
		return c
	case Float:
		if bits := r.take(8); !r.damaged {
			c.bits = binary.LittleEndian.Uint64(bits)
		}
		return c
	case Bool:
		if bits := r.take(1); !r.damaged {
			c.bits = uint64(bits[0])
		}
		return c
	case Time, Date, LocalTime:
		return clockCell(c.kind, r.time())
	case List:
		c.more = &larger{list: r.list(depth)}
		return c
	case Broken:
		c.text = r.text()
		c.more = &larger{fault: Fault{Code: r.text(), Problem: r.text(), Hint: r.text()}}
		return c
	default:
		r.fail()
		return Cell{}
	}
}

func (r *cellReader) time() time.Time {
	seconds, nanos, offset := r.varint(), r.uvarint(), r.varint()
	const longest = 24 * 60 * 60 // of an offset, in seconds
	if nanos >= uint64(time.Second) || offset < -longest || offset > longest || seconds == math.MinInt64 {
		r.fail()
		return time.Time{}
	}
	t := time.Unix(seconds, int64(nanos)).UTC()
	if offset != 0 {
		t = t.In(time.FixedZone("", int(offset)))
	}
	return t
}

func (r *cellReader) list(depth int) []Cell {
	n := r.uvarint()
	if n > uint64(len(r.b)) { // every cell takes a byte at least
		r.fail()
		return nil
	}
	cells := make([]Cell, 0, n)
	for range n {
		cells = append(cells, r.cell(depth+1))
	}
	return cells
}
