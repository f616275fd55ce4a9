// Package exit is what a command's end means to the shell: the exit codes, and an error that carries one with a hint.
package exit

import (
	"errors"
	"fmt"
)

// Code is a process exit code. The set is part of the tool's interface and printed in every command's help.
type Code int

// The exit codes.
const (
	OK          Code = 0
	Internal    Code = 1
	Usage       Code = 2
	Rejects     Code = 3
	Auth        Code = 4
	Unavailable Code = 5
	Conflict    Code = 6
	Changes     Code = 7
	Stopped     Code = 8
	Interrupted Code = 130
)

// Help is the text that every command's help ends with.
const Help = `Exit codes:
  0  complete: every row is in the workspace as the file says, or in the file as the workspace says
  1  internal error
  2  usage, job, mapping or schema wrong; nothing was written
  3  finished, some rows rejected, or exported without values that cannot be read
  4  authentication or permission
  5  API unavailable; resumable
  6  state, lock or source conflict
  7  changes or drift found
  8  stopped by the reject limit or a breaker; resumable. An export: not published, as it is too small or not complete
  130  interrupted; resumable`

// Error is an error that knows its exit code and what the user can do.
type Error struct {
	Code Code
	Err  error
	Hint string
	// Reported says that the user has been shown the error already, so that it is not printed twice.
	Reported bool
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// With wraps an error with a code and a hint, which may be empty.
func With(code Code, err error, hint string) error {
	return &Error{Code: code, Err: err, Hint: hint}
}

// Silent ends with a code after everything has been said.
func Silent(code Code) error {
	return &Error{Code: code, Err: fmt.Errorf("exit code %d", code), Reported: true}
}

// CodeOf is the exit code of an error: OK for nil, Internal for one that carries none.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
