//go:build e2e

// Package e2e runs generated projects on a real Docker Engine: real Traefik, NATS,
// Prometheus and exporters, and stand-ins for what cannot be built from source
// here: Rocket.Chat, MongoDB, mongosh and Grafana.
//
// With E2E_IMAGES=upstream nothing is built and the engine pulls the true images.
// With E2E_LONG=1 every case has its full size, without it a short variant of what takes
// long. E2E_STRICT=1 holds bounds of time as they are: see internal/bounds.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rcgen/e2e/internal/image"
	"rcgen/e2e/internal/parts"
	"rcgen/e2e/internal/rig"
)

// world is what all cases share.
type world struct {
	ctx      context.Context
	engine   *rig.Engine
	rcgen    string            // binary
	bin      map[string]string // parts by name; empty with upstream images
	upstream bool
	long     bool // full sizes

	mu      sync.Mutex
	figures []string // one line a case
}

var w world

func TestMain(m *testing.M) {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "rcgen-e2e-")
	if err != nil {
		log.Fatal(err)
	}
	code := 1
	if err := setUp(ctx, dir); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	} else {
		code = m.Run()
		for _, line := range w.figures {
			fmt.Println(line)
		}
	}
	if err := tearDown(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: cleaning up:", err)
		code = 1
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	os.Exit(code)
}

func setUp(ctx context.Context, dir string) error {
	w.ctx, w.upstream, w.long = ctx, os.Getenv("E2E_IMAGES") == "upstream", os.Getenv("E2E_LONG") != ""
	start := time.Now()
	w.rcgen = filepath.Join(dir, "rcgen")
	build := exec.CommandContext(ctx, "go", "build", "-o", w.rcgen, "./cmd/rcgen")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("rcgen: %w\n%s", err, out)
	}
	names, busybox := []string{"docker-compose"}, ""
	if !w.upstream {
		var err error
		if busybox, err = parts.Busybox(); err != nil {
			return err // before the parts, which take half an hour the first time
		}
		names = append(names, "traefik", "prometheus", "promtool", "nats-server", "nats-exporter", "mongodb-exporter",
			"node-exporter", "alertmanager", "amtool", "loki", "otelcol", "pebble")
	}
	var err error
	if w.bin, err = parts.Build(ctx, progress, names...); err != nil {
		return err
	}
	progress("parts are there after %.1f min", time.Since(start).Minutes())
	if w.engine, err = rig.StartEngine(ctx, w.bin["docker-compose"], dir); err != nil || w.upstream {
		return err
	}
	standins, err := parts.Standin(ctx, progress, "./standin/rocketchat", "./standin/mongod", "./standin/mongosh",
		"./standin/grafana")
	if err != nil {
		return err
	}
	maps.Copy(w.bin, standins)
	w.bin["busybox"] = busybox
	for _, i := range append(image.Stack(w.bin), pebbleImage(w.bin)) {
		if err := i.Load(ctx, w.engine.Env()...); err != nil {
			return err
		}
	}
	return nil
}

func tearDown() error {
	if w.engine == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if !w.upstream {
		if err := image.Remove(ctx, w.engine.Env()...); err != nil {
			return err
		}
	}
	return w.engine.Close()
}

func progress(format string, args ...any) {
	fmt.Printf("e2e: "+format+"\n", args...)
}

// figure records a line that a case leaves behind.
func figure(t *testing.T, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf("%-28s %s", t.Name()[len("Test"):], fmt.Sprintf(format, args...))
	t.Log(line)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.figures = append(w.figures, "e2e: "+line)
}

// newProject makes a project in a directory of the test and removes all of it at
// the end. The override holds the one thing that the test machine forbids.
func newProject(t *testing.T, name string, args ...string) *rig.Project {
	t.Helper()
	name = fmt.Sprintf("rcgen-e2e-%d-%s", os.Getpid(), name)
	p, err := w.engine.NewProject(w.ctx, w.rcgen, filepath.Join(t.TempDir(), name), name, args...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Override(cpuOverride()); err != nil {
		t.Fatal(err)
	}
	useDockerRoot(t, p)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if t.Failed() {
			keepLogs(ctx, t, p)
		}
		kept, err := p.Remove(ctx)
		if err != nil {
			t.Error(err)
		}
		tellKept(t, kept)
	})
	return p
}

// tellKept records networks that the engine keeps by its own mistake.
func tellKept(t *testing.T, networks []string) {
	t.Helper()
	if len(networks) > 0 {
		figure(t, "the engine keeps networks that no container is on (moby/moby#42119): %s", strings.Join(networks, ", "))
	}
}

// keepLogs writes what every container of a failed project said to a file that
// stays, and shows its end; the figures come last, where they are found first.
func keepLogs(ctx context.Context, t *testing.T, p *rig.Project) {
	t.Helper()
	logs := p.Logs(ctx)
	file := filepath.Join(os.TempDir(), p.Name+".log")
	if err := os.WriteFile(file, []byte(logs), 0o600); err != nil {
		t.Error(err)
	}
	const shown = 20
	lines := strings.Split(strings.TrimSpace(logs), "\n")
	t.Logf("logs of every container: %s; the last lines:\n%s", file, strings.Join(lines[max(0, len(lines)-shown):], "\n"))
	w.mu.Lock()
	defer w.mu.Unlock()
	t.Logf("figures:\n%s", strings.Join(w.figures, "\n"))
}

// cpuOverride lowers the limits above this machine's cores, which the engine
// refuses: the project is planned for a larger one.
func cpuOverride() string {
	return fmt.Sprintf("services:\n  mongodb:\n    cpus: %d\n  traefik:\n    cpus: %[1]d\n", min(2, runtime.NumCPU()))
}

// up starts a project as its README says and returns how long that took. Traefik's own
// checks come each 2 s and may be behind Docker's, so it waits for those as well.
func up(t *testing.T, p *rig.Project) time.Duration {
	t.Helper()
	start := time.Now()
	if _, err := p.Compose(w.ctx, "up", "-d", "--wait", "--remove-orphans"); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	eventually(t, func() error { return routed(p) })
	return took
}

// routed is nil where Traefik sends requests to each replica there is.
func routed(p *rig.Project) error {
	all, err := p.Containers(w.ctx)
	if err != nil {
		return err
	}
	metrics, err := p.Compose(w.ctx, "exec", "-T", "traefik", "wget", "-q", "-O", "-", "http://127.0.0.1:9096/metrics")
	if err != nil {
		return err
	}
	for service := range all {
		serves := fmt.Sprintf(`traefik_service_server_up{service="rocketchat@file",url="http://%s:3000"} 1`, service)
		if strings.HasPrefix(service, "rocketchat-") && !strings.Contains(metrics, serves) {
			return fmt.Errorf("Traefik does not send requests to %s", service)
		}
	}
	return nil
}
