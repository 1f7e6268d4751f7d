//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"rcgen/e2e/internal/rig"
)

// TestConfigurations has the programs themselves check every example's files.
func TestConfigurations(t *testing.T) {
	if w.upstream {
		t.Skip("the programs are built from their modules")
	}
	names, err := filepath.Glob("../examples/*/compose.yaml") // not kubernetes
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, name := range names {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) { checkExample(t, dir) })
	}
	figure(t, "promtool, amtool, nats-server -t, loki -verify-config, docker compose config and rcgen validate pass %d examples", len(names))
}

// checkExample checks the whole project of an example, with the stand-ins for its secrets.
func checkExample(t *testing.T, example string) {
	dir := filepath.Join(t.TempDir(), filepath.Base(example))
	if err := rig.Example(w.ctx, w.rcgen, example, dir); err != nil {
		t.Fatal(err)
	}
	check := func(name, binary string, args ...string) {
		cmd := exec.CommandContext(w.ctx, binary, args...)
		cmd.Dir, cmd.Env = dir, append(slices.Concat(os.Environ(), w.engine.Env()), "NATS_PASSWORD=fake")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	check("promtool", w.bin["promtool"], "check", "config", "--syntax-only", "prometheus/prometheus.yaml")
	check("promtool", w.bin["promtool"], "check", "rules", "--lint=all", "prometheus/rules/rocketchat.yaml")
	check("amtool", w.bin["amtool"], "check-config", "alertmanager/alertmanager.yaml")
	check("nats-server", w.bin["nats-server"], "-t", "--config", "nats/nats-server.conf")
	if _, err := os.Stat(filepath.Join(dir, "loki")); err == nil {
		check("loki", w.bin["loki"], "-verify-config", "-config.file=loki/loki.yaml")
	}
	check("docker compose config", "docker", "compose", "--env-file", ".env.example", "config", "--quiet")
	if filepath.Base(dir) != "large" { // it has no certificate yet
		check("rcgen validate", w.rcgen, "validate", "--env-file", ".env.example")
	}
}

// TestCollectorConfiguration: the collector checks its own file in its container,
// since it wants its directories to be there.
func TestCollectorConfiguration(t *testing.T) {
	p := newProject(t, "config", "--users", "3000", "--cores", "8", "--memory", "32GiB")
	out, err := p.Compose(w.ctx, "run", "--rm", "--no-deps", "otel-collector", "validate",
		"--config=/etc/otel-collector/config.yaml")
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	figure(t, "otelcol validate passes")
}
