//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rcgen/e2e/internal/image"
	"rcgen/e2e/internal/rig"
)

const (
	rocketchatImage = "registry.rocket.chat/rocketchat/rocket.chat:"
	routesFile      = "traefik/dynamic/rocketchat.yaml"

	// sick is a release whose image never gets healthy.
	sick = "8.9.99"
)

// rollout is a project that runs, and the release that it runs.
type rollout struct {
	*rig.Project
	release string
}

// TestRollout changes a running project while requests and websockets are counted.
// Each case leaves every replica healthy for the next, but the last.
func TestRollout(t *testing.T) {
	if w.upstream {
		t.Skip("rolls between releases that are stand-ins")
	}
	for _, version := range []string{"8.9.2", "8.9.3", "8.9.4", "8.9.5"} {
		loadRelease(t, version, "")
	}
	loadRelease(t, sick, "1")
	p := &rollout{newProject(t, "rollout", "--users", "3000", "--instances", "4", "--cores", "8", "--memory", "32GiB"),
		"8.9.1"}
	edit(t, p.Project, "rcgen.yaml", "$", "\nmonitoring: {logs: false}\n") // spares the test machine two containers
	generate(t, p.Project)
	up(t, p.Project)
	table := []string{"| action | failed requests | 300 websockets | took |", "|---|---|---|---|"}
	for _, c := range []struct {
		name, action string
		run          func(*testing.T, *rollout) measured
		long         bool // in make e2e-long alone
	}{
		{"ScaleDown", "scale 4 to 2", scaleDown, false},
		{"ScaleUp", "scale 2 to 4", scaleUp, false},
		{"Roll", "roll of 4 replicas to a new image", roll, false},
		{"NeverHealthy", "roll where the new image never gets healthy", rollUndone, false},
		{"Killed", "roll with `rcgen apply` killed at many steps and run again", rollKilled, false},
		{"KilledAtRandom", "roll with `rcgen apply` killed at any time and run again", rollKilledAtRandom, true},
		{"PlainCompose", "the same roll with plain `docker compose up -d`", rollPlain, false},
		{"Bare", "the same without our health checks, drain and retries", rollBare, false},
	} {
		if c.long && !w.long {
			continue
		}
		if !t.Run(c.name, func(t *testing.T) { table = append(table, c.run(t, p).tell(t, c.action)) }) {
			break
		}
	}
	t.Logf("measured:\n%s", strings.Join(table, "\n"))
}

// loadRelease gives the stand-in a second name, as another release.
func loadRelease(t *testing.T, version, unhealthy string) {
	t.Helper()
	for _, i := range image.Stack(w.bin) {
		if !strings.HasPrefix(i.Ref, rocketchatImage) {
			continue
		}
		i = i.As(rocketchatImage + version)
		i.Env["STANDIN_VERSION"], i.Env["STANDIN_UNHEALTHY"] = version, unhealthy
		if err := i.Load(w.ctx, w.engine.Env()...); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no image %s", rocketchatImage)
}

// edit replaces what matches in a file of the project, as a person does in an editor.
func edit(t *testing.T, p *rig.Project, file, pattern, with string) {
	t.Helper()
	path := filepath.Join(p.Dir, file)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := regexp.MustCompile(pattern).ReplaceAllString(string(old), with)
	if changed == string(old) {
		t.Fatalf("%s: nothing matches %s", file, pattern)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

func generate(t *testing.T, p *rig.Project) {
	t.Helper()
	if _, err := p.Rcgen(w.ctx, "generate"); err != nil {
		t.Fatal(err)
	}
}

// setRelease changes rcgen.yaml and the files after it; nothing that runs.
func setRelease(t *testing.T, p *rollout, version string) {
	t.Helper()
	edit(t, p.Project, "rcgen.yaml", `(?m)^release: .*$`, "release: "+version)
	generate(t, p.Project)
	p.release = version
}

// apply runs rcgen and tells what it said, standard error first: its steps with
// their times are there. It may be called beside the test's goroutine.
func apply(t *testing.T, p *rollout, args ...string) error {
	t.Helper()
	cmd := exec.CommandContext(w.ctx, w.rcgen, append(args, "--yes", "--dir", p.Dir)...)
	cmd.Env = w.engine.Env()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	t.Logf("rcgen %s: %v\n%s\n%s", strings.Join(args, " "), err, stderr.String(), stdout.String())
	return err
}

// must is apply where nothing may go wrong.
func must(t *testing.T, p *rollout, args ...string) {
	t.Helper()
	if err := apply(t, p, args...); err != nil {
		t.Error(err)
	}
}

func scaleDown(t *testing.T, p *rollout) measured {
	m := measure(t, p.Project, 4, func() { must(t, p, "scale", "--instances", "2", "--apply") })
	m.intact(t, "rocketchat-3", "rocketchat-4")
	converged(t, p, 2)
	return m
}

func scaleUp(t *testing.T, p *rollout) measured {
	m := measure(t, p.Project, 2, func() { must(t, p, "scale", "--instances", "4", "--apply") })
	m.intact(t) // none drops
	converged(t, p, 4)
	return m
}

// rollUndone: the first container does not get healthy; the one beside it serves on.
func rollUndone(t *testing.T, p *rollout) measured {
	was := p.release
	setRelease(t, p, sick)
	p.release = was // what still runs, and what has to in the end
	m := measure(t, p.Project, 4, func() {
		if apply(t, p, "apply", "--timeout", "20s") == nil {
			t.Error("no error")
		}
	})
	m.intact(t) // the bound is a quarter of the websockets; none drops
	running(t, p, 4)
	setRelease(t, p, was)
	converged(t, p, 4)
	return m
}

// rollPlain is what somebody without rcgen does with our files.
func rollPlain(t *testing.T, p *rollout) measured {
	setRelease(t, p, "8.9.4")
	m := measure(t, p.Project, 4, func() { compose(t, p.Project, "up", "-d", "--wait") })
	running(t, p, 4)
	return m
}

// rollBare does the same with files that lack what makes a change safe.
func rollBare(t *testing.T, p *rollout) measured {
	bare := cpuOverride()
	for _, name := range replicas(4) {
		bare += fmt.Sprintf("  %s:\n    healthcheck: {disable: true}\n    depends_on: !override {nats: {condition: service_started}}\n", name)
	}
	if err := p.Override(bare); err != nil {
		t.Fatal(err)
	}
	edit(t, p.Project, routesFile, `(?m)^ *healthCheck:.*\n`, "")
	edit(t, p.Project, routesFile, `(?m)^ *serversTransport: rocketchat\n`, "")
	edit(t, p.Project, routesFile, `\[limit, headers, retry\]`, "[limit, headers]")
	compose(t, p.Project, "up", "-d")
	answering(t, 4)
	edit(t, p.Project, "compose.yaml", regexp.QuoteMeta(rocketchatImage)+`\S+`, rocketchatImage+"8.9.5")
	m := measure(t, p.Project, 4, func() {
		compose(t, p.Project, "up", "-d")
		answering(t, 4)
	})
	if m.Total().Failures() == 0 {
		t.Error("no request failed: the load counts nothing")
	}
	return m
}

// answering waits for n replicas that no health check tells of.
func answering(t *testing.T, n int) {
	t.Helper()
	seen := map[string]bool{}
	c := &http.Client{Timeout: attempt}
	for end := time.Now().Add(patience); len(seen) < n; time.Sleep(50 * time.Millisecond) {
		name, err := instance(c, origin)
		if err == nil {
			seen[name] = true
		}
		if time.Now().After(end) {
			t.Errorf("%d of %d replicas answer: %v", len(seen), n, err)
			return
		}
	}
}

func compose(t *testing.T, p *rig.Project, args ...string) {
	t.Helper()
	if _, err := p.Compose(w.ctx, args...); err != nil {
		t.Error(err)
	}
}

// running checks that the replicas run healthy with the image of the release, that
// Traefik's file names each of them and nobody else, and that it never ended.
func running(t *testing.T, p *rollout, n int) {
	t.Helper()
	all, err := p.Containers(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for service, c := range all {
		if c.State != "running" || c.Health != "" && c.Health != "healthy" {
			t.Errorf("%s: %s %s", service, c.State, c.Health)
		}
		if !strings.HasPrefix(service, "rocketchat-") {
			continue
		}
		found++
		out, err := p.Docker(w.ctx, "inspect", "--format", "{{.Config.Image}}", c.ID)
		if got := strings.TrimSpace(out); err != nil || got != rocketchatImage+p.release {
			t.Errorf("%s runs %s, want %s: %v", service, got, p.release, err)
		}
	}
	proxyAlive(t, p.Project)
	routes, err := os.ReadFile(filepath.Join(p.Dir, routesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range replicas(n) {
		if !strings.Contains(string(routes), "http://"+name+":3000") {
			t.Errorf("%s is not routed", name)
		}
	}
	if routed := strings.Count(string(routes), "http://rocketchat-"); found != n || routed != n {
		t.Errorf("%d replicas, %d routed, want %d", found, routed, n)
	}
}

// converged checks besides that nothing is left to do and that every file is as
// rcgen writes it.
func converged(t *testing.T, p *rollout, n int) {
	t.Helper()
	running(t, p, n)
	out, err := p.Rcgen(w.ctx, "apply", "--yes")
	if err != nil || !strings.HasSuffix(out, "nothing to do: what runs is what the files say\n") {
		t.Errorf("run again: %v\n%s", err, out)
	}
	if _, err := p.Rcgen(w.ctx, "diff"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(p.Dir, ".rcgen", "apply.json")); !os.IsNotExist(err) {
		t.Errorf("the journal of an apply is left: %v", err)
	}
}
