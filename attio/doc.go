// Package attio is the typed client of Attio's REST API: it builds requests, reads replies and says what an error means.
//
// Two contracts are spoken. What differs between them is behind the interface contract: current, Attio's published API, has its requests
// in current_*.go, reference, the document that came before it, in reference_*.go; nothing else knows which one it is. What one of them
// cannot do at all is among its abilities. Replies are read by one reader for both (replies.go, values_read.go, errorbody.go). classify.go says what an
// error means for a run. Everything above them speaks the vocabulary of package crm.
//
// Limits, pauses and repeats are the transport's business (package pace): a call says through its context which budget it draws
// on and whether it may be repeated, and knows nothing else of them. What is repeated here goes through it too.
package attio
