// Package storage brings the bytes of a source to where a format can read them, and those of an output to where they belong.
//
// A format reads a File: local, regular, uncompressed. What the user names may be something else, and is brought here first.
package storage
