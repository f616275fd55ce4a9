package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/parquetfile"
	"attio-etl/tabular/xlsxfile"
)

func TestWritten(t *testing.T) {
	plain := dataset.WriterOptions{Format: tabular.CSV}
	for _, test := range []struct {
		to   string
		want func(*dataset.WriterOptions)
	}{
		{"{path: p.csv}", func(*dataset.WriterOptions) {}},
		{"{path: p.csv, csv: {delimiter: ;, quoting: all, bom: true, line_end: crlf, formula_guard: false}}", func(o *dataset.WriterOptions) {
			o.CSV = csvfile.TableOptions{Delimiter: ';', QuoteAll: true, Mark: true, CRLF: true, KeepFormulas: true}
		}},
		{"{path: p.xlsx, xlsx: {sheet: People}}", func(o *dataset.WriterOptions) {
			o.Format, o.XLSX = tabular.XLSX, xlsxfile.WriterOptions{Sheet: "People"}
		}},
		{"{path: p.parquet, parquet: {compression: snappy, row_group_rows: 9}}", func(o *dataset.WriterOptions) {
			o.Format, o.Parquet = tabular.Parquet, parquetfile.WriterOptions{Compression: parquetfile.Snappy, RowGroupRows: 9}
		}},
		{"{path: p.parquet, parquet: {compression: gzip}}", func(o *dataset.WriterOptions) {
			o.Format, o.Parquet.Compression = tabular.Parquet, parquetfile.Gzip
		}},
		{"{path: p.parquet, parquet: {compression: none}}", func(o *dataset.WriterOptions) {
			o.Format, o.Parquet.Compression = tabular.Parquet, parquetfile.Uncompressed
		}},
		{"{path: p.parquet, parquet: {compression: zstd}}", func(o *dataset.WriterOptions) {
			o.Format, o.Parquet.Compression = tabular.Parquet, parquetfile.Zstd
		}},
	} {
		job, findings := jobs.Parse("", []byte("version: 1\nexport:\n  from: {object: people}\n  to: "+test.to+"\n"), nil)
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		want := plain
		test.want(&want)
		if diff := cmp.Diff(want, written(job.Export.To, job.Export.To.Format)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.to, diff)
		}
	}
}

// What a job says of the sheets to read reaches the reader.
func TestLayoutOfAllSheets(t *testing.T) {
	for _, all := range []string{"true", "false"} {
		job, findings := jobs.Parse("", []byte("version: 1\nimport:\n  source: {path: p.xlsx, xlsx: {all_sheets: "+all+"}}\n  target: {object: people, match: a}\n  map: {a: A}\n"), nil)
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		if got := layout(job.Import.Source).XLSX.AllSheets; got != (all == "true") {
			t.Errorf("all_sheets: %s reads all: %t", all, got)
		}
	}
}
