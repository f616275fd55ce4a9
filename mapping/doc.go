// Package mapping turns the columns of a source into the attributes of a target.
//
// Compile checks a job against the header of its source and the schema of its target, and reports everything that does not fit
// at its place in the job file. The Plan that it returns is immutable: Apply turns one row into one Item, or into findings that
// reject the row. The package is pure: no I/O, no clock, and the same row always becomes the same item.
//
// What a row says is kept apart from what has to be looked up for it: a reference by key has no id yet, an option to create has none
// either, and a field says by its mode how its values meet those of the record. The expressions of a job see the texts of one row and
// may call functions of those alone. RunCase holds a plan to the cases that its job states.
package mapping
