package project

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/generator"
	"rcgen/generator/stack"
	"rcgen/generator/tree"
	"rcgen/generator/units"
	"rcgen/generator/validate"
)

// request is rcgen.yaml of a small project with that many instances.
func request(t *testing.T, instances int) []byte {
	t.Helper()
	text, err := generator.NewRequestFile(generator.Request{
		Version: generator.RequestVersion, Project: "chat", Users: 50, Instances: instances, Edition: generator.Licensed,
		Release: "8.9.1", Domain: generator.Localhost, TLS: generator.TLS{Mode: generator.TLSOff},
		Host: stack.Host{Cores: 8, Memory: 32 * units.GiB},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// created writes a project into a new directory, staged while it is validated.
func created(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "chat")
	p, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Build(Choices{Request: request(t, 2), Dir: dir, Random: rand.Reader, Stage: true})
	if err != nil {
		t.Fatal(err)
	}
	if p.staged == nil {
		t.Error("nothing was staged")
	}
	if _, err := os.Stat(filepath.Join(dir, tree.ComposeFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file is in its place before Commit: %v", err)
	}
	if err := p.Commit(b); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// open opens the project in dir until the end of the test.
func open(t *testing.T, dir string) *Project {
	t.Helper()
	p, err := Open(dir, LockWait)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(dir, ".rcgen.tmp")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something is left of the staging: %v", err)
		}
	})
	return p
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBuildAndCommit(t *testing.T) {
	dir := created(t)
	p := open(t, dir)
	b, err := p.Regenerate(Choices{Request: request(t, 3), Random: rand.Reader, Stage: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Commit(b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read(t, dir, tree.ComposeFile), "rocketchat-3:") {
		t.Error("compose.yaml has no third replica")
	}
	findings, err := Findings(dir, request(t, 3), tree.EnvFile)
	if err != nil || len(findings) > 0 {
		t.Errorf("findings %v, %v", findings, err)
	}
}

// TestBuildRefused: what fails the check is staged, and nothing of it stays.
func TestBuildRefused(t *testing.T) {
	dir := created(t)
	write(t, dir, tree.OverrideFile, "services:\n  mine: {image: mine}\n") // no tag
	was := read(t, dir, tree.ComposeFile)
	p := open(t, dir)
	_, err := p.Regenerate(Choices{Request: request(t, 3), Random: rand.Reader, Stage: true}, nil)
	var found *validate.FindingsError
	if !errors.As(err, &found) {
		t.Fatalf("got %v, want findings", err)
	}
	if read(t, dir, tree.ComposeFile) != was {
		t.Error("compose.yaml was written")
	}
}

// TestBuildConflicts: where conflicts leave no valid project, only the offers are
// written, and what was staged is not.
func TestBuildConflicts(t *testing.T) {
	dir := created(t)
	const routes = "traefik/dynamic/rocketchat.yaml"
	edited := strings.Replace(read(t, dir, routes), "http://rocketchat-2:3000", "http://rocketchat-2:3001", 1)
	write(t, dir, routes, edited)
	was := read(t, dir, tree.ComposeFile)
	p := open(t, dir)
	b, err := p.Regenerate(Choices{Request: request(t, 1), Random: rand.Reader, Stage: true}, nil)
	if err != nil || !b.Alone {
		t.Fatalf("alone %v, error %v", b.Alone, err)
	}
	if err := p.Commit(b); err != nil {
		t.Fatal(err)
	}
	if read(t, dir, tree.ComposeFile) != was || read(t, dir, routes) != edited {
		t.Error("more than the offer was written")
	}
	read(t, dir, routes+tree.NewSuffix)
}

// TestBuildNotWritten: a build that nobody commits leaves nothing.
func TestBuildNotWritten(t *testing.T) {
	dir := created(t)
	was := read(t, dir, tree.ComposeFile)
	p := open(t, dir)
	if _, err := p.Regenerate(Choices{Request: request(t, 3), Random: rand.Reader, Stage: true}, nil); err != nil {
		t.Fatal(err)
	}
	if read(t, dir, tree.ComposeFile) != was {
		t.Error("compose.yaml was written")
	}
}
