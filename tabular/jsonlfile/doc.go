// Package jsonlfile reads and writes JSON: a tabular.Source over JSON Lines, or over an array of objects, and a writer of JSON Lines
// whose output that source reads back value by value. The tokens are those of jsontext, which is strict: it refuses repeated names,
// invalid UTF-8 and lone surrogates, and gives numbers as they are written.
//
// What a row is. An object: a line of its own, or an element of the array. Its members are the cells. A member that is an object
// itself is its members, named by the path to them (a.b.c); an empty object and null are missing; an array is a list, or its own
// text in JSON where it holds arrays or objects. A whole number that fits in 64 bits is Int, any other number Decimal, digit by
// digit as written, an exponent written out. Columns are the members of all rows, in the order in which they first occur, so opening
// reads the whole file once. A row without a member that others have misses that cell.
//
// What rejects a row, with its text behind its cells: "bad-json", "duplicate-key", "invalid-utf8", "not-an-object", "too-deep". In
// JSON Lines a line end ends a row whatever stands before it.
//
// What ends the reading, as a *tabular.FileError: whatever leaves it uncertain where a row or the file ends (invariant I6). In JSON
// Lines that is a faulty last line without a line end ("truncated-file"); in an array any fault of its syntax, its missing end, and
// anything behind it.
//
// What the reader cannot see: JSON Lines that were cut exactly at a line end.
package jsonlfile
