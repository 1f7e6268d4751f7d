package generator

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestLokiLimits(t *testing.T) {
	for _, c := range []struct {
		hours       int
		size        Bytes
		rate, burst Bytes
	}{
		{15 * 24, 10 * GiB, 36771, 256 * MiB},         // medium: 3 GiB of lines a day
		{15 * 24, 3 * GiB, 11031, 161061273},          // small: 0.9 GiB of lines a day
		{24, GiB, 46281, 53687091},                    // the least of both
		{365 * 24, TiB, 156804, 256 * MiB},            // a burst has an end
		{10 * 365 * 24, 64 * TiB, 1004062, lokiBurst}, // no overflow
	} {
		if rate, burst := lokiLimits(c.hours, c.size); rate != c.rate || burst != c.burst {
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
			LogsRetention: Cited[string]{Value: strconv.Itoa(int(logUniform(rng, maxLogsHours))) + "h"},
			LogsSize:      Cited[Bytes]{Value: GiB + Bytes(logUniform(rng, float64(MaxMemory-GiB)))},
		}
		if s.checkLogs() != nil {
			continue
		}
		hours, size := retentionHours(s.LogsRetention.Value), s.LogsSize.Value
		rate, burst := lokiLimits(hours, size)
		chunks := (rate*Bytes(hours+lokiLag)*3600 + burst) / lokiCompression
		if full := chunks + burst + rate*2*5*60; full > size || full < size*8/10 {
			t.Errorf("%d h in %s: %s at most", hours, size.Human(), full.Human())
		}
	}
}

func TestRetentionHours(t *testing.T) {
	for s, want := range map[string]int{"36h": 36, "15d": 360, "2w": 336, "1y": 8760, "99999999999999999999y": maxLogsHours + 1, "9223372036854775807w": maxLogsHours + 1} {
		if got := retentionHours(s); got != want {
			t.Errorf("%s: got %d hours, want %d", s, got, want)
		}
	}
}

func TestCheckLogs(t *testing.T) {
	for _, c := range []struct {
		age  string
		size Bytes
		good bool
	}{
		{"15d", 10 * GiB, true},
		{"1d", GiB, true},
		{"24h", GiB, true},
		{"23h", GiB, false},
		{"10y", TiB, true},
		{"11y", TiB, false},
		{"10y", GiB, false}, // a few bytes a second
		{"1d12h", GiB, false},
		{"", GiB, false},
		{"d", GiB, false},
		{"15d", GiB - 1, false},
		{"15d", MaxMemory + 1, false},
	} {
		s := Storage{LogsRetention: Cited[string]{Value: c.age}, LogsSize: Cited[Bytes]{Value: c.size}}
		if err := s.checkLogs(); (err == nil) != c.good {
			t.Errorf("%q in %s: got error %v", c.age, c.size, err)
		}
	}
}

func TestLogging(t *testing.T) {
	for name, want := range map[string]logging{
		"medium": {"15d", "0.035067", 256},
		"small":  {"15d", "0.010519", 153},
	} {
		if got := newLogging(profileNamed(t, name).Storage); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

// TestLogsPlanned: the request stands above the profile, and a host without room
// loses the logs only where nobody asked for them.
func TestLogsPlanned(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name   string
		users  int
		stated *bool
		memory Bytes
		logs   bool
		fails  bool
	}{
		{"medium", 3000, nil, 64 * GiB, true, false},
		{"small", 100, nil, 63840 * MiB, false, false},
		{"large", 9000, nil, 64 * GiB, true, false},
		{"small with", 100, &yes, 64 * GiB, true, false},
		{"medium without", 3000, &no, 63840 * MiB, false, false},
		{"no room", 501, nil, 3840 * MiB, false, false},
		{"no room, asked for", 501, &yes, 3840 * MiB, false, true},
		{"room without", 501, &no, 3840 * MiB, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := aRequest()
			r.Users, r.Host.Memory, r.Monitoring.Logs = c.users, c.memory, c.stated
			p, err := NewPlan(r, nil)
			if c.fails {
				if err == nil || len(hintsOf(err)) == 0 {
					t.Fatalf("got error %v, want one with a hint", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{Loki, OTelCollector} {
				if _, err := p.Service(name); (err == nil) != c.logs {
					t.Errorf("%s planned: %t, want %t", name, err == nil, c.logs)
				}
			}
			if wanted := c.stated == nil && c.users > 500 || c.stated != nil && *c.stated; wanted && !c.logs && p.Fits {
				t.Error("logs are wanted and left out, and the plan says that it fits")
			}
			if s, err := p.Service(Loki); err == nil && (s.DiskPerYear == nil || s.DiskPerYear.Value != 10*GiB && s.DiskPerYear.Value != 3*GiB) {
				t.Errorf("disk: %+v", s.DiskPerYear)
			}
		})
	}
}

// TestLogsGrow: one user more brings the logs with him, and must neither cost a
// replica nor end in an error on any host.
func TestLogsGrow(t *testing.T) {
	t.Parallel()
	var all problems
	for memory := 2 * GiB; memory < 24*GiB; memory += 96 * MiB {
		for _, external := range []bool{false, true} {
			r := aRequest()
			r.Users, r.Concurrency, r.Host = 500, 1, Host{Cores: 32, Memory: memory}
			r.MongoDB.External = external
			all = append(all, growProblems(t, r, 1, 1, MiB)...)
			all = append(all, planProblems(t, r)...)
		}
	}
	all.report(t)
}
