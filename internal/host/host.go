// Package host measures the machine rcgen runs on: the whole cores and the
// bytes of memory a process here may use.
//
// The machine's own size comes from gopsutil, which reads /proc/cpuinfo and
// /proc/meminfo and so knows nothing of cgroups. The cgroup limits are read
// here, because the libraries that do it keep it internal (automaxprocs), do
// memory only (automemlimit) or manage groups as well (containerd/cgroups),
// and runtime.GOMAXPROCS rounds a quota up and never below 2.
//
// What belongs here: cores and memory of this machine. What does not: the checks of a host
// (internal/doctor), and hosts as a plan has them (generator/stack).
package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/mem"
)

// Measured is what this machine offers to a process started where rcgen was.
// Containers that a Docker daemon starts live in other cgroups, so inside a
// container or a limited slice Cores and Memory are rcgen's share, and CPUs
// and Total the upper bound of what the daemon can hand out.
type Measured struct {
	// Cores is the number of whole cores usable here: the least of CPUs, the
	// CPU affinity and the cgroup quota rounded down, and at least 1.
	Cores int
	// Memory is in bytes: the least of Total and the cgroup limits. Only a
	// cgroup can make it less than Total.
	Memory uint64
	// CPUs is the number of logical CPUs the machine has online.
	CPUs int
	// Total is the physical memory of the machine in bytes.
	Total uint64
	// Quota is the cgroup CPU quota in cores, such as 2.5, when it is tighter
	// than CPUs and the affinity, and otherwise 0. With Quota 0, Cores below
	// CPUs is the work of the affinity (taskset, a cpuset).
	Quota float64
}

// Detect measures this machine in about a millisecond. Limits come from the
// cgroup files under /proc/self and from sched_getaffinity(2), as
// [runtime.NumCPU] saw it when the process started; where a system has no
// cgroups there is no limit from them. Detect fails only when the CPUs or the
// physical memory cannot be read. ctx goes to gopsutil, which heeds it where it
// runs a command (AIX, Solaris); on Linux and macOS nothing waits long enough.
func Detect(ctx context.Context) (Measured, error) {
	cpus, err := cpu.CountsWithContext(ctx, true)
	if err == nil && cpus < 1 {
		err = errors.New("none found")
	}
	if err != nil {
		return Measured{}, fmt.Errorf("logical CPUs: %w", err)
	}
	vm, err := mem.VirtualMemoryWithContext(ctx)
	// gopsutil drops the error of an unreadable /proc/meminfo: it shows as 0.
	if err == nil && vm.Total == 0 {
		err = errors.New("size unknown")
	}
	if err != nil {
		return Measured{}, fmt.Errorf("physical memory: %w", err)
	}
	return measure(cpus, runtime.NumCPU(), vm.Total, cgroupLimits(os.DirFS("/"))), nil
}

// measure lays the affinity and the cgroup limits over the machine's size.
func measure(cpus, affinity int, total uint64, l limits) Measured {
	m := Measured{Cores: min(cpus, affinity), Memory: min(total, l.memory), CPUs: cpus, Total: total}
	if l.cores < float64(m.Cores) {
		m.Quota = l.cores
		// Down, because a plan for a third core on a quota of 2.5 is throttled
		// in every period; but nothing can be planned for 0 cores.
		m.Cores = max(1, int(l.cores))
	}
	return m
}
