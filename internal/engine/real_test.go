//go:build unix

package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"rcgen/internal/container"
)

// waiter is the program in the test's image: it waits for SIGTERM.
const waiter = `package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
}
`

// realEngine is a project on the engine that answers here, with the Compose that
// RCGEN_COMPOSE names or docker has.
func realEngine(t *testing.T) (Engine, string) {
	t.Helper()
	if out, err := exec.Command("docker", "info").CombinedOutput(); err != nil {
		t.Skipf("no Docker engine: %v %s", err, out)
	}
	if compose := os.Getenv("RCGEN_COMPOSE"); compose != "" {
		config := t.TempDir() // so that nothing of the person's is changed
		if err := os.Mkdir(filepath.Join(config, "cli-plugins"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(compose, filepath.Join(config, "cli-plugins", "docker-compose")); err != nil {
			t.Fatal(err)
		}
		t.Setenv("DOCKER_CONFIG", config)
	}
	dir := t.TempDir()
	e, err := find(t.Context(), dir)
	if err != nil {
		t.Skip("no Docker Compose: ", err)
	}
	return e, dir
}

// buildImage makes an image with waiter alone in it.
func buildImage(t *testing.T, e Engine, name string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(waiter), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", "waiter", "main.go")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(filepath.Join(dir, "waiter"))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "waiter", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.run(t.Context(), archive.String(), e.docker, "import", "--change=ENTRYPOINT [\"/waiter\"]", "-",
		name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := e.Docker(context.Background(), "image", "rm", name); err != nil {
			t.Error(err)
		}
	})
}

// TestRealEngine follows one project from its files to its end.
func TestRealEngine(t *testing.T) {
	e, dir := realEngine(t)
	project := fmt.Sprintf("rcgen-engine-test-%d", os.Getpid())
	image := project + ":1"
	buildImage(t, e, image)
	write := func(name, text string) {
		t.Helper()
		text = strings.NewReplacer("PROJECT", project, "IMAGE", image).Replace(text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compose := func(args ...string) {
		t.Helper()
		if _, err := e.Compose(t.Context(), args...); err != nil {
			t.Fatal(err)
		}
	}
	drift := func(after string, want ...string) {
		t.Helper()
		all, err := e.Drift(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range all {
			got = append(got, d.Service+" "+string(d.Kind))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q: %+v", after, got, want, all)
		}
	}
	const files = `name: PROJECT
services:
  chat:
    image: IMAGE
    restart: unless-stopped
    mem_limit: 32m
    environment: {LICENCE: , PASSWORD: "${PASSWORD:?is missing}"}
    env_file: [more.env]
    depends_on: [base]
  base: {image: IMAGE, restart: unless-stopped, scale: 2}
  tools: {image: IMAGE, profiles: [tools]}
`
	write(".env", "PASSWORD='p$$w\"{d'\nLICENCE=of ours\n") // resolved as for a container, or the hash differs
	write("more.env", "MORE=a$$b\n")
	write("compose.yaml", files)
	t.Cleanup(func() {
		write("compose.yaml", files)
		if _, err := e.Compose(context.Background(), "--profile=*", "down",
			"--remove-orphans", "--volumes", "--timeout=2"); err != nil {
			t.Error(err)
		}
	})

	drift("before up", "base missing", "chat missing")
	compose("up", "-d")
	compose("--profile=*", "up", "-d", "tools")
	compose("run", "-d", "chat")
	drift("after up")
	all, err := e.Containers(t.Context(), project)
	if err != nil || len(all) != 5 {
		t.Fatalf("got %+v, %v, want 5 containers", all, err)
	}
	c := all[slices.IndexFunc(all, func(c container.Container) bool { return c.Name == project+"-chat-1" })]
	if c.Service != "chat" || c.Number != 1 || c.OneOff || c.Image != image || !strings.HasPrefix(c.ImageID, "sha256:") ||
		c.State != "running" ||
		c.Restart != "unless-stopped" || c.Compose == "" || len(c.Hash) != 64 || time.Since(c.Created).Abs() > time.Hour {
		t.Errorf("got %+v", c)
	}

	write("compose.yaml", strings.Replace(files, "32m", "48m", 1))
	drift("after an edited limit", "chat changed")
	write("compose.yaml", strings.Replace(files, "scale: 2", "scale: 1", 1))
	drift("after an edited scale", "base replicas")
	write("compose.yaml", strings.Replace(files, "chat:\n    image: IMAGE", "chat:\n    image: IMAGE-new", 1))
	drift("after another image", "chat image")
	write("compose.yaml", files)
	compose("stop", "chat")
	drift("after stop", "chat stopped")
	write("compose.yaml", "name: PROJECT\nservices:\n  base: {image: IMAGE, restart: unless-stopped, scale: 2}\n")
	drift("after a service has left", "chat orphan", "tools orphan")
	write(".env", "PASSWORD='hunter2\n")
	_, err = e.Drift(t.Context())
	wantError(t, err, "docker compose config: failed to read", "")
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password is in %q", err)
	}
	write(".env", "PASSWORD=x\n")
}
