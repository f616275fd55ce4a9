package parquetfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/schema"
	other "github.com/parquet-go/parquet-go"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

// splitStream is what DuckDB writes where v15 of the library reads no rows and gives no error: pages of version 2, floats in
// BYTE_STREAM_SPLIT, zstd. The file in testdata was written by this function.
func splitStream(t *testing.T) []byte {
	t.Helper()
	p, r := parquet.Types, parquet.Repetitions
	none := schema.LogicalType(schema.NoLogicalType{})
	var ids []int64
	var amounts []float64
	var names []parquet.ByteArray
	def := make([]int16, 0, 300)
	for i := range 300 {
		ids = append(ids, int64(i))
		amounts = append(amounts, float64(i)+0.25)
		def = append(def, int16(min(i%3, 1)))
		if i%3 > 0 {
			names = append(names, parquet.ByteArray(fmt.Sprintf("Company %d", i)))
		}
	}
	return library(t, schema.FieldList{
		primitive(t, "id", r.Required, none, p.Int64, -1),
		primitive(t, "amount", r.Required, none, p.Double, -1),
		primitive(t, "name", r.Optional, schema.StringLogicalType{}, p.ByteArray, -1),
	}, []leaf{values(nil, nil, ids...), values(nil, nil, amounts...), values(def, nil, names...)},
		parquet.WithDataPageVersion(parquet.DataPageV2), parquet.WithCompression(compress.Codecs.Zstd), parquet.WithDictionaryDefault(false),
		parquet.WithEncodingFor("id", parquet.Encodings.DeltaBinaryPacked), parquet.WithEncodingFor("amount", parquet.Encodings.ByteStreamSplit),
		parquet.WithEncodingFor("name", parquet.Encodings.DeltaLengthByteArray), parquet.WithCreatedBy("arrow-go v18, as DuckDB writes"))
}

func TestSplitStreams(t *testing.T) {
	committed := storage.Local(filepath.Join("testdata", "v2-byte-stream-split.parquet"))
	for _, f := range []storage.File{committed, save(t, splitStream(t))} {
		rows, err := readAll(t, f, parquetfile.Options{})
		if err != nil || len(rows) != 300 {
			t.Fatalf("%s: %d rows, %v", f.Name, len(rows), err)
		}
		for i, row := range rows {
			want := fmt.Sprintf("whole number %d | number %d.25 | ", i, i)
			if i%3 == 0 {
				want += "missing"
			} else {
				want += fmt.Sprintf("text Company %d", i)
			}
			if row != want {
				t.Fatalf("%s: row %d is %s, want %s", f.Name, i+1, row, want)
			}
		}
	}
}

// person is a row of a file that parquet-go writes.
type person struct {
	ID      int64             `parquet:"id,delta"`
	Name    *string           `parquet:"name,optional,dict"`
	Score   float64           `parquet:"score,split"`
	Born    time.Time         `parquet:"born,timestamp(microsecond)"`
	Tags    []string          `parquet:"tags,list"`
	Numbers []int32           `parquet:"numbers"`
	Address address           `parquet:"address"`
	Extra   map[string]string `parquet:"extra"`
	Raw     []byte            `parquet:"raw"`
	Key     [16]byte          `parquet:"key,uuid"`
}

type address struct {
	City string `parquet:"city,zstd"`
	Zip  *int32 `parquet:"zip,optional"`
}

// TestOtherWriter reads what another implementation of the format writes, in its page versions and compressions.
func TestOtherWriter(t *testing.T) {
	var people []person
	var want []string
	for i := range 2_500 {
		p := person{ID: int64(i), Score: float64(i) / 8, Born: time.Unix(int64(i), 0).UTC(), Raw: []byte{1, byte(i)}, Key: [16]byte{15: byte(i)}}
		p.Address.City = fmt.Sprint("City ", i%7)
		name, address := "missing", fmt.Sprintf(`text {"city":"City %d","zip":null}`, i%7)
		tags, numbers, extra := "[]", "[]", "text {}"
		if i%2 == 0 {
			n, zip := fmt.Sprint("Name ", i%100), int32(i)
			p.Name, p.Address.Zip = &n, &zip
			name, address = "text "+n, fmt.Sprintf(`text {"city":"City %d","zip":%d}`, i%7, i)
			p.Tags, p.Numbers = []string{"a", n}, []int32{1, int32(i)}
			tags, numbers = "[text a, text "+n+"]", fmt.Sprintf("[whole number 1, whole number %d]", i)
			p.Extra = map[string]string{"k": n}
			extra = `text {"k":"` + n + `"}`
		}
		people = append(people, p)
		want = append(want, strings.Join([]string{
			tellInt(p.ID), name, tellFloat(p.Score), tell(tabular.TimeCell(p.Born)), tags, numbers, address, extra,
			tell(tabular.BytesCell(p.Raw)), fmt.Sprintf("text 00000000-0000-0000-0000-0000000000%02x", byte(i)),
		}, " | "))
	}
	for version := 1; version <= 2; version++ {
		for _, codec := range []other.WriterOption{
			other.Compression(&other.Uncompressed), other.Compression(&other.Snappy), other.Compression(&other.Gzip),
			other.Compression(&other.Brotli), other.Compression(&other.Zstd), other.Compression(&other.Lz4Raw),
		} {
			var out bytes.Buffer
			w := other.NewGenericWriter[person](&out, other.DataPageVersion(version), codec, other.PageBufferSize(4_000), other.MaxRowsPerRowGroup(900))
			if _, err := w.Write(people); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := readAll(t, save(t, out.Bytes()), parquetfile.Options{})
			if err != nil || len(got) != len(want) {
				t.Fatalf("version %d: %d rows, %v", version, len(got), err)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("version %d, row %d:\ngot  %s\nwant %s", version, i+1, got[i], want[i])
				}
			}
		}
	}
}

// TestOtherReader lets another implementation read what is written here.
func TestOtherReader(t *testing.T) {
	columns := []tabular.Column{
		{Name: "text"},
		{Name: "number", Type: tabular.IntColumn},
		{Name: "float", Type: tabular.FloatColumn},
		{Name: "yes", Type: tabular.BoolColumn},
		{Name: "amount", Type: tabular.DecimalColumn},
		{Name: "day", Type: tabular.DateColumn},
		{Name: "at", Type: tabular.TimestampColumn},
		{Name: "tags", List: true},
	}
	at := time.UnixMicro(1_700_000_000_000_001).UTC()
	var rows [][]tabular.Cell
	for i := range 3_000 {
		row := make([]tabular.Cell, len(columns))
		if i%5 > 0 {
			row = []tabular.Cell{
				tabular.StringCell(fmt.Sprint("text ", i)), tabular.IntCell(int64(i)), tabular.FloatCell(0.5), tabular.BoolCell(true),
				tabular.DecimalCell("-1.5"), tabular.DateCell(1970, 1, 3), tabular.TimeCell(at),
				tabular.ListCell([]tabular.Cell{tabular.StringCell("a"), {}, tabular.StringCell("")}),
			}
		}
		rows = append(rows, row)
	}
	for c := parquetfile.Zstd; c <= parquetfile.Uncompressed; c++ {
		data := encode(t, columns, rows, parquetfile.WriterOptions{Compression: c, RowGroupRows: 1_300, Metadata: map[string]string{"job": "people"}})
		f, err := other.OpenFile(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if job, ok := f.Lookup("job"); !ok || job != "people" || f.NumRows() != 3_000 || len(f.RowGroups()) != 3 {
			t.Errorf("metadata %q, %d rows in %d row groups", job, f.NumRows(), len(f.RowGroups()))
		}
		n := 0
		for _, group := range f.RowGroups() {
			for row := range otherRows(t, group) {
				want := "text null|number null|float null|yes null|amount null|day null|at null|tags null"
				if n%5 > 0 {
					want = fmt.Sprintf("text text %d|number %d|float 0.5|yes true|amount %s|day 2|at 1700000000000001|tags a|tags null|tags ", n, n, strings.Repeat("\xff", 14)+"\xc5\x68")
				}
				if row != want {
					t.Fatalf("row %d:\ngot  %q\nwant %q", n+1, row, want)
				}
				n++
			}
		}
		if n != len(rows) {
			t.Errorf("%d rows, want %d", n, len(rows))
		}
	}
}

// otherRows spells the values of each row with the columns that they belong to.
func otherRows(t *testing.T, group other.RowGroup) func(yield func(string) bool) {
	t.Helper()
	return func(yield func(string) bool) {
		rows := group.Rows()
		defer rows.Close()
		buffer := make([]other.Row, 100)
		for {
			n, err := rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				var told []string
				for _, v := range row {
					name := group.Schema().Columns()[v.Column()][0]
					text := "null"
					if !v.IsNull() {
						text = v.String()
					}
					told = append(told, name+" "+text)
				}
				if !yield(strings.Join(told, "|")) {
					return
				}
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
