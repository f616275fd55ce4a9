// Package checkpoint is the run store: what each row of each run became, durable before it is counted.
//
// State lives in one SQLite file per state directory (WAL, synchronous=FULL, mode 0600). A row is done only once its entry is on
// disk, and its entry is written only after the server's reply (invariant I2); one transaction takes all entries that have come in
// since the last one, so that durability costs one disk flush a group and not one a row. A program killed at any moment leaves a
// state that opens: whole groups or nothing.
//
// One run per state and job at a time is held by a lock of the operating system, which a killed process cannot leave behind.
package checkpoint
