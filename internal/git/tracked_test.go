package git

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTracked(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(t.TempDir(), "chat")
	if err := os.MkdirAll(filepath.Join(dir, "secrets", "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	want := func(when string, names ...string) {
		t.Helper()
		got, err := Tracked(t.Context(), dir, ".env", "secrets/*", "*.key")
		if err != nil || !slices.Equal(got, names) {
			t.Errorf("%s: %q, %v, want %q", when, got, err, names)
		}
	}
	for _, name := range []string{".env", "compose.yaml", "secrets/tls.key", "secrets/old/tlsä.key"} {
		write(t, dir, name, "1")
	}
	if got, err := Tracked(t.Context(), dir, ".env"); !errors.Is(err, ErrNone) {
		t.Errorf("outside a work tree: %q, %v", got, err)
	}
	git(t, filepath.Dir(dir), "init", "-q")
	want("nothing is added")
	git(t, dir, "add", "compose.yaml")
	want("another file")
	git(t, dir, "add", ".")
	want("staged, below the work tree's root", ".env", "secrets/old/tlsä.key", "secrets/tls.key")
	git(t, dir, "commit", "-qm", "first")
	git(t, dir, "rm", "-q", "--cached", ".env")
	want("taken out again", "secrets/old/tlsä.key", "secrets/tls.key")
}

func TestTrackedWithoutAnswer(t *testing.T) {
	dir := t.TempDir()
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if _, err := Tracked(t.Context(), dir, ".env"); !errors.Is(err, ErrNone) ||
		!strings.Contains(err.Error(), "not installed") {
		t.Errorf("no git: %v", err)
	}
	fake := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	fake("echo \"fatal: detected dubious ownership in repository at 'chat'\" >&2; exit 128")
	if _, err := Tracked(t.Context(), dir, ".env"); err == nil || errors.Is(err, ErrNone) ||
		err.Error() != "git: detected dubious ownership in repository at 'chat'" {
		t.Errorf("another's work tree: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Tracked(over, dir, ".env"); !errors.Is(err, context.Canceled) {
		t.Errorf("too late: %v", err)
	}
}
