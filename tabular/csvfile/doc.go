// Package csvfile reads and writes CSV: a tabular.Source that knows the dialects and encodings in which such files come, and writers
// whose output that source reads back cell by cell. docs/csv.md describes both to users, docs/adr/0008 why the tokenizer is our own.
//
// What a row is. A record of RFC 4180 with as many cells as the header. A line without any character is not a row, wherever it
// stands; a row whose cells are all empty is one. Every other record is a *tabular.RowError with the cells that could be read, and
// the iteration goes on. Codes: "ragged-row", "invalid-utf8", "invalid-text", "nul-byte", "stray-quote".
//
// What ends the reading. Whatever leaves it uncertain where a record begins or ends is a final *tabular.FileError, as going on
// could lose or invent rows: "unclosed-quote", "stray-quote" (unless the record is one line on every reading of its quotes),
// "record-too-long", "too-many-cells", "bare-cr", "bare-lf", "no-footer", and "truncated-file", a last record with a fault and without a line end.
//
// Nothing is normalised: a cell is what stands between its delimiters or quotes, line breaks of any kind included.
//
// How it is made. decode turns the file into UTF-8, with bytes that no text has where the encoding has nothing; input is a window
// over that which always holds the current record whole; the tokenizer cuts it into cells; inspect judges them. A fault is explained
// from the record's bytes, so that what is fast need not know how to explain.
//
// Memory does not grow with the file: a pass holds one record, which Options.MaxRecord bounds, in a window of at most twice that, and
// the records of the footer.
//
// What the reader cannot see: a file cut in or behind the last cell of a record that stands in no quotes, and a quote that was never
// closed but meets a later one so that the result is valid CSV with the right number of cells.
package csvfile
