// Package storage brings the bytes of a source to where a format can read them, and those of an output to where they belong.
//
// A format reads a File: local, regular, uncompressed. What the user names is a Location, which may be something else: standard
// input, a URL, an object in a bucket, a compressed file. Access fetches it into a directory of the process's own under the state
// directory, the spool, which is removed at the end and swept of what processes left behind that were killed. Fetching proves the end
// of what it fetches (invariant I6): a reply that ends before its length, a compressed stream without its trailer is an error.
//
// An output exists under its final name only once it is complete (invariant I7), wherever that is.
package storage
