package host

import (
	"math"
	"runtime"
	"testing"
	"time"
)

func TestMeasure(t *testing.T) {
	const total = 16 << 30
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		cpus, affinity int
		l              limits
		want           Measured
	}{
		"no limits":            {8, 8, limits{inf, none}, Measured{8, total, 8, total, 0}},
		"v1 sentinel":          {8, 8, limits{inf, 9223372036854771712}, Measured{8, total, 8, total, 0}},
		"quota":                {8, 8, limits{2, 1 << 30}, Measured{2, 1 << 30, 8, total, 2}},
		"quota rounds down":    {8, 8, limits{2.5, none}, Measured{2, total, 8, total, 2.5}},
		"quota below one":      {8, 8, limits{0.5, none}, Measured{1, total, 8, total, 0.5}},
		"half of a single CPU": {1, 1, limits{0.5, none}, Measured{1, total, 1, total, 0.5}},
		"quota above the CPUs": {2, 2, limits{2.5, none}, Measured{2, total, 2, total, 0}},
		"quota of all CPUs":    {2, 2, limits{2, none}, Measured{2, total, 2, total, 0}},
		"affinity":             {8, 3, limits{inf, none}, Measured{3, total, 8, total, 0}},
		"affinity under quota": {8, 3, limits{4, none}, Measured{3, total, 8, total, 0}},
		"quota under affinity": {8, 3, limits{2, none}, Measured{2, total, 8, total, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := measure(c.cpus, c.affinity, total, c.l); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestDetectHere(t *testing.T) {
	const limit = 50 * time.Millisecond
	// The best of many runs: most may meet a busy machine.
	best := time.Hour
	for n := 0; n < 5 || n < 100 && best > limit; n++ {
		start := time.Now()
		m, err := Detect(t.Context())
		best = min(best, time.Since(start))
		if err != nil {
			t.Fatal(err)
		}
		if m.Cores < 1 || m.Cores > m.CPUs || m.Cores > runtime.NumCPU() {
			t.Errorf("cores: %+v with %d usable CPUs", m, runtime.NumCPU())
		}
		if m.Memory <= 64<<20 || m.Memory > m.Total {
			t.Errorf("memory: %+v", m)
		}
		t.Logf("%+v", m)
	}
	t.Logf("at best %v", best)
	if runtime.GOOS == "linux" && best > limit {
		t.Errorf("took %v at best", best)
	}
}
