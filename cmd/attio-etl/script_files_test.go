package main

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/dataset"
)

// packFile compresses a file as the name of the new one says: packed FILE NEW.
func packFile(ts *testscript.TestScript, _ bool, args []string) {
	from, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer from.Close()
	into, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	var packer io.WriteCloser = gzip.NewWriter(into)
	if strings.HasSuffix(args[1], ".zst") {
		packer, err = zstd.NewWriter(into)
		ts.Check(err)
	}
	_, err = io.Copy(packer, from)
	ts.Check(err)
	ts.Check(packer.Close())
	ts.Check(into.Close())
}

// cutFile takes the last bytes of a file away: cut FILE N.
func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(path, info.Size()-n))
}

// writeTyped writes a table with a column of each kind, in the format of the name: typed FILE.
func writeTyped(ts *testscript.TestScript, _ bool, args []string) {
	location, err := storage.ParseLocation(ts.MkAbs(args[0]))
	ts.Check(err)
	columns := []tabular.Column{
		{Name: "Name"},
		{Name: "Size", Type: tabular.IntColumn},
		{Name: "Founded", Type: tabular.DateColumn},
		{Name: "Active", Type: tabular.BoolColumn},
		{Name: "Revenue", Type: tabular.DecimalColumn},
		{Name: "Seen", Type: tabular.TimestampColumn},
	}
	w, err := dataset.Create(context.Background(), &storage.Access{Spool: ts.MkAbs("spool")}, location, dataset.WriterOptions{}, columns)
	ts.Check(err)
	defer func() { ts.Check(w.Abort()) }()
	seen := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for _, row := range [][]tabular.Cell{
		{
			tabular.StringCell("Acme"), tabular.IntCell(10), tabular.DateCell(2001, 2, 3), tabular.BoolCell(true), tabular.DecimalCell("1234.5"),
			tabular.TimeCell(seen),
		},
		{tabular.StringCell("=1+1"), {}, {}, tabular.BoolCell(false), {}, {}},
	} {
		ts.Check(w.Write(row))
	}
	ts.Check(w.Commit())
}
