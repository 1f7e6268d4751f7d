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
// beside them, in make e2e-long again and again: Traefik stays within its memory limit,
// since otherwise all users lose their connection at once.
func TestProxyMemory(t *testing.T) {
	const users = 600 // at once: 3000 x 0.2, as planned
	const stall = 6 * time.Second
	const interval = 30 * time.Second // of scrapes: prometheus/prometheus.yaml
	p := newProject(t, "memory", "--users", "3000", "--instances", "2", "--cores", "8", "--memory", "32GiB")
	edit(t, p, "rcgen.yaml", "$", "\nmonitoring: {logs: false}\n") // spares the test machine two containers
	generate(t, p)
	up(t, p)
	l, err := traffic.Start(w.ctx, traffic.Config{
		Origin: origin, Replicas: 2, Path: trafficPath, Rate: requestRate, Clients: 20,
		Sockets: users, Timeout: asked, Limit: time.Hour,
	}, "before")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	if state := judged(t, p, "TraefikMemory", time.Now().Add(interval)); state != "inactive" {
		t.Errorf("the planned load brings an alert about: TraefikMemory is %s", state)
	}
	before := proxyMemory(t, p)
	var after []string
	for range sized(1, 10) {
		l.Phase("stalled")
		pauseReplicas(t, p, stall)
		l.Phase("after")
		flows(t, l, 10*time.Second)
		allBack(t, l)
		if proxyAlive(t, p); t.Failed() {
			t.Fatalf("it had %s, after each stall %q", before, after)
		}
		after = append(after, proxyMemory(t, p))
	}
	m := measured{Report: l.Stop()}
	m.onTime(t)
	countsErrors(t, p, m.Total())
	figure(t, "Traefik with %d websockets has %s, after each stall of %s %s; %d of %d requests failed meanwhile, %s",
		users, before, stall, strings.Join(after, ", "), m.Total().Failures(), m.Total().Sent, m.dropped())
}

// pauseReplicas stops both replicas for a while, without an end to their connections.
func pauseReplicas(t *testing.T, p *rig.Project, stall time.Duration) {
	t.Helper()
	for _, do := range []string{"pause", "unpause"} {
		if _, err := p.Compose(w.ctx, append([]string{do}, replicas(2)...)...); err != nil {
			t.Error(err)
		}
		if do == "pause" {
			time.Sleep(stall)
		}
	}
}

// judged returns the state of an alert's rule once Prometheus has judged it by what it
// has of Traefik from a point in time or later.
func judged(t *testing.T, p *rig.Project, alert string, from time.Time) (state string) {
	t.Helper()
	var scraped time.Time
	eventually(t, func() error {
		const last = `timestamp(process_resident_memory_bytes{job="traefik"}) >= %d`
		got := query(t, p, fmt.Sprintf(last, from.Unix()))
		if len(got) == 0 {
			return fmt.Errorf("Traefik was not scraped since %s", from)
		}
		scraped = time.Now()
		return nil
	})
	eventually(t, func() error {
		var data struct {
			Groups []struct {
				Rules []struct {
					Name, State    string
					LastEvaluation time.Time
				}
			}
		}
		askPrometheus(t, p, "rules?type=alert", &data)
		for _, g := range data.Groups {
			for _, r := range g.Rules {
				if r.Name == alert && r.LastEvaluation.After(scraped) {
					state = r.State
					return nil
				}
			}
		}
		return fmt.Errorf("%s: not judged since %s", alert, scraped)
	})
	return state
}

// countsErrors wants each error that a client got in what the alert on errors and its
// dashboard read, also where no replica was up to answer.
func countsErrors(t *testing.T, p *rig.Project, total traffic.Phase) {
	t.Helper()
	errors := 0
	for kind, n := range total.Failed {
		if strings.HasPrefix(string(kind), "status 5") {
			errors += n
		}
	}
	const counted = `(sum(traefik_router_requests_total{router="rocketchat@file",code=~"5.."}) or vector(0)) >= %d`
	eventually(t, func() error {
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
