package parquetfile_test

import (
	"errors"
	"os"
	"testing"

	"attio-etl/tabular"
	"attio-etl/tabular/parquetfile"
)

// FuzzSource: whatever the bytes are, a pass ends with as many rows as the footer states or with an error of the file. The corpus has a
// file of each shape: flat, nested, with dictionaries, of each page version.
func FuzzSource(f *testing.F) {
	f.Add([]byte("PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parquetfile.Open(save(t, data), parquetfile.Options{MaxRowGroup: 8 << 20, MaxCell: 1 << 16})
		if err != nil {
			isOfFile(t, err)
			return
		}
		const enough = 50_000 // a few bytes may well state a billion nulls
		var n int64
		for row, err := range s.Rows(t.Context()) {
			if err != nil {
				isOfFile(t, err)
				return
			}
			if n++; row.Ordinal != n || len(row.Cells) != len(s.Schema().Columns) {
				t.Fatalf("row %d has ordinal %d and %d cells", n, row.Ordinal, len(row.Cells))
			}
			if n == enough {
				return
			}
		}
		if n != s.NumRows() {
			t.Errorf("%d rows and no error, the footer states %d", n, s.NumRows())
		}
	})
}

func isOfFile(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*tabular.FileError](err); !ok || errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is no error of the file", err)
	}
}
