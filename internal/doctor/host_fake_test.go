package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/internal/container"
)

// hostFake is a machine of a test with its engine. Without a change all is well.
type hostFake struct {
	plan       *generator.Plan
	hostname   string
	kernel     string
	files      map[string]string
	info       engineInfo
	infoErr    error
	endpoint   string // of docker's context; empty: it is not told
	ps, images string // what docker prints
	inspected  string
	compose    string
	composeErr error
	containers []container.Container
	exec       string
	execErr    error
	free       int64
	spaceErr   error
	unsynced   bool
	addresses  []netip.Addr
	lookupErr  error
	now        time.Time

	mu    sync.Mutex
	asked []string // first words of what docker was asked
}

const (
	someCPU = "processor\t: 0\nmodel name\t: Some\nflags\t\t: fpu sse4_2 avx avx2\n\nprocessor\t: 1\nflags\t\t: fpu sse4_2 avx avx2\n"
	armCPU  = "processor\t: 0\nFeatures\t: fp asimd evtstrm aes atomics asimddp\n"
	someRAM = "MemTotal:       16384000 kB\nMemFree:  1 kB\nSwapTotal:       2097152 kB\nSwapFree:        2000000 kB\n"
	mounts  = "22 27 0:21 / /proc rw - proc proc rw\n27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n28 27 254:1 / /var/lib/docker rw - xfs /dev/vdb rw\n"
	sockets = "  sl  local_address rem_address   st\n   0: 00000000:0016 00000000:0000 0A 0\n   1: 0100007F:0CEA 00000000:0000 0A 0\n   2: 0100A8C0:01BB 01010101:A000 01 0\n"
	df      = "Filesystem     Type 1024-blocks     Used Available Capacity Mounted on\n/dev/vdb       xfs    1048576000 28661204  668400600      5% /data/db\n"
)

func aHost(t *testing.T) *hostFake {
	h := &hostFake{
		plan: planned(t, func(r *generator.Request) {
			r.Domain, r.TLS = "chat.rocket.chat", generator.TLS{Mode: generator.TLSACME, Email: "ops@rocket.chat"}
		}),
		hostname: "chat1", kernel: "6.1.0-18-amd64",
		files: map[string]string{
			fileCPU: someCPU, fileMemory: someRAM, fileSwappiness: "1\n", fileMaxMaps: "1048576\n",
			fileHugePages: "[always] madvise never\n", fileMounts: mounts, fileTCP: sockets, fileTCP6: "",
		},
		compose: "5.5.0\n", free: 800 << 30, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		addresses: []netip.Addr{netip.MustParseAddr("198.51.100.7")},
		images:    "mongo:8.0.26\ntraefik:v3.6.12\n<none>:<none>\n", inspected: "amd64\namd64\n",
	}
	h.info = engineInfo{
		Name: h.hostname, ServerVersion: "28.0.1", KernelVersion: h.kernel, OperatingSystem: "Debian GNU/Linux 12",
		OSType:       "linux",
		Architecture: "x86_64", NCPU: 8, MemTotal: 32 << 30, DockerRootDir: "/var/lib/docker", SystemTime: h.now,
	}
	return h
}

func (h *hostFake) docker(_ context.Context, args ...string) (string, error) {
	h.mu.Lock()
	h.asked = append(h.asked, strings.Join(args[:min(2, len(args))], " "))
	h.mu.Unlock()
	switch {
	case args[0] == "info":
		text, err := json.Marshal(h.info)
		return string(text), errors.Join(err, h.infoErr)
	case args[0] == "context" && h.endpoint != "":
		return h.endpoint, nil
	case h.infoErr != nil:
		return "", h.infoErr
	case args[0] == "ps":
		return h.ps, nil
	case args[0] == "exec":
		return h.exec, h.execErr
	case args[1] == "ls":
		return h.images, nil
	}
	return h.inspected, nil
}

func (h *hostFake) sources() Sources {
	return Sources{
		Plan: h.plan, Now: func() time.Time { return h.now }, Clean: func(text string) string { return text },
		Docker:     h.docker,
		Compose:    func(context.Context, ...string) (string, error) { return h.compose, h.composeErr },
		Containers: answering(h.containers, nil),
		Host: HostSources{
			Hostname: h.hostname, Kernel: h.kernel, Architecture: "x86_64",
			ReadFile: func(path string) ([]byte, error) {
				if text, found := h.files[path]; found {
					return []byte(text), nil
				}
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			},
			Space:        func(string) (int64, int64, error) { return h.free, 1000 << 30, h.spaceErr },
			Synchronised: func() (bool, error) { return !h.unsynced, nil },
			Lookup:       func(context.Context, string) ([]netip.Addr, error) { return h.addresses, h.lookupErr },
		},
	}
}

// remote puts the engine on another machine. Where through is there, a container of
// the project shows that.
func (h *hostFake) remote(through bool) {
	h.hostname = "laptop"
	for _, name := range []string{fileCPU, fileMemory, fileSwappiness, fileMaxMaps, fileHugePages} {
		h.exec += "== " + name + "\n" + h.files[name]
	}
	h.exec += "== df\n" + df
	h.files = nil // nothing of this machine may be told of the other
	h.unsynced = true
	if through {
		h.containers = []container.Container{{ID: "id", Service: "mongodb", State: "running"}}
	}
}

func (h *hostFake) running(service, health string) {
	h.containers = []container.Container{{ID: "id", Service: service, Image: "mongo:8.0.26", State: "running",
		Health: health}}
}

// hostCase is a host with the one finding that it shall bring.
type hostCase struct {
	id          string
	change      func(*hostFake)
	want        Result
	detail, fix string
}

func testHost(t *testing.T, cases map[string]hostCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(c.id+"/"+name, func(t *testing.T) {
			h := aHost(t)
			if c.change != nil {
				c.change(h)
			}
			expect(t, h.sources(), c.id, c.want, c.detail, c.fix)
		})
	}
}

// file replaces a file of the machine.
func file(path, text string) func(*hostFake) {
	return func(h *hostFake) { h.files[path] = text }
}

// of changes the request of the project.
func of(t *testing.T, change func(*generator.Request)) func(*hostFake) {
	return func(h *hostFake) { h.plan = planned(t, change) }
}

func external(r *generator.Request) { r.MongoDB.External = true }

func noProject(h *hostFake) { h.plan = nil }

func both(changes ...func(*hostFake)) func(*hostFake) {
	return func(h *hostFake) {
		for _, change := range changes {
			change(h)
		}
	}
}

// notFound is what the resolver says of a name that nobody has.
var notFound = &net.DNSError{Err: "no such host", Name: "chat.rocket.chat", IsNotFound: true}
