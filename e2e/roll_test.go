//go:build e2e

package e2e

import (
	"slices"
	"testing"
	"time"

	"rcgen/e2e/internal/bounds"
)

// drain is what rcgen apply takes for a drain unless told otherwise.
const drain = 5 * time.Second

// mostOfRoll is how long a roll may take, in sums of its starts and drains.
const mostOfRoll = 1.3

// roll rolls once, or, where that takes too long for the case to pass, three times: the
// median counts, for other programs may be at work on the machine.
func roll(t *testing.T, p *rollout) measured {
	m, ratio := rollOnce(t, p, "8.9.2")
	ratios := []float64{ratio}
	if ratio > bounds.Most(mostOfRoll) {
		for _, version := range []string{"8.9.6", "8.9.7"} {
			loadRelease(t, version, "")
			again, ratio := rollOnce(t, p, version)
			if ratios = append(ratios, ratio); ratio < slices.Min(ratios[:len(ratios)-1]) {
				m = again
			}
		}
	}
	slices.Sort(ratios)
	boundRatio(t, "a roll, in its starts and drains", ratios[len(ratios)/2], mostOfRoll)
	return m
}

func rollOnce(t *testing.T, p *rollout, version string) (m measured, ratio float64) {
	t.Helper()
	setRelease(t, p, version)
	m = measure(t, p.Project, 4, func() { must(t, p, "apply") })
	m.intact(t, replicas(4)...)
	m.once(t)
	converged(t, p, 4)
	if len(m.starts) != 4 {
		t.Fatalf("%d starts, want 4", len(m.starts))
	}
	sum, strict := 4*drain, 4*drain
	for _, s := range m.starts {
		sum, strict = sum+s.whole, strict+s.process
	}
	ratio = m.took.Seconds() / sum.Seconds()
	figure(t, "%.2f x the sum of 4 start-up times (%.1f s each) and 4 drains of %s; %.2f x where a start counts from the engine's event",
		ratio, (sum-4*drain).Seconds()/4, drain, m.took.Seconds()/strict.Seconds())
	return m, ratio
}

// once: no websocket drops twice.
func (m measured) once(t *testing.T) {
	t.Helper()
	for i, s := range m.Sockets {
		if len(s.Drops) > 1 {
			t.Errorf("websocket %d was dropped %d times: %v", i, len(s.Drops), s.Drops)
		}
	}
}
