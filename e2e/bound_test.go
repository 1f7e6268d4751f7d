//go:build e2e

package e2e

import (
	"testing"
	"time"

	"rcgen/e2e/internal/bounds"
)

// patience is how long a case waits for what is to come, which is no bound: it goes on
// as soon as that has come.
const patience = 5 * time.Minute

// attempt bounds one of the attempts that a case repeats until it has an answer.
const attempt = 5 * time.Second

// bound records a measured time beside what it may be, and fails the case where it is
// too far beyond.
func bound(t *testing.T, what string, got, limit time.Duration) {
	t.Helper()
	text, ok := bounds.Time(got, limit)
	judge(t, what, text, ok)
}

// boundRatio is bound for a ratio of times.
func boundRatio(t *testing.T, what string, got, limit float64) {
	t.Helper()
	text, ok := bounds.Ratio(got, limit)
	judge(t, what, text, ok)
}

func judge(t *testing.T, what, text string, ok bool) {
	t.Helper()
	figure(t, "%s: %s", what, text)
	if !ok {
		t.Errorf("%s: %s", what, text)
	}
}

// eventually repeats a check until it passes, and returns how long that took.
func eventually(t *testing.T, check func() error) time.Duration {
	t.Helper()
	return poll(t, patience, check)
}

// within is eventually with a bound for the time.
func within(t *testing.T, what string, limit time.Duration, check func() error) time.Duration {
	t.Helper()
	took := poll(t, max(patience, bounds.Most(limit)), check)
	bound(t, what, took, limit)
	return took
}

func poll(t *testing.T, wait time.Duration, check func() error) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		err := check()
		if err == nil {
			return time.Since(start)
		}
		if time.Since(start) > wait || w.ctx.Err() != nil {
			t.Fatalf("not within %s: %v", wait, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// sized is the size of what takes long: short in make e2e, full in make e2e-long.
func sized[T any](short, full T) T {
	if w.long {
		return full
	}
	return short
}
