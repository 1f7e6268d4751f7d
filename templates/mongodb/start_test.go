//go:build unix

package mongodb_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// fakeMongod says what it was given, one fact a line, and ends.
const fakeMongod = `#!/bin/sh
echo "pid:$$"
echo "umask:$(umask)"
for argument in "$@"; do echo "arg:$argument"; done
env | grep '^MONGODB_' | cut -d= -f1 | sed 's/^/env:/'
`

// container is what start.sh finds inside: itself, a mongod on PATH and a
// directory for the key.
type container struct {
	dir, runDir string
	user        *syscall.Credential
}

// newContainer leaves root when the tests run as root, as the container does:
// to root the mode of a file means nothing.
func newContainer(t *testing.T) container {
	t.Helper()
	dir := t.TempDir()
	c := container{dir: dir, runDir: filepath.Join(dir, "run")}
	script, err := os.ReadFile("start.sh")
	if err != nil {
		t.Fatal(err)
	}
	// A copy, because the user of the container may not be let into the checkout.
	for _, err := range []error{
		os.WriteFile(filepath.Join(dir, "start.sh"), script, 0o644),
		os.WriteFile(filepath.Join(dir, "mongod"), []byte(fakeMongod), 0o755),
		os.Mkdir(c.runDir, 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if os.Geteuid() == 0 {
		c.becomeMongodb(t)
	}
	return c
}

// becomeMongodb makes the user of the container the owner of the directory, as
// the tmpfs has it, and lets that user through to it.
func (c *container) becomeMongodb(t *testing.T) {
	t.Helper()
	c.user = &syscall.Credential{Uid: 999, Gid: 999}
	if err := os.Chown(c.runDir, 999, 999); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(c.dir), 0o711); err != nil {
		t.Fatal(err)
	}
}

type startResult struct {
	code           int
	pid            int
	stdout, stderr string
}

// start runs start.sh with the key in the environment, next to what else
// compose puts there.
func (c container) start(t *testing.T, key string, args ...string) startResult {
	t.Helper()
	cmd := exec.Command("sh", append([]string{filepath.Join(c.dir, "start.sh")}, args...)...)
	cmd.Dir = c.dir
	cmd.Env = []string{
		"PATH=" + c.dir + ":" + os.Getenv("PATH"), "MONGODB_RUN_DIR=" + c.runDir, "MONGODB_KEYFILE=" + key,
	}
	for name, value := range passwords() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.user}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return startResult{cmd.ProcessState.ExitCode(), cmd.ProcessState.Pid(), stdout.String(), stderr.String()}
}

// facts returns the values that the fake mongod printed under name.
func (r startResult) facts(name string) []string {
	var values []string
	for line := range strings.Lines(r.stdout) {
		if value, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), name+":"); found {
			values = append(values, value)
		}
	}
	return values
}

func checkKeyfile(t *testing.T, path, key string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o400 {
		t.Errorf("the key file has mode %o, want 400", info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != key {
		t.Errorf("the key file holds %q, want %q", content, key)
	}
}

// TestStart starts twice, as a container that is restarted, with the key of
// another .env the second time.
func TestStart(t *testing.T) {
	c := newContainer(t)
	keyfile := filepath.Join(c.runDir, "keyfile")
	want := []string{"--replSet", "rs0", "--keyFile", keyfile, "--bind_ip_all", "--dbpath", "/data/db",
		"--wiredTigerCacheSizeGB", "1.5", "--setParameter", "a b"}
	for _, key := range []string{"c2VjcmV0/+==", "-n back\\nslash %s"} {
		r := c.start(t, key, want[7:]...)
		if r.code != 0 || r.stderr != "" {
			t.Fatalf("ended with %d: %s", r.code, r.stderr)
		}
		if got := r.facts("arg"); !slices.Equal(got, want) {
			t.Errorf("mongod got %q, want %q", got, want)
		}
		if got := r.facts("env"); !slices.Equal(got, []string{"MONGODB_RUN_DIR"}) {
			t.Errorf("mongod's environment has %q", got)
		}
		if got := r.facts("pid"); !slices.Equal(got, []string{fmt.Sprint(r.pid)}) {
			t.Errorf("mongod is process %q, want %d, the one docker stops", got, r.pid)
		}
		if got := r.facts("umask"); !slices.Equal(got, []string{"0077"}) {
			t.Errorf("the umask is %q, others could read the key before its mode is set", got)
		}
		checkKeyfile(t, keyfile, key)
	}
}

func TestStartRefuses(t *testing.T) {
	c := newContainer(t)
	noKey := c.start(t, "")
	c.runDir = filepath.Join(c.dir, "missing")
	noDir := c.start(t, "c2VjcmV0")
	for word, r := range map[string]startResult{"MONGODB_KEYFILE is empty": noKey, "tmpfs": noDir} {
		if r.code == 0 || r.stdout != "" {
			t.Errorf("ended with %d and ran mongod: %q", r.code, r.stdout)
		}
		if !strings.Contains(r.stderr, word) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("said %q, want one line about %q", r.stderr, word)
		}
		if strings.Contains(r.stderr, "c2VjcmV0") {
			t.Errorf("told the key: %q", r.stderr)
		}
	}
}
