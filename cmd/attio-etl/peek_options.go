package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"attio-etl/internal/exit"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/jsonlfile"
	"attio-etl/tabular/xlsxfile"
)

// peekOptions are the flags of peek: what a job file says under import.source, and how many rows to show.
type peekOptions struct {
	format     string
	delimiter  string
	quote      string
	encoding   string
	headerRow  int
	footerRows int
	stripGuard bool
	sheet      string
	jsonPath   string
	rows       int
}

func (o *peekOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "", "csv, tsv, xlsx, parquet, jsonl or json (default: by the ending of the name)")
	f.StringVar(&o.delimiter, "delimiter", "auto", `the character between two cells of CSV, or tab`)
	f.StringVar(&o.quote, "quote", `"`, "the character that cells of CSV stand in, or none")
	f.StringVar(&o.encoding, "encoding", "auto", "the encoding of CSV: auto, utf-8, windows-1252, …")
	f.IntVar(&o.headerRow, "header-row", 1, "the line or the sheet's row of the header, 0 for none")
	f.IntVar(&o.footerRows, "footer-rows", 0, "rows at the end that are no data")
	f.BoolVar(&o.stripGuard, "strip-formula-guard", false, "take away the apostrophe that keeps a text from being a formula in CSV")
	f.StringVar(&o.sheet, "sheet", "", "the name of the sheet, or its place, counted from 1 (a name that is a number: in double quotes)")
	f.StringVar(&o.jsonPath, "json-path", "", "the member of a JSON document that is the array of rows, such as data.items")
	f.IntVar(&o.rows, "rows", 5, "how many of the first rows to show")
}

// mostRows is the largest that counts may be: beyond it a number is a mistake.
const mostRows = 1000

// layout is the options as those of the files.
func (o peekOptions) layout() (dataset.Options, error) {
	delimiter, err := mark("--delimiter", o.delimiter, "auto", 0)
	if err != nil {
		return dataset.Options{}, err
	}
	quote, err := mark("--quote", o.quote, "none", csvfile.NoQuote)
	if err != nil {
		return dataset.Options{}, err
	}
	for _, n := range []struct {
		flag  string
		value int
	}{{"--header-row", o.headerRow}, {"--footer-rows", o.footerRows}, {"--rows", o.rows}} {
		if n.value < 0 || n.value > mostRows {
			return dataset.Options{}, exit.With(exit.Usage, fmt.Errorf("%s %d", n.flag, n.value), fmt.Sprintf("a number from 0 to %d", mostRows))
		}
	}
	format, err := o.knownFormat()
	if err != nil {
		return dataset.Options{}, err
	}
	layout := dataset.Options{
		Format: format,
		CSV: csvfile.Options{
			Delimiter: delimiter, Quote: quote, Encoding: o.encoding, HeaderRow: o.headerRow, NoHeader: o.headerRow == 0, FooterRows: o.footerRows,
			StripGuard: o.stripGuard,
		},
		XLSX: xlsxfile.Options{HeaderRow: o.headerRow, NoHeader: o.headerRow == 0, FooterRows: o.footerRows},
		JSON: jsonlfile.Options{Path: o.jsonPath},
	}
	layout.XLSX.Sheet, layout.XLSX.SheetIndex = o.sheetOrPlace()
	return layout, nil
}

func (o peekOptions) knownFormat() (tabular.Format, error) {
	if o.format == "" {
		return "", nil
	}
	format, ok := tabular.FormatOf("." + o.format)
	if !ok || string(format) != o.format {
		return "", exit.With(exit.Usage, fmt.Errorf("--format %q", o.format), "one of csv, tsv, xlsx, parquet, jsonl, json")
	}
	return format, nil
}

// mark reads a single character, or the word that stands for something else.
func mark(flag, text, word string, meaning rune) (rune, error) {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case text == word:
		return meaning, nil
	case strings.EqualFold(text, "tab"), text == `\t`:
		return '\t', nil
	case size == 0 || size != len(text):
		return 0, exit.With(exit.Usage, fmt.Errorf("%s %q", flag, text), "one character, or "+word)
	default:
		return r, nil
	}
}

// sheetOrPlace tells a name from a place: a plain number is a place, as in a job file.
func (o peekOptions) sheetOrPlace() (name string, place int) {
	if n, err := strconv.Atoi(o.sheet); err == nil && n > 0 {
		return "", n
	}
	if inner, ok := strings.CutPrefix(o.sheet, `"`); ok && strings.HasSuffix(inner, `"`) && len(inner) > 1 {
		return strings.TrimSuffix(inner, `"`), 0
	}
	return o.sheet, 0
}
