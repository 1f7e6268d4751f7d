package generator

import "fmt"

// Error is a failure a person can mend: what is wrong, and what to do about it.
type Error struct {
	What string // the flag, key or file, and what is wrong with it
	Hint string // the next thing to do; empty where there is none
}

// Error returns what is wrong, without the hint.
func (e *Error) Error() string { return e.What }

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
