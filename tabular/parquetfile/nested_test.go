package parquetfile_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

func tellInt(n int64) string     { return tell(tabular.IntCell(n)) }
func tellFloat(f float64) string { return tell(tabular.FloatCell(f)) }
func tellText(s string) string   { return tell(tabular.StringCell(s)) }

func parquetCodecs() []compress.Compression {
	c := compress.Codecs
	return []compress.Compression{c.Uncompressed, c.Snappy, c.Gzip, c.Brotli, c.Zstd, c.Lz4Raw}
}

func group(tb testing.TB, name string, rep parquet.Repetition, logical schema.LogicalType, fields ...schema.Node) schema.Node {
	tb.Helper()
	var n schema.Node
	var err error
	if logical == nil {
		n, err = schema.NewGroupNode(name, rep, fields, -1)
	} else {
		n, err = schema.NewGroupNodeLogical(name, rep, fields, logical, -1)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// TestNested reads the shapes of nested fields, those of older writers too.
func TestNested(t *testing.T) {
	r := parquet.Repetitions
	number := func(name string, rep parquet.Repetition) schema.Node {
		return primitive(t, name, rep, schema.NoLogicalType{}, parquet.Types.Int32, -1)
	}
	text := func(name string, rep parquet.Repetition) schema.Node {
		return primitive(t, name, rep, schema.StringLogicalType{}, parquet.Types.ByteArray, -1)
	}
	list, mapping := schema.NewListLogicalType(), schema.MapLogicalType{}
	for name, c := range map[string]struct {
		field  schema.Node
		leaves []leaf
		want   []string
	}{
		"list of three levels": {
			group(t, "a", r.Optional, list, group(t, "list", r.Repeated, nil, number("element", r.Optional))),
			[]leaf{values[int32]([]int16{3, 2, 3, 1, 0, 3}, []int16{0, 1, 1, 0, 0, 0}, 1, 2, 3)},
			[]string{"[whole number 1, missing, whole number 2]", "[]", "missing", "[whole number 3]"},
		},
		"list of two levels": {
			group(t, "a", r.Optional, list, number("array", r.Repeated)),
			[]leaf{values[int32]([]int16{2, 2, 1, 0}, []int16{0, 1, 0, 0}, 1, 2)},
			[]string{"[whole number 1, whole number 2]", "[]", "missing"},
		},
		"list of structs of two levels": {
			group(t, "a", r.Optional, list, group(t, "array", r.Repeated, nil, number("n", r.Optional))),
			[]leaf{values[int32]([]int16{3, 2, 1, 0}, []int16{0, 1, 0, 0}, 1)},
			[]string{`text [{"n":1},{"n":null}]`, "text []", "missing"},
		},
		"struct": {
			group(t, "a", r.Optional, nil, number("z", r.Required), text("b", r.Optional)),
			[]leaf{
				values[int32]([]int16{1, 0, 1}, nil, 1, 2),
				values([]int16{2, 0, 1}, nil, byteArrays("<\"Köln\">\n")...),
			},
			[]string{`text {"z":1,"b":"<\"Köln\">\n"}`, "missing", `text {"z":2,"b":null}`},
		},
		"map": {
			group(t, "a", r.Optional, mapping, group(t, "key_value", r.Repeated, nil, text("key", r.Required), number("value", r.Optional))),
			[]leaf{
				values([]int16{2, 2, 1, 0, 2, 2}, []int16{0, 1, 0, 0, 0, 1}, byteArrays("b", "a", "x", "x")...),
				values[int32]([]int16{3, 2, 1, 0, 3, 3}, []int16{0, 1, 0, 0, 0, 1}, 1, 7, 8),
			},
			[]string{`text {"b":1,"a":null}`, "text {}", "missing", `broken duplicate-key "x"`},
		},
		"list of lists": {
			group(t, "a", r.Required, list, group(t, "list", r.Repeated, nil,
				group(t, "element", r.Optional, list, group(t, "list", r.Repeated, nil, number("element", r.Required))))),
			[]leaf{values[int32]([]int16{3, 3, 3, 2, 1, 0, 3}, []int16{0, 2, 1, 1, 1, 0, 0}, 1, 2, 3, 4)},
			[]string{"text [[1,2],[3],[],null]", "text []", "text [[4]]"},
		},
		"struct in a list in a struct": {
			group(t, "a", r.Required, nil, text("id", r.Required), group(t, "items", r.Repeated, nil, number("n", r.Required), text("t", r.Optional))),
			[]leaf{
				values(nil, nil, byteArrays("p", "q")...),
				values[int32]([]int16{1, 1, 0}, []int16{0, 1, 0}, 1, 2),
				values([]int16{2, 1, 0}, []int16{0, 1, 0}, byteArrays("x")...),
			},
			[]string{`text {"id":"p","items":[{"n":1,"t":"x"},{"n":2,"t":null}]}`, `text {"id":"q","items":[]}`},
		},
		"a value that is none": {
			group(t, "a", r.Required, nil, text("t", r.Required)),
			[]leaf{values(nil, nil, byteArrays("\xff", "y")...)},
			[]string{`broken invalid-utf8 "` + "\uFFFD" + `"`, `text {"t":"y"}`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			// A column behind the nested one shows whether that takes as many leaves as it has.
			behind := make([]int32, len(c.want))
			for i := range behind {
				behind[i] = int32(i)
			}
			data := library(t, schema.FieldList{c.field, number("behind", r.Required)}, append(c.leaves, values(nil, nil, behind...)))
			got, err := readAll(t, save(t, data), parquetfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.want {
				c.want[i] += " | whole number " + strconv.Itoa(i)
			}
			if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// TestLargeCells: a cell beyond the limit is none, and the rows after it are still read.
func TestLargeCells(t *testing.T) {
	columns := []tabular.Column{{Name: "text"}, {Name: "list", List: true, Type: tabular.IntColumn}}
	long := make([]tabular.Cell, 100)
	rows := [][]tabular.Cell{
		{tabular.StringCell(strings.Repeat("x", 1_001)), tabular.ListCell(long)},
		{tabular.StringCell(strings.Repeat("x", 1_000)), tabular.ListCell(long[:10])},
	}
	got, err := readAll(t, save(t, encode(t, columns, rows, parquetfile.WriterOptions{})), parquetfile.Options{MaxCell: 1_000})
	if err != nil || len(got) != 2 {
		t.Fatalf("%q, %v", got, err)
	}
	if want := `broken cell-too-large "" | broken cell-too-large ""`; got[0] != want {
		t.Errorf("got %s, want %s", got[0], want)
	}
	if want := tellRow(rows[1]); got[1] != want {
		t.Errorf("got %s, want %s", got[1], want)
	}
}
