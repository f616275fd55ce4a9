// Package sandbox is a local Attio: an http.Handler that speaks the published REST API (contract §1-§10) with its
// state in SQLite, so that imports and exports can be tried, tested and rehearsed without a workspace.
//
// It is written against the contract and shares no code with the client, because a shared misreading would be
// invisible to every test. Where the contract leaves a point open and no source makes one reading likely, the sandbox takes the stricter
// one: a client that pleases the sandbox does not depend on an unconfirmed kindness of the real API.
//
// State is durable before a reply is sent: every request that changes something is one committed transaction, and a
// process killed at any moment reopens with every change that was ever answered. Rate limits, faults and a request log
// make it a test bench; [Transport] runs it inside the process, in a testing/synctest bubble too.
//
// The published API and the one that attio-etl was specified from are two faces of one state (Options.Contract): what they share is
// in a file for each resource, what the second has of its own in the files contract_reference*.go. What the contract marks UNCONFIRMED is a
// switch (Switches).
//
// Known differences from the real API: nothing is enriched, a reference never creates the record it names, phone numbers are
// checked for their form and not against a numbering plan, a location given as one string is kept in line_1, and no webhook is delivered.
package sandbox
