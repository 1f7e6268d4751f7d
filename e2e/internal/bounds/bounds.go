// Package bounds compares measured times, and ratios of times, with what a case allows.
//
// A machine with other work is slow in ways that say nothing about what is tested. A
// case therefore fails only beyond five times a bound. On a quiet machine E2E_STRICT=1
// holds the bounds themselves. Bounds of anything else than time do not belong here.
package bounds

import (
	"fmt"
	"os"
	"time"
)

// slack is how many times its bound a value may be where Strict is false.
const slack = 5

// Strict reports whether bounds hold as they are.
func Strict() bool { return os.Getenv("E2E_STRICT") != "" }

// Most returns the largest value that passes for a bound.
func Most[T ~int64 | ~float64](limit T) T {
	if Strict() {
		return limit
	}
	return slack * limit
}

// Time compares a measured time with its bound. The text has both; ok is false where
// the case fails.
func Time(got, limit time.Duration) (text string, ok bool) {
	return compare(got.Seconds(), limit.Seconds(), "%.2f s")
}

// Ratio is Time for a ratio of times.
func Ratio(got, limit float64) (text string, ok bool) {
	return compare(got, limit, "%.2f")
}

func compare(got, limit float64, form string) (text string, ok bool) {
	text = fmt.Sprintf(form+" (at most "+form+")", got, limit)
	if got <= limit {
		return text, true
	}
	return text + fmt.Sprintf(": beyond its bound; the case fails beyond "+form, Most(limit)), got <= Most(limit)
}
