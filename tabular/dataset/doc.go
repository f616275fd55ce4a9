// Package dataset opens what a job names as one source, whatever its format and wherever it lies, and creates outputs the same way.
//
// It is the one place that knows all formats. Several files are one source: their rows follow each other in the order of the files,
// each with its file's name, counted through. They must have the same columns, in whatever order (invariant I5: a column that one
// file lacks would be rows that lose a value). Only JSON files may differ in columns, as a member that a JSON object lacks says no more
// than that.
package dataset
