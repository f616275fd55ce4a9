package csvfile

import (
	"fmt"
	"strings"

	"attio-etl/tabular"
)

// DefaultMaxRecord is how many bytes a record may have where Options says nothing: more than the largest text that the API takes
// (10 MB, contract §9) and a row around it.
const DefaultMaxRecord = 16 << 20

// NoQuote is the Options.Quote of a file in which a quote is a character like any other, so that no cell can hold a delimiter.
const NoQuote rune = -1

// Options is how a file is to be read. The zero value reads comma, semicolon, tab or bar separated UTF-8 with a header in row 1.
type Options struct {
	// Delimiter separates cells; 0 chooses among , ; tab and | by evidence from the header and the first records.
	Delimiter rune
	// Quote is the ASCII character that cells with delimiters or line ends stand in; 0 means '"'.
	Quote rune
	// Encoding is the name of the file's encoding, as the WHATWG Encoding Standard has them; also "utf-16", whose byte order mark or zero
	// bytes tell the order. "" and "auto" mean that of the byte order mark, and UTF-8 without one.
	Encoding string
	// HeaderRow is the line on which the header starts, 1-based; 0 means 1. Lines before it are skipped whatever they hold. Where
	// that line is empty, the first one after it that is not empty holds the header.
	HeaderRow int
	// NoHeader says that HeaderRow is already data. The columns are column_1, column_2 and so on, as many as that record has cells.
	NoHeader bool
	// FooterRows is how many records at the end of the file are no data. They may have any number of cells.
	FooterRows int
	// StripGuard undoes the guard against formulas of NewTable, in the header and in the cells.
	StripGuard bool
	// MaxRecord is how many bytes a record may have, in UTF-8; 0 means DefaultMaxRecord. A pass holds about twice as much.
	MaxRecord int
}

// completed is the options with their defaults.
func (o Options) completed() Options {
	o.HeaderRow = max(o.HeaderRow, 1)
	o.FooterRows = max(o.FooterRows, 0)
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	if o.Quote == 0 {
		o.Quote = '"'
	}
	return o
}

// check refuses what no file can be read with.
func (s *Source) check() *tabular.FileError {
	o := s.opts
	switch {
	case o.Delimiter != 0 && !validDelimiter(o.Delimiter):
		return s.fault("bad-delimiter", fmt.Sprintf("%q cannot separate cells", o.Delimiter), "use a comma, a semicolon, a tab or a bar")
	case o.Quote != NoQuote && !validQuote(o.Quote):
		return s.fault("bad-quote", fmt.Sprintf("%q cannot quote cells", o.Quote), `use " or ', or none`)
	case o.Quote == o.Delimiter:
		return s.fault("bad-quote", fmt.Sprintf("%q cannot both quote and separate cells", o.Quote), "")
	}
	return nil
}

func validDelimiter(r rune) bool {
	return !strings.ContainsRune("\x00\"\r\n \uFEFF\uFFFD", r) && r > 0 && r <= 0x10FFFF && (r < 0xD800 || r > 0xDFFF)
}

// validQuote: any ASCII character that is neither a blank nor part of words and numbers.
func validQuote(r rune) bool {
	return strings.ContainsRune("!\"#$%&'*/:;<=>?@\\^_`|~", r)
}
