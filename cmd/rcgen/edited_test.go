package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/internal/golden"
)

var update = flag.Bool("update", false, "write examples/edited-before and edited-after anew instead of comparing them")

// edits are what the people of the example changed by hand; each old text stands
// in its file once.
var edits = []struct{ file, old, new string }{
	{"compose.yaml", "    mem_limit: 267m\n", "    mem_limit: 512m # ours: many large uploads\n"},
	{"compose.yaml", "  pids_limit: 1024\n  stop_grace_period: 30s\n",
		"  pids_limit: 1024\n  # ours: exports of the works council end first\n  stop_grace_period: 90s\n"},
	{"compose.yaml", "\n  nats:\n", "\n  # ours: ask the network team before you touch it\n  nats:\n"},
	{"traefik/traefik.yaml", "  level: INFO\n", "  level: DEBUG # ours, until the move is done\n"},
	{"traefik/dynamic/rocketchat.yaml", "retry: {attempts: 40,", "retry: {attempts: 50,"},
	{"prometheus/prometheus.yaml", "  scrape_interval: 30s\n", "  scrape_interval: 15s # ours\n"},
	{"prometheus/prometheus.yaml", "  evaluation_interval: 30s\n",
		"  evaluation_interval: 30s\n  external_labels: {site: hamburg} # ours\n"},
	{"compose.override.yaml", "services: {}\n",
		"services:\n  grafana:\n    environment:\n      GF_AUTH_ANONYMOUS_ENABLED: \"true\"\n"},
}

// TestExampleEdited runs init, makes the edits, and scales: examples/ shows the
// project before and after.
func TestExampleEdited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	do := func(args ...string) string {
		t.Helper()
		got := rcgen(func(e *env) { e.random = zeros{} }, append(args, "--dir", dir)...)
		if got.code != exitDone {
			t.Fatalf("%v: exit code %d\n%s", args, got.code, got.stderr)
		}
		return got.stdout
	}
	do("init", "--users", "3000", "--edition", "licensed", "--domain", "chat.yourcompany.com",
		"--acme-email", "ops@yourcompany.com",
		"--cores", "8", "--memory", "32GiB")
	for _, e := range edits {
		edit(t, filepath.Join(dir, e.file), e.old, e.new)
	}
	compareExample(t, "edited-before", dir)
	out := do("scale", "--instances", "6")
	for _, file := range []string{"compose.yaml", "traefik/dynamic/rocketchat.yaml"} {
		if !strings.Contains(out, "\nmerge    "+file+"\n") {
			t.Errorf("scale does not merge %s:\n%s", file, out)
		}
	}
	for _, e := range edits {
		text, err := os.ReadFile(filepath.Join(dir, e.file))
		if err != nil || !bytes.Contains(text, []byte(e.new)) {
			t.Errorf("%s: %q is lost (%v)", e.file, e.new, err)
		}
	}
	do("validate")
	compareExample(t, "edited-after", dir)
}

func edit(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), old); n != 1 {
		t.Fatalf("%s holds %q %d times: edit another line", file, old, n)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// notShown are left out of the example: .env since nobody commits it, and the copy
// of what rcgen wrote since its compressed bytes are those of one version of Go.
var notShown = []string{".env", ".rcgen/base.gz"}

// compareExample compares a directory with examples/name, or writes that anew.
func compareExample(t *testing.T, name, dir string) {
	t.Helper()
	const root = "../../examples"
	files, err := golden.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range notShown {
		delete(files, file)
	}
	if *update {
		if err := golden.Write(root, name, files); err != nil {
			t.Fatal(err)
		}
	}
	for _, fault := range golden.Compare(root, name, files) {
		t.Error(fault)
	}
}
