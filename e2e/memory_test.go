//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
	"rcgen/e2e/internal/traffic"
)

// TestProxyMemory holds as many websockets as are planned and lets every replica stall
// beside them: Traefik stays within its memory limit, since otherwise all users lose
// their connection at once.
func TestProxyMemory(t *testing.T) {
	const users = 600 // at once: 3000 x 0.2, as planned
	const stall = 6 * time.Second
	const interval = 30 * time.Second // of scrapes, and of the rules: prometheus/prometheus.yaml
	p := newProject(t, "memory", "--users", "3000", "--instances", "2", "--cores", "8", "--memory", "32GiB")
	edit(t, p, "rcgen.yaml", "$", "\nmonitoring: {logs: false}\n") // spares the test machine two containers
	generate(t, p)
	up(t, p)
	l, err := traffic.Start(w.ctx, traffic.Config{
		Origin: origin, Replicas: 2, Path: trafficPath, Rate: requestRate, Clients: 20,
		Sockets: users, Timeout: 10 * time.Second, Limit: 2 * time.Minute,
	}, "before")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	time.Sleep(2*interval + 5*time.Second)
	before := proxyMemory(t, p)
	if near := query(t, p, `ALERTS{alertname="TraefikMemory"}`); len(near) > 0 {
		t.Errorf("the planned load brings an alert about: %v", near)
	}
	l.Phase("stalled")
	for _, do := range []string{"pause", "unpause"} {
		if _, err := p.Compose(w.ctx, append([]string{do}, replicas(2)...)...); err != nil {
			t.Error(err)
		}
		if do == "pause" {
			time.Sleep(stall)
		}
	}
	l.Phase("after")
	time.Sleep(10 * time.Second)
	m := measured{Report: l.Stop()}
	if lost := m.Lost(); lost > 0 {
		t.Errorf("%d of %d websockets did not come back", lost, users)
	}
	after := proxyMemory(t, p)
	countsErrors(t, p, m.Total(), interval)
	figure(t, "Traefik with %d websockets has %s, after a stall of %s %s; %d of %d requests failed meanwhile, %s",
		users, before, stall, after, m.Total().Failures(), m.Total().Sent, m.dropped())
	proxyAlive(t, p)
}

// countsErrors wants each error that a client got in what the alert on errors and its
// dashboard read, also where no replica was up to answer.
func countsErrors(t *testing.T, p *rig.Project, total traffic.Phase, interval time.Duration) {
	t.Helper()
	errors := 0
	for kind, n := range total.Failed {
		if strings.HasPrefix(string(kind), "status 5") {
			errors += n
		}
	}
	const counted = `(sum(traefik_router_requests_total{router="rocketchat@file",code=~"5.."}) or vector(0)) >= %d`
	eventually(t, 3*interval, func() error {
		if len(query(t, p, fmt.Sprintf(counted, errors))) == 0 {
			return fmt.Errorf("%s: Traefik counted fewer errors", total.Kinds())
		}
		return nil
	})
}

// proxyMemory returns what Traefik uses, and of how much.
func proxyMemory(t *testing.T, p *rig.Project) string {
	t.Helper()
	out, err := p.Docker(w.ctx, "stats", "--no-stream", "--format", "{{.MemUsage}}", proxyContainer(t, p))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

func proxyContainer(t *testing.T, p *rig.Project) string {
	t.Helper()
	all, err := p.IDs(w.ctx)
	if err != nil || all["traefik"] == "" {
		t.Fatalf("no Traefik: %v", err)
	}
	return all["traefik"]
}

// proxyAlive fails the case where Traefik was ended meanwhile, as by the kernel for
// want of memory.
func proxyAlive(t *testing.T, p *rig.Project) {
	t.Helper()
	out, err := p.Docker(w.ctx, "inspect", "--format", "{{.RestartCount}} {{.State.OOMKilled}}", proxyContainer(t, p))
	if got := strings.TrimSpace(out); err != nil || got != "0 false" {
		t.Errorf("Traefik: restarts, killed for memory: %s, %v", got, err)
	}
}
