package parquetfile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

var _ tabular.Source = (*parquetfile.Source)(nil)

// small is a file of several row groups with a column of each type.
func small(tb testing.TB, o parquetfile.WriterOptions) []byte {
	tb.Helper()
	text := func(i int) tabular.Cell { return tabular.StringCell(strings.Repeat("Köln ", i%4)) }
	var rows [][]tabular.Cell
	for i := range 30 {
		rows = append(rows, []tabular.Cell{
			text(i), tabular.IntCell(int64(i)), tabular.ListCell([]tabular.Cell{text(i), {}, text(i + 1)}), tabular.DecimalCell(fmt.Sprintf("%d.25", i)), {},
		})
	}
	return encode(tb, []tabular.Column{
		{Name: "text"}, {Name: "number", Type: tabular.IntColumn}, {Name: "list", List: true}, {Name: "amount", Type: tabular.DecimalColumn}, {Name: "nothing"},
	}, rows, o)
}

// code is the code of a file's error.
func code(err error) string {
	if fe, ok := errors.AsType[*tabular.FileError](err); ok {
		return fe.Code
	}
	return fmt.Sprint(err)
}

// TestTruncated: a file that was cut short anywhere is refused, by what it is.
func TestTruncated(t *testing.T) {
	data := small(t, parquetfile.WriterOptions{RowGroupRows: 10})
	f := save(t, data)
	for size := range slices.Backward(data) {
		if size > 20 && size < len(data)-30 && size%37 != 0 {
			continue
		}
		if err := os.Truncate(f.Path, int64(size)); err != nil {
			t.Fatal(err)
		}
		want := "truncated-file"
		switch {
		case size == 0:
			want = "empty-file"
		case size < 4:
			want = "not-parquet"
		}
		if rows, err := readAll(t, f, parquetfile.Options{}); code(err) != want {
			t.Fatalf("cut at %d of %d: %d rows, %v", size, len(data), len(rows), err)
		}
	}
}

// TestFlippedBytes: a changed byte gives an error or the same rows, and never a panic. Zstd pages carry checksums, levels included; a
// name in the footer is the one thing that may change unseen, and so is left out.
func TestFlippedBytes(t *testing.T) {
	data := small(t, parquetfile.WriterOptions{RowGroupRows: 10})
	f := save(t, data)
	want, err := readAll(t, f, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(f.Path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := 0
	for at := 0; at < len(data); at += 11 {
		for _, flip := range []byte{0x01, 0xFF} {
			if _, err := file.WriteAt([]byte{data[at] ^ flip}, int64(at)); err != nil {
				t.Fatal(err)
			}
			got, err := readAll(t, f, parquetfile.Options{})
			switch {
			case err == nil && !slices.Equal(got, want) && !inSchema(data, at):
				t.Errorf("byte %d ^ %#x: other rows and no error", at, flip)
			case err != nil && code(err) == err.Error():
				t.Errorf("byte %d ^ %#x: %v is no error of the file", at, flip, err)
			case err != nil:
				seen++
			}
		}
		if _, err := file.WriteAt(data[at:at+1], int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if seen < len(data)/25 {
		t.Errorf("only %d of %d changes were seen", seen, len(data))
	}
}

// inSchema is whether a byte belongs to the schema in the footer: its types and annotations say what the values are.
func inSchema(data []byte, at int) bool {
	footer := len(data) - 8 - int(binary.LittleEndian.Uint32(data[len(data)-8:]))
	end := bytes.LastIndex(data, []byte("nothing")) + 40
	return at >= footer && at < end
}

func TestRefused(t *testing.T) {
	data := small(t, parquetfile.WriterOptions{})
	with := func(at int, b ...byte) []byte {
		c := bytes.Clone(data)
		copy(c[(at+len(c))%len(c):], b)
		return c
	}
	lzo := library(t, schema.FieldList{primitive(t, "a", parquet.Repetitions.Required, schema.NoLogicalType{}, parquet.Types.Int32, -1)}, []leaf{values[int32](nil, nil, 1)})
	for name, c := range map[string]struct {
		data []byte
		opts parquetfile.Options
		want string
	}{
		"csv":               {data: []byte("a,b\n1,2\n"), want: "not-parquet"},
		"encrypted":         {data: with(0, []byte("PARE")...), want: "encrypted-file"},
		"footer too long":   {data: with(-8, 0xFF, 0xFF, 0xFF, 0x7F), want: "corrupt-file"},
		"footer too short":  {data: with(-8, 1, 0, 0, 0), want: "corrupt-file"},
		"footer of nothing": {data: with(-8, 0, 0, 0, 0), want: "corrupt-file"},
		"large row group":   {data: data, opts: parquetfile.Options{MaxRowGroup: 100}, want: "row-group-too-large"},
		"unknown column":    {data: data, opts: parquetfile.Options{Columns: []string{"text", "Text"}}, want: "no-such-column"},
		"no columns":        {data: data, opts: parquetfile.Options{Columns: []string{}}, want: "no-columns"},
		"lzo":               {data: setCodec(t, lzo, 3), want: "unsupported-compression"},
		"old lz4":           {data: setCodec(t, lzo, 5), want: "unsupported-compression"},
		"unknown codec":     {data: setCodec(t, lzo, 60), want: "corrupt-file"},
		"claimed codec":     {data: setCodec(t, lzo, 6), want: "corrupt-file"},
	} {
		t.Run(name, func(t *testing.T) {
			if rows, err := readAll(t, save(t, c.data), c.opts); code(err) != c.want {
				t.Errorf("%d rows, got %v, want %s", len(rows), err, c.want)
			}
		})
	}
}

// setCodec changes the compression that the footer states for the only column, which is named a. In the footer its path ["a"] stands
// before its codec, which is 0.
func setCodec(t *testing.T, data []byte, codec byte) []byte {
	t.Helper()
	data = bytes.Clone(data)
	at := bytes.LastIndex(data, []byte("\x19\x18\x01a\x15\x00"))
	if at < 0 {
		t.Fatal("no codec found")
	}
	data[at+5] = codec * 2 // zigzag
	return data
}

// TestColumns: only the columns that are asked for are looked at, in file order.
func TestColumns(t *testing.T) {
	data := small(t, parquetfile.WriterOptions{})
	copy(data[4:40], bytes.Repeat([]byte{0xFF}, 36)) // the first column
	f := save(t, data)
	s, err := parquetfile.Open(f, parquetfile.Options{Columns: []string{"amount", "number"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Schema().Columns; !slices.Equal(got, []string{"number", "amount"}) || s.NumRows() != 30 {
		t.Errorf("columns %q, %d rows", got, s.NumRows())
	}
	n := 0
	for row, err := range s.Rows(t.Context()) {
		if want := fmt.Sprintf("whole number %d | decimal number %d.2500", n, n); err != nil || tellRow(row.Cells) != want {
			t.Fatalf("row %d: %s, %v", n, tellRow(row.Cells), err)
		}
		n++
	}
	if _, err := readAll(t, f, parquetfile.Options{}); code(err) != "corrupt-file" || n != 30 {
		t.Errorf("%d rows; all columns: %v", n, err)
	}
}

func TestTraits(t *testing.T) {
	for codec, want := range map[parquetfile.Compression]string{parquetfile.Zstd: "zstd", parquetfile.Uncompressed: "uncompressed"} {
		f := save(t, small(t, parquetfile.WriterOptions{RowGroupRows: 12, Compression: codec, CreatedBy: "x version 1"}))
		s, err := parquetfile.Open(f, parquetfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := []tabular.Trait{{Name: "rows", Value: "30, by its footer"}, {Name: "row groups", Value: "3, of up to 12 rows"}, {Name: "codec", Value: want}, {Name: "written by", Value: `"x version 1"`}}
		if got := s.Traits(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestRowsTwice: each range starts at the first row, ends where the caller does, and sees that the file was replaced.
func TestRowsTwice(t *testing.T) {
	f := save(t, small(t, parquetfile.WriterOptions{RowGroupRows: 7}))
	s, err := parquetfile.Open(f, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for row, err := range s.Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Ordinal == 9 {
				break
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range s.Rows(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
	}
	if err := os.WriteFile(f.Path, small(t, parquetfile.WriterOptions{RowGroupRows: 8}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Rows(t.Context()) {
		if code(err) != "source-changed" {
			t.Errorf("replaced: %v", err)
		}
	}
}

// TestColumnNames: names that repeat or are blank are made unique, as in every format.
func TestColumnNames(t *testing.T) {
	r, none := parquet.Repetitions.Required, schema.NoLogicalType{}
	field := func(name string) schema.Node { return primitive(t, name, r, none, parquet.Types.Int32, -1) }
	one := values[int32](nil, nil, 1)
	data := library(t, schema.FieldList{field("a"), field(" a "), field("")}, []leaf{one, one, one})
	s, err := parquetfile.Open(storage.File{Path: save(t, data).Path, Name: "x"}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Schema().Columns; !slices.Equal(got, []string{"a (1)", "a (2)", "column_3"}) || s.Name() != "x" {
		t.Errorf("%s: %q", s.Name(), got)
	}
}
