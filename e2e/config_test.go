//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestConfigurations has the programs themselves check the files written for them,
// before anything starts.
func TestConfigurations(t *testing.T) {
	if w.upstream {
		t.Skip("the programs are built from their modules")
	}
	p := newProject(t, "config", "--users", "3000", "--cores", "8", "--memory", "32GiB")
	check := func(env []string, name string, args ...string) {
		cmd := exec.CommandContext(w.ctx, w.bin[name], args...)
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	check(nil, "promtool", "check", "config", "--syntax-only", filepath.Join(p.Dir, "prometheus", "prometheus.yaml"))
	check([]string{"NATS_PASSWORD=" + secret(t, p, "NATS_PASSWORD")}, "nats-server", "-t", "--config", filepath.Join(p.Dir, "nats", "nats-server.conf"))
	if out, err := p.Compose(w.ctx, "config", "--quiet"); err != nil {
		t.Errorf("docker compose config: %v\n%s", err, out)
	}
	if out, err := p.Rcgen(w.ctx, "validate"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	figure(t, "promtool, nats-server -t, docker compose config and rcgen validate agree")
}
