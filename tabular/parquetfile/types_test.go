package parquetfile_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/float16"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/tabular/parquetfile"
)

// leaf is the values of one leaf column and their levels.
type leaf struct {
	write func(file.ColumnChunkWriter) error
}

func values[T any](def, rep []int16, v ...T) leaf {
	return leaf{func(w file.ColumnChunkWriter) error {
		typed, ok := w.(interface {
			WriteBatch([]T, []int16, []int16) (int64, error)
		})
		if !ok {
			return fmt.Errorf("the column takes no %T", v)
		}
		_, err := typed.WriteBatch(v, def, rep)
		return err
	}}
}

// library writes a file of one row group with arrow-go itself.
func library(tb testing.TB, fields schema.FieldList, leaves []leaf, props ...parquet.WriterProperty) []byte {
	tb.Helper()
	root, err := schema.NewGroupNode("root", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	w, err := file.NewParquetWriterWithError(&out, root, file.WithWriterProps(parquet.NewWriterProperties(props...)))
	if err != nil {
		tb.Fatal(err)
	}
	group, err := w.AppendRowGroupChecked()
	if err != nil {
		tb.Fatal(err)
	}
	for _, l := range leaves {
		column, err := group.NextColumn()
		if err != nil {
			tb.Fatal(err)
		}
		if err := l.write(column); err != nil {
			tb.Fatal(err)
		}
	}
	if err := group.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func primitive(tb testing.TB, name string, rep parquet.Repetition, logical schema.LogicalType, physical parquet.Type, length int) schema.Node {
	tb.Helper()
	n, err := schema.NewPrimitiveNodeLogical(name, rep, logical, physical, length, -1)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func converted(tb testing.TB, name string, as schema.ConvertedType, physical parquet.Type, length, precision, scale int) schema.Node {
	tb.Helper()
	n, err := schema.NewPrimitiveNodeConverted(name, parquet.Repetitions.Required, physical, as, length, precision, scale, -1)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func int96(nanos uint64, day uint32) (v parquet.Int96) {
	binary.LittleEndian.PutUint64(v[:], nanos)
	binary.LittleEndian.PutUint32(v[8:], day)
	return v
}

func fixedBytes(s ...string) []parquet.FixedLenByteArray {
	b := make([]parquet.FixedLenByteArray, len(s))
	for i := range s {
		b[i] = parquet.FixedLenByteArray(s[i])
	}
	return b
}

func byteArrays(s ...string) []parquet.ByteArray {
	b := make([]parquet.ByteArray, len(s))
	for i := range s {
		b[i] = parquet.ByteArray(s[i])
	}
	return b
}

func TestTypes(t *testing.T) {
	none := schema.LogicalType(schema.NoLogicalType{})
	p := parquet.Types
	required := func(logical schema.LogicalType, physical parquet.Type, length int) schema.Node {
		return primitive(t, "a", parquet.Repetitions.Required, logical, physical, length)
	}
	half := make([]byte, 2)
	float16.New(0.1).PutLEBytes(half)
	for name, c := range map[string]struct {
		field  schema.Node
		values leaf
		want   []string
	}{
		"boolean":    {required(none, p.Boolean, -1), values(nil, nil, true, false), []string{"boolean true", "boolean false"}},
		"int32":      {required(none, p.Int32, -1), values[int32](nil, nil, math.MinInt32, math.MaxInt32), []string{"whole number -2147483648", "whole number 2147483647"}},
		"int8":       {required(schema.NewIntLogicalType(8, true), p.Int32, -1), values[int32](nil, nil, -128, 127), []string{"whole number -128", "whole number 127"}},
		"uint32":     {required(schema.NewIntLogicalType(32, false), p.Int32, -1), values[int32](nil, nil, -1, 0), []string{"whole number 4294967295", "whole number 0"}},
		"int64":      {required(none, p.Int64, -1), values[int64](nil, nil, math.MinInt64, math.MaxInt64), []string{"whole number -9223372036854775808", "whole number 9223372036854775807"}},
		"uint64":     {required(schema.NewIntLogicalType(64, false), p.Int64, -1), values[int64](nil, nil, -1, 7), []string{"decimal number 18446744073709551615", "whole number 7"}},
		"old uint64": {converted(t, "a", schema.ConvertedTypes.Uint64, p.Int64, 0, 0, 0), values[int64](nil, nil, math.MinInt64), []string{"decimal number 9223372036854775808"}},
		"float": {
			required(none, p.Float, -1), values(nil, nil, float32(0.1), 16777216, float32(math.Inf(-1)), math.MaxFloat32),
			[]string{"number 0.1", "number 16777216", "number -Inf", "number 340282346638528860000000000000000000000"},
		},
		"double":  {required(none, p.Double, -1), values(nil, nil, 0.1, math.Copysign(0, -1), math.NaN()), []string{"number 0.1", "number -0", "number NaN"}},
		"float16": {required(schema.Float16LogicalType{}, p.FixedLenByteArray, 2), values(nil, nil, parquet.FixedLenByteArray(half)), []string{"number 0.099975586"}},
		"decimal in int32": {
			required(schema.NewDecimalLogicalType(9, 2), p.Int32, -1), values[int32](nil, nil, -5, 0, 123456789),
			[]string{"decimal number -0.05", "decimal number 0.00", "decimal number 1234567.89"},
		},
		"decimal in int64": {
			required(schema.NewDecimalLogicalType(18, 18), p.Int64, -1), values[int64](nil, nil, -1, 999999999999999999),
			[]string{"decimal number -0.000000000000000001", "decimal number 0.999999999999999999"},
		},
		"decimal in fixed bytes": {
			required(schema.NewDecimalLogicalType(38, 4), p.FixedLenByteArray, 16),
			values(nil, nil, fixedBytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x4b\x3b\x4c\xa8\x5a\x86\xc4\x7a\x09\x8a\x22\x3f\xff\xff\xff\xff", "\xb4\xc4\xb3\x57\xa5\x79\x3b\x85\xf6\x75\xdd\xc0\x00\x00\x00\x01")...),
			[]string{"decimal number -0.0001", "decimal number 9999999999999999999999999999999999.9999", "decimal number -9999999999999999999999999999999999.9999"},
		},
		"decimal in bytes": {
			required(schema.NewDecimalLogicalType(40, 0), p.ByteArray, -1), values(nil, nil, byteArrays("\x80", "\x00\x80", "\x01\x00\x00\x00\x00\x00\x00\x00\x00", "")...),
			[]string{"decimal number -128", "decimal number 128", "decimal number 18446744073709551616", `broken out-of-range ""`},
		},
		"old decimal": {converted(t, "a", schema.ConvertedTypes.Decimal, p.Int32, 0, 5, 1), values[int32](nil, nil, 15), []string{"decimal number 1.5"}},
		"date":        {required(schema.DateLogicalType{}, p.Int32, -1), values[int32](nil, nil, 0, -1, 19782), []string{"date 1970-01-01", "date 1969-12-31", "date 2024-02-29"}},
		"time in ms": {
			required(schema.NewTimeLogicalType(true, schema.TimeUnitMillis), p.Int32, -1), values[int32](nil, nil, 0, 86_399_999, 86_400_000, -1),
			[]string{"text 00:00:00", "text 23:59:59.999", `broken out-of-range "86400000"`, `broken out-of-range "-1"`},
		},
		"time in us": {required(schema.NewTimeLogicalType(false, schema.TimeUnitMicros), p.Int64, -1), values[int64](nil, nil, 1), []string{"text 00:00:00.000001"}},
		"time in ns": {required(schema.NewTimeLogicalType(false, schema.TimeUnitNanos), p.Int64, -1), values[int64](nil, nil, 1, math.MaxInt64), []string{"text 00:00:00.000000001", `broken out-of-range "9223372036854775807"`}},
		"timestamp in ms": {
			required(schema.NewTimestampLogicalType(true, schema.TimeUnitMillis), p.Int64, -1), values[int64](nil, nil, -1, 1_700_000_000_123),
			[]string{"time 1969-12-31T23:59:59.999Z", "time 2023-11-14T22:13:20.123Z"},
		},
		"timestamp in us": {required(schema.NewTimestampLogicalType(true, schema.TimeUnitMicros), p.Int64, -1), values[int64](nil, nil, 1), []string{"time 1970-01-01T00:00:00.000001Z"}},
		"timestamp in ns": {
			required(schema.NewTimestampLogicalType(true, schema.TimeUnitNanos), p.Int64, -1), values[int64](nil, nil, math.MinInt64, math.MaxInt64),
			[]string{"time 1677-09-21T00:12:43.145224192Z", "time 2262-04-11T23:47:16.854775807Z"},
		},
		"timestamp without zone": {required(schema.NewTimestampLogicalType(false, schema.TimeUnitMicros), p.Int64, -1), values[int64](nil, nil, 0), []string{"local time 1970-01-01T00:00:00"}},
		"old timestamp":          {converted(t, "a", schema.ConvertedTypes.TimestampMicros, p.Int64, 0, 0, 0), values[int64](nil, nil, 0), []string{"time 1970-01-01T00:00:00Z"}},
		"int96": {
			required(none, p.Int96, -1), values(nil, nil, int96(1_000_000_001, 2_440_588), int96(0, 2_440_587), int96(86_400_000_000_000, 2_440_588)),
			[]string{"local time 1970-01-01T00:00:01.000000001", "local time 1969-12-31T00:00:00", `broken out-of-range "00004f91944e00008c3d2500"`},
		},
		"string":        {required(schema.StringLogicalType{}, p.ByteArray, -1), values(nil, nil, byteArrays("Köln", "", "K\xf6ln")...), []string{"text Köln", "empty", `broken invalid-utf8 "K` + "\uFFFD" + `ln"`}},
		"old string":    {converted(t, "a", schema.ConvertedTypes.UTF8, p.ByteArray, 0, 0, 0), values(nil, nil, byteArrays("a")...), []string{"text a"}},
		"enum":          {required(schema.EnumLogicalType{}, p.ByteArray, -1), values(nil, nil, byteArrays("OPEN")...), []string{"text OPEN"}},
		"json":          {required(schema.JSONLogicalType{}, p.ByteArray, -1), values(nil, nil, byteArrays(`{"a":1}`)...), []string{`text {"a":1}`}},
		"bson":          {required(schema.BSONLogicalType{}, p.ByteArray, -1), values(nil, nil, byteArrays("\x05\x00\x00\x00\x00")...), []string{"bytes \x05\x00\x00\x00\x00"}},
		"uuid":          {required(schema.UUIDLogicalType{}, p.FixedLenByteArray, 16), values(nil, nil, fixedBytes("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff")...), []string{"text 00112233-4455-6677-8899-aabbccddeeff"}},
		"interval":      {converted(t, "a", schema.ConvertedTypes.Interval, p.FixedLenByteArray, 12, 0, 0), values(nil, nil, fixedBytes("\x01\x00\x00\x00\x02\x00\x00\x00\xac\x0d\x00\x00")...), []string{"text P1M2DT3.5S"}},
		"bytes":         {required(none, p.ByteArray, -1), values(nil, nil, byteArrays("text", "\xff", "")...), []string{"bytes text", "bytes \xff", "empty"}},
		"fixed bytes":   {required(none, p.FixedLenByteArray, 3), values(nil, nil, fixedBytes("abc")...), []string{"bytes abc"}},
		"null":          {primitive(t, "a", parquet.Repetitions.Optional, schema.NullLogicalType{}, p.Int32, -1), values[int32]([]int16{0, 0}, nil), []string{"missing", "missing"}},
		"optional text": {primitive(t, "a", parquet.Repetitions.Optional, schema.StringLogicalType{}, p.ByteArray, -1), values([]int16{1, 0, 1}, nil, byteArrays("a", "")...), []string{"text a", "missing", "empty"}},
		"repeated number": {
			primitive(t, "a", parquet.Repetitions.Repeated, none, p.Int32, -1), values[int32]([]int16{1, 1, 0, 1}, []int16{0, 1, 0, 0}, 1, 2, 3),
			[]string{"[whole number 1, whole number 2]", "[]", "[whole number 3]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := save(t, library(t, schema.FieldList{c.field}, []leaf{c.values}))
			got, err := readAll(t, f, parquetfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// TestEncodings: the values of every encoding, page version and compression come back.
func TestEncodings(t *testing.T) {
	p := parquet.Types
	var whole []int64
	var floats []float64
	var texts []parquet.ByteArray
	var want []string
	for i := range 5_000 {
		whole = append(whole, int64(i*i-7))
		floats = append(floats, float64(i)/4)
		texts = append(texts, parquet.ByteArray(strings.Repeat("ab", i%9)))
		want = append(want, strings.Join([]string{
			tellInt(int64(i*i - 7)), tellFloat(float64(i) / 4), tellText(strings.Repeat("ab", i%9)),
		}, " | "))
	}
	fields := schema.FieldList{
		primitive(t, "i", parquet.Repetitions.Required, schema.NoLogicalType{}, p.Int64, -1),
		primitive(t, "f", parquet.Repetitions.Required, schema.NoLogicalType{}, p.Double, -1),
		primitive(t, "t", parquet.Repetitions.Required, schema.StringLogicalType{}, p.ByteArray, -1),
	}
	e := parquet.Encodings
	encodings := []map[string]parquet.Encoding{
		{"i": e.Plain, "f": e.Plain, "t": e.Plain},
		{"i": e.DeltaBinaryPacked, "f": e.ByteStreamSplit, "t": e.DeltaByteArray},
		{"i": e.ByteStreamSplit, "f": e.ByteStreamSplit, "t": e.DeltaLengthByteArray},
		{}, // dictionaries
	}
	c := parquetCodecs()
	for i, set := range encodings {
		for j, codec := range c {
			props := []parquet.WriterProperty{parquet.WithCompression(codec), parquet.WithDictionaryDefault(len(set) == 0), parquet.WithDataPageSize(8_000)}
			if (i+j)%2 == 0 {
				props = append(props, parquet.WithDataPageVersion(parquet.DataPageV2))
			}
			for name, encoding := range set {
				props = append(props, parquet.WithEncodingFor(name, encoding))
			}
			data := library(t, fields, []leaf{values(nil, nil, whole...), values(nil, nil, floats...), values(nil, nil, texts...)}, props...)
			got, err := readAll(t, save(t, data), parquetfile.Options{})
			if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("encodings %v with %v: %d rows, %v", set, codec, len(got), err)
			}
		}
	}
}
