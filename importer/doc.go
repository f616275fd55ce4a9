// Package importer is the import engine: read, map, check, write, journal, count.
//
// It runs in passes. The first checks: every row is read and converted, rows that share a key and the records that rows refer to are
// found, before anything is written. The second writes: the reader skips rows that the journal has as done, hands the others to workers,
// and each reply is journaled before it is counted (invariants I1 to I3). A third, where it is needed, sets the references that had to
// wait for rows of the same file. The engine knows neither HTTP nor files: it consumes the small
// interfaces declared here.
package importer
