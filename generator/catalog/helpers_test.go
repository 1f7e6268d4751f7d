package catalog

import (
	"errors"
	"testing"
)

// must returns a value, or ends the test with its error:
//
//	plan := must(NewPlan(r, nil))(t)
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// hintsOf returns what an error tells its reader to do.
func hintsOf(err error) []string {
	var h interface{ Hints() []string }
	if errors.As(err, &h) {
		return h.Hints()
	}
	return nil
}
