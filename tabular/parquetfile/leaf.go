package parquetfile

import (
	"errors"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"attio-etl/tabular"
)

const (
	batchSize = 1024    // values that are decoded at a time, of one column
	cellBatch = 64      // cells that are made at a time, of one column
	cellBytes = 1 << 20 // bytes of text after which fewer are made
	// batchBytes bounds what is decoded at a time where each value takes memory of its own.
	batchBytes = 16 << 20
)

var (
	errEndsEarly = errors.New("the column ends before its rows do")
	errEndsLate  = errors.New("the column goes on after its rows")
	errLevels    = errors.New("the levels of the column do not match its values")
)

// leafReader reads the values of a column chunk in order.
type leafReader struct {
	leaf     *leafColumn
	reader   file.ColumnChunkReader
	values   values
	left     int64 // values of the chunk that have not been decoded, nulls included
	size     int   // of a batch
	def, rep []int16
	n, at    int // levels in the batch, and the next one
	value    int // the next value of the batch
	one      [1]tabular.Cell
}

// values is a batch of decoded values.
type values interface {
	// decode fills the batch from one page and says how many levels and values it has now.
	decode(n int, def, rep []int16) (levels int64, values int, err error)
	// cells makes those of the levels, beginning with a value of the batch, into every stride-th place of out, and says how many levels
	// and values it took. It stops early when the cells have much text.
	cells(out []tabular.Cell, stride int, def []int16, maxDef int16, value int) (levels, took int)
}

// typed is the values of one physical type.
type typed[T any] struct {
	batch []T
	fill  filler[T]
	size  func(T) int // bytes of a value; nil where they are few
	read  func(n int64, batch []T, def, rep []int16) (int64, int, error)
}

func (t *typed[T]) decode(n int, def, rep []int16) (levels int64, values int, err error) {
	return t.read(int64(n), t.batch[:n], def, rep)
}

func (t *typed[T]) cells(out []tabular.Cell, stride int, def []int16, maxDef int16, value int) (levels, took int) {
	text := 0
	for levels < len(def) && text < cellBytes {
		run := runOf(def[levels:], maxDef)
		at := levels * stride
		if def[levels] < maxDef {
			fillMissing(out[at:], stride, run)
			levels += run
			continue
		}
		values := t.batch[value+took : value+took+run]
		if t.size != nil {
			values = t.upTo(values, &text)
		}
		t.fill(out[at:], stride, values)
		levels += len(values)
		took += len(values)
	}
	return levels, took
}

// runOf is how many levels from the first on agree with it on whether there is a value.
func runOf(def []int16, maxDef int16) int {
	missing := def[0] < maxDef
	for i, d := range def {
		if d < maxDef != missing {
			return i
		}
	}
	return len(def)
}

// upTo is the values with which the text comes to cellBytes, or all.
func (t *typed[T]) upTo(values []T, text *int) []T {
	for i, v := range values {
		if *text >= cellBytes {
			return values[:i]
		}
		*text += t.size(v)
	}
	return values
}

// newValues is a batch for what a column reader yields. Values are read page by page, as those of two pages would be copied first.
func (m *maker) newValues(r file.ColumnChunkReader, size int, dictionary bool) values {
	descr := r.Descriptor()
	switch r := r.(type) {
	case *file.BooleanColumnChunkReader:
		return &typed[bool]{batch: make([]bool, size), fill: fillBools, read: r.ReadBatchInPage}
	case *file.Int32ColumnChunkReader:
		return &typed[int32]{batch: make([]int32, size), fill: m.int32s(descr), read: r.ReadBatchInPage}
	case *file.Int64ColumnChunkReader:
		return &typed[int64]{batch: make([]int64, size), fill: m.int64s(descr), read: r.ReadBatchInPage}
	case *file.Int96ColumnChunkReader:
		return &typed[parquet.Int96]{batch: make([]parquet.Int96, size), fill: each(int96Cell), read: r.ReadBatchInPage}
	case *file.Float32ColumnChunkReader:
		return &typed[float32]{batch: make([]float32, size), fill: each(float32Cell), read: r.ReadBatchInPage}
	case *file.Float64ColumnChunkReader:
		return &typed[float64]{batch: make([]float64, size), fill: fillFloats, read: r.ReadBatchInPage}
	case *file.ByteArrayColumnChunkReader:
		return &typed[parquet.ByteArray]{
			batch: make([]parquet.ByteArray, size), fill: bytesOf[parquet.ByteArray](m, descr, dictionary), size: length[parquet.ByteArray], read: r.ReadBatchInPage,
		}
	case *file.FixedLenByteArrayColumnChunkReader:
		return &typed[parquet.FixedLenByteArray]{
			batch: make([]parquet.FixedLenByteArray, size), fill: bytesOf[parquet.FixedLenByteArray](m, descr, dictionary),
			size: length[parquet.FixedLenByteArray], read: r.ReadBatchInPage,
		}
	}
	return nil
}

func length[T ~[]byte](b T) int { return len(b) }

// newLeafReader reads a proved chunk.
func (m *maker) newLeafReader(leaf *leafColumn, r file.ColumnChunkReader, pages chunkPages) *leafReader {
	size := batchSize
	if pages.prefixed {
		size = min(size, batchBytes/int(max(1, pages.largest)))
	}
	if length := leaf.descr.TypeLength(); length > 0 {
		size = min(size, batchBytes/length)
	}
	size = max(1, size)
	l := &leafReader{leaf: leaf, reader: r, left: pages.values, size: size, values: m.newValues(r, size, pages.dictionary)}
	l.def = make([]int16, size) // stays zero where the column has no nulls
	if leaf.maxRep > 0 {
		l.rep = make([]int16, size)
	}
	return l
}

// fill decodes the next batch.
func (l *leafReader) fill() error {
	want := int(min(int64(l.size), l.left))
	if want == 0 {
		return errEndsEarly
	}
	levels, values, err := l.values.decode(want, l.def, l.rep)
	if err != nil {
		return err
	}
	if levels == 0 {
		return errors.Join(errEndsEarly, l.reader.Err())
	}
	if l.present(int(levels)) != values {
		return errLevels
	}
	l.n, l.at, l.value = int(levels), 0, 0
	l.left -= levels
	return nil
}

// present counts the levels of a batch that have a value; -1 where one is beyond the schema.
func (l *leafReader) present(levels int) int {
	if l.leaf.maxDef == 0 {
		return levels
	}
	n := 0
	for _, d := range l.def[:levels] {
		if d > l.leaf.maxDef {
			return -1
		}
		if d == l.leaf.maxDef {
			n++
		}
	}
	return n
}

// fillCells makes the cells of the next values, at most so many, into every stride-th place of out, and says how many: at least one.
func (l *leafReader) fillCells(out []tabular.Cell, stride, most int) (int, error) {
	if l.at == l.n {
		if err := l.fill(); err != nil {
			return 0, err
		}
	}
	levels, took := l.values.cells(out, stride, l.def[l.at:min(l.n, l.at+most)], l.leaf.maxDef, l.value)
	l.at += levels
	l.value += took
	return levels, nil
}

// next is the cell of the next value, null or not.
func (l *leafReader) next() (tabular.Cell, error) {
	_, err := l.fillCells(l.one[:], 1, 1)
	return l.one[0], err
}

// more reports whether the chunk has another value, null or not, and decodes it.
func (l *leafReader) more() (bool, error) {
	if l.at < l.n {
		return true, nil
	}
	if l.left == 0 {
		return false, nil
	}
	err := l.fill()
	return err == nil, err
}

// defLevel is the definition level of the next value; more has said that there is one.
func (l *leafReader) defLevel() int16 { return l.def[l.at] }

// repLevel is its repetition level.
func (l *leafReader) repLevel() int16 {
	if l.rep == nil {
		return 0
	}
	return l.rep[l.at]
}

// end makes sure that nothing is left once the rows are.
func (l *leafReader) end() error {
	if l.at < l.n || l.left > 0 {
		return errEndsLate
	}
	return nil
}
