// Package csvfile reads and writes CSV: a tabular.Source over encoding/csv with the guards that it lacks, and a writer whose output
// that source reads back value by value.
//
// What a row is. A record that encoding/csv accepts in its strict mode, with as many cells as the header. A line without any
// character is not a row, wherever it stands; a row whose cells are all empty is one. Every other record is a *tabular.RowError
// with the cells that could be read, and the iteration goes on. Codes: "ragged-row", "invalid-utf8", "nul-byte", "stray-quote".
//
// What ends the reading. Whatever leaves it uncertain where a record begins or ends is a final *tabular.FileError, as going on
// could lose or invent rows: "unclosed-quote", "stray-quote" (unless the record is one line on every reading of its quotes),
// "record-too-long", "bare-cr", and "truncated-file", a last record with a fault and without a line end.
//
// The one normalisation: a line break written as \r\n inside a quoted cell is read as \n, as encoding/csv does. A lone \r inside a
// quoted cell is kept.
//
// Memory does not grow with the file: a pass holds one record, which Options.MaxRecord bounds, and 64 KiB of text.
//
// What the reader cannot see: a file cut exactly at the end of the last cell of a record, and a quote that was never closed but
// meets a later one so that the result is valid CSV with the right number of cells.
package csvfile
