// Package attio is the typed client of Attio's REST API: it builds requests, reads replies and says what an error means.
//
// The published contract (called "current" in job files and flags) lives in few places: current.go has paths, bodies and replies,
// values_write.go and values_read.go the values of the seventeen attribute types, errors.go the error body and classify.go the
// meaning of an error for a run. Everything above them (client.go, schema.go, records.go) speaks the vocabulary of package crm.
//
// Limits, pauses and repeats are the transport's business (package pace): a call says through its context which budget it draws
// on and whether it may be repeated, and knows nothing else of them.
package attio
