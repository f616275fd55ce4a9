package parquetfile

import (
	"encoding/binary"
	"errors"
)

// The structures of a Parquet file are Thrift's compact protocol, and the library makes room for what a list or a string claims
// to hold before it looks whether that is there. So each structure is walked here first: what claims more than its bytes is refused.

// Types of fields in the compact protocol.
const (
	typeTrue   = 1
	typeFalse  = 2
	typeByte   = 3
	typeI16    = 4
	typeI32    = 5
	typeI64    = 6
	typeDouble = 7
	typeBinary = 8
	typeList   = 9
	typeSet    = 10
	typeMap    = 11
	typeStruct = 12
	typeUUID   = 13
)

// maxDepth is how deep structures may nest. The format's own nest to about six.
const maxDepth = 32

var (
	errShort  = errors.New("the structure ends early")
	errThrift = errors.New("the structure is malformed")
)

// walker reads a Thrift structure. After the first error every read returns zero.
type walker struct {
	b     []byte
	at    int
	depth int
	err   error
}

func (w *walker) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// left is how many bytes have not been read: an element of anything takes one at least.
func (w *walker) left() uint64 { return uint64(len(w.b) - w.at) }

func (w *walker) byte() byte {
	if w.err != nil || w.at >= len(w.b) {
		w.fail(errShort)
		return 0
	}
	w.at++
	return w.b[w.at-1]
}

func (w *walker) skipBytes(n uint64) {
	if w.err != nil || n > w.left() {
		w.fail(errShort)
		return
	}
	w.at += int(n)
}

func (w *walker) uvarint() uint64 {
	if w.err != nil {
		return 0
	}
	v, n := binary.Uvarint(w.b[w.at:])
	if n <= 0 {
		w.fail(shortOr(n == 0))
		return 0
	}
	w.at += n
	return v
}

func shortOr(short bool) error {
	if short {
		return errShort
	}
	return errThrift
}

// varint is a signed number of any width.
func (w *walker) varint() int64 {
	v := w.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// fields calls visit for each field of a structure. Visit reports whether it read the field's value.
func (w *walker) fields(visit func(id int16, typ byte) bool) {
	if w.depth++; w.depth > maxDepth {
		w.fail(errThrift)
	}
	var id int16
	for w.err == nil {
		head := w.byte()
		if head == 0 {
			break
		}
		if delta := int16(head >> 4); delta != 0 {
			id += delta
		} else {
			id = int16(w.varint())
		}
		if !visit(id, head&0x0F) {
			w.skip(head & 0x0F)
		}
	}
	w.depth--
}

// list reads the head of a list or set: the type of its elements and their number, which is not more than the bytes that are left.
func (w *walker) list() (typ byte, n int) {
	head := w.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = w.uvarint()
	}
	if size > w.left() {
		w.fail(errShort)
		return 0, 0
	}
	return head & 0x0F, int(size)
}

func (w *walker) skip(typ byte) {
	switch typ {
	case typeTrue, typeFalse: // a field of this type has no value of its own
	case typeByte:
		w.byte()
	case typeI16, typeI32, typeI64:
		w.uvarint()
	case typeDouble:
		w.skipBytes(8)
	case typeUUID:
		w.skipBytes(16)
	case typeBinary:
		w.skipBytes(w.uvarint())
	case typeList, typeSet:
		w.skipList()
	case typeMap:
		w.skipMap()
	case typeStruct:
		w.fields(func(int16, byte) bool { return false })
	default:
		w.fail(errThrift)
	}
}

func (w *walker) skipList() {
	typ, n := w.list()
	for range n {
		if w.err != nil {
			return
		}
		w.skipElement(typ)
	}
}

func (w *walker) skipMap() {
	n := w.uvarint()
	if n == 0 {
		return
	}
	types := w.byte()
	for ; n > 0 && w.err == nil; n-- {
		w.skipElement(types >> 4)
		w.skipElement(types & 0x0F)
	}
}

// skipElement skips an element of a list or map, where a boolean takes a byte.
func (w *walker) skipElement(typ byte) {
	if typ == typeTrue || typ == typeFalse {
		w.byte()
		return
	}
	w.skip(typ)
}
