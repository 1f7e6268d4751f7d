package doctor

import (
	"context"
	"fmt"
	"slices"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// size is what the containers' machine has.
type size struct {
	stack.Host
	note string // where the figures are not the engine's
}

// askSize asks the engine and, where it does not answer, measures this machine unless
// the engine is on another one.
func askSize(ctx context.Context, w *world) (size, error) {
	if i, err := w.engine(ctx); err == nil && i.NCPU > 0 && i.MemTotal > 0 {
		return size{stack.Host{Cores: i.NCPU, Memory: units.Bytes(i.MemTotal)}, ""}, nil
	}
	if m, err := w.machine(ctx); err == nil && !m.local {
		return size{}, errNoEngine
	}
	h, err := w.Project.Machine(ctx)
	return size{h, ", measured where rcgen runs since no engine answers"}, err
}

// checkPlanHost compares the machine with the host of rcgen.yaml.
func checkPlanHost(ctx context.Context, w *world) verdict {
	m, err := askSize(ctx, w)
	if err != nil {
		return skip("the machine's size is not known: "+err.Error(), "start Docker, or run this on the machine that has it")
	}
	p := w.Plan
	has := fmt.Sprintf("%s and %s%s", units.Count(m.Cores, "core"), m.Memory.Human(), m.note)
	planned := fmt.Sprintf("%s and %s", units.Count(p.Host.Cores, "core"), p.Host.Memory.Human())
	fix := fmt.Sprintf("set host: {cores: %d, memory: %s} in rcgen.yaml, then rcgen generate; or give the machine more",
		m.Cores, m.Memory/units.MiB*units.MiB)
	greedy := slices.IndexFunc(p.Services, func(s generator.Service) bool { return s.CPUs.Value > float64(m.Cores) })
	switch {
	case p.Memory.Limits > m.Memory:
		limits := p.Memory.Limits.Human()
		return fail(fmt.Sprintf("all memory limits together are %s, and the machine has %s", limits, has), fix)
	case greedy >= 0: // Docker does not start such a container: "range of CPUs is from 0.01 to ..."
		s := p.Services[greedy]
		may := fmt.Sprintf("%s may use %v CPUs", s.Name, s.CPUs.Value)
		return fail(may+", and the machine has "+has+": Docker does not start it", fix)
	case m.Cores < p.Host.Cores, float64(m.Memory) < (1-kept)*float64(p.Host.Memory):
		return warn(fmt.Sprintf("the machine has %s, planned are %s", has, planned), fix)
	case m.Cores > p.Host.Cores:
		return ok("the machine has %s, more than the planned %s", has, planned)
	}
	return ok("the machine has %s, planned are %s", has, planned)
}
