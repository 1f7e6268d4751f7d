package doctor

import (
	"context"
	"net/netip"
)

// HostSources are the functions that the checks of this group ask besides the common
// ones, all of them about the machine rcgen runs on.
type HostSources struct {
	Hostname     string // its name
	Kernel       string // its kernel's release, as `uname -r` prints it; empty where it is not Linux
	Architecture string // as `uname -m` prints it; empty where it is not Linux

	ReadFile func(path string) ([]byte, error)
	// Space returns the bytes of a file system that a user may still fill, and all of them.
	Space func(path string) (free, total int64, err error)
	// Synchronised reports whether a program keeps the clock right.
	Synchronised func() (bool, error)
	// Lookup returns the addresses of a host name. Where there is no such name, the
	// error is a *net.DNSError that says so.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// hostWorld holds the questions that several checks of this group share.
type hostWorld struct {
	machine    func(context.Context) (machine, error)
	publishers func(context.Context) ([]publisher, error)
}

func newHostWorld(ctx context.Context, w *world) hostWorld {
	return hostWorld{
		machine:    shared(ctx, w, machineLimit, func(ctx context.Context) (machine, error) { return lookAt(ctx, w), nil }),
		publishers: shared(ctx, w, patience, func(ctx context.Context) ([]publisher, error) { return askPublishers(ctx, w) }),
	}
}

func hostChecks() []check {
	return []check{
		{id: "cpu-count", what: "number of cores", run: seen(checkCPUCount)},
		{id: "cpu-flags", what: "what MongoDB needs of the processor", run: seen(withMongoDB(checkCPUFlags))},
		{id: "memory", what: "size of the memory", run: seen(checkMemory)},
		{id: "disk", what: "free space of Docker's disk", run: seen(checkDisk)},
		{id: "filesystem", what: "file system of Docker's disk", run: seen(checkFileSystem)},
		{id: "kernel", what: "release of the kernel", run: seen(checkKernel)},
		{id: "swap", what: "swap space and its use", run: seen(checkSwap)},
		{id: "transparent-huge-pages", what: "the kernel's pages for MongoDB", run: seen(withMongoDB(checkHugePages))},
		{id: "max-map-count", what: "memory maps of a process", run: seen(withMongoDB(checkMaxMapCount))},
		{id: "clock", what: "the clock and what keeps it right", run: seen(checkClock)},
		{id: "ports", what: "the ports that Traefik publishes", run: seen(checkPorts)},
		{id: "dns", what: "addresses of the domain", run: inProject(checkDNS)},
		{id: "open-ports", what: "ports that are open to others", run: seen(checkOpenPorts)},
		{id: "docker-engine", what: "Docker Engine and its version", run: checkDockerEngine},
		{id: "docker-compose", what: "Docker Compose and its version", run: checkDockerCompose},
		{id: "image-architecture", what: "architecture of the images", run: inProject(checkImageArchitecture)},
	}
}
