// Package mapping turns the columns of a source into the attributes of a target.
//
// Compile checks a job against the header of its source and the schema of its target, and reports everything that does not fit
// at its place in the job file. The Plan that it returns is immutable: Apply turns one row into one Item, or into findings that
// reject the row. The package is pure: no I/O, no clock, and the same row always becomes the same item.
package mapping
