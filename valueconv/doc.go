// Package valueconv turns one cell into the values of an attribute and back: one file per attribute type, and one line for it in
// the table of convert.go.
//
// Nothing is guessed: a spelling that can be read in two ways is a finding, and no value changes by conversion unless the job
// says so (invariant I5). The package is pure: no I/O, no clock.
//
// A finding of a cell has a stable code, what was found and what was expected, and a hint where there is something to do about it.
// Blanks around a value belong to it in text attributes only. A cell of nothing but blanks has no value for every other type.
//
// # Time zones
//
// A time that names no zone is one of Options.Timezone, UTC by default. Where that zone's clocks are put forward, the local times
// between do not exist ("nonexistent-time"); where they are put back, an hour comes twice ("ambiguous-time"). No rule settles either: the
// finding's hint spells the cell with each of the two offsets, and a formatter writes such a time with its offset. A day is never
// moved by a zone: dates are calendar days as they are written, and only a count of seconds since 1970 has to be placed in one.
package valueconv
