package catalog

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"rcgen/generator/units"
)

func TestLokiLimits(t *testing.T) {
	for _, c := range []struct {
		hours       int
		size        units.Bytes
		rate, burst units.Bytes
	}{
		{15 * 24, 10 * units.GiB, 36771, 256 * units.MiB},   // medium: 3 GiB of lines a day
		{15 * 24, 3 * units.GiB, 11031, 161061273},          // small: 0.9 GiB of lines a day
		{24, units.GiB, 46281, 53687091},                    // the least of both
		{365 * 24, units.TiB, 156804, 256 * units.MiB},      // a burst has an end
		{10 * 365 * 24, 64 * units.TiB, 1004062, lokiBurst}, // no overflow
	} {
		if rate, burst := LokiLimits(c.hours, c.size); rate != c.rate || burst != c.burst {
			t.Errorf("%d h of %s: got %d a second and %d at once, want %d and %d", c.hours, c.size, rate, burst, c.rate, c.burst)
		}
	}
}

// TestLokiFits: whatever is taken for a budget holds what Loki then takes in: the
// chunks, and the write-ahead log, which keeps what came since the last two
// checkpoints, five minutes apart (ingester.checkpoint-duration).
func TestLokiFits(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		s := Storage{
			LogsRetention: Cited[string]{Value: strconv.Itoa(1+rng.IntN(maxLogsHours)) + "h"},
			LogsSize: Cited[units.Bytes]{Value: units.GiB +
				units.Bytes(math.Exp(rng.Float64()*math.Log(float64(MaxMemory-units.GiB))))},
		}
		if s.checkLogs() != nil {
			continue
		}
		hours, size := RetentionHours(s.LogsRetention.Value), s.LogsSize.Value
		rate, burst := LokiLimits(hours, size)
		chunks := (rate*units.Bytes(hours+lokiLag)*3600 + burst) / lokiCompression
		if full := chunks + burst + rate*2*5*60; full > size || full < size*8/10 {
			t.Errorf("%d h in %s: %s at most", hours, size.Human(), full.Human())
		}
	}
}

func TestRetentionHours(t *testing.T) {
	for s, want := range map[string]int{"36h": 36, "15d": 360, "2w": 336, "1y": 8760,
		"99999999999999999999y": maxLogsHours + 1, "9223372036854775807w": maxLogsHours + 1} {
		if got := RetentionHours(s); got != want {
			t.Errorf("%s: got %d hours, want %d", s, got, want)
		}
	}
}

func TestCheckLogs(t *testing.T) {
	for _, c := range []struct {
		age  string
		size units.Bytes
		good bool
	}{
		{"15d", 10 * units.GiB, true},
		{"1d", units.GiB, true},
		{"24h", units.GiB, true},
		{"23h", units.GiB, false},
		{"10y", units.TiB, true},
		{"11y", units.TiB, false},
		{"10y", units.GiB, false}, // a few bytes a second
		{"1d12h", units.GiB, false},
		{"", units.GiB, false},
		{"d", units.GiB, false},
		{"15d", units.GiB - 1, false},
		{"15d", MaxMemory + 1, false},
	} {
		s := Storage{LogsRetention: Cited[string]{Value: c.age}, LogsSize: Cited[units.Bytes]{Value: c.size}}
		if err := s.checkLogs(); (err == nil) != c.good {
			t.Errorf("%q in %s: got error %v", c.age, c.size, err)
		}
	}
}
