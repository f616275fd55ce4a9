package main

import (
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/parquetfile"
	"attio-etl/tabular/xlsxfile"
)

// written is how a job says that a file of a format is to be written.
func written(to jobs.Output, format tabular.Format) dataset.WriterOptions {
	return dataset.WriterOptions{
		Format: format,
		CSV: csvfile.TableOptions{
			Delimiter: to.CSV.Delimiter, QuoteAll: to.CSV.Quoting == jobs.QuoteAll, Mark: to.CSV.Mark, CRLF: to.CSV.LineEnd == jobs.CRLF,
			KeepFormulas: to.CSV.KeepsFormulas,
		},
		XLSX:    xlsxfile.WriterOptions{Sheet: to.XLSX.Sheet},
		Parquet: parquetfile.WriterOptions{Compression: compression(to.Parquet.Compression), RowGroupRows: to.Parquet.RowGroupRows},
	}
}

func compression(word string) parquetfile.Compression {
	switch word {
	case jobs.CompressSnappy:
		return parquetfile.Snappy
	case jobs.CompressGzip:
		return parquetfile.Gzip
	case jobs.CompressNone:
		return parquetfile.Uncompressed
	default:
		return parquetfile.Zstd
	}
}
