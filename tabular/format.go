package tabular

import (
	"path/filepath"
	"strings"
)

// Format is a file format, by the name that jobs give it.
type Format string

// The formats.
const (
	CSV     Format = "csv"
	TSV     Format = "tsv" // CSV with tabs
	XLSX    Format = "xlsx"
	Parquet Format = "parquet"
	JSONL   Format = "jsonl" // an object on each line
	JSON    Format = "json"  // an array of objects
)

// FormatOf tells a format by the ending of a file's name, that of a compression left out; false where the ending tells none.
func FormatOf(name string) (Format, bool) {
	switch ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")); ending {
	case "csv", "tsv", "xlsx", "parquet", "jsonl", "json":
		return Format(ending), true
	case "tab":
		return TSV, true
	case "xlsm":
		return XLSX, true
	case "ndjson":
		return JSONL, true
	default:
		return "", false
	}
}
