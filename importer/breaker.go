package importer

import (
	"errors"
	"fmt"
	"sync"

	"attio-etl/crm"
)

// limitInARow is how many times the same misfortune may happen in a row before it is taken for the workspace's and not the rows':
// that many transient give-ups, or that many rejects by the API with one code.
const limitInARow = 20

// Reason is why a run stopped before its end.
type Reason string

// The reasons.
const (
	Unauthorized  Reason = "unauthorized"   // the token is dead or lacks a permission
	Unavailable   Reason = "unavailable"    // the API did not answer, over and over
	JobRefused    Reason = "job-refused"    // the API refuses every row for the same cause
	RejectsInARow Reason = "rejects-in-row" // so many rows in a row were refused with one code that it is not the rows' fault
	RejectLimit   Reason = "reject-limit"   // more rows were rejected than the job allows
	JournalFailed Reason = "journal-failed" // the run store cannot be written
)

// StoppedError says that a run stopped itself. It can be resumed.
type StoppedError struct {
	Reason Reason
	Err    error
}

func (e *StoppedError) Error() string { return fmt.Sprintf("stopped (%s): %v", e.Reason, e.Err) }

func (e *StoppedError) Unwrap() error { return e.Err }

// breaker counts misfortunes in a row over all workers. Its zero value is ready.
type breaker struct {
	mu       sync.Mutex
	giveUps  int
	lastGive error
	code     string
	rejects  int
}

// wrote ends every streak.
func (b *breaker) wrote() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.giveUps, b.rejects, b.code = 0, 0, ""
}

// rejected counts a row that the API refused; an error says that the run must stop.
func (b *breaker) rejected(code string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.giveUps = 0
	if code != b.code {
		b.code, b.rejects = code, 0
	}
	b.rejects++
	if b.rejects < limitInARow {
		return nil
	}
	return &StoppedError{Reason: RejectsInARow, Err: fmt.Errorf("%d rows in a row were refused with %s", b.rejects, code)}
}

// gaveUp classifies the error that left a row open; an error says that the run must stop.
func (b *breaker) gaveUp(err error) error {
	var fault crm.Fault
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.FaultClass() {
	case crm.FaultAuth:
		return &StoppedError{Reason: Unauthorized, Err: err}
	case crm.FaultTransient:
		return b.transient(err)
	default:
		return &StoppedError{Reason: JobRefused, Err: err}
	}
}

func (b *breaker) transient(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.giveUps++
	b.lastGive = err
	if b.giveUps < limitInARow {
		return nil
	}
	return &StoppedError{Reason: Unavailable, Err: fmt.Errorf("%d requests in a row failed: %w", b.giveUps, err)}
}

// unavailable is the result of a run that reached its end but left rows open.
func (b *breaker) unavailable(open int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &StoppedError{Reason: Unavailable, Err: fmt.Errorf("rows that stay open: %d: %w", open, b.lastGive)}
}
