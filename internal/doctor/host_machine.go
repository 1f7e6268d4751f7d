package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"rcgen/generator/fault"
	"rcgen/generator/stack"
)

// The files of the kernel that are asked for.
const (
	fileCPU        = "/proc/cpuinfo"
	fileMemory     = "/proc/meminfo"
	fileSwappiness = "/proc/sys/vm/swappiness"
	fileMaxMaps    = "/proc/sys/vm/max_map_count"
	fileHugePages  = "/sys/kernel/mm/transparent_hugepage/enabled"
	fileMounts     = "/proc/self/mountinfo"
	fileTCP        = "/proc/net/tcp"
	fileTCP6       = "/proc/net/tcp6"
)

// machine is the one on which the containers run, as far as it can be seen from here.
type machine struct {
	engineInfo        // where the engine does not answer, kernel and architecture of this machine
	local      bool   // rcgen runs on it, as far as is known
	database   string // what df says of MongoDB's data; empty where it was not asked
	read       func(path string) (string, error)
}

// ThisMachine returns the sources that ask the machine rcgen runs on.
func ThisMachine() HostSources {
	name, _ := os.Hostname() // without one, no engine is taken for a local one
	release, architecture := uname()
	return HostSources{
		Hostname: name, Kernel: release, Architecture: architecture,
		ReadFile: os.ReadFile, Space: space, Synchronised: synchronised,
		Lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
	}
}

// The machine is known in the time of the longest question and a moment more, in which
// docker says where an engine is that does not answer.
const (
	endpointLimit = time.Second
	machineLimit  = patience + endpointLimit + parting
)

// lookAt finds out how the engine's machine can be looked at: as this one, or
// through a container of the project, in which the kernel's files are the machine's.
// Where no engine answers it is this one, unless docker is set to another.
func lookAt(ctx context.Context, w *world) machine {
	asking, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%w within %v", errSlow, patience))
	defer cancel()
	info, err := w.engine(ctx)
	m := machine{engineInfo: info, local: true, read: func(path string) (string, error) {
		text, err := w.Host.ReadFile(path)
		return string(text), err
	}}
	if err != nil {
		if elsewhere(ctx, w) {
			m.local, m.read = false, func(string) (string, error) { return "", errNoEngine }
			return m
		}
		m.KernelVersion, m.Architecture = w.Host.Kernel, w.Host.Architecture
		return m
	}
	if info.Name == w.Host.Hostname && info.KernelVersion == w.Host.Kernel {
		return m
	}
	m.local = false
	files, err := filesThrough(asking, w)
	m.database = files[dataOfMongoDB]
	m.read = func(path string) (string, error) {
		if err != nil {
			return "", err
		}
		if files[path] == "" {
			return "", errUnseen
		}
		return files[path], nil
	}
	return m
}

// elsewhere reports whether docker is set to an engine on another machine, which it
// knows without that.
func elsewhere(ctx context.Context, w *world) bool {
	ctx, cancel := context.WithTimeout(ctx, endpointLimit)
	defer cancel()
	at, err := w.endpoint(ctx)
	return err == nil && at != thisMachine
}

// errUnseen is why nothing more is known of a machine than what its engine says.
var errUnseen = &fault.Error{
	What: "the engine is on another machine, and no container here shows this of it",
	Hint: "`rcgen apply` starts the project, or run rcgen doctor on that machine",
}

// dataOfMongoDB stands for its directory among the files.
const dataOfMongoDB = "df"

// reading prints files with a line before each, and the space of MongoDB's data. It
// runs in the shells of BusyBox too.
const reading = `for f; do echo "== $f"; cat "$f"; done 2>/dev/null; echo "== df"; df -PkT /data/db 2>/dev/null; true`

// filesThrough reads the kernel's files in a container of the project, at once.
func filesThrough(ctx context.Context, w *world) (map[string]string, error) {
	if w.Plan == nil {
		return nil, errUnseen
	}
	for _, service := range append([]string{stack.MongoDBService, stack.Traefik}, w.Plan.Replicas()...) {
		c, err := w.running(ctx, service)
		if errors.Is(err, errNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out, err := w.Docker(ctx, "exec", c.ID, "sh", "-c", reading, "sh",
			fileCPU, fileMemory, fileSwappiness, fileMaxMaps, fileHugePages)
		if err != nil {
			return nil, err
		}
		return parseFiles(out), nil
	}
	return nil, errUnseen
}

// parseFiles takes apart what reading prints.
func parseFiles(out string) map[string]string {
	files := map[string]string{}
	name := ""
	for line := range strings.Lines(out) {
		if begins, found := strings.CutPrefix(line, "== "); found {
			name = strings.TrimSpace(begins)
			continue
		}
		files[name] += line
	}
	return files
}

// seen makes a check of one that needs the machine.
func seen(run func(context.Context, *world, machine) verdict) func(context.Context, *world) verdict {
	return func(ctx context.Context, w *world) verdict {
		m, err := w.machine(ctx)
		if err != nil {
			return unseen(err)
		}
		return run(ctx, w, m)
	}
}

// defaultMongoDB is the version of MongoDB that a new project gets (profiles/releases.yaml).
const defaultMongoDB = "8.0"

// withMongoDB makes a check of one about MongoDB of a version, major.minor, where it
// runs on the machine or will.
func withMongoDB(run func(m machine, version string) verdict) func(context.Context, *world, machine) verdict {
	return func(_ context.Context, w *world, m machine) verdict {
		switch {
		case w.Plan == nil:
			return run(m, defaultMongoDB)
		case w.Plan.Request.MongoDB.External:
			return skip("MongoDB is not on this host", "")
		}
		return run(m, w.Plan.MongoDBVersion)
	}
}

// unseen is the verdict of a check whose question found no answer.
func unseen(err error) verdict {
	return skip("cannot be seen: "+err.Error(), hintOr(err, "run rcgen doctor on the machine that runs the containers"))
}

// field returns the value of a line "name: value" of a kernel's file, or nothing.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
