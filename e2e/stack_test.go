//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/rig"
)

// TestStack takes one project through its life. The cases build on each other.
func TestStack(t *testing.T) {
	p := newProject(t, "stack", "--users", "3000", "--cores", "8", "--memory", "32GiB")
	for _, c := range []struct {
		name string
		run  func(*testing.T, *rig.Project)
	}{
		{"Starts", starts},
		{"Balances", balances},
		{"Sticks", sticks},
		{"Scraped", scraped},
		{"StatusTells", statusTells},
		{"NoEmptyPanel", dashboardsHaveData},
		{"LogsArrive", logsArrive},
		{"Closed", closed},
		{"MessagesNeedLicence", messagesNeedLicence},
		{"Restarts", restarts},
		{"ReplicaKilled", killed("rocketchat-2")},
		{"ReplicasKilled", killed("rocketchat-2", "rocketchat-3", "rocketchat-4")},
		{"Scales", scales},
		{"LongTransfers", longTransfers},
	} {
		if !t.Run(c.name, func(t *testing.T) { c.run(t, p) }) {
			break
		}
	}
}

func starts(t *testing.T, p *rig.Project) {
	took := up(t, p)
	all, err := p.Containers(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	healthy := 0
	for service, c := range all {
		if c.State != "running" || c.Health != "" && c.Health != "healthy" {
			t.Errorf("%s: %s %s", service, c.State, c.Health)
		}
		if c.Health == "healthy" {
			healthy++
		}
		const volumes = `{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}`
		out, err := p.Docker(w.ctx, "inspect", "--format", volumes, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(out) {
			if !strings.HasPrefix(name, p.Name+"_") {
				t.Errorf("%s: has an anonymous volume, which would be left behind", service)
			}
		}
	}
	figure(t, "%d containers, %d of them healthy, after %.1f s", len(all), healthy, took.Seconds())
}

// replicas names rocketchat-1 to rocketchat-n.
func replicas(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("rocketchat-%d", i+1))
	}
	return names
}

func balances(t *testing.T, _ *rig.Project) {
	const requests = 300
	c := &http.Client{Timeout: patience} // no cookies
	hits := map[string]int{}
	for range requests {
		name, err := instance(c, origin)
		if err != nil {
			t.Fatal(err)
		}
		hits[name]++
	}
	if got := slices.Sorted(maps.Keys(hits)); !slices.Equal(got, replicas(5)) {
		t.Fatalf("reached %v, want %v", got, replicas(5))
	}
	most, least := slices.Max(slices.Collect(maps.Values(hits))), slices.Min(slices.Collect(maps.Values(hits)))
	if ratio := float64(most) / float64(least); ratio > 1.5 {
		t.Errorf("spread %v", hits)
	}
	figure(t, "%d requests without cookies, %d to %d on each of %d replicas", requests, least, most, len(hits))
}

func sticks(t *testing.T, _ *rig.Project) {
	const clients, requests = 20, 20
	seen := map[string]bool{}
	for range clients {
		c := browser(t)
		first := ""
		for range requests {
			name, err := instance(c, origin)
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = name
			}
			if name != first {
				t.Fatalf("a client of %s was sent to %s", first, name)
			}
		}
		seen[first] = true
	}
	figure(t, "%d clients with %d requests each stayed, on %d replicas", clients, requests, len(seen))
}

func scraped(t *testing.T, p *rig.Project) {
	within(t, "every target up", 90*time.Second, func() error {
		var names []string
		for _, s := range query(t, p, `up{job="rocketchat"} == 1`) {
			names = append(names, s.Metric["instance"])
		}
		slices.Sort(names)
		if !slices.Equal(names, replicas(5)) {
			return fmt.Errorf("up: %v", names)
		}
		if down := query(t, p, "up == 0"); len(down) > 0 {
			return fmt.Errorf("down: %v", down)
		}
		if jobs := query(t, p, "count by (job) (up)"); len(jobs) != 10 {
			return fmt.Errorf("jobs: %v", jobs)
		}
		if len(query(t, p, "mongodb_up == 1")) != 1 {
			return fmt.Errorf("mongodb_up is not 1")
		}
		return nil
	})
	figure(t, "5 replicas and 9 other targets are up")
}

// messagesNeedLicence sends from replica 1 to a client on replica 5, without a
// licence and with one. It is the stand-in's model of what was read in the code
// of Rocket.Chat: with the true image it needs a true licence, and is skipped.
func messagesNeedLicence(t *testing.T, p *rig.Project) {
	if w.upstream {
		t.Skip("needs a licence for the true image")
	}
	crosses := func(text string, wait time.Duration) (time.Duration, error) {
		to, from := dial(t, on(t, "rocketchat-5")), dial(t, on(t, "rocketchat-1"))
		to.listen("GENERAL")
		start := time.Now()
		from.say("GENERAL", text)
		_, err := to.next("changed", wait)
		return time.Since(start), err
	}
	if _, err := crosses("without a licence", 3*time.Second); err == nil { // for what must not come
		t.Error("a message crossed without a licence")
	}
	env, err := os.OpenFile(filepath.Join(p.Dir, ".env"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.WriteString("ROCKETCHAT_LICENSE=stand-in-with-scalability\n"); err != nil {
		t.Fatal(err)
	}
	if err := env.Close(); err != nil {
		t.Fatal(err)
	}
	up(t, p)
	took, err := crosses("with a licence", patience)
	if err != nil {
		t.Fatalf("no message crossed with a licence: %v", err)
	}
	bound(t, "a message with a licence; without one none", took, 3*time.Second)
}

// messages returns how many messages the database holds.
func messages(t *testing.T) string {
	t.Helper()
	resp, err := http.Get(origin + "/api/v1/channels.messages?roomId=GENERAL&count=100")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if err := resp.Write(&b); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(strings.Count(b.String(), `"msg":`))
}

// restarts takes each stateful part away and back, and then everything.
func restarts(t *testing.T, p *rig.Project) {
	if w.upstream {
		t.Skip("reads messages the way the stand-in offers them")
	}
	env, err := os.ReadFile(filepath.Join(p.Dir, ".env"))
	if err != nil {
		t.Fatal(err)
	}
	before := messages(t)
	var times []string
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"mongodb", restart(p, "mongodb")},
		{"nats", restart(p, "nats")},
		{"everything", restart(p)},
		{"down and up", func() error {
			kept, err := p.Down(w.ctx)
			tellKept(t, kept)
			return err
		}},
	} {
		start := time.Now()
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		up(t, p)
		times = append(times, fmt.Sprintf("%s %.0f s", step.name, time.Since(start).Seconds()))
		if after := messages(t); after != before {
			t.Errorf("after %s: %s messages, before %s", step.name, after, before)
		}
	}
	if now, err := os.ReadFile(filepath.Join(p.Dir, ".env")); err != nil || string(now) != string(env) {
		t.Errorf("the secrets changed: %v", err)
	}
	log, err := p.Compose(w.ctx, "logs", "--no-log-prefix", "mongodb")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log, "replSetInitiate") {
		t.Error("the replica set was initiated again")
	}
	figure(t, "%s; %s messages and the secrets are intact", strings.Join(times, ", "), before)
}

// restart returns docker compose restart of services, or of all.
func restart(p *rig.Project, services ...string) func() error {
	return func() error {
		_, err := p.Compose(w.ctx, append([]string{"restart"}, services...)...)
		return err
	}
}

// scales changes the files and lets plain docker compose follow.
func scales(t *testing.T, p *rig.Project) {
	var took []string
	scale := func(n int) {
		before, err := p.IDs(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Rcgen(w.ctx, "scale", "--instances", fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
		d := up(t, p)
		after, err := p.IDs(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		for service, id := range after {
			if old, ok := before[service]; ok && old != id {
				t.Errorf("scale to %d: %s was recreated", n, service)
			}
		}
		got := 0
		for service := range after {
			if strings.HasPrefix(service, "rocketchat-") {
				got++
			}
		}
		if got != n {
			t.Errorf("scale to %d: %d replicas", n, got)
		}
		took = append(took, fmt.Sprintf("to %d in %.0f s", n, d.Seconds()))
	}
	for _, n := range []int{4, 6, 3} {
		scale(n)
	}
	eventually(t, func() error {
		hits := map[string]bool{}
		for range 60 {
			name, err := instance(&http.Client{Timeout: attempt}, origin)
			if err != nil {
				return err
			}
			hits[name] = true
		}
		if got := slices.Sorted(maps.Keys(hits)); !slices.Equal(got, replicas(3)) {
			return fmt.Errorf("reached %v", got)
		}
		return nil
	})
	figure(t, "%s; no other container was touched", strings.Join(took, ", "))
}
