package parquetfile

import (
	"fmt"
	"hash/maphash"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"attio-etl/tabular"
)

// Values are handed to the library in portions of so many levels, and texts of so many bytes: it ends a page between two of them.
const (
	portionLevels = 1_024
	portionBytes  = 512 << 10
)

// buffer holds a column of the row group at hand.
type buffer interface {
	add(cell tabular.Cell) error
	size() int                                 // bytes
	flush(column file.ColumnChunkWriter) error // writes the values and forgets them
	repeats() bool                             // values come so often that a dictionary pays
}

func newBuffer(c tabular.Column) buffer {
	l := levels{list: c.List, value: 1}
	if c.List {
		l.value = element
	}
	switch c.Type {
	case tabular.IntColumn:
		return &fixed[int64]{levels: l, width: 8, convert: intValue}
	case tabular.FloatColumn:
		return &fixed[float64]{levels: l, width: 8, convert: floatValue}
	case tabular.BoolColumn:
		return &fixed[bool]{levels: l, width: 1, convert: boolValue}
	case tabular.DateColumn:
		return &fixed[int32]{levels: l, width: 4, convert: dateValue}
	case tabular.TimestampColumn:
		return &fixed[int64]{levels: l, width: 8, convert: timestampValue}
	case tabular.DecimalColumn:
		return &variable[parquet.FixedLenByteArray]{levels: l, appendValue: appendDecimal}
	default:
		return &variable[parquet.ByteArray]{levels: l, appendValue: appendText, text: true}
	}
}

// levels are the definition and repetition levels of a column.
type levels struct {
	list     bool
	value    int16 // the definition level of a value
	def, rep []int16
}

// Definition levels of a list. A column that is none has 0 for null and 1 for a value.
const (
	emptyList   = 1
	nullElement = 2
	element     = 3
)

// place adds the levels of a cell, and each of its values by way of add.
func (l *levels) place(cell tabular.Cell, add func(tabular.Cell) error) error {
	if !l.list {
		return l.placeOne(cell, 0, add)
	}
	switch cell.Kind() {
	case tabular.Missing:
		l.put(0, 0)
		return nil
	case tabular.List:
	default:
		return fmt.Errorf("the cell is a %s, not a list", cell.Kind())
	}
	if len(cell.List()) == 0 {
		l.put(emptyList, 0)
	}
	for i, e := range cell.List() {
		if err := l.placeOne(e, int16(min(i, 1)), add); err != nil {
			return fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return nil
}

func (l *levels) placeOne(cell tabular.Cell, rep int16, add func(tabular.Cell) error) error {
	if cell.Kind() == tabular.Missing {
		l.put(l.value-1, rep)
		return nil
	}
	l.put(l.value, rep)
	return add(cell)
}

func (l *levels) put(def, rep int16) {
	l.def = append(l.def, def)
	if l.list {
		l.rep = append(l.rep, rep)
	}
}

func (l *levels) size() int { return 2 * (len(l.def) + len(l.rep)) }

func (l *levels) clear() { l.def, l.rep = l.def[:0], l.rep[:0] }

// portions calls write for the levels in order, with the number of values among them; full says where a portion has enough values.
func (l *levels) portions(full func(values int) bool, write func(values int, def, rep []int16) error) error {
	for start := 0; start < len(l.def); {
		end, values := start, 0
		for end < len(l.def) && end-start < portionLevels && !full(values) {
			if l.def[end] == l.value {
				values++
			}
			end++
		}
		var rep []int16
		if l.list {
			rep = l.rep[start:end]
		}
		if err := write(values, l.def[start:end], rep); err != nil {
			return err
		}
		start = end
	}
	return nil
}

// batchWriter is the library's column writer of one physical type.
type batchWriter[T any] interface {
	WriteBatch(values []T, def, rep []int16) (valuesWritten int64, err error)
}

func writeBatch[T any](w file.ColumnChunkWriter, values []T, def, rep []int16) error {
	column, ok := w.(batchWriter[T])
	if !ok {
		return fmt.Errorf("its writer is a %T", w)
	}
	n, err := column.WriteBatch(values, def, rep)
	if err == nil && n != int64(len(values)) {
		err = fmt.Errorf("%d of %d values were written", n, len(values))
	}
	return err
}

// fixed holds values of one size.
type fixed[T any] struct {
	levels
	width   int // bytes of a value
	values  []T
	convert func(tabular.Cell) (T, error)
}

func (b *fixed[T]) add(cell tabular.Cell) error { return b.place(cell, b.addValue) }

func (b *fixed[T]) addValue(cell tabular.Cell) error {
	v, err := b.convert(cell)
	b.values = append(b.values, v)
	return err
}

func (b *fixed[T]) size() int { return b.levels.size() + b.width*len(b.values) }

func (b *fixed[T]) repeats() bool { return false }

func (b *fixed[T]) flush(column file.ColumnChunkWriter) error {
	at := 0
	err := b.portions(func(int) bool { return false }, func(n int, def, rep []int16) error {
		at += n
		return writeBatch(column, b.values[at-n:at], def, rep)
	})
	b.clear()
	b.values = b.values[:0]
	return err
}

// variable holds values of any size, one behind the other.
type variable[T ~[]byte] struct {
	levels
	text        bool
	bytes       []byte
	ends        []int
	appendValue func(b []byte, cell tabular.Cell) ([]byte, error)
}

func (b *variable[T]) add(cell tabular.Cell) error { return b.place(cell, b.addValue) }

func (b *variable[T]) addValue(cell tabular.Cell) (err error) {
	b.bytes, err = b.appendValue(b.bytes, cell)
	b.ends = append(b.ends, len(b.bytes))
	return err
}

func (b *variable[T]) size() int { return b.levels.size() + len(b.bytes) + 8*len(b.ends) }

func (b *variable[T]) start(i int) int {
	if i == 0 {
		return 0
	}
	return b.ends[i-1]
}

func (b *variable[T]) flush(column file.ColumnChunkWriter) error {
	at := 0
	values := make([]T, 0, portionLevels)
	err := b.portions(
		func(n int) bool { return n > 0 && b.ends[at+n-1]-b.start(at) >= portionBytes },
		func(n int, def, rep []int16) error {
			values = values[:0]
			for i := at; i < at+n; i++ {
				values = append(values, T(b.bytes[b.start(i):b.ends[i]]))
			}
			at += n
			return writeBatch(column, values, def, rep)
		})
	b.clear()
	b.bytes, b.ends = b.bytes[:0], b.ends[:0]
	return err
}

// repeats looks at a sample of the values. A dictionary costs half as much time again where values are distinct, and saves time and
// bytes where they come four times each; one that grows beyond a page is given up by the library.
func (b *variable[T]) repeats() bool {
	const sample, often = 20_000, 4
	if !b.text || len(b.ends) == 0 {
		return false
	}
	seed := maphash.MakeSeed()
	distinct := make(map[uint64]struct{})
	seen := 0
	for i := 0; i < len(b.ends); i += max(1, len(b.ends)/sample) {
		distinct[maphash.Bytes(seed, b.bytes[b.start(i):b.ends[i]])] = struct{}{}
		seen++
	}
	return len(distinct) <= seen/often
}
