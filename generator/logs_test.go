package generator

import (
	"testing"

	"rcgen/generator/stack"
	"rcgen/generator/units"
)

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
		memory units.Bytes
		logs   bool
		fails  bool
	}{
		{"medium", 3000, nil, 64 * units.GiB, true, false},
		{"small", 100, nil, 63840 * units.MiB, false, false},
		{"large", 9000, nil, 64 * units.GiB, true, false},
		{"small with", 100, &yes, 64 * units.GiB, true, false},
		{"medium without", 3000, &no, 63840 * units.MiB, false, false},
		{"no room", 501, nil, 3840 * units.MiB, false, false},
		{"no room, asked for", 501, &yes, 3840 * units.MiB, false, true},
		{"room without", 501, &no, 3840 * units.MiB, false, false},
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
			for _, name := range []string{stack.Loki, stack.OTelCollector} {
				if _, err := p.Service(name); (err == nil) != c.logs {
					t.Errorf("%s planned: %t, want %t", name, err == nil, c.logs)
				}
			}
			if wanted := c.stated == nil && c.users > 500 || c.stated != nil && *c.stated; wanted && !c.logs && p.Fits {
				t.Error("logs are wanted and left out, and the plan says that it fits")
			}
			if s, err := p.Service(stack.Loki); err == nil &&
				(s.DiskPerYear == nil || s.DiskPerYear.Value != 10*units.GiB && s.DiskPerYear.Value != 3*units.GiB) {
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
	for memory := 2 * units.GiB; memory < 24*units.GiB; memory += 96 * units.MiB {
		for _, external := range []bool{false, true} {
			r := aRequest()
			r.Users, r.Concurrency, r.Host = 500, 1, stack.Host{Cores: 32, Memory: memory}
			r.MongoDB.External = external
			all = append(all, growProblems(t, r, 1, 1, units.MiB)...)
			all = append(all, planProblems(t, r)...)
		}
	}
	all.report(t)
}
