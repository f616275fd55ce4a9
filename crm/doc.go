// Package crm is the vocabulary that every other package speaks: targets, schemas, attributes, values, fields, keys and records.
//
// It does no I/O, knows no wire format and imports nothing of this project. A value has one concrete Go type per Attio attribute
// type; how it is written to and read from the API is the business of package attio, how a cell becomes one is package valueconv's.
package crm
