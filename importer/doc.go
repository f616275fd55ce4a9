// Package importer is the import engine: read, map, check, write, journal, count.
//
// It runs in two passes. The first is local: every row is read, converted and checked, and rows that share a key are found, before
// anything is written. The second writes: the reader skips rows that the journal has as done, hands the others to workers, and each
// reply is journaled before it is counted (invariants I1 to I3). The engine knows neither HTTP nor files: it consumes the small
// interfaces declared here.
package importer
