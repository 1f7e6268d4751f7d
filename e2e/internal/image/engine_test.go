package image

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rcgen/e2e/internal/parts"
)

const probe = "rcgen-e2e/probe:1"

// busybox is an image for the tests that need an engine, and skips them where
// there is none.
func busybox(t *testing.T) Image {
	t.Helper()
	if out, err := exec.Command("docker", "version", "--format", "{{.Server.Version}}").CombinedOutput(); err != nil {
		t.Skipf("needs a Docker engine: docker version: %v: %s", err, out)
	}
	path, err := parts.Busybox()
	if err != nil {
		t.Skip(err)
	}
	i := alpine(map[string]string{"busybox": path}, probe, "tester:x:1234:1234::/home:/bin/sh\n")
	i.User, i.WorkDir, i.Cmd = "1234:1234", "/home", []string{"cat", "/etc/motd"}
	i.Text["/etc/motd"] = "it runs\n"
	i.Dirs["/home"] = Dir{1234, 1234, 0o750}
	i.Dirs["/data"] = Dir{1234, 1234, 0o700}
	i.Volumes = []string{"/data"}
	t.Cleanup(func() {
		// Not Remove: another test's images may be in use on this engine.
		_ = exec.Command("docker", "image", "rm", "--force", probe).Run()
	})
	return i
}

func TestEngine(t *testing.T) {
	i := busybox(t)
	if err := i.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := say(t, "run", "--rm", "--network=none", probe); got != "it runs" {
		t.Errorf("CMD: got %q", got)
	}
	got := say(t, "run", "--rm", "--network=none", probe, "sh", "-c",
		`id -un; pwd; stat -c %u:%g:%a . /data /tmp /bin/busybox; touch /data/x && echo written; which wget nc curl`)
	want := "tester\n/home\n1234:1234:750\n1234:1234:700\n0:0:1777\n0:0:755\nwritten\n/bin/wget\n/bin/nc"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	id := say(t, "image", "inspect", "--format", "{{.Id}}", probe)
	calls := recordCalls(t)
	if err := i.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := calls(); got != "image\n" {
		t.Errorf("nothing had changed, but docker was called for: %s", got)
	}
	i.Text["/etc/motd"] = "anew\n"
	if err := i.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if say(t, "image", "inspect", "--format", "{{.Id}}", probe) == id {
		t.Error("not loaded again, though a file had changed")
	}
	say(t, "image", "rm", id) // it has no name any more
}

// TestEngineKeepsOthers: an image without the label stays as it is.
func TestEngineKeepsOthers(t *testing.T) {
	i := busybox(t)
	cmd := exec.Command("docker", "import", "-", probe)
	cmd.Stdin = strings.NewReader(strings.Repeat("\x00", 1024)) // an empty tar
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	id := say(t, "image", "inspect", "--format", "{{.Id}}", probe)
	err := i.Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), probe) {
		t.Errorf("got error %v", err)
	}
	if say(t, "image", "inspect", "--format", "{{.Id}}", probe) != id {
		t.Error("the image was replaced")
	}
}

// TestEngineRemove has names of its own: other images may be in use on this
// engine, even those of an end-to-end test that runs now.
func TestEngineRemove(t *testing.T) {
	i := busybox(t)
	const other = "rcgen-e2e/probe:2" // a second name of the same image
	for _, i := range []Image{i, i.As(other)} {
		if err := i.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := remove(t.Context(), docker{}, "reference=rcgen-e2e/probe"); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{probe, other} {
		if _, found, err := (docker{}).labels(t.Context(), ref); found || err != nil {
			t.Errorf("%s: found %t, %v", ref, found, err)
		}
	}
	if err := remove(t.Context(), docker{}, "reference=rcgen-e2e/probe"); err != nil {
		t.Errorf("with none there: %v", err)
	}
}

// TestLoadErrors: the reason is named, not what docker makes of it.
func TestLoadErrors(t *testing.T) {
	i := busybox(t)
	i.Files["/bin/gone"] = filepath.Join(t.TempDir(), "gone")
	if err := i.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "/bin/gone") {
		t.Errorf("got error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := busybox(t).Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := busybox(t).Load(t.Context(), "DOCKER_HOST=unix:///nonexistent.sock"); err == nil {
		t.Error("no engine: no error")
	}
}

// recordCalls puts a docker before the real one that writes down the first word
// of each call; what it returns tells them.
func recordCalls(t *testing.T) func() string {
	t.Helper()
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	script := "#!/bin/sh\necho \"$1\" >>" + log + "\nexec " + docker + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

func say(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("docker", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && !(args[0] == "run" && cmd.ProcessState.ExitCode() == 1) { // which finds no curl
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}
