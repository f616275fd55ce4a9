package parquetfile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

// hardTexts are texts of all lengths, some of which are UTF-8 only together with their neighbours, or not at all.
func hardTexts() []string {
	texts := []string{"K\xc3", "\xb6ln", "Köln", "", "\xb6", "", "K\xc3", "", "\xb6ln", "\xff", strings.Repeat("ö", 600) + "\xc3", "\xb6"}
	for i := range 600 {
		texts = append(texts, fmt.Sprint("Straße ", i%7), strings.Repeat("x", 5*i), fmt.Sprint(i))
	}
	return texts
}

// TestTexts holds each text against what it alone says, with and without a dictionary and nulls, once the whole file is read: a cell may be kept.
func TestTexts(t *testing.T) {
	const limit = 2_500 // bytes of a cell
	texts := hardTexts()
	var spaced []string // a null before every third text
	var def []int16
	for i, text := range texts {
		if i%3 == 0 {
			spaced, def = append(spaced, "missing"), append(def, 0)
		}
		spaced, def = append(spaced, text), append(def, 1)
	}
	field := func(rep parquet.Repetition) schema.FieldList {
		return schema.FieldList{primitive(t, "text", rep, schema.StringLogicalType{}, parquet.Types.ByteArray, -1)}
	}
	for _, dictionary := range []bool{false, true} {
		props := parquet.WithDictionaryDefault(dictionary)
		checkTexts(t, library(t, field(parquet.Repetitions.Required), []leaf{values(nil, nil, byteArrays(texts...)...)}, props), limit, texts)
		checkTexts(t, library(t, field(parquet.Repetitions.Optional), []leaf{values(def, nil, byteArrays(texts...)...)}, props), limit, spaced)
	}
}

func checkTexts(t *testing.T, data []byte, limit int, texts []string) {
	t.Helper()
	s, err := parquetfile.Open(save(t, data), parquetfile.Options{MaxCell: limit})
	if err != nil {
		t.Fatal(err)
	}
	var kept []tabular.Cell
	for row, err := range s.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, row.Cells[0])
	}
	got := make([]string, len(kept))
	for i, cell := range kept {
		got[i] = tell(cell)
	}
	want := make([]string, len(texts))
	for i, text := range texts {
		want[i] = wantText(text, limit)
	}
	if !slices.Equal(got, want) {
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("row %d of %d, of %d wanted: got %.60q, want %.60q", i+1, len(got), len(want), got[i:min(i+1, len(got))], want[i])
			}
		}
	}
}

func wantText(text string, limit int) string {
	switch {
	case text == "missing":
		return "missing"
	case text == "":
		return "empty"
	case len(text) > limit:
		return `broken cell-too-large ""`
	case !utf8.ValidString(text):
		return fmt.Sprintf("broken invalid-utf8 %q", strings.ToValidUTF8(text, "\uFFFD"))
	}
	return "text " + text
}
