package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestConfigRefused(t *testing.T) {
	for name, vars := range map[string][]string{
		"GF_SECURITY_ADMIN_PASSWORD":    {"GF_SERVER_ROOT_URL", "http://a/"},
		"GF_SERVER_HTTP_PORT":           {"GF_SECURITY_ADMIN_PASSWORD", "x", "GF_SERVER_HTTP_PORT", "99999"},
		"GF_SERVER_SERVE_FROM_SUB_PATH": {"GF_SECURITY_ADMIN_PASSWORD", "x", "GF_SERVER_SERVE_FROM_SUB_PATH", "maybe"},
		"GF_SERVER_ROOT_URL":            {"GF_SECURITY_ADMIN_PASSWORD", "x", "GF_SERVER_ROOT_URL", "chat.example.org"},
	} {
		if _, err := parseConfig(env(vars...)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSubPathNeedsBoth(t *testing.T) {
	for _, c := range []struct{ url, serve, want string }{
		{"https://a.example/grafana/", "true", "/grafana"},
		{"https://a.example/grafana", "true", "/grafana"},
		{"https://a.example/grafana/", "false", ""},
		{"https://a.example/", "true", ""},
	} {
		cfg, err := parseConfig(env("GF_SECURITY_ADMIN_PASSWORD", "x", "GF_SERVER_ROOT_URL", c.url,
			"GF_SERVER_SERVE_FROM_SUB_PATH", c.serve))
		if err != nil || cfg.subPath() != c.want {
			t.Errorf("%+v: %q, %v", c, cfg.subPath(), err)
		}
	}
}

func TestFirstPasswordStays(t *testing.T) {
	dir := t.TempDir()
	first, err := adminSecret(dir, "first")
	if err != nil {
		t.Fatal(err)
	}
	second, err := adminSecret(dir, "second")
	if err != nil || first != second || first != hashed("first") {
		t.Errorf("got %q then %q, %v", first, second, err)
	}
}

func TestDataDirectoryMustBeThere(t *testing.T) {
	if _, err := adminSecret(filepath.Join(t.TempDir(), "missing"), "x"); err == nil {
		t.Error("a data directory that cannot be written was accepted")
	}
}

// buffer may be written while it is read.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestServeUntilStopped(t *testing.T) {
	vars := env("GF_SECURITY_ADMIN_PASSWORD", "x", "GF_SERVER_HTTP_PORT", "0", "GF_SERVER_HTTP_ADDR", "127.0.0.1",
		"GF_PATHS_PROVISIONING", filepath.Join(project(t), "provisioning"), "GF_PATHS_DATA", t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	var log buffer
	done := make(chan error, 1)
	go func() { done <- serve(ctx, vars, &log) }()
	address := regexp.MustCompile(`address=(\S+)`)
	var found []string
	for range 3000 {
		if found = address.FindStringSubmatch(log.String()); found != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if found == nil {
		t.Fatalf("no address in %q", log.String())
	}
	if resp, err := http.Get("http://" + found[1] + "/api/health"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v", resp, err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBrokenProjectEndsWithStatus1(t *testing.T) {
	dir := project(t)
	if err := os.RemoveAll(filepath.Join(dir, "dashboards")); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	vars := env("GF_SECURITY_ADMIN_PASSWORD", "x", "GF_PATHS_PROVISIONING", filepath.Join(dir, "provisioning"))
	if status := run(vars, &stderr); status != 1 || !strings.Contains(stderr.String(), "dashboards") {
		t.Errorf("status %d: %s", status, stderr.String())
	}
}
