// Package tabular is typed rows in and out of files: what a cell, a row and a source are, whatever the file format.
//
// Each format is a sub-package around one library. A source never guesses types: a cell is what the file states (CSV states only
// strings). A source proves its end or fails (invariant I6), and a row that cannot be read is a *RowError, which rejects that row
// alone; any other error from a source is final.
package tabular
