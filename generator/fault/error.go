// Package fault has the one error that rcgen's own code makes: what is wrong, what to do
// about it, and why.
//
// What belongs here: that type alone. What does not: hints for errors of other packages
// (internal/project), and printing (cmd/rcgen).
package fault

import (
	"errors"
	"fmt"
)

// Error is a failure that its reader can fix.
type Error struct {
	What string // the flag, key or file, and what is wrong with it; empty: Err says it
	Hint string // the next thing to do; empty: that of Err, if it has one
	Err  error  // the cause; may be nil
}

// New returns an error that says what is wrong.
func New(format string, args ...any) *Error { return &Error{What: fmt.Sprintf(format, args...)} }

// Fix adds the next thing to do, and returns e.
func (e *Error) Fix(hint string) *Error {
	e.Hint = hint
	return e
}

// Error returns what is wrong, followed by the cause, without the hint.
func (e *Error) Error() string {
	switch {
	case e.Err == nil:
		return e.What
	case e.What == "":
		return e.Err.Error()
	default:
		return e.What + ": " + e.Err.Error()
	}
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Hints returns the hint, for the one place that prints them; without one, those of the
// cause.
func (e *Error) Hints() []string {
	if e.Hint != "" {
		return []string{e.Hint}
	}
	var cause interface{ Hints() []string }
	if errors.As(e.Err, &cause) {
		return cause.Hints()
	}
	return nil
}
