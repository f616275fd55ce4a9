package jsonlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// memory is a file in memory.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func FuzzSource(f *testing.F) {
	f.Add([]byte("{\"a\":1,\"b\":{\"c\":[1,\"x\"]}}\n{\"a\":null}\n"), false, "")
	f.Add([]byte(`{"x":1,"rows":[{"a":1.5e3},{"a":"é"}]}`), true, "rows")
	f.Fuzz(func(t *testing.T, data []byte, array bool, path string) {
		open := func() (file, error) { return memory{bytes.NewReader(data)}, nil }
		s, err := newSource(t.Context(), storage.File{Name: "fuzz"}, Options{Array: array, Path: path, MaxRecord: 1 << 16}, open)
		if err != nil {
			fileFault(t, err)
			return
		}
		rows := int64(0)
		for row, err := range s.Rows(t.Context()) {
			if re, ok := errors.AsType[*tabular.RowError](err); ok {
				row = re.Row
			} else if err != nil {
				t.Fatalf("the second pass fails where the first did not: %v", err)
			} else if len(row.Cells) != len(s.names) {
				t.Fatalf("row %d has %d cells, there are %d columns", row.Ordinal, len(row.Cells), len(s.names))
			}
			if rows++; row.Ordinal != rows {
				t.Fatalf("ordinal %d, want %d", row.Ordinal, rows)
			}
		}
		if want, ok := rowsOf(data, array, path); ok && rows != want {
			t.Errorf("%d rows, want %d", rows, want)
		}
	})
}

func fileFault(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*tabular.FileError](err); !ok {
		t.Errorf("%v is no *tabular.FileError", err)
	}
}

// rowsOf counts the rows as another reader of JSON sees them, where that takes the whole file.
func rowsOf(data []byte, array bool, path string) (int64, bool) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !array {
		n := int64(0)
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if len(bytes.Trim(line, " \t\r")) > 0 {
				n++
			}
		}
		return n, true
	}
	if path != "" {
		return 0, false
	}
	var elements []json.RawMessage
	err := json.Unmarshal(data, &elements)
	return int64(len(elements)), err == nil
}

// FuzzNumber: a number keeps its value, whatever its exponent.
func FuzzNumber(f *testing.F) {
	for _, text := range []string{"0", "-0.0", "1e3", "1.25E-3", "9223372036854775808", "0.1e1", "12e-2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || strings.Trim(text, "0123456789-+.eE") != "" || len(text) > 40 {
			return
		}
		c := number(text)
		if c.Kind() == tabular.Broken {
			return
		}
		got, ok := new(big.Rat).SetString(c.Text())
		if !ok || strings.ContainsAny(c.Text(), "eE") {
			t.Fatalf("%s became %s", text, c.Text())
		}
		if want, ok := new(big.Rat).SetString(text); ok && got.Cmp(want) != 0 {
			t.Errorf("%s became %s", text, c.Text())
		}
	})
}
