package parquetfile

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/float16"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/tabular"
)

// maker makes cells of values.
type maker struct {
	text    arena
	maxCell int    // bytes
	scratch []byte // for what is spelled before it is kept
}

const secondsPerDay = 86_400

func (m *maker) int32s(descr *schema.Column) filler[int32] {
	switch t := descr.LogicalType().(type) {
	case schema.DecimalLogicalType:
		scale := int(t.Scale())
		return each(func(v int32) tabular.Cell { return m.intDecimal(int64(v), scale) })
	case schema.DateLogicalType:
		return fillDays
	case schema.TimeLogicalType:
		return each(func(v int32) tabular.Cell { return clockCell(int64(v), time.Millisecond) })
	case schema.IntLogicalType:
		if !t.IsSigned() {
			return each(func(v int32) tabular.Cell { return tabular.IntCell(int64(uint32(v))) })
		}
	case schema.NullLogicalType:
		return noValues[int32]
	}
	return fillInts[int32]
}

func (m *maker) int64s(descr *schema.Column) filler[int64] {
	switch t := descr.LogicalType().(type) {
	case schema.DecimalLogicalType:
		scale := int(t.Scale())
		return each(func(v int64) tabular.Cell { return m.intDecimal(v, scale) })
	case schema.TimeLogicalType:
		unit := unitOf(t.TimeUnit())
		return each(func(v int64) tabular.Cell { return clockCell(v, unit) })
	case schema.TimestampLogicalType:
		return timestamps(t)
	case schema.IntLogicalType:
		if !t.IsSigned() {
			return each(uint64Cell)
		}
	case schema.NullLogicalType:
		return noValues[int64]
	}
	return fillInts[int64]
}

// uint64Cell reads the bits of an int64 as an unsigned number: a decimal where a whole-number cell cannot hold it.
func uint64Cell(v int64) tabular.Cell {
	if v < 0 {
		return tabular.DecimalCell(strconv.FormatUint(uint64(v), 10))
	}
	return tabular.IntCell(v)
}

func unitOf(u schema.TimeUnitType) time.Duration {
	switch u {
	case schema.TimeUnitMillis:
		return time.Millisecond
	case schema.TimeUnitMicros:
		return time.Microsecond
	default:
		return time.Nanosecond
	}
}

// timestamps makes points in time of timestamps that are adjusted to UTC, and what a clock showed of others.
func timestamps(t schema.TimestampLogicalType) filler[int64] {
	unit := int64(unitOf(t.TimeUnit()))
	perSecond := int64(time.Second) / unit
	if !t.IsAdjustedToUTC() {
		return each(func(v int64) tabular.Cell {
			return tabular.LocalTimeCell(time.Unix(v/perSecond, v%perSecond*unit).UTC())
		})
	}
	return func(out []tabular.Cell, stride int, values []int64) {
		for i, v := range values {
			seconds, rest := v/perSecond, v%perSecond
			if rest < 0 {
				seconds, rest = seconds-1, rest+perSecond
			}
			out[i*stride].SetUnix(seconds, uint32(rest*unit))
		}
	}
}

// clockCell spells a time of day, as no kind of cell is one.
func clockCell(v int64, unit time.Duration) tabular.Cell {
	const day = secondsPerDay * int64(time.Second)
	if v < 0 || v >= day/int64(unit) {
		return outOfRange(strconv.FormatInt(v, 10), "the time of day is before 0:00 or after 24:00")
	}
	return tabular.StringCell(time.Unix(0, v*int64(unit)).UTC().Format("15:04:05.999999999"))
}

// int96Cell reads the timestamps of Impala, Hive and older Spark: nanoseconds of a day and the Julian day. The type states no zone, and
// its writers do not agree on one, so it is what a clock showed.
func int96Cell(v parquet.Int96) tabular.Cell {
	const unixEpoch = 2_440_588 // its Julian day
	nanos := binary.LittleEndian.Uint64(v[:8])
	days := int64(int32(binary.LittleEndian.Uint32(v[8:]))) - unixEpoch
	if nanos >= secondsPerDay*uint64(time.Second) {
		return outOfRange(hex.EncodeToString(v[:]), "the nanoseconds of the day are more than a day has")
	}
	return tabular.LocalTimeCell(time.Unix(days*secondsPerDay, int64(nanos)).UTC())
}

// float32Cell takes the shortest decimal that means this number: 0.1 and not 0.10000000149011612.
func float32Cell(v float32) tabular.Cell {
	wide := float64(v)
	if wide == math.Trunc(wide) || math.IsNaN(wide) {
		return tabular.FloatCell(wide)
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(wide, 'g', -1, 32), 64)
	if err != nil {
		return tabular.FloatCell(wide)
	}
	return tabular.FloatCell(short)
}

func bytesOf[T ~[]byte](m *maker, descr *schema.Column, dictionary bool) filler[T] {
	switch t := descr.LogicalType().(type) {
	case schema.StringLogicalType, schema.EnumLogicalType, schema.JSONLogicalType:
		if dictionary {
			return newRepeats[T](m).fill
		}
		return func(out []tabular.Cell, stride int, values []T) { fillTexts(m, out, stride, values) }
	case schema.DecimalLogicalType:
		scale := int(t.Scale())
		return each(func(b T) tabular.Cell { return m.bytesDecimal(b, scale) })
	case schema.UUIDLogicalType:
		return each(func(b T) tabular.Cell { return tabular.StringCell(uuidText(b)) })
	case schema.IntervalLogicalType:
		return each(func(b T) tabular.Cell { return tabular.StringCell(intervalText(b)) })
	case schema.Float16LogicalType:
		return each(func(b T) tabular.Cell { return float32Cell(float16.FromLEBytes(b).Float32()) })
	case schema.NullLogicalType:
		return noValues[T]
	}
	return each(func(b T) tabular.Cell { return m.binaryCell(b) })
}

func (m *maker) textCell(b []byte) tabular.Cell {
	if len(b) > m.maxCell {
		return m.tooLarge()
	}
	if !utf8.Valid(b) {
		return tabular.BrokenCell(strings.ToValidUTF8(string(b), "\uFFFD"), tabular.Fault{
			Code: "invalid-utf8", Problem: "the text is not valid UTF-8", Hint: "export the column as UTF-8",
		})
	}
	return tabular.StringCell(m.text.keep(b))
}

// binaryCell is for bytes that the schema does not call text, whatever they look like.
func (m *maker) binaryCell(b []byte) tabular.Cell {
	if len(b) > m.maxCell {
		return m.tooLarge()
	}
	if len(b) == 0 {
		return tabular.StringCell("")
	}
	return tabular.BytesCell(b)
}

func (m *maker) tooLarge() tabular.Cell {
	return tabular.BrokenCell("", tabular.Fault{
		Code: "cell-too-large", Problem: fmt.Sprintf("the cell has more than %d bytes", m.maxCell), Hint: "shorten it or leave the column out",
	})
}

func outOfRange(text, problem string) tabular.Cell {
	return tabular.BrokenCell(text, tabular.Fault{Code: "out-of-range", Problem: problem})
}

func uuidText(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// intervalText spells months, days and milliseconds, which do not convert into each other, as ISO 8601 does: P1M2DT3.5S.
func intervalText(b []byte) string {
	months, days, millis := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	return fmt.Sprintf("P%dM%dDT%sS", months, days, strconv.FormatFloat(float64(millis)/1000, 'f', -1, 64))
}
