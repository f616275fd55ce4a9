package pace

import (
	"fmt"
)

// Reason is why a request ended without a reply.
type Reason uint8

// The reasons. ReasonStopped and ReasonCanceled say nothing about the server.
const (
	ReasonExhausted     Reason = iota // every attempt allowed met a passing fault
	ReasonNotRepeatable               // the request may have been processed and must not be sent twice (I4)
	ReasonHopeless                    // another attempt would end the same way: the certificate, a malformed request, a reply beyond MaxBody
	ReasonStopped                     // Options.Stop was closed
	ReasonCanceled                    // the request's context ended
)

// String is the reason as it stands in messages.
func (r Reason) String() string {
	switch r {
	case ReasonExhausted:
		return "the fault did not pass"
	case ReasonNotRepeatable:
		return "the request must not be sent twice"
	case ReasonHopeless:
		return "another attempt would not help"
	case ReasonStopped:
		return "the run is stopping"
	case ReasonCanceled:
		return "the request was canceled"
	default:
		return fmt.Sprintf("reason %d", uint8(r))
	}
}

// Processed is what is known of a request that ended without a reply.
type Processed uint8

// What can be known.
const (
	ProcessedUnknown Processed = iota // at least one attempt may have reached the server and been carried out
	ProcessedNo                       // no attempt was carried out: none was sent, or the server turned each down
)

// String is what is known, as it stands in messages.
func (p Processed) String() string {
	if p == ProcessedNo {
		return "not processed"
	}
	return "perhaps processed"
}

// GiveUpError is what RoundTrip returns when a request ends without a reply. It wraps the last fault: ErrStopped, the
// context's error, or that of the connection.
type GiveUpError struct {
	Attempts  int // sent or tried to
	Reason    Reason
	Processed Processed
	Err       error
}

// Error names no header and no body of the request.
func (e *GiveUpError) Error() string {
	return fmt.Sprintf("%v (attempts: %d; %v; %v)", e.Err, e.Attempts, e.Reason, e.Processed)
}

// Unwrap gives the last fault.
func (e *GiveUpError) Unwrap() error { return e.Err }
