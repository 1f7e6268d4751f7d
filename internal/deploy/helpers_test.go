package deploy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rcgen/generator"
	"rcgen/generator/catalog"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/internal/project"
	"rcgen/internal/rollout"
)

const routesFile = "traefik/dynamic/rocketchat.yaml"

const envText = `MONGODB_KEYFILE=keyfile-0123456789
MONGODB_ROOT_PASSWORD=root-0123456789
MONGODB_APP_PASSWORD=app-0123456789
MONGODB_EXPORTER_PASSWORD=exporter-0123456789
MONGODB_BACKUP_PASSWORD=backup-0123456789
NATS_PASSWORD=nats-0123456789
GRAFANA_ADMIN_PASSWORD=grafana-0123456789
`

// stage returns a project named chat with n replicas, its engine without a container,
// and the open project.
func stage(t *testing.T, n int) (*docker, *project.Project) {
	t.Helper()
	dir := t.TempDir()
	d := &docker{
		t: t, dir: dir, name: "chat", total: 64 << 30, volumes: map[string][]string{},
		images: map[string]string{"mongodb": "mongo:1", "nats": "nats:1", "traefik": "traefik:1"},
		environment: map[string]string{
			"MONGODB_KEYFILE":       "keyfile-0123456789",
			"MONGODB_ROOT_PASSWORD": "root-0123456789",
			"MONGODB_APP_PASSWORD":  "app-0123456789",
		},
	}
	for i := range n {
		d.images[replica(i+1)] = "rocketchat:1"
	}
	request, err := generator.NewRequestFile(generator.Request{
		Version: generator.RequestVersion, Project: d.name, Users: 3000, Release: catalog.DefaultRelease,
		Domain: generator.Localhost, TLS: generator.TLS{Mode: generator.TLSOff},
		Host: stack.Host{Cores: 8, Memory: 32 << 30},
	})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, tree.RequestFile, string(request))
	writeFile(t, dir, tree.EnvFile, envText)
	writeFile(t, dir, routesFile, routesOf(n))
	p, err := project.Open(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return d, p
}

func replica(n int) string { return fmt.Sprintf("%s-%d", stack.RocketChat, n) }

// routesOf is Traefik's file with n replicas.
func routesOf(n int) string {
	text := "http:\n  services:\n    rocketchat:\n      loadBalancer:\n        servers:\n"
	for i := range n {
		text += fmt.Sprintf("          - url: http://%s:3000\n", replica(i+1))
	}
	return text
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// defaults are the options of an apply.
var defaults = Options{MaxUnavailable: 1, Drain: 5 * time.Second, Timeout: 10 * time.Minute}

// quiet reports nothing.
var quiet = Report{
	Begin: func(int, int, rollout.Step) {},
	End:   func(int, int, rollout.Step, time.Duration) {},
	Tell:  func(string) {},
	Log:   func(string, string) {},
}

// open opens a deployment for the time of the test.
func open(t *testing.T, d *docker, p *project.Project, o Options) *Deployment {
	t.Helper()
	opened, err := Open(t.Context(), p, d.engine(), o, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	return opened
}

// apply brings the files into effect.
func apply(t *testing.T, d *Deployment) {
	t.Helper()
	plan, err := d.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if err := d.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// wantError checks that err is a *fault.Error with these words in it, and a hint
// with those.
func wantError(t *testing.T, err error, what, hint string) {
	t.Helper()
	var failed *fault.Error
	if !errors.As(err, &failed) {
		t.Fatalf("got %v, want a *fault.Error", err)
	}
	if !strings.Contains(failed.What, what) {
		t.Errorf("what: got %q, want %q in it", failed.What, what)
	}
	if !strings.Contains(failed.Hint, hint) {
		t.Errorf("hint: got %q, want %q in it", failed.Hint, hint)
	}
}
