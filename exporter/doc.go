// Package exporter is the engine of exports: it reads a list page by page in a way that shows whether anything was missed, keeps what was
// read so that a run which is killed goes on, and hands the rows to a file that is published whole or not at all.
//
// It knows no network and no disk: what it reads from and writes to are small interfaces that cmd/attio-etl wires.
package exporter
