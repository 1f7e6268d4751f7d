package generator

import "fmt"

// Error is a failure that its reader can fix: what is wrong, and what to do about it.
type Error struct {
	What string // the flag, key or file, and what is wrong with it; empty: Err says it
	Hint string // the next thing to do; empty: that of Err, if it has one
	Err  error  // the cause; may be nil
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

// Hints returns the hint, for the one place that prints them.
func (e *Error) Hints() []string {
	if e.Hint == "" {
		return nil
	}
	return []string{e.Hint}
}

func hinted(hint, format string, args ...any) error {
	return &Error{What: fmt.Sprintf(format, args...), Hint: hint}
}
