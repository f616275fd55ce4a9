package crm

import "fmt"

// FaultClass says what a refused or failed API call means for a run: the one classification that engines act on.
type FaultClass uint8

// The classes, from the smallest consequence to the largest.
const (
	// FaultRow concerns the row alone: it is rejected and the run goes on.
	FaultRow FaultClass = iota + 1
	// FaultTransient may pass: retries are used up, the row stays open and a resumed run tries it again.
	FaultTransient
	// FaultJob would meet every row (the match attribute is not unique, a plan limit is reached): the run stops.
	FaultJob
	// FaultAuth is a dead token or a missing permission: the run stops.
	FaultAuth
)

// String names the class.
func (c FaultClass) String() string {
	switch c {
	case FaultRow:
		return "row"
	case FaultTransient:
		return "transient"
	case FaultJob:
		return "job"
	case FaultAuth:
		return "auth"
	default:
		return fmt.Sprintf("FaultClass(%d)", uint8(c))
	}
}

// Fault is an error of an API call that knows its class. Anything else that a call returns is an error of the program or the
// machine and ends the run.
type Fault interface {
	error
	// FaultClass is the consequence.
	FaultClass() FaultClass
	// FaultCode is a stable code: the API's own ("uniqueness_conflict") or the transport's ("timeout").
	FaultCode() string
	// FaultAttribute is the slug or id of the attribute at fault, empty where the reply names none.
	FaultAttribute() string
}
