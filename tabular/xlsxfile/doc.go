// Package xlsxfile reads and writes XLSX workbooks: a tabular.Source that gives what the file states of each cell, and a
// tabular.Writer whose output that source reads back value by value.
//
// What is read. The XML of the sheet, the shared strings, the number formats and the list of sheets, by a scanner of our own: the
// library for workbooks (excelize, which the writer uses) swallows errors of the XML, so that a sheet cut short ends cleanly, and
// gives rows without type or style, so that neither a date nor a ZIP code can be told from a number.
//
// What proves the end (invariant I6). Open reads every part that is used to its end before the first row is given out: the
// checksum and size of its ZIP entry, XML that is well formed up to the end of the document, exactly one closed sheetData, rows and
// cells in rising order, references to strings and styles that exist. Each range reads the sheet again, to the same checksum.
//
// What a row is. A row of the sheet behind the header in which any cell holds something: a value, an error, or a text that is
// present and empty. Rows of blank cells, and of formulas that came out as an empty text, are no rows and are not counted.
//
// What a cell is. Type, value and number format decide, never its looks: docs/xlsx.md has the table. The text of merged cells
// stands in the first of them. Hidden rows and columns are data.
//
// Faults. Whatever leaves it uncertain what the sheet holds is a *tabular.FileError: "truncated-file", "damaged-file",
// "malformed-file", "zip-bomb", "source-changed", one code for each kind of file that is no XLSX, and those of the header and of the
// choice of the sheet. A value to the right of the header is a *tabular.RowError, "cell-beyond-header". A cell without a value is a
// Broken cell: "cell-error", "formula-without-value", "inexact-number", "not-a-date", "bad-cell".
//
// Memory does not grow with the file, but for 32 MiB of shared strings and one offset for every 16 of them; further strings are
// spilled to a temporary file.
package xlsxfile
